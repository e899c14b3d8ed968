//! Reversing an invoice by a credit memo (reference section 1.6).

use super::{Invoice, LineKey};
use crate::field::{APPLY_DATE, MEMO_DATE, REASON, REVERSAL};
use crate::limits;
use crate::memo::{self, CreditMemo, Mirroring};
use accrual_base::{Day, Result, rounding};
use std::collections::BTreeMap;

/// The reason a reversal has when none is given.
pub const REASON_OF_REVERSAL: &str = "Invoice reversal";

/// What the caller may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverse<'a> {
    pub today: Day,
    /// Default: today.
    pub memo_date: Option<Day>,
    /// Default: today, or the memo date when that is later.
    pub apply_date: Option<Day>,
    /// Default: "Invoice reversal".
    pub reason: Option<&'a str>,
}

/// What a reversal needs to know of the world around the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReverseFacts<'a> {
    /// The active reason codes.
    pub reasons: &'a [&'a str],
    pub mirroring: Mirroring,
    /// A credit or debit memo that is not canceled was made from it.
    pub memo_made: bool,
    /// It is a part of a split invoice.
    pub part_of_split: bool,
    /// Its tax came through a connector of the extension platform.
    pub connector_tax: bool,
    /// A subscription of it was transferred to another owner.
    pub transferred: bool,
    /// A subscription of it has a newer invoice.
    pub newer_invoice: bool,
    /// It runs as a job, which takes more lines.
    pub as_job: bool,
}

/// Makes the credit memo of every item and tax line, posted and applied line to line, and flags the invoice. Allowed in a
/// closed period. Both happen or neither: on a refusal the invoice is as before.
///
/// # Errors
/// Rejects dates out of order, a reason that is not active (59990020), and every guard of the reference.
pub fn reverse(invoice: &mut Invoice, how: Reverse<'_>, facts: ReverseFacts<'_>) -> Result<CreditMemo> {
    let refuse = |why: &str| Err(REVERSAL.rule(why));
    invoice.check_posted("reversed")?;
    let total = invoice.amount()?;
    if total < 0 {
        return refuse("An invoice with a negative total cannot be reversed.");
    }
    if invoice.is_settled() {
        return refuse("Payments or credit memos are applied to the invoice; unapply them before reversing it.");
    }
    if facts.memo_made {
        return refuse("A credit or debit memo was made from the invoice; cancel it before reversing the invoice.");
    }
    if facts.part_of_split {
        return refuse("A part of a split invoice cannot be reversed.");
    }
    if facts.connector_tax {
        return refuse("An invoice taxed through a tax connector cannot be reversed.");
    }
    if facts.transferred {
        return refuse("A subscription of the invoice was transferred to another owner; the invoice cannot be reversed.");
    }
    if facts.newer_invoice {
        return refuse("A subscription of the invoice has a newer invoice; reverse that one first.");
    }
    check_lines(invoice, if facts.as_job { limits::MEMO_LINES_ASYNC } else { limits::MEMO_LINES })?;
    let (date, apply_date) = dates(invoice, how.today, how.memo_date, how.apply_date)?;
    let reason = check_reason(how.reason.unwrap_or(REASON_OF_REVERSAL), facts.reasons)?;
    let amounts = open_lines(invoice)?;
    if amounts.values().all(|a| *a == 0) && facts.mirroring != Mirroring::Yes {
        return refuse("Nothing of the invoice is left to credit; allow memos that mirror items of zero, or leave it as it is.");
    }
    let lines = memo::mirror(invoice, &amounts, facts.mirroring, -1)?;
    let memo = settle(invoice, lines, &amounts, date, apply_date, reason)?;
    invoice.reversed = true;
    Ok(memo)
}

/// The open balance of every line.
pub(super) fn open_lines(invoice: &Invoice) -> Result<BTreeMap<LineKey, i64>> {
    invoice.line_keys().into_iter().map(|key| Ok((key, invoice.line_balance(key)?))).collect()
}

/// Applies a memo of `lines` to the invoice, line to line.
pub(super) fn settle(
    invoice: &mut Invoice,
    lines: Vec<memo::MemoLine>,
    amounts: &BTreeMap<LineKey, i64>,
    date: Day,
    apply_date: Day,
    reason: String,
) -> Result<CreditMemo> {
    let mut memo =
        CreditMemo { currency: invoice.currency, date, apply_date, reason, lines, applied: 0, refunded: 0, revenue_impacting: true };
    let applied = amounts.values().try_fold(0, |sum, a| rounding::add(sum, *a))?;
    if memo.amount()? != applied {
        return Err(accrual_base::Error::fault(format!("a memo of {} credits lines of {applied}", memo.amount()?)));
    }
    memo.applied = applied;
    // sums first, so that an overflow changes nothing
    let changed = amounts.iter().map(|(key, amount)| {
        let mut settlement = invoice.settlement(*key)?;
        settlement.credit_memos = rounding::add(settlement.credit_memos, *amount)?;
        settlement.credited = rounding::add(settlement.credited, *amount)?;
        Ok((*key, settlement))
    });
    for (key, settlement) in changed.collect::<Result<Vec<_>>>()? {
        *invoice.settlement_mut(key)? = settlement;
    }
    Ok(memo)
}

pub(super) fn check_lines(invoice: &Invoice, most: usize) -> Result<()> {
    let lines = invoice.line_count();
    if lines > most {
        let why = format!("The invoice has more than {most} items, discounts and tax lines together; run it as a job.");
        return Err(REVERSAL.rule(why).with_value(&lines.to_string()));
    }
    Ok(())
}

/// Memo and application date: invoice date <= memo date <= application date.
pub(super) fn dates(invoice: &Invoice, today: Day, memo: Option<Day>, apply: Option<Day>) -> Result<(Day, Day)> {
    let date = memo.unwrap_or(today);
    if date < invoice.date {
        let why = format!("The memo date must not be earlier than the invoice date {}.", invoice.date);
        return Err(MEMO_DATE.invalid(why).with_value(&date.to_string()));
    }
    let apply_date = apply.unwrap_or(today.max(date));
    if apply_date < date {
        let why = format!("The application date must not be earlier than the memo date {date}.");
        return Err(APPLY_DATE.invalid(why).with_value(&apply_date.to_string()));
    }
    Ok((date, apply_date))
}

pub(super) fn check_reason(reason: &str, active: &[&str]) -> Result<String> {
    if !active.contains(&reason) {
        return Err(REASON.invalid("There is no active reason code of this name; add or activate it.").with_value(reason));
    }
    Ok(reason.to_owned())
}
