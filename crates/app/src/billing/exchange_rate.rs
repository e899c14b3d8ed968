//! Exchange rates as they are listed (reference section 5.7 of receivables and accounting).

use super::records::{self, Listing};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::{Currency, Day, Error, Result};
use accrual_model::{Filter, Operator, Query, Sort};
use accrual_objects::billing::CustomExchangeRate;

/// The longest span of one list, in days after the first.
const SPAN: i32 = 90;
/// Most rates of one list: every currency of ISO 4217 on each day.
const MOST: u32 = 20_000;

/// The rates to a currency from the first day to the last, both included, by day and currency.
///
/// # Errors
/// `exchange_rate.currency`, `exchange_rate.span`; `role.privilege`.
pub fn list(tenant: &Tenant, context: &Context, to: &str, first: Day, last: Day) -> Result<Listing> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    if Currency::named(to).is_none() {
        let message = format!("{to:?} is no currency of ISO 4217, in upper case.");
        return Err(Error::invalid("exchange_rate.currency", message).in_column("currency"));
    }
    if last < first || last > first.plus(SPAN) {
        let message = format!("The last day is the first or at most {SPAN} days after it.");
        return Err(Error::invalid("exchange_rate.span", message).in_column("endDate"));
    }
    let filter = Filter::All(vec![
        Filter::eq("to_currency", to),
        Filter::compare("rate_date", Operator::Ge, first),
        Filter::compare("rate_date", Operator::Le, last),
    ]);
    let sort = vec![Sort { field: "rate_date".into(), descending: false }];
    tenant.store.read(|tx| records::list::<CustomExchangeRate>(tx, &Query { sort, limit: MOST, ..Query::of(filter) }))
}
