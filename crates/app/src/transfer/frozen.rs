//! What a transfer decided at its start, and how far it came: the checkpoint of its job.

use super::post::Balance;
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
    /// Debits less credits so far, as text by currency.
    balance: std::collections::BTreeMap<String, String>,
}

impl Frozen {
    pub fn new(batch: i64, org: i64, book: i64, period: PeriodId, sequence: i64, summary: bool) -> Self {
        Self { batch, org, book, period: period.0, sequence, summary, after: i64::MIN, lines: 0, balance: Default::default() }
    }
    pub fn period(&self) -> PeriodId {
        PeriodId(self.period)
    }
    /// Adds the differences of a chunk.
    pub fn add(&mut self, balance: &Balance) {
        for (currency, difference) in balance {
            let total = self.balance.get(currency).and_then(|t| t.parse::<i128>().ok()).unwrap_or(0);
            self.balance.insert(currency.clone(), total.saturating_add(*difference).to_string());
        }
    }
    /// Currencies in which debits and credits differ.
    pub fn unbalanced(&self) -> Vec<String> {
        self.balance.iter().filter(|(_, d)| *d != "0").map(|(c, d)| format!("{c} by {d} minor units")).collect()
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
    fn differences_add_up_across_chunks() {
        let mut frozen = Frozen::new(1, 1, 1, PeriodId(202_401), 5, false);
        frozen.add(&Balance::from([("USD".to_owned(), 5), ("JPY".to_owned(), 1)]));
        frozen.add(&Balance::from([("USD".to_owned(), -5)]));
        assert_eq!(frozen.unbalanced(), ["JPY by 1 minor units"]);
        assert_eq!(Frozen::parse(&frozen.bytes().unwrap()).unwrap(), frozen);
    }
}
