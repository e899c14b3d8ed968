//! The server under test: a child process, reached over HTTP only, as a client would.

use anyhow::{Context, Result, bail};
use base64::Engine;
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const USER: &str = "bench";
const PASSWORD: &str = "bench-password-1";
const CLIENT: &str = "00000000-0000-4000-8000-0000000000be";
const SECRET: &str = "bench-client-secret";
/// The first period of the generated data.
pub const PERIOD: &str = "2024-01";

/// A running `accrual serve`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    http: reqwest::blocking::Client,
    token: String,
}

impl Server {
    /// Starts the binary on a free port and logs in.
    pub fn start(binary: &Path, data: &Path, database_url: Option<&str>) -> Result<Self> {
        Self::start_with(binary, data, database_url, &[])
    }

    /// As [`Server::start`], with further variables of its environment.
    pub fn start_with(binary: &Path, data: &Path, database_url: Option<&str>, variables: &[(&str, &str)]) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .env("ACCRUAL_REVENUE_USER", USER)
            .env("ACCRUAL_REVENUE_PASSWORD", PASSWORD)
            .env("ACCRUAL_CLIENT_ID", CLIENT)
            .env("ACCRUAL_CLIENT_SECRET", SECRET)
            .env("ACCRUAL_FIRST_PERIOD", PERIOD)
            .env("RUST_LOG", "warn")
            .env_remove("ACCRUAL_DATABASE_URL")
            .envs(variables.iter().copied())
            .stdout(Stdio::null());
        if let Some(url) = database_url {
            command.env("ACCRUAL_DATABASE_URL", url);
        }
        let child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let http = reqwest::blocking::Client::builder().timeout(None).build()?;
        let mut server = Self { child, address, http, token: String::new() };
        server.wait_until_ready()?;
        server.token = server.log_in()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server stopped at its start: {status}");
            }
            if self.http.get(self.url("/healthz")).send().is_ok_and(|r| r.status().is_success()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the server was not ready within 30 s")
    }

    fn log_in(&self) -> Result<String> {
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let answer = self
            .http
            .post(self.url("/api/integration/v1/authenticate"))
            .header("Authorization", format!("Basic {basic}"))
            .header("role", "Administrator")
            .header("clientname", "Default")
            .send()?;
        let token = answer.headers().get("Revpro-Token").map(|t| t.to_str().map(str::to_owned)).transpose()?;
        token.with_context(|| format!("no token: {}", answer.text().unwrap_or_default()))
    }

    /// A token of the billing interface.
    pub fn billing_token(&self) -> Result<String> {
        let body = serde_json::json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"});
        let answer: Value = self.http.post(self.url("/oauth/token")).json(&body).send()?.error_for_status()?.json()?;
        answer["access_token"].as_str().map(str::to_owned).with_context(|| format!("no token: {answer}"))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        let answer = self.http.get(self.url(path)).header("token", &self.token).send()?;
        let status = answer.status();
        let text = answer.text()?;
        if !status.is_success() {
            bail!("GET {path}: {status} {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("GET {path} answered no JSON: {text}"))
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(self.url(path)).header("token", &self.token).json(body).send()?;
        let status = answer.status();
        let text = answer.text()?;
        if !status.is_success() {
            bail!("POST {path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Uploads a file in one request; answers when it is staged.
    pub fn upload(&self, file: &Path) -> Result<Value> {
        let form = reqwest::blocking::multipart::Form::new().file("file", file)?;
        let answer = self
            .http
            .post(self.url("/api/integration/v1/upload/file"))
            .header("token", &self.token)
            .header("templatename", "Upload Template")
            .multipart(form)
            .send()?;
        let (status, text) = (answer.status(), answer.text()?);
        if !status.is_success() {
            bail!("the upload was refused: {status} {text}");
        }
        let answer: Value = serde_json::from_str(&text)?;
        let id = &answer["file_request_id"];
        let state = self.get(&format!("/api/integration/v1/fileupload/status/{id}"))?;
        if state["status"] != "Success" {
            bail!("the upload failed: {state}");
        }
        Ok(state)
    }

    /// Runs a program to its end.
    pub fn run_program(&self, name: &str) -> Result<Value> {
        let org = self.get("/api/integration/v1/revenue-orgs")?["data"][0]["org_id"].clone();
        let programs = self.get("/api/integration/v1/programs")?;
        let program = programs["data"].as_array().into_iter().flatten().find(|p| p["program_name"] == name);
        let id = program.with_context(|| format!("no program {name}: {programs}"))?["program_id"].clone();
        let submitted = self.post(&format!("/api/integration/v1/{org}/programs/{id}/submit"), &serde_json::json!({ "parameters": [] }))?;
        let job = submitted["data"]["id"].clone();
        loop {
            let state = self.get(&format!("/api/integration/v1/{org}/jobs/{job}"))?;
            match state["data"]["status"].as_str() {
                Some("Completed") => return Ok(state),
                Some("Pending" | "Running" | "Incompatible") => std::thread::sleep(Duration::from_millis(20)),
                _ => bail!("{name} ended badly: {state}"),
            }
        }
    }

    /// Downloads a signed URL and counts bytes and lines.
    pub fn download(&self, url: &str) -> Result<(u64, u64)> {
        let mut answer = self.http.get(url).send()?.error_for_status()?;
        let mut sink = Counter::default();
        answer.copy_to(&mut sink)?;
        Ok((sink.bytes, sink.lines))
    }

    /// Highest resident memory of the server so far, in MiB.
    pub fn peak_memory(&self) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find(|l| l.starts_with("VmHWM:")).context("no VmHWM")?;
        let kib: u64 = line.split_ascii_whitespace().nth(1).context("no VmHWM figure")?.parse()?;
        Ok(kib / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Default)]
struct Counter {
    bytes: u64,
    lines: u64,
}

impl std::io::Write for Counter {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.bytes += data.len() as u64;
        self.lines += data.iter().filter(|b| **b == b'\n').count() as u64;
        Ok(data.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
