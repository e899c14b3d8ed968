//! The interface description as a page, with a viewer whose files are part of the program: nothing is fetched from
//! elsewhere, and the page forbids it.

use crate::call::Call;
use crate::table::{Answer, Answered, Dialect, Family, Operation, REVENUE, Scope};
use accrual_base::{Error, Result};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use swagger_ui_dist::{ApiDefinition, OpenApiSource, generate_routes};
use tower::ServiceExt;

const BASE: Operation =
    Operation { family: Family::Operation, group: "Documentation", scope: Scope::Open, dialect: Dialect::Administration, ..REVENUE };

pub const ROWS: &[Operation] = &[
    Operation {
        id: "docs_page",
        summary: "This interface as a page to read and to try",
        path: "/docs",
        answers: &[Answer { status: 200, doc: "The page.", media: "text/html", example: "<!DOCTYPE html>" }],
        handler: Some(|call| docs_page(call).boxed()),
        ..BASE
    },
    Operation {
        id: "docs_style",
        summary: "The look of the page",
        path: "/docs/swagger-ui.css",
        answers: &[Answer { status: 200, doc: "The style sheet.", media: "text/css", example: ".swagger-ui {}" }],
        handler: Some(|call| docs_style(call).boxed()),
        ..BASE
    },
    Operation {
        id: "docs_script",
        summary: "The viewer",
        path: "/docs/swagger-ui-bundle.js",
        answers: &[Answer { status: 200, doc: "The script.", media: "text/javascript", example: "/* … */" }],
        handler: Some(|call| docs_script(call).boxed()),
        ..BASE
    },
    Operation {
        id: "docs_start",
        summary: "Shows the description in the viewer",
        path: "/docs/start.js",
        answers: &[Answer { status: 200, doc: "The script.", media: "text/javascript", example: "/* … */" }],
        handler: Some(|call| docs_start(call).boxed()),
        ..BASE
    },
];

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Accrual API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<noscript>The page needs JavaScript; <a href="/openapi.json">/openapi.json</a> is the same description for programs.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

/// No description is sent to a validator elsewhere, and long lists stay folded.
const START: &str = r##"SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
});
"##;

/// What the page may do: run the scripts and ask the operations of this server, nothing else. The viewer sets styles
/// within its elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async fn docs_page(_call: Call) -> Answered {
    Ok(answer("text/html; charset=utf-8", PAGE.as_bytes().to_vec()))
}

async fn docs_start(_call: Call) -> Answered {
    Ok(answer("text/javascript; charset=utf-8", START.as_bytes().to_vec()))
}

async fn docs_style(_call: Call) -> Answered {
    Ok(answer("text/css; charset=utf-8", asset("swagger-ui.css").await?))
}

async fn docs_script(_call: Call) -> Answered {
    Ok(answer("text/javascript; charset=utf-8", asset("swagger-ui-bundle.js").await?))
}

/// A file of the viewer, from the routes its crate has for it.
async fn asset(name: &str) -> Result<Vec<u8>> {
    let routes = generate_routes(ApiDefinition { uri_prefix: "/docs", api_definition: OpenApiSource::Uri("/openapi.json"), title: None });
    let request = Request::get(format!("/docs/{name}")).body(Body::empty()).map_err(|e| Error::fault_from("a file of the viewer", e))?;
    let response = routes.oneshot(request).await.map_err(|e| Error::fault_from("a file of the viewer", e))?;
    if !response.status().is_success() {
        return Err(Error::fault(format!("the viewer has no file {name}")));
    }
    let bytes = to_bytes(response.into_body(), usize::MAX).await.map_err(|e| Error::fault_from("a file of the viewer", e))?;
    Ok(without_map(&bytes).to_vec())
}

/// The file without its last line, when that points to a map for debuggers: the page refers to nothing that is not here.
fn without_map(file: &[u8]) -> &[u8] {
    let trimmed = file.trim_ascii_end();
    let last = trimmed.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let comment = trimmed[last..].starts_with(b"//# sourceMappingURL=") || trimmed[last..].starts_with(b"/*# sourceMappingURL=");
    if comment { &trimmed[..last] } else { file }
}

fn answer(media: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
