//! Credentials for a token.

use crate::authorise::{Credentials, credentials};
use crate::call::{Call, blocking};
use crate::dialect;
use crate::table::{Answered, Dialect, Method, Operation, REVENUE, Scope, header, json};
use crate::token::{self, Claims};
use accrual_app::system::{CLIENT_ID, Login};
use accrual_base::Error;
use axum::http::HeaderValue;
use futures_util::FutureExt;
use serde_json::json;

pub const ROWS: &[Operation] = &[Operation {
    id: "authenticate",
    reference: "POST_Authenticate",
    group: "Authentication",
    summary: "A token that lives 30 minutes, in the header Revpro-Token",
    method: Method::Post,
    path: "/api/integration/v1/authenticate",
    scope: Scope::Basic,
    dialect: Dialect::Message,
    parameters: &[header("role", "Name of the role to work in."), header("clientname", "Name of the client (Default).")],
    answers: &[
        json(200, "The header Revpro-Token holds the token.", r#"{"Message":"Token Generated","status":"success"}"#),
        json(
            401,
            "Unknown user, wrong password, or a role the user does not have.",
            r#"{"status":"Error","Message":"User name or password is wrong.","Result":"None"}"#,
        ),
    ],
    handler: Some(|call| authenticate(call).boxed()),
    ..REVENUE
}];

async fn authenticate(call: Call) -> Answered {
    let Credentials { user, password } = credentials(&call.headers)?;
    let role = call.required_header("role")?.to_owned();
    let client_name = call.required_header("clientname")?.to_owned();
    let system = std::sync::Arc::clone(&call.api.system);
    let (session, name) = blocking(move || {
        // an API client gives its id and its secret in place of a user's name and password
        if is_client_id(&user) {
            return system.log_in_client(&user, &password).map(|session| (session, user));
        }
        let session = system.log_in(&Login { user, password, role, client_name })?;
        let name = session.actor.user.clone();
        Ok((session, name))
    })
    .await?;
    let claims = Claims::new(&name, &session.actor.role, &session.tenant.name, session.tenant.now());
    let token = token::issue(&claims, call.api.system.sign_key())?;
    let mut response = dialect::ok(&json!({"Message": "Token Generated", "status": "success"}));
    let value = HeaderValue::from_str(&token).map_err(|e| Error::fault_from("a token is no header value", e))?;
    response.headers_mut().insert("revpro-token", value);
    tracing::info!(actor = %session.actor.user, role = %session.actor.role, tenant = %session.tenant.name, "token issued");
    Ok(response)
}

/// Ids of API clients are UUIDs; names of people are not.
fn is_client_id(user: &str) -> bool {
    user.len() == CLIENT_ID && user.bytes().filter(|b| *b == b'-').count() == 4
}
