//! A staged row as the engine takes it.

use crate::attributes::Attributes;
use crate::contract::{CreditRule, Ramp, Rates, SecondLevel, TransactionType};
use accrual_base::{Currency, Day, Decimal};

/// A reference of a row to another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The field is empty.
    #[default]
    Blank,
    /// Filled, but no such row exists.
    Unknown,
    /// The id of the first staged row of the line or bill named, which may be in the same batch.
    Known(i64),
}

/// A staged row, typed. Amounts are minor units of `currency`, signed as uploaded.
#[derive(Clone)]
pub struct Transaction<'a> {
    /// The staged row's id.
    pub id: i64,
    pub kind: TransactionType,
    /// SO_LINE_ID. For an order: [`Link::Known`] when the line exists already, [`Link::Blank`] for a new one.
    pub order: Link,
    /// ORIG_SO_LINE_ID.
    pub original_order: Link,
    /// ORIG_INV_LINE_ID.
    pub original_bill: Link,
    pub org: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub functional: Currency,
    pub rates: Rates,
    /// Booking, order or invoice date: what decides the period of collection.
    pub date: Day,
    pub start: Option<Day>,
    /// Inclusive.
    pub end: Option<Day>,
    /// Ordered or invoiced quantity.
    pub quantity: Decimal,
    pub term: Decimal,
    /// EXT_LST_PRC
    pub list: i64,
    /// EXT_SLL_PRC
    pub sell: i64,
    /// EXT_SSP given on the line.
    pub ssp: Option<i64>,
    /// CV_ELIGIBLE_FLAG
    pub eligible: bool,
    /// UNBILL_FLAG
    pub right_to_bill: bool,
    /// The cancel flag.
    pub cancelled: bool,
    pub credit_rule: CreditRule,
    pub second_level: Option<SecondLevel>,
    pub ramp: Option<Ramp>,
    /// The row says word for word what the line's latest order row said: it may not even become its source.
    pub repeats_source: bool,
    /// What rules look at.
    pub attributes: &'a dyn Attributes,
}
