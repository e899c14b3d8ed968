//! From the header row to columns: which cell goes to which field.

use super::template::{Columns, Family, Mapping, Template};
use crate::fields::{EXT_LST_PRC, EXT_SLL_PRC, FieldId, FieldKind, event};
use accrual_base::{Error, Result};
use std::collections::BTreeMap;

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Counted from 0.
    pub position: usize,
    pub field: FieldId,
    pub kind: FieldKind,
    /// Greatest number of characters of a text.
    pub limit: usize,
    /// As the file spells it, for messages.
    pub heading: String,
    /// Control total asked for: whether numbers are added too.
    pub total: Option<bool>,
}

/// How the rows of one file are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub family: Family,
    /// In the order of the file.
    pub columns: Vec<Column>,
}

impl Plan {
    /// Maps the headings of a file by its template.
    ///
    /// # Errors
    /// Rejections that name the heading: not a field, not in the template, twice the same field, blank, a
    /// required column missing, a wrong separator.
    pub fn new(template: &Template, headings: &[&str], line: u64) -> Result<Self> {
        if let [one] = headings
            && let Some(other) = [',', ';', '\t', '|'].into_iter().find(|c| *c != char::from(template.separator) && one.contains(*c))
        {
            let message = format!(
                "The header row has no {:?}, the separator of the template, but it has {other:?}; use a template with the separator of the file.",
                char::from(template.separator)
            );
            return Err(Error::invalid("upload.header", message).at_line(line));
        }
        let table = template.family.fields();
        let mut columns = Vec::with_capacity(headings.len());
        let mut seen: BTreeMap<FieldId, &str> = BTreeMap::new();
        for (position, heading) in headings.iter().enumerate() {
            let refuse = |message: String| {
                Error::invalid("upload.header", message).at_line(line).in_column(format!("{}", position + 1)).with_value(heading)
            };
            if heading.trim().is_empty() {
                return Err(refuse(format!("The heading of column {} is blank; name the field or take the column away.", position + 1)));
            }
            let (id, total) = find(template, heading).ok_or_else(|| refuse(unknown(template, heading)))?;
            let field = table.get(id).ok_or_else(|| Error::fault(format!("template {} maps unknown field {}", template.name, id.0)))?;
            if let Some(first) = seen.insert(id, heading) {
                return Err(refuse(format!("The headings {first:?} and {heading:?} both name the field {}; keep one.", field.name)));
            }
            columns.push(Column { position, field: id, kind: field.kind, limit: field.limit(), heading: heading.trim().to_owned(), total });
        }
        let missing: Vec<String> = required(template).into_iter().filter(|(id, _)| !seen.contains_key(id)).map(|(_, name)| name).collect();
        if !missing.is_empty() {
            let message = format!("The file lacks the required column {}; add it to the header row and the lines.", missing.join(", "));
            return Err(Error::invalid("upload.missing_column", message).at_line(line).in_column(missing.join(", ")));
        }
        Ok(Self { family: template.family, columns })
    }

    /// Replaces the position `#n` that a block reader knows by the heading of that column.
    #[must_use]
    pub fn name_column(&self, error: Error) -> Error {
        let at = error.rejection().and_then(|r| r.place.column.as_deref()?.strip_prefix('#')?.parse::<usize>().ok());
        match at.and_then(|n| self.columns.get(n.checked_sub(1)?)) {
            Some(column) => error.in_column(column.heading.clone()),
            None => error,
        }
    }
}

/// The field of a heading and the control total asked for.
fn find(template: &Template, heading: &str) -> Option<(FieldId, Option<bool>)> {
    let table = template.family.fields();
    match &template.columns {
        Columns::Known { .. } => table.find(heading).map(|f| (f.id, standard_total(template.family, f.id))),
        Columns::Mapped(all) => {
            // the label as the template spells it; a field's own name is as good
            let same = |m: &&Mapping| m.label.trim().eq_ignore_ascii_case(heading.trim());
            let mapping = all.iter().find(same).or_else(|| {
                let field = table.find(heading)?.id;
                all.iter().find(|m| m.field == field)
            })?;
            Some((mapping.field, (mapping.count || mapping.sum).then_some(mapping.sum)))
        }
    }
}

/// The amounts a controller compares with the source system.
fn standard_total(family: Family, field: FieldId) -> Option<bool> {
    let amounts: &[FieldId] = match family {
        Family::Line => &[EXT_LST_PRC, EXT_SLL_PRC],
        Family::Event => &[event::RELEASE_AMOUNT],
    };
    amounts.contains(&field).then_some(true)
}

fn required(template: &Template) -> Vec<(FieldId, String)> {
    let table = template.family.fields();
    match &template.columns {
        Columns::Known { required } => required.iter().map(|id| (*id, table.name(*id).to_owned())).collect(),
        Columns::Mapped(all) => all.iter().map(|m| (m.field, m.label.clone())).collect(),
    }
}

fn unknown(template: &Template, heading: &str) -> String {
    let name = &template.name;
    match &template.columns {
        Columns::Known { .. } => {
            format!("The heading {:?} is not the name or label of a field; correct it or take the column away.", shown(heading))
        }
        Columns::Mapped(_) => {
            format!("The template {name} has no column {:?}; correct the heading or map it in the template.", shown(heading))
        }
    }
}

fn shown(heading: &str) -> String {
    heading.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{CURR, TYPE};

    fn plan(headings: &[&str]) -> Result<Plan> {
        Plan::new(&Template::standard(), headings, 1)
    }
    fn refusal(result: Result<Plan>) -> (&'static str, String) {
        let e = result.unwrap_err();
        (e.rejection().unwrap().code, e.to_string())
    }
    const ENOUGH: [&str; 6] = ["tran_type", "Customer Number", "CUSTOMER_NAME", "Line Item Number", "Ext Sell Price", "CURR_CODE"];

    #[test]
    fn the_standard_template_takes_any_spelling_in_any_order() {
        let mut headings = ENOUGH.to_vec();
        headings.reverse();
        let plan = plan(&headings).unwrap();
        assert_eq!(plan.columns[0].field, CURR);
        assert_eq!(plan.columns[5].field, TYPE);
        assert_eq!(plan.columns[1].total, Some(true));
    }

    #[test]
    fn wrong_headers_name_the_column() {
        let with = |extra: &str| refusal(plan(&[&ENOUGH[..], &[extra]].concat()));
        let (code, message) = with("Colour");
        assert_eq!(code, "upload.header");
        assert!(message.contains("line 1: column 7:") && message.contains("\"Colour\""), "{message}");
        let (_, message) = with("Line Type");
        assert!(message.contains("\"tran_type\" and \"Line Type\"") && message.contains("TYPE"), "{message}");
        assert!(with(" ").1.contains("blank"));
        let (code, message) = refusal(plan(&ENOUGH[..5]));
        assert_eq!(code, "upload.missing_column");
        assert!(message.contains("CURR"), "{message}");
        assert!(refusal(plan(&["TYPE;CURR;CUST_NUM"])).1.contains("';'"));
    }

    #[test]
    fn a_mapped_template_takes_its_own_labels_and_no_others() {
        let map = |label: &str, field, sum| Mapping { label: label.into(), field, count: true, sum };
        let columns = Columns::Mapped(vec![map("Art", TYPE, false), map("Netto", EXT_SLL_PRC, true)]);
        let template = Template { columns, ..Template::standard() };
        let plan = Plan::new(&template, &["netto", "TYPE"], 3).unwrap();
        assert_eq!((plan.columns[0].field, plan.columns[0].total), (EXT_SLL_PRC, Some(true)));
        assert_eq!(plan.columns[1].total, Some(false));
        assert!(refusal(Plan::new(&template, &["Art", "Netto", "CURR"], 3)).1.contains("line 3"));
        assert!(refusal(Plan::new(&template, &["Art"], 3)).1.contains("Netto"));
    }

    #[test]
    fn unusable_templates_are_refused() {
        assert!(Template::standard().usable().is_ok());
        for (template, code) in [
            (Template { frozen: false, ..Template::standard() }, "upload.template_not_frozen"),
            (Template { enabled: false, ..Template::standard() }, "upload.template_disabled"),
            (Template { separator: b'"', ..Template::standard() }, "upload.template"),
            (Template { start_row: 0, ..Template::standard() }, "upload.template"),
        ] {
            assert_eq!(template.usable().unwrap_err().rejection().unwrap().code, code);
        }
    }
}
