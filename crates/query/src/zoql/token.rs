//! Words, signs and values of a text.

use super::malformed;
use accrual_base::Result;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or a name.
    Word(String),
    /// Between single quotes, escapes resolved.
    Text(String),
    /// A number, date or time without quotes, as written.
    Bare(String),
    Comma,
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Sign(&'static str),
}

impl Token {
    /// As a message shows it.
    pub fn shown(&self) -> String {
        match self {
            Self::Word(word) | Self::Bare(word) => word.clone(),
            Self::Text(text) => quoted(text),
            Self::Comma => ",".to_owned(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// A text between quotes, with the escapes that reading it needs.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for letter in text.chars() {
        match letter {
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

const SIGNS: [&str; 6] = ["<=", ">=", "!=", "=", "<", ">"];

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            ',' => (Token::Comma, 1),
            '\'' => string(rest)?,
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Word(rest[..length].to_owned()), length)
            }
            '0'..='9' | '-' | '+' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-+:.".contains(c)).unwrap_or(rest.len());
                (Token::Bare(rest[..length].to_owned()), length)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => return Err(malformed(format!("You have an error in your ZOQL syntax: {first:?} means nothing here."))),
            },
        };
        out.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(out)
}

/// A text from its first quote on, and how much of the rest it takes.
fn string(rest: &str) -> Result<(Token, usize)> {
    let mut out = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((Token::Text(out), at + 1)),
            '\\' => out.push(match letters.next().map(|(_, escaped)| escaped) {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(same @ ('\'' | '"' | '\\')) => same,
                _ => {
                    let message = "You have an error in your ZOQL syntax: behind \\ stands one of b f n r t ' \" \\.";
                    return Err(malformed(message));
                }
            }),
            other => out.push(other),
        }
    }
    Err(malformed("You have an error in your ZOQL syntax: a text has no closing quote."))
}
