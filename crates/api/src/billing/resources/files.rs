//! Files: downloading any, and what operations that take one have in common.

use crate::billing::rows::Built;
use crate::call::Call;
use crate::pipe;
use crate::table::{Answer, Answered, Input, Scope};
use crate::upload_body;
use accrual_app::billing::file::{self, Content};
use accrual_app::{Command, Tenant};
use accrual_base::{Error, Result};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use std::fmt::Write;
use std::sync::Arc;

pub const BUILT: &[Built] = &[Built {
    operation: "get_files",
    handler: |call| get(call).boxed(),
    scope: Scope::BillingRead,
    input: Input::None,
    answers: &[Answer { status: 200, doc: "The bytes of the file.", media: "application/pdf", example: "%PDF-1.7" }],
}];

async fn get(call: Call) -> Answered {
    let id = call.part("file-id")?.to_owned();
    let file = call.look(move |tenant, context| file::get(tenant, context, &id)).await?.data;
    let tenant = call.tenant()?;
    let (mut writer, body) = pipe::download();
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let media = HeaderValue::from_str(&file.content_type).map_err(|e| Error::fault_from("a content type that is no header", e))?;
    headers.insert(header::CONTENT_TYPE, media);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.size));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file.file_name)?);
    // a file is never a page of this server, whatever it holds
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    tokio::task::spawn_blocking(move || {
        let written = file::write_to(&tenant, &file, &mut writer);
        if let Err(e) = &written
            && !writer.abandoned()
        {
            tracing::error!(tenant = %tenant.name, file = %file.file_name, error = %e, "a file could not be sent");
        }
        writer.finish(written.map_err(|e| e.to_string()));
    });
    Ok(response)
}

/// The name of a file for the receiver: in ASCII for old clients, and whole.
fn disposition(name: &str) -> Result<HeaderValue> {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' }).collect();
    let mut value = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => value.push(char::from(byte)),
                _ => {
                    let _ = write!(value, "%{byte:02X}");
                }
            }
        }
    }
    HeaderValue::from_str(&value).map_err(|e| Error::fault_from("a file name that fits no header", e))
}

/// Takes the file of a form into the store; answers its bytes and its name.
///
/// # Errors
/// `api.multipart` for a body that is no form with a named file; `file.size`, `file.empty`.
pub(super) async fn receive(call: &Call) -> Result<(Content, String)> {
    let tenant = call.tenant()?;
    upload_body::stream(call, move |mut reader, name| {
        let Some(name) = name.filter(|n| !n.is_empty()) else {
            let message = "Send the file as the part file of a multipart/form-data body, with a file name.";
            return Err(Error::invalid("api.multipart", message).in_column("file"));
        };
        Ok((file::receive(&tenant, &mut reader, file::LARGEST)?, name))
    })
    .await
}

/// Runs the command that refers to a file that was received; without it the bytes go again.
///
/// # Errors
/// Whatever the command refuses.
pub(super) async fn keep<C: Command>(call: &Call, content: Content, command: C) -> Result<C::Output> {
    let made = call.execute(command).await;
    if made.is_err() {
        let tenant: Arc<Tenant> = call.tenant()?;
        call.blocking(move |_| {
            file::discard(&tenant, &content);
            Ok(())
        })
        .await?;
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_whole() {
        let value = |name: &str| disposition(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(value("scan 1.pdf"), "attachment; filename=\"scan 1.pdf\"");
        assert_eq!(value("März.pdf"), "attachment; filename=\"M_rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf");
        assert_eq!(value("a\"; x=\".pdf"), "attachment; filename=\"a_; x=_.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22.pdf");
        assert_eq!(value("a\r\nX: y"), "attachment; filename=\"a__X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y");
    }
}
