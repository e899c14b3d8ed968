//! A view as a table of column functions, and the plan for the columns somebody selected.

use super::catalog::{self, Column};
use super::record::FieldTexts;
use super::row::CsvRow;
use accrual_base::{Error, Result};
use accrual_revenue::fields::FieldId;

/// Appends the text of one column of one row; appends nothing when the value is missing.
pub(super) type Fill<T> = fn(&T, &mut String);

/// The columns of a view that have content of their own.
pub(super) type Fills<T> = &'static [(&'static str, Fill<T>)];

/// Finds the staged field a column repeats, for views whose rows have a staged record.
pub(super) type FieldOf = fn(&str) -> Option<FieldId>;

/// For views whose rows have no staged record.
pub(super) fn no_field(_: &str) -> Option<FieldId> {
    None
}

enum Content<T> {
    Fill(Fill<T>),
    /// As uploaded.
    Field(FieldId),
    /// A column of the catalogue that nothing fills.
    Empty,
}

/// Which columns to write, in which order.
pub(super) struct Plan<T> {
    columns: Vec<&'static str>,
    contents: Vec<Content<T>>,
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
    pub fn new(view: &str, fills: Fills<T>, field_of: FieldOf, selected: &[String]) -> Result<Self> {
        let columns: Vec<&'static str> = selection(view, selected)?.into_iter().map(|c| c.name).collect();
        let content = |name: &&str| match fills.iter().find(|(n, _)| n == name) {
            Some((_, fill)) => Content::Fill(*fill),
            None => field_of(name).map_or(Content::Empty, Content::Field),
        };
        let contents = columns.iter().map(content).collect();
        Ok(Self { columns, contents })
    }
    /// Whether any of these columns was selected: what nobody reads need not be looked up.
    pub fn wants(&self, names: &[&str]) -> bool {
        self.columns.iter().any(|c| names.contains(c))
    }
    /// The staged fields the plan reads.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.contents.iter().filter_map(|c| if let Content::Field(id) = c { Some(*id) } else { None })
    }
    pub fn write(&self, source: &T, fields: &FieldTexts, row: &mut CsvRow) {
        row.clear();
        for content in &self.contents {
            row.cell(|text| match content {
                Content::Fill(fill) => fill(source, text),
                Content::Field(id) => text.push_str(fields.get(*id)),
                Content::Empty => (),
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
