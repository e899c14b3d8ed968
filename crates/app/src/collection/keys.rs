//! Look-up keys of new lines and contracts, written many together and sorted.
//!
//! Keys are hashes, so they fall anywhere in their tables: written with each chunk they would touch nearly every page
//! of the table again and again. Nobody needs them before the end of the collection, because rows that name one another are in one chunk.
//! A gap in the store says which lines may lack them, for the case that the job ends before.

use crate::Tenant;
use accrual_base::Result;
use accrual_revenue::fields as f;
use accrual_revenue::record::Record;
use accrual_store::contracts::{self as stored, KeyOf, KeyRow, line_key};
use accrual_store::{Commit, Lane, Pending, Read};
use std::collections::VecDeque;

/// Keys of one transaction.
const SLICE: usize = 20_000;

/// Keys sorted together: so many of them lie close enough to one another.
const BATCH: usize = 250_000;

/// (hash, id) of lines and contracts that have no key in the store yet.
#[derive(Debug, Default)]
pub(super) struct NewKeys {
    pub lines: Vec<KeyRow>,
    pub contracts: Vec<KeyRow>,
    /// Sorted, ready to be written one by one.
    slices: VecDeque<(KeyOf, Vec<KeyRow>)>,
    /// Slices being written, beside chunks where the store can.
    under_way: VecDeque<Pending<()>>,
}

/// Slices written at the same time.
const MOST: usize = 2;

impl NewKeys {
    pub fn append(&mut self, other: &mut Self) {
        self.lines.append(&mut other.lines);
        self.contracts.append(&mut other.contracts);
    }

    /// Those of stored lines in a range and of their contracts, whether or not they have their key.
    fn stored(tx: &mut dyn Read, first: i64, last: i64) -> Result<Self> {
        let mut keys = Self { contracts: stored::contract_keys(tx, first, last)?, ..Self::default() };
        stored::keyed_lines(tx, first, last, &mut |id, record| {
            let text = Record::new(record).text(f::SO_LINE_ID)?.filter(|t| !t.is_empty());
            keys.lines.extend(text.map(|text| (line_key(text), id)));
            Ok(())
        })?;
        Ok(keys)
    }

    /// Begins to write one slice when many keys have come together.
    pub fn write_some(&mut self, tenant: &Tenant) -> Result<()> {
        if self.slices.is_empty() && self.lines.len() >= BATCH {
            self.cut();
        }
        self.slices.pop_front().map_or(Ok(()), |(of, slice)| self.begin(tenant, of, slice, true))
    }

    /// Writes all of them and waits. `fresh`: none is there yet.
    pub fn write(mut self, tenant: &Tenant, fresh: bool) -> Result<()> {
        self.cut();
        while let Some((of, slice)) = self.slices.pop_front() {
            self.begin(tenant, of, slice, fresh)?;
        }
        self.under_way.into_iter().try_for_each(Pending::wait)
    }

    fn begin(&mut self, tenant: &Tenant, of: KeyOf, slice: Vec<KeyRow>, fresh: bool) -> Result<()> {
        if self.under_way.len() == MOST {
            self.under_way.pop_front().map_or(Ok(()), Pending::wait)?;
        }
        self.under_way.push_back(begin(tenant, of, slice, fresh));
        Ok(())
    }

    fn cut(&mut self) {
        for (of, keys) in [(KeyOf::OrderLine, &mut self.lines), (KeyOf::Contract, &mut self.contracts)] {
            keys.sort_unstable();
            self.slices.extend(keys.chunks(SLICE).map(|slice| (of, slice.to_vec())));
            keys.clear();
        }
    }
}

fn begin(tenant: &Tenant, of: KeyOf, slice: Vec<KeyRow>, fresh: bool) -> Pending<()> {
    tenant.store.begin(Lane::Load, move |tx| {
        if fresh {
            stored::insert_keys(tx, of, &slice)?
        } else {
            stored::add_keys(tx, of, &slice)?
        }
        Ok(Commit::Keep(()))
    })
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
