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

/// What cancelations (CM-C) leave of each invoice: one amount a bill, in the line's sign; 0 for anything else.
///
/// A cancelation that names the order line consumes invoices from the last one backwards.
///
/// # Errors
/// A fault on overflow.
pub fn nets(line: &Line) -> Result<Vec<i64>> {
    let mut nets = vec![0; line.bills.len()];
    for (at, bill) in line.bills.iter().enumerate() {
        if is_invoice(line, bill) {
            nets[at] = bill.amount;
        } else if bill.kind == TransactionType::InvoiceCancelation {
            for (invoice, part) in consumed(line, &nets, bill) {
                nets[invoice] = rounding::add(nets[invoice], part)?;
            }
        }
    }
    Ok(nets)
}

/// Which invoices a cancelation consumes and by how much, given what was left of each before it.
pub fn consumed(line: &Line, nets: &[i64], cancelation: &Bill) -> Vec<(usize, i64)> {
    if let Some(original) = cancelation.original {
        return line.bills.iter().position(|b| b.id == original).map(|at| (at, cancelation.amount)).into_iter().collect();
    }
    let mut left = cancelation.amount;
    let mut parts = Vec::new();
    for (at, net) in nets.iter().enumerate().rev() {
        let part = if left.abs() <= net.abs() { left } else { -net };
        if part != 0 && net.signum() == -left.signum() {
            parts.push((at, part));
            left -= part;
        }
    }
    parts
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
            Basis::Percent if line.ordered.list != 0 && list != line.ordered.list => rounding::mul_div(fair.ordered, list, line.ordered.list)?,
            Basis::Amount if !line.ordered.quantity.is_zero() && quantity != line.ordered.quantity => {
                rounding::mul_rate(fair.ordered, quantity / line.ordered.quantity, 0)?
            }
            _ => fair.ordered,
        }),
    };
    Ok(())
}
