//! Balances of accounts, aging, rounding modes and exchange gains.

use super::{cents, decimal, list, text};
use accrual_base::rounding::{Mode, Rule};
use accrual_base::{Currency, parse_minor};
use accrual_receivables::account::Totals;
use accrual_receivables::aging::{Bucket, bucket_of, default_buckets};
use accrual_receivables::home::{Rate, gain};
use serde_json::Value;

pub fn credit_balance(case: &Value) {
    let totals = Totals {
        invoices: cents(&case["inputs"]["totalInvoiceBalance"]),
        credit_balance: cents(&case["inputs"]["creditBalance"]),
        ..Totals::default()
    };
    assert_eq!(totals.credit_balance_balance().unwrap(), cents(&case["expected"]["accountBalance"]));
}

pub fn prepayment(case: &Value) {
    let mut totals = Totals::default();
    for (step, after) in list(&case["inputs"]["steps"]).iter().zip(list(&case["expected"]["after"])) {
        let amount = cents(&step["amount"]);
        match text(&step["op"]).as_str() {
            "payment to credit balance" => totals.credit_balance += amount,
            "post invoice" => totals.invoices += amount,
            "refund from credit balance" => totals.credit_balance -= amount,
            other => panic!("{other}"),
        }
        assert_eq!((totals.credit_balance, totals.invoices), (cents(&after["creditBalance"]), cents(&after["totalInvoiceBalance"])));
        assert_eq!(totals.credit_balance_balance().unwrap(), cents(&after["accountBalance"]), "{step}");
    }
}

pub fn aging(case: &Value) {
    let day = |v: &Value| i32::try_from(v.as_i64().unwrap()).unwrap();
    let buckets: Vec<Bucket> =
        list(&case["inputs"]["buckets"]).iter().map(|b| Bucket { name: text(&b[0]), from: day(&b[1]), to: day(&b[2]) }).collect();
    assert_eq!(buckets, default_buckets());
    for (days, name) in list(&case["inputs"]["daysPastDue"]).iter().zip(list(&case["expected"]["bucket"])) {
        assert_eq!(buckets[bucket_of(&buckets, day(days)).unwrap()].name, text(name), "{days}");
    }
}

pub fn rounding_modes(case: &Value) {
    let currency = Currency::named(&text(&case["inputs"]["currency"])).unwrap();
    let amount = parse_minor(&text(&case["inputs"]["amount"]), currency.exponent()).unwrap();
    for (mode, name) in Mode::ALL {
        let tax = Rule { mode, increment: 1 }.times(amount, decimal(&case["inputs"]["rate"])).unwrap();
        assert_eq!(tax.to_string(), text(&case["expected"][name]), "{name}");
    }
}

pub fn gains(case: &Value) {
    let (invoice, want) = (&case["inputs"]["invoice"], &case["expected"]);
    let (from, to) = (Currency::named(&text(&invoice["currency"])).unwrap(), Currency::USD);
    let amount = cents(&invoice["amount"]);
    let at = |rate: &Value| Rate { value: decimal(rate), inverse: true }.convert(amount, from, to, Rule::HALF_UP).unwrap().amount;
    let (then, paid, end) = (at(&invoice["rateOnInvoiceDate"]), at(&case["inputs"]["paymentRate"]), at(&case["inputs"]["periodEndRate"]));
    assert_eq!((then, paid), (cents(&want["invoiceHome"]), cents(&want["paymentHome"])));
    assert_eq!(gain(then, paid).unwrap(), cents(&want["realisedGain"]));
    let unrealised = gain(then, end).unwrap();
    assert_eq!((unrealised, -unrealised), (cents(&want["unrealisedAtPeriodEnd"]), cents(&want["unrealisedReversalNextPeriodStart"])));
}
