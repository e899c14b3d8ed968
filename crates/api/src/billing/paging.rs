//! Numbered pages: `page` from 1 and `pageSize`.

use super::json::Json;
use crate::call::Call;
use accrual_model::{Filter, Query};
use std::fmt::Write;

/// The most rows a page has, unless the operation says otherwise. A client that asks for more gets this many.
pub const MOST: u32 = 40;
/// Rows of a page where the operation says nothing else.
pub const USUAL: u32 = 20;

/// The page a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    pub size: u32,
}

impl Page {
    /// Reads the parameters. What is no number above 0 counts as not given, as the reference has it.
    pub fn of(call: &Call, usual: u32, most: u32) -> Self {
        let positive = |name: &str| call.query(name).and_then(|text| text.parse::<u32>().ok()).filter(|n| *n > 0);
        Self { number: positive("page").unwrap_or(1), size: positive("pageSize").unwrap_or(usual).min(most) }
    }

    /// The rows of the page, and one more that tells whether another page follows.
    pub fn query(self, filter: Filter) -> Query {
        Query { limit: self.size + 1, offset: (self.number - 1).saturating_mul(self.size), ..Query::of(filter) }
    }

    /// Cuts off the row that was asked for beyond the page; whether it was there.
    pub fn cut<T>(self, rows: &mut Vec<T>) -> bool {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        more
    }

    /// The part of all rows that the page shows, and whether another page follows; for lists that are in memory.
    pub fn slice<T>(self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let before = usize::try_from((self.number - 1).saturating_mul(self.size)).unwrap_or(usize::MAX).min(rows.len());
        let mut rows = rows.split_off(before);
        let more = self.cut(&mut rows);
        (rows, more)
    }

    /// The address of the next page, with every other parameter of this request.
    pub fn next(self, call: &Call) -> String {
        let mut url = format!("{}{}", call.base_url(), call.own_path());
        let others = call.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("page") && !name.eq_ignore_ascii_case("pageSize"));
        let own = [("page".to_owned(), (self.number + 1).to_string()), ("pageSize".to_owned(), self.size.to_string())];
        for (at, (name, value)) in others.cloned().chain(own).enumerate() {
            let _ = write!(url, "{}{}={}", if at == 0 { '?' } else { '&' }, escaped(&name), escaped(&value));
        }
        url
    }

    /// The body of a list: the rows under their name, and `nextPage` unless this is the last page.
    pub fn list(self, call: &Call, name: &str, rows: Vec<Json>, more: bool) -> Json {
        Json::object([(name, Json::List(rows))]).with_some("nextPage", more.then(|| self.next(call)))
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_is_known_by_the_row_beyond_it() {
        let page = Page { number: 2, size: 2 };
        assert_eq!((page.query(Filter::All(Vec::new())).limit, page.query(Filter::All(Vec::new())).offset), (3, 2));
        assert_eq!(page.slice(vec![1, 2, 3, 4, 5]), (vec![3, 4], true));
        assert_eq!(page.slice(vec![1, 2, 3, 4]), (vec![3, 4], false));
        assert_eq!(page.slice(vec![1]), (Vec::<i32>::new(), false));
        assert_eq!(Page { number: u32::MAX, size: 40 }.slice(vec![1]), (Vec::<i32>::new(), false));
    }

    #[test]
    fn parameters_are_escaped() {
        assert_eq!(escaped("a b&c=é/"), "a%20b%26c%3D%C3%A9%2F");
    }
}
