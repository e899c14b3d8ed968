//! The id of a request: the caller's own when it sent a decent one, else a new one.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The header clients of the integration interface send and expect back.
const CLIENT: &str = "zuora-request-id";
const OWN: &str = "x-request-id";
const LONGEST: usize = 64;

/// The id of a request. A caller's id goes to logs and audit rows, so only plain short ones are taken.
pub fn of(headers: &HeaderMap) -> String {
    let plain = |text: &&str| {
        !text.is_empty()
            && text.len() <= LONGEST
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/'))
    };
    [CLIENT, OWN]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .find(plain)
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned)
}

/// Puts the id, and what keeps caches and guessing browsers away, on an answer.
pub fn stamp(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(CLIENT, value.clone());
        headers.insert(OWN, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &'static str, value: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        of(&headers)
    }

    #[test]
    fn a_decent_id_is_kept_and_any_other_replaced() {
        assert_eq!(id(CLIENT, "import-2024.01:7"), "import-2024.01:7");
        assert_eq!(id(OWN, "abc"), "abc");
        assert_eq!(id(CLIENT, "two words").len(), 32);
        assert_eq!(of(&HeaderMap::new()).len(), 32);
    }
}
