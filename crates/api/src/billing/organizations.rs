//! `Zuora-Org-Ids` and `Zuora-Working-Org`: which organizations' accounts a request sees, and which one its new accounts
//! belong to. What hangs on an account is seen as the account is.

use super::headers;
use super::refusal::Refusal;
use crate::call::blocking;
use crate::server::Api;
use crate::table::Operation;
use accrual_app::Organisations;
use accrual_app::billing::visible;
use accrual_app::system::Session;
use axum::http::request::Parts;
use std::sync::Arc;

/// Reads the two headers into the session, and refuses a path that names a record of another organization.
///
/// # Errors
/// 400 for an organization that is not one of the user's; 404 as if the record did not exist.
pub async fn narrow(api: &Arc<Api>, operation: &'static Operation, parts: &Parts, session: &mut Session) -> Result<(), Refusal> {
    let refused = |error: accrual_base::Error| Refusal::of(&error, operation);
    if let Some(ids) = headers::organisations(&parts.headers)? {
        api.system.narrow(&session.tenant, &mut session.actor, &ids).map_err(refused)?;
    }
    if let Some(label) = headers::working_organization(&parts.headers)? {
        api.system.work_for(&session.tenant, &mut session.actor, label).map_err(refused)?;
    }
    if session.actor.organisations == Organisations::All || operation.handler.is_none() {
        return Ok(());
    }
    let (tenant, actor) = (Arc::clone(&session.tenant), session.actor.clone());
    let segments: Vec<String> = parts.uri.path().split('/').filter(|s| !s.is_empty()).map(decoded).collect();
    blocking(move || tenant.store.read(|tx| visible::path(tx, &actor, &segments))).await.map_err(refused)
}

/// A segment of a path without its escapes; one that cannot be read names nothing.
fn decoded(segment: &str) -> String {
    percent(segment).unwrap_or_default()
}

fn percent(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
        rest = after.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_lose_their_escapes() {
        assert_eq!(percent("A%20b%2Fc"), Some("A b/c".to_owned()));
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent(bad), None, "{bad}");
        }
    }
}
