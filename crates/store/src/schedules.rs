//! Packed accounting schedules: all legs of a line in one blob, on the row of the line.

use crate::contracts::{CurrencyReader, int32, keyed};
use crate::{Flow, Read, Row, Write};
use accrual_base::{Currency, Result};

/// The schedule of a line, with what of the line its entries need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRow {
    pub line_id: i64,
    pub rc_id: i64,
    pub pob_id: i64,
    pub org_id: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub functional_currency: Currency,
    /// The last period any leg reaches (YYYYMM): later periods need not open the blob.
    pub last_period: i32,
    pub updated_at: i64,
    /// All legs, packed by the revenue engine's codec.
    pub legs: Vec<u8>,
}

/// As [`ScheduleRow`], borrowed while it streams.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleRef<'a> {
    pub line_id: i64,
    pub rc_id: i64,
    pub pob_id: i64,
    pub org_id: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub functional_currency: Currency,
    pub last_period: i32,
    pub updated_at: i64,
    pub legs: &'a [u8],
}

macro_rules! columns {
    () => {
        "id, rc_id, pob_id, org_id, account_set, currency, functional_currency, last_period, updated_at, legs"
    };
}

fn read<'a>(row: &'a dyn Row, currency: &mut CurrencyReader, functional: &mut CurrencyReader) -> Result<ScheduleRef<'a>> {
    Ok(ScheduleRef {
        line_id: row.int(0)?,
        rc_id: row.int(1)?,
        pob_id: row.int(2)?,
        org_id: row.int(3)?,
        account_set: row.int(4)?,
        currency: currency.read(row, 5)?,
        functional_currency: functional.read(row, 6)?,
        last_period: int32(row, 7)?,
        updated_at: row.int(8)?,
        legs: row.bytes(9)?,
    })
}

impl ScheduleRef<'_> {
    /// Copies the row out of its stream.
    pub fn to_row(&self) -> ScheduleRow {
        ScheduleRow {
            line_id: self.line_id,
            rc_id: self.rc_id,
            pob_id: self.pob_id,
            org_id: self.org_id,
            account_set: self.account_set,
            currency: self.currency,
            functional_currency: self.functional_currency,
            last_period: self.last_period,
            updated_at: self.updated_at,
            legs: self.legs.to_vec(),
        }
    }
}

/// Schedules of some lines, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn by_line(tx: &mut dyn Read, lines: &[i64]) -> Result<Vec<ScheduleRow>> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_line WHERE id = $key AND last_period IS NOT NULL"), lines, |row| {
        Ok(read(row, &mut currency, &mut functional)?.to_row())
    })
}

/// Which schedules a scan hands over, by line id.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleScan {
    /// Line ids greater than this.
    pub after: i64,
    /// Line ids up to and including this.
    pub through: i64,
    /// Only schedules that reach this period (YYYYMM) or a later one.
    pub reaching: i32,
    /// Changed at or after, microseconds.
    pub from: i64,
    /// Changed at or before, microseconds.
    pub to: i64,
}

impl Default for ScheduleScan {
    /// Everything.
    fn default() -> Self {
        Self { after: i64::MIN, through: i64::MAX, reaching: 0, from: i64::MIN, to: i64::MAX }
    }
}

/// Streams schedules by line id in constant memory.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, which: ScheduleScan, each: &mut dyn FnMut(ScheduleRef<'_>) -> Result<Flow>) -> Result<()> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM rc_line WHERE id > $1 AND id <= $2 AND last_period >= $3 AND updated_at BETWEEN $4 AND $5 ORDER BY id"
    );
    let params = [which.after, which.through, which.reaching.into(), which.from, which.to];
    tx.scan(sql, &params, &mut |row| each(read(row, &mut currency, &mut functional)?))
}

/// Streams the currency and the legs of the lines with ids after `after`, up to and including `through`.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan_legs(tx: &mut dyn Read, after: i64, through: i64, each: &mut dyn FnMut(Currency, &[u8]) -> Result<()>) -> Result<()> {
    let mut currency = CurrencyReader::default();
    tx.scan(
        "SELECT currency, legs FROM rc_line WHERE id > $1 AND id <= $2 AND last_period IS NOT NULL ORDER BY id",
        &[after, through],
        &mut |row| {
            each(currency.read(row, 0)?, row.bytes(1)?)?;
            Ok(Flow::Continue)
        },
    )
}

/// The smallest and the largest line id; nothing when there is no line.
///
/// # Errors
/// A fault from the database.
pub fn bounds(tx: &mut dyn Read) -> Result<Option<(i64, i64)>> {
    let edge = |tx: &mut dyn Read, sql: &str| tx.first(sql, &[], |row| row.int(0));
    let first = edge(tx, "SELECT id FROM rc_line ORDER BY id LIMIT 1")?;
    let last = edge(tx, "SELECT id FROM rc_line ORDER BY id DESC LIMIT 1")?;
    Ok(first.zip(last))
}

/// Marks the legs of one line as changed (a transfer with criteria stamps what it took).
///
/// # Errors
/// A fault from the database.
pub fn update_legs(tx: &mut dyn Write, line_id: i64, legs: &[u8], updated_at: i64) -> Result<()> {
    tx.defer("UPDATE rc_line SET legs = $2, updated_at = $3 WHERE id = $1", &[line_id.into(), legs.into(), updated_at.into()])
}
