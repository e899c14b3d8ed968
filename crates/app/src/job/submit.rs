//! Submitting and cancelling jobs.

use super::{Group, JobRow, ParameterType, ParameterValue, Program, Programs, Status};
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::{Unit, json};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_store::jobs;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Collection jobs of one organisation that may wait or run at the same time (reference section 14).
pub const COLLECTION_LIMIT: usize = 2;

/// A parameter as a client gives it. The same id may come several times with different sequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub parameter_id: i64,
    pub sequence: i64,
    pub value: String,
}

/// Puts a job into the queue.
#[derive(Serialize)]
pub struct Submit {
    program: String,
    org_id: i64,
    parameters: Vec<ParameterValue>,
    #[serde(skip)]
    programs: Arc<Programs>,
}

impl Submit {
    /// Checks program and parameters.
    ///
    /// # Errors
    /// `program.unknown`, `program.parameter` for one the program does not have or a missing mandatory one.
    pub fn new(tenant: &Tenant, program_id: i64, org_id: i64, given: &[Given]) -> Result<Self> {
        let program = tenant.programs.by_id(program_id)?;
        Ok(Self { program: program.name.to_owned(), org_id, parameters: resolve(program, given)?, programs: tenant.programs.clone() })
    }
}

fn resolve(program: &Program, given: &[Given]) -> Result<Vec<ParameterValue>> {
    let mut values = Vec::with_capacity(given.len());
    for g in given {
        let known = program.parameters.iter().find(|p| p.id == g.parameter_id).ok_or_else(|| {
            parameter_error(format!("The program {} has no parameter {}.", program.name, g.parameter_id)).with_value(&g.value)
        })?;
        if known.kind == ParameterType::Flag && !matches!(g.value.as_str(), "Y" | "N") {
            return Err(parameter_error(format!("The parameter {} is Y or N.", known.name)).in_column(known.name).with_value(&g.value));
        }
        values.push(ParameterValue { id: known.id, sequence: g.sequence, name: known.name.to_owned(), value: g.value.clone() });
    }
    if let Some(p) = program.parameters.iter().find(|p| p.mandatory && !values.iter().any(|v| v.id == p.id && !v.value.is_empty())) {
        return Err(parameter_error(format!("The program {} needs the parameter {} ({}).", program.name, p.id, p.name)).in_column(p.name));
    }
    values.sort_by_key(|v| v.sequence);
    Ok(values)
}

fn parameter_error(message: String) -> Error {
    Error::invalid("program.parameter", message)
}

impl Command for Submit {
    const OPERATION: &'static str = "job_submit";
    /// The id of the job.
    type Output = i64;

    fn run(self, unit: &mut Unit<'_>) -> Result<i64> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        unit.actor.require_org(self.org_id)?;
        jobs::lock_queue(unit.tx)?;
        if self.programs.by_name(&self.program)?.group == Group::Collection {
            let open = jobs::open(unit.read())?;
            let collecting =
                |j: &&JobRow| j.org_id == self.org_id && self.programs.by_name(&j.program).is_ok_and(|p| p.group == Group::Collection);
            if open.iter().filter(collecting).count() >= COLLECTION_LIMIT {
                return Err(Error::rejected(
                    Kind::Busy,
                    "job.collection_limit",
                    format!(
                        "{COLLECTION_LIMIT} data collection jobs of this organisation wait or run already; submit again when one has ended."
                    ),
                ));
            }
        }
        let id = unit.next_ids("job", 1)?;
        let job = JobRow {
            id,
            program: self.program,
            org_id: self.org_id,
            status: Status::Pending.name().to_owned(),
            parameters: json(&self.parameters)?.to_string(),
            done: 0,
            total: 0,
            checkpoint: None,
            cancel: false,
            message: None,
            created_by: unit.actor.user.clone(),
            created_at: unit.now,
            started_at: None,
            finished_at: None,
            updated_at: unit.now,
            worker: None,
        };
        jobs::insert(unit.tx, &job)?;
        unit.audit("Job", id, None, Some(&json!({"program": job.program, "organisation": job.org_id, "parameters": self.parameters})))?;
        Ok(id)
    }
}

/// Asks a job to stop. One that waits never starts; one that runs leaves at its next safe point.
#[derive(Serialize)]
pub struct Cancel {
    pub job_id: i64,
}

impl Command for Cancel {
    const OPERATION: &'static str = "job_cancel";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let job = load(unit.read(), self.job_id)?;
        unit.actor.require_org(job.org_id)?;
        if !jobs::cancel(unit.tx, job.id, unit.now)? {
            return Err(Error::conflict(
                "job.ended",
                format!("Job {} has ended with status {}; there is nothing to cancel.", job.id, job.status),
            ));
        }
        unit.audit("Job", job.id, Some(&json!({"status": job.status})), Some(&json!({"cancel": true})))
    }
}

pub(super) fn load(tx: &mut dyn accrual_store::Read, id: i64) -> Result<JobRow> {
    jobs::get(tx, id)?.ok_or_else(|| Error::not_found("job.unknown", "There is no job with this id.").with_value(&id.to_string()))
}

/// Submits a job and wakes the runner. Answers the id of the job.
///
/// # Errors
/// As [`Submit::new`]; `Forbidden` for an organisation the role does not list; `Busy` above [`COLLECTION_LIMIT`].
pub async fn submit(tenant: &Tenant, context: &Context, program_id: i64, org_id: i64, given: &[Given]) -> Result<i64> {
    let id = execute(tenant, context, Submit::new(tenant, program_id, org_id, given)?).await?;
    tenant.wake.ring();
    Ok(id)
}

/// As [`submit`], for threads that may block.
///
/// # Errors
/// As [`submit`].
pub fn submit_blocking(tenant: &Tenant, context: &Context, program_id: i64, org_id: i64, given: &[Given]) -> Result<i64> {
    let id = execute_blocking(tenant, context, Submit::new(tenant, program_id, org_id, given)?)?;
    tenant.wake.ring();
    Ok(id)
}

/// One job, for anybody whose role lists its organisation. Blocks.
///
/// # Errors
/// `NotFound` for an unknown id, `Forbidden` for a foreign organisation.
pub fn get(tenant: &Tenant, context: &Context, id: i64) -> Result<JobRow> {
    let job = tenant.store.read(|tx| load(tx, id))?;
    context.actor.require_org(job.org_id)?;
    Ok(job)
}

/// The newest jobs of the organisations of the role, newest first. Blocks.
///
/// # Errors
/// A fault from the database.
pub fn latest(tenant: &Tenant, context: &Context, limit: i64) -> Result<Vec<JobRow>> {
    let jobs = tenant.store.read(|tx| jobs::latest(tx, limit))?;
    Ok(jobs.into_iter().filter(|j| context.actor.organisations.contains(j.org_id)).collect())
}

/// Jobs that wait or run, oldest first, for metrics. Blocks.
///
/// # Errors
/// A fault from the database.
pub fn open(tenant: &Tenant) -> Result<Vec<JobRow>> {
    tenant.store.read(|tx| jobs::open(tx))
}
