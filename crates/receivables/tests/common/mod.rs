//! Invoices made in one line, and a source of one tax rate.
#![allow(dead_code)]

use accrual_base::{Currency, DateFormat, Day, Decimal, Result};
use accrual_receivables::invoice::*;
use accrual_receivables::tax::{self, Found, Rate, RateType, TaxDates, TaxMode, TaxSource};
use accrual_receivables::terms::PaymentTerm;

pub fn day(iso: &str) -> Day {
    DateFormat::YyyyMmDd.parse(iso).expect("a date")
}

pub fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Minor units of two decimals.
pub fn cents(text: &str) -> i64 {
    accrual_base::parse_minor(text, 2).expect("an amount of two decimals")
}

/// Every tax code has these rates; a code `X` does not exist.
pub struct Flat {
    pub rates: Vec<(Decimal, RateType)>,
    pub exempt: bool,
}

impl Flat {
    pub fn percent(rates: &[&str]) -> Self {
        Self { rates: rates.iter().map(|r| (d(r), RateType::Percentage)).collect(), exempt: false }
    }
}

impl TaxSource for Flat {
    fn find(&self, code: &str, dates: &TaxDates) -> Result<Found> {
        if code == "X" {
            return tax::NoRates.find(code, dates);
        }
        let rate = |(at, (value, kind)): (usize, &(Decimal, RateType))| Rate {
            name: format!("tax {at}"),
            value: *value,
            kind: *kind,
            jurisdiction: "here".into(),
            location_code: String::new(),
        };
        Ok(Found { rates: self.rates.iter().enumerate().map(rate).collect(), date: dates.document, exempt: self.exempt })
    }
}

pub fn context(source: &dyn TaxSource) -> Context<'_> {
    Context { tax: tax::Settings::of(Currency::USD), source, term: PaymentTerm::Net(30), closed_through: Some(day("2023-12-31")) }
}

pub fn item(amount: &str) -> NewItem {
    NewItem {
        from_catalog: false,
        charge_name: Some("Support".into()),
        amount: d(amount),
        quantity: None,
        unit_price: None,
        service_start: day("2024-02-01"),
        service_end: None,
        tax_items: None,
        tax_code: None,
        tax_mode: None,
        discounts: Vec::new(),
    }
}

pub fn taxed(amount: &str, mode: TaxMode) -> NewItem {
    NewItem { tax_code: Some("VAT".into()), tax_mode: Some(mode), ..item(amount) }
}

pub fn discount(amount: &str) -> NewDiscount {
    NewDiscount { amount: d(amount), tax_items: Vec::new() }
}

pub fn tax_item(amount: &str) -> tax::NewTaxItem {
    tax::NewTaxItem {
        name: "VAT".into(),
        code: "VAT".into(),
        amount: d(amount),
        date: day("2024-02-01"),
        mode: TaxMode::Exclusive,
        rate: d("0.1"),
        kind: RateType::Percentage,
        exempt: Decimal::ZERO,
        jurisdiction: String::new(),
        location_code: String::new(),
    }
}

pub fn invoice_of(items: Vec<NewItem>) -> NewInvoice {
    NewInvoice { date: day("2024-02-01"), due: None, number: None, custom_rates: Vec::new(), items }
}

/// A draft of these items under one rate of ten per cent.
pub fn draft(items: Vec<NewItem>) -> Invoice {
    create(&invoice_of(items), &context(&Flat::percent(&["0.1"]))).expect("a valid invoice")
}

pub fn posted(items: Vec<NewItem>) -> Invoice {
    let mut invoice = draft(items);
    post(&mut invoice, Post::default(), &context(&tax::NoRates)).expect("a draft");
    invoice
}

pub const REASONS: &[&str] = &["Invoice reversal", "Write-off"];

pub fn reversal() -> (Reverse<'static>, ReverseFacts<'static>) {
    let how = Reverse { today: day("2024-03-01"), memo_date: None, apply_date: None, reason: None };
    (how, ReverseFacts { reasons: REASONS, ..ReverseFacts::default() })
}

pub fn writing_off(extent: Extent) -> WriteOff<'static> {
    WriteOff { today: day("2024-03-01"), memo_date: None, reason: None, extent, impact: RevenueImpact::Yes }
}

pub fn write_off_facts() -> WriteOffFacts<'static> {
    WriteOffFacts { reasons: REASONS, enhanced: true, ..WriteOffFacts::default() }
}

/// Code and field of a refusal.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    let error = result.expect_err("a refusal");
    let rejection = error.rejection().unwrap_or_else(|| panic!("a fault: {error}"));
    assert!(rejection.message.ends_with('.'), "a sentence: {}", rejection.message);
    (rejection.code.to_owned(), rejection.place.column.clone().unwrap_or_default())
}
