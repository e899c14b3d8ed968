//! A revenue contract as the engine sees it: lines, performance obligations, bills and accounting legs.

use accrual_base::{Currency, Day, Decimal, PeriodId};

/// Exchange rates of a line or a bill: transaction to functional, functional to reporting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub functional: Decimal,
    pub reporting: Decimal,
}

/// The transaction types of an upload (reference section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TransactionType {
    /// Order line; the same SO_LINE_ID again updates it.
    Order = 0,
    Invoice = 1,
    /// Price credit.
    CreditMemo = 2,
    /// Invoice cancelation for rebilling (CM-C).
    InvoiceCancelation = 3,
    /// Return of quantity (CM-R).
    Return = 4,
    /// Credit for a reduction order (CM-RO).
    ReductionCredit = 5,
    /// Reduction order (RORD).
    ReductionOrder = 6,
    /// Price change order (PORD).
    PriceOrder = 7,
    /// Cost line (CST).
    Cost = 8,
    /// Variable consideration by invoice (INV-VC).
    InvoiceVariable = 9,
    /// Variable consideration by credit memo (CM-VC).
    CreditVariable = 10,
}

/// Moves revenue between deferred and recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// REC
    Release,
    /// DEF
    Defer,
}

/// What released (or deferred) revenue on a line: kept so that a later change can be recomputed from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub direction: Direction,
    pub cause: Cause,
    /// How much, against the net sell price of the line.
    pub measure: Measure,
    /// The day it counts from (booking, invoice or event date).
    pub date: Day,
    /// The open period in which it was processed.
    pub period: PeriodId,
    /// Dates given by the event or the invoice; they win where the ratable method follows them.
    pub start: Option<Day>,
    pub end: Option<Day>,
}

/// Why an action happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Booking,
    /// The bill's id.
    Billing(i64),
    /// The staged event's id.
    Event(i64),
    Manual(i64),
}

/// The size of an action. Fractions are exact: `numerator / denominator` of the net sell price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Minor units of the line's currency.
    Amount(i64),
    /// Numerator and denominator, for percentages and quantities.
    Fraction(i64, i64),
}

/// An invoice or credit row attached to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The staged row's id; REF_BILL_ID of the schedule view.
    pub id: i64,
    pub kind: TransactionType,
    /// Signed amount in minor units of the line's currency.
    pub amount: i64,
    pub quantity: Decimal,
    /// The bill it credits, when it names one.
    pub original: Option<i64>,
    pub date: Day,
    pub start: Option<Day>,
    pub end: Option<Day>,
    pub credit_rule: CreditRule,
    pub rates: Rates,
    /// The open period when it was collected: its initial entry lies there.
    pub period: PeriodId,
    /// The part of an overage invoice that raised the order line's value.
    pub overage: i64,
    pub cancelled: bool,
}

/// How a credit memo consumes revenue (reference section 6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CreditRule {
    /// P, and the default.
    #[default]
    Prorate,
    /// L: from the last period backwards.
    LastFirst,
    /// F: by the credit's own dates.
    FixedDuration,
}

/// An order line and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The id of the first staged row.
    pub id: i64,
    /// The id of the latest staged order row: attributes are read from there.
    pub source: i64,
    pub pob: i64,
    pub org: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub functional: Currency,
    pub rates: Rates,
    pub booked: Day,
    pub start: Option<Day>,
    /// Inclusive.
    pub end: Option<Day>,
    pub quantity: Decimal,
    pub term: Decimal,
    /// Extended list price, minor units.
    pub list: i64,
    /// Extended (net) sell price.
    pub sell: i64,
    /// Allocatable price: the line's part of the transaction price.
    pub allocatable: i64,
    /// Extended stand-alone selling price; nothing when none was found.
    pub ssp: Option<i64>,
    /// Given on the line itself (EXT_SSP): wins over templates.
    pub ssp_given: bool,
    /// Allocated price. The carve is `allocated - allocatable`.
    pub allocated: i64,
    /// Takes part in relative allocation (CV_ELIGIBLE_FLAG).
    pub eligible: bool,
    /// UNBILL_FLAG: recognition before billing goes to Unbilled AR.
    pub right_to_bill: bool,
    pub cancelled: bool,
    pub created: PeriodId,
    pub actions: Vec<Action>,
    pub bills: Vec<Bill>,
    pub legs: Vec<Leg>,
    /// The next [`Leg::number`]; never reused.
    pub next_leg: u16,
}

impl Line {
    /// Carve-in (positive) or carve-out (negative), minor units.
    pub fn carve(&self) -> i64 {
        self.allocated - self.allocatable
    }
}

/// What a leg books; the account types on both sides follow from it (reference section 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LegKind {
    /// Invoice or credit: one-sided credit of contract liability, booked by the upstream system, never transferred.
    InitialBilling = 0,
    /// Recognition against a bill: debit contract liability, credit revenue.
    Billed = 1,
    /// Recognition before billing without right to bill: debit contract liability (unbilled), credit revenue.
    Unbilled = 2,
    /// Recognition before billing with right to bill: debit unbilled AR, credit revenue.
    UnbilledReceivable = 3,
    /// Opening of a carve: one-sided credit of adjustment liability for a carve-in; balances over the contract.
    AllocationOpening = 4,
    /// Release of a carve: debit adjustment liability, credit adjustment revenue.
    Allocation = 5,
}

/// The schedule type letter of the views (SCHD_TYPE_FLAG).
impl LegKind {
    pub const ALL: [Self; 6] =
        [Self::InitialBilling, Self::Billed, Self::Unbilled, Self::UnbilledReceivable, Self::AllocationOpening, Self::Allocation];
}

/// A run of amounts in consecutive periods, all of one kind. Amounts are signed: negative swaps debit and credit.
///
/// Legs only ever grow in number: what is posted or lies in a closed period stays; a change truncates the
/// part of a leg that is neither and books the difference in a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Counted within the line; `schedule id = line id << 20 | number << 10 | offset of the period`.
    pub number: u16,
    pub kind: LegKind,
    /// An order entry taken back because of a bill (UNBILL_RVRSL_FLAG), or a retrospective reversal.
    pub reversal: bool,
    /// The bill a billed or initial leg belongs to.
    pub bill: Option<i64>,
    /// Grows with every collection; compared with the watermark of transfer batches.
    pub sequence: i64,
    pub created: PeriodId,
    /// The rates its functional and reporting amounts use.
    pub rates: Rates,
    /// The period of the first amount.
    pub start: PeriodId,
    /// Minor units of the line's currency, one per consecutive period.
    pub amounts: Vec<i64>,
    /// Set by a transfer batch with criteria; whole batches are known by their watermark.
    pub posted_through: Option<PeriodId>,
}

/// A performance obligation of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pob {
    pub id: i64,
    pub template: i64,
    pub lead_line: i64,
    /// Derived name; the template's name when nothing.
    pub name: Option<String>,
    pub created: PeriodId,
}

/// A contract with all its parts, as loaded and as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub id: i64,
    pub version: i64,
    pub org: i64,
    pub book: i64,
    pub template: i64,
    pub group_key: String,
    pub customer: Option<String>,
    pub created: PeriodId,
    pub lines: Vec<Line>,
    pub pobs: Vec<Pob>,
    /// Why allocation was not done, for example RPRO-00607; nothing when it was.
    pub allocation_error: Option<&'static str>,
}

/// What has been transferred for an organisation and book: amounts of legs up to `sequence` in periods up to
/// `period` are posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    pub period: PeriodId,
    pub sequence: i64,
}

/// The period the engine works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodContext {
    pub open: PeriodId,
    /// Whole batches made so far.
    pub watermarks: Vec<Watermark>,
    /// The sequence new legs get.
    pub sequence: i64,
}
