//! The columns of every view, from `data/bi_view_columns.tsv`.

use accrual_base::{Error, Result};
use std::collections::BTreeMap;
use std::sync::OnceLock;

const SOURCE: &str = include_str!("../../data/bi_view_columns.tsv");

/// One column of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// NUMBER, DATE or VARCHAR2.
    pub data_type: &'static str,
    /// Length in characters or bytes.
    pub length: u32,
    pub precision: Option<u32>,
    pub scale: Option<u32>,
}

/// Length of a VARCHAR2 column for which the catalogue names none.
const TEXT_LENGTH: u32 = 4000;
/// Bytes of a NUMBER and of a DATE, as the consumers of the views know them.
const NUMBER_LENGTH: u32 = 22;
const DATE_LENGTH: u32 = 7;

fn column(name: &'static str, kind: &'static str) -> Column {
    let (data_type, length) = match kind.split_once('(') {
        Some((data_type, rest)) => (data_type, rest.trim_end_matches(')').parse().unwrap_or(TEXT_LENGTH)),
        None if kind == "NUMBER" => (kind, NUMBER_LENGTH),
        None if kind == "DATE" => (kind, DATE_LENGTH),
        None => (kind, TEXT_LENGTH),
    };
    Column { name, data_type, length, precision: None, scale: None }
}

fn catalogue() -> &'static BTreeMap<&'static str, Vec<Column>> {
    static CATALOGUE: OnceLock<BTreeMap<&'static str, Vec<Column>>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut views: BTreeMap<&str, Vec<(u32, Column)>> = BTreeMap::new();
        for line in SOURCE.lines().skip(1) {
            let mut cells = line.split('\t');
            if let (Some(view), Some(ordinal), Some(name), Some(kind)) = (cells.next(), cells.next(), cells.next(), cells.next()) {
                let ordinal = ordinal.parse().unwrap_or(u32::MAX);
                views.entry(view).or_default().push((ordinal, column(name, kind)));
            }
        }
        let ordered = |mut columns: Vec<(u32, Column)>| {
            columns.sort_by_key(|(ordinal, _)| *ordinal);
            columns.into_iter().map(|(_, column)| column).collect()
        };
        views.into_iter().map(|(view, columns)| (view, ordered(columns))).collect()
    })
}

/// The columns of a view in ordinal order.
///
/// # Errors
/// `NotFound`, code `view.unknown`, for a name the catalogue does not have.
pub fn columns(view: &str) -> Result<&'static [Column]> {
    catalogue()
        .get(view)
        .map(Vec::as_slice)
        .ok_or_else(|| Error::not_found("view.unknown", "There is no such view; view names begin with BI3_.").with_value(view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_ordinal_order_with_their_types() {
        let columns = columns("BI3_RC_SCHD").unwrap();
        assert_eq!(columns.len(), 85);
        assert_eq!(columns[23], Column { name: "SCHD_ID", data_type: "NUMBER", length: 22, precision: None, scale: None });
        assert_eq!((columns[34].name, columns[34].data_type, columns[34].length), ("INITIAL_ENTRY_FLAG", "VARCHAR2", 1));
        assert_eq!((columns[13].name, columns[13].data_type, columns[13].length), ("POST_DATE", "DATE", 7));
    }

    #[test]
    fn an_unknown_view_is_refused_by_name() {
        let error = super::columns("BI3_NOTHING").unwrap_err();
        assert_eq!(error.rejection().unwrap().code, "view.unknown");
    }
}
