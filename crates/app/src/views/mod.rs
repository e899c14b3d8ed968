//! BI views: streams of rows with the columns of `data/bi_view_columns.tsv` (reference section 16).
//!
//! A view is one file with a table of columns. Rows are made while the store streams, in constant memory.
//! Columns of the catalogue that nothing fills are there and empty.

pub mod account;
mod acct_type;
mod batch;
mod calendar;
mod catalog;
mod names;
mod rc_bill;
mod rc_head;
mod rc_lns;
mod rc_pob;
mod rc_schd;

mod record;
mod row;
mod table;
pub mod tasks;

pub use catalog::Column;
pub use row::{CsvRow, csv_cell};

use crate::Tenant;
use accrual_base::{Error, Result};
use accrual_store::{Flow, Read};
use names::Names;
use record::FieldTexts;
use table::Plan;

/// The views with content.
pub const VIEWS: [&str; 7] = [acct_type::NAME, calendar::NAME, rc_bill::NAME, rc_head::NAME, rc_lns::NAME, rc_pob::NAME, rc_schd::NAME];

/// What somebody wants of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// INCR_UPDT_DT at or after, microseconds.
    pub from: i64,
    /// INCR_UPDT_DT at or before, microseconds.
    pub to: i64,
    /// Names of the wanted columns in the wanted order; all in ordinal order when empty.
    pub fields: Vec<String>,
}

impl Default for Query {
    /// Everything.
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX, fields: Vec::new() }
    }
}

impl Query {
    fn covers(&self, instant: i64) -> bool {
        (self.from..=self.to).contains(&instant)
    }
}

/// Where the rows of a view come from: one snapshot and the names in it.
struct Source<'a> {
    tx: &'a mut dyn Read,
    names: Names,
}

impl Source<'_> {
    /// INCR_UPDT_DT of rows that never change.
    fn since(&mut self) -> Result<i64> {
        accrual_store::views::began(self.tx)
    }
}

/// Where the rows go.
struct Each<'a> {
    row: CsvRow,
    none: FieldTexts,
    sink: &'a mut dyn FnMut(&CsvRow) -> Result<Flow>,
}

impl Each<'_> {
    fn row<T>(&mut self, plan: &Plan<T>, source: &T) -> Result<Flow> {
        plan.write(source, &self.none, &mut self.row);
        (self.sink)(&self.row)
    }
    fn row_with<T>(&mut self, plan: &Plan<T>, source: &T, fields: &FieldTexts) -> Result<Flow> {
        plan.write(source, fields, &mut self.row);
        (self.sink)(&self.row)
    }
}

/// A row names something that is not there: the store is damaged.
fn missing(what: &str, id: i64) -> Error {
    Error::fault(format!("{what} {id} is named by a row but does not exist"))
}

/// The columns a query answers, in its order. Also checks the name of the view and of the columns.
///
/// # Errors
/// `NotFound` `view.unknown`, `NotBuilt` `view.not_built`, `Invalid` `view.column`.
pub fn columns(view: &str, fields: &[String]) -> Result<Vec<&'static Column>> {
    catalog::columns(view)?;
    stream_of(view)?;
    table::selection(view, fields)
}

type Stream = fn(&mut Source<'_>, &Query, &mut Each<'_>) -> Result<()>;

fn stream_of(view: &str) -> Result<Stream> {
    Ok(match view {
        acct_type::NAME => acct_type::stream,
        calendar::NAME => calendar::stream,
        rc_bill::NAME => rc_bill::stream,
        rc_head::NAME => rc_head::stream,
        rc_lns::NAME => rc_lns::stream,
        rc_pob::NAME => rc_pob::stream,
        rc_schd::NAME => rc_schd::stream,
        _ => {
            let message = format!("The view {view} is not built yet; built are {}.", VIEWS.join(", "));
            return Err(Error::rejected(accrual_base::error::Kind::NotBuilt, "view.not_built", message));
        }
    })
}

/// Streams a view from one snapshot. `sink` may stop early.
///
/// # Errors
/// As [`columns`]; a fault from the database; whatever `sink` returned.
pub fn stream(tenant: &Tenant, view: &str, query: &Query, sink: &mut dyn FnMut(&CsvRow) -> Result<Flow>) -> Result<()> {
    columns(view, &query.fields)?;
    let run = stream_of(view)?;
    tenant.store.read(|tx| {
        let names = Names::load(tx)?;
        let mut each = Each { row: CsvRow::default(), none: FieldTexts::none(), sink };
        run(&mut Source { tx, names }, query, &mut each)
    })
}

/// The number of rows a query answers.
///
/// # Errors
/// As [`stream`].
pub fn count(tenant: &Tenant, view: &str, query: &Query) -> Result<u64> {
    let mut rows = 0u64;
    // one narrow column is enough to count
    let first = columns(view, &query.fields)?.first().map(|c| c.name.to_owned());
    let narrow = Query { fields: first.into_iter().collect(), ..query.clone() };
    stream(tenant, view, &narrow, &mut |_| {
        rows += 1;
        Ok(Flow::Continue)
    })?;
    Ok(rows)
}

/// The header line of a query's CSV.
///
/// # Errors
/// As [`columns`].
pub fn header(view: &str, fields: &[String]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for (i, column) in columns(view, fields)?.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(column.name.as_bytes());
    }
    out.push(b'\n');
    Ok(out)
}
