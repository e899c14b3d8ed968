//! Legs as schedule rows: one row a period and side, made while streaming (reference section 9.1).

use crate::account_type::{AccountType, schedule_type, sides};
use crate::codec::{LegView, Legs};
use crate::contract::{LegKind, Watermark};
use crate::functional::{Amounts, Converter};
use accrual_base::{Currency, PeriodId, Result};

/// What rows of a line have in common.
#[derive(Clone, Copy, Debug)]
pub struct LineInfo {
    pub id: i64,
    pub currency: Currency,
    pub functional: Currency,
    pub reporting: Currency,
}

/// Debit or credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

/// One side of one amount. `amounts` are not negative in the transaction currency.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// `line id << 20 | leg number << 10 | offset`.
    pub schedule: i64,
    pub period: PeriodId,
    pub account: AccountType,
    pub side: Side,
    pub amounts: Amounts,
    /// R or A.
    pub schedule_type: char,
    /// Covered by a watermark or by the leg's own mark.
    pub posted: bool,
    pub leg: &'a LegView<'a>,
}

impl Row<'_> {
    /// INITIAL_ENTRY_FLAG: booked by the upstream system, never transferred.
    pub fn is_initial(&self) -> bool {
        self.leg.kind == LegKind::InitialBilling
    }
    /// INITIAL_REP_ENTRY_FLAG: the opening of a carve.
    pub fn is_initial_reporting(&self) -> bool {
        self.leg.kind == LegKind::AllocationOpening
    }
    /// UNBILLED_FLAG
    pub fn is_unbilled(&self) -> bool {
        matches!(self.leg.kind, LegKind::Unbilled | LegKind::UnbilledReceivable)
    }
    /// UNBILL_RVRSL_FLAG: an order entry taken back because of a bill.
    pub fn is_reversal(&self) -> bool {
        self.leg.reversal
    }
    pub fn debit(&self) -> Amounts {
        if self.side == Side::Debit { self.amounts } else { Amounts::default() }
    }
    pub fn credit(&self) -> Amounts {
        if self.side == Side::Credit { self.amounts } else { Amounts::default() }
    }
}

/// The last posted period of a leg.
fn posted_through(leg: &LegView<'_>, watermarks: &[Watermark]) -> i32 {
    if leg.kind == LegKind::InitialBilling {
        return i32::MIN;
    }
    let marked = watermarks.iter().filter(|w| leg.sequence <= w.sequence).map(|w| w.period).max();
    marked.max(leg.posted_through).map_or(i32::MIN, PeriodId::index)
}

/// All rows of a line, in order of leg, period, debit before credit. Amounts of zero give no row.
///
/// # Errors
/// A fault when the blob is broken or on overflow, and what `emit` answers.
pub fn expand(blob: &[u8], line: &LineInfo, watermarks: &[Watermark], mut emit: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
    let mut legs = Legs::open(blob, line.currency)?;
    while let Some(leg) = legs.advance()? {
        let posted = posted_through(&leg, watermarks);
        one(&leg, line, posted, i32::MIN, i32::MAX, &mut emit)?;
    }
    Ok(())
}

/// Rows of the periods `after..=through` of one leg.
fn one(
    leg: &LegView<'_>,
    line: &LineInfo,
    posted: i32,
    after: i32,
    through: i32,
    emit: &mut impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut converter = Converter::new(leg.rates, leg.currency, line.functional, line.reporting);
    let (debit, credit) = sides(leg.kind);
    let first = line.id << 20 | i64::from(leg.number) << 10;
    leg.each(|index, amount| {
        if index > through {
            return Ok(false);
        }
        let amounts = converter.next(amount)?;
        if index <= after || (amounts.transaction, amounts.functional, amounts.reporting) == (0, 0, 0) {
            return Ok(true);
        }
        // a negative amount swaps the sides; a zero that only differs by rounding stays where a positive one would be
        let swap = amount < 0;
        let amounts = if swap {
            Amounts { transaction: -amounts.transaction, functional: -amounts.functional, reporting: -amounts.reporting }
        } else {
            amounts
        };
        let schedule = first | i64::from(index - leg.start);
        let (period, schedule_type) = (PeriodId::from_index(index), schedule_type(leg.kind));
        let (debit, credit) = if swap { (credit, debit) } else { (debit, credit) };
        for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            if let Some(account) = account {
                emit(&Row { schedule, period, account, side, amounts, schedule_type, posted: index <= posted, leg })?;
            }
        }
        Ok(true)
    })
}

/// What a transfer takes of a line.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Amounts of this period and, when they were never posted, of earlier ones.
    pub period: PeriodId,
    /// Legs up to this sequence.
    pub sequence: i64,
    /// Whole batches made before.
    pub watermarks: &'a [Watermark],
}

/// The rows a transfer batch posts. Initial billing entries are never transferred (reference section 12).
///
/// # Errors
/// As [`expand`].
pub fn unposted(blob: &[u8], line: &LineInfo, scope: &Scope<'_>, mut emit: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
    let through = scope.period.index();
    let mut legs = Legs::open(blob, line.currency)?;
    while let Some(leg) = legs.advance()? {
        if leg.kind == LegKind::InitialBilling || leg.sequence > scope.sequence || leg.start > through {
            continue;
        }
        let posted = posted_through(&leg, scope.watermarks);
        if posted < through {
            one(&leg, line, posted, posted, through, &mut emit)?;
        }
    }
    Ok(())
}
