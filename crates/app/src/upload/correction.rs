//! Which rows a new row takes the place of, and which ids a file repeats.

use super::family;
use accrual_base::{Result, hash};
use accrual_revenue::contract::TransactionType;
use accrual_revenue::fields;
use accrual_revenue::record::Record;
use accrual_revenue::stage;
use accrual_store::staging::{self, ExceptionKind, Family};
use accrual_store::{Flow, Read};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// 96 bits that stand for an id while a file is loaded: 24 bytes of memory a row instead of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Fingerprint(i64, u32);

fn fingerprint(family: u8, text: &str) -> Fingerprint {
    let second = text.bytes().fold(0x811c_9dc5u32 ^ u32::from(family), |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    Fingerprint(hash::key(text) ^ i64::from(family), second)
}

/// Ids of bills of the file so far.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<Fingerprint, u32>);

impl Repeats {
    /// Notes an id; answers the line that had it before.
    pub fn first_line(&mut self, id: &str, line: u64) -> Option<u32> {
        match self.0.entry(fingerprint(b'B', id)) {
            Entry::Occupied(e) => Some(*e.get()),
            Entry::Vacant(e) => {
                e.insert(u32::try_from(line).unwrap_or(u32::MAX));
                None
            }
        }
    }
}

/// Rows in error of earlier uploads, by the id of the line or bill they would have been.
#[derive(Debug, Default)]
pub(super) struct Corrections {
    errors: HashMap<Fingerprint, Vec<i64>>,
}

impl Corrections {
    /// Loads them; events have no identity of their own and are never superseded.
    ///
    /// # Errors
    /// A fault from the database.
    pub fn load(tx: &mut dyn Read, of: accrual_revenue::upload::Family) -> Result<Self> {
        let mut errors: HashMap<Fingerprint, Vec<i64>> = HashMap::new();
        if family(of) == Family::Line {
            staging::exceptions(tx, Family::Line, ExceptionKind::Error, 0, i64::MAX, &mut |e| {
                let record = Record::new(e.row.record);
                let kind = record.text(fields::TYPE)?.and_then(stage::transaction_type);
                if let Some(key) = identity(kind, record.text(fields::SO_LINE_ID)?, record.text(fields::INV_LINE_ID)?) {
                    errors.entry(key).or_default().push(e.row.id);
                }
                Ok(Flow::Continue)
            })?;
        }
        Ok(Self { errors })
    }

    /// The rows a valid row takes the place of; each is answered once.
    pub fn taken(&mut self, kind: TransactionType, so_line_id: Option<&str>, inv_line_id: Option<&str>) -> Vec<i64> {
        if self.errors.is_empty() {
            return Vec::new();
        }
        identity(Some(kind), so_line_id, inv_line_id).and_then(|key| self.errors.remove(&key)).unwrap_or_default()
    }
}

/// A bill is known by its INV_LINE_ID, an order row by its SO_LINE_ID; when the type itself was wrong, by what it has.
fn identity(kind: Option<TransactionType>, so_line_id: Option<&str>, inv_line_id: Option<&str>) -> Option<Fingerprint> {
    match (kind, inv_line_id) {
        (Some(kind), _) if stage::is_order(kind) => so_line_id.map(|id| fingerprint(b'O', id)),
        (_, Some(id)) => Some(fingerprint(b'B', id)),
        (None, None) => so_line_id.map(|id| fingerprint(b'O', id)),
        (Some(_), None) => None,
    }
}
