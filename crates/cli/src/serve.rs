//! `accrual serve` and `accrual worker`.

use crate::args::{Serve, Worker};
use crate::wiring;
use accrual_api::{ServerConfig, TlsFiles};
use accrual_base::{Error, Result};
use std::sync::Arc;

/// Runs the server until it is asked to stop.
pub fn serve(args: &Serve) -> Result<()> {
    let mut config = ServerConfig::on(args.listen);
    config.insecure_http = args.insecure_http;
    config.tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.clone(), key: key.clone() }),
        _ => None,
    };
    // before a first start makes anything and prints secrets
    config.check()?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let system = wiring::open_with(&args.store, &wiring::first_start(&args.first), wiring::services(&args.outward)?)?;
    let server = accrual_api::Server::bind(config, system.clone())?;
    let address = server.local_addr()?;
    // uploads end with the server that took them; those of another server on the same database go on
    for tenant in system.open_tenants() {
        accrual_app::upload::recover(&tenant)?;
    }
    let runners = wiring::Runners::start(&system, args.jobs, Some(server.api()))?;
    println!("Accrual {} listens on {scheme}://{address}. Stop it with Ctrl-C.", env!("CARGO_PKG_VERSION"));
    let served = runtime()?.block_on(server.run(stop_signal()));
    println!("Stopping: jobs go on from their checkpoints at the next start.");
    runners.stop();
    system.close();
    served
}

/// Runs jobs until it is asked to stop.
pub fn worker(args: &Worker) -> Result<()> {
    let system = wiring::open_with(&args.store, &wiring::first_from_environment()?, wiring::services(&args.outward)?)?;
    // without a port: for the requests that were taken for later
    let api = Arc::new(accrual_api::Api::new(system.clone(), &ServerConfig::on(([127, 0, 0, 1], 0).into())));
    let runners = wiring::Runners::start(&system, args.jobs, Some(api))?;
    println!("Worker {} takes jobs. Stop it with Ctrl-C.", std::process::id());
    runtime()?.block_on(stop_signal());
    runners.stop();
    system.close();
    Ok(())
}

fn runtime() -> Result<Arc<tokio::runtime::Runtime>> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map(Arc::new).map_err(|e| Error::fault_from("the asynchronous runtime could not be started", e))
}

/// Ctrl-C or a termination signal.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
