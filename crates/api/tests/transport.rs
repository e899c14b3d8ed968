//! Where and how the server listens: HTTPS with a given certificate, plain HTTP on loopback alone, a clean stop.

#![allow(clippy::unwrap_used)]

use accrual_api::{Server, ServerConfig, TlsFiles};
use accrual_testkit::{Backend, World};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Runs a server until the closure has ended.
fn with_server(config: ServerConfig, world: &World, test: impl FnOnce(SocketAddr)) {
    let server = Server::bind(config, world.system()).unwrap();
    let address = server.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(server.run(async { drop(stopped.await) }))
    });
    test(address);
    drop(stop);
    thread.join().unwrap().unwrap();
}

#[test]
fn https_speaks_http_1_1_with_the_header_spelling_of_clients() {
    let world = World::on(Backend::Memory).build();
    let tls = TlsFiles { certificate: data("localhost.pem"), key: data("localhost.key") };
    let config = ServerConfig { tls: Some(tls), ..ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0))) };
    with_server(config, &world, |address| {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(data("localhost.pem")).unwrap()).unwrap();
        let mut client = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let mut connection = rustls::ClientConnection::new(Arc::new(client), name).unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        let mut stream = rustls::Stream::new(&mut connection, &mut socket);
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8(answer).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.contains("\r\nX-Request-Id: "), "{text}");
        assert_eq!(connection.alpn_protocol(), Some(b"http/1.1".as_slice()));
    });
}

#[test]
fn a_wrong_certificate_stops_the_start_and_says_which_file() {
    let world = World::on(Backend::Memory).build();
    let tls = TlsFiles { certificate: data("missing.pem"), key: data("localhost.key") };
    let config = ServerConfig { tls: Some(tls), ..ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0))) };
    let server = Server::bind(config, world.system()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(server.run(std::future::pending())).unwrap_err();
    assert_eq!(refused.rejection().unwrap().code, "serve.certificate");
    assert!(refused.to_string().contains("missing.pem"));
}

#[test]
fn plain_http_is_refused_beyond_loopback_and_a_taken_port_is_named() {
    let world = World::on(Backend::Memory).build();
    let open = ServerConfig::on(SocketAddr::from(([0, 0, 0, 0], 0)));
    let refused = Server::bind(open.clone(), world.system()).err().unwrap();
    assert_eq!(refused.rejection().unwrap().code, "serve.tls");
    Server::bind(ServerConfig { insecure_http: true, ..open }, world.system()).unwrap();
    let first = Server::bind(ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0))), world.system()).unwrap();
    let taken = Server::bind(ServerConfig::on(first.local_addr().unwrap()), world.system()).err().unwrap();
    assert_eq!(taken.rejection().unwrap().code, "serve.listen");
}

#[test]
fn a_stop_lets_a_running_request_end() {
    let world = World::on(Backend::Memory).build();
    let config = ServerConfig { grace: Duration::from_secs(20), ..ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0))) };
    let server = Server::bind(config, world.system()).unwrap();
    let address = server.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(server.run(async { drop(stopped.await) }))
    });
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"POST /api/integration/v1/authenticate HTTP/1.1\r\nHost: x\r\nrole: API Role\r\nclientname: Default\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    drop(stop);
    std::thread::sleep(Duration::from_millis(100));
    slow.write_all(b"Content-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    // a request whose head was not complete may be dropped; the server itself ends cleanly either way
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 401"), "{answer}");
    thread.join().unwrap().unwrap();
}
