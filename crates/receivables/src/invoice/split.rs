//! Splitting a draft into parts that live together (reference section 1.8).

use super::{Context, Discount, Invoice, Item, Status, cancel};
use crate::field::{SPLIT_PERCENTAGE, SPLIT_TYPE, SPLITS, STATUS};
use crate::limits;
use crate::spread::by_percentage;
use crate::tax::TaxLine;
use crate::terms::PaymentTerm;
use accrual_base::field::inside;
use accrual_base::{Day, Decimal, Error, Result};

/// Units of a percentage: nine decimals.
const PERCENT: i64 = 1_000_000_000;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitPart {
    /// The split type `Amount` is known and always refused.
    pub percentage: Option<Decimal>,
    pub date: Day,
    pub term: PaymentTerm,
}

/// What a split needs to know of the world around the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitFacts {
    /// The billing rule that allows splitting; a new tenant has it off.
    pub allowed: bool,
    pub standalone: bool,
    pub consolidated: bool,
}

/// Makes the parts, all drafts, and turns the original into `Split`. Every item, discount and tax line is split by itself,
/// each part rounded, the remainder on the last part; so the parts of every line sum to it, and the totals do too.
///
/// # Errors
/// Rejects splitting when it is not allowed, standalone and consolidated invoices, any status but Draft, fewer than 2 or more
/// than 50 parts, the split type Amount, percentages outside 0.000000001 to 100 or not summing to exactly 100, and dates in
/// a closed period.
pub fn split(invoice: &mut Invoice, parts: &[SplitPart], facts: SplitFacts, context: &Context<'_>) -> Result<Vec<Invoice>> {
    if !facts.allowed {
        return Err(SPLITS.rule("Splitting invoices is switched off in the billing rules."));
    }
    if invoice.status != Status::Draft {
        return Err(STATUS.rule("Only an invoice in Draft can be split.").with_value(invoice.status.name()));
    }
    if facts.standalone || facts.consolidated {
        return Err(SPLITS.rule("Standalone and consolidated invoices cannot be split."));
    }
    let weights = weights(parts)?;
    let mut made = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        context.check_date(part.date).map_err(|e| inside(e, "splits", at))?;
        let due = part.term.due_date(part.date).map_err(|e| inside(e, "splits", at))?;
        made.push(Invoice { date: part.date, due, items: Vec::with_capacity(invoice.items.len()), ..invoice.clone() });
    }
    for item in &invoice.items {
        for (part, share) in made.iter_mut().zip(split_item(item, &weights)?) {
            part.items.push(share);
        }
    }
    invoice.status = Status::Split;
    Ok(made)
}

/// The percentages in units of nine decimals.
fn weights(parts: &[SplitPart]) -> Result<Vec<i64>> {
    if !limits::SPLIT_PARTS.contains(&parts.len()) {
        let (least, most) = (limits::SPLIT_PARTS.start(), limits::SPLIT_PARTS.end());
        return Err(SPLITS.invalid(format!("An invoice is split into {least} to {most} parts.")).with_value(&parts.len().to_string()));
    }
    let weight = |(at, part): (usize, &SplitPart)| {
        let percentage = part.percentage.ok_or_else(|| SPLIT_TYPE.rule("Splitting by amount is not supported; split by percentage."))?;
        let units = percentage.checked_mul(Decimal::from(PERCENT)).map(|u| u.normalize());
        let units = units.filter(|u| u.scale() == 0).and_then(|u| i64::try_from(u.mantissa()).ok());
        units.filter(|u| (1..=100 * PERCENT).contains(u)).ok_or_else(|| {
            let why = "A percentage is between 0.000000001 and 100, with at most nine decimals.";
            inside(SPLIT_PERCENTAGE.invalid(why).with_value(&percentage.to_string()), "splits", at)
        })
    };
    let weights = parts.iter().enumerate().map(weight).collect::<Result<Vec<i64>>>()?;
    if weights.iter().sum::<i64>() != 100 * PERCENT {
        return Err(SPLIT_PERCENTAGE.rule("The percentages of the parts add up to exactly 100."));
    }
    Ok(weights)
}

fn split_item(item: &Item, weights: &[i64]) -> Result<Vec<Item>> {
    let amounts = by_percentage(item.amount, weights, 100 * PERCENT)?;
    let taxes = split_taxes(&item.taxes, weights)?;
    let mut discounts = vec![Vec::with_capacity(item.discounts.len()); weights.len()];
    for discount in &item.discounts {
        let amounts = by_percentage(discount.amount, weights, 100 * PERCENT)?;
        let taxes = split_taxes(&discount.taxes, weights)?;
        for (part, (amount, taxes)) in discounts.iter_mut().zip(amounts.into_iter().zip(taxes)) {
            part.push(Discount { amount, taxes, own_tax: discount.own_tax });
        }
    }
    let one = |((amount, taxes), discounts)| Item { amount, taxes, discounts, ..item.clone() };
    Ok(amounts.into_iter().zip(taxes).zip(discounts).map(one).collect())
}

/// The tax lines of every part.
fn split_taxes(lines: &[TaxLine], weights: &[i64]) -> Result<Vec<Vec<TaxLine>>> {
    let mut parts = vec![Vec::with_capacity(lines.len()); weights.len()];
    for line in lines {
        let amounts = by_percentage(line.amount, weights, 100 * PERCENT)?;
        let exempts = by_percentage(line.exempt, weights, 100 * PERCENT)?;
        for (part, (amount, exempt)) in parts.iter_mut().zip(amounts.into_iter().zip(exempts)) {
            part.push(TaxLine { amount, exempt, ..line.clone() });
        }
    }
    Ok(parts)
}

/// A split invoice and its parts: they change state together, and are deleted one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub original: Invoice,
    pub parts: Vec<Invoice>,
}

impl Group {
    /// Runs `change` over all parts, or over none when one refuses.
    fn together(&mut self, mut change: impl FnMut(&mut Invoice) -> Result<()>) -> Result<()> {
        let mut parts = self.parts.clone();
        for part in &mut parts {
            change(part)?;
        }
        self.parts = parts;
        Ok(())
    }
    /// Posts all parts.
    ///
    /// # Errors
    /// As [`super::post`] of any part.
    pub fn post(&mut self, context: &Context<'_>) -> Result<()> {
        self.together(|part| super::post(part, super::Post::default(), context))
    }
    /// Unposts all parts.
    ///
    /// # Errors
    /// As [`super::unpost`] of any part; one payment on one part is enough.
    pub fn unpost(&mut self, facts: super::Unpost) -> Result<()> {
        self.together(|part| super::unpost(part, facts))
    }
    /// Cancels all parts and the original.
    ///
    /// # Errors
    /// As [`cancel`] of any part.
    pub fn cancel(&mut self) -> Result<()> {
        self.together(|part| {
            // the group changes at once: a large part does not stop half way
            if cancel(part)? {
                cancel(part)?;
            }
            Ok(())
        })?;
        self.original.status = Status::Canceled;
        Ok(())
    }
    /// Deletes one part.
    ///
    /// # Errors
    /// As [`super::check_delete`]; a fault when there is no such part.
    pub fn delete(&mut self, part: usize) -> Result<Invoice> {
        super::check_delete(self.parts.get(part).ok_or_else(|| Error::fault(format!("no part {part}")))?)?;
        Ok(self.parts.remove(part))
    }
}
