//! Exchange rates a tenant brings.

use super::refused;
use accrual_base::{Currency, Day, Decimal};
use accrual_model::{Object, Rejection};

/// The rate of one day between two currencies (reference section 5.7 of receivables and accounting). A day without one
/// takes that of the latest day before it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "rate_set_name, to_currency, from_currency, rate_date", rules = CustomExchangeRate::rules)]
pub struct CustomExchangeRate {
    #[field(default = "Custom", filterable, max = 100)]
    pub rate_set_name: String,
    #[field(required, filterable, max = 3)]
    pub from_currency: String,
    /// The target currency.
    #[field(required, filterable, max = 3)]
    pub to_currency: String,
    #[field(required, filterable, sortable)]
    pub rate_date: Option<Day>,
    /// The day of the provider the rate was taken from.
    pub provider_exchange_rate_date: Option<Day>,
    #[field(digits = "13, 9")]
    pub rate: Decimal,
}

impl CustomExchangeRate {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        for (field, code) in [("from_currency", &self.from_currency), ("to_currency", &self.to_currency)] {
            if Currency::named(code).is_none() {
                wrong.push(refused("custom_exchange_rate.currency", field, format!("{code:?} is no currency of ISO 4217, in upper case.")));
            }
        }
        if self.from_currency == self.to_currency {
            wrong.push(refused("custom_exchange_rate.currency", "to_currency", "A rate is between two different currencies."));
        }
        if self.rate <= Decimal::ZERO {
            wrong.push(refused("custom_exchange_rate.rate", "rate", "A rate is above 0."));
        }
        wrong
    }
}
