//! Reversing an invoice by a credit memo (reference section 1.6).

use super::balance::{Moved, move_balances};
use super::cancel::memo_made;
use super::document::Document;
use super::facts::{self, Facts};
use super::posted;
use crate::billing::credit_memo::{self, MemoOf};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Day, Result, rounding};
use accrual_model::Stored;
use accrual_objects::billing::Account;
use accrual_receivables::invoice::{self as engine, Reverse, ReverseFacts};
use accrual_receivables::memo::CreditMemo;
use serde::{Deserialize, Serialize};

/// Takes a posted invoice back.
#[derive(Serialize)]
pub struct InvoiceReverse {
    /// Id or number.
    pub invoice: String,
    #[serde(serialize_with = "super::input::day")]
    pub memo_date: Option<Day>,
    #[serde(serialize_with = "super::input::day")]
    pub apply_effective_date: Option<Day>,
    pub reason_code: Option<String>,
    pub comment: Option<String>,
}

/// The documents a reversal or write-off made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversed {
    /// Of the invoice.
    pub invoice_id: String,
    pub credit_memo_id: String,
}

impl Command for InvoiceReverse {
    const OPERATION: &'static str = "reverse_invoice";
    type Output = Reversed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Reversed> {
        unit.actor.permit(const { Permission::named("Reverse Invoice") })?;
        let facts = Facts::load(unit)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let account = super::account_of(unit, &document)?;
        let reasons = facts::reasons(unit.read())?;
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let known = ReverseFacts {
            reasons: &reasons,
            mirroring: facts.mirroring(),
            memo_made: memo_made(unit.read(), document.header.uid())?,
            part_of_split: document.header.is_split,
            ..ReverseFacts::default()
        };
        let how = Reverse {
            today: facts.today,
            memo_date: self.memo_date,
            apply_date: self.apply_effective_date,
            reason: self.reason_code.as_deref().filter(|r| !r.is_empty()),
        };
        let mut value = document.value()?;
        let memo = engine::reverse(&mut value, how, known)?;
        let of = MemoOf { comment: self.comment, reversal: true, ..MemoOf::default() };
        credit(unit, &account, &mut document, &value, &memo, of)
    }
}

/// Stores a memo that is applied to the invoice it was made from, the invoice as it is then, and the balances.
pub(super) fn credit(
    unit: &mut Unit<'_>,
    account: &Stored<Account>,
    document: &mut Document,
    value: &accrual_receivables::Invoice,
    memo: &CreditMemo,
    of: MemoOf,
) -> Result<Reversed> {
    let (was, reversal) = (document.header.balance, of.reversal);
    document.take(value)?;
    document.store(unit)?;
    let made = credit_memo::store(unit, account, document, memo, of)?;
    let moved = Moved { invoices: rounding::sub(document.header.balance, was)?, ..Moved::default() };
    move_balances(unit, account, &document.header.currency, moved)?;
    posted::credited(unit, account, document, memo, &made, reversal)?;
    Ok(Reversed { invoice_id: document.header.uid().to_owned(), credit_memo_id: made.id })
}
