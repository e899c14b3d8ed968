//! Rows of `journal_line`.
//!
//! The id of a line is `batch id << 30 | number`, counted from 1: lines of a batch are neighbours, a page is a
//! range of ids, and a batch that goes on after a crash gives the same ids again.

use crate::contracts::{CurrencyReader, int32};
use crate::{BulkSink, BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::{Currency, Error, Result};

const SHIFT: u32 = 30;

/// One journal line, borrowed. Amounts are minor units: transaction in `currency`, functional and reporting in
/// `functional_currency` and the reporting currency of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalRow<'a> {
    pub id: i64,
    pub batch_id: i64,
    pub period: i32,
    /// Nothing in a summary line.
    pub rc_id: Option<i64>,
    pub line_id: Option<i64>,
    pub schedule_id: Option<i64>,
    /// The account type's letter.
    pub account_type: &'a str,
    /// R revenue, A allocation.
    pub schedule_type: &'a str,
    pub account: &'a str,
    pub currency: Currency,
    pub functional_currency: Currency,
    pub debit: i64,
    pub credit: i64,
    pub functional_debit: i64,
    pub functional_credit: i64,
    pub reporting_debit: i64,
    pub reporting_credit: i64,
}

const TABLE: BulkTable = BulkTable {
    name: "journal_line",
    columns: &[
        ("id", BulkType::Int),
        ("batch_id", BulkType::Int),
        ("period", BulkType::Int),
        ("rc_id", BulkType::Int),
        ("line_id", BulkType::Int),
        ("schedule_id", BulkType::Int),
        ("account_type", BulkType::Text),
        ("schedule_type", BulkType::Text),
        ("account", BulkType::Text),
        ("currency", BulkType::Text),
        ("functional_currency", BulkType::Text),
        ("debit", BulkType::Int),
        ("credit", BulkType::Int),
        ("functional_debit", BulkType::Int),
        ("functional_credit", BulkType::Int),
        ("reporting_debit", BulkType::Int),
        ("reporting_credit", BulkType::Int),
    ],
};

const SELECT: &str = "SELECT id, batch_id, period, rc_id, line_id, schedule_id, account_type, schedule_type, account, currency, \
    functional_currency, debit, credit, functional_debit, functional_credit, reporting_debit, reporting_credit \
    FROM journal_line WHERE id BETWEEN $1 AND $2 ORDER BY id";

/// The id of a batch's line with this number, counted from 1.
///
/// # Errors
/// A fault when the batch has more lines than ids.
pub fn first_id(batch: i64, number: i64) -> Result<i64> {
    if !(1..1 << SHIFT).contains(&number) || !(0..1 << (62 - SHIFT)).contains(&batch) {
        return Err(Error::fault(format!("line {number} of batch {batch} has no id")));
    }
    Ok(batch << SHIFT | number)
}

/// The largest id a line of the batch can have.
pub fn last_id(batch: i64) -> i64 {
    batch << SHIFT | ((1 << SHIFT) - 1)
}

/// Takes lines one by one.
pub type PushLine<'a> = dyn FnMut(&JournalRow<'_>) -> Result<()> + 'a;

/// Loads lines; `fill` pushes them through the function it is given.
///
/// # Errors
/// A fault from the database, or whatever `fill` returned.
pub fn insert_lines(tx: &mut dyn Write, fill: &mut dyn FnMut(&mut PushLine<'_>) -> Result<()>) -> Result<u64> {
    tx.bulk(&TABLE, &mut |sink| fill(&mut |line| push(sink, line)))
}

fn push(sink: &mut dyn BulkSink, l: &JournalRow<'_>) -> Result<()> {
    sink.push(&[
        l.id.into(),
        l.batch_id.into(),
        l.period.into(),
        l.rc_id.into(),
        l.line_id.into(),
        l.schedule_id.into(),
        l.account_type.into(),
        l.schedule_type.into(),
        l.account.into(),
        l.currency.code().into(),
        l.functional_currency.code().into(),
        l.debit.into(),
        l.credit.into(),
        l.functional_debit.into(),
        l.functional_credit.into(),
        l.reporting_debit.into(),
        l.reporting_credit.into(),
    ])
}

fn read<'a>(row: &'a dyn Row, currency: &mut CurrencyReader, functional: &mut CurrencyReader) -> Result<JournalRow<'a>> {
    Ok(JournalRow {
        id: row.int(0)?,
        batch_id: row.int(1)?,
        period: int32(row, 2)?,
        rc_id: row.opt_int(3)?,
        line_id: row.opt_int(4)?,
        schedule_id: row.opt_int(5)?,
        account_type: row.text(6)?,
        schedule_type: row.text(7)?,
        account: row.text(8)?,
        currency: currency.read(row, 9)?,
        functional_currency: functional.read(row, 10)?,
        debit: row.int(11)?,
        credit: row.int(12)?,
        functional_debit: row.int(13)?,
        functional_credit: row.int(14)?,
        reporting_debit: row.int(15)?,
        reporting_credit: row.int(16)?,
    })
}

/// Streams all lines of a batch by number, in constant memory.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn stream(tx: &mut dyn Read, batch: i64, each: &mut dyn FnMut(&JournalRow<'_>) -> Result<Flow>) -> Result<()> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    tx.scan(SELECT, &[first_id(batch, 1)?, last_id(batch)], &mut |row| each(&read(row, &mut currency, &mut functional)?))
}

/// Streams the lines `skip + 1 ..= skip + size` of a batch.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn page(tx: &mut dyn Read, batch: i64, skip: i64, size: i64, each: &mut dyn FnMut(&JournalRow<'_>) -> Result<Flow>) -> Result<()> {
    let past = 1i64 << SHIFT;
    let first = skip.saturating_add(1);
    if first >= past || size < 1 {
        return Ok(());
    }
    let last = skip.saturating_add(size).min(past - 1);
    range(tx, first_id(batch, first)?, first_id(batch, last)?, each)
}

fn range(tx: &mut dyn Read, first: i64, last: i64, each: &mut dyn FnMut(&JournalRow<'_>) -> Result<Flow>) -> Result<()> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    tx.query(SELECT, &[Cell::Int(first), Cell::Int(last)], &mut |row| each(&read(row, &mut currency, &mut functional)?))
}
