//! Writing off what is open of an invoice (reference section 1.7).

use super::reverse::{check_lines, check_reason, dates, open_lines, settle};
use super::{Invoice, LineKey};
use crate::amount::exact;
use crate::field::{NON_REVENUE_CODE, REVENUE_IMPACTING, REVERSAL, WRITE_OFF_AMOUNT, WRITE_OFF_ITEMS};
use crate::limits;
use crate::memo::{self, CreditMemo, Mirroring};
use crate::spread::{self, Allocation};
use accrual_base::field::inside;
use accrual_base::{Day, Decimal, Error, Result, error::Kind, rounding};
use std::collections::BTreeMap;

/// The reason a write-off has when none is given.
pub const REASON_OF_WRITE_OFF: &str = "Write-off";

/// How much is written off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All that is open.
    #[default]
    Balance,
    /// Every item listed; each amount has to be what is open.
    Items(Vec<ItemWriteOff>),
    /// A part, spread over the open lines by the billing rule.
    Part(Decimal),
}

/// One item of a write-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemWriteOff {
    /// Position of the invoice item.
    pub item: usize,
    /// What is open when absent.
    pub amount_without_tax: Option<Decimal>,
    /// Tax lines by position with their amounts; those not listed are taken as they are open.
    pub taxes: Vec<(usize, Decimal)>,
}

/// Whether the write-off takes part in revenue accounting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RevenueImpact {
    #[default]
    Yes,
    /// Posted to the accounting code given.
    No(String),
}

/// What the caller may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff<'a> {
    pub today: Day,
    /// Default: today.
    pub memo_date: Option<Day>,
    /// Default: "Write-off".
    pub reason: Option<&'a str>,
    pub extent: Extent,
    pub impact: RevenueImpact,
}

/// What a write-off needs to know of the world around the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOffFacts<'a> {
    /// The active reason codes.
    pub reasons: &'a [&'a str],
    pub mirroring: Mirroring,
    /// How a part is spread.
    pub allocation: Allocation,
    /// The tenant may write off by items, in part, and outside revenue.
    pub enhanced: bool,
    /// Adjustments changed the balance before invoice settlement was switched on.
    pub adjusted_before: bool,
    /// It runs as a job, which takes any number of lines.
    pub as_job: bool,
}

/// Makes the credit memo of the open balance, posted and applied line to line; every line is then at zero, unless only a
/// part is written off. Allowed in a closed period. On a refusal the invoice is as before.
///
/// # Errors
/// Rejects an invoice that is not posted or is reversed, dates out of order, a reason that is not active, enhanced forms
/// without the permission, items left out or not at their balance, a part above the balance, and nothing to write off.
pub fn write_off(invoice: &mut Invoice, how: &WriteOff<'_>, facts: WriteOffFacts<'_>) -> Result<CreditMemo> {
    invoice.check_posted("written off")?;
    check_enhanced(how, facts.enhanced)?;
    if facts.adjusted_before {
        return Err(
            REVERSAL.rule("Adjustments changed the balance before invoice settlement was enabled; the invoice cannot be written off.")
        );
    }
    if !facts.as_job {
        check_lines(invoice, limits::MEMO_LINES)?;
    }
    if invoice.balance()? < 0 {
        return Err(REVERSAL.rule("An invoice with a negative balance cannot be written off."));
    }
    let (date, apply_date) = dates(invoice, how.today, how.memo_date, None)?;
    let reason = check_reason(how.reason.unwrap_or(REASON_OF_WRITE_OFF), facts.reasons)?;
    let (amounts, mirroring) = match &how.extent {
        Extent::Balance => (open_lines(invoice)?, facts.mirroring),
        Extent::Items(items) => (listed(invoice, items)?, facts.mirroring),
        // a share of a charge says nothing of its discounts
        Extent::Part(part) => (shares(invoice, *part, facts.allocation)?, Mirroring::No),
    };
    if amounts.values().all(|a| *a == 0) && mirroring != Mirroring::Yes {
        return Err(REVERSAL.rule("Nothing of the invoice is open, so there is nothing to write off."));
    }
    let lines = memo::mirror(invoice, &amounts, mirroring, 1)?;
    let mut memo = settle(invoice, lines, &amounts, date, apply_date, reason)?;
    memo.revenue_impacting = how.impact == RevenueImpact::Yes;
    Ok(memo)
}

fn check_enhanced(how: &WriteOff<'_>, enhanced: bool) -> Result<()> {
    let forbidden =
        |what: &str| Err(Error::rejected(Kind::Forbidden, "59990310", format!("{what} needs the enhanced write-off permission.")));
    match (&how.extent, &how.impact) {
        (Extent::Items(_), _) if !enhanced => forbidden("Writing off by items").map_err(|e| e.in_column(WRITE_OFF_ITEMS.name)),
        (Extent::Part(_), _) if !enhanced => forbidden("Writing off a part").map_err(|e| e.in_column(WRITE_OFF_AMOUNT.name)),
        (_, RevenueImpact::No(_)) if !enhanced => {
            forbidden("Writing off without impact on revenue").map_err(|e| e.in_column(REVENUE_IMPACTING.name))
        }
        (_, RevenueImpact::No(code)) if code.is_empty() => {
            Err(NON_REVENUE_CODE.missing("A write-off without impact on revenue needs the accounting code it is posted to."))
        }
        _ => Ok(()),
    }
}

/// The amounts of a list that names every item once, each at what is open of it.
fn listed(invoice: &Invoice, items: &[ItemWriteOff]) -> Result<BTreeMap<LineKey, i64>> {
    let open = open_lines(invoice)?;
    let mut named = vec![false; invoice.items.len()];
    for (at, item) in items.iter().enumerate() {
        check_item(invoice, &open, &mut named, item).map_err(|e| inside(e, "items", at))?;
    }
    if let Some(left_out) = named.iter().position(|n| !n) {
        let why = format!("All items of the invoice have to be listed; item {} is missing.", left_out + 1);
        return Err(WRITE_OFF_ITEMS.invalid(why));
    }
    Ok(open)
}

fn check_item(invoice: &Invoice, open: &BTreeMap<LineKey, i64>, named: &mut [bool], item: &ItemWriteOff) -> Result<()> {
    match named.get_mut(item.item) {
        None => return Err(WRITE_OFF_ITEMS.absent("The invoice has no such item.")),
        Some(true) => return Err(WRITE_OFF_ITEMS.invalid("The item is listed twice.")),
        Some(flag) => *flag = true,
    }
    let given = item.amount_without_tax.iter().map(|a| (LineKey::Item(item.item), a));
    for (key, amount) in given.chain(item.taxes.iter().map(|(t, a)| (LineKey::Tax(item.item, *t), a))) {
        let balance = open.get(&key).copied().ok_or_else(|| WRITE_OFF_ITEMS.absent("The item has no such tax line."))?;
        if exact(&WRITE_OFF_AMOUNT, *amount, invoice.currency)? != balance {
            let open = accrual_base::format_minor(balance, invoice.currency.exponent());
            let why = format!("A write-off by items brings every balance to zero; {open} is open here.");
            return Err(WRITE_OFF_AMOUNT.rule(why).with_value(&amount.to_string()));
        }
    }
    Ok(())
}

/// A part of the balance, spread over the lines that are open.
fn shares(invoice: &Invoice, part: Decimal, how: Allocation) -> Result<BTreeMap<LineKey, i64>> {
    let amount = exact(&WRITE_OFF_AMOUNT, part, invoice.currency)?;
    if amount <= 0 || amount > invoice.balance()? {
        let why = "The amount to write off is greater than zero and at most the balance of the invoice.";
        return Err(WRITE_OFF_AMOUNT.rule(why).with_value(&part.to_string()));
    }
    let keys = invoice.line_keys();
    let balances = keys.iter().map(|key| invoice.line_balance(*key)).collect::<Result<Vec<i64>>>()?;
    let shares = spread::over(how, amount, &balances)?;
    debug_assert_eq!(shares.iter().try_fold(0, |s, a| rounding::add(s, *a)).ok(), Some(amount));
    Ok(keys.into_iter().zip(shares).collect())
}
