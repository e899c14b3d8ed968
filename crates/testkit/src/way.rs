//! The requests of the whole way, as an integration makes them: upload, programs, views, journals.

use crate::{Client, Reply};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The template that every tenant has from the start.
pub const TEMPLATE: &str = "Upload Template";
pub const COLLECT: &str = "RevPro3.0 Data Collection Master";
pub const TRANSFER: &str = "Revpro3.0 Accounting Transfer Master";
/// Job statuses that another one follows.
const UNDER_WAY: [&str; 3] = ["Pending", "Running", "Incompatible"];
const PATIENCE: Duration = Duration::from_secs(120);

/// An integration that is logged in and has chosen one of the two spellings of every path.
#[derive(Clone)]
pub struct Way {
    pub client: Client,
    prefix: &'static str,
}

/// Rows of a CSV answer, with the columns by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Way {
    /// `/api/integration` or `/integration`.
    pub fn new(client: Client, prefix: &'static str) -> Self {
        Self { client, prefix }
    }

    /// The whole path of an operation.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.client.get(&self.path(path))
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.client.post(&self.path(path), body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.client.put(&self.path(path), body)
    }

    /// Sends a file as form data with the template of the start; the answer as it came.
    pub fn send(&self, name: &str, content: impl Into<Vec<u8>>) -> Reply {
        let form = Form::new().part("file", Part::bytes(content.into()).file_name(name.to_owned()));
        self.client.send(self.client.request("POST", &self.path("/v1/upload/file")).header("templatename", TEMPLATE).multipart(form))
    }

    /// Sends a file and asks what became of it.
    ///
    /// # Panics
    /// When it was not received.
    pub fn upload(&self, name: &str, content: impl Into<Vec<u8>>) -> Value {
        let id = self.send(name, content).expect(200).json()["file_request_id"].as_i64().expect("a request id");
        self.upload_status(id)
    }

    /// # Panics
    /// When there is no such upload.
    pub fn upload_status(&self, id: i64) -> Value {
        self.get(&format!("/v1/fileupload/status/{id}")).expect(200).json()
    }

    /// Rows in error, one JSON object each; none when there are none.
    pub fn stage_errors(&self) -> Vec<Value> {
        let reply = self.get("/v1/stage/error/transaction");
        if reply.status() == 204 { Vec::new() } else { list(&reply.expect(200).json()["Result"]) }
    }

    /// Submits a program for the first organisation; answers the job.
    ///
    /// # Panics
    /// When it is refused.
    pub fn submit(&self, program: &str) -> i64 {
        let programs = list(&self.get("/v1/programs").expect(200).json()["data"]);
        let found = programs.iter().find(|p| p["program_name"] == program).unwrap_or_else(|| panic!("no program {program}"));
        let path = format!("/v1/1/programs/{}/submit", found["program_id"]);
        self.post(&path, &json!({"parameters": []})).expect(200).json()["data"]["id"].as_i64().expect("a job id")
    }

    /// The job as the interface shows it.
    ///
    /// # Panics
    /// When there is no such job.
    pub fn job(&self, id: i64) -> Value {
        self.get(&format!("/v1/1/jobs/{id}")).expect(200).json()["data"].clone()
    }

    /// Follows a job to its end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn wait(&self, id: i64) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let job = self.job(id);
            if !UNDER_WAY.iter().any(|status| job["status"] == *status) {
                return job;
            }
            assert!(Instant::now() < deadline, "the job does not end: {job}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Submits a program and follows it to its good end; answers its message.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn run(&self, program: &str) -> String {
        let job = self.wait(self.submit(program));
        assert_eq!(job["status"], "Completed", "{program}: {job}");
        job["message"].as_str().unwrap_or_default().to_owned()
    }

    /// All rows of some columns of a view, by pages of one snapshot.
    ///
    /// # Panics
    /// When a page is refused.
    pub fn view(&self, view: &str, fields: &[&str]) -> Sheet {
        const PAGE: usize = 10_000;
        let mut all: Option<Sheet> = None;
        let mut token = None;
        for number in 1.. {
            let path = self.path(&format!("/v2/biviews/{view}?clientId=1&outputType=csv&pageSize={PAGE}&pagenum={number}"));
            let mut request = self.client.request("POST", &path).json(&fields);
            if let Some(token) = &token {
                request = request.header("Continuation-Token", token);
            }
            let reply = self.client.send(request);
            if number == 1 && reply.status() == 204 {
                return Sheet { columns: fields.iter().map(|f| (*f).to_owned()).collect(), rows: Vec::new() };
            }
            if reply.status() == 400 && reply.text().contains("not yet cached") {
                panic!("a view of a test is longer than a test should be");
            }
            if reply.status() == 404 {
                break;
            }
            let reply = reply.expect(200);
            token = token.or_else(|| reply.header("Continuation-Token").map(str::to_owned));
            let page = Sheet::parse(&reply.body);
            let short = page.rows.len() < PAGE;
            match &mut all {
                Some(all) => all.rows.extend(page.rows),
                None => all = Some(page),
            }
            if short {
                break;
            }
        }
        all.expect("the first page")
    }

    /// The batches that are ready to transfer.
    pub fn batches(&self) -> Vec<Value> {
        let reply = self.get("/v1/journal/list");
        if reply.status() == 204 { Vec::new() } else { list(&reply.expect(200).json()["result"]) }
    }

    /// The file of a batch, byte for byte, by its signed URL and without a token.
    ///
    /// # Panics
    /// When it cannot be had.
    pub fn signed_file(&self, report_id: i64) -> Vec<u8> {
        let signed = self.get(&format!("/v2/reports/signedurl/{report_id}")).expect(200).json();
        let url = signed["signed_url"].as_str().expect("a URL");
        let origin = self.client.url("");
        let path = url.strip_prefix(&origin).unwrap_or_else(|| panic!("{url} does not begin with {origin}"));
        self.client.with_token(None).get(path).expect(200).body
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| panic!("no list: {value}"))
}

impl Sheet {
    /// # Panics
    /// When it is no CSV with a header.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        let columns = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect();
        Self { columns, rows }
    }

    /// # Panics
    /// When there is no such column.
    pub fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|c| c == name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.columns))
    }

    /// The cells of a row under these columns.
    pub fn cells<'a, const N: usize>(&'a self, names: [&str; N]) -> impl Iterator<Item = [&'a str; N]> + 'a {
        let columns = names.map(|n| self.column(n));
        self.rows.iter().map(move |row| columns.map(|c| row[c].as_str()))
    }
}
