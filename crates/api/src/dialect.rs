//! The one error mapping: kinds to status codes, and the shape of a refusal in each dialect.

use crate::table::Dialect;
use accrual_base::Error;
use accrual_base::error::{Kind, Rejection};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// What clients are told of a fault; the whole of it is in the log under the request id.
const OPAQUE: &str = "The server could not do this because of an internal error; the request id names it in the server's log.";

/// The status code of a refusal.
///
/// The integration interface knows no 404 and 409 for things and states: it answers 400 and leaves the reason to
/// the message. Its few documented exceptions are answered by their handlers.
pub fn status(kind: Kind, dialect: Dialect) -> StatusCode {
    let modern = matches!(dialect, Dialect::Administration | Dialect::Services);
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::NotFound if modern => StatusCode::NOT_FOUND,
        Kind::Conflict if modern => StatusCode::CONFLICT,
        Kind::NotFound | Kind::Conflict => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::Busy => StatusCode::TOO_MANY_REQUESTS,
        Kind::NotBuilt => StatusCode::NOT_IMPLEMENTED,
    }
}

/// A few codes say more than their kind.
fn status_of(rejection: &Rejection, dialect: Dialect) -> StatusCode {
    match rejection.code {
        "api.path" => StatusCode::NOT_FOUND,
        "api.method" | "tenant.api_off" => StatusCode::METHOD_NOT_ALLOWED,
        "api.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        // asking again helps only once there is room
        "store.full" => StatusCode::INSUFFICIENT_STORAGE,
        _ => status(rejection.kind, dialect),
    }
}

/// Renders an error in the shape of a dialect. A fault is logged whole and answered opaque.
pub fn render(error: &Error, dialect: Dialect, request_id: &str) -> Response {
    match error {
        Error::Rejected(r) => {
            // refused politely, and still nothing an administrator may miss
            if r.code == "store.full" {
                log_fault(error, request_id);
            }
            let mut response = answer(status_of(r, dialect), &shape(dialect, r.code, &r.to_string(), Some(r), request_id));
            if r.kind == Kind::Unauthenticated {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"accrual\", charset=\"UTF-8\""));
            }
            if r.kind == Kind::Busy {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            response
        }
        Error::Fault(_) => {
            log_fault(error, request_id);
            answer(StatusCode::INTERNAL_SERVER_ERROR, &shape(dialect, "api.internal", OPAQUE, None, request_id))
        }
    }
}

fn log_fault(error: &Error, request_id: &str) {
    tracing::error!(request_id, error = %error, "a request ended in a fault");
}

/// The body of a refusal. The shape is the family's own; `code` is always there for programs.
fn shape(dialect: Dialect, code: &str, message: &str, rejection: Option<&Rejection>, request_id: &str) -> Value {
    match dialect {
        Dialect::Status => json!({"status": "Error", "message": message, "code": code}),
        Dialect::Message => json!({"status": "Error", "Message": message, "Result": "None", "code": code}),
        Dialect::Result => json!({"status": "Error", "message": message, "Result": "None", "code": code}),
        Dialect::Loading => json!({
            "status": "Error", "message": "Error loading Data into Staging Area", "code": code,
            "result": {"client_id": 1, "id": null, "message": message, "status": "Failed"},
        }),
        Dialect::Success => json!({"success": false, "error": message, "code": code}),
        Dialect::Services => {
            json!({"success": false, "errors": [{"code": code, "message": message}], "traceId": request_id})
        }
        // billing rows have a way of their own, which renders their refusals
        Dialect::Administration | Dialect::Billing => administration(code, message, rejection, request_id),
    }
}

fn administration(code: &str, message: &str, rejection: Option<&Rejection>, request_id: &str) -> Value {
    let mut error = Map::new();
    error.insert("code".to_owned(), code.into());
    error.insert("message".to_owned(), message.into());
    if let Some(place) = rejection.map(|r| &r.place) {
        if let Some(line) = place.line {
            error.insert("line".to_owned(), line.into());
        }
        if let Some(column) = &place.column {
            error.insert("column".to_owned(), column.as_str().into());
        }
        if let Some(value) = &place.value {
            error.insert("value".to_owned(), value.as_str().into());
        }
    }
    json!({"error": error, "requestId": request_id})
}

/// A JSON answer with a status.
pub fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// A JSON answer with 200.
pub fn ok(body: &Value) -> Response {
    answer(StatusCode::OK, body)
}

/// An answer without rows: 204 and no body.
pub fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn body(response: Response) -> Value {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn each_dialect_has_its_own_shape() {
        let error = || Error::invalid("x.bad", "no good").at_line(3).in_column("QTY").with_value("abc");
        let render = async |d| body(render(&error(), d, "r1")).await;
        let text = "line 3: column QTY: no good (found: \"abc\")";
        assert_eq!(render(Dialect::Status).await, json!({"status": "Error", "message": text, "code": "x.bad"}));
        assert_eq!(render(Dialect::Message).await["Message"], text);
        assert_eq!(render(Dialect::Result).await["Result"], "None");
        assert_eq!(render(Dialect::Loading).await["result"]["message"], text);
        assert_eq!(render(Dialect::Success).await, json!({"success": false, "error": text, "code": "x.bad"}));
        assert_eq!(render(Dialect::Services).await["traceId"], "r1");
        let own = render(Dialect::Administration).await;
        assert_eq!((&own["error"]["line"], &own["error"]["column"], &own["error"]["value"]), (&json!(3), &json!("QTY"), &json!("abc")));
    }

    #[tokio::test]
    async fn a_fault_says_nothing_of_its_cause() {
        let response = render(&Error::fault("password of the database is wrong"), Dialect::Status, "r2");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = body(response).await.to_string();
        assert!(!text.contains("password"), "{text}");
    }

    #[test]
    fn a_full_disk_is_told_from_a_busy_server() {
        let full = Error::rejected(Kind::Busy, "store.full", "no room");
        let busy = Error::rejected(Kind::Busy, "store.busy", "later");
        for dialect in [Dialect::Status, Dialect::Success, Dialect::Services, Dialect::Administration] {
            let status = |e: &Error| render(e, dialect, "r").status().as_u16();
            assert_eq!((status(&full), status(&busy)), (507, 429));
        }
    }

    #[test]
    fn kinds_map_to_the_documented_codes() {
        use Kind::{Busy, Conflict, Forbidden, Invalid, NotBuilt, NotFound, Unauthenticated};
        for (kind, v1, own) in [
            (Invalid, 400, 400),
            (NotFound, 400, 404),
            (Conflict, 400, 409),
            (Unauthenticated, 401, 401),
            (Forbidden, 403, 403),
            (Busy, 429, 429),
            (NotBuilt, 501, 501),
        ] {
            assert_eq!(status(kind, Dialect::Status).as_u16(), v1);
            assert_eq!(status(kind, Dialect::Administration).as_u16(), own);
        }
    }
}
