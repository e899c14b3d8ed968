//! Request bodies: packed ones are unpacked, and none is longer than allowed.

use super::headers::single;
use super::refusal::{Category, Refusal};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// The longest body, packed or unpacked, that is taken whole.
pub const LIMIT: usize = 16 << 20;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
}

/// Reads `Content-Encoding`.
///
/// # Errors
/// 415 for any but gzip.
pub fn coding(headers: &HeaderMap) -> Result<Coding, Refusal> {
    match single(headers, header::CONTENT_ENCODING.as_str())? {
        None => Ok(Coding::Plain),
        Some(text) if text.eq_ignore_ascii_case("identity") => Ok(Coding::Plain),
        Some(text) if text.eq_ignore_ascii_case("gzip") => Ok(Coding::Gzip),
        Some(_) => {
            let text = "The only Content-Encoding of a request is gzip.";
            Err(Refusal::new(Category::Unsupported, text).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
        }
    }
}

fn too_large() -> Refusal {
    let text = format!("The body is longer than {LIMIT} bytes; send less in one request.");
    Refusal::new(Category::Malformed, text).with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

/// The whole body, unpacked.
///
/// # Errors
/// 413 when it is too long, packed or unpacked; 400 when it is no gzip.
pub async fn whole(body: Body, coding: Coding) -> Result<Bytes, Refusal> {
    let bytes = to_bytes(body, LIMIT).await.map_err(|_| too_large())?;
    if coding == Coding::Plain {
        return Ok(bytes);
    }
    let work = tokio::task::spawn_blocking(move || unpack(&bytes, LIMIT)).await;
    work.unwrap_or_else(|_| Err(Refusal::new(Category::Internal, "The body could not be unpacked.")))
}

fn unpack(packed: &[u8], limit: usize) -> Result<Bytes, Refusal> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(packed).take(most).read_to_end(&mut out);
    read.map_err(|_| Refusal::new(Category::Malformed, "The body is not gzip, though its Content-Encoding says so."))?;
    if out.len() > limit {
        return Err(too_large());
    }
    Ok(Bytes::from(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    fn pack(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let bomb = pack(&vec![0u8; 4 << 20]);
        assert!(bomb.len() < 64 << 10);
        assert_eq!(unpack(&bomb, 1 << 20).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(unpack(&bomb, 4 << 20).unwrap().len(), 4 << 20);
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked_and_half_of_it_refused(data in prop::collection::vec(any::<u8>(), 0..500)) {
            let packed = pack(&data);
            prop_assert_eq!(unpack(&packed, 500).unwrap().to_vec(), data);
            prop_assert!(unpack(&packed[..packed.len() - 4], 500).is_err());
        }

        #[test]
        fn any_bytes_are_unpacked_or_refused(data in prop::collection::vec(any::<u8>(), 1..200)) {
            prop_assert!(unpack(&data, 1000).is_ok_and(|b| b.len() <= 1000) || unpack(&data, 1000).is_err());
        }
    }
}
