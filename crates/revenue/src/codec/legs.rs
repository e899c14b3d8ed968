//! Legs of a line.

use super::bytes::{Reader, broken, put_currency, put_i64, put_rates, put_u64, zigzag};
use crate::contract::{Leg, LegKind, Rates};
use accrual_base::{Currency, PeriodId, Result};

const VERSION: u8 = 1;
/// Period indices are stored relative to January 2020, so that those of our days need two bytes.
const EPOCH: i64 = 2020 * 12;

const KIND: u64 = 0x1f;
const REVERSAL: u64 = 1 << 5;
const BILL: u64 = 1 << 6;
const POSTED: u64 = 1 << 7;
/// The rates of the leg before; both rates 1 before the first leg.
const OTHER_RATES: u64 = 1 << 8;
const OTHER_CURRENCY: u64 = 1 << 9;
const KNOWN: u64 = (1 << 10) - 1;

/// Appends the stored form of the legs of a line kept in `currency`.
pub fn encode_legs(legs: &[Leg], currency: Currency, out: &mut Vec<u8>) {
    out.push(VERSION);
    put_u64(out, legs.len() as u64);
    let mut rates = Rates::UNIT;
    for leg in legs {
        let mut head = leg.kind as u64;
        let mut flag = |on: bool, bit: u64| head |= if on { bit } else { 0 };
        flag(leg.reversal, REVERSAL);
        flag(leg.bill.is_some(), BILL);
        flag(leg.posted_through.is_some(), POSTED);
        flag(leg.rates != rates, OTHER_RATES);
        flag(leg.currency != currency, OTHER_CURRENCY);
        put_u64(out, head);
        put_u64(out, u64::from(leg.number));
        put_i64(out, leg.sequence);
        let created = i64::from(leg.created.index()) - EPOCH;
        put_i64(out, created);
        put_i64(out, i64::from(leg.start.index()) - EPOCH - created);
        if let Some(bill) = leg.bill {
            put_i64(out, bill);
        }
        if let Some(through) = leg.posted_through {
            put_i64(out, i64::from(through.index()) - EPOCH);
        }
        if leg.rates != rates {
            rates = leg.rates;
            put_rates(out, rates);
        }
        if leg.currency != currency {
            put_currency(out, leg.currency);
        }
        put_amounts(out, &leg.amounts);
    }
}

fn put_amounts(out: &mut Vec<u8>, amounts: &[i64]) {
    let mut before = 0i64;
    let width = |value: u64| (70 - (value | 1).leading_zeros() as usize) / 7;
    let size: usize = amounts.iter().map(|a| width(zigzag(a.wrapping_sub(std::mem::replace(&mut before, *a))))).sum();
    put_u64(out, amounts.len() as u64);
    put_u64(out, size as u64);
    before = 0;
    for amount in amounts {
        put_i64(out, amount.wrapping_sub(before));
        before = *amount;
    }
}

/// A leg read in place, without its amounts being copied.
#[derive(Clone, Copy, Debug)]
pub struct LegView<'a> {
    pub number: u16,
    pub kind: LegKind,
    pub reversal: bool,
    pub bill: Option<i64>,
    pub sequence: i64,
    pub created: PeriodId,
    pub currency: Currency,
    pub rates: Rates,
    pub posted_through: Option<PeriodId>,
    /// [`PeriodId::index`] of the first amount.
    pub start: i32,
    /// How many amounts.
    pub count: usize,
    amounts: &'a [u8],
}

impl LegView<'_> {
    /// Calls `f` with the period index and amount of each period in order, until it answers `false`.
    ///
    /// # Errors
    /// A fault when the blob is broken, and what `f` answers.
    #[inline]
    pub fn each(&self, mut f: impl FnMut(i32, i64) -> Result<bool>) -> Result<()> {
        let mut reader = Reader::of(self.amounts);
        let mut amount = 0i64;
        for index in (self.start..).take(self.count) {
            amount = amount.wrapping_add(reader.i64()?);
            if !f(index, amount)? {
                return Ok(());
            }
        }
        reader.end()
    }

    fn to_leg(self) -> Result<Leg> {
        let mut amounts = Vec::with_capacity(self.count);
        self.each(|_, amount| {
            amounts.push(amount);
            Ok(true)
        })?;
        Ok(Leg {
            number: self.number,
            kind: self.kind,
            reversal: self.reversal,
            bill: self.bill,
            sequence: self.sequence,
            created: self.created,
            currency: self.currency,
            rates: self.rates,
            start: PeriodId::from_index(self.start),
            amounts,
            posted_through: self.posted_through,
        })
    }
}

/// The legs of a blob, one after the other.
#[derive(Clone, Debug)]
pub struct Legs<'a> {
    reader: Reader<'a>,
    left: usize,
    currency: Currency,
    rates: Rates,
}

impl<'a> Legs<'a> {
    /// Opens the stored legs of a line kept in `currency`.
    ///
    /// # Errors
    /// A fault when the blob is of another version.
    pub fn open(blob: &'a [u8], currency: Currency) -> Result<Self> {
        let mut reader = Reader::versioned(blob, VERSION)?;
        let left = reader.size()?;
        Ok(Self { reader, left, currency, rates: Rates::UNIT })
    }

    /// The next leg; nothing after the last.
    ///
    /// # Errors
    /// A fault when the blob is broken.
    pub fn advance(&mut self) -> Result<Option<LegView<'a>>> {
        if self.left == 0 {
            self.reader.end()?;
            return Ok(None);
        }
        self.left -= 1;
        self.view().map(Some)
    }

    fn view(&mut self) -> Result<LegView<'a>> {
        let r = &mut self.reader;
        let head = r.u64()?;
        let kind = usize::try_from(head & KIND).ok().and_then(|k| LegKind::ALL.get(k)).copied();
        let kind = kind.filter(|_| head & !KNOWN == 0).ok_or_else(|| broken("an unknown kind of leg"))?;
        let number = u16::try_from(r.u64()?).map_err(|_| broken("a leg number"))?;
        let sequence = r.i64()?;
        let created = index(r.i64()?)?;
        let start = index(i64::from(created) - EPOCH + r.i64()?)?;
        let bill = if head & BILL != 0 { Some(r.i64()?) } else { None };
        let posted = if head & POSTED != 0 { Some(PeriodId::from_index(index(r.i64()?)?)) } else { None };
        if head & OTHER_RATES != 0 {
            self.rates = r.rates()?;
        }
        let currency = if head & OTHER_CURRENCY != 0 { r.currency()? } else { self.currency };
        let (count, size) = (r.size()?, r.size()?);
        let amounts = r.bytes(size)?;
        if count > size {
            return Err(broken("fewer bytes than amounts"));
        }
        Ok(LegView {
            number,
            kind,
            reversal: head & REVERSAL != 0,
            bill,
            sequence,
            created: PeriodId::from_index(created),
            currency,
            rates: self.rates,
            posted_through: posted,
            start,
            count,
            amounts,
        })
    }
}

/// An absolute period index within the years 1 to 9999.
fn index(relative: i64) -> Result<i32> {
    let index = relative.checked_add(EPOCH).filter(|i| (12..120_000).contains(i)).ok_or_else(|| broken("a period"))?;
    i32::try_from(index).map_err(|_| broken("a period"))
}

/// Reads all legs of a line kept in `currency`.
///
/// # Errors
/// A fault when the blob is broken.
pub fn decode_legs(blob: &[u8], currency: Currency) -> Result<Vec<Leg>> {
    let mut legs = Legs::open(blob, currency)?;
    let mut out = Vec::with_capacity(legs.left.min(64));
    while let Some(view) = legs.advance()? {
        out.push(view.to_leg()?);
    }
    Ok(out)
}
