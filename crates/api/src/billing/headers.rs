//! The request headers every billing operation knows.

use super::refusal::{Category, Refusal};
use super::version::Version;
use axum::http::HeaderMap;

const TRACK_LENGTH: usize = 64;
const KEY_LENGTH: usize = 255;

/// The one value of a header, as text.
///
/// # Errors
/// Refuses a header sent twice, and one that is not plain text.
pub fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::new(Category::Invalid, format!("The header {name} was sent more than once; send it once.")));
    }
    let text = first.to_str().ok().filter(|t| t.bytes().all(|b| (0x20..0x7f).contains(&b)));
    text.map(|t| Some(t.trim())).ok_or_else(|| {
        Refusal::new(Category::Invalid, format!("The header {name} must be plain US-ASCII text without control characters."))
    })
}

/// `Zuora-Track-Id`, to be sent back.
///
/// # Errors
/// Refuses one that is empty, longer than 64 characters, or holds a colon, semicolon or quote.
pub fn track(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(text) = single(headers, "zuora-track-id")? else { return Ok(None) };
    let good = !text.is_empty() && text.len() <= TRACK_LENGTH && !text.contains([':', ';', '"', '\'']);
    let wanted = "Zuora-Track-Id has 1 to 64 US-ASCII characters without colon, semicolon, double quote and single quote.";
    if good { Ok(Some(text.to_owned())) } else { Err(Refusal::new(Category::Invalid, wanted)) }
}

/// `Zuora-Version`, or that of the tenant.
///
/// # Errors
/// As [`Version::parse`].
pub fn version(headers: &HeaderMap, default: Version) -> Result<Version, Refusal> {
    single(headers, "zuora-version")?.map_or(Ok(default), Version::parse)
}

/// `Idempotency-Key`.
///
/// # Errors
/// Refuses an empty one and one of more than 255 characters.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(text) = single(headers, "idempotency-key")? else { return Ok(None) };
    if text.is_empty() || text.len() > KEY_LENGTH {
        return Err(Refusal::new(Category::Invalid, format!("Idempotency-Key has 1 to {KEY_LENGTH} characters.")));
    }
    Ok(Some(text))
}

/// 32 hexadecimal digits with the hyphens of a UUID.
pub fn hyphenated(hex: &str) -> String {
    uuid::Uuid::try_parse(hex).map_or_else(|_| hex.to_owned(), |id| id.hyphenated().to_string())
}

/// An id with or without its hyphens, without them and in lower case.
fn id(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    uuid::Uuid::try_parse(text).ok().filter(|_| plain).map(|id| id.simple().to_string())
}

/// Reads `Zuora-Entity-Ids`: the id of one entity, without hyphens.
///
/// # Errors
/// Refuses what is no id, and more than one.
pub fn entity(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(text) = single(headers, "zuora-entity-ids")? else { return Ok(None) };
    id(text).map(Some).ok_or_else(|| Refusal::new(Category::Invalid, "Zuora-Entity-Ids must be the id of one entity."))
}

/// `Zuora-Working-Org`: the label of the organization that new records without their own belong to.
///
/// # Errors
/// Refuses an empty one.
pub fn working_organization(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    match single(headers, "zuora-working-org")? {
        Some("") => Err(Refusal::new(Category::Invalid, "Zuora-Working-Org must be the label of an organization.")),
        label => Ok(label),
    }
}

/// Reads `Zuora-Org-Ids`: ids with commas between, without hyphens.
///
/// # Errors
/// Refuses an empty list, what is no id, and an id that comes twice.
pub fn organisations(headers: &HeaderMap) -> Result<Option<Vec<String>>, Refusal> {
    let Some(text) = single(headers, "zuora-org-ids")? else { return Ok(None) };
    let read: Option<Vec<String>> = text.split(',').map(|part| id(part.trim())).collect();
    let mut ids = read.ok_or_else(|| Refusal::new(Category::Invalid, "Zuora-Org-Ids must be ids of organizations with commas between."))?;
    let sent = ids.len();
    ids.sort();
    ids.dedup();
    if ids.len() < sent {
        return Err(Refusal::new(Category::Invalid, "Zuora-Org-Ids names an organization twice."));
    }
    Ok(Some(ids))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn with(name: &'static str, value: &[u8]) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?);
        Some(headers)
    }

    #[test]
    fn an_entity_is_one_id_with_or_without_hyphens() {
        let hex = "0123456789ab8def8123456789abcdef";
        let read = |text: &str| entity(&with("zuora-entity-ids", text.as_bytes()).unwrap());
        assert_eq!(read(hex), Ok(Some(hex.to_owned())));
        assert_eq!(read(&hyphenated(hex).to_uppercase()), Ok(Some(hex.to_owned())));
        for bad in [&format!("{hex},{hex}"), "", "urn:uuid:01234567-89ab-8def-8123-456789abcdef", "Global"] {
            assert_eq!(read(bad).unwrap_err().status.as_u16(), 400, "{bad}");
        }
    }

    #[test]
    fn a_header_sent_twice_is_refused() {
        let mut headers = with("zuora-track-id", b"a").unwrap();
        headers.append("zuora-track-id", HeaderValue::from_static("b"));
        assert!(track(&headers).is_err());
    }

    proptest! {
        #[test]
        fn a_track_id_that_is_taken_can_be_sent_back(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let Some(headers) = with("zuora-track-id", &bytes) else { return Ok(()) };
            if let Ok(Some(track)) = track(&headers) {
                prop_assert!(!track.is_empty() && track.len() <= 64);
                prop_assert!(track.bytes().all(|b| (0x20..0x7f).contains(&b) && !b":;\"'".contains(&b)));
                prop_assert!(HeaderValue::from_str(&track).is_ok());
            }
        }

        #[test]
        fn a_decent_track_id_is_kept(text in "[A-Za-z0-9._/-]{1,64}") {
            prop_assert_eq!(track(&with("zuora-track-id", text.as_bytes()).unwrap()), Ok(Some(text)));
        }

        #[test]
        fn organisations_are_read_or_refused(ids in prop::collection::btree_set("[0-9a-f]{32}", 1..5), hyphens in any::<bool>(), junk in "\\PC{0,8}") {
            let list: Vec<String> = ids.iter().map(|i| if hyphens { hyphenated(i) } else { i.clone() }).collect();
            let known: Vec<String> = ids.into_iter().collect();
            let read = organisations(&with("zuora-org-ids", list.join(" , ").as_bytes()).unwrap()).unwrap();
            prop_assert_eq!(read.as_deref(), Some(known.as_slice()));
            let twice = format!("{0},{0}", list[0]);
            prop_assert!(organisations(&with("zuora-org-ids", twice.as_bytes()).unwrap()).is_err());
            if let Some(headers) = with("zuora-org-ids", junk.as_bytes()) {
                prop_assert!(organisations(&headers).is_err());
            }
        }

        #[test]
        fn keys_have_one_to_255_characters(length in 0usize..300) {
            let text = "k".repeat(length);
            let read = with("idempotency-key", text.as_bytes()).unwrap();
            prop_assert_eq!(idempotency_key(&read).is_ok(), (1..=255).contains(&length));
        }
    }
}
