//! Order lines: new ones, updates and system lines for bills without an order.

use super::{Link, Transaction, limits};
use crate::contract::{AllocationRule, Basis, Contract, FairValue, Line, Ordered, PeriodContext, TransactionType};
use crate::pob::Candidate;
use crate::policy::{Policies, RetainMethod};
use crate::{billing, release, ssp};
use accrual_base::{Decimal, Error, Result};

/// An order row: a new line, or the update of one the contract has.
pub(super) fn apply<'a>(
    contract: &mut Contract,
    row: &Transaction<'a>,
    policies: &Policies,
    ctx: &PeriodContext,
    fresh: &mut Vec<Candidate<'a>>,
) -> Result<()> {
    limits::check(row, policies)?;
    let id = if let Link::Known(id) = row.order { id } else { row.id };
    if let Some(at) = contract.lines.iter().position(|l| l.id == id) {
        return update(contract, at, row, policies);
    }
    let line = new_line(row, id, policies, ctx)?;
    contract.lines.push(line);
    fresh.push(Candidate { line: id, attributes: row.attributes });
    Ok(())
}

/// The system line of a bill without an order; its values are the bill's (reference section 1.4).
pub(super) fn standalone<'a>(
    contract: &mut Contract,
    row: &Transaction<'a>,
    policies: &Policies,
    ctx: &PeriodContext,
    fresh: &mut Vec<Candidate<'a>>,
) -> Result<()> {
    if contract.line(row.id).is_some() {
        return Ok(());
    }
    limits::check(row, policies)?;
    let mut line = new_line(row, row.id, policies, ctx)?;
    line.standalone = true;
    // a credit without reference changes nothing on other lines
    line.eligible = row.eligible && row.kind == TransactionType::Invoice;
    contract.lines.push(line);
    fresh.push(Candidate { line: row.id, attributes: row.attributes });
    Ok(())
}

fn new_line(row: &Transaction<'_>, id: i64, policies: &Policies, ctx: &PeriodContext) -> Result<Line> {
    let mut line = Line {
        id,
        source: row.id,
        pob: 0,
        org: row.org,
        account_set: row.account_set,
        currency: row.currency,
        functional: row.functional,
        rates: row.rates,
        booked: row.date,
        start: row.start,
        end: row.end,
        ordered: Ordered { list: row.list, sell: row.sell, quantity: row.quantity },
        quantity: row.quantity,
        term: row.term,
        list: row.list,
        sell: row.sell,
        allocatable: row.sell,
        ssp: None,
        ssp_given: false,
        fair: None,
        rule: None,
        allocation_base: row.sell,
        allocated: row.sell,
        eligible: row.eligible,
        right_to_bill: row.right_to_bill,
        cancelled: false,
        standalone: false,
        created: ctx.open,
        actions: Vec::new(),
        bills: Vec::new(),
        legs: Vec::new(),
        next_leg: 1,
    };
    price(&mut line, row, policies)?;
    billing::derive_values(&mut line)?;
    Ok(line)
}

/// Finds the stand-alone selling price: the one given on the row, else by the hierarchy.
fn price(line: &mut Line, row: &Transaction<'_>, policies: &Policies) -> Result<()> {
    line.ssp_given = row.ssp.is_some();
    let mut residual = None;
    line.fair = match row.ssp {
        Some(given) => Some(FairValue { template: 0, basis: Basis::Given, ordered: given, below: None, above: None, within: None }),
        None => {
            let Ordered { list, sell, quantity } = line.ordered;
            let basics = ssp::Basics { list, sell, quantity, term: line.term, currency: line.currency, date: line.booked };
            let found = policies.ssp.find(&basics, row.attributes)?;
            residual = found.and_then(|f| f.residual);
            found.map(|f| f.fair)
        }
    };
    let rule = AllocationRule { residual, second_level: row.second_level.clone(), ramp: row.ramp.clone() };
    line.rule = (rule != AllocationRule::default()).then(|| Box::new(rule));
    Ok(())
}

/// The same SO_LINE_ID again.
fn update(contract: &mut Contract, at: usize, row: &Transaction<'_>, policies: &Policies) -> Result<()> {
    let line = &contract.lines[at];
    if row.id <= line.source || row.repeats_source {
        return Ok(());
    }
    if line.cancelled && !row.cancelled {
        return Err(Error::conflict("RPRO-00619", "The order line is cancelled and takes no more changes; send a new line."));
    }
    let updated = updated(line, row, policies)?;
    if updated != (Line { source: row.id, ..line.clone() }) {
        check(line, row)?;
    }
    let template = contract.pob(line.pob).map(|p| p.template);
    let retain = template.map(|id| policies.template(id)).transpose()?.map(|t| t.retain);
    let mut updated = updated;
    if retain == Some(RetainMethod::Amount) && updated.sell != line.sell {
        let mut kept = line.clone();
        release::keep_amounts(&mut kept)?;
        updated.actions = kept.actions;
    }
    contract.lines[at] = updated;
    Ok(())
}

fn updated(line: &Line, row: &Transaction<'_>, policies: &Policies) -> Result<Line> {
    let mut new = line.clone();
    new.source = row.id;
    let ordered = Ordered { list: row.list, sell: row.sell, quantity: row.quantity };
    if ordered.sell != line.ordered.sell {
        // the new value stands for all of the order, what overage had raised included
        new.bills.iter_mut().for_each(|b| b.overage = 0);
    }
    (new.ordered, new.cancelled) = (ordered, line.cancelled || row.cancelled);
    if new.cancelled {
        new.ordered = Ordered { list: 0, sell: 0, quantity: Decimal::ZERO };
    }
    (new.start, new.end, new.term) = (row.start, row.end, row.term);
    (new.rates, new.currency, new.functional) = (row.rates, row.currency, row.functional);
    (new.eligible, new.right_to_bill, new.account_set) = (row.eligible, row.right_to_bill, row.account_set);
    price(&mut new, row, policies)?;
    billing::derive_values(&mut new)?;
    Ok(new)
}

/// What an update may not change (reference section 1.7). Called only when the row changes something.
fn check(line: &Line, row: &Transaction<'_>) -> Result<()> {
    let refuse = |code, message: String| Err(Error::conflict(code, message));
    if line.standalone {
        return refuse(
            "RPRO-00617",
            "The line was made by the system for a bill without an order and takes no update; send the change as a bill.".into(),
        );
    }
    if row.currency != line.currency || row.functional != line.functional {
        return refuse(
            "revenue.currency",
            format!("The line is kept in {}; an update may not change its currencies. Send a new line.", line.currency),
        );
    }
    if row.sell.signum() * line.ordered.sell.signum() < 0 {
        return refuse("RPRO-00616", "The update changes the sign of the extended sell price; send a new line instead.".into());
    }
    if release::has_released(line)? {
        check_released(line, row)?;
    }
    let (net, credits) = (billing::net_billed(line)?, order_credits(line)?);
    if row.cancelled {
        let left = net_quantity(line);
        return if left.is_zero() && net == 0 {
            Ok(())
        } else {
            refuse("RPRO-00610", format!("A quantity of {left} is still billed; credit or cancel its invoices before cancelling the line."))
        };
    }
    if row.sell != line.ordered.sell && row.sell.abs() < net.abs() {
        return refuse("RPRO-00611", "The extended sell price is lower than what is invoiced on the line; cancel invoices first.".into());
    }
    if row.sell != line.ordered.sell && row.sell.abs() < credits.abs() {
        return refuse(
            "RPRO-00612",
            "The extended sell price is lower than the credits on the order line; take credits back first.".into(),
        );
    }
    Ok(())
}

fn check_released(line: &Line, row: &Transaction<'_>) -> Result<()> {
    let refuse = |code, what: &str| Err(Error::conflict(code, format!("The line has released revenue, so {what}. Defer it first.")));
    if row.start != line.start {
        return refuse("RPRO-00614", "its start date may not change");
    }
    if row.right_to_bill != line.right_to_bill {
        return refuse("RPRO-00615", "its right-to-bill flag may not change");
    }
    if row.rates != line.rates {
        return refuse("RPRO-00077", "the update must carry the line's original exchange rates");
    }
    Ok(())
}

/// Credits that name the order line.
fn order_credits(line: &Line) -> Result<i64> {
    billing::credits_of(line, None)
}

/// Billed quantity less what was cancelled or returned.
fn net_quantity(line: &Line) -> Decimal {
    line.bills.iter().fold(Decimal::ZERO, |sum, b| match b.kind {
        TransactionType::Invoice => sum + b.quantity.abs(),
        TransactionType::InvoiceCancelation => sum - b.quantity.abs(),
        TransactionType::Return if !b.cancelled => sum - b.quantity.abs(),
        _ => sum,
    })
}
