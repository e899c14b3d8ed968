//! What an administrator says about upload files: template and safety profiles.

use crate::fields::{FieldId, FieldTable, event_fields, line_fields};
use accrual_base::{DateFormat, Error, Result};

/// Which stage the rows of a file go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Line,
    Event,
}

impl Family {
    /// The spelling in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Event => "event",
        }
    }
    /// The fields its rows may fill.
    pub fn fields(self) -> &'static FieldTable {
        match self {
            Self::Line => line_fields(),
            Self::Event => event_fields(),
        }
    }
}

/// One mapped column of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The heading in the file.
    pub label: String,
    pub field: FieldId,
    /// Control total: count the filled cells.
    pub count: bool,
    /// Control total: add the numbers up.
    pub sum: bool,
}

/// Which columns a file may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Any field, by name, label or alias, in any order. These must be there.
    Known { required: Vec<FieldId> },
    /// Exactly these headings, in any order.
    Mapped(Vec<Mapping>),
}

/// An upload template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub name: String,
    pub family: Family,
    pub enabled: bool,
    /// Only a frozen template may be used: it cannot change under a file.
    pub frozen: bool,
    /// One ASCII character other than the quote and line ends.
    pub separator: u8,
    /// The line of the header row, counted from 1; what stands above is skipped.
    pub start_row: u64,
    pub date_format: DateFormat,
    pub columns: Columns,
}

impl Template {
    /// The template every tenant has from the start: each field by any of its spellings, `DD-MON-YYYY`, comma.
    pub fn standard() -> Self {
        use crate::fields::{CSTMR_NM, CURR, CUST_NUM, EXT_SLL_PRC, ITEM_NUM, TYPE};
        Self {
            name: "Upload Template".into(),
            family: Family::Line,
            enabled: true,
            frozen: true,
            separator: b',',
            start_row: 1,
            date_format: DateFormat::DdMonYyyy,
            // mandatory on every transaction type: without the column no row could be valid
            columns: Columns::Known { required: vec![TYPE, CUST_NUM, CSTMR_NM, ITEM_NUM, EXT_SLL_PRC, CURR] },
        }
    }
    /// The same for events.
    pub fn standard_events() -> Self {
        use crate::fields::event::{ACTION, DOC_LINE_ID, EVENT_EFFECTIVE_DATE, EVENT_NAME};
        let required = vec![EVENT_NAME, ACTION, EVENT_EFFECTIVE_DATE, DOC_LINE_ID];
        Self { name: "Event Upload Template".into(), family: Family::Event, columns: Columns::Known { required }, ..Self::standard() }
    }
    /// Whether a file may be uploaded with it.
    ///
    /// # Errors
    /// A conflict when it is disabled or not frozen; a rejection when its separator cannot separate.
    pub fn usable(&self) -> Result<()> {
        let name = &self.name;
        if !self.enabled {
            return Err(Error::conflict(
                "upload.template_disabled",
                format!("The upload template {name} is disabled; enable it or use another."),
            ));
        }
        if !self.frozen {
            return Err(Error::conflict(
                "upload.template_not_frozen",
                format!("The upload template {name} is not frozen; freeze it before uploading."),
            ));
        }
        if !self.separator.is_ascii() || matches!(self.separator, b'"' | b'\r' | b'\n' | 0) || self.start_row == 0 {
            return Err(Error::invalid("upload.template", format!("The upload template {name} has an unusable separator or start row.")));
        }
        Ok(())
    }
}

/// What happens to a cell that a spreadsheet would run as a formula (profile ENABLE_CSV_DATA_SANITIZATION).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Formula {
    /// The file is refused (RPRO-00603).
    #[default]
    Block,
    /// The leading characters are taken away.
    Sanitize,
    /// Stored as it is.
    Raw,
}

/// Profiles that guard uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safety {
    pub formula: Formula,
    /// UPLOAD_NON_ENGLISH_CHARS: whether characters beyond ASCII may come (RPRO-00709).
    pub non_english: bool,
}

impl Default for Safety {
    fn default() -> Self {
        Self { formula: Formula::Block, non_english: true }
    }
}
