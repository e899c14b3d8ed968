//! Contract lines, and the performance obligations they lead.

use super::{CurrencyReader, int32, keyed, load, streamed};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::{Currency, Result};

/// Bits of [`LineRow::flags`].
pub mod flag {
    /// Takes part in relative allocation.
    pub const ELIGIBLE: i64 = 1;
    /// Recognition before billing goes to Unbilled AR.
    pub const RIGHT_TO_BILL: i64 = 2;
    pub const CANCELLED: i64 = 4;
    /// The extended SSP was given on the line.
    pub const SSP_GIVEN: i64 = 8;
}

/// One row of `rc_line`. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// The staged row that first brought the line.
    pub id: i64,
    pub rc_id: i64,
    pub pob_id: i64,
    pub org_id: i64,
    /// The latest staged order row of the line: its attributes are read from there.
    pub source_id: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub functional_currency: Currency,
    pub list_amount: i64,
    pub sell_amount: i64,
    pub ssp_amount: Option<i64>,
    pub allocatable: i64,
    pub allocated: i64,
    pub billed: i64,
    /// Contractual revenue released (REC_AMT).
    pub released: i64,
    /// The released part that is billed (BLD_REC_AMT).
    pub billed_released: i64,
    pub flags: i64,
    /// Everything else the engine keeps of the line, packed.
    pub state: Vec<u8>,
    pub created_period: i32,
    pub updated_at: i64,
    /// The performance obligation that the line leads.
    pub leads: Option<Leads>,
}

/// A performance obligation as its leading line holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leads {
    pub template_id: i64,
    /// Derived name; nothing when the template's name holds.
    pub name: Option<String>,
}

/// All accounting legs of a line, packed by the revenue engine's codec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedLegs {
    /// The last period any leg reaches (YYYYMM).
    pub last_period: i32,
    pub legs: Vec<u8>,
}

/// A line with its schedule: one row, so that a line costs one row in every load and one entry in one index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeLine {
    pub line: LineRow,
    /// Nothing while the line has no legs.
    pub schedule: Option<PackedLegs>,
}

const TABLE: BulkTable = BulkTable {
    name: "rc_line",
    columns: &[
        ("id", BulkType::Int),
        ("rc_id", BulkType::Int),
        ("pob_id", BulkType::Int),
        ("org_id", BulkType::Int),
        ("source_id", BulkType::Int),
        ("account_set", BulkType::Int),
        ("currency", BulkType::Text),
        ("functional_currency", BulkType::Text),
        ("list_amount", BulkType::Int),
        ("sell_amount", BulkType::Int),
        ("ssp_amount", BulkType::Int),
        ("allocatable", BulkType::Int),
        ("allocated", BulkType::Int),
        ("billed", BulkType::Int),
        ("released", BulkType::Int),
        ("billed_released", BulkType::Int),
        ("flags", BulkType::Int),
        ("state", BulkType::Bytes),
        ("created_period", BulkType::Int),
        ("updated_at", BulkType::Int),
        ("pob_template", BulkType::Int),
        ("pob_name", BulkType::Text),
        ("last_period", BulkType::Int),
        ("legs", BulkType::Bytes),
    ],
};

macro_rules! columns {
    () => {
        "id, rc_id, pob_id, org_id, source_id, account_set, currency, list_amount, sell_amount, ssp_amount, allocatable, \
         allocated, billed, released, billed_released, flags, state, created_period, updated_at, pob_template, pob_name, functional_currency"
    };
}

#[derive(Default)]
struct Currencies {
    own: CurrencyReader,
    functional: CurrencyReader,
}

fn read(row: &dyn Row, currency: &mut Currencies) -> Result<LineRow> {
    Ok(LineRow {
        id: row.int(0)?,
        rc_id: row.int(1)?,
        pob_id: row.int(2)?,
        org_id: row.int(3)?,
        source_id: row.int(4)?,
        account_set: row.int(5)?,
        currency: currency.own.read(row, 6)?,
        functional_currency: currency.functional.read(row, 21)?,
        list_amount: row.int(7)?,
        sell_amount: row.int(8)?,
        ssp_amount: row.opt_int(9)?,
        allocatable: row.int(10)?,
        allocated: row.int(11)?,
        billed: row.int(12)?,
        released: row.int(13)?,
        billed_released: row.int(14)?,
        flags: row.int(15)?,
        state: row.bytes(16)?.to_vec(),
        created_period: int32(row, 17)?,
        updated_at: row.int(18)?,
        leads: leads(row, 19)?,
    })
}

/// The performance obligation in the columns from `column` on.
pub(super) fn leads(row: &dyn Row, column: usize) -> Result<Option<Leads>> {
    let Some(template_id) = row.opt_int(column)? else { return Ok(None) };
    Ok(Some(Leads { template_id, name: row.opt_text(column + 1)?.map(str::to_owned) }))
}

pub(super) fn insert(tx: &mut dyn Write, rows: &[&WholeLine]) -> Result<()> {
    load(tx, &TABLE, rows, |WholeLine { line: l, schedule }, sink| {
        sink.push(&[
            l.id.into(),
            l.rc_id.into(),
            l.pob_id.into(),
            l.org_id.into(),
            l.source_id.into(),
            l.account_set.into(),
            l.currency.code().into(),
            l.functional_currency.code().into(),
            l.list_amount.into(),
            l.sell_amount.into(),
            l.ssp_amount.into(),
            l.allocatable.into(),
            l.allocated.into(),
            l.billed.into(),
            l.released.into(),
            l.billed_released.into(),
            l.flags.into(),
            l.state.as_slice().into(),
            l.created_period.into(),
            l.updated_at.into(),
            l.leads.as_ref().map(|p| p.template_id).into(),
            l.leads.as_ref().and_then(|p| p.name.as_deref()).into(),
            schedule.as_ref().map(|s| s.last_period).into(),
            schedule.as_ref().map(|s| s.legs.as_slice()).into(),
        ])
    })
}

/// Lines by id, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<LineRow>> {
    let mut currency = Currencies::default();
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_line WHERE id = $key"), ids, |row| read(row, &mut currency))
}

/// Lines with their schedules by id, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn whole_by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<WholeLine>> {
    let mut currency = Currencies::default();
    keyed(tx, concat!("SELECT ", columns!(), ", last_period, legs FROM rc_line WHERE id = $key"), ids, |row| {
        let schedule = match row.cell(23)? {
            Cell::Null => None,
            _ => Some(PackedLegs { last_period: int32(row, 22)?, legs: row.bytes(23)?.to_vec() }),
        };
        Ok(WholeLine { line: read(row, &mut currency)?, schedule })
    })
}

/// (line id, contract id, source id) of some lines.
///
/// # Errors
/// A fault from the database.
pub fn contract_of_lines(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<(i64, i64, i64)>> {
    keyed(tx, "SELECT id, rc_id, source_id FROM rc_line WHERE id = $key", ids, |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// Streams the lines changed in `from ..= to` (microseconds) by id, starting after `after`, at most `limit` of them.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, after: i64, from: i64, to: i64, limit: i64, each: &mut dyn FnMut(LineRow) -> Result<Flow>) -> Result<()> {
    let mut currency = Currencies::default();
    let sql = concat!("SELECT ", columns!(), " FROM rc_line WHERE id > $1 AND updated_at BETWEEN $2 AND $3 ORDER BY id LIMIT $4");
    streamed(tx, sql, &[Cell::Int(after), Cell::Int(from), Cell::Int(to), Cell::Int(limit)], |row| read(row, &mut currency), each)
}
