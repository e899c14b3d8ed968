//! A text as a query, nothing known of objects yet.

use super::token::{Token, quoted, tokens};
use super::{LONGEST, MOST_PREDICATES, malformed};
use crate::literal;
use accrual_base::{Error, Result};
use std::fmt::{self, Display};

/// `select … from … where …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub fields: Vec<String>,
    pub object: String,
    /// Any of these groups, each with all of its comparisons; no condition when empty.
    pub any: Vec<Vec<Predicate>>,
}

/// A comparison of a field with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    pub field: String,
    pub comparison: Comparison,
    pub value: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
}

impl Comparison {
    pub const ALL: [(Self, &'static str); 7] =
        [(Self::Eq, "="), (Self::Ne, "!="), (Self::Lt, "<"), (Self::Le, "<="), (Self::Gt, ">"), (Self::Ge, ">="), (Self::Like, "like")];
}

/// A value, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    /// `2024-01-31`, without quotes.
    Date(String),
    /// `2024-01-31T10:00:00+01:00`, without quotes.
    DateTime(String),
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// A rejection `zoql.malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > LONGEST {
            return Err(malformed(format!("The query is longer than {LONGEST} characters.")));
        }
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        let query = parser.query()?;
        match parser.tokens.get(parser.at) {
            None => Ok(query),
            Some(_) => Err(parser.unexpected("the end, or and, or or")),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// Words that are no names.
const KEYWORDS: [&str; 9] = ["select", "from", "where", "and", "or", "like", "null", "true", "false"];

impl Parser {
    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.tokens.get(self.at) {
            Some(token) => format!("{} was found", token.shown().chars().take(40).collect::<String>()),
            None => "the query ends".to_owned(),
        };
        malformed(format!("You have an error in your ZOQL syntax: {expected} was expected, {found}."))
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let there = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(there);
        there
    }

    fn keyword(&mut self, keyword: &str) -> Result<()> {
        if self.takes(keyword) { Ok(()) } else { Err(self.unexpected(keyword)) }
    }

    fn name(&mut self, what: &str) -> Result<String> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) if !KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word)) => {
                self.at += 1;
                Ok(self.tokens[self.at - 1].shown())
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn query(&mut self) -> Result<Query> {
        self.keyword("select")?;
        let mut fields = vec![self.name("the name of a field")?];
        while matches!(self.tokens.get(self.at), Some(Token::Comma)) {
            self.at += 1;
            fields.push(self.name("the name of a field")?);
        }
        self.keyword("from")?;
        let object = self.name("the name of an object")?;
        let any = if self.takes("where") { self.condition()? } else { Vec::new() };
        Ok(Query { fields, object, any })
    }

    /// `and` binds tighter than `or`; there are no parentheses.
    fn condition(&mut self) -> Result<Vec<Vec<Predicate>>> {
        let mut any = vec![vec![self.predicate()?]];
        let mut count = 1;
        loop {
            if self.takes("or") {
                any.push(Vec::new());
            } else if !self.takes("and") {
                return Ok(any);
            }
            count += 1;
            if count > MOST_PREDICATES {
                return Err(malformed(format!("The query compares more than {MOST_PREDICATES} times.")));
            }
            let predicate = self.predicate()?;
            if let Some(all) = any.last_mut() {
                all.push(predicate);
            }
        }
    }

    fn predicate(&mut self) -> Result<Predicate> {
        let field = self.name("the name of a field")?;
        let comparison = match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => Comparison::ALL.iter().find(|(_, s)| s == sign).map(|(c, _)| *c),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("like") => Some(Comparison::Like),
            _ => None,
        };
        let Some(comparison) = comparison else { return Err(self.unexpected("=, !=, <, <=, >, >= or like")) };
        self.at += 1;
        let value = self.literal()?;
        Ok(Predicate { field, comparison, value })
    }

    fn literal(&mut self) -> Result<Literal> {
        let literal = match self.tokens.get(self.at) {
            Some(Token::Text(text)) => Some(Literal::Text(text.clone())),
            Some(Token::Bare(text)) if literal::decimal(text).is_some() => Some(Literal::Number(text.clone())),
            Some(Token::Bare(text)) if literal::day(text).is_some() => Some(Literal::Date(text.clone())),
            Some(Token::Bare(text)) if literal::instant(text, literal::UTC).is_some() => Some(Literal::DateTime(text.clone())),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "null" => Some(Literal::Null),
                "true" => Some(Literal::Bool(true)),
                "false" => Some(Literal::Bool(false)),
                _ => None,
            },
            _ => None,
        };
        let literal = literal.ok_or_else(|| self.unexpected("a value: a text in single quotes, a number, true, false, null or a date"))?;
        self.next();
        Ok(literal)
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "select {} from {}", self.fields.join(", "), self.object)?;
        for (at, all) in self.any.iter().enumerate() {
            f.write_str(if at == 0 { " where " } else { " or " })?;
            for (at, predicate) in all.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { " and " })?;
                write!(f, "{predicate}")?;
            }
        }
        Ok(())
    }
}

impl Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = Comparison::ALL.iter().find(|(c, _)| *c == self.comparison).map_or("", |(_, sign)| sign);
        write!(f, "{} {sign} {}", self.field, self.value)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(text) | Self::Date(text) | Self::DateTime(text) => f.write_str(text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Query {
        Query::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let query = parsed("SELECT Id,Name FROM Account WHERE Status='Active' AND Balance >= 10.50 or AutoPay != true and Notes = null");
        assert_eq!((query.fields.len(), query.object.as_str()), (2, "Account"));
        assert_eq!(query.any.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(
            query.to_string(),
            "select Id, Name from Account where Status = 'Active' and Balance >= 10.50 or AutoPay != true and Notes = null"
        );
    }

    #[test]
    fn values_are_told_apart() {
        let value = |text: &str| parsed(&format!("select Id from A where B = {text}")).any[0][0].value.clone();
        assert_eq!(value("'it\\'s \\\"x\\\" \\\\ \\n'"), Literal::Text("it's \"x\" \\ \n".into()));
        assert_eq!(value("-10.5"), Literal::Number("-10.5".into()));
        assert_eq!(value("2024-01-31"), Literal::Date("2024-01-31".into()));
        assert_eq!(value("2024-01-31T10:00:00-08:00"), Literal::DateTime("2024-01-31T10:00:00-08:00".into()));
        assert_eq!(value("TRUE"), Literal::Bool(true));
        assert_eq!(value("Null"), Literal::Null);
    }

    #[test]
    fn what_the_language_does_not_have_is_malformed() {
        for bad in [
            "",
            "select",
            "select * from Account",
            "select Id Account",
            "select Id from",
            "select Id from Account where",
            "select Id from Account where Name",
            "select Id from Account where Name = ",
            "select Id from Account where Name = Other",
            "select Id from Account where (Name = 'x')",
            "select Id from Account where Name in ('x')",
            "select Id from Account where Name is null",
            "select Id from Account order by Name",
            "select Id from Account limit 10",
            "select count(Id) from Account",
            "select Account.Id from Account",
            "select 'Id' from Account",
            "select Id, from Account",
            "select Id from Account where Name = 'x",
            "select Id from Account where Name = 'x\\q'",
            "select Id from Account where Name = \"x\"",
            "select Id from Account where Name = 'x' and",
            "select Id from Account where Name = 'x' 'y'",
            "select Id from Account where Day = 2024-02-30",
            "select Id from Account; drop table account",
        ] {
            let refused = Query::parse(bad).err().unwrap_or_else(|| panic!("{bad:?} is taken"));
            assert_eq!(refused.rejection().map(|r| r.code), Some("zoql.malformed"), "{bad}");
        }
        let many = |n: usize| format!("select Id from A where {}", vec!["B = 1"; n].join(" or "));
        assert!(Query::parse(&many(200)).is_ok() && Query::parse(&many(201)).is_err());
        assert!(Query::parse(&format!("select Id from A where B = '{}'", "x".repeat(LONGEST))).is_err());
    }

    fn literal() -> impl Strategy<Value = Literal> {
        prop_oneof![
            any::<String>().prop_map(Literal::Text),
            "-?[0-9]{1,12}(\\.[0-9]{1,6})?".prop_map(Literal::Number),
            any::<bool>().prop_map(Literal::Bool),
            Just(Literal::Null),
            "20[0-9]{2}-0[1-9]-[0-2][1-8]".prop_map(Literal::Date),
            "20[0-9]{2}-0[1-9]-[0-2][1-8]T1[0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:[0-5]0)?".prop_map(Literal::DateTime),
        ]
    }

    fn name() -> impl Strategy<Value = String> {
        "[A-Za-z_][A-Za-z0-9_]{0,12}".prop_filter("no keyword", |n: &String| !KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(n)))
    }

    prop_compose! {
        fn predicate()(field in name(), at in 0_usize..7, value in literal()) -> Predicate {
            Predicate { field, comparison: Comparison::ALL[at].0, value }
        }
    }

    prop_compose! {
        fn query()(
            fields in prop::collection::vec(name(), 1..5),
            object in name(),
            any in prop::collection::vec(prop::collection::vec(predicate(), 1..4), 0..4),
        ) -> Query {
            Query { fields, object, any }
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(query in query()) {
            prop_assert_eq!(Query::parse(&query.to_string()).ok(), Some(query));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Query::parse(&text);
            let _ = Query::parse(&String::from_utf8_lossy(&bytes));
            let _ = Query::parse(&format!("select Id from Account where {text}"));
            let _ = Query::parse(&format!("select Id from Account where Name = '{text}'"));
        }

        #[test]
        fn words_in_any_order_are_read_or_refused(
            words in prop::collection::vec(prop::sample::select(vec!["select", "from", "where", "and", "or", "Id", ",", "=", "'x'", "1", "null", "like"]), 0..20)
        ) {
            if let Ok(query) = Query::parse(&words.join(" ")) {
                prop_assert_eq!(Query::parse(&query.to_string()).ok(), Some(query));
            }
        }
    }
}
