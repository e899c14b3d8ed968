//! A small HTTP load: blocking keep-alive connections, one request at a time each, latencies kept.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Requests answered and how long they took.
#[derive(Default)]
pub struct Load {
    pub latencies: Vec<Duration>,
    pub wall: Duration,
}

impl Load {
    /// Another turn of the same load.
    pub fn add(&mut self, turn: Self) {
        self.latencies.extend(turn.latencies);
        self.wall += turn.wall;
    }
    pub fn per_second(&self) -> u64 {
        let micros = self.wall.as_micros().max(1);
        u64::try_from(self.latencies.len() as u128 * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
    /// The latency below which `per_mille` of a thousand requests stayed.
    pub fn quantile(&self, per_mille: usize) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    }
}

/// A JSON POST with credentials.
#[derive(Clone)]
pub struct Post {
    pub path: String,
    /// A header line: `token: …` or `authorization: Bearer …`.
    pub credentials: String,
}

/// One connection that posts bodies.
pub struct Connection {
    stream: BufReader<TcpStream>,
    post: Post,
}

impl Connection {
    pub fn open(address: SocketAddr, post: &Post) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream: BufReader::new(stream), post: post.clone() })
    }

    /// Posts a body and answers how long the answer took; anything but a 2xx is an error that says which request.
    pub fn send(&mut self, body: &str) -> Result<Duration> {
        let path = self.post.path.clone();
        Ok(self.call("POST", &path, body)?.0)
    }

    /// Any request: how long it took and what was answered.
    pub fn call(&mut self, method: &str, path: &str, body: &str) -> Result<(Duration, Vec<u8>)> {
        self.exchange(method, path, body).with_context(|| format!("{method} {path} {}", &body[..body.len().min(2_000)]))
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<(Duration, Vec<u8>)> {
        let begin = Instant::now();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.post.credentials,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).context("sending it")?;
        let mut line = String::new();
        if self.stream.read_line(&mut line).context("reading the answer")? == 0 {
            bail!("the connection was closed before an answer came");
        }
        let ok = line.split(' ').nth(1).is_some_and(|s| s.starts_with('2'));
        let status = line.clone();
        let mut length = 0usize;
        loop {
            line.clear();
            self.stream.read_line(&mut line).context("reading the head of the answer")?;
            let head = line.trim_end().to_ascii_lowercase();
            if head.is_empty() {
                break;
            }
            if let Some(value) = head.strip_prefix("content-length:") {
                length = value.trim().parse().context("content-length")?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).context("reading the body of the answer")?;
        // some interfaces refuse with a 200 that says so
        if !ok || answer.starts_with(b"{\"success\":false") {
            bail!("{} {}", status.trim_end(), String::from_utf8_lossy(&answer));
        }
        Ok((begin.elapsed(), answer))
    }
}

/// Keeps `clients` connections busy for a while. `body` makes the n-th body of a client.
pub fn run(address: SocketAddr, post: &Post, clients: usize, time: Duration, body: impl Fn(usize, usize) -> String + Sync) -> Result<Load> {
    let stop = AtomicBool::new(false);
    let begin = Instant::now();
    let parts = std::thread::scope(|scope| {
        let (body, stop) = (&body, &stop);
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                scope.spawn(move || -> Result<Vec<Duration>> {
                    let mut connection = Connection::open(address, post)?;
                    let mut latencies = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        latencies.push(connection.send(&body(client, latencies.len()))?);
                    }
                    Ok(latencies)
                })
            })
            .collect();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))).collect::<Result<Vec<_>>>()
    })?;
    Ok(Load { latencies: parts.into_iter().flatten().collect(), wall: begin.elapsed() })
}

/// Writes one small thing every few milliseconds until told to stop: how long a small write waits behind bulk.
pub fn probe(address: SocketAddr, post: &Post, stop: &AtomicBool, body: impl Fn(usize) -> String) -> Result<Load> {
    let begin = Instant::now();
    let mut connection = Connection::open(address, post)?;
    let mut latencies = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        latencies.push(connection.send(&body(latencies.len()))?);
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Load { latencies, wall: begin.elapsed() })
}
