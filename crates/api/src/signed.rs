//! URLs that carry their own permission: HMAC-SHA256 over everything they say, for 30 minutes.

use accrual_base::error::Kind;
use accrual_base::{Error, Instant, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// Seconds a signed URL lives.
pub const LIFETIME: i64 = 30 * 60;

fn mac(key: &[u8], tenant: &str, report: i64, expires: i64) -> Result<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(|_| Error::fault("the signing key has a bad length"))?;
    mac.update(format!("report-file\n{tenant}\n{report}\n{expires}").as_bytes());
    Ok(mac)
}

/// Path and query of a URL that downloads a report file until 30 minutes from now.
///
/// # Errors
/// A fault when the key cannot be used.
pub fn url(key: &[u8], tenant: &str, report: i64, now: Instant) -> Result<String> {
    let expires = now.0.div_euclid(1_000_000) + LIFETIME;
    let signature = mac(key, tenant, report, expires)?.finalize().into_bytes();
    let mut hex = String::with_capacity(64);
    for byte in signature {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(format!("/api/integration/v2/reports/file/{report}?client={tenant}&expires={expires}&signature={hex}"))
}

/// Checks the parts of a signed URL.
///
/// # Errors
/// `Forbidden`: `signed.signature` when anything was changed, `signed.expired` when its time is over.
pub fn verify(key: &[u8], tenant: &str, report: i64, expires: Option<&str>, signature: Option<&str>, now: Instant) -> Result<()> {
    let refused =
        || Error::rejected(Kind::Forbidden, "signed.signature", "The signature of this URL does not fit; ask for a new signed URL.");
    let stamp = expires.filter(|t| t.bytes().all(|b| b.is_ascii_digit())).and_then(|t| t.parse::<i64>().ok()).ok_or_else(refused)?;
    let given = signature.and_then(unhex).ok_or_else(refused)?;
    // constant time
    mac(key, tenant, report, stamp)?.verify_slice(&given).map_err(|_| refused())?;
    if now.0.div_euclid(1_000_000) >= stamp {
        return Err(Error::rejected(Kind::Forbidden, "signed.expired", "This URL has expired; ask for a new signed URL."));
    }
    Ok(())
}

/// Lower-case hexadecimal only: another spelling of the same bytes is a changed URL.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_700_000_000_000_000);

    fn parts(url: &str) -> (String, String) {
        let (_, query) = url.split_once('?').unwrap();
        let (expires, signature) = query.trim_start_matches("client=default&").split_once('&').unwrap();
        (expires.trim_start_matches("expires=").to_owned(), signature.trim_start_matches("signature=").to_owned())
    }

    #[test]
    fn a_signed_url_is_good_for_thirty_minutes() {
        let (expires, signature) = parts(&url(b"key", "default", 7, NOW).unwrap());
        let check = |now| verify(b"key", "default", 7, Some(&expires), Some(&signature), now);
        check(NOW).unwrap();
        check(NOW.plus_seconds(1799)).unwrap();
        assert_eq!(check(NOW.plus_seconds(1800)).unwrap_err().rejection().unwrap().code, "signed.expired");
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let (expires, signature) = parts(&url(b"key", "default", 7, NOW).unwrap());
        for at in 0..signature.len() {
            let mut bytes = signature.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(verify(b"key", "default", 7, Some(&expires), Some(&changed), NOW).is_err());
        }
        let later = (expires.parse::<i64>().unwrap() + 1).to_string();
        assert!(verify(b"key", "default", 7, Some(&later), Some(&signature), NOW).is_err());
        assert!(verify(b"key", "default", 8, Some(&expires), Some(&signature), NOW).is_err());
        assert!(verify(b"key", "other", 7, Some(&expires), Some(&signature), NOW).is_err());
        assert!(verify(b"key", "default", 7, Some(&format!("+{expires}")), Some(&signature), NOW).is_err());
        assert!(verify(b"key", "default", 7, Some(&expires), Some(&signature.to_uppercase()), NOW).is_err());
        assert!(verify(b"key", "default", 7, None, None, NOW).is_err());
    }
}
