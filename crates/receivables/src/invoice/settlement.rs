//! What settled a line, and the balance that is left (reference sections 1.10 and 1.11).
//!
//! balance = amount - payments now applied - credit memos now applied, for every line; the document sums its lines.

use super::{Invoice, Status};
use crate::field::APPLIED;
use crate::spread::{self, Allocation};
use crate::tax::TaxLine;
use accrual_base::{Error, Result, rounding};

/// The settled part of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Payments now applied.
    pub payments: i64,
    /// Credit memos now applied.
    pub credit_memos: i64,
    /// Posted credit memos made from the line, applied or not.
    pub credited: i64,
}

impl Settlement {
    /// What is open of an amount.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn balance(&self, amount: i64) -> Result<i64> {
        rounding::sub(rounding::sub(amount, self.payments)?, self.credit_memos)
    }
    /// What can still be credited by memos made from the line; payments and applications do not change it.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn available_to_credit(&self, amount: i64) -> Result<i64> {
        rounding::sub(amount, self.credited)
    }
    fn of(&mut self, movement: Movement) -> &mut i64 {
        match movement {
            Movement::Payment => &mut self.payments,
            Movement::CreditMemo => &mut self.credit_memos,
        }
    }
    /// True when anything is applied.
    pub fn is_settled(&self) -> bool {
        self.payments != 0 || self.credit_memos != 0
    }
}

/// What is applied to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Payment,
    CreditMemo,
}

/// A line that has a balance: an item with its discounts, a tax line of an item, a tax line of a discount. Positions from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKey {
    Item(usize),
    Tax(usize, usize),
    DiscountTax(usize, usize, usize),
}

impl Invoice {
    /// Every line with a balance, in the order of the document: an item, its tax lines, those of its discounts.
    pub fn line_keys(&self) -> Vec<LineKey> {
        let mut keys = Vec::new();
        for (i, item) in self.items.iter().enumerate() {
            keys.push(LineKey::Item(i));
            keys.extend((0..item.taxes.len()).map(|t| LineKey::Tax(i, t)));
            for (d, discount) in item.discounts.iter().enumerate() {
                keys.extend((0..discount.taxes.len()).map(|t| LineKey::DiscountTax(i, d, t)));
            }
        }
        keys
    }

    fn tax_line(&self, key: LineKey) -> Option<&TaxLine> {
        match key {
            LineKey::Item(_) => None,
            LineKey::Tax(i, t) => self.items.get(i)?.taxes.get(t),
            LineKey::DiscountTax(i, d, t) => self.items.get(i)?.discounts.get(d)?.taxes.get(t),
        }
    }

    /// The amount of a line; the amounts of all lines sum to the invoice.
    ///
    /// # Errors
    /// A fault when there is no such line, or on overflow.
    pub fn line_amount(&self, key: LineKey) -> Result<i64> {
        match key {
            LineKey::Item(i) => self.items.get(i).ok_or_else(|| no_line(key))?.net(),
            _ => Ok(self.tax_line(key).ok_or_else(|| no_line(key))?.amount),
        }
    }

    /// The settlement of a line.
    ///
    /// # Errors
    /// A fault when there is no such line.
    pub fn settlement(&self, key: LineKey) -> Result<Settlement> {
        match key {
            LineKey::Item(i) => self.items.get(i).map(|item| item.settlement),
            _ => self.tax_line(key).map(|t| t.settlement),
        }
        .ok_or_else(|| no_line(key))
    }

    pub(super) fn settlement_mut(&mut self, key: LineKey) -> Result<&mut Settlement> {
        match key {
            LineKey::Item(i) => self.items.get_mut(i).map(|item| &mut item.settlement),
            LineKey::Tax(i, t) => self.items.get_mut(i).and_then(|item| item.taxes.get_mut(t)).map(|t| &mut t.settlement),
            LineKey::DiscountTax(i, d, t) => {
                let discount = self.items.get_mut(i).and_then(|item| item.discounts.get_mut(d));
                discount.and_then(|d| d.taxes.get_mut(t)).map(|t| &mut t.settlement)
            }
        }
        .ok_or_else(|| no_line(key))
    }

    /// What is open of a line.
    ///
    /// # Errors
    /// As [`Invoice::line_amount`].
    pub fn line_balance(&self, key: LineKey) -> Result<i64> {
        self.settlement(key)?.balance(self.line_amount(key)?)
    }

    /// Applies `amount` to one line. On a line with a negative balance the amount is negative.
    ///
    /// # Errors
    /// Rejects an invoice that is not posted or is reversed, and more than the line's balance; a fault when there is no such line.
    pub fn apply_to_line(&mut self, movement: Movement, key: LineKey, amount: i64) -> Result<()> {
        self.check_open()?;
        let balance = self.line_balance(key)?;
        check_within(amount, balance, "the open balance of the line")?;
        let settled = self.settlement_mut(key)?.of(movement);
        *settled = rounding::add(*settled, amount)?;
        Ok(())
    }

    /// Takes `amount` back from one line.
    ///
    /// # Errors
    /// As [`Invoice::apply_to_line`]; rejects more than is applied by this kind of movement.
    pub fn unapply_from_line(&mut self, movement: Movement, key: LineKey, amount: i64) -> Result<()> {
        self.check_open()?;
        let settled = self.settlement_mut(key)?.of(movement);
        check_within(amount, *settled, "what is applied to the line")?;
        *settled = rounding::sub(*settled, amount)?;
        Ok(())
    }

    /// Applies `amount` to the document; its positive lines share it by the rule. The shares are returned in the order of
    /// [`Invoice::line_keys`], those of zero included.
    ///
    /// # Errors
    /// As [`Invoice::apply_to_line`]; rejects more than the positive balances.
    pub fn apply(&mut self, movement: Movement, how: Allocation, amount: i64) -> Result<Vec<(LineKey, i64)>> {
        self.check_open()?;
        let keys = self.line_keys();
        let balances = keys.iter().map(|key| self.line_balance(*key)).collect::<Result<Vec<i64>>>()?;
        let open = balances.iter().filter(|b| **b > 0).try_fold(0, |sum, b| rounding::add(sum, *b))?;
        if amount < 0 || amount > open.min(self.balance()?.max(0)) {
            return Err(APPLIED.rule("The amount is more than the open balance of the invoice.").with_value(&amount.to_string()));
        }
        let shares: Vec<(LineKey, i64)> = keys.into_iter().zip(spread::over(how, amount, &balances)?).collect();
        for (key, share) in shares.iter().filter(|(_, share)| *share != 0) {
            let settled = self.settlement_mut(*key)?.of(movement);
            *settled = rounding::add(*settled, *share)?;
        }
        Ok(shares)
    }

    /// True when a payment or credit memo is applied to any line.
    pub fn is_settled(&self) -> bool {
        self.line_keys().into_iter().any(|key| self.settlement(key).is_ok_and(|s| s.is_settled()))
    }

    fn check_open(&self) -> Result<()> {
        if self.status != Status::Posted || self.reversed {
            let why = "Payments and credit memos can only be applied to a posted invoice that is not reversed.";
            return Err(crate::field::STATUS.rule(why).with_value(self.status.name()));
        }
        Ok(())
    }
}

fn no_line(key: LineKey) -> Error {
    Error::fault(format!("the invoice has no line {key:?}"))
}

fn check_within(amount: i64, limit: i64, what: &str) -> Result<()> {
    let same_side = amount == 0 || (amount > 0) == (limit > 0);
    if !same_side || amount.unsigned_abs() > limit.unsigned_abs() {
        return Err(APPLIED.rule(format!("The amount is more than {what}.")).with_value(&amount.to_string()));
    }
    Ok(())
}
