//! The port writes `$1`, SQLite counts `?1`.

/// Writes `sql` into `out` with every `$n` outside quotes and comments as `?n`.
pub(crate) fn numbered(sql: &str, out: &mut String) {
    out.clear();
    out.reserve(sql.len());
    let bytes = sql.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(&b) = bytes.get(at) {
        at = match b {
            b'\'' | b'"' => past(bytes, at + 1, &[b]),
            b'-' if bytes.get(at + 1) == Some(&b'-') => past(bytes, at + 2, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => past(bytes, at + 2, b"*/"),
            b'$' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                out.push_str(&sql[copied..at]);
                out.push('?');
                copied = at + 1;
                copied
            }
            _ => at + 1,
        };
    }
    out.push_str(&sql[copied..]);
}

/// The place after the next `end`; a doubled quote simply opens the next literal.
fn past(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    bytes[from..].windows(end.len()).position(|w| w == end).map_or(bytes.len(), |found| from + found + end.len())
}

#[cfg(test)]
mod tests {
    use super::numbered;

    fn rewrite(sql: &str) -> String {
        let mut out = String::new();
        numbered(sql, &mut out);
        out
    }

    #[test]
    fn parameters_are_renamed_and_the_rest_is_left() {
        assert_eq!(rewrite("SELECT a FROM t WHERE b = $1 AND c < $12"), "SELECT a FROM t WHERE b = ?1 AND c < ?12");
        assert_eq!(rewrite("SELECT 1"), "SELECT 1");
        assert_eq!(rewrite(""), "");
    }

    #[test]
    fn quotes_and_comments_are_not_touched() {
        assert_eq!(rewrite("SELECT '$1', 'it''s $2', \"$3\", $4"), "SELECT '$1', 'it''s $2', \"$3\", ?4");
        assert_eq!(rewrite("SELECT $1 -- costs $2\n, $3 /* $4 */, $5"), "SELECT ?1 -- costs $2\n, ?3 /* $4 */, ?5");
        assert_eq!(rewrite("SELECT 'é$1' || $2 -- $3"), "SELECT 'é$1' || ?2 -- $3");
        assert_eq!(rewrite("SELECT '$1"), "SELECT '$1");
    }
}
