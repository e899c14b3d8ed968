//! Upload templates.

use accrual_base::DateFormat;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum TemplateKind {
    Transaction,
    Event,
    Bundle,
}

/// How cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum FileType {
    /// Comma.
    #[text("CSV")]
    Csv,
    /// Another separator.
    Text,
}

/// What a column's cells hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum ColumnType {
    Character,
    Number,
    Date,
}

/// One mapped column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UploadColumn {
    pub sequence: i32,
    /// Staging name of the field it fills.
    pub field: String,
    /// The heading in the file.
    pub label: String,
    pub data_type: ColumnType,
    /// Control total: filled cells are counted.
    #[serde(default)]
    pub count: bool,
    /// Control total: numbers are added up.
    #[serde(default)]
    pub sum: bool,
}

/// How a file is read (reference section 1.1). A template is frozen before use; a frozen one cannot change.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = UploadTemplate::rules)]
pub struct UploadTemplate {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(default = "Transaction", filterable)]
    pub kind: TemplateKind,
    #[field(default = "CSV")]
    pub file_type: FileType,
    /// One character.
    #[field(default = ",", max = 1)]
    pub separator: String,
    /// The line of the heading row, from 1; lines above are skipped.
    #[field(default = 1)]
    pub start_row: i64,
    #[field(default = "DD-MON-YYYY", values = ["DD-MON-YYYY", "DD-MON-YY", "YYYY-MM-DD", "MM/DD/YYYY", "DD/MM/YYYY", "YYYYMMDD"])]
    pub date_format: String,
    /// Headings may be any field by its name, label or alias, in any order; then there is no mapping.
    #[field(default = false)]
    pub any_field: bool,
    /// The columns of the file.
    #[field(default = [])]
    pub mapping: Vec<UploadColumn>,
    /// How the rows are grouped into contracts; the default grouping template when empty.
    #[field(reference = "GroupingTemplate")]
    pub grouping_template: Option<String>,
    #[field(default = false, filterable)]
    pub frozen: bool,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl UploadTemplate {
    /// A frozen template that takes every field.
    pub(crate) fn any(name: &str, kind: TemplateKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            file_type: FileType::Csv,
            separator: ",".to_owned(),
            start_row: 1,
            date_format: DateFormat::DdMonYyyy.name().to_owned(),
            any_field: true,
            mapping: Vec::new(),
            grouping_template: None,
            frozen: true,
            enabled: true,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        let separator = self.separator.as_bytes();
        if separator.len() != 1 || separator.iter().any(|b| matches!(b, b'"' | b'\r' | b'\n') || b.is_ascii_alphanumeric()) {
            wrong.push(broken("separator", "The separator is one ASCII character that is no letter, digit, quote or line end."));
        } else if (self.file_type == FileType::Csv) != (separator == b",") {
            wrong.push(broken("separator", "CSV is separated by a comma, a text file by another character."));
        }
        if self.start_row < 1 {
            wrong.push(broken("start_row", "Rows are counted from 1."));
        }
        if self.any_field && !self.mapping.is_empty() {
            wrong.push(broken("mapping", "A template that takes any field has no mapping."));
        }
        if self.frozen && !self.any_field && self.mapping.is_empty() {
            wrong.push(broken("mapping", "A template is frozen with its columns: map at least one field."));
        }
        wrong.extend(self.columns());
        wrong
    }

    fn columns(&self) -> Option<Rejection> {
        self.mapping.iter().enumerate().find_map(|(at, column)| {
            let before = &self.mapping[..at];
            if column.label.trim().is_empty() || column.field.trim().is_empty() {
                return Some(broken("mapping", format!("Column {} has no label or no field.", column.sequence)));
            }
            let same = |o: &UploadColumn| {
                o.sequence == column.sequence || o.label.eq_ignore_ascii_case(&column.label) || o.field.eq_ignore_ascii_case(&column.field)
            };
            if before.iter().any(same) {
                return Some(broken("mapping", format!("Column {} repeats the sequence, label or field of another.", column.sequence)));
            }
            (column.sum && column.data_type != ColumnType::Number)
                .then(|| broken("mapping", format!("Column {} is no number and has no sum.", column.sequence)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(template: &UploadTemplate) -> Vec<String> {
        template.rules().into_iter().filter_map(|r| r.place.column).collect()
    }

    fn column(sequence: i32, field: &str) -> UploadColumn {
        UploadColumn { sequence, field: field.into(), label: field.into(), data_type: ColumnType::Character, count: true, sum: false }
    }

    #[test]
    fn separators_columns_and_control_totals() {
        let any = || UploadTemplate::any("T", TemplateKind::Transaction);
        assert!(wrong(&any()).is_empty());
        assert_eq!(wrong(&UploadTemplate { separator: "|".into(), ..any() }), ["separator"]);
        assert!(wrong(&UploadTemplate { separator: "|".into(), file_type: FileType::Text, ..any() }).is_empty());
        assert_eq!(wrong(&UploadTemplate { separator: "\"".into(), file_type: FileType::Text, ..any() }), ["separator"]);
        assert_eq!(wrong(&UploadTemplate { any_field: false, ..any() }), ["mapping"]);
        let mapped = |mapping| UploadTemplate { any_field: false, mapping, ..any() };
        assert!(wrong(&mapped(vec![column(1, "TYPE"), column(2, "SO_NUM")])).is_empty());
        assert_eq!(wrong(&mapped(vec![column(1, "TYPE"), column(2, "type")])), ["mapping"]);
        assert_eq!(wrong(&mapped(vec![UploadColumn { sum: true, ..column(1, "TYPE") }])), ["mapping"]);
    }

    #[test]
    fn the_date_formats_are_those_that_can_be_read() {
        let names: Vec<&str> = DateFormat::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(UploadTemplate::descriptor().field("date_format").unwrap().allowed, names);
    }
}
