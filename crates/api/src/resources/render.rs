//! Pieces of answers that several resources share.

use accrual_app::job::{JobRow, Status};
use accrual_base::{Instant, PeriodId};
use serde_json::{Value, json};

/// `2021-12-08T18:46:46+00:00`, the spelling of job answers.
pub fn offset_time(at: Instant) -> String {
    format!("{}+00:00", at.iso_seconds())
}

/// `2021-12-08T18:46:46Z`, the spelling of batches, reports and staged rows.
pub fn utc_time(at: Instant) -> String {
    format!("{}Z", at.iso_seconds())
}

/// `2024-02`
pub fn month(period: PeriodId) -> String {
    format!("{:04}-{:02}", period.0 / 100, period.0 % 100)
}

/// A job as the integration interface shows it.
pub fn job(job: &JobRow) -> Value {
    let failed = matches!(Status::parse(&job.status), Some(Status::Error | Status::Warning | Status::Cancelled));
    json!({
        "actual_start_date": job.started_at.map(offset_time),
        "crtd_by": job.created_by,
        "crtd_dt": offset_time(job.created_at),
        "error_message": if failed { job.message.clone() } else { None },
        "id": job.id,
        "sec_atr_val": job.org_id.to_string(),
        "status": job.status,
        "updt_dt": offset_time(job.updated_at),
        "program_name": job.program,
        "message": job.message,
        "rows_done": job.done,
        "rows_total": job.total,
    })
}

/// The answer to a submitted job.
pub fn submitted(job_row: &JobRow) -> Value {
    json!({
        "success": true,
        "job_id": job_row.id.to_string(),
        "message": format!("Request ID: {} submitted successfully", job_row.id),
        "data": job(job_row),
    })
}
