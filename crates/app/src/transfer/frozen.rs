//! What a transfer decided at its start, and how far it came: the checkpoint of its job.

use super::balance::{Balance, Stored};
use accrual_base::{Error, PeriodId, Result};
use serde::{Deserialize, Serialize};

/// The checkpoint of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Frozen {
    pub batch: i64,
    pub org: i64,
    pub book: i64,
    pub period: i32,
    /// Legs up to here are the batch's.
    pub sequence: i64,
    pub summary: bool,
    /// Contract lines up to here are done.
    pub after: i64,
    /// Journal lines written.
    pub lines: i64,
    /// Debits less credits so far.
    balance: Stored,
}

impl Frozen {
    pub fn new(batch: i64, org: i64, book: i64, period: PeriodId, sequence: i64, summary: bool) -> Self {
        Self { batch, org, book, period: period.0, sequence, summary, after: i64::MIN, lines: 0, balance: Stored::default() }
    }
    pub fn period(&self) -> PeriodId {
        PeriodId(self.period)
    }
    /// Adds the differences of a chunk.
    ///
    /// # Errors
    /// A fault when the checkpoint is broken.
    pub fn add(&mut self, balance: &Balance) -> Result<()> {
        let mut all = self.balance()?;
        all.merge(balance);
        self.balance = all.store();
        Ok(())
    }
    /// Debits less credits so far.
    ///
    /// # Errors
    /// A fault when the checkpoint is broken.
    pub fn balance(&self) -> Result<Balance> {
        self.balance.load()
    }
    /// # Errors
    /// A fault when it cannot be written as JSON.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| Error::fault_from("a checkpoint could not be written", e))
    }
    /// # Errors
    /// A fault when the bytes are no checkpoint of a transfer.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|e| Error::fault_from("the job's checkpoint is not one of a transfer", e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_survives_its_bytes() {
        let mut frozen = Frozen::new(1, 1, 1, PeriodId(202_401), 5, false);
        frozen.add(&Balance::default()).unwrap();
        frozen.lines = 7;
        assert_eq!(Frozen::parse(&frozen.bytes().unwrap()).unwrap(), frozen);
        assert!(Frozen::parse(b"{}").is_err());
    }
}
