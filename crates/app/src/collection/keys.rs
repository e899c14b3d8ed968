//! Look-up keys of new lines and contracts, written at the end of a collection.
//!
//! Keys are hashes, so they fall anywhere in their tables: written with each chunk they would touch nearly every page
//! of the table again and again. Nobody needs them before the end, because rows that name one another are in one chunk.
//! A gap in the store says which lines may lack them, for the case that the job ends before.

use crate::Tenant;
use accrual_base::Result;
use accrual_revenue::fields as f;
use accrual_revenue::record::Record;
use accrual_store::contracts::{self as stored, KeyOf, KeyRow, line_key};
use accrual_store::{Commit, Lane, Read};

/// Keys of one transaction.
const SLICE: usize = 20_000;

/// (hash, id) of lines and contracts that have no key in the store yet.
#[derive(Debug, Default)]
pub(super) struct NewKeys {
    pub lines: Vec<KeyRow>,
    pub contracts: Vec<KeyRow>,
}

impl NewKeys {
    pub fn append(&mut self, other: &mut Self) {
        self.lines.append(&mut other.lines);
        self.contracts.append(&mut other.contracts);
    }

    /// Those of stored lines in a range and of their contracts, whether or not they have their key.
    fn stored(tx: &mut dyn Read, first: i64, last: i64) -> Result<Self> {
        let mut keys = Self { lines: Vec::new(), contracts: stored::contract_keys(tx, first, last)? };
        stored::keyed_lines(tx, first, last, &mut |id, record| {
            let text = Record::new(record).text(f::SO_LINE_ID)?.filter(|t| !t.is_empty());
            keys.lines.extend(text.map(|text| (line_key(text), id)));
            Ok(())
        })?;
        Ok(keys)
    }

    /// Writes them sorted, slice by slice. `fresh`: none of them is there yet.
    pub fn write(self, tenant: &Tenant, fresh: bool) -> Result<()> {
        for (of, mut keys) in [(KeyOf::OrderLine, self.lines), (KeyOf::Contract, self.contracts)] {
            keys.sort_unstable();
            for slice in keys.chunks(SLICE) {
                let slice = slice.to_vec();
                tenant.store.write(Lane::Bulk, move |tx| {
                    if fresh { stored::insert_keys(tx, of, &slice)? } else { stored::add_keys(tx, of, &slice)? }
                    Ok(Commit::Keep(()))
                })?;
            }
        }
        Ok(())
    }
}

/// Says that keys of lines in the range may be missing until the job has written them.
pub(super) fn open_gap(tenant: &Tenant, job: i64, range: (i64, i64)) -> Result<()> {
    tenant.store.write(Lane::Small, move |tx| stored::open_gap(tx, job, range.0, range.1).map(Commit::Keep))
}

/// Adds what is missing in a range.
pub(super) fn fill(tenant: &Tenant, range: (i64, i64)) -> Result<()> {
    tenant.store.read(|tx| NewKeys::stored(tx, range.0, range.1))?.write(tenant, false)
}

/// Fills the gaps of jobs that ended before they wrote their keys: cancelled, failed.
///
/// # Errors
/// A fault from the database or of a broken record.
pub(super) fn fill_left(tenant: &Tenant) -> Result<()> {
    for (job, first, last) in tenant.store.read(|tx| stored::left_gaps(tx))? {
        fill(tenant, (first, last))?;
        tenant.store.write(Lane::Small, move |tx| stored::close_gap(tx, job).map(Commit::Keep))?;
    }
    Ok(())
}
