//! Rows of SSP templates.

use accrual_base::{Day, Decimal};
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};

/// What a figure of the residual approach is made from (reference section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum ResidualBasis {
    /// Amount * quantity * term.
    Custom,
    /// Percent of the extended list price.
    ListPrice,
    SellPrice,
}

/// A stratification row: the price of lines whose fields have these values, within its dates.
///
/// Prices and bounds are percentages or amounts, as the method of the template says.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(label = "SSP Price", rules = SspPrice::rules)]
pub struct SspPrice {
    #[field(reference = "SspTemplate", fixed, filterable, sortable)]
    pub template: String,
    /// One value for each field of the template, in their order.
    #[field(default = [], filterable)]
    pub values: Vec<String>,
    /// First day; from ever when empty.
    #[field(filterable, sortable)]
    pub effective_from: Option<Day>,
    /// Last day, included; for ever when empty.
    #[field(filterable, sortable)]
    pub effective_to: Option<Day>,
    /// The stand-alone selling price; the mid point when there is a range.
    pub price: Decimal,
    /// Lower bound of the range.
    pub below: Option<Decimal>,
    /// Upper bound of the range.
    pub above: Option<Decimal>,
    /// Residual: the least a line may get.
    pub minimum_basis: Option<ResidualBasis>,
    pub minimum: Option<Decimal>,
    /// Residual: the weight among residual lines.
    pub weight_basis: Option<ResidualBasis>,
    pub weight: Option<Decimal>,
    /// Residual: the SSP for relative allocation when the residual approach fails.
    pub alternative_basis: Option<ResidualBasis>,
    pub alternative: Option<Decimal>,
}

impl SspPrice {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if self.price < Decimal::ZERO {
            wrong.push(broken("price", "The price is 0 or more."));
        }
        match (self.below, self.above) {
            (Some(below), Some(above)) if below <= self.price && self.price <= above => {}
            (None, None) => {}
            (Some(_), Some(_)) => wrong.push(broken("below", "The price lies between the bounds of its range.")),
            _ => wrong.push(broken("below", "A range has both bounds.")),
        }
        if let (Some(from), Some(to)) = (self.effective_from, self.effective_to)
            && to < from
        {
            wrong.push(broken("effective_to", format!("The last day, {to}, is before the first, {from}.")));
        }
        let residual = [
            ("minimum", self.minimum_basis, self.minimum),
            ("weight", self.weight_basis, self.weight),
            ("alternative", self.alternative_basis, self.alternative),
        ];
        for (field, basis, figure) in residual {
            let needs = matches!(basis, Some(ResidualBasis::Custom | ResidualBasis::ListPrice));
            if needs != figure.is_some() {
                wrong.push(broken(field, format!("The {field} is a figure with basis Custom or List Price, and with no other.")));
            }
        }
        let given = residual.iter().filter(|(_, basis, _)| basis.is_some()).count();
        if given != 0 && given != residual.len() {
            wrong.push(broken("minimum_basis", "The residual approach needs minimum, weight and alternative together."));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_model::json;

    #[test]
    fn ranges_dates_and_residual_figures() {
        let wrong = |more: serde_json::Value| {
            let mut body = serde_json::json!({"template": "T", "price": "10"});
            for (k, v) in more.as_object().unwrap() {
                body[k] = v.clone();
            }
            json::read_new(SspPrice::descriptor(), &body).err().and_then(|e| e.rejection()?.place.column.clone())
        };
        assert_eq!(wrong(serde_json::json!({"below": "8", "above": "12"})), None);
        assert_eq!(wrong(serde_json::json!({"below": "11", "above": "12"})).as_deref(), Some("below"));
        assert_eq!(wrong(serde_json::json!({"below": "8"})).as_deref(), Some("below"));
        assert_eq!(wrong(serde_json::json!({"effectiveFrom": "2024-02-01", "effectiveTo": "2024-01-31"})).as_deref(), Some("effectiveTo"));
        assert_eq!(wrong(serde_json::json!({"minimumBasis": "Sell Price"})).as_deref(), Some("minimumBasis"));
        let all = serde_json::json!({"minimumBasis": "Sell Price", "weightBasis": "Custom", "weight": "1", "alternativeBasis": "List Price", "alternative": "80"});
        assert_eq!(wrong(all), None);
    }
}
