//! Repeated requests and limits, on an operation made for the test: it counts its runs.

#![allow(clippy::unwrap_used)]

use accrual_api::billing::{self, credentials::Claims, limits::Limits};
use accrual_api::table::{Dialect, Family, Method, Operation, REVENUE, Scope};
use accrual_api::{Api, ServerConfig};
use accrual_base::Error;
use accrual_testkit::{Backend, World};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use futures_util::FutureExt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";

/// What the test operation does is said by its body.
async fn work(call: accrual_api::call::Call) -> accrual_api::table::Answered {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let body = call.bytes().await?;
    match body.as_ref() {
        b"refuse" => Err(Error::invalid("test.bad", format!("run {}", RUNS.fetch_add(1, Ordering::SeqCst)))),
        b"fail" => Err(Error::fault("broken")),
        b"slow" => {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            Ok(Response::new(Body::from("done")))
        }
        _ => {
            let mut response = Response::new(Body::from(format!("run {}", RUNS.fetch_add(1, Ordering::SeqCst))));
            *response.status_mut() = StatusCode::CREATED;
            response.headers_mut().insert("x-own", "kept".parse().unwrap());
            Ok(response)
        }
    }
}

fn operation(method: Method) -> &'static Operation {
    Box::leak(Box::new(Operation {
        id: "billing_test",
        // the permissions it needs are those of this operation
        reference: "create_accounting_code",
        family: Family::Billing,
        dialect: Dialect::Billing,
        scope: Scope::BillingWrite,
        method,
        path: "/v1/test",
        handler: Some(|call| work(call).boxed()),
        ..REVENUE
    }))
}

struct Bench {
    world: World,
    api: Arc<Api>,
    token: String,
    post: &'static Operation,
}

fn bench(backend: Backend, limits: Limits) -> Bench {
    let world = World::on(backend).build();
    let config = ServerConfig { limits, ..ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0))) };
    let api = Arc::new(Api::new(world.system(), &config));
    let access = api.system.access_by_client(CLIENT, "client-secret").unwrap();
    let token = Claims::new(CLIENT, &access, None, "j").sign(api.system.sign_key()).unwrap();
    Bench { world, api, token, post: operation(Method::Post) }
}

impl Bench {
    async fn ask(&self, operation: &'static Operation, uri: &str, key: Option<&str>, body: &'static str) -> (u16, String, Response) {
        let mut request = Request::builder().method(operation.method.name()).uri(uri);
        request = request.header("authorization", format!("bearer {}", self.token)).header("zuora-version", "2024-05-20");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let mut response = billing::dispatch(Arc::clone(&self.api), operation, request.body(Body::from(body)).unwrap()).await;
        let body = std::mem::replace(response.body_mut(), Body::empty());
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        (response.status().as_u16(), text, response)
    }
    async fn post(&self, key: Option<&str>, body: &'static str) -> (u16, String, Response) {
        self.ask(self.post, "/v1/test", key, body).await
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

#[test]
fn a_repeated_request_has_the_first_answer_for_24_hours() {
    for backend in Backend::all() {
        let bench = bench(backend, Limits::default());
        run(async {
            let first = bench.post(Some("k"), "a").await;
            assert_eq!(first.0, 201);
            bench.world.set_now("2024-01-16T11:59:59");
            // the token is of yesterday: a new one
            let access = bench.api.system.access_by_client(CLIENT, "client-secret").unwrap();
            let token = Claims::new(CLIENT, &access, None, "j").sign(bench.api.system.sign_key()).unwrap();
            let bench = Bench { token, ..bench };
            let again = bench.post(Some("k"), "a").await;
            assert_eq!((again.0, &again.1), (201, &first.1));
            for name in ["x-own", "zuora-request-id"] {
                assert_eq!(again.2.headers()[name], first.2.headers()[name]);
            }
            assert_ne!(bench.post(None, "a").await.1, first.1);
            assert_ne!(bench.post(Some("other"), "a").await.1, first.1);
            bench.world.set_now("2024-01-16T12:00:01");
            assert_ne!(bench.post(Some("k"), "a").await.1, first.1);
        });
    }
}

#[test]
fn failures_are_kept_too_and_server_errors_are_not() {
    let bench = bench(Backend::Memory, Limits::default());
    run(async {
        let first = bench.post(Some("bad"), "refuse").await;
        let again = bench.post(Some("bad"), "refuse").await;
        assert_eq!((first.0, again.0), (400, 400));
        assert_eq!(first.1, again.1, "the run is not repeated");
        assert!(first.1.contains("50000020"));
        let (one, two) = (bench.post(Some("broken"), "fail").await, bench.post(Some("broken"), "fail").await);
        assert_eq!((one.0, two.0), (500, 500));
        assert_ne!(one.1, two.1, "each has its own request id");
        assert!(!one.1.contains("broken"), "{}", one.1);
    });
}

#[test]
fn another_body_or_url_is_422_and_other_methods_take_no_key() {
    let bench = bench(Backend::Memory, Limits::default());
    run(async {
        let first = bench.post(Some("k"), "a").await;
        for (uri, body) in [("/v1/test", "b"), ("/v1/test?x=1", "a"), ("/v1/other", "a")] {
            let (status, text, _) = bench.ask(bench.post, uri, Some("k"), body).await;
            assert_eq!(status, 422, "{uri} {text}");
            assert!(text.contains("\"success\":false"));
        }
        assert_eq!(bench.ask(operation(Method::Patch), "/v1/test", Some("k"), "a").await.0, 422);
        assert_eq!(bench.post(Some("k"), "a").await.1, first.1);
        let put = operation(Method::Put);
        assert_ne!(bench.ask(put, "/v1/test", Some("k"), "a").await.1, bench.ask(put, "/v1/test", Some("k"), "a").await.1);
        for key in ["", &"k".repeat(256)] {
            assert_eq!(bench.post(Some(key), "a").await.0, 400);
        }
    });
}

#[test]
fn a_key_that_still_runs_is_409() {
    let bench = bench(Backend::Memory, Limits::default());
    run(async {
        let (one, two) = tokio::join!(bench.post(Some("k"), "slow"), bench.post(Some("k"), "slow"));
        let mut statuses = [one.0, two.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(bench.post(Some("k"), "slow").await.0, 200);
    });
}

#[test]
fn more_requests_at_once_than_allowed_are_429() {
    let bench = bench(Backend::Memory, Limits { default: 1, ..Limits::default() });
    run(async {
        let (one, two) = tokio::join!(bench.post(None, "slow"), bench.post(None, "a"));
        let refused = if one.0 == 429 { one } else { two };
        assert_eq!(refused.0, 429);
        assert!(refused.1.contains("50000070"), "{}", refused.1);
        assert_eq!(refused.2.headers()["retry-after"], "120");
        let free = bench.post(None, "a").await;
        assert_eq!((free.0, &free.2.headers()["concurrency-limit-type"]), (201, &"Default".parse().unwrap()));
        assert_eq!(free.2.headers()["concurrency-limit-remaining"], "0");
    });
}

#[test]
fn more_requests_in_a_minute_than_allowed_are_429() {
    let bench = bench(Backend::Memory, Limits { rate: [2, 100, 1_000], ..Limits::default() });
    run(async {
        let first = bench.post(None, "a").await;
        assert_eq!(first.2.headers()["ratelimit-limit"], "2, 2;w=60, 100;w=3600, 1000;w=86400");
        assert_eq!(first.2.headers()["ratelimit-remaining"], "1");
        bench.post(None, "a").await;
        let (status, text, response) = bench.post(None, "a").await;
        assert_eq!(status, 429);
        assert_eq!(response.headers()["ratelimit-remaining"], "0");
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["reasons"][0]["code"], 70);
        assert!(body.get("success").is_none());
        bench.world.set_now("2024-01-15T12:01:00");
        assert_eq!(bench.post(None, "a").await.0, 201);
    });
}
