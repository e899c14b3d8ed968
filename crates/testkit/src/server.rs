//! The real server, in this process, on loopback.

use accrual_api::ServerConfig;
use accrual_app::System;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A server on a free port; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// # Panics
    /// When no port can be had.
    pub fn start(system: Arc<System>) -> Self {
        let config = ServerConfig::on(SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = accrual_api::Server::bind(config, system).expect("a free port");
        let address = server.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
            let run = server.run(async {
                drop(stopped.await);
            });
            runtime.block_on(run).expect("the server runs");
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("the server of a test panicked");
        }
    }
}
