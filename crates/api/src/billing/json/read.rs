//! Text as a value.
//!
//! A reader of its own, because the usual one turns numbers into binary, keeps the last of two equal keys and does not
//! say where in the body something is wrong.

use super::Json;
use accrual_base::{Error, Result};
use std::collections::HashSet;

/// The deepest nesting that is read.
pub const DEPTH: usize = 20;
/// The longest number, in characters.
const NUMBER: usize = 64;

/// Reads a body.
///
/// # Errors
/// `api.json` with line and column of the fault, or the path of a key that is there twice; `body.text` with the path
/// of a text that holds a character outside the basic plane of Unicode, or a zero.
pub fn read(bytes: &[u8]) -> Result<Json> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Error::invalid("api.json", format!("The body is not UTF-8: byte {} belongs to no character.", e.valid_up_to() + 1)))?;
    let mut reader = Reader { text, at: 0, path: Vec::new() };
    reader.space();
    let value = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.wrong("the value ended, and more follows"));
    }
    Ok(value)
}

enum Step {
    Key(String),
    Index(usize),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    path: Vec<Step>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// A refusal that says where the reader stands.
    fn wrong(&self, what: &str) -> Error {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        Error::invalid("api.json", format!("The body is not JSON: line {line}, column {column}: {what}."))
    }

    fn path(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if out.is_empty() => out.push_str(key),
                Step::Key(key) => out.extend([".", key]),
                Step::Index(at) => out.push_str(&format!("[{at}]")),
            }
        }
        out
    }

    fn value(&mut self) -> Result<Json> {
        if self.path.len() > DEPTH {
            return Err(self.wrong(&format!("the nesting is deeper than {DEPTH}")));
        }
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => {
                let text = self.string()?;
                self.storable(&text)?;
                Ok(Json::Text(text))
            }
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.wrong("this is no value")),
            None => Err(self.wrong("the body ends where a value should stand")),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json> {
        if !self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(self.wrong("this is no value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self) -> Result<Json> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name in quotes should stand here"));
            }
            let key = self.string()?;
            self.path.push(Step::Key(key.clone()));
            self.storable(&key)?;
            if !seen.insert(key.clone()) {
                let path = self.path();
                return Err(Error::invalid("api.json", format!("{path} is given twice; give it once.")).in_column(path));
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a colon should stand here"));
            }
            self.at += 1;
            self.space();
            let value = self.value()?;
            self.path.pop();
            members.push((key, value));
            if self.ends(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    fn list(&mut self) -> Result<Json> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            self.space();
            self.path.push(Step::Index(items.len()));
            let item = self.value()?;
            self.path.pop();
            items.push(item);
            if self.ends(b']')? {
                return Ok(Json::List(items));
            }
        }
    }

    /// Whether the object or list ends here; otherwise a comma stands here.
    fn ends(&mut self, end: u8) -> Result<bool> {
        self.space();
        let found = self.peek();
        if found != Some(end) && found != Some(b',') {
            return Err(self.wrong(if end == b'}' { "a comma or } should stand here" } else { "a comma or ] should stand here" }));
        }
        self.at += 1;
        Ok(found == Some(end))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Json> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut sound = whole == 1 || (whole > 1 && !leading_zero);
        if self.peek() == Some(b'.') {
            self.at += 1;
            sound &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            sound &= self.digits() > 0;
        }
        if !sound {
            return Err(self.wrong("this is no number"));
        }
        let text = &self.text[start..self.at];
        if text.len() > NUMBER {
            return Err(self.wrong(&format!("a number has at most {NUMBER} characters")));
        }
        Ok(Json::Number(text.to_owned()))
    }

    fn string(&mut self) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        let mut plain = self.at;
        loop {
            match self.peek() {
                None => return Err(self.wrong("the body ends inside a text")),
                Some(b'"') => {
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    out.push(self.escaped()?);
                    plain = self.at;
                }
                Some(0..0x20) => return Err(self.wrong("a control character in a text is written as \\u and four digits")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escaped(&mut self) -> Result<char> {
        let letter = self.peek();
        self.at += 1;
        match letter {
            Some(b'"') => Ok('"'),
            Some(b'\\') => Ok('\\'),
            Some(b'/') => Ok('/'),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first).ok_or_else(|| self.wrong("half a character stands alone"));
                }
                if !self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u")) {
                    return Err(self.wrong("half a character stands alone"));
                }
                self.at += 2;
                let second = self.unit()?;
                let joined = (0xDC00..0xE000).contains(&second).then(|| 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
                joined.and_then(char::from_u32).ok_or_else(|| self.wrong("half a character stands alone"))
            }
            _ => {
                self.at -= 1;
                Err(self.wrong("this is no escape"))
            }
        }
    }

    /// The four digits of `\u`.
    fn unit(&mut self) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u32::from_str_radix(d, 16).ok());
        let value = value.ok_or_else(|| self.wrong("\\u is followed by four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    /// What the interface does not take in a text: characters of four bytes, and zeros.
    fn storable(&self, text: &str) -> Result<()> {
        let odd = text.chars().find(|c| u32::from(*c) > 0xFFFF || *c == '\0');
        match odd {
            None => Ok(()),
            Some(odd) => {
                let message = format!("A text holds the character U+{:04X}, which is not allowed; leave it out.", u32::from(odd));
                Err(Error::invalid("body.text", message).in_column(self.path()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> (&'static str, String) {
        let error = read(text.as_bytes()).unwrap_err();
        let r = error.rejection().unwrap();
        (r.code, r.place.column.clone().unwrap_or_default())
    }

    #[test]
    fn numbers_keep_their_digits() {
        for text in ["0", "-0", "0.10", "9999999999999.99", "1e3", "1E-7", "123456789012345678901234567890.5"] {
            assert_eq!(read(text.as_bytes()).unwrap(), Json::Number(text.to_owned()));
        }
        for text in ["01", "+1", ".5", "1.", "1e", "--1", "-", "0x1", "NaN", &"1".repeat(65)] {
            assert_eq!(refused(text).0, "api.json", "{text}");
        }
    }

    #[test]
    fn a_key_is_given_once() {
        assert_eq!(refused(r#"{"a":[1,{"b":1,"c":2,"b":3}]}"#), ("api.json", "a[1].b".to_owned()));
        assert_eq!(refused(r#"{"a":1,"\u0061":2}"#), ("api.json", "a".to_owned()));
    }

    #[test]
    fn characters_of_four_bytes_are_refused_however_they_are_written() {
        assert_eq!(refused("{\"a\":{\"b\":\"x😀\"}}"), ("body.text", "a.b".to_owned()));
        assert_eq!(refused(r#"{"a":"\ud83d\ude00"}"#), ("body.text", "a".to_owned()));
        assert_eq!(refused(r#"{"a":"\u0000"}"#), ("body.text", "a".to_owned()));
        assert_eq!(refused(r#"{"a":"\ud83d"}"#).0, "api.json");
        assert_eq!(read("\"é€\"".as_bytes()).unwrap(), Json::Text("é€".to_owned()));
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(read(deep(DEPTH).as_bytes()).is_ok());
        assert_eq!(refused(&deep(DEPTH + 2)).0, "api.json");
        assert_eq!(refused(&"[".repeat(1_000_000)).0, "api.json");
        assert_eq!(refused(&"{\"a\":".repeat(1_000_000)).0, "api.json");
    }

    #[test]
    fn the_place_of_a_fault_is_told() {
        let error = read(b"{\n  \"a\": 1,\n  b: 2\n}").unwrap_err();
        assert!(error.to_string().contains("line 3, column 3"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&bytes);
        }

        /// What we take, the usual reader takes with the same meaning.
        #[test]
        fn it_agrees_with_the_usual_reader(text in r#"[\[\]{}:,"\\/a-cu0-9eE.+\- \n]{0,24}"#) {
            match (read(text.as_bytes()), serde_json::from_str::<serde_json::Value>(&text)) {
                (Ok(ours), Ok(theirs)) => {
                    let again: serde_json::Value = serde_json::from_str(&ours.to_string()).unwrap();
                    prop_assert_eq!(again, theirs);
                }
                (Ok(ours), Err(e)) => prop_assert!(e.to_string().contains("out of range"), "{} {}", ours, e),
                (Err(e), Ok(_)) => prop_assert!(e.rejection().unwrap().message.contains("twice"), "{} {}", text, e),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn what_is_written_is_read_again(text in "[^\\x{10000}-\\x{10ffff}\0]{0,20}") {
            let value = Json::object([(text.as_str(), Json::from(vec![text.as_str()]))]);
            prop_assert_eq!(read(value.to_string().as_bytes()).unwrap(), value);
        }
    }
}
