//! The file of an upload request: the part `file` of a form, or the body itself, handed to blocking code in
//! constant memory.

use crate::call::{Call, blocking, text_header};
use crate::pipe::{self, BodyReader};
use accrual_base::{Error, Result};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header;
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
                if field.name() != Some("file") && field.file_name().is_none() {
                    continue;
                }
                let name = field.file_name().map(str::to_owned);
                let (feeder, reader) = pipe::upload();
                let working = blocking(move || work(reader, name));
                let feeding = feeder.send_all(field.map_err(|e| e.body_text()));
                return tokio::join!(feeding, working).1;
            }
            Err(multipart("the form has no part named file"))
        }
    }
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
