//! Requests that are accepted now and carried out later (reference section 1.12): rows, and one job that works through
//! them. The interface above carries out each as if it came now, under a key of its own, so that one which is carried out
//! again after a crash changes nothing twice.

use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::job::{ASYNC_REQUESTS, JobRow, Progress, Status, stopped};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Filter, Object, Query, Stored, TextEnum, Value};
use accrual_store::nouns::{self, typed};
use accrual_store::{Read, jobs};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::time::Duration;

pub use accrual_objects::administration::{AsyncRequest, AsyncState};

/// The organisation of the job: it works for the tenant.
const ORGANISATION: i64 = 0;
/// Requests that can be at work: one a job, and what broken jobs have left.
const AT_WORK: u32 = 100;
/// Topics of the outbox.
const SUCCEEDED: &str = "async_request.succeeded";
const FAILED: &str = "async_request.failed";
/// Between two looks for somebody who can carry out requests, while the program starts.
const PATIENCE: Duration = Duration::from_millis(50);

/// Carries out a request as if it came now.
pub trait Answering: Send + Sync {
    /// The answer; nothing when the interface is going away and the request should wait for its successor.
    ///
    /// # Errors
    /// A fault: the job fails and the request stays.
    fn answer(&self, tenant: &str, request: &AsyncRequest) -> Result<Option<Answer>>;
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub status: u16,
    /// JSON.
    pub body: String,
    pub succeeded: bool,
}

/// Keeps a request for later.
#[derive(Serialize)]
pub struct Accept {
    pub request_id: String,
    pub operation: String,
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub track_id: Option<String>,
}

impl Command for Accept {
    const OPERATION: &'static str = "async_request_accept";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let headers = self.headers.into_iter().map(|(name, value)| (name, Json::from(value))).collect::<serde_json::Map<_, _>>();
        let request = AsyncRequest {
            request_id: self.request_id,
            operation: self.operation,
            url: self.url,
            headers: Json::Object(headers).to_string(),
            body: self.body,
            user: unit.actor.user.clone(),
            track_id: self.track_id,
            ..AsyncRequest::default()
        };
        let stamp = unit.stamp();
        typed::create(unit.tx, None, &request, stamp)?;
        unit.audit("AsyncRequest", &request.request_id, None, Some(&json!({"operation": request.operation, "url": request.url})))?;
        ensure_job(unit)
    }
}

/// There is always a job that has not begun while a request waits: one that runs may be past its last look.
fn ensure_job(unit: &mut Unit<'_>) -> Result<()> {
    jobs::lock_queue(unit.tx)?;
    let open = jobs::open(unit.read())?;
    if open.iter().any(|j| j.program == ASYNC_REQUESTS && j.status != Status::Running.name()) {
        return Ok(());
    }
    let job = JobRow {
        id: unit.next_ids("job", 1)?,
        program: ASYNC_REQUESTS.to_owned(),
        org_id: ORGANISATION,
        status: Status::Pending.name().to_owned(),
        parameters: "[]".to_owned(),
        done: 0,
        total: 0,
        checkpoint: None,
        cancel: false,
        message: None,
        created_by: "SYSTEM".to_owned(),
        created_at: unit.now,
        started_at: None,
        finished_at: None,
        updated_at: unit.now,
        worker: None,
    };
    jobs::insert(unit.tx, &job)
}

/// The program: takes requests one by one until none waits. One that an earlier run of this job had taken comes first.
///
/// # Errors
/// `job.cancelled` when it was asked to stop; a fault.
pub fn carry_out(tenant: &Tenant, job: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    let (mut done, mut failed) = (0_u64, 0_u64);
    let context = Context::system(format!("job {}", job.id));
    while let Some(taken) = next(tenant, &context, job.id)? {
        let answer = loop {
            if progress.cancelled() {
                return Err(stopped());
            }
            match tenant.answering().map(|a| a.answer(&tenant.name, &taken)).transpose()?.flatten() {
                Some(answer) => break answer,
                None => std::thread::sleep(PATIENCE),
            }
        };
        failed += u64::from(!answer.succeeded);
        execute_blocking(tenant, &context, Complete { request_id: taken.request_id, answer })?;
        done += 1;
        progress.advance(done);
    }
    Ok(format!("{done} requests were carried out, {failed} of them refused."))
}

fn next(tenant: &Tenant, context: &Context, job: i64) -> Result<Option<AsyncRequest>> {
    if tenant.store.read(|tx| find(tx, job))?.is_none() {
        return Ok(None);
    }
    execute_blocking(tenant, context, Take { job })?
        .map_or(Ok(None), |id| Ok(tenant.store.read(|tx| typed::find::<AsyncRequest>(tx, "request_id", id.as_str()))?.map(|r| r.data)))
}

/// What this job had taken, what a job that broke has left, and then what waits, by age.
fn find(tx: &mut dyn Read, job: i64) -> Result<Option<Stored<AsyncRequest>>> {
    let of = |tx: &mut dyn Read, state: AsyncState, limit: u32| -> Result<Vec<Stored<AsyncRequest>>> {
        let query = Query { limit, ..Query::of(Filter::eq("state", state.text())) };
        nouns::list(tx, AsyncRequest::descriptor(), &query)?.into_iter().map(accrual_model::Record::typed).collect()
    };
    let running = of(tx, AsyncState::Running, AT_WORK)?;
    if !running.is_empty() {
        let open: Vec<i64> = jobs::open(tx)?.iter().map(|j| j.id).filter(|id| *id != job).collect();
        if let Some(left) = running.into_iter().find(|r| r.job_id.is_none_or(|id| !open.contains(&id))) {
            return Ok(Some(left));
        }
    }
    Ok(of(tx, AsyncState::Pending, 1)?.into_iter().next())
}

/// Takes the next request for a job; answers its id.
#[derive(Serialize)]
struct Take {
    job: i64,
}

impl Command for Take {
    const OPERATION: &'static str = "async_request_take";
    type Output = Option<String>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Option<String>> {
        jobs::lock_queue(unit.tx)?;
        let Some(mut found) = find(unit.read(), self.job)? else { return Ok(None) };
        let id = found.request_id.clone();
        if found.job_id != Some(self.job) {
            found.data.state = AsyncState::Running;
            found.data.job_id = Some(self.job);
            let stamp = unit.stamp();
            typed::update(unit.tx, &found, stamp)?;
        }
        Ok(Some(id))
    }
}

/// Keeps the answer, and tells the world.
#[derive(Serialize)]
struct Complete {
    request_id: String,
    answer: Answer,
}

impl Command for Complete {
    const OPERATION: &'static str = "async_request_complete";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let mut request = typed::named::<AsyncRequest>(unit.read(), &self.request_id)?;
        let state = if self.answer.succeeded { AsyncState::Succeeded } else { AsyncState::Failed };
        request.data.state = state;
        request.data.status = Some(self.answer.status.into());
        request.data.completed_at = Some(unit.now);
        let body: Json = serde_json::from_str(&self.answer.body).unwrap_or(Json::Null);
        request.data.answer = Some(self.answer.body);
        let stamp = unit.stamp();
        typed::update(unit.tx, &request, stamp)?;
        let mut event = json!({
            "createTime": request.created_at.iso_seconds(),
            "completeTime": unit.now.iso_seconds(),
            "request": {"id": request.request_id, "url": request.url, "operation": request.operation, "trackId": request.track_id},
            "state": if self.answer.succeeded { "succeeded" } else { "failed" },
        });
        let told = if self.answer.succeeded { ("data", json!({"id": id_of(&body)})) } else { ("reasons", body["reasons"].clone()) };
        if let Some(fields) = event.as_object_mut() {
            fields.insert(told.0.to_owned(), told.1);
        }
        unit.outbox(if self.answer.succeeded { SUCCEEDED } else { FAILED }, &event)?;
        unit.audit("AsyncRequest", &request.request_id, None, Some(&json!({"state": state.text(), "status": self.answer.status})))
    }
}

/// The id in an answer: `id`, `Id`, or the one key that ends so.
fn id_of(body: &Json) -> Json {
    let direct = ["id", "Id"].iter().map(|key| &body[*key]).find(|v| v.is_string());
    let named = || {
        body.as_object().and_then(|o| o.iter().find(|(key, v)| key.ends_with("Id") && *key != "requestId" && v.is_string()).map(|(_, v)| v))
    };
    direct.or_else(named).cloned().unwrap_or(Json::Null)
}

/// A request by the id its sender was told.
///
/// # Errors
/// `async_request.unknown`.
pub fn get(tenant: &Tenant, request_id: &str) -> Result<Stored<AsyncRequest>> {
    let found = tenant.store.read(|tx| typed::find::<AsyncRequest>(tx, "request_id", request_id))?;
    found.ok_or_else(|| Error::not_found("async_request.unknown", "There is no request of this id.").with_value(request_id))
}

/// A page of requests by age, each with the number of its row; of one state when it is given.
///
/// # Errors
/// A fault from the database.
pub fn list(tenant: &Tenant, state: Option<AsyncState>, after: Option<i64>, limit: u32) -> Result<Vec<Stored<AsyncRequest>>> {
    let filter = state.map_or(Filter::All(Vec::new()), |s| Filter::eq("state", Value::from(s.text())));
    let query = Query { limit, after, ..Query::of(filter) };
    let records = tenant.store.read(|tx| nouns::list(tx, AsyncRequest::descriptor(), &query))?;
    records.into_iter().map(accrual_model::Record::typed).collect()
}
