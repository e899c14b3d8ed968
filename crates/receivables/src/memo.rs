//! Credit memos that mirror an invoice: what reversal and write-off make (reference sections 1.6, 1.7 and 2.5).

use crate::invoice::{Invoice, LineKey};
use crate::tax::{RateType, TaxLine};
use accrual_base::{Currency, Day, Decimal, Result, rounding};
use std::collections::BTreeMap;

/// The billing rule "create credit memos mirroring invoice items".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mirroring {
    /// A discount has its own line, the charge its amount before discount; lines of zero are kept.
    #[default]
    Yes,
    /// The same without lines of zero.
    YesButNotZero,
    /// Discounts are netted into their charge; lines of zero are left out.
    No,
}

/// What a memo line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoLineKind {
    Charge,
    Discount,
    Rounding,
}

/// A line of a credit memo; positive amounts are credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoLine {
    pub kind: MemoLineKind,
    /// The invoice item it credits, by position.
    pub item: usize,
    /// The discount of that item, for a line made from one.
    pub discount: Option<usize>,
    pub amount: i64,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub taxes: Vec<MemoTax>,
}

/// A tax line of a credit memo, copied from the invoice: nothing is recalculated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoTax {
    pub source: LineKey,
    pub name: String,
    pub rate: Decimal,
    pub kind: RateType,
    pub amount: i64,
    pub exempt: i64,
}

/// A posted credit memo, applied to its invoice line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditMemo {
    pub currency: Currency,
    pub date: Day,
    pub apply_date: Day,
    pub reason: String,
    pub lines: Vec<MemoLine>,
    pub applied: i64,
    pub refunded: i64,
    /// Whether it takes part in revenue accounting; a memo that does not is never written off itself.
    pub revenue_impacting: bool,
}

impl CreditMemo {
    /// Tax of all lines.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn tax_amount(&self) -> Result<i64> {
        self.lines.iter().flat_map(|l| &l.taxes).try_fold(0, |sum, t| rounding::add(sum, t.amount))
    }
    /// Lines and tax.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn amount(&self) -> Result<i64> {
        self.lines.iter().try_fold(self.tax_amount()?, |sum, l| rounding::add(sum, l.amount))
    }
    /// amount = applied + refunded + unapplied.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn unapplied(&self) -> Result<i64> {
        rounding::sub(rounding::sub(self.amount()?, self.applied)?, self.refunded)
    }
    /// Amounts in the order they are shown: a line, then its tax lines.
    pub fn flat(&self) -> Vec<i64> {
        self.lines.iter().flat_map(|l| std::iter::once(l.amount).chain(l.taxes.iter().map(|t| t.amount))).collect()
    }
}

/// The memo lines that credit `amounts` (by line of the invoice) under a mirroring rule.
///
/// `price_sign` is -1 where the unit price takes the opposite sign (reversal), otherwise 1.
///
/// # Errors
/// A fault on overflow.
pub(crate) fn mirror(invoice: &Invoice, amounts: &BTreeMap<LineKey, i64>, rule: Mirroring, price_sign: i64) -> Result<Vec<MemoLine>> {
    let of = |key: LineKey| amounts.get(&key).copied().unwrap_or(0);
    let tax = |line: &TaxLine, source: LineKey| MemoTax {
        source,
        name: line.name.clone(),
        rate: line.rate,
        kind: line.kind,
        amount: of(source),
        exempt: line.exempt,
    };
    let mut lines = Vec::new();
    for (i, item) in invoice.items.iter().enumerate() {
        let balance = of(LineKey::Item(i));
        let mirrored = rule != Mirroring::No;
        let split = mirrored && (balance != 0 || rule == Mirroring::Yes);
        let line = |kind, discount: Option<usize>, amount, taxes| MemoLine {
            kind,
            item: i,
            discount,
            amount,
            quantity: item.quantity,
            unit_price: item.unit_price * Decimal::from(price_sign),
            taxes,
        };
        let kind = if item.processing == crate::invoice::Processing::Rounding { MemoLineKind::Rounding } else { MemoLineKind::Charge };
        let amount = if split { rounding::sub(balance, item.discount()?)? } else { balance };
        let taxes = item.taxes.iter().enumerate().map(|(t, l)| tax(l, LineKey::Tax(i, t))).collect();
        lines.push(line(kind, None, amount, taxes));
        for (d, discount) in item.discounts.iter().enumerate() {
            let taxes: Vec<MemoTax> = discount.taxes.iter().enumerate().map(|(t, l)| tax(l, LineKey::DiscountTax(i, d, t))).collect();
            if mirrored {
                lines.push(line(MemoLineKind::Discount, Some(d), if split { discount.amount } else { 0 }, taxes));
            } else if !taxes.is_empty() {
                // the tax of a netted discount needs a line to stand on
                lines.push(line(MemoLineKind::Charge, Some(d), 0, taxes));
            }
        }
    }
    if rule != Mirroring::Yes {
        for line in &mut lines {
            line.taxes.retain(|t| t.amount != 0);
        }
        lines.retain(|l| l.amount != 0 || !l.taxes.is_empty());
    }
    Ok(lines)
}
