//! How a refusal looks on the wire: one function a family, one place that chooses among them.

use super::refusal::{Origin, Refusal};
use super::version::Version;
use crate::table::Operation;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Families of operations that share a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    V1,
    ObjectQuery,
    /// Create, read and update of single objects.
    Object,
    /// Delete of a single object: the same keys in lower case.
    ObjectDelete,
    /// Calls on many objects, and their query calls.
    Actions,
    Events,
    Workflows,
    SystemHealth,
    CustomObjects,
    Commitments,
    DataQuery,
    Deployment,
    Token,
}

impl Shape {
    /// The family of a path.
    pub fn of(operation: &Operation) -> Self {
        match Self::below(operation.path) {
            Self::Object if operation.method == crate::table::Method::Delete => Self::ObjectDelete,
            shape => shape,
        }
    }

    /// The family of everything below a path, whatever the method.
    pub fn below(path: &str) -> Self {
        let below = |prefix: &str| path.starts_with(prefix);
        match () {
            () if path == "/oauth/token" => Self::Token,
            () if below("/object-query/") => Self::ObjectQuery,
            () if below("/v1/object/") => Self::Object,
            () if below("/v1/action/") => Self::Actions,
            () if below("/events/") || below("/notifications/") => Self::Events,
            () if below("/workflows") => Self::Workflows,
            () if below("/system-health/") => Self::SystemHealth,
            () if below("/objects/") => Self::CustomObjects,
            () if below("/commitments") => Self::Commitments,
            () if below("/query/jobs") => Self::DataQuery,
            () if below("/deployment-manager/") => Self::Deployment,
            () => Self::V1,
        }
    }
}

/// What a body may tell of the request it answers.
pub struct Facts<'a> {
    pub request_id: &'a str,
    pub path: &'a str,
    /// `2024-01-15T12:00:00`, UTC.
    pub time: &'a str,
}

/// Status and body of a refusal.
pub fn render(refusal: &Refusal, shape: Shape, version: Version, facts: &Facts<'_>) -> (StatusCode, Value) {
    let status = match (shape, refusal.origin) {
        (_, Origin::Gateway) => refusal.status,
        (Shape::V1, _) if !version.real_statuses() => StatusCode::OK,
        (Shape::ObjectQuery, _) if !version.real_statuses() => StatusCode::OK,
        (Shape::ObjectDelete, _) => StatusCode::OK,
        _ => refusal.status,
    };
    (status, body(refusal, shape, version, facts))
}

fn body(refusal: &Refusal, shape: Shape, version: Version, facts: &Facts<'_>) -> Value {
    let gateway = matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && refusal.origin == Origin::Gateway;
    match shape {
        Shape::Token => token(refusal, facts),
        Shape::Commitments => commitments(refusal, facts),
        Shape::Deployment => deployment(refusal),
        _ if gateway => at_gateway(refusal),
        Shape::ObjectQuery if version.query_errors() => object_query(refusal, facts),
        Shape::V1 | Shape::ObjectQuery => v1(refusal, facts),
        Shape::Object => json!({"Success": false, "Errors": [{"Code": refusal.word, "Message": refusal.message}]}),
        Shape::ObjectDelete => json!({"success": false, "errors": [{"Code": refusal.word, "Message": refusal.message}]}),
        Shape::Actions => json!({"FaultCode": refusal.word, "FaultMessage": refusal.message}),
        Shape::Events => events(refusal),
        Shape::Workflows => workflows(refusal),
        Shape::SystemHealth => system_health(refusal, facts),
        Shape::CustomObjects => json!({"code": refusal.code, "message": refusal.message, "details": []}),
        Shape::DataQuery => json!({"code": refusal.code, "message": refusal.message}),
    }
}

/// The envelope of most operations; `processId` is the request id's first 16 digits, so that either finds the log.
fn v1(refusal: &Refusal, facts: &Facts<'_>) -> Value {
    let process: String = facts.request_id.chars().filter(char::is_ascii_hexdigit).take(16).collect::<String>().to_ascii_uppercase();
    json!({
        "success": false,
        "processId": process,
        "requestId": facts.request_id,
        "reasons": refusal.all().into_iter().map(|(code, message)| json!({"code": code, "message": message})).collect::<Vec<_>>(),
    })
}

fn object_query(refusal: &Refusal, facts: &Facts<'_>) -> Value {
    json!({"reasons": [{"code": refusal.code, "message": refusal.message}], "requestId": facts.request_id})
}

fn at_gateway(refusal: &Refusal) -> Value {
    match refusal.status {
        StatusCode::UNAUTHORIZED => json!({"message": refusal.message}),
        _ => json!({"code": refusal.code, "message": refusal.message}),
    }
}

/// The token call: what OAuth asks for, and the texts where other clients look for them.
fn token(refusal: &Refusal, facts: &Facts<'_>) -> Value {
    let error = match refusal.field.as_deref() {
        Some("grant_type") => "unsupported_grant_type",
        _ if refusal.status == StatusCode::UNAUTHORIZED => "invalid_client",
        _ if refusal.status.is_server_error() => "server_error",
        _ => "invalid_request",
    };
    let mut body = v1(refusal, facts);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("error".to_owned(), error.into());
        fields.insert("error_description".to_owned(), refusal.message.as_str().into());
        fields.insert("message".to_owned(), refusal.message.as_str().into());
    }
    body
}

fn events(refusal: &Refusal) -> Value {
    let code = match refusal.status {
        StatusCode::NOT_FOUND => "ObjectNotFound".to_owned(),
        status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => "SystemError".to_owned(),
        status => status.as_u16().to_string(),
    };
    json!({"reasons": [{"code": code, "message": refusal.message}]})
}

fn workflows(refusal: &Refusal) -> Value {
    let status = refusal.status.as_u16();
    match refusal.status {
        StatusCode::NOT_FOUND => json!({"errors": [{"status": status, "title": refusal.message}]}),
        _ => json!({"errors": [{"code": "invalid", "status": status, "title": refusal.message}]}),
    }
}

fn system_health(refusal: &Refusal, facts: &Facts<'_>) -> Value {
    json!({
        "timestamp": facts.time,
        "status": refusal.status.as_u16(),
        "error": refusal.status.canonical_reason().unwrap_or("Error"),
        "message": refusal.message,
        "path": facts.path,
    })
}

fn commitments(refusal: &Refusal, facts: &Facts<'_>) -> Value {
    let code = if refusal.status == StatusCode::BAD_REQUEST { "invalid_format_or_value".to_owned() } else { refusal.code.to_string() };
    json!({
        "requestId": facts.request_id,
        "timestamp": facts.time,
        "errors": [{"code": code, "message": refusal.message, "parameter": refusal.field.as_deref().unwrap_or_default()}],
    })
}

fn deployment(refusal: &Refusal) -> Value {
    json!({"reasons": [{"code": refusal.code, "message": refusal.message}]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::refusal::Category;

    const FACTS: Facts<'_> =
        Facts { request_id: "0123abcd-4567-4abc-8def-0123456789ab", path: "/system-health/x", time: "2024-01-15T12:00:00" };

    fn shown(shape: Shape, version: Version, refusal: &Refusal) -> (u16, Value) {
        let (status, body) = render(refusal, shape, version, &FACTS);
        (status.as_u16(), body)
    }

    #[test]
    fn the_version_decides_the_status_and_not_the_body() {
        let refusal = Refusal::new(Category::NotFound, "none");
        let (old, new) = (shown(Shape::V1, Version::DEFAULT, &refusal), shown(Shape::V1, Version::LATEST, &refusal));
        assert_eq!((old.0, new.0), (200, 404));
        assert_eq!(old.1, new.1);
        assert_eq!(
            new.1,
            json!({"success": false, "processId": "0123ABCD45674ABC", "requestId": FACTS.request_id,
                   "reasons": [{"code": 50_000_040, "message": "none"}]})
        );
    }

    #[test]
    fn what_stands_before_the_operations_has_its_status_under_every_version() {
        let unknown = Refusal::unauthenticated();
        for version in [Version::DEFAULT, Version::LATEST] {
            assert_eq!(shown(Shape::V1, version, &unknown), (401, json!({"message": "Authentication error"})));
        }
        let busy = Refusal::new(Category::Limit, "busy").at_gateway();
        assert_eq!(shown(Shape::V1, Version::DEFAULT, &busy).0, 429);
    }

    #[test]
    fn object_query_has_two_keys_since_its_version() {
        let refusal = Refusal::new(Category::QueryParameter, "bad filter");
        let own = json!({"reasons": [{"code": 50_000_027, "message": "bad filter"}], "requestId": FACTS.request_id});
        assert_eq!(shown(Shape::ObjectQuery, Version::LATEST, &refusal), (400, own));
        assert_eq!(shown(Shape::ObjectQuery, Version::parse("2024-05-20").unwrap(), &refusal).1["success"], false);
    }

    #[test]
    fn every_family_has_its_shape() {
        let refusal = Refusal::new(Category::NotFound, "none");
        let body = |shape| shown(shape, Version::LATEST, &refusal).1;
        assert_eq!(body(Shape::Object), json!({"Success": false, "Errors": [{"Code": "INVALID_ID", "Message": "none"}]}));
        assert_eq!(body(Shape::ObjectDelete), json!({"success": false, "errors": [{"Code": "INVALID_ID", "Message": "none"}]}));
        assert_eq!(body(Shape::Actions), json!({"FaultCode": "INVALID_ID", "FaultMessage": "none"}));
        assert_eq!(body(Shape::Events), json!({"reasons": [{"code": "ObjectNotFound", "message": "none"}]}));
        assert_eq!(body(Shape::Workflows), json!({"errors": [{"status": 404, "title": "none"}]}));
        assert_eq!(body(Shape::SystemHealth)["error"], "Not Found");
        assert_eq!(body(Shape::CustomObjects), json!({"code": 50_000_040, "message": "none", "details": []}));
        assert_eq!(body(Shape::DataQuery), json!({"code": 50_000_040, "message": "none"}));
        assert_eq!(body(Shape::Deployment), json!({"reasons": [{"code": 50_000_040, "message": "none"}]}));
        assert_eq!(body(Shape::Commitments)["errors"][0]["message"], "none");
        assert_eq!(body(Shape::Token)["error"], "invalid_request");
        assert_eq!(shown(Shape::ObjectDelete, Version::LATEST, &refusal).0, 200);
    }
}
