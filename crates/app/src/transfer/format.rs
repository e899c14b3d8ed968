//! Journal lines as text: CSV lines or JSON objects.

use crate::views::csv_cell;
use accrual_base::{Currency, currency::push_minor};
use accrual_store::journals::JournalRow;
use std::fmt::Write;

/// How a journal line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line with its line end; the header comes before the first.
    Csv,
    /// One object.
    Json,
}

/// The columns of a journal line. Amounts are in major units: DR and CR in CURR, F_ in F_CUR, G_ in the reporting currency.
pub const COLUMNS: [&str; 17] = [
    "ID",
    "BATCH_ID",
    "PRD_ID",
    "RC_ID",
    "LINE_ID",
    "SCHD_ID",
    "ACCTG_TYPE",
    "SCHD_TYPE_FLAG",
    "ACCTG_SEG",
    "CURR",
    "F_CUR",
    "DR_AMOUNT",
    "CR_AMOUNT",
    "F_DR_AMOUNT",
    "F_CR_AMOUNT",
    "G_DR_AMOUNT",
    "G_CR_AMOUNT",
];

/// Writes lines into a buffer that is used again.
pub(super) struct Writer {
    form: Form,
    reporting: Currency,
    text: String,
    out: Vec<u8>,
}

impl Writer {
    pub fn new(form: Form, reporting: Currency) -> Self {
        Self { form, reporting, text: String::new(), out: Vec::new() }
    }
    /// The CSV header with its line end.
    pub fn header() -> Vec<u8> {
        let mut head = COLUMNS.join(",").into_bytes();
        head.push(b'\n');
        head
    }
    /// The line as text.
    pub fn line(&mut self, l: &JournalRow<'_>) -> &[u8] {
        self.out.clear();
        match self.form {
            Form::Csv => self.csv(l),
            Form::Json => self.json(l),
        }
        &self.out
    }

    fn amounts(&self, l: &JournalRow<'_>) -> [(i64, Currency); 6] {
        [
            (l.debit, l.currency),
            (l.credit, l.currency),
            (l.functional_debit, l.functional_currency),
            (l.functional_credit, l.functional_currency),
            (l.reporting_debit, self.reporting),
            (l.reporting_credit, self.reporting),
        ]
    }

    fn csv(&mut self, l: &JournalRow<'_>) {
        let amounts = self.amounts(l);
        let text = &mut self.text;
        text.clear();
        let _ = write!(text, "{},{},{},", l.id, l.batch_id, l.period);
        for id in [l.rc_id, l.line_id, l.schedule_id] {
            if let Some(id) = id {
                let _ = write!(text, "{id}");
            }
            text.push(',');
        }
        let _ = write!(text, "{},{},", l.account_type, l.schedule_type);
        self.out.extend_from_slice(text.as_bytes());
        csv_cell(l.account, &mut self.out);
        text.clear();
        let _ = write!(text, ",{},{}", l.currency.code(), l.functional_currency.code());
        for (amount, currency) in amounts {
            text.push(',');
            push_minor(text, amount, currency.exponent());
        }
        text.push('\n');
        self.out.extend_from_slice(text.as_bytes());
    }

    fn json(&mut self, l: &JournalRow<'_>) {
        let amounts = self.amounts(l);
        let text = &mut self.text;
        text.clear();
        let _ = write!(text, "{{\"ID\":{},\"BATCH_ID\":{},\"PRD_ID\":{}", l.id, l.batch_id, l.period);
        for (name, id) in COLUMNS[3..6].iter().zip([l.rc_id, l.line_id, l.schedule_id]) {
            let _ = match id {
                Some(id) => write!(text, ",\"{name}\":{id}"),
                None => write!(text, ",\"{name}\":null"),
            };
        }
        let account = serde_json::Value::from(l.account);
        let _ = write!(
            text,
            ",\"ACCTG_TYPE\":\"{}\",\"SCHD_TYPE_FLAG\":\"{}\",\"ACCTG_SEG\":{account},\"CURR\":\"{}\",\"F_CUR\":\"{}\"",
            l.account_type,
            l.schedule_type,
            l.currency.code(),
            l.functional_currency.code()
        );
        for (name, (amount, currency)) in COLUMNS[11..].iter().zip(amounts) {
            let _ = write!(text, ",\"{name}\":");
            push_minor(text, amount, currency.exponent());
        }
        text.push('}');
        self.out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let eur = Currency::named("EUR").unwrap();
        let jpy = Currency::named("JPY").unwrap();
        let line = JournalRow {
            id: 1,
            batch_id: 7,
            period: 202_401,
            rc_id: Some(2),
            line_id: Some(3),
            schedule_id: None,
            account_type: "R",
            schedule_type: "R",
            account: "01-\"x\", y",
            currency: eur,
            functional_currency: Currency::USD,
            debit: 0,
            credit: 1250,
            functional_debit: 0,
            functional_credit: 1375,
            reporting_debit: 0,
            reporting_credit: 2000,
        };
        let csv = String::from_utf8(Writer::new(Form::Csv, jpy).line(&line).to_vec()).unwrap();
        assert_eq!(csv, "1,7,202401,2,3,,R,R,\"01-\"\"x\"\", y\",EUR,USD,0.00,12.50,0.00,13.75,0,2000\n");
        let mut writer = Writer::new(Form::Json, jpy);
        let json: serde_json::Value = serde_json::from_slice(writer.line(&line)).unwrap();
        assert_eq!(json["ACCTG_SEG"], "01-\"x\", y");
        assert_eq!(json["SCHD_ID"], serde_json::Value::Null);
        assert_eq!(json["CR_AMOUNT"].to_string(), "12.5");
        assert_eq!(json.as_object().unwrap().len(), COLUMNS.len());
    }
}
