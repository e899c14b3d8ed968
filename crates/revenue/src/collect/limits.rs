//! Bounds of what a transaction may carry, so that nothing later can overflow.

use super::Transaction;
use crate::contract::Rates;
use crate::policy::Policies;
use crate::schedule;
use accrual_base::{Currency, Decimal, Error, Result, rounding};

/// The largest amount of a row in minor units: ten thousand billions of a currency with cents.
pub const LARGEST_AMOUNT: i64 = 1_000_000_000_000_000;
/// The largest amount in functional or reporting currency.
const LARGEST_CONVERTED: i64 = 100 * LARGEST_AMOUNT;
/// The largest quantity or term, and the most decimals they may have.
const LARGEST_QUANTITY: i64 = 1_000_000_000_000;
const MOST_DECIMALS: u32 = 12;

/// Refuses a row whose figures or dates the engine could not carry through.
///
/// # Errors
/// `revenue.amount`, `revenue.rate` and `revenue.quantity`; as [`schedule::check`] for the dates.
pub(super) fn check(row: &Transaction<'_>, policies: &Policies) -> Result<()> {
    let amounts = [("EXT_SLL_PRC", row.sell), ("EXT_LST_PRC", row.list), ("EXT_SSP", row.ssp.unwrap_or(0))];
    for (column, amount) in amounts {
        if amount.unsigned_abs() > LARGEST_AMOUNT.unsigned_abs() {
            let message = format!("Amounts reach up to {LARGEST_AMOUNT} minor units; split the line.");
            return Err(Error::invalid("revenue.amount", message).in_column(column).with_value(&amount.to_string()));
        }
    }
    for (column, quantity) in [("ORD_QTY", row.quantity), ("TERM", row.term)] {
        if quantity.abs() > Decimal::from(LARGEST_QUANTITY) || too_fine(quantity) {
            let message = format!("Quantities and terms reach up to {LARGEST_QUANTITY} with {MOST_DECIMALS} decimals.");
            return Err(Error::invalid("revenue.quantity", message).in_column(column).with_value(&quantity.to_string()));
        }
    }
    rates(row, policies)?;
    // a row without a start counts from its own day
    schedule::check(row.start.unwrap_or(row.date), row.end)
}

/// Zeros at the end do not count as decimals.
fn too_fine(value: Decimal) -> bool {
    value.scale() > MOST_DECIMALS && value.normalize().scale() > MOST_DECIMALS
}

fn rates(row: &Transaction<'_>, policies: &Policies) -> Result<()> {
    if row.rates == Rates::UNIT && row.currency == row.functional && row.functional == policies.reporting {
        return Ok(());
    }
    let refuse = |column: &str, rate: Decimal| {
        let message = "An exchange rate is positive, has at most 12 decimals and keeps the amount within its bounds; correct the rate.";
        Err(Error::invalid("revenue.rate", message).in_column(column).with_value(&rate.to_string()))
    };
    let shift = |from: Currency, to: Currency| i32::from(to.exponent()) - i32::from(from.exponent());
    let largest = row.sell.abs().max(row.list.abs()).max(row.ssp.unwrap_or(0).abs());
    let convert = |amount: i64, rate: Decimal, shift: i32| {
        let fits = rate > Decimal::ZERO && !too_fine(rate);
        let converted = if fits { rounding::mul_rate(amount, rate, shift).ok() } else { None };
        converted.filter(|a| *a <= LARGEST_CONVERTED)
    };
    let Some(functional) = convert(largest, row.rates.functional, shift(row.currency, row.functional)) else {
        return refuse("F_EX_RATE", row.rates.functional);
    };
    match convert(functional, row.rates.reporting, shift(row.functional, policies.reporting)) {
        Some(_) => Ok(()),
        None => refuse("G_EX_RATE", row.rates.reporting),
    }
}
