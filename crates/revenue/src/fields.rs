//! The fields of staged rows: names, labels, kinds, limits, and how a heading finds its field.
//!
//! The tables are data (`data/*.tsv`, reference section 1); this module reads them once. The position in the
//! table is the field's id, and stored records hold it, so that rows may only be added at the end.

mod ids;

pub use ids::*;

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The position of a field in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl FieldId {
    /// The position, for indexing.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// A plain decimal.
    Number,
    Date,
    /// One character, usually Y or N.
    Flag,
}

/// One field of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: FieldId,
    /// The column name, for example `EXT_SLL_PRC`.
    pub name: &'static str,
    /// The label of the upload screen, for example `Ext Sell Price`; the name when it has none.
    pub label: &'static str,
    pub kind: FieldKind,
}

impl Field {
    /// The greatest number of characters of a text cell (RPRO-00707, RPRO-00708).
    pub fn limit(&self) -> usize {
        if self.name == "COMMENTS" { 3000 } else { 240 }
    }
}

/// All fields of one family of staged rows.
#[derive(Debug)]
pub struct FieldTable {
    fields: Vec<Field>,
    by_spelling: BTreeMap<String, FieldId>,
}

/// Spellings in use beside names and labels: headings of older exports and of the integration API.
const LINE_ALIASES: [(&str, FieldId); 13] = [
    ("TRAN_TYPE", TYPE),
    ("EXT_SELL_PRICE", EXT_SLL_PRC),
    ("EXT_LIST_PRICE", EXT_LST_PRC),
    ("SO_DATE", SO_BOOK_DATE),
    ("BOOKED_DATE", SO_BOOK_DATE),
    ("CURR_CODE", CURR),
    ("CUSTOMER_NAME", CSTMR_NM),
    ("CUSTOMER_NUM", CUST_NUM),
    ("Doc Num", SO_NUM),
    ("Doc Line Num", SO_LINE_NUM),
    ("Doc Line Id", SO_LINE_ID),
    ("Doc Date", SO_BOOK_DATE),
    ("Ext SSP", EXT_SSP),
];

const EVENT_ALIASES: [(&str, FieldId); 6] = [
    ("SO_LINE_ID", event::DOC_LINE_ID),
    ("Sales Order Line ID", event::DOC_LINE_ID),
    ("Invoice Line Id", event::INV_LINE_ID),
    ("EVENT_DATE", event::EVENT_EFFECTIVE_DATE),
    ("Effective Date", event::EVENT_EFFECTIVE_DATE),
    ("Organization #", event::SEC_ATR_VAL),
];

impl FieldTable {
    /// Every field, in the order of the ids.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
    /// The field of an id; nothing for an id no table has.
    pub fn get(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(id.index())
    }
    /// The name of a field, for messages.
    pub fn name(&self, id: FieldId) -> &'static str {
        self.get(id).map_or("?", |f| f.name)
    }
    /// Finds a field by its name, label or alias, without regard to case, spaces, underscores and hyphens.
    pub fn find(&self, heading: &str) -> Option<&Field> {
        self.by_spelling.get(&normal(heading)).and_then(|id| self.get(*id))
    }

    /// `columns`: positions of label (if any) and type in a row of the table.
    fn read(
        text: &'static str,
        label: Option<usize>,
        kind: usize,
        added: &[(&'static str, &'static str, FieldKind)],
        aliases: &[(&str, FieldId)],
    ) -> Self {
        let mut fields = Vec::new();
        for row in text.lines().skip(1) {
            let cells: Vec<&'static str> = row.split('\t').collect();
            let name = cells[0];
            let kind = match cells.get(kind).copied().unwrap_or_default() {
                "Number" => FieldKind::Number,
                "Date" => FieldKind::Date,
                "Character(1)" => FieldKind::Flag,
                _ => FieldKind::Text,
            };
            fields.push((name, label.and_then(|at| cells.get(at).copied()).unwrap_or(name), kind));
        }
        fields.extend_from_slice(added);
        let fields: Vec<Field> =
            (0u16..).zip(fields).map(|(id, (name, label, kind))| Field { id: FieldId(id), name, label, kind }).collect();
        // a name wins over an alias, an alias over a label
        let mut by_spelling = BTreeMap::new();
        for f in &fields {
            by_spelling.insert(normal(f.name), f.id);
        }
        for (alias, id) in aliases {
            by_spelling.entry(normal(alias)).or_insert(*id);
        }
        for f in &fields {
            for spelling in spellings(f.label) {
                by_spelling.entry(normal(spelling)).or_insert(f.id);
            }
        }
        Self { fields, by_spelling }
    }
}

/// The fields of transaction lines: the reference's table and our EXT_SSP, an extended stand-alone selling
/// price given on the line.
pub fn line_fields() -> &'static FieldTable {
    static TABLE: OnceLock<FieldTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let added = [("EXT_SSP", "Ext SSP", FieldKind::Number)];
        FieldTable::read(include_str!("../data/staging_fields.tsv"), Some(1), 2, &added, &LINE_ALIASES)
    })
}

/// The fields of events.
pub fn event_fields() -> &'static FieldTable {
    static TABLE: OnceLock<FieldTable> = OnceLock::new();
    TABLE.get_or_init(|| FieldTable::read(include_str!("../data/event_stage_fields.tsv"), None, 1, &[], &EVENT_ALIASES))
}

/// The spellings a label holds: all of it, both sides of ` / `, what stands before and in brackets.
fn spellings(label: &str) -> Vec<&str> {
    let mut all = vec![label];
    all.extend(label.split(" / ").filter(|s| s.len() < label.len()));
    if let Some((before, inside)) = label.strip_suffix(')').and_then(|l| l.split_once('(')) {
        all.extend([before, inside]);
    }
    all
}

fn normal(heading: &str) -> String {
    heading.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '#' | '\u{feff}')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_match_the_tables() {
        for (name, id) in LINE_IDS {
            assert_eq!(line_fields().name(*id), *name);
        }
        for (name, id) in event::EVENT_IDS {
            assert_eq!(event_fields().name(*id), *name);
        }
        assert_eq!(line_fields().fields().len(), 245);
        assert_eq!(line_fields().find("ATR60").unwrap().id.0, ATR1.0 + 59);
        assert_eq!(line_fields().find("NUM15").unwrap().id.0, NUM1.0 + 14);
        assert_eq!(line_fields().find("DATE5").unwrap().id.0, DATE1.0 + 4);
    }

    #[test]
    fn every_name_and_label_finds_its_own_field() {
        for table in [line_fields(), event_fields()] {
            for f in table.fields() {
                assert_eq!(table.find(f.name).map(|f| f.name), Some(f.name));
                assert_eq!(table.find(f.label).map(|f| f.name), Some(f.name), "label {}", f.label);
                assert_eq!(table.find(&f.label.to_lowercase().replace(' ', "_")).map(|f| f.name), Some(f.name));
            }
        }
    }

    #[test]
    fn aliases_and_composed_labels_are_understood() {
        let named = |heading: &str| line_fields().find(heading).map(|f| f.name);
        for (heading, name) in [
            ("Tran Type", "TYPE"),
            ("line type", "TYPE"),
            ("TRAN_TYPE", "TYPE"),
            ("ext_sell_price", "EXT_SLL_PRC"),
            ("EXT_LIST_PRICE", "EXT_LST_PRC"),
            ("SO_DATE", "SO_BOOK_DATE"),
            ("Sales Order Date", "SO_BOOK_DATE"),
            ("BOOKED_DATE", "SO_BOOK_DATE"),
            ("CURR_CODE", "CURR"),
            ("CUSTOMER_NAME", "CSTMR_NM"),
            ("CUSTOMER_NUM", "CUST_NUM"),
            ("Doc Num", "SO_NUM"),
            ("doc-line-id", "SO_LINE_ID"),
            ("Organization #", "SEC_ATR_VAL"),
            ("Ext SSP", "EXT_SSP"),
        ] {
            assert_eq!(named(heading), Some(name), "{heading}");
        }
        assert_eq!(named("Nothing"), None);
        assert_eq!(named(""), None);
        assert_eq!(event_fields().find("SO_LINE_ID").map(|f| f.name), Some("DOC_LINE_ID"));
    }

    #[test]
    fn kinds_and_limits_come_from_the_table() {
        let kind = |name: &str| line_fields().find(name).map(|f| f.kind);
        assert_eq!(kind("EXT_SLL_PRC"), Some(FieldKind::Number));
        assert_eq!(kind("START_DATE"), Some(FieldKind::Date));
        assert_eq!(kind("UNBILL_FLAG"), Some(FieldKind::Flag));
        assert_eq!(kind("ATR1"), Some(FieldKind::Text));
        assert_eq!(line_fields().fields()[0].limit(), 240);
    }
}
