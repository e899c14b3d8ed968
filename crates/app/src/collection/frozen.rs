//! What a collection decided at its start, and how far it came: the checkpoint of its job.

use accrual_base::{Day, Error, PeriodId, Result};
use accrual_store::collection::FrozenUpload;
use serde::{Deserialize, Serialize};

/// Fixed when the job starts, so that a job that starts again does the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Frozen {
    /// (id, first row, last row) of the uploads it takes.
    uploads: Vec<(i64, i64, i64)>,
    pub org: i64,
    open: i32,
    /// The sequence of every leg it makes.
    pub sequence: i64,
    /// Microseconds: what its rows say they were written at.
    pub at: i64,
    /// Contracts existed when it started: only then rows are looked up in the store.
    pub looks_up: bool,
    /// Rows of the plan that are done.
    pub next: usize,
    pub tally: Tally,
    /// Uploads that stay staged: they hold events nobody asked for.
    pub kept: Vec<i64>,
    /// Only one event is processed: rows that waited keep their mark, since others may be among them.
    pub named: bool,
    /// The range of lines whose keys are written at the end.
    pub keyed: Option<(i64, i64)>,
    /// Every row is done; what is left is to take waits off and to close the uploads.
    pub closing: bool,
}

/// What came of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub collected: u64,
    pub refused: u64,
    pub waiting: u64,
    pub contracts: u64,
}

impl Frozen {
    pub fn new(uploads: &[FrozenUpload], org: i64, open: PeriodId, sequence: i64, at: i64, looks_up: bool) -> Self {
        Self {
            uploads: uploads.iter().map(|u| (u.id, u.first_id, u.last_id)).collect(),
            org,
            open: open.0,
            sequence,
            at,
            looks_up,
            next: 0,
            tally: Tally::default(),
            kept: Vec::new(),
            named: false,
            keyed: None,
            closing: false,
        }
    }
    pub fn uploads(&self) -> impl Iterator<Item = FrozenUpload> + '_ {
        self.uploads.iter().map(|(id, first_id, last_id)| FrozenUpload { id: *id, first_id: *first_id, last_id: *last_id })
    }
    pub fn open(&self) -> PeriodId {
        PeriodId(self.open)
    }
    /// The last day on which a row may be due.
    pub fn last_day(&self) -> Day {
        self.open().end()
    }
    /// # Errors
    /// A fault when it cannot be written as JSON.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| Error::fault_from("a checkpoint could not be written", e))
    }
    /// # Errors
    /// A fault when the bytes are no checkpoint of a collection.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|e| Error::fault_from("the job's checkpoint is not one of a collection", e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_survives_its_bytes() {
        let mut frozen = Frozen::new(&[FrozenUpload { id: 3, first_id: 10, last_id: 20 }], 1, PeriodId(202_402), 9, 5, true);
        frozen.next = 7;
        frozen.tally.refused = 2;
        assert_eq!(Frozen::parse(&frozen.bytes().unwrap()).unwrap(), frozen);
        assert_eq!(frozen.last_day().to_string(), "2024-02-29");
        assert!(Frozen::parse(b"{}").is_err());
    }
}
