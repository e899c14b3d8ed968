//! The first pass over the frozen rows: keys only.

use super::attributes::RecordAttributes;
use super::convert::transaction_type;
use super::frozen::Frozen;
use super::plan::{Known, LinkRef, OrderRef, Plan};
use super::policies::CollectionPolicies;
use crate::Tenant;
use accrual_base::{Result, hash};
use accrual_revenue::contract::TransactionType;
use accrual_revenue::fields as f;
use accrual_revenue::grouping;
use accrual_revenue::record::{Record, Value};
use accrual_store::collection::{ExceptionRef, Family, FrozenUpload, StageRef, due_by, exceptions, rows_by_id, scan_upload};
use accrual_store::{Read, contracts};
use rayon::prelude::*;

/// What the first pass found.
pub(super) struct Scanned {
    pub plan: Plan,
    /// (row, upload, due day) of rows that are due after the open period.
    pub waits: Vec<(i64, i64, i32)>,
}

/// Rows read by one thread at a time.
const PART: i64 = 100_000;

/// Reads all frozen rows once, ranges of them side by side, and makes the plan.
///
/// Frozen rows never change and nobody else collects them, so that several snapshots are as good as one.
///
/// # Errors
/// A fault from the database or of a broken record.
pub(super) fn scan(tenant: &Tenant, frozen: &Frozen, policies: &CollectionPolicies) -> Result<Scanned> {
    let parts: Vec<FrozenUpload> = frozen.uploads().flat_map(parts).collect();
    let mut parts: Vec<Keys<'_>> = parts.into_par_iter().map(|part| Keys::of(tenant, part, policies, frozen)).collect::<Result<_>>()?;
    let mut keys = Keys::new(policies, frozen);
    parts.iter_mut().for_each(|part| keys.append(part));
    tenant.store.read(|tx| {
        let waited = due_by(tx, Family::Line, frozen.org, frozen.last_day().epoch(), frozen.sequence)?;
        rows_by_id(tx, Family::Line, &waited, &mut |row| keys.take(row))?;
        let known = if frozen.looks_up { keys.known(tx)? } else { Known::default() };
        Ok(Scanned { plan: Plan::new(std::mem::take(&mut keys.orders), &keys.links, &known), waits: std::mem::take(&mut keys.waits) })
    })
}

/// The upload cut into ranges of rows.
fn parts(upload: FrozenUpload) -> impl Iterator<Item = FrozenUpload> {
    (upload.first_id..=upload.last_id).step_by(usize::try_from(PART).unwrap_or(1)).map(move |first_id| FrozenUpload {
        id: upload.id,
        first_id,
        last_id: upload.last_id.min(first_id + PART - 1),
    })
}

/// Walks along sorted exceptions.
pub(super) struct Skip<'a> {
    rest: &'a [ExceptionRef],
    sequence: i64,
}

impl<'a> Skip<'a> {
    pub fn new(exceptions: &'a [ExceptionRef], sequence: i64) -> Self {
        Self { rest: exceptions, sequence }
    }
    /// Whether a row is in error since before this collection; rows come by id. One that waits is judged by its day,
    /// one that this collection refused belongs to its plan.
    pub fn skips(&mut self, id: i64) -> bool {
        while let Some((first, rest)) = self.rest.split_first() {
            if first.stage_id > id {
                return false;
            }
            if first.stage_id == id {
                return !first.waits && first.sequence != Some(self.sequence);
            }
            self.rest = rest;
        }
        false
    }
}

struct Keys<'a> {
    orders: Vec<OrderRef>,
    links: Vec<LinkRef>,
    /// As in [`Scanned`].
    waits: Vec<(i64, i64, i32)>,
    policies: &'a CollectionPolicies,
    frozen: &'a Frozen,
}

impl<'a> Keys<'a> {
    fn new(policies: &'a CollectionPolicies, frozen: &'a Frozen) -> Self {
        Self { orders: Vec::new(), links: Vec::new(), waits: Vec::new(), policies, frozen }
    }

    /// The keys of the rows of an upload.
    fn of(tenant: &Tenant, upload: FrozenUpload, policies: &'a CollectionPolicies, frozen: &'a Frozen) -> Result<Self> {
        let (mut keys, mut waits) = (Self::new(policies, frozen), Vec::new());
        let last_day = frozen.last_day().epoch();
        tenant.store.read(|tx| {
            let known = exceptions(tx, Family::Line, upload.first_id, upload.last_id)?;
            let mut skip = Skip::new(&known, frozen.sequence);
            scan_upload(tx, Family::Line, upload, frozen.org, &mut |row| {
                if skip.skips(row.id) {
                    return Ok(());
                }
                if row.due > last_day {
                    waits.push((row.id, row.upload_id, row.due));
                    return Ok(());
                }
                keys.take(row)
            })
        })?;
        keys.waits = waits;
        Ok(keys)
    }

    fn append(&mut self, other: &mut Self) {
        self.orders.append(&mut other.orders);
        self.links.append(&mut other.links);
        self.waits.append(&mut other.waits);
    }

    fn take(&mut self, row: StageRef<'_>) -> Result<()> {
        let record = Record::new(row.record);
        let [line, original, bill, original_bill] =
            record.select(&[f::SO_LINE_ID, f::ORIG_SO_LINE_ID, f::INV_LINE_ID, f::ORIG_INV_LINE_ID])?.map(key_of);
        // a row without a grouping key stands alone until the chunk refuses it
        let group = grouping::key(&self.policies.grouping, &RecordAttributes(record), self.frozen.open());
        let group = group.map_or(row.id, |key| hash::key(&key));
        if transaction_type(row.kind)? == TransactionType::Order {
            self.orders.push(OrderRef { line: line.unwrap_or(row.id), id: row.id, group });
        } else {
            self.links.push(LinkRef { id: row.id, line: original.or(line), original: original_bill, bill, group });
        }
        Ok(())
    }

    /// Groups of the order lines and bills that the store already has.
    fn known(&self, tx: &mut dyn Read) -> Result<Known> {
        let mut lines: Vec<i64> = self.orders.iter().map(|o| o.line).chain(self.links.iter().filter_map(|l| l.line)).collect();
        let mut bills: Vec<i64> = self.links.iter().filter_map(|l| l.original).collect();
        let lines = contracts::orders_by_key(tx, sorted(&mut lines))?;
        let bills = contracts::bills_by_key(tx, sorted(&mut bills))?;
        let line_rc = contracts::contract_of_lines(tx, sorted(&mut lines.iter().map(|(_, id)| *id).collect()))?;
        let line_rc = line_rc.into_iter().map(|(id, rc, _)| (id, rc)).collect();
        let bill_rc = contracts::contract_of_bills(tx, sorted(&mut bills.iter().map(|(_, id)| *id).collect()))?;
        Ok(Known { lines: groups(tx, lines, line_rc)?, bills: groups(tx, bills, bill_rc)? })
    }
}

fn key_of(value: Option<Value<'_>>) -> Option<i64> {
    match value {
        Some(Value::Text(text)) if !text.is_empty() => Some(hash::key(text)),
        _ => None,
    }
}

fn sorted(keys: &mut Vec<i64>) -> &[i64] {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// (key, group) out of (key, row) and (row, contract), sorted.
fn groups(tx: &mut dyn Read, keys: Vec<(i64, i64)>, mut contract_of: Vec<(i64, i64)>) -> Result<Vec<(i64, i64)>> {
    let mut heads = contracts::groups_of(tx, sorted(&mut contract_of.iter().map(|(_, rc)| *rc).collect()))?;
    heads.sort_unstable();
    contract_of.sort_unstable();
    let find = |sorted: &[(i64, i64)], key: i64| sorted.binary_search_by_key(&key, |(k, _)| *k).ok().map(|at| sorted[at].1);
    let mut found: Vec<(i64, i64)> =
        keys.into_iter().filter_map(|(key, row)| Some((key, find(&heads, find(&contract_of, row)?)?))).collect();
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_error_are_skipped_but_not_those_that_waited_or_this_collection_refused() {
        let e = |stage_id, waits, sequence| ExceptionRef { stage_id, waits, sequence };
        let all = [e(2, false, None), e(3, true, Some(4)), e(5, false, Some(9)), e(6, false, Some(4))];
        let mut skip = Skip::new(&all, 9);
        let skipped: Vec<i64> = (1..8).filter(|id| skip.skips(*id)).collect();
        assert_eq!(skipped, [2, 6]);
    }
}
