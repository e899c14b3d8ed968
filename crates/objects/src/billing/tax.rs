//! Tax codes and their rates.

use super::refused;
use accrual_base::{Day, Decimal};
use accrual_model::{Object, Rejection};
use serde::{Deserialize, Serialize};

/// What charges are taxed by (reference section 4.2 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct TaxCode {
    #[field(required, unique, sortable, max = 64)]
    pub name: String,
    #[field(max = 255)]
    pub description: Option<String>,
    /// Only an active code taxes; rates make it active.
    #[field(default = false, filterable)]
    pub active: bool,
    /// The code that tax of this code is booked to.
    #[field(reference = "AccountingCode", filterable)]
    pub sales_tax_payable_accounting_code_id: Option<String>,
}

/// The days a set of rates of a tax code holds.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "tax_code_id, start_date", rules = TaxRatePeriod::rules)]
pub struct TaxRatePeriod {
    #[field(reference = "TaxCode", fixed, filterable)]
    pub tax_code_id: String,
    #[field(required, filterable, sortable)]
    pub start_date: Option<Day>,
    /// Last day, included; without end when empty.
    #[field(filterable, sortable)]
    pub end_date: Option<Day>,
}

impl TaxRatePeriod {
    fn rules(&self) -> Vec<Rejection> {
        match (self.start_date, self.end_date) {
            (Some(start), Some(end)) if end < start => {
                vec![refused("tax_rate_period.dates", "end_date", format!("It ends on {end}, before it starts on {start}."))]
            }
            _ => Vec::new(),
        }
    }
}

/// How a tax is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaxRateType {
    /// `rate` is a fraction: 0.07 for 7 %.
    Percentage,
    /// `rate` is an amount in the currency of the document.
    FlatFee,
}

/// One of the independent taxes of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tax {
    pub name: String,
    pub jurisdiction: String,
    #[serde(rename = "type")]
    pub kind: TaxRateType,
    /// Exact decimal, as text.
    pub rate: String,
}

/// The taxes of a place. Of all rows that match an address, the one with the smallest order counts; an empty part
/// matches every address.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "tax_rate_period_id, tax_order", rules = TaxRate::rules)]
pub struct TaxRate {
    #[field(reference = "TaxRatePeriod", fixed, filterable)]
    pub tax_rate_period_id: String,
    #[field(min = 1, filterable, sortable)]
    pub tax_order: i64,
    #[field(required, filterable, max = 64)]
    pub country: String,
    #[field(filterable, max = 100)]
    pub state: Option<String>,
    #[field(filterable, max = 100)]
    pub county: Option<String>,
    #[field(filterable, max = 100)]
    pub city: Option<String>,
    #[field(filterable, max = 20)]
    pub postal_code: Option<String>,
    #[field(filterable, max = 100)]
    pub tax_region: Option<String>,
    /// One to three, never compounded.
    pub taxes: Vec<Tax>,
}

impl TaxRate {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if !(1..=3).contains(&self.taxes.len()) {
            wrong.push(refused("tax_rate.taxes", "taxes", format!("A place has one to three taxes, not {}.", self.taxes.len())));
        }
        for tax in &self.taxes {
            match Decimal::from_str_exact(&tax.rate) {
                Ok(rate) if rate < Decimal::ZERO => wrong.push(refused("tax_rate.rate", "taxes", "A rate is 0 or more.")),
                Ok(rate) if tax.kind == TaxRateType::Percentage && rate > Decimal::ONE => {
                    wrong.push(refused("tax_rate.rate", "taxes", format!("A rate of {rate} is above 100 %: 7 % is written 0.07.")));
                }
                Ok(_) => {}
                Err(_) => wrong.push(refused("tax_rate.rate", "taxes", format!("{:?} is no decimal number.", tax.rate))),
            }
        }
        if super::regions::states(&self.country).is_some() && self.state.is_none() {
            wrong.push(refused("tax_rate.state", "state", format!("A row of {} has a state or province.", self.country)));
        }
        wrong
    }
}
