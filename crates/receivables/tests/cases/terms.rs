//! Due dates.

use super::{list, text};
use crate::common::day;
use accrual_receivables::terms::{MonthDay, PaymentTerm};
use serde_json::Value;

fn month_day(value: &Value) -> MonthDay {
    match text(value).as_str() {
        "EOM" => MonthDay::End,
        number => MonthDay::Day(number.parse().unwrap()),
    }
}

fn due(row: &Value, cut_off: &str) -> String {
    let months = u8::try_from(row["months"].as_u64().unwrap()).unwrap();
    let term = PaymentTerm::Proximo { cut_off: month_day(&row[cut_off]), months, due: month_day(&row["dueDay"]) };
    term.due_date(day(&text(&row["invoiceDate"]))).unwrap().to_string()
}

pub fn net_and_proximo(case: &Value) {
    for (row, want) in list(&case["inputs"]["net"]).iter().zip(list(&case["expected"]["net"])) {
        let term = PaymentTerm::Net(u16::try_from(row["days"].as_u64().unwrap()).unwrap());
        assert_eq!(term.due_date(day(&text(&row["invoiceDate"]))).unwrap().to_string(), text(want));
    }
    for (row, want) in list(&case["inputs"]["prox"]).iter().zip(list(&case["expected"]["prox"])) {
        assert_eq!(due(row, "cutoffDay"), text(want), "{row}");
    }
}

pub fn month_end(case: &Value) {
    for (row, want) in list(&case["inputs"]["rows"]).iter().zip(list(&case["expected"]["dueDates"])) {
        assert_eq!(due(row, "cutoff"), text(want), "{row}");
    }
}
