//! Passwords of users and secrets of API clients. Everything else about them are objects.

use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Input, Method, Operation, empty, json, path};
use accrual_app::system;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::json;

const BASE: Operation = Operation { group: "Users", method: Method::Post, ..ADMINISTRATION };
const MISSING: &str = r#"{"error":{"code":"object.not_found","message":"There is no User x."}}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "set_user_password",
        summary: "Gives a user a new password",
        path: "/accrual/v1/users/{name}/password",
        parameters: &[path("name", "string", "Name of the user.")],
        input: Input::Json(r#"{"password":"a long sentence"}"#),
        answers: &[empty(204, "Changed."), json(404, "No such user.", MISSING)],
        handler: Some(|call| set_user_password(call).boxed()),
        ..BASE
    },
    Operation {
        id: "set_client_secret",
        summary: "Gives an API client a new secret, a generated one when none is given; it is shown this once",
        path: "/accrual/v1/api-clients/{name}/secret",
        parameters: &[path("name", "string", "Client id.")],
        input: Input::OptionalJson(r#"{"secret":"at most 42 characters"}"#),
        answers: &[json(200, "Changed.", r#"{"secret":"x8Kq"}"#), json(404, "No such client.", MISSING)],
        handler: Some(|call| set_client_secret(call).boxed()),
        ..BASE
    },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    password: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    secret: Option<String>,
}

async fn set_user_password(call: Call) -> Answered {
    let (name, body, context) = (call.part("name")?.to_owned(), call.json::<Password>().await?, call.context()?);
    call.blocking(move |tenant| system::set_password(tenant, &context, &name, &body.password)).await?;
    Ok(dialect::no_content())
}

async fn set_client_secret(call: Call) -> Answered {
    let (name, context) = (call.part("name")?.to_owned(), call.context()?);
    let body = match call.optional_json().await? {
        Some(body) => {
            serde_json::from_value(body).map_err(|e| accrual_base::Error::invalid("api.json", format!("The body is wrong: {e}.")))?
        }
        None => Secret::default(),
    };
    let secret = call.blocking(move |tenant| system::set_client_secret(tenant, &context, &name, body.secret.as_deref())).await?;
    Ok(dialect::ok(&json!({"secret": secret.0})))
}
