//! Journal entries and the figures of schedules.

use super::{cents, list, text};
use crate::common::*;
use accrual_base::Currency;
use accrual_ledger::Bucket;
use accrual_ledger::code::CodeType;
use accrual_ledger::journal::{Transaction, check_balanced, post};
use accrual_ledger::schedule::*;
use serde_json::Value;

fn shown(kind: CodeType) -> &'static str {
    match kind {
        CodeType::AccountsReceivable => "Accounts Receivable",
        CodeType::DeferredRevenue => "Deferred Revenue",
        CodeType::SalesRevenue => "Sales Revenue",
        other => other.name(),
    }
}

pub fn entries(case: &Value) {
    for (one, want) in list(&case["inputs"]["transactions"]).iter().zip(list(&case["expected"]["entries"])) {
        let transaction = match text(&one["type"]).as_str() {
            "Revenue Event Item" => Transaction::RevenueEvent,
            _ => Transaction::Item { deferred: one["hasRevenueRule"].as_bool().unwrap() },
        };
        let (debit, credit) = transaction.sides();
        let lines = post(shown(debit), shown(credit), cents(&one["amount"]), Currency::named(&text(&one["currency"])).unwrap()).unwrap();
        check_balanced(&lines).unwrap();
        assert_eq!((lines[0].code.clone(), lines[1].code.clone()), (text(&want["debit"]), text(&want["credit"])));
        assert_eq!((lines[0].debit, lines[1].credit), (cents(&want["amount"]), cents(&want["amount"])));
    }
}

pub fn negative(case: &Value) {
    let periods = months(202_401, 3, 0);
    let dates = TransactionDates { document: day("2024-01-10"), start: day("2024-01-10"), end: Some(day("2024-03-10")) };
    // a credit memo item enters the schedule with its sign turned
    let amount = -cents(&case["inputs"]["creditMemoItemAmount"]);
    let made = create_on_posting(RecognitionRule::DailyOverTime, Currency::USD, amount, dates, &periods, EventType::credit_memo_posted());
    let (schedule, _) = made.unwrap().unwrap();
    let want = &case["expected"];
    assert_eq!((schedule.amount, schedule.undistributed()), (cents(&want["amount"]), cents(&want["undistributedUnrecognizedRevenue"])));
    assert_eq!(schedule.recognized(&periods).unwrap(), cents(&want["recognizedRevenue"]));
    assert_eq!(schedule.unrecognized(&periods).unwrap(), cents(&want["unrecognizedRevenue"]));
}

pub fn columns(case: &Value) {
    let periods = months(202_401, 2, 0);
    let dates = TransactionDates { document: day("2024-01-10"), start: day("2024-01-10"), end: None };
    let amount = cents(&case["inputs"]["invoiceItem"]);
    let made = create_on_posting(RecognitionRule::UponInvoicing, Currency::USD, amount, dates, &periods, EventType::invoice_posted());
    let (schedule, _) = made.unwrap().unwrap();
    for (at, name) in ["Jan", "Feb"].into_iter().enumerate() {
        let (found, want) = (schedule.columns(Bucket::Period(at)).unwrap(), &case["expected"][name]);
        assert_eq!([found.prior, found.this, found.after], ["prior", "this", "after"].map(|c| cents(&want[c])));
    }
}
