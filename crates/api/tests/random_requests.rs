//! Whatever comes in, the server answers; it never panics and never opens.

#![allow(clippy::unwrap_used)]

use accrual_api::table::{Scope, operations};
use accrual_testkit::{Backend, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends bytes and reads whatever comes back. `half` says that no more will be sent, which the server may take for a
/// client that has gone.
fn raw(address: &str, bytes: &[u8], half: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(bytes);
    if half {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_.-]{0,12}",
        Just("%00".to_owned()),
        Just("%ff%fe".to_owned()),
        Just("..%2f..".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("-1".to_owned()),
        Just("BI3_RC_LNS".to_owned()),
        Just("transaction".to_owned()),
        "[%{}\\[\\]'\"]{1,6}".prop_map(|t| t.replace('%', "%25").replace('"', "%22").replace('{', "%7b").replace('}', "%7d")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("pagenum"),
        Just("pageSize"),
        Just("pagesize"),
        Just("fromDate"),
        Just("toDate"),
        Just("clientId"),
        Just("outputType"),
        Just("count"),
        Just("createddate"),
        Just("limit"),
        Just("sort"),
        Just("id"),
        Just("object"),
        Just("preview"),
    ];
    prop::collection::vec((name, part()), 0..4)
        .prop_map(|pairs| pairs.into_iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&"))
}

#[test]
fn random_requests_are_answered_without_a_panic() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_administrator();
    let address = client.url("").trim_start_matches("http://").to_owned();
    let token = client.token().unwrap().to_owned();
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let body = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 0..200),
        Just(b"{}".to_vec()),
        Just(b"[[[[[[[[[[".to_vec()),
        Just(br#"{"parameters":[{"parameter_id":1e99}]}"#.to_vec()),
        Just(b"TYPE,CURR\nSO\n\"".to_vec()),
    ];
    let media =
        prop_oneof![Just("application/json"), Just("text/plain"), Just("multipart/form-data; boundary=x"), Just("multipart/form-data")];
    let strategy = (0..operations().len(), prop::collection::vec(part(), 4), query(), body, media, any::<bool>());
    runner
        .run(&strategy, |(index, parts, query, body, media, alias)| {
            let operation = &operations()[index];
            let path = operation.paths().nth(usize::from(alias)).unwrap_or(operation.path);
            let mut parts = parts.into_iter();
            let path: String = path
                .split('/')
                .map(|p| if p.starts_with('{') { parts.next().unwrap_or_default() } else { p.to_owned() })
                .collect::<Vec<_>>()
                .join("/");
            let mut request = format!(
                "{} {path}?{query} HTTP/1.1\r\nHost: {address}\r\ntoken: {token}\r\ntemplatename: Upload Template\r\nfilename: x\r\n\
                 Content-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                operation.method.name(),
                body.len()
            )
            .into_bytes();
            request.extend_from_slice(&body);
            let answer = raw(&address, &request, false);
            let head = String::from_utf8_lossy(&answer[..answer.len().min(40)]).into_owned();
            prop_assert!(head.starts_with("HTTP/1.1 "), "{} answered {head:?}", operation.id);
            prop_assert!(!head.starts_with("HTTP/1.1 500"), "{} {path}?{query}: {}", operation.id, String::from_utf8_lossy(&answer));
            Ok(())
        })
        .unwrap();
    let metrics = client.get("/metrics").expect(200).text().to_owned();
    assert!(metrics.lines().any(|l| l == "accrual_panics_total 0"), "{metrics}");
}

#[test]
fn random_bytes_do_not_stop_the_server() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let address = client.url("").trim_start_matches("http://").to_owned();
    let mut runner = TestRunner::new(Config { cases: 100, ..Config::default() });
    runner
        .run(&prop::collection::vec(any::<u8>(), 0..300), |bytes| {
            raw(&address, &bytes, true);
            Ok(())
        })
        .unwrap();
    client.get("/healthz").expect(200);
}

#[test]
fn a_wrong_token_opens_nothing() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let good = client.token().unwrap().to_owned();
    let closed: Vec<_> = operations().iter().filter(|o| !matches!(o.scope, Scope::Open | Scope::Signed | Scope::Basic)).collect();
    for (at, operation) in closed.iter().enumerate() {
        // one letter of the payload or the signature is another
        let mut token = good.clone().into_bytes();
        let place = token.len() - 2 - at % 60;
        token[place] = if token[place] == b'A' { b'B' } else { b'A' };
        let token = String::from_utf8(token).unwrap();
        let path: String = operation.path.split('/').map(|p| if p.starts_with('{') { "1" } else { p }).collect::<Vec<_>>().join("/");
        let wrong = client.with_token(Some(&token));
        let reply = wrong.send(wrong.request(operation.method.name(), &path));
        assert_eq!(reply.status(), 401, "{}", operation.id);
    }
}
