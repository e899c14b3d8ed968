//! SSP templates.

use accrual_base::Decimal;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};

/// What a template prices (reference section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum SspType {
    #[text("SSP")]
    Standalone,
    /// The residual approach.
    #[text("RSSP")]
    Residual,
}

/// How a price is expressed and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum SspMethod {
    /// One percentage of the extended list price for every line.
    PercentOfList,
    /// Rows of SSP prices in percent of the extended list price.
    Percent,
    /// Rows of SSP prices per unit and term unit.
    Amount,
}

/// Where stand-alone selling prices come from.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(label = "SSP Template", rules = SspTemplate::rules)]
pub struct SspTemplate {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(default = "SSP", filterable)]
    pub ssp_type: SspType,
    #[field(filterable)]
    pub method: SspMethod,
    /// Percent Of List: the percentage, 100 for the list price itself.
    pub percent: Option<Decimal>,
    /// Percent and Amount: the staging fields whose values choose the row. Without any, one row fits all.
    #[field(default = [])]
    pub fields: Vec<String>,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl SspTemplate {
    pub(crate) fn percent_of_list(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ssp_type: SspType::Standalone,
            method: SspMethod::PercentOfList,
            percent: Some(Decimal::ONE_HUNDRED),
            fields: Vec::new(),
            enabled: true,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        let of_list = self.method == SspMethod::PercentOfList;
        match self.percent {
            None if of_list => wrong.push(broken("percent", "Percent Of List needs the percentage.")),
            Some(_) if !of_list => {
                wrong.push(broken("percent", "A percentage for all lines goes with Percent Of List only; leave it out."))
            }
            Some(percent) if percent < Decimal::ZERO => wrong.push(broken("percent", "The percentage is 0 or more.")),
            _ => {}
        }
        if of_list && !self.fields.is_empty() {
            wrong.push(broken("fields", "Percent Of List has one percentage for all lines; leave the fields out."));
        }
        if of_list && self.ssp_type == SspType::Residual {
            wrong.push(broken("ssp_type", "The residual approach needs rows of prices: use Percent or Amount."));
        }
        wrong
    }
}
