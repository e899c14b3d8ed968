//! What answers say, in the terms of the arithmetic.

use crate::arithmetic::{Ledger, decimals, minor};
use accrual_testkit::{Sheet, Way};
use std::collections::BTreeMap;

/// Order line ids by the id of the line.
pub struct Lines(BTreeMap<String, String>);

impl Lines {
    pub fn read(way: &Way) -> Self {
        let sheet = way.view("BI3_RC_LNS", &["ID", "SO_LINE_ID"]);
        Self(sheet.cells(["ID", "SO_LINE_ID"]).map(|[id, line]| (id.to_owned(), line.to_owned())).collect())
    }

    fn name(&self, id: &str) -> &str {
        self.0.get(id).unwrap_or_else(|| panic!("no line {id}"))
    }
}

fn sums(sheet: &Sheet, line: &str, lines: &Lines) -> Ledger {
    let mut ledger = Ledger::default();
    for [id, account, currency, debit, credit] in sheet.cells([line, "ACCTG_TYPE", "CURR", "DR_AMOUNT", "CR_AMOUNT"]) {
        let digits = decimals(currency);
        let account = account.chars().next().expect("an account type");
        ledger.credit(lines.name(id), account, minor(credit, digits) - minor(debit, digits));
    }
    ledger
}

/// A batch by line and account.
pub fn ledger(batch: &Sheet, lines: &Lines) -> Ledger {
    sums(batch, "LINE_ID", lines)
}

/// All schedules by line and account.
pub fn column_sums(schedules: &Sheet, lines: &Lines) -> Ledger {
    sums(schedules, "ROOT_LINE_ID", lines)
}

/// Credit less debit of revenue in functional currency, for some lines.
pub fn functional_revenue<const N: usize>(batch: &Sheet, lines: &Lines, of: [&str; N]) -> [i64; N] {
    of.map(|wanted| {
        let rows = batch.cells(["LINE_ID", "ACCTG_TYPE", "F_DR_AMOUNT", "F_CR_AMOUNT"]);
        rows.filter(|[id, account, ..]| lines.name(id) == wanted && *account == "R")
            .map(|[_, _, debit, credit]| minor(credit, 2) - minor(debit, 2))
            .sum()
    })
}

/// Credit less debit by currency, as transacted and in the functional currency.
pub fn balances(batch: &Sheet) -> BTreeMap<String, i64> {
    let mut out = BTreeMap::new();
    for [currency, functional, debit, credit, f_debit, f_credit] in
        batch.cells(["CURR", "F_CUR", "DR_AMOUNT", "CR_AMOUNT", "F_DR_AMOUNT", "F_CR_AMOUNT"])
    {
        let digits = decimals(currency);
        *out.entry(currency.to_owned()).or_default() += minor(credit, digits) - minor(debit, digits);
        *out.entry(format!("functional {functional}")).or_default() += minor(f_credit, 2) - minor(f_debit, 2);
    }
    out
}
