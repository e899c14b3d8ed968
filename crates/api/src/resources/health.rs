//! Whether the server is ready, its figures, and the description of its interface.

use crate::call::Call;
use crate::dialect;
use crate::metrics::{Figure, seconds};
use crate::openapi;
use crate::table::{Answer, Answered, Dialect, Family, Operation, REVENUE, Scope, json};
use accrual_app::System;
use accrual_app::job::{self, Status};
use accrual_base::Result;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use serde_json::json;

const BASE: Operation =
    Operation { family: Family::Operation, group: "Server", scope: Scope::Open, dialect: Dialect::Administration, ..REVENUE };

pub const ROWS: &[Operation] = &[
    Operation {
        id: "health",
        summary: "Whether the server is ready: it answers and its store can be read",
        path: "/healthz",
        answers: &[json(200, "Ready.", r#"{"status":"ready","version":"0.1.0"}"#), json(503, "Not ready.", r#"{"status":"stopping"}"#)],
        handler: Some(|call| health(call).boxed()),
        ..BASE
    },
    Operation {
        id: "metrics",
        summary: "Figures for Prometheus",
        path: "/metrics",
        answers: &[Answer { status: 200, doc: "Figures in text form.", media: "text/plain", example: "accrual_panics_total 0" }],
        handler: Some(|call| metrics(call).boxed()),
        ..BASE
    },
    Operation {
        id: "describe_interface",
        summary: "This interface as OpenAPI 3",
        path: "/openapi.json",
        answers: &[json(200, "The description.", r#"{"openapi":"3.0.3","info":{"title":"Accrual"},"paths":{}}"#)],
        handler: Some(|call| describe_interface(call).boxed()),
        ..BASE
    },
];

async fn health(call: Call) -> Answered {
    if !call.api.ready() {
        return Ok(dialect::answer(axum::http::StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "stopping"})));
    }
    let system = std::sync::Arc::clone(&call.api.system);
    crate::call::blocking(move || system.open_tenants().iter().try_for_each(|tenant| tenant.store.read(|_| Ok(())))).await?;
    Ok(dialect::ok(&json!({"status": "ready", "version": env!("CARGO_PKG_VERSION")})))
}

async fn metrics(call: Call) -> Answered {
    let system = std::sync::Arc::clone(&call.api.system);
    let figures = crate::call::blocking(move || {
        let mut figures = jobs_by_status(&system)?;
        figures.extend(writes(&system));
        Ok(figures)
    });
    let mut response = Response::new(Body::from(call.api.metrics.render(&figures.await?)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Ok(response)
}

/// Jobs that wait or run, by tenant and status.
fn jobs_by_status(system: &System) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for tenant in system.open_tenants() {
        let open = job::open(&tenant)?;
        for status in [Status::Pending, Status::Incompatible, Status::Running] {
            let count = open.iter().filter(|j| j.status == status.name()).count();
            let series = format!("accrual_jobs{{tenant=\"{}\",status=\"{}\"}}", tenant.name, status.name());
            figures.push((series, "Jobs that wait or run.", count.to_string()));
        }
    }
    Ok(figures)
}

/// What the store of each tenant has written, small writes and bulk chunks apart.
fn writes(system: &System) -> Vec<Figure> {
    let (mut writes, mut groups, mut time) = (Vec::new(), Vec::new(), Vec::new());
    for tenant in system.open_tenants() {
        for (lane, figures) in tenant.writes() {
            let series = |name: &str| format!("accrual_store_{name}{{tenant=\"{}\",lane=\"{lane}\"}}", tenant.name);
            writes.push((series("writes_total"), "Units of work that were run.", figures.writes.to_string()));
            groups.push((series("groups_total"), "Transactions; small writes share one.", figures.groups.to_string()));
            time.push((series("write_seconds_total"), "Time spent in transactions.", seconds(figures.micros)));
        }
    }
    [writes, groups, time].concat()
}

async fn describe_interface(_call: Call) -> Answered {
    Ok(dialect::ok(openapi::document()))
}
