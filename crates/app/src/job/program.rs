//! The programs a job can run: ids, parameters, exclusions.

use super::{JobRow, Progress};
use crate::tenant::Tenant;
use accrual_base::{Error, Result};
use serde::{Deserialize, Serialize};

/// Runs one job. Answers the text its status shows.
pub type ProgramFn = fn(&Tenant, &JobRow, &mut dyn Progress) -> Result<String>;

/// Jobs of one organisation whose groups both work on contracts exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Data collection. At most two wait or run per organisation.
    Collection,
    Events,
    Transfer,
    /// Excludes nothing.
    Free,
}

impl Group {
    /// Whether two jobs of one organisation must not run at the same time.
    pub fn excludes(self, other: Self) -> bool {
        self != Self::Free && other != Self::Free
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    Text,
    /// `Y` or `N`.
    Flag,
}

impl ParameterType {
    /// The spelling of the list of programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR2",
            Self::Flag => "FLAG",
        }
    }
}

/// One parameter of a program.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub id: i64,
    pub sequence: i64,
    pub name: &'static str,
    pub kind: ParameterType,
    pub mandatory: bool,
}

/// Something a job can run. Ids never change: clients store them.
#[derive(Clone, Copy)]
pub struct Program {
    pub id: i64,
    pub name: &'static str,
    pub group: Group,
    pub parameters: &'static [Parameter],
    pub run: ProgramFn,
}

/// A parameter as submitted and stored with the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    pub id: i64,
    pub sequence: i64,
    pub name: String,
    pub value: String,
}

/// The parameters stored with a job, in the order of their sequence.
///
/// # Errors
/// A fault when the row does not hold what submission wrote.
pub fn parameters(job: &JobRow) -> Result<Vec<ParameterValue>> {
    serde_json::from_str(&job.parameters).map_err(|e| Error::fault_from(format!("the parameters of job {} cannot be read", job.id), e))
}

/// A set of programs.
pub struct Programs(Vec<Program>);

impl Programs {
    pub fn new(programs: Vec<Program>) -> Self {
        Self(programs)
    }

    /// The programs the API may start (reference section 14).
    pub fn built_in() -> Self {
        Self(BUILT_IN.to_vec())
    }

    pub fn all(&self) -> &[Program] {
        &self.0
    }

    /// # Errors
    /// `NotFound`, code `program.unknown`.
    pub fn by_id(&self, id: i64) -> Result<&Program> {
        self.0.iter().find(|p| p.id == id).ok_or_else(|| unknown(&id.to_string()))
    }

    /// # Errors
    /// `NotFound`, code `program.unknown`.
    pub fn by_name(&self, name: &str) -> Result<&Program> {
        self.0.iter().chain(&INTERNAL).find(|p| p.name.eq_ignore_ascii_case(name)).ok_or_else(|| unknown(name))
    }
}

fn unknown(what: &str) -> Error {
    Error::not_found("program.unknown", "There is no such program; the list of programs names them with their ids.").with_value(what)
}

pub const DATA_COLLECTION_MASTER: &str = "RevPro3.0 Data Collection Master";
pub const EVENT_PROCESS: &str = "RevPro3.0 Event Process";
pub const EVENT_PROCESS_MASTER: &str = "RevPro3.0 Event Process Master";
pub const ACCOUNTING_TRANSFER_MASTER: &str = "Revpro3.0 Accounting Transfer Master";
pub const TRANSFER_BATCH_FOR_ORG: &str = "RevPro3.0 Transfer Batch for Org";

/// Carries out requests that were accepted for later.
pub const ASYNC_REQUESTS: &str = "Async Requests";

/// The parameter of data collection that names a grouping template.
pub const RC_TEMPLATE_NAME: &str = "RC TEMPLATE NAME";

const EVENT_NAME: &str = "EVENT NAME";

const fn text(id: i64, sequence: i64, name: &'static str, mandatory: bool) -> Parameter {
    Parameter { id, sequence, name, kind: ParameterType::Text, mandatory }
}

const BUILT_IN: [Program; 5] = [
    Program {
        id: 101,
        name: DATA_COLLECTION_MASTER,
        group: Group::Collection,
        parameters: &[text(201, 1, RC_TEMPLATE_NAME, false)],
        run: collect,
    },
    Program { id: 121, name: EVENT_PROCESS, group: Group::Events, parameters: &[text(211, 1, EVENT_NAME, true)], run: process_events },
    Program {
        id: 122,
        name: EVENT_PROCESS_MASTER,
        group: Group::Events,
        parameters: &[text(212, 1, EVENT_NAME, false)],
        run: process_events,
    },
    Program {
        id: 149,
        name: ACCOUNTING_TRANSFER_MASTER,
        group: Group::Transfer,
        parameters: &[
            text(228, 1, "CRITERIA NAME", false),
            text(229, 2, "CRITERIA VALUE", false),
            Parameter { id: 230, sequence: 3, name: "EXCLUDE FLAG", kind: ParameterType::Flag, mandatory: false },
        ],
        run: crate::transfer::run,
    },
    Program { id: 150, name: TRANSFER_BATCH_FOR_ORG, group: Group::Transfer, parameters: &[], run: crate::transfer::run },
];

/// What only the product itself starts; no client finds it in a list.
const INTERNAL: [Program; 1] =
    [Program { id: 901, name: ASYNC_REQUESTS, group: Group::Free, parameters: &[], run: crate::async_request::carry_out }];

/// Collects by the grouping template the parameters name, the default one when they name none.
fn collect(tenant: &Tenant, job: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    let given = parameters(job)?;
    let template = given.iter().find(|p| p.name == RC_TEMPLATE_NAME && !p.value.is_empty()).map(|p| p.value.as_str());
    let policies = tenant.store.read(|tx| crate::collection::load_policies(tx, job.org_id, template))?;
    crate::collection::run(tenant, job, &policies, progress)
}

/// Processes the event the parameters name, every one when they name none.
fn process_events(tenant: &Tenant, job: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    let given = parameters(job)?;
    let name = given.iter().find(|p| p.name == EVENT_NAME && !p.value.is_empty()).map(|p| p.value.as_str());
    let policies = tenant.store.read(|tx| crate::collection::load_policies(tx, job.org_id, None))?;
    crate::collection::run_events(tenant, job, &policies, name, progress)
}
