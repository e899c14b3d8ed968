//! Uploads and their staged rows.
//!
//! A staged row never changes. Whether it exists for others is the status of its upload; what could not be
//! collected stands in `stage_exception`. Promotion, failure and collection of a whole file are therefore one
//! small update each, whatever its size. Rows of an upload are found by the range of ids the upload row holds:
//! other uploads' rows may lie between them.

mod exception;
mod key;
mod keys;
pub mod live;
mod row;
mod upload;

pub use exception::{Exception, ExceptionKind, ExceptionRow, exceptions, insert_exceptions, supersede};
pub use key::{BillCandidate, bill_candidates, has_bill_keys, insert_bill_keys};
pub use keys::{ChunkKeys, chunk_keys, chunks_with_keys, forget_keys, insert_chunk_keys};
pub use row::{EVENTS, LINES, StagedRow, insert_rows, new_rows, rows, sweep};
pub use upload::{
    Finish, UploadOwner, UploadRow, UploadStatus, beat, finish_upload, followed, insert_upload, loading, own, owners, progress, set_status,
    swept, upload, uploads,
};

/// Which stage table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Line,
    Event,
}

impl Family {
    /// The spelling in `upload.kind` and `stage_exception.family`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Event => "event",
        }
    }
    /// The name of the sequence of its ids, which is the name of its table too.
    pub fn table(self) -> &'static str {
        match self {
            Self::Line => "stage_line",
            Self::Event => "stage_event",
        }
    }
    fn named(name: &str) -> accrual_base::Result<Self> {
        match name {
            "line" => Ok(Self::Line),
            "event" => Ok(Self::Event),
            other => Err(accrual_base::Error::fault(format!("{other:?} is no family of staged rows"))),
        }
    }
}
