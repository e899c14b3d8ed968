//! Requests that are answered later.

use accrual_base::Instant;
use accrual_model::{Object, TextEnum};

/// How far a request has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum AsyncState {
    /// Waits.
    #[default]
    Pending,
    /// A job carries it out.
    Running,
    Succeeded,
    Failed,
}

/// A request of the billing interface that was accepted to be carried out later, and its answer (reference section 1.12).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(label = "Async Request", index = "state")]
pub struct AsyncRequest {
    /// The id its sender was told.
    #[field(unique, fixed, max = 36)]
    pub request_id: String,
    /// The operation, by the name the reference gives it.
    #[field(read_only, filterable, max = 120)]
    pub operation: String,
    /// The path and the query it was sent to, without `/async`.
    #[field(read_only)]
    pub url: String,
    /// The headers that count, as a JSON object.
    #[field(read_only)]
    pub headers: String,
    /// The body as it came.
    #[field(read_only)]
    pub body: String,
    /// Who asked.
    #[field(read_only, filterable, max = 240)]
    pub user: String,
    #[field(read_only, max = 64)]
    pub track_id: Option<String>,
    #[field(default = "Pending", read_only, filterable)]
    pub state: AsyncState,
    /// The job that carries it out.
    #[field(read_only, filterable)]
    pub job_id: Option<i64>,
    /// The status of the answer.
    #[field(read_only)]
    pub status: Option<i64>,
    /// The answer.
    #[field(read_only)]
    pub answer: Option<String>,
    #[field(read_only)]
    pub completed_at: Option<Instant>,
}
