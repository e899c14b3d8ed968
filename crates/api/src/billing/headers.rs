//! The request headers every billing operation knows.

use super::refusal::{BAD_CREDENTIALS, Category, Refusal};
use super::version::Version;
use axum::http::HeaderMap;
use sha2::{Digest, Sha256};

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

/// `Zuora-Version`.
///
/// # Errors
/// As [`Version::parse`].
pub fn version(headers: &HeaderMap) -> Result<Version, Refusal> {
    single(headers, "zuora-version")?.map_or(Ok(Version::DEFAULT), Version::parse)
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

/// The entity of a tenant, as 32 hexadecimal digits. A tenant has one; its id is made from its name.
pub fn entity_of(tenant: &str) -> String {
    let hash = Sha256::digest(format!("entity\n{tenant}").as_bytes());
    let hex: String = hash.iter().take(16).map(|b| format!("{b:02x}")).collect();
    // version 8, the layout of which is free
    format!("{}8{}8{}", &hex[..12], &hex[13..16], &hex[17..])
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

/// Checks `Zuora-Entity-Ids`: one entity, and the tenant's.
///
/// # Errors
/// Refuses what is no id, more than one, and any other entity.
pub fn entities(headers: &HeaderMap, tenant: &str) -> Result<(), Refusal> {
    let Some(text) = single(headers, "zuora-entity-ids")? else { return Ok(()) };
    let wanted = id(text).ok_or_else(|| Refusal::new(Category::Invalid, "Zuora-Entity-Ids must be the id of one entity."))?;
    if wanted == entity_of(tenant) {
        return Ok(());
    }
    let refused = Refusal::new(Category::Permission, "The entity of Zuora-Entity-Ids is not one this token may work in.");
    Err(Refusal { code: BAD_CREDENTIALS, ..refused.at_gateway() })
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

/// Checks that every organisation asked for is one of those there are.
///
/// # Errors
/// Refuses an unknown one.
pub fn subset(asked: Option<&[String]>, known: &[String]) -> Result<(), Refusal> {
    if asked.unwrap_or_default().iter().all(|id| known.contains(id)) {
        return Ok(());
    }
    Err(Refusal::new(Category::Invalid, "Zuora-Org-Ids names an organization that does not exist or is not yours."))
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
    fn an_entity_is_the_same_every_time_and_differs_by_tenant() {
        assert_eq!(entity_of("default"), entity_of("default"));
        assert_ne!(entity_of("default"), entity_of("other"));
        let headers = |text: String| with("zuora-entity-ids", text.as_bytes()).unwrap();
        entities(&headers(entity_of("default")), "default").unwrap();
        entities(&headers(hyphenated(&entity_of("default"))), "default").unwrap();
        assert_eq!(entities(&headers(entity_of("other")), "default").unwrap_err().status.as_u16(), 403);
        assert_eq!(entities(&headers(format!("{0},{0}", entity_of("default"))), "default").unwrap_err().status.as_u16(), 400);
        assert!(id("urn:uuid:01234567-89ab-8def-8123-456789abcdef").is_none());
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
            prop_assert!(subset(read.as_deref(), &known).is_ok());
            prop_assert!(subset(read.as_deref(), &known[1..]).is_err());
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
