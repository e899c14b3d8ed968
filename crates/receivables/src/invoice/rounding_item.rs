//! The item that brings a total to the increment of its currency (reference section 1.13).

use super::{Invoice, Item, Processing, Settlement};
use crate::amount::decimal;
use crate::tax::Taxation;
use accrual_base::rounding::Rule;
use accrual_base::{Decimal, Result, rounding};

/// The rounding item of an invoice whose items and tax lines are rounded to the smallest unit; none when the total is round.
/// An earlier rounding item is left out of the sum, so that regenerating replaces it.
///
/// # Errors
/// A fault on overflow.
pub fn rounding_item(invoice: &Invoice, rule: Rule) -> Result<Option<Item>> {
    let mut plain = invoice.clone();
    plain.items.retain(|i| i.processing != Processing::Rounding);
    let total = plain.amount()?;
    let amount = rounding::sub(rule.ratio(i128::from(total), 1)?, total)?;
    let item = Item {
        processing: Processing::Rounding,
        amount,
        quantity: Decimal::ONE,
        unit_price: decimal(amount, invoice.currency),
        service_start: invoice.date,
        service_end: Some(invoice.date),
        taxation: Taxation::None,
        taxes: Vec::new(),
        discounts: Vec::new(),
        settlement: Settlement::default(),
    };
    Ok((amount != 0).then_some(item))
}
