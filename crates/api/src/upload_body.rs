//! The file of an upload request: the part `file` of a form, or the body itself, handed to blocking code in
//! constant memory.

use crate::call::{Call, blocking, text_header};
use crate::pipe::{self, BodyReader};
use accrual_base::{Error, Result};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};
use futures_util::TryStreamExt;

/// Where the bytes of the file come from.
enum Source {
    Form(Box<Multipart>),
    Body(Body),
}

/// Streams the file of a request to `work`, which runs on a blocking thread and gets the reader and the name of the
/// file when the form gave one.
///
/// # Errors
/// `api.multipart` when the form has no file or cannot be read; whatever `work` answers.
pub async fn stream<T, F>(call: &Call, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(BodyReader, Option<String>) -> Result<T> + Send + 'static,
{
    match source(call).await? {
        Source::Body(body) => {
            let (feeder, reader) = pipe::upload();
            let working = blocking(move || work(reader, None));
            let feeding = feeder.send_all(body.into_data_stream());
            tokio::join!(feeding, working).1
        }
        Source::Form(mut form) => {
            let broken = |e: axum::extract::multipart::MultipartError| multipart(&e.body_text());
            while let Some(field) = form.next_field().await.map_err(broken)? {
                if field.name() != Some("file") && field.file_name().is_none() && extended_name(field.headers()).is_none() {
                    continue;
                }
                let name = field.file_name().map(str::to_owned).or_else(|| extended_name(field.headers()));
                let (feeder, reader) = pipe::upload();
                let working = blocking(move || work(reader, name));
                let feeding = feeder.send_all(field.map_err(|e| e.body_text()));
                return tokio::join!(feeding, working).1;
            }
            Err(multipart("the form has no part named file"))
        }
    }
}

/// The name of a file as `filename*=UTF-8''…` (RFC 5987), which some clients send when it is not plain ASCII.
fn extended_name(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_DISPOSITION)?.to_str().ok()?;
    let parameter =
        value.split(';').map(str::trim).find_map(|p| p.split_once('=').filter(|(n, _)| n.trim().eq_ignore_ascii_case("filename*")))?;
    let (charset, rest) = parameter.1.trim().split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let (mut bytes, mut left) = (Vec::new(), encoded.bytes());
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [left.next()?, left.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    if charset.eq_ignore_ascii_case("utf-8") { String::from_utf8(bytes).ok() } else { None }
}

async fn source(call: &Call) -> Result<Source> {
    let body = call.take_body();
    let media = text_header(&call.headers, "content-type").unwrap_or_default().to_owned();
    if !media.to_ascii_lowercase().starts_with("multipart/") {
        return Ok(Source::Body(body));
    }
    let mut request = Request::new(body);
    if let Some(value) = call.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, value.clone());
    }
    // the framework's limit of 2 MB is for forms that are held in memory; this one is streamed
    DefaultBodyLimit::disable().apply(&mut request);
    let form = Multipart::from_request(request, &()).await.map_err(|e| multipart(&e.body_text()))?;
    Ok(Source::Form(Box::new(form)))
}

fn multipart(why: &str) -> Error {
    Error::invalid(
        "api.multipart",
        format!("The form cannot be read: {why}. Send the file as the part file of a multipart/form-data body."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn names_outside_ascii() {
        let name = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(value));
            extended_name(&headers)
        };
        assert_eq!(name("form-data; name=\"file\"; filename*=utf-8''M%C3%A4rz%20a.csv").as_deref(), Some("März a.csv"));
        for none in [
            "form-data; name=\"file\"",
            "form-data; filename*=utf-8''%C3",
            "form-data; filename*=latin1''a",
            "form-data; filename*=utf-8''%zz",
        ] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
