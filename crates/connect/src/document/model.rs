//! What a billing document says: a plain value, whoever puts it together.

use accrual_base::{Currency, Day, Decimal};

/// Which document it is; decides what its template calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Invoice,
    CreditMemo,
    DebitMemo,
}

impl Kind {
    /// As in `{{Invoice.…}}`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::CreditMemo => "CreditMemo",
            Self::DebitMemo => "DebitMemo",
        }
    }
    pub fn named(name: &str) -> Option<Self> {
        [Self::Invoice, Self::CreditMemo, Self::DebitMemo].into_iter().find(|k| k.name() == name)
    }
}

/// A person or company with its address. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Of a company; of a person it may stay empty.
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub address1: String,
    pub address2: String,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    pub country: String,
    pub email: String,
    pub phone: String,
    /// Number of its registration for tax.
    pub tax_id: String,
}

/// One item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub charge_name: String,
    pub description: String,
    pub sku: String,
    pub service_start: Option<Day>,
    /// The last day, included.
    pub service_end: Option<Day>,
    pub quantity: Decimal,
    pub unit_of_measure: String,
    pub unit_price: Decimal,
    pub purchase_order_number: String,
    /// Without tax, in minor units.
    pub amount_without_tax: i64,
    pub tax_amount: i64,
    /// With tax.
    pub amount: i64,
}

/// What one tax comes to over the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tax {
    pub name: String,
    pub jurisdiction: String,
    /// A fraction (0.19), or an amount when `percentage` is false.
    pub rate: Decimal,
    pub percentage: bool,
    /// Without tax, in minor units.
    pub taxable_amount: i64,
    pub tax_amount: i64,
}

/// A whole document. Amounts are minor units of its one currency; none is computed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub kind: Kind,
    pub number: String,
    /// Draft, Posted …
    pub status: String,
    pub date: Option<Day>,
    pub due_date: Option<Day>,
    pub currency: Currency,
    /// As in `en_US`: how people write numbers and dates.
    pub locale: String,
    pub payment_term: String,
    pub purchase_order_number: String,
    pub comments: String,
    pub account_name: String,
    pub account_number: String,
    pub seller: Party,
    pub bill_to: Party,
    pub sold_to: Party,
    pub items: Vec<Item>,
    pub taxes: Vec<Tax>,
    pub amount_without_tax: i64,
    pub tax_amount: i64,
    pub amount: i64,
    /// Still to be paid, or to be credited.
    pub balance: i64,
}

impl Document {
    /// A document that says nothing yet.
    pub fn new(kind: Kind, currency: Currency) -> Self {
        Self {
            kind,
            number: String::new(),
            status: String::new(),
            date: None,
            due_date: None,
            currency,
            locale: "en_US".to_owned(),
            payment_term: String::new(),
            purchase_order_number: String::new(),
            comments: String::new(),
            account_name: String::new(),
            account_number: String::new(),
            seller: Party::default(),
            bill_to: Party::default(),
            sold_to: Party::default(),
            items: Vec::new(),
            taxes: Vec::new(),
            amount_without_tax: 0,
            tax_amount: 0,
            amount: 0,
            balance: 0,
        }
    }
}
