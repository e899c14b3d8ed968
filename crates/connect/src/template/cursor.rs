//! Reading a text from front to back, knowing line and column.

use accrual_base::{Error, Result};

/// A place in a template, both counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// A refusal of the template at this place.
    pub fn refuse(self, message: impl Into<String>) -> Error {
        let message = format!("Line {}, column {} of the template: {}", self.line, self.column, message.into());
        Error::invalid("document.template", message).at_line(self.line.into()).in_column(self.column.to_string())
    }
}

/// What is left of a text.
pub(crate) struct Cursor<'a> {
    rest: &'a str,
    at: Position,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::starting(text, Position { line: 1, column: 1 })
    }
    /// A part of a template, whose first character stands at `at`.
    pub fn starting(text: &'a str, at: Position) -> Self {
        Self { rest: text, at }
    }
    pub fn position(&self) -> Position {
        self.at
    }
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }
    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(c)
    }
    /// Takes this text when it stands next.
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.starts_with(text);
        if found {
            self.take(text.len());
        }
        found
    }
    pub fn starts_with(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }
    /// Takes characters as long as they fit.
    pub fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        self.take(end)
    }
    pub fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }
    /// Takes everything before `end`, and `end` itself.
    pub fn until(&mut self, end: &str, what: &str) -> Result<&'a str> {
        let from = self.at;
        let Some(found) = self.rest.find(end) else {
            return Err(from.refuse(format!("{what} is not closed; {end} is missing.")));
        };
        let text = self.take(found);
        self.take(end.len());
        Ok(text)
    }
    fn take(&mut self, bytes: usize) -> &'a str {
        let (text, _) = self.rest.split_at(bytes);
        let end = self.rest.len() - bytes;
        while self.rest.len() > end {
            self.next();
        }
        text
    }
}
