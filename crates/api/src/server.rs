//! The server: what it needs, where it listens, how it stops.

use crate::billing;
use crate::metrics::Metrics;
use crate::router::router;
use crate::token;
use accrual_app::System;
use accrual_app::views::tasks::Tasks;
use accrual_base::{Error, Result};
use axum_server::tls_rustls::RustlsConfig;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Longest a client may take to send the head of a request.
const HEADER_TIME: Option<Duration> = Some(Duration::from_secs(60));

/// Certificate chain and private key, both PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Where and how to listen.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    /// HTTPS with these; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Allows plain HTTP on an address other than loopback, for a proxy in front that speaks TLS.
    pub insecure_http: bool,
    /// Scheme and host that clients reach the server under, for signed URLs; taken from the request when none.
    pub public_url: Option<String>,
    /// Time that running requests get to end after a stop was asked for.
    pub grace: Duration,
    /// Limits of the billing interface, for each tenant.
    pub limits: billing::limits::Limits,
}

impl ServerConfig {
    /// Plain HTTP on an address, with ten seconds to end.
    pub fn on(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls: None,
            insecure_http: false,
            public_url: None,
            grace: Duration::from_secs(10),
            limits: billing::limits::Limits::default(),
        }
    }
    /// Tokens and revenue data do not travel readable through a network.
    ///
    /// # Errors
    /// `serve.tls` for plain HTTP on an address other than loopback.
    pub fn check(&self) -> Result<()> {
        if self.tls.is_none() && !self.listen.ip().is_loopback() && !self.insecure_http {
            return Err(Error::invalid(
                "serve.tls",
                format!(
                    "Refusing to serve plain HTTP on {}: other machines could read tokens and data. Give a certificate and a key \
                     (--tls-cert FILE --tls-key FILE), listen on 127.0.0.1, or say --insecure-http when a proxy in front speaks TLS.",
                    self.listen
                ),
            ));
        }
        Ok(())
    }
}

/// What handlers share.
pub struct Api {
    pub system: Arc<System>,
    pub metrics: Metrics,
    pub tokens: token::Known,
    pub billing: billing::State,
    pub public_url: Option<String>,
    /// `https` when the server itself speaks TLS.
    pub scheme: &'static str,
    /// Tasks of the views by tenant.
    tasks: Mutex<BTreeMap<String, Arc<Tasks>>>,
    ready: AtomicBool,
}

impl Api {
    pub fn new(system: Arc<System>, config: &ServerConfig) -> Self {
        Self {
            system,
            metrics: Metrics::default(),
            tokens: token::Known::default(),
            billing: billing::State { limits: config.limits.clone(), ..billing::State::default() },
            public_url: config.public_url.clone(),
            scheme: if config.tls.is_some() { "https" } else { "http" },
            tasks: Mutex::default(),
            ready: AtomicBool::new(true),
        }
    }
    /// The tasks behind the continuation tokens of a tenant.
    pub fn view_tasks(&self, tenant: &str) -> Arc<Tasks> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tasks.entry(tenant.to_owned()).or_default())
    }
    /// False from the moment a stop was asked for.
    pub fn ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }
}

/// A server that has its port and does not answer yet.
pub struct Server {
    listener: TcpListener,
    config: ServerConfig,
    api: Arc<Api>,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// `serve.tls` for a refused address, `serve.listen` when the port cannot be had.
    pub fn bind(config: ServerConfig, system: Arc<System>) -> Result<Self> {
        config.check()?;
        let listener = TcpListener::bind(config.listen).map_err(|e| {
            Error::invalid(
                "serve.listen",
                format!("Cannot listen on {}: {e}. Is another server running there? Choose another --listen.", config.listen),
            )
        })?;
        let api = Arc::new(Api::new(system, &config));
        billing::asynchronous::install(&api);
        Ok(Self { listener, config, api })
    }

    /// What handlers share; jobs carry out requests that were taken for later through it.
    pub fn api(&self) -> Arc<Api> {
        Arc::clone(&self.api)
    }

    /// The address really taken; the port differs from the configured one when that was 0.
    ///
    /// # Errors
    /// A fault from the operating system.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr().map_err(|e| Error::fault_from("the address of the listener is unknown", e))
    }

    /// Answers requests until `shutdown` ends, then lets running ones end.
    ///
    /// # Errors
    /// `serve.certificate` when certificate or key cannot be used; a fault from the operating system.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let handle = axum_server::Handle::new();
        let (stop, api, grace) = (handle.clone(), Arc::clone(&self.api), self.config.grace);
        tokio::spawn(async move {
            shutdown.await;
            api.ready.store(false, Ordering::SeqCst);
            stop.graceful_shutdown(Some(grace));
        });
        let app = router(self.api).into_make_service();
        // Clients compare `Revpro-Token` and `Continuation-Token` letter by letter, so header names go out in title
        // case. HTTP/2 allows lower case only, which is why the server offers HTTP/1.1 alone.
        let served = match &self.config.tls {
            None => {
                let mut server = axum_server::from_tcp(self.listener).map_err(broken)?.handle(handle).http1_only();
                server.http_builder().http1().title_case_headers(true).header_read_timeout(HEADER_TIME);
                server.serve(app).await
            }
            Some(files) => {
                let config = tls(files).await?;
                let mut server = axum_server::from_tcp_rustls(self.listener, config).map_err(broken)?.handle(handle).http1_only();
                server.http_builder().http1().title_case_headers(true).header_read_timeout(HEADER_TIME);
                server.serve(app).await
            }
        };
        served.map_err(broken)
    }
}

fn broken(e: std::io::Error) -> Error {
    Error::fault_from("the server stopped", e)
}

/// Certificate and key for HTTP/1.1.
async fn tls(files: &TlsFiles) -> Result<RustlsConfig> {
    let read = RustlsConfig::from_pem_file(&files.certificate, &files.key).await.map_err(|e| {
        let text = format!("Cannot use the certificate {} with the key {}: {e}.", files.certificate.display(), files.key.display());
        Error::invalid("serve.certificate", text)
    })?;
    let mut config = (*read.get_inner()).clone();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

/// Takes the port and answers requests until `shutdown` ends.
///
/// # Errors
/// As [`Server::bind`] and [`Server::run`].
pub async fn serve(config: ServerConfig, system: Arc<System>, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    Server::bind(config, system)?.run(shutdown).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_loopback_unless_told_otherwise() {
        let mut config = ServerConfig::on("0.0.0.0:0".parse().unwrap());
        let refused = config.check().unwrap_err();
        assert_eq!(refused.rejection().unwrap().code, "serve.tls");
        assert!(refused.to_string().contains("--insecure-http"));
        config.insecure_http = true;
        config.check().unwrap();
        for address in ["127.0.0.1:0", "[::1]:0"] {
            ServerConfig::on(address.parse().unwrap()).check().unwrap();
        }
    }
}
