//! Answers of many rows, streamed in constant memory. The head of the answer waits for the first row, so that an
//! empty answer is 204 and a refusal is a refusal, not half a body.

use crate::call::Call;
use crate::pipe::{self, BodyWriter};
use crate::table::Answered;
use accrual_app::Tenant;
use accrual_base::{Error, Result};
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use std::io::Write;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What surrounds the rows.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub media: &'static str,
    pub head: &'static str,
    /// Between two rows.
    pub between: &'static str,
    pub tail: &'static str,
}

/// A JSON object with status and a list.
pub const JSON_RESULT: Frame =
    Frame { media: "application/json; charset=utf-8", head: "{\"status\":\"Success\",\"Result\":[", between: ",\n", tail: "]}" };

/// CSV whose rows bring their own line breaks and whose first row is the header.
pub const CSV: Frame = Frame { media: "text/csv; charset=utf-8", head: "", between: "", tail: "" };

/// What came first.
enum First {
    Row,
    Nothing,
    Refusal(Error),
}

/// Receives the rows.
pub struct Rows {
    frame: Frame,
    writer: BodyWriter,
    first: Option<oneshot::Sender<First>>,
}

impl Rows {
    /// One row, as it stands in the answer.
    ///
    /// # Errors
    /// A fault when the client has gone: stop.
    pub fn push(&mut self, row: &[u8]) -> Result<()> {
        let before = match self.first.take() {
            Some(first) => {
                let _ = first.send(First::Row);
                self.frame.head
            }
            None => self.frame.between,
        };
        self.writer.write_all(before.as_bytes()).and_then(|()| self.writer.write_all(row)).map_err(gone)
    }

    fn end(mut self, result: Result<()>) {
        match (result, self.first.take()) {
            (Ok(()), Some(first)) => drop(first.send(First::Nothing)),
            (Err(error), Some(first)) => drop(first.send(First::Refusal(error))),
            (Ok(()), None) => {
                let written = self.writer.write_all(self.frame.tail.as_bytes());
                self.writer.finish(written.map_err(|e| e.to_string()));
            }
            (Err(error), None) => {
                if self.writer.abandoned() {
                    tracing::info!(error = %error, "a client left during a download");
                } else {
                    tracing::error!(error = %error, "a download broke off");
                }
                self.writer.finish(Err(error.to_string()));
            }
        }
    }
}

impl Write for Rows {
    /// For producers that write text of their own: every call is a row.
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.push(data).map_err(|e| std::io::Error::new(std::io::ErrorKind::BrokenPipe, e.to_string()))?;
        Ok(data.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn gone(e: std::io::Error) -> Error {
    Error::fault_from("the client left during a download", e)
}

/// Runs `produce` on a blocking thread and streams its rows; none when there was no row.
///
/// # Errors
/// What `produce` answers before its first row.
pub async fn stream<F>(tenant: Arc<Tenant>, frame: Frame, produce: F) -> Result<Option<Response>>
where
    F: FnOnce(&Arc<Tenant>, &mut Rows) -> Result<()> + Send + 'static,
{
    let (writer, body) = pipe::download();
    let (tell, told) = oneshot::channel();
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || {
        span.in_scope(|| {
            let mut rows = Rows { frame, writer, first: Some(tell) };
            let result = produce(&tenant, &mut rows);
            rows.end(result);
        });
    });
    match told.await.map_err(|_| Error::fault("the thread of a download ended without a word"))? {
        First::Nothing => Ok(None),
        First::Refusal(error) => Err(error),
        First::Row => Ok(Some(answer(body, frame.media))),
    }
}

fn answer(body: Body, media: &'static str) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// As [`stream`], with 204 for no rows.
///
/// # Errors
/// As [`stream`].
pub async fn or_no_content<F>(call: &Call, frame: Frame, produce: F) -> Answered
where
    F: FnOnce(&Arc<Tenant>, &mut Rows) -> Result<()> + Send + 'static,
{
    let tenant = call.tenant()?;
    Ok(stream(tenant, frame, produce).await?.unwrap_or_else(crate::dialect::no_content))
}
