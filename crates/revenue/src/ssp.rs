//! Stand-alone selling prices (reference section 3.1).

use crate::attributes::{Attributes, compound};
use crate::contract::{Basis, FairValue, Residual};
use accrual_base::{Currency, Day, Decimal, Error, Result, rounding};
use std::collections::BTreeMap;

/// Templates in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub struct Hierarchy(pub Vec<Template>);

/// An SSP template with its approved stratification rows.
#[derive(Clone, Debug)]
pub struct Template {
    pub id: i64,
    /// Stratification fields; empty for one row that fits all.
    pub fields: Vec<String>,
    /// Rows by the values of `fields`; [`compound`] makes the key.
    pub rows: BTreeMap<String, Vec<Row>>,
    /// The point used for a selling price below, above and within the range.
    pub below: PricePoint,
    pub above: PricePoint,
    pub within: PricePoint,
}

/// A stratification row with its effective dates (both included).
#[derive(Clone, Debug)]
pub struct Row {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub value: Value,
    pub range: Option<Range>,
    pub residual: Option<ResidualRow>,
}

/// How the price is expressed; the bounds of the range are expressed in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Percent of the extended list price.
    Percent(Decimal),
    /// Price of one unit for one term unit, in major units of the line's currency.
    Amount(Decimal),
}

/// Bounds in the unit of the row's [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub below: Decimal,
    pub above: Decimal,
}

/// The residual approach (reference section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResidualRow {
    pub minimum: Measure,
    pub weight: Measure,
    pub alternative: Measure,
}

/// What an RSSP figure is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Amount * quantity * term, major units.
    Custom(Decimal),
    /// Percent of the extended list price.
    ListPrice(Decimal),
    SellPrice,
}

/// Which price becomes the SSP (the values of the vendor's hierarchy are not published: inferred).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PricePoint {
    Below,
    #[default]
    Mid,
    Above,
    /// The selling price itself.
    Price,
}

/// The figures of a line that a price is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Basics {
    pub list: i64,
    pub sell: i64,
    pub quantity: Decimal,
    pub term: Decimal,
    pub currency: Currency,
    /// The day whose row counts; the order's booking day.
    pub date: Day,
}

/// A price found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Extended, minor units.
    pub ssp: i64,
    pub fair: FairValue,
    pub residual: Option<Residual>,
}

impl Basics {
    fn value(&self, kind: Value, figure: Decimal) -> Result<i64> {
        match kind {
            Value::Percent(_) => rounding::mul_rate(self.list, figure, -2),
            Value::Amount(_) => self.extended(figure),
        }
    }

    /// Unit price * quantity * term in minor units; a blank term counts as one.
    fn extended(&self, unit: Decimal) -> Result<i64> {
        let term = if self.term.is_zero() { Decimal::ONE } else { self.term };
        let product = unit.checked_mul(self.quantity).and_then(|p| p.checked_mul(term));
        let extended = product.and_then(|p| rounding::mul_rate(1, p, i32::from(self.currency.exponent())).ok());
        extended.filter(|a| a.abs() <= crate::collect::LARGEST_AMOUNT).ok_or_else(|| {
            let message =
                format!("The SSP {unit} * {} * {term} is too large; correct the SSP row, the quantity or the term.", self.quantity);
            Error::invalid("revenue.amount", message)
        })
    }

    fn measure(&self, measure: Measure) -> Result<i64> {
        match measure {
            Measure::Custom(amount) => self.extended(amount),
            Measure::ListPrice(percent) => rounding::mul_rate(self.list, percent, -2),
            Measure::SellPrice => Ok(self.sell),
        }
    }
}

impl Hierarchy {
    /// The price of a line; nothing when no template has a row for it (RPRO-00607 then stops allocation).
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn find(&self, basics: &Basics, row: &dyn Attributes) -> Result<Option<Found>> {
        for template in &self.0 {
            let Some(key) = compound(&template.fields, row) else { continue };
            let rows = template.rows.get(&key).map(Vec::as_slice).unwrap_or_default();
            let effective = |r: &&Row| r.from.is_none_or(|d| d <= basics.date) && r.to.is_none_or(|d| d >= basics.date);
            if let Some(found) = rows.iter().find(effective) {
                return template.price(basics, found).map(Some);
            }
        }
        Ok(None)
    }
}

impl Template {
    /// One row for every line, without range: `percent` of the list price.
    pub fn percent_of_list(id: i64, percent: Decimal) -> Self {
        let row = Row { from: None, to: None, value: Value::Percent(percent), range: None, residual: None };
        let rows = BTreeMap::from([(String::new(), vec![row])]);
        Self { id, fields: Vec::new(), rows, below: PricePoint::Mid, above: PricePoint::Mid, within: PricePoint::Mid }
    }

    fn price(&self, basics: &Basics, row: &Row) -> Result<Found> {
        let (Value::Percent(figure) | Value::Amount(figure)) = row.value;
        let mid = basics.value(row.value, figure)?;
        let basis = if matches!(row.value, Value::Percent(_)) { Basis::Percent } else { Basis::Amount };
        let mut fair = FairValue { template: self.id, basis, ordered: mid, below: None, above: None, within: None };
        let mut ssp = mid;
        if let Some(range) = row.range {
            let (below, above) = (basics.value(row.value, range.below)?, basics.value(row.value, range.above)?);
            let point = if basics.sell < below {
                self.below
            } else if basics.sell > above {
                self.above
            } else {
                self.within
            };
            (fair.below, fair.above) = (Some(below), Some(above));
            fair.within = Some(basics.sell >= below && basics.sell <= above);
            ssp = match point {
                PricePoint::Below => below,
                PricePoint::Mid => mid,
                PricePoint::Above => above,
                PricePoint::Price => basics.sell,
            };
        }
        fair.ordered = ssp;
        let residual = match row.residual {
            Some(r) => Some(Residual {
                minimum: basics.measure(r.minimum)?,
                weight: basics.measure(r.weight)?,
                alternative: basics.measure(r.alternative)?,
            }),
            None => None,
        };
        Ok(Found { ssp, fair, residual })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::NoAttributes;

    fn basics(list: i64, sell: i64) -> Basics {
        let date = Day::from_ymd(2024, 1, 1);
        Basics { list, sell, quantity: Decimal::TWO, term: Decimal::new(12, 0), currency: Currency::USD, date }
    }

    fn ranged(value: Value, below: i64, above: i64) -> Template {
        let range = Some(Range { below: Decimal::from(below), above: Decimal::from(above) });
        let row = Row { from: None, to: None, value, range, residual: None };
        let mut template = Template::percent_of_list(9, Decimal::ONE_HUNDRED);
        template.rows = BTreeMap::from([(String::new(), vec![row])]);
        (template.below, template.above, template.within) = (PricePoint::Below, PricePoint::Above, PricePoint::Price);
        template
    }

    #[test]
    fn a_percentage_goes_by_the_list_and_an_amount_by_quantity_and_term() {
        let percent = Hierarchy(vec![Template::percent_of_list(1, Decimal::new(805, 1))]);
        assert_eq!(percent.find(&basics(10_001, 0), &NoAttributes).unwrap().unwrap().ssp, 8051);
        let amount = Hierarchy(vec![ranged(Value::Amount(Decimal::new(105, 1)), 10, 11)]);
        let found = amount.find(&basics(0, 25_000), &NoAttributes).unwrap().unwrap();
        assert_eq!((found.ssp, found.fair.below, found.fair.above, found.fair.within), (25_000, Some(24_000), Some(26_400), Some(true)));
    }

    #[test]
    fn outside_the_range_the_price_point_decides() {
        let all = Hierarchy(vec![ranged(Value::Percent(Decimal::from(85)), 70, 100)]);
        let at = |sell| all.find(&basics(140_000, sell), &NoAttributes).unwrap().unwrap();
        assert_eq!((at(90_000).ssp, at(90_000).fair.within), (98_000, Some(false)));
        assert_eq!((at(150_000).ssp, at(150_000).fair.within), (140_000, Some(false)));
        assert_eq!(at(108_000).ssp, 108_000);
    }

    #[test]
    fn no_row_for_the_line_finds_nothing() {
        let mut template = Template::percent_of_list(1, Decimal::ONE);
        template.fields = vec!["ITEM".into()];
        assert_eq!(Hierarchy(vec![template]).find(&basics(1, 1), &NoAttributes).unwrap(), None);
    }
}
