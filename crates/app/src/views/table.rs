//! A view as a table of column functions, and the plan for the columns somebody selected.

use super::catalog::{self, Column};
use super::row::CsvRow;
use accrual_base::{Error, Result};

/// Appends the text of one column of one row; appends nothing when the value is missing.
pub(super) type Fill<T> = fn(&T, &mut String);

/// The columns of a view that have content; every other column of the catalogue is empty.
pub(super) type Fills<T> = &'static [(&'static str, Fill<T>)];

/// Which columns to write, in which order.
pub(super) struct Plan<T> {
    columns: Vec<&'static str>,
    fills: Vec<Option<Fill<T>>>,
}

/// Checks selected names against the view and answers them in the order asked; all columns for an empty list.
pub(super) fn selection(view: &str, selected: &[String]) -> Result<Vec<&'static Column>> {
    let columns = catalog::columns(view)?;
    if selected.is_empty() {
        return Ok(columns.iter().collect());
    }
    let find = |name: &String| {
        columns.iter().find(|c| c.name.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
            Error::invalid("view.column", format!("{view} has no such column; describe-columns lists the columns it has.")).with_value(name)
        })
    };
    selected.iter().map(find).collect()
}

impl<T> Plan<T> {
    pub fn new(view: &str, fills: Fills<T>, selected: &[String]) -> Result<Self> {
        let columns: Vec<&'static str> = selection(view, selected)?.into_iter().map(|c| c.name).collect();
        let fills = columns.iter().map(|name| fills.iter().find(|(n, _)| n == name).map(|(_, fill)| *fill)).collect();
        Ok(Self { columns, fills })
    }
    /// Whether any of these columns was selected: what nobody reads need not be looked up.
    pub fn wants(&self, names: &[&str]) -> bool {
        self.columns.iter().any(|c| names.contains(c))
    }
    pub fn write(&self, source: &T, row: &mut CsvRow) {
        row.clear();
        for fill in &self.fills {
            row.cell(|text| {
                if let Some(fill) = fill {
                    fill(source, text);
                }
            });
        }
    }
}

/// A table must not name a column its view does not have.
#[cfg(test)]
pub(super) fn assert_known<T>(view: &str, fills: Fills<T>) {
    let columns = catalog::columns(view).unwrap();
    for (i, (name, _)) in fills.iter().enumerate() {
        assert!(columns.iter().any(|c| c.name == *name), "{view} has no column {name}");
        assert!(fills[..i].iter().all(|(n, _)| n != name), "{view}.{name} is filled twice");
    }
}
