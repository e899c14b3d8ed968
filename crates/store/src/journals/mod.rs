//! Transfer batches, their journal lines and the files made of them.

mod batch;
mod line;
mod report;

pub use batch::{BatchRow, BatchUpdate, get, insert, latest, posted, update, whole_watermarks, with_status};
pub use line::{JournalRow, PushLine, first_id, insert_lines, last_id, page, stream};
pub use report::{ReportRow, insert_report, report, report_named, reports};
