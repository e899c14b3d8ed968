//! Stage validation: judges one row by itself, without the contract (reference section 1.7).
//!
//! Every rule is one function and one entry of a table with the code it stamps. Rules that need the contract
//! (signs, totals, references) belong to collection. A row may break several rules; all are told.

mod account;
mod amount;
mod date;
mod event;
mod flag;
mod kind;
mod link;
mod required;

pub use kind::{due, is_bill, is_order, transaction_type, type_name};
pub use required::refuses_without;

use crate::contract::TransactionType;
use crate::fields::{self, FieldId};
use crate::upload::Row;
use accrual_base::{Calendar, Currency, Day};

/// What the rules need to know of the tenant.
#[derive(Clone, Debug)]
pub struct StageContext {
    pub reporting: Currency,
    pub calendar: Calendar,
    /// First day of the open period.
    pub open: Day,
    /// Books a row may name.
    pub books: Vec<i64>,
    /// Whether start, end and duration must agree (RPRO-00075).
    pub duration_rule: bool,
    /// Whether account assignments fill the segments a line lacks; otherwise they are mandatory.
    pub account_defaults: bool,
    /// Whether invoice cancelations may name the order line (RPRO-00662).
    pub billing_integration: bool,
}

impl StageContext {
    /// The rules of a new tenant.
    pub fn new(reporting: Currency, open: Day) -> Self {
        Self {
            reporting,
            calendar: Calendar::monthly(),
            open,
            books: vec![1],
            duration_rule: true,
            account_defaults: true,
            billing_integration: false,
        }
    }
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `RPRO-…` of the reference; `ACR-…` where it has none.
    pub code: &'static str,
    pub field: FieldId,
    /// A whole sentence.
    pub message: String,
}

/// A row with what several rules look at.
pub(crate) struct Facts<'a> {
    row: Row<'a>,
    kind: TransactionType,
    context: &'a StageContext,
    /// Nothing when blank or unknown.
    currency: Option<Currency>,
    functional: Option<Currency>,
}

type Rule = fn(&Facts<'_>, &mut Vec<Finding>);

/// Every rule of a transaction line.
const LINE_RULES: [&[Rule]; 6] = [required::RULES, amount::RULES, date::RULES, flag::RULES, link::RULES, account::RULES];

/// Validates rows; keeps what it learned of currencies.
#[derive(Debug)]
pub struct Validator {
    context: StageContext,
    currencies: Vec<(String, Option<Currency>)>,
}

impl Validator {
    pub fn new(context: StageContext) -> Self {
        Self { context, currencies: Vec::new() }
    }

    /// Judges a transaction line. Answers its type; nothing when the type itself is wrong (RPRO-00001), in
    /// which case no other rule can be applied.
    pub fn line(&mut self, row: &Row<'_>, found: &mut Vec<Finding>) -> Option<TransactionType> {
        let given = row.text(fields::TYPE).unwrap_or_default();
        let Some(kind) = transaction_type(given) else {
            found.push(Finding {
                code: "RPRO-00001",
                field: fields::TYPE,
                message: format!("{given:?} is not a transaction type; use one of {}.", kind::NAMES),
            });
            return None;
        };
        if !kind::is_built(kind) {
            let (code, why) = match kind {
                TransactionType::Cost => ("RPRO-00641", "the cost management module is not enabled"),
                _ => ("ACR-00001", "this type is not built yet"),
            };
            found.push(Finding {
                code,
                field: fields::TYPE,
                message: format!("A row of type {} cannot be processed: {why}.", type_name(kind)),
            });
            return Some(kind);
        }
        let currency = row.text(fields::CURR).and_then(|c| self.currency(c));
        let functional = row.text(fields::F_CUR).and_then(|c| self.currency(c));
        let facts = Facts { row: *row, kind, context: &self.context, currency, functional };
        for rule in LINE_RULES.into_iter().flatten() {
            rule(&facts, found);
        }
        Some(kind)
    }

    /// Judges an event.
    pub fn event(&mut self, row: &Row<'_>, found: &mut Vec<Finding>) {
        for rule in event::RULES {
            rule(row, &self.context, found);
        }
    }

    /// A file names few currencies, over and over.
    fn currency(&mut self, code: &str) -> Option<Currency> {
        if let Some((_, known)) = self.currencies.iter().find(|(c, _)| c == code) {
            return *known;
        }
        let found = Currency::named(code);
        if self.currencies.len() < 64 {
            self.currencies.push((code.to_owned(), found));
        }
        found
    }
}

/// Stamps one finding.
fn stamp(found: &mut Vec<Finding>, code: &'static str, field: FieldId, message: impl Into<String>) {
    found.push(Finding { code, field, message: message.into() });
}

#[cfg(test)]
mod testing {
    //! Rows for the tests of rules: a good row of each type, changed cell by cell.

    use super::*;
    use crate::fields::line_fields;
    use crate::upload::{Blocks, Columns, Family, Parser, Safety, Template};

    pub const ORDER: &[(&str, &str)] = &[
        ("TYPE", "SO"),
        ("CUST_NUM", "C1"),
        ("CSTMR_NM", "Acme"),
        ("ITEM_NUM", "SKU"),
        ("SO_NUM", "S1"),
        ("SO_LINE_ID", "S1.1"),
        ("SO_BOOK_DATE", "15-JAN-2024"),
        ("ORD_QTY", "1"),
        ("EXT_LST_PRC", "120"),
        ("EXT_SLL_PRC", "100.50"),
        ("CURR", "USD"),
        ("F_CUR", "USD"),
        ("START_DATE", "01-JAN-2024"),
        ("END_DATE", "31-DEC-2024"),
    ];
    pub const INVOICE: &[(&str, &str)] = &[
        ("TYPE", "INV"),
        ("CUST_NUM", "C1"),
        ("CSTMR_NM", "Acme"),
        ("ITEM_NUM", "SKU"),
        ("SO_LINE_ID", "S1.1"),
        ("INV_NUM", "I1"),
        ("INV_LINE_ID", "I1.1"),
        ("INV_DATE", "31-JAN-2024"),
        ("INV_QTY", "1"),
        ("EXT_LST_PRC", "120"),
        ("EXT_SLL_PRC", "100.50"),
        ("CURR", "USD"),
        ("F_CUR", "USD"),
    ];

    pub fn context() -> StageContext {
        StageContext::new(Currency::USD, Day::from_ymd(2024, 1, 1))
    }

    /// A credit of a type, against the invoice.
    pub fn credit(kind: &str, changes: &[(&str, &str)]) -> Vec<&'static str> {
        let mut all =
            vec![("TYPE", kind), ("EXT_SLL_PRC", "-10"), ("EXT_LST_PRC", "-12"), ("SO_LINE_ID", ""), ("ORIG_INV_LINE_ID", "I1.1")];
        all.extend_from_slice(changes);
        codes_with(&context(), INVOICE, &all)
    }
    pub fn order(changes: &[(&str, &str)]) -> Vec<&'static str> {
        codes_with(&context(), ORDER, changes)
    }
    pub fn invoice(changes: &[(&str, &str)]) -> Vec<&'static str> {
        codes_with(&context(), INVOICE, changes)
    }
    pub fn codes_with(context: &StageContext, base: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<&'static str> {
        findings(context, Family::Line, base, changes).into_iter().map(|f| f.code).collect()
    }
    pub fn findings(context: &StageContext, family: Family, base: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<Finding> {
        let mut cells: Vec<(&str, &str)> = base.to_vec();
        for (name, value) in changes {
            match cells.iter_mut().find(|(n, _)| n == name) {
                Some(cell) => cell.1 = value,
                None => cells.push((name, value)),
            }
        }
        let row: Vec<&str> = cells.iter().map(|c| c.1).collect();
        let head: Vec<&str> = cells.iter().map(|c| c.0).collect();
        let file = format!("{}\n{}\n", head.join(","), row.join(","));
        let template = Template { family, columns: Columns::Known { required: vec![] }, ..Template::standard() };
        let mut blocks = Blocks::start(file.as_bytes(), b',', 1).unwrap();
        let mut parser = Parser::start(&template, Safety::default(), None, &blocks.header().unwrap()).unwrap();
        let mut found = Vec::new();
        let mut validator = Validator::new(context.clone());
        let block = blocks.next_block().unwrap().unwrap();
        parser
            .block(&block, &mut |_, row| {
                match family {
                    Family::Line => drop(validator.line(row, &mut found)),
                    Family::Event => validator.event(row, &mut found),
                }
                Ok(())
            })
            .unwrap();
        assert!(parser.errors().is_empty(), "{:?}", parser.errors());
        for f in &found {
            assert!(family == Family::Event || line_fields().get(f.field).is_some());
            assert!(f.message.ends_with('.'), "a sentence: {}", f.message);
        }
        found
    }

    #[test]
    fn good_rows_break_no_rule() {
        assert!(order(&[]).is_empty());
        assert!(invoice(&[]).is_empty());
        for kind in ["CM", "CM-C", "CM-R"] {
            assert!(credit(kind, &[]).is_empty(), "{kind}");
        }
    }

    #[test]
    fn a_row_tells_all_its_errors() {
        assert_eq!(order(&[("ITEM_NUM", ""), ("CURR", "XXX"), ("UNBILL_FLAG", "Q")]), ["RPRO-00006", "RPRO-00009", "RPRO-00049"]);
    }

    #[test]
    fn types_unknown_and_not_built_stop_the_other_rules() {
        assert_eq!(order(&[("TYPE", "XX"), ("ITEM_NUM", "")]), ["RPRO-00001"]);
        assert_eq!(order(&[("TYPE", "")]), ["RPRO-00001"]);
        assert_eq!(order(&[("TYPE", "CST")]), ["RPRO-00641"]);
        assert_eq!(order(&[("TYPE", "INV-VC")]), ["ACR-00001"]);
    }
}
