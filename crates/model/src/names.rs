//! One name, spelt as each dialect spells it.

use std::borrow::Cow;

/// Text of a descriptor: static when declared in code, owned when loaded from rows.
pub type Text = Cow<'static, str>;

/// A family of the wire that spells names its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `accountNumber`
    Rest,
    /// `AccountNumber`
    Object,
    /// `accountnumber`
    Query,
}

/// A name in every dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Tables, columns and the command line: `pob_template`.
    pub table: Text,
    /// REST bodies: `pobTemplate`.
    pub rest: Text,
    /// Objects: `PobTemplate`.
    pub object: Text,
    /// Queries: `pobtemplate`.
    pub query: Text,
}

impl Names {
    /// All spellings of a declared name.
    ///
    /// ```
    /// let names = accrual_model::Names::of("so_line_id");
    /// assert_eq!((&*names.rest, &*names.object, &*names.query), ("soLineId", "SoLineId", "solineid"));
    /// ```
    pub fn of(snake: impl Into<Text>) -> Self {
        let table = snake.into();
        let object: String = table.split('_').map(capital).collect();
        let rest = table.split('_').enumerate().map(|(i, part)| if i == 0 { part.to_owned() } else { capital(part) }).collect::<String>();
        let query = table.replace('_', "").to_lowercase();
        Self { rest: rest.into(), object: object.into(), query: query.into(), table }
    }

    /// A declared name whose object spelling is not what the words give: `VATId`, `SKU`. The others follow from it
    /// (`vATId`, `vatid`).
    ///
    /// ```
    /// let names = accrual_model::Names::spelt("vat_id", "VATId");
    /// assert_eq!((&*names.table, &*names.rest, &*names.query), ("vat_id", "vATId", "vatid"));
    /// ```
    pub fn spelt(snake: impl Into<Text>, object: impl Into<Text>) -> Self {
        let object = object.into();
        Self { rest: lower_first(&object).into(), query: object.to_lowercase().into(), object, table: snake.into() }
    }

    /// The spelling of a dialect.
    pub fn in_dialect(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Rest => &self.rest,
            Dialect::Object => &self.object,
            Dialect::Query => &self.query,
        }
    }

    /// A custom field or object, `Region__c`: written as given everywhere but in tables and queries, which are lower case.
    pub fn custom(name: &str) -> Self {
        let lower = name.to_lowercase();
        Self { table: lower.clone().into(), rest: name.to_owned().into(), object: name.to_owned().into(), query: lower.into() }
    }

    /// Whether a client's spelling means this name. The table spelling and the query spelling ignore case.
    pub fn is(&self, name: &str) -> bool {
        name == self.rest || name == self.object || self.table.eq_ignore_ascii_case(name) || self.query.eq_ignore_ascii_case(name)
    }
}

/// `VATId` to `vATId`: the spelling of queries that keep the words apart.
pub fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn capital(part: &str) -> String {
    let mut letters = part.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a name may stand in SQL: lower-case letters, digits and `_`, a letter first, at most 63 long.
pub fn is_identifier(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_every_dialect_and_in_no_other() {
        let names = Names::of("pob_template");
        for spelling in ["pob_template", "POB_TEMPLATE", "pobTemplate", "PobTemplate", "pobtemplate"] {
            assert!(names.is(spelling), "{spelling}");
        }
        assert!(!names.is("pob-template"));
        assert!(!names.is("pobtemplates"));
    }

    #[test]
    fn custom_names_keep_their_suffix() {
        let names = Names::custom("Region__c");
        assert_eq!((&*names.rest, &*names.table), ("Region__c", "region__c"));
        assert!(is_identifier(&names.table));
    }

    #[test]
    fn identifiers_hold_nothing_that_could_end_one() {
        for bad in ["", "1a", "a b", "a\"b", "a;b", "É", "A", "_a"] {
            assert!(!is_identifier(bad), "{bad}");
        }
        assert!(!is_identifier(&"a".repeat(64)));
    }
}
