//! The amount of a posted document in the home currency of the tenant.

use super::facts::Facts;
use accrual_base::date::DateFormat;
use accrual_base::rounding::Rule;
use accrual_base::{Currency, Day, Decimal, Error, Result};
use accrual_model::{Filter, Operator, Query, Sort};
use accrual_objects::billing::{CustomExchangeRate, CustomRate, Invoice};
use accrual_receivables::field::{CUSTOM_RATES, EXCHANGE_RATE};
use accrual_receivables::home::{Rate, check_custom_rates};
use accrual_store::Read;
use accrual_store::nouns::typed;

/// The rates a document brings, as the engine checks them.
///
/// # Errors
/// Rejects an unknown currency, what is no number and no day, and what [`check_custom_rates`] refuses.
pub(super) fn custom(rates: &[CustomRate]) -> Result<Vec<(Currency, Rate)>> {
    let one = |(at, rate): (usize, &CustomRate)| {
        let currency = Currency::named(&rate.currency).ok_or_else(|| {
            let why = "A custom rate is to a currency of ISO 4217, in upper case.";
            accrual_base::field::inside(CUSTOM_RATES.invalid(why).in_column("currency").with_value(&rate.currency), "customRates", at)
        })?;
        let value = Decimal::from_str_exact(&rate.custom_fx_rate).map_err(|_| {
            let why = EXCHANGE_RATE.invalid("An exchange rate is a decimal number.").with_value(&rate.custom_fx_rate);
            accrual_base::field::inside(why, "customRates", at)
        })?;
        if rate.rate_date.as_deref().is_some_and(|day| DateFormat::YyyyMmDd.parse(day).is_none()) {
            let why = CUSTOM_RATES.invalid("The day of a custom rate is written YYYY-MM-DD.").in_column("rateDate");
            return Err(accrual_base::field::inside(why, "customRates", at));
        }
        Ok((currency, Rate { value, inverse: true }))
    };
    let rates = rates.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?;
    check_custom_rates(&rates)?;
    Ok(rates)
}

/// Writes the home amount of an invoice that is posted, with the rate it was made by. Nothing when the tenant has no home
/// currency.
///
/// # Errors
/// Rejects a day before the first rate; a fault on overflow.
pub(super) fn set(tx: &mut dyn Read, facts: &Facts, invoice: &mut Invoice) -> Result<()> {
    let Some(home) = facts.rules.home_currency.as_deref().and_then(Currency::named) else { return Ok(()) };
    let from = super::document::currency(&invoice.currency)?;
    let (rate, date) = rate(tx, invoice, from, home)?;
    let converted = rate.convert(invoice.amount, from, home, Rule::HALF_UP)?;
    invoice.home_currency = Some(home.code().to_owned());
    invoice.exchange_rate = Some(rate.value);
    invoice.exchange_rate_date = Some(date);
    invoice.home_currency_amount = Some(converted.amount);
    Ok(())
}

/// The rate of the document's own, else that of its day or the most recent day before it.
fn rate(tx: &mut dyn Read, invoice: &Invoice, from: Currency, home: Currency) -> Result<(Rate, Day)> {
    let day = invoice.invoice_date.ok_or_else(|| Error::fault("an invoice without a date"))?;
    if from == home {
        return Ok((Rate { value: Decimal::ONE, inverse: true }, day));
    }
    let own = invoice.custom_rates.as_deref().unwrap_or_default();
    if let Some(at) = own.iter().position(|r| r.currency == home.code()) {
        let (_, rate) = custom(own)?[at];
        let stated = own[at].rate_date.as_deref().and_then(|d| DateFormat::YyyyMmDd.parse(d));
        return Ok((rate, stated.unwrap_or(day)));
    }
    let filter = Filter::All(vec![
        Filter::eq("from_currency", from.code()),
        Filter::eq("to_currency", home.code()),
        Filter::compare("rate_date", Operator::Le, day),
    ]);
    let query = Query { limit: 1, sort: vec![Sort { field: "rate_date".into(), descending: true }], ..Query::of(filter) };
    let Some(stored) = typed::list::<CustomExchangeRate>(tx, &query)?.pop() else {
        let why = format!("There is no exchange rate from {from} to {home} for {day} or any day before; import one or give a custom rate.");
        return Err(EXCHANGE_RATE.rule(why));
    };
    Ok((Rate { value: stored.rate, inverse: true }, stored.rate_date.unwrap_or(day)))
}
