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
    /// Extended list price given on the row; a return lowers the order's list price by it.
    pub list: i64,
    /// The bill it credits (or whose credit it takes back), when it names one.
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
    /// What cancelations (CM-C) took back of an invoice, opposite in sign.
    pub taken_back: i64,
    /// A credit that was taken back, or the row that took it back: no effect beyond the initial entry.
    pub cancelled: bool,
}

/// What the latest order row said, before bills and credits changed it (reference section 1.4, effect table).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    pub list: i64,
    pub sell: i64,
    pub quantity: Decimal,
}

/// Where a line's stand-alone selling price came from and how it relates to its range (reference section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FairValue {
    /// The SSP template; 0 when the price was given on the line.
    pub template: i64,
    pub basis: Basis,
    /// The extended SSP at the ordered values; `Line::ssp` follows from it when list or quantity change.
    pub ordered: i64,
    /// Extended bounds of the range, minor units.
    pub below: Option<i64>,
    pub above: Option<i64>,
    /// WITHIN_FV_RANGE_FLAG; nothing when the template has no range.
    pub within: Option<bool>,
}

/// What a stand-alone selling price grows with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Given,
    /// Percent of the extended list price.
    Percent,
    /// Price * quantity * term.
    Amount,
}

/// Second level, ramp and residual allocation of a line (reference sections 3.4 to 3.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllocationRule {
    pub residual: Option<Residual>,
    pub second_level: Option<SecondLevel>,
    pub ramp: Option<Ramp>,
}

/// A line priced by the residual approach (RSSP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residual {
    /// Least the line may get.
    pub minimum: i64,
    /// Weight among the residual lines.
    pub weight: i64,
    /// Alternative SSP for ordinary relative allocation when the residual approach fails.
    pub alternative: i64,
}

/// Redistribution inside a group (CV_ELIGIBLE_LVL2_FLAG = Y).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondLevel {
    pub group: Option<String>,
    /// LVL2_ALLOC_PCT.
    pub percent: Decimal,
}

/// A ramp deal (RAMP_DEAL_REF) and how it is averaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    pub group: String,
    pub averaging: Averaging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Averaging {
    /// By days and quantity.
    Volume,
    /// By days.
    Term,
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
    /// What the latest order row said; `list`, `sell`, `quantity` and `allocatable` follow from it and the bills.
    pub ordered: Ordered,
    pub quantity: Decimal,
    pub term: Decimal,
    /// Extended list price, minor units.
    pub list: i64,
    /// Extended sell price, with overage.
    pub sell: i64,
    /// Allocatable price: the line's part of the transaction price.
    pub allocatable: i64,
    /// Extended stand-alone selling price; nothing when none was found.
    pub ssp: Option<i64>,
    /// Given on the line itself (EXT_SSP): wins over templates.
    pub ssp_given: bool,
    pub fair: Option<FairValue>,
    pub rule: Option<Box<AllocationRule>>,
    /// `allocatable` in the contract's allocation currency.
    pub allocation_base: i64,
    /// Allocated price, in the contract's allocation currency. The carve is `allocated - allocation_base`.
    pub allocated: i64,
    /// Takes part in relative allocation (CV_ELIGIBLE_FLAG).
    pub eligible: bool,
    /// UNBILL_FLAG: recognition before billing goes to Unbilled AR.
    pub right_to_bill: bool,
    pub cancelled: bool,
    /// A system line made for a bill without an order; no order row may change it (RPRO-00617).
    pub standalone: bool,
    pub created: PeriodId,
    pub actions: Vec<Action>,
    /// In order of collection period, date and id.
    pub bills: Vec<Bill>,
    pub legs: Vec<Leg>,
    /// The next [`Leg::number`]; never reused.
    pub next_leg: u16,
}

impl Rates {
    /// Both rates 1.
    pub const UNIT: Self = Self { functional: Decimal::ONE, reporting: Decimal::ONE };
}

impl PeriodContext {
    /// Nothing posted yet.
    pub fn new(open: PeriodId, sequence: i64) -> Self {
        Self { open, watermarks: Vec::new(), sequence }
    }
    /// The last period of a leg that cannot change any more: closed or posted.
    pub fn frozen_through(&self, leg: &Leg) -> PeriodId {
        let closed = self.open.plus(-1);
        let posted = self.watermarks.iter().filter(|w| leg.sequence <= w.sequence).map(|w| w.period).max();
        // the opening billing entry is never transferred
        let posted = if leg.kind == LegKind::InitialBilling { None } else { posted.max(leg.posted_through) };
        closed.max(posted.unwrap_or(closed))
    }
}

impl Contract {
    pub fn line(&self, id: i64) -> Option<&Line> {
        self.lines.iter().find(|l| l.id == id)
    }
    pub fn pob(&self, id: i64) -> Option<&Pob> {
        self.pobs.iter().find(|p| p.id == id)
    }
}

impl Line {
    /// Carve-in (positive) or carve-out (negative), minor units of the contract's allocation currency.
    pub fn carve(&self) -> i64 {
        self.allocated - self.allocation_base
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

impl LegKind {
    pub const ALL: [Self; 6] =
        [Self::InitialBilling, Self::Billed, Self::Unbilled, Self::UnbilledReceivable, Self::AllocationOpening, Self::Allocation];

    /// Recognises contractual revenue.
    pub fn is_revenue(self) -> bool {
        matches!(self, Self::Billed | Self::Unbilled | Self::UnbilledReceivable)
    }
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
    /// The currency of its amounts: the line's, or the contract's allocation currency for the two allocation kinds.
    pub currency: Currency,
    /// The rates its functional and reporting amounts use.
    pub rates: Rates,
    /// The period of the first amount.
    pub start: PeriodId,
    /// Minor units of `currency`, one per consecutive period.
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
    /// The currency allocation is done in; the lines' own when they share one (reference section 10).
    pub allocation_currency: Option<Currency>,
    /// Rates of allocation entries: those of the earliest booked line, or what the allocation currency asks for.
    pub allocation_rates: Option<Rates>,
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
