//! What bills and credits leave of each invoice, and what they do to the order line (reference sections 1.4 and 6.1).

use crate::contract::{Basis, Bill, Line, TransactionType};
use accrual_base::{Result, rounding};

/// Recognises revenue for its own: an invoice, or the bill a system line was made for.
pub fn is_invoice(line: &Line, bill: &Bill) -> bool {
    bill.kind == TransactionType::Invoice || line.standalone && bill.id == line.id
}

/// A credit that lowers revenue: a price credit or a return that was not taken back.
pub fn is_credit(line: &Line, bill: &Bill) -> bool {
    matches!(bill.kind, TransactionType::CreditMemo | TransactionType::Return) && !bill.cancelled && !is_invoice(line, bill)
}

/// What cancelations leave of a bill, in the line's sign; 0 for anything but an invoice.
///
/// # Errors
/// A fault on overflow.
pub fn net(line: &Line, bill: &Bill) -> Result<i64> {
    if is_invoice(line, bill) { rounding::add(bill.amount, bill.taken_back) } else { Ok(0) }
}

/// [`net`] of every bill.
///
/// # Errors
/// A fault on overflow.
pub fn nets(line: &Line) -> Result<Vec<i64>> {
    line.bills.iter().map(|b| net(line, b)).collect()
}

/// What a cancelation or a credit can still take of an invoice: its [`net`] less the credits that name it.
///
/// # Errors
/// A fault on overflow.
pub fn available(line: &Line, invoice: &Bill) -> Result<i64> {
    if !is_invoice(line, invoice) {
        return Ok(0);
    }
    rounding::add(net(line, invoice)?, credits_of(line, Some(invoice.id))?)
}

/// Lets a cancelation take back its invoice, or, when it names the order line, the invoices from the last one backwards.
/// What had raised the order by overage goes first.
///
/// # Errors
/// A fault on overflow.
pub fn cancel(line: &mut Line, cancelation: &Bill) -> Result<()> {
    let mut left = cancelation.amount;
    for at in (0..line.bills.len()).rev() {
        let available = available(line, &line.bills[at])?;
        let invoice = &mut line.bills[at];
        if cancelation.original.is_some_and(|id| id != invoice.id) || available.signum() != -left.signum() {
            continue;
        }
        let part = if left.abs() <= available.abs() { left } else { -available };
        left = rounding::sub(left, part)?;
        invoice.taken_back = rounding::add(invoice.taken_back, part)?;
        let lowered = part.abs().min(invoice.overage.abs()) * invoice.overage.signum();
        invoice.overage = rounding::sub(invoice.overage, lowered)?;
    }
    Ok(())
}

/// Puts a bill at its place.
pub fn insert(line: &mut Line, bill: Bill) {
    let key = |b: &Bill| (b.period, b.date, b.id);
    let at = line.bills.partition_point(|b| key(b) < key(&bill));
    line.bills.insert(at, bill);
}

/// Invoices less cancelations.
///
/// # Errors
/// A fault on overflow.
pub fn net_billed(line: &Line) -> Result<i64> {
    nets(line)?.into_iter().try_fold(0, rounding::add)
}

/// The billed total of the line with its credits: the `billed` column.
///
/// # Errors
/// A fault on overflow.
pub fn billed(line: &Line) -> Result<i64> {
    line.bills.iter().try_fold(0, |sum, b| rounding::add(sum, b.amount))
}

/// The sum of the credits that name a given invoice, or of those that name the order line; zero or negative for a positive line.
///
/// # Errors
/// A fault on overflow.
pub fn credits_of(line: &Line, original: Option<i64>) -> Result<i64> {
    line.bills.iter().filter(|b| is_credit(line, b) && b.original == original).try_fold(0, |sum, b| rounding::add(sum, b.amount))
}

/// Derives list, sell, quantity, allocatable price and SSP from the latest order row and the bills.
///
/// Overage raises sell, list and allocatable price; a return lowers list, quantity and allocatable price; a price
/// credit lowers the allocatable price alone.
///
/// # Errors
/// A fault on overflow.
pub fn derive_values(line: &mut Line) -> Result<()> {
    let (mut list, mut sell, mut quantity, mut credits) = (line.ordered.list, line.ordered.sell, line.ordered.quantity, 0);
    for bill in &line.bills {
        sell = rounding::add(sell, bill.overage)?;
        list = rounding::add(list, bill.overage)?;
        if is_credit(line, bill) {
            credits = rounding::add(credits, bill.amount)?;
            if bill.kind == TransactionType::Return {
                list = rounding::add(list, bill.list)?;
                quantity -= bill.quantity.abs();
            }
        }
    }
    (line.list, line.sell, line.quantity) = (list, sell, quantity);
    line.allocatable = rounding::add(sell, credits)?;
    line.ssp = match line.fair {
        None => None,
        Some(_) if line.cancelled => Some(0),
        Some(fair) => Some(match fair.basis {
            Basis::Percent if line.ordered.list != 0 && list != line.ordered.list => {
                rounding::mul_div(fair.ordered, list, line.ordered.list)?
            }
            Basis::Amount if !line.ordered.quantity.is_zero() && quantity != line.ordered.quantity => {
                rounding::mul_rate(fair.ordered, quantity / line.ordered.quantity, 0)?
            }
            _ => fair.ordered,
        }),
    };
    Ok(())
}
