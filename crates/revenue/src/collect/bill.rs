//! Invoices and credits.

use super::{Link, Refused, Transaction, limits, note, whole};
use crate::billing;
use crate::contract::{Action, Bill, Cause, Contract, Direction, Line, Measure, PeriodContext, TransactionType};
use crate::policy::{Policies, ReleaseEvent};
use accrual_base::error::Kind;
use accrual_base::{Decimal, Error, Result, rounding};
use std::collections::BTreeSet;

/// A bill that names neither an order line nor another bill: it gets a system line of its own.
pub(super) fn is_standalone(row: &Transaction<'_>) -> bool {
    let alone = row.order == Link::Blank && row.original_order == Link::Blank && row.original_bill == Link::Blank;
    let kinds = [TransactionType::Invoice, TransactionType::CreditMemo, TransactionType::Return];
    alone && kinds.contains(&row.kind) && !row.cancelled
}

/// Applies bills in the order of their dates; one that names a bill still to come waits for it.
pub(super) fn apply_all(
    contract: &mut Contract,
    rows: &[&Transaction<'_>],
    policies: &Policies,
    ctx: &PeriodContext,
    refused: &mut Vec<Refused>,
) -> Result<()> {
    // a bill whose system line was refused was refused with it
    let gone = |row: &Transaction<'_>| refused.iter().any(|r| r.id == row.id);
    let mut waiting: Vec<&Transaction<'_>> = rows.iter().copied().filter(|row| !gone(row)).collect();
    let mut credited: BTreeSet<i64> = BTreeSet::new();
    while !waiting.is_empty() {
        let ids: BTreeSet<i64> = waiting.iter().map(|t| t.id).collect();
        let needs = |t: &Transaction<'_>| matches!(t.original_bill, Link::Known(id) if id != t.id && ids.contains(&id));
        let (later, now): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(|t| needs(t));
        // a circle of references resolves to nothing that exists
        let (later, now) = if now.is_empty() { (Vec::new(), later) } else { (later, now) };
        for row in now {
            let result = apply(contract, row, policies, ctx, &mut credited);
            note(refused, row, result)?;
        }
        waiting = later;
    }
    Ok(())
}

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T> {
    Err(Error::conflict(code, message))
}

fn apply(
    contract: &mut Contract,
    row: &Transaction<'_>,
    policies: &Policies,
    ctx: &PeriodContext,
    credited: &mut BTreeSet<i64>,
) -> Result<()> {
    if contract.lines.iter().any(|l| l.bills.iter().any(|b| b.id == row.id)) {
        return Ok(());
    }
    if let Some(refusal) = not_built(row.kind) {
        return Err(refusal);
    }
    limits::check(row, policies)?;
    let at = match row.kind {
        TransactionType::Invoice => invoice_line(contract, row)?,
        _ => credit_line(contract, row)?,
    };
    let line = &contract.lines[at];
    if row.currency != line.currency {
        let message = format!(
            "The line is kept in {}; a bill in {} cannot belong to it. Correct the currency or the line named.",
            line.currency, row.currency
        );
        return refuse("revenue.currency", message);
    }
    let mut bill = as_bill(row, ctx);
    match row.kind {
        TransactionType::Invoice => check_invoice(line, &mut bill, policies)?,
        TransactionType::InvoiceCancelation => check_cancelation(line, row, &bill, policies)?,
        _ if row.cancelled => return take_back(&mut contract.lines[at], bill),
        _ if billing::is_invoice(line, &bill) => {}
        _ => check_credit(line, &bill, credited.contains(&line.id))?,
    }
    credited.insert(line.id);
    let pob = contract.pob(line.pob).ok_or_else(|| Error::fault(format!("line {} has no performance obligation", line.id)))?;
    let event = policies.template(pob.template)?.release;
    add(&mut contract.lines[at], bill, event, ctx)
}

fn not_built(kind: TransactionType) -> Option<Error> {
    use TransactionType as T;
    let name = match kind {
        T::ReductionOrder => "Reduction orders (RORD)",
        T::ReductionCredit => "Credits for reduction orders (CM-RO)",
        T::PriceOrder => "Price change orders (PORD)",
        T::Cost => "Cost lines (CST)",
        T::InvoiceVariable | T::CreditVariable => "Variable consideration by invoice or credit memo (INV-VC, CM-VC)",
        T::Order | T::Invoice | T::CreditMemo | T::InvoiceCancelation | T::Return => return None,
    };
    Some(Error::rejected(Kind::NotBuilt, "revenue.not_built", format!("{name} are not built yet; the row was left in staging.")))
}

fn position(contract: &Contract, link: Link) -> Option<usize> {
    let Link::Known(id) = link else { return None };
    contract.lines.iter().position(|l| l.id == id)
}

fn invoice_line(contract: &Contract, row: &Transaction<'_>) -> Result<usize> {
    if row.original_order != Link::Blank {
        return refuse("RPRO-00636", "An invoice names its order line in SO Line ID; leave Orig SO Line ID blank.");
    }
    let link = if row.order == Link::Blank { Link::Known(row.id) } else { row.order };
    match position(contract, link) {
        Some(at) => Ok(at),
        None => refuse("RPRO-00600", "The SO Line ID does not match an order line in the system; load the order first."),
    }
}

fn credit_line(contract: &Contract, row: &Transaction<'_>) -> Result<usize> {
    let (by_order, by_bill) = (row.original_order != Link::Blank, row.original_bill != Link::Blank);
    if by_order && by_bill {
        return refuse("RPRO-00637", "A credit names either Orig SO Line ID or Orig INV Line ID; clear one of them.");
    }
    let cancelation = row.kind == TransactionType::InvoiceCancelation;
    if by_bill {
        let found = match row.original_bill {
            Link::Known(id) => contract.lines.iter().position(|l| l.bills.iter().any(|b| b.id == id)),
            _ => None,
        };
        let code = if row.cancelled {
            "RPRO-00655"
        } else if cancelation {
            "RPRO-00654"
        } else {
            "RPRO-00624"
        };
        return found.map_or_else(|| refuse(code, "The bill named in Orig INV Line ID does not exist in the system; load it first."), Ok);
    }
    let link = if by_order { row.original_order } else { row.order };
    if link == Link::Blank && cancelation {
        return refuse("RPRO-00638", "An invoice cancelation (CM-C) must name the invoice in Orig INV Line ID.");
    }
    let link = if link == Link::Blank { Link::Known(row.id) } else { link };
    match position(contract, link) {
        Some(at) => Ok(at),
        None => refuse("RPRO-00600", "The order line of the credit does not exist in the system; load the order first."),
    }
}

fn as_bill(row: &Transaction<'_>, ctx: &PeriodContext) -> Bill {
    Bill {
        id: row.id,
        kind: row.kind,
        amount: row.sell,
        quantity: row.quantity,
        list: if row.kind == TransactionType::Return { row.list } else { 0 },
        original: if let Link::Known(id) = row.original_bill { Some(id) } else { None },
        date: row.date,
        start: row.start,
        end: row.end,
        credit_rule: row.credit_rule,
        rates: row.rates,
        period: ctx.open,
        overage: 0,
        taken_back: 0,
        cancelled: false,
    }
}

fn check_invoice(line: &Line, bill: &mut Bill, policies: &Policies) -> Result<()> {
    if line.cancelled {
        return refuse("RPRO-00619", "The order line is cancelled; bill a new line.");
    }
    if bill.id == line.id {
        return Ok(());
    }
    if bill.amount.signum() * line.sell.signum() < 0 {
        return refuse("RPRO-00601", "The invoice and its order line must have the same sign; send a credit memo instead.");
    }
    let billed = rounding::add(billing::net_billed(line)?, bill.amount)?;
    let over = rounding::sub(billed, line.sell)?;
    if over != 0 && (over.signum() == line.sell.signum() || line.sell == 0) {
        if !policies.allow_overstated_invoice {
            return refuse("RPRO-00622", "The invoice bills more than the order's sell price; raise the order or lower the invoice.");
        }
        bill.overage = over;
    }
    let invoiced: Decimal = line.bills.iter().filter(|b| b.kind == TransactionType::Invoice).map(|b| b.quantity).sum();
    let returned: Decimal = line.bills.iter().filter(|b| b.kind == TransactionType::InvoiceCancelation).map(|b| b.quantity.abs()).sum();
    if !policies.allow_overstated_invoice && invoiced - returned + bill.quantity > line.quantity {
        return refuse("RPRO-00623", "The invoice bills more than the ordered quantity; raise the order or lower the invoice.");
    }
    Ok(())
}

fn check_cancelation(line: &Line, row: &Transaction<'_>, bill: &Bill, policies: &Policies) -> Result<()> {
    if row.cancelled {
        return refuse("RPRO-00663", "An invoice cancelation cannot be taken back; bill again instead.");
    }
    let available = match bill.original {
        Some(id) => {
            let invoice = line.bills.iter().find(|b| b.id == id && billing::is_invoice(line, b));
            let Some(invoice) = invoice else {
                return refuse("RPRO-00654", "Orig INV Line ID does not name an invoice; a cancelation can only cancel one.");
            };
            billing::available(line, invoice)?
        }
        None if !policies.credit_order_line => {
            return refuse(
                "RPRO-00662",
                "An invoice cancelation on an order line needs the billing integration; name the invoice instead.",
            );
        }
        None if billing::net_billed(line)? == 0 => return refuse("RPRO-00659", "The order line has no billing to cancel."),
        None => line.bills.iter().try_fold(0, |sum, b| rounding::add(sum, billing::available(line, b)?))?,
    };
    fits(bill.amount, available, "RPRO-00660", "The cancelation is more than what is left of the invoice")
}

fn fits(amount: i64, available: i64, code: &'static str, what: &str) -> Result<()> {
    if amount.signum() == -available.signum() && amount.abs() <= available.abs() || amount == 0 {
        return Ok(());
    }
    refuse(code, format!("{what} (left: {available} minor units, sent: {amount}); lower the amount or check its sign."))
}

fn check_credit(line: &Line, bill: &Bill, batch_has_more: bool) -> Result<()> {
    let order = |amount| fits(amount, line.allocatable, "RPRO-00661", "The credit is more than the net sell price of the order line");
    let Some(id) = bill.original else { return order(bill.amount) };
    let Some(invoice) = line.bills.iter().find(|b| b.id == id && billing::is_invoice(line, b)) else {
        return refuse("RPRO-00624", "Orig INV Line ID does not name an invoice; a credit needs one.");
    };
    fits(bill.amount, invoice.amount, "RPRO-00621", "The credit is more than its invoice")?;
    let code = if batch_has_more { "RPRO-00666" } else { "RPRO-00660" };
    fits(bill.amount, billing::available(line, invoice)?, code, "The credit is more than what is left of the invoice")?;
    order(bill.amount)
}

/// A credit memo with the cancel flag takes back the credit it names.
fn take_back(line: &mut Line, mut bill: Bill) -> Result<()> {
    let credit = line.bills.iter_mut().find(|b| Some(b.id) == bill.original && b.kind == bill.kind && !b.cancelled);
    let Some(credit) = credit else {
        return refuse("RPRO-00655", "Orig INV Line ID does not name a credit of the same type that still counts.");
    };
    credit.cancelled = true;
    bill.cancelled = true;
    // the initial entry of the credit is taken back in full, whatever sign the row came with
    bill.amount = rounding::sub(0, credit.amount)?;
    billing::insert(line, bill);
    billing::derive_values(line)
}

fn add(line: &mut Line, bill: Bill, event: ReleaseEvent, ctx: &PeriodContext) -> Result<()> {
    if bill.kind == TransactionType::InvoiceCancelation {
        billing::cancel(line, &bill)?;
    }
    let by_hand = line.actions.iter().any(|a| matches!(a.cause, Cause::Manual(_)));
    if billing::is_invoice(line, &bill) && !by_hand {
        let mut action = whole(Cause::Billing(bill.id), bill.date, ctx);
        match event {
            ReleaseEvent::UponBillingBilled => {
                action.measure = Measure::Amount(bill.amount);
                (action.start, action.end) = (None, None);
                line.actions.push(action);
            }
            ReleaseEvent::UponBillingFull if !line.actions.iter().any(is_billing) => line.actions.push(action),
            _ => {}
        }
    }
    billing::insert(line, bill);
    billing::derive_values(line)
}

fn is_billing(action: &Action) -> bool {
    matches!(action.cause, Cause::Billing(_)) && action.direction == Direction::Release
}
