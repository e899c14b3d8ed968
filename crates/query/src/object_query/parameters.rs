//! The parameters of a request, as written.

use super::{Condition, refuse};
use accrual_base::Result;

/// An order by one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted {
    pub field: String,
    pub descending: bool,
}

/// What a client asks for, nothing known of objects yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    pub page_size: u32,
    pub cursor: Option<String>,
    pub filters: Vec<Condition>,
    pub sort: Option<Sorted>,
    /// Dotted paths in lower case, each once.
    pub expands: Vec<String>,
    /// Fields to be shown of the object or of an expanded one; the name before `.fields[]` in lower case, empty for
    /// the object itself.
    pub fields: Vec<(String, Vec<String>)>,
    pub include_nulls: bool,
}

/// Records of a page: unless said otherwise, and at most.
const PAGE: u32 = 10;
const MOST: u32 = 99;
/// Most conditions of one request: each is text of the statement.
const CONDITIONS: usize = 100;

impl Parameters {
    /// Reads the parameters of a query string. Names have any case and may go without their brackets; parameters of
    /// other names are passed over.
    ///
    /// # Errors
    /// A rejection `object_query.parameter` that names the parameter.
    pub fn read(query: &[(String, String)]) -> Result<Self> {
        let mut out = Self {
            page_size: PAGE,
            cursor: None,
            filters: Vec::new(),
            sort: None,
            expands: Vec::new(),
            fields: Vec::new(),
            include_nulls: false,
        };
        for (name, value) in query {
            let name = name.trim_end_matches("[]").to_lowercase();
            match name.as_str() {
                "pagesize" => out.page_size = page_size(value)?,
                "cursor" if !value.is_empty() => out.cursor = Some(value.clone()),
                "filter" => out.filters.push(Condition::parse(value).map_err(|why| refuse("filter", why))?),
                "sort" => out.sorted(value)?,
                "expand" => out.expand(value),
                "includenullfields" => out.include_nulls = flag(value)?,
                _ => match name.strip_suffix("fields") {
                    Some(of) if of.is_empty() || of.ends_with('.') => {
                        let names = value.split(',').map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect();
                        out.fields.push((of.trim_end_matches('.').to_owned(), names));
                    }
                    _ => {}
                },
            }
        }
        if out.filters.len() > CONDITIONS {
            return Err(refuse("filter", format!("{} conditions are too many; at most {CONDITIONS} are taken.", out.filters.len())));
        }
        Ok(out)
    }

    fn sorted(&mut self, value: &str) -> Result<()> {
        for part in value.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            if self.sort.is_some() {
                return Err(refuse("sort", "records are sorted by one field.".to_owned()));
            }
            let (field, order) = part.rsplit_once('.').unwrap_or((part, ""));
            let descending = match order.to_ascii_uppercase().as_str() {
                "ASC" => false,
                "DESC" => true,
                _ => return Err(refuse("sort", format!("{part:?} is not written field.ASC or field.DESC."))),
            };
            self.sort = Some(Sorted { field: field.to_owned(), descending });
        }
        Ok(())
    }

    fn expand(&mut self, value: &str) {
        for path in value.split(',').map(|p| p.trim().to_lowercase()).filter(|p| !p.is_empty()) {
            if !self.expands.contains(&path) {
                self.expands.push(path);
            }
        }
    }

    /// What a cursor is bound to: everything but the cursor, written one way.
    pub fn bound(&self, resource: &str) -> String {
        let mut parts: Vec<String> = self.filters.iter().map(|f| format!("filter {f}").to_lowercase()).collect();
        parts.extend(self.expands.iter().map(|e| format!("expand {e}")));
        parts.extend(self.fields.iter().map(|(of, names)| format!("fields {of} {}", names.join(",")).to_lowercase()));
        parts.extend(self.sort.iter().map(|s| format!("sort {} {}", s.field, s.descending).to_lowercase()));
        parts.sort();
        format!("{resource} {} {} {}", self.page_size, self.include_nulls, parts.join("\n"))
    }
}

fn page_size(value: &str) -> Result<u32> {
    let size = value.trim().parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| refuse("pageSize", format!("{value:?} is not a number from 1 to {MOST}.")))
}

fn flag(value: &str) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(refuse("includeNullFields", format!("{value:?} is neither true nor false."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_query::{Op, Operand};
    use proptest::prelude::*;

    fn read(query: &[(&str, &str)]) -> Result<Parameters> {
        let owned: Vec<(String, String)> = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Parameters::read(&owned)
    }

    #[test]
    fn parameters_are_read_whatever_their_case_and_brackets() {
        let query = [
            ("PageSize", "99"),
            ("filter[]", "status.EQ:Active"),
            ("filter", "balance.GT:0"),
            ("sort[]", "name.desc"),
            ("expand[]", "BillTo,invoices"),
            ("expand[]", "invoices,invoices.invoiceitems"),
            ("billto.fields[]", "firstname,lastname"),
            ("fields[]", "id"),
            ("includeNullFields", "TRUE"),
            ("callback", "x"),
        ];
        let read = read(&query).unwrap();
        assert_eq!((read.page_size, read.include_nulls), (99, true));
        assert_eq!(read.filters[0], Condition { field: "status".into(), op: Op::Eq, operand: Operand::One("Active".into()) });
        assert_eq!(read.filters.len(), 2);
        assert_eq!(read.sort, Some(Sorted { field: "name".into(), descending: true }));
        assert_eq!(read.expands, ["billto", "invoices", "invoices.invoiceitems"]);
        assert_eq!(
            read.fields,
            [("billto".to_owned(), vec!["firstname".to_owned(), "lastname".to_owned()]), (String::new(), vec!["id".to_owned()])]
        );
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_name() {
        for (name, value) in [
            ("pageSize", "0"),
            ("pageSize", "100"),
            ("pageSize", "ten"),
            ("pageSize", ""),
            ("filter[]", "x"),
            ("sort[]", "name"),
            ("sort[]", "name.UP"),
            ("sort[]", "name.ASC,id.ASC"),
            ("includeNullFields", "1"),
        ] {
            let refused = read(&[(name, value)]).unwrap_err();
            let refused = refused.rejection().unwrap();
            assert_eq!(refused.code, "object_query.parameter");
            assert_eq!(refused.place.column.as_deref(), Some(name.trim_end_matches("[]")), "{value}");
        }
        let many: Vec<(&str, &str)> = vec![("filter[]", "id.EQ:1"); 101];
        assert!(read(&many).is_err());
    }

    #[test]
    fn the_order_of_parameters_does_not_matter_to_a_cursor_but_their_values_do() {
        let bound = |query: &[(&str, &str)]| read(query).unwrap().bound("accounts");
        let (a, b) = (("filter[]", "status.EQ:Active"), ("filter[]", "balance.GT:0"));
        assert_eq!(bound(&[a, b]), bound(&[b, a]));
        for other in [vec![a], vec![a, ("filter[]", "balance.GT:1")], vec![a, b, ("sort[]", "name.ASC")], vec![a, b, ("pageSize", "11")]] {
            assert_ne!(bound(&[a, b]), bound(&other));
        }
    }

    proptest! {
        #[test]
        fn any_query_string_is_read_or_refused(query in prop::collection::vec((any::<String>(), any::<String>()), 0..6)) {
            let _ = Parameters::read(&query);
            for name in ["filter[]", "sort[]", "expand[]", "fields[]", "é.fields[]", "pageSize"] {
                let named: Vec<(String, String)> = query.iter().map(|(_, v)| (name.to_owned(), v.clone())).collect();
                let _ = Parameters::read(&named);
            }
        }
    }
}
