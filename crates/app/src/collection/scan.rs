//! The first pass over the frozen rows: keys only.

use super::convert::transaction_type;
use super::frozen::Frozen;
use super::plan::{Known, LinkRef, OrderRef, Plan};
use super::policies::CollectionPolicies;
use super::row_keys::{self, KeyRules, RowKeys};
use crate::Tenant;
use accrual_base::{Error, Result};
use accrual_revenue::contract::TransactionType;
use accrual_store::collection::{ExceptionRef, Family, FrozenUpload, StageRef, due_by, exceptions, rows_by_id, scan_upload};
use accrual_store::staging::{chunk_keys, chunks_with_keys};
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

/// A range of an upload's rows, with the first rows of the chunks whose packed keys cover it; without, the rows are read.
struct Part {
    rows: FrozenUpload,
    packed: Vec<i64>,
}

/// Goes over all frozen rows once, ranges of them side by side, and makes the plan.
///
/// Frozen rows never change and nobody else collects them, so that several snapshots are as good as one.
///
/// # Errors
/// A fault from the database or of a broken record.
pub(super) fn scan(tenant: &Tenant, frozen: &Frozen, policies: &CollectionPolicies) -> Result<Scanned> {
    let rules = KeyRules::new(policies.grouping.clone(), frozen.open());
    let mut parts = Vec::new();
    for upload in frozen.uploads() {
        let chunks = tenant.store.read(|tx| chunks_with_keys(tx, upload.id, rules.fingerprint()))?;
        cut(upload, &chunks, &mut parts);
    }
    let mut parts: Vec<Keys<'_>> = parts.into_par_iter().map(|part| Keys::of(tenant, &part, &rules, frozen)).collect::<Result<_>>()?;
    let mut keys = Keys::new(&rules);
    parts.iter_mut().for_each(|part| keys.append(part));
    tenant.store.read(|tx| {
        let waited = due_by(tx, Family::Line, frozen.org, frozen.last_day().epoch(), frozen.sequence)?;
        rows_by_id(tx, Family::Line, &waited, &mut |row| keys.take(row))?;
        let known = if frozen.looks_up { keys.known(tx)? } else { Known::default() };
        Ok(Scanned { plan: Plan::new(std::mem::take(&mut keys.orders), &keys.links, &known), waits: std::mem::take(&mut keys.waits) })
    })
}

/// The upload cut into ranges of rows: those whose keys are packed, and those between.
fn cut(upload: FrozenUpload, chunks: &[(i64, i64)], parts: &mut Vec<Part>) {
    let mut next = upload.first_id;
    let mut packed: Option<Part> = None;
    for (first, last) in chunks.iter().copied().filter(|(first, last)| upload.first_id <= *first && *last <= upload.last_id) {
        let joins = |part: &Part| first == next && last - part.rows.first_id < PART;
        if let Some(done) = packed.take_if(|part| !joins(part)) {
            parts.push(done);
        }
        between(upload.id, next, first - 1, parts);
        let part = packed.get_or_insert(Part { rows: FrozenUpload { id: upload.id, first_id: first, last_id: last }, packed: Vec::new() });
        part.rows.last_id = last;
        part.packed.push(first);
        next = last + 1;
    }
    parts.extend(packed);
    between(upload.id, next, upload.last_id, parts);
}

/// Rows without packed keys, in ranges.
fn between(id: i64, first: i64, last: i64, parts: &mut Vec<Part>) {
    let ranges = (first..=last).step_by(usize::try_from(PART).unwrap_or(1));
    parts.extend(ranges.map(|first_id| {
        let rows = FrozenUpload { id, first_id, last_id: last.min(first_id + PART - 1) };
        Part { rows, packed: Vec::new() }
    }));
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
    rules: &'a KeyRules,
}

impl<'a> Keys<'a> {
    fn new(rules: &'a KeyRules) -> Self {
        Self { orders: Vec::new(), links: Vec::new(), waits: Vec::new(), rules }
    }

    /// The keys of the rows of a part.
    fn of(tenant: &Tenant, part: &Part, rules: &'a KeyRules, frozen: &Frozen) -> Result<Self> {
        let mut keys = Self::new(rules);
        let rows = part.rows;
        tenant.store.read(|tx| {
            let known = exceptions(tx, Family::Line, rows.first_id, rows.last_id)?;
            let mut skip = Skip::new(&known, frozen.sequence);
            let last_day = frozen.last_day().epoch();
            if part.packed.is_empty() {
                return scan_upload(tx, Family::Line, rows, frozen.org, &mut |row| {
                    if skip.skips(row.id) {
                        return Ok(());
                    }
                    let kind = u8::try_from(row.kind).map_err(|e| Error::fault_from("a transaction type out of range", e))?;
                    let made = row_keys::of_record(row.record, kind, row.due, rules)?;
                    keys.judge(row.id, rows.id, &made, last_day)
                });
            }
            for first in &part.packed {
                chunk_keys(tx, rows.id, *first, &mut |mut packed| {
                    for id in *first.. {
                        if packed.is_empty() {
                            break;
                        }
                        let made = RowKeys::unpack(&mut packed)?;
                        if !skip.skips(id) {
                            keys.judge(id, rows.id, &made, last_day)?;
                        }
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(keys)
    }

    fn append(&mut self, other: &mut Self) {
        self.orders.append(&mut other.orders);
        self.links.append(&mut other.links);
        self.waits.append(&mut other.waits);
    }

    /// A row of a frozen upload: it waits when it is due after the open period.
    fn judge(&mut self, id: i64, upload: i64, keys: &RowKeys, last_day: i32) -> Result<()> {
        if keys.due > last_day {
            self.waits.push((id, upload, keys.due));
            return Ok(());
        }
        self.add(id, keys)
    }

    /// A row that waited and is due now.
    fn take(&mut self, row: StageRef<'_>) -> Result<()> {
        let kind = u8::try_from(row.kind).map_err(|e| Error::fault_from("a transaction type out of range", e))?;
        let keys = row_keys::of_record(row.record, kind, row.due, self.rules)?;
        self.add(row.id, &keys)
    }

    fn add(&mut self, id: i64, keys: &RowKeys) -> Result<()> {
        let [line, original, bill, original_bill] = keys.ids;
        let group = keys.group.unwrap_or(id);
        if transaction_type(i32::from(keys.kind))? == TransactionType::Order {
            self.orders.push(OrderRef { line: line.unwrap_or(id), id, group });
        } else {
            self.links.push(LinkRef { id, line: original.or(line), original: original_bill, bill, group });
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
    fn an_upload_is_cut_into_what_is_packed_and_what_lies_between() {
        let upload = FrozenUpload { id: 7, first_id: 10, last_id: 200_019 };
        let mut parts = Vec::new();
        cut(upload, &[(10, 49), (50, 99), (120, 129), (130, 150_000), (300_000, 300_001)], &mut parts);
        let shown: Vec<_> = parts.iter().map(|p| (p.rows.first_id, p.rows.last_id, p.packed.clone())).collect();
        let expected =
            [(10, 99, vec![10, 50]), (100, 119, vec![]), (120, 129, vec![120]), (130, 150_000, vec![130]), (150_001, 200_019, vec![])];
        assert_eq!(shown, expected);
        let mut bare = Vec::new();
        cut(upload, &[], &mut bare);
        assert_eq!(bare.iter().map(|p| p.rows.last_id).collect::<Vec<_>>(), [100_009, 200_009, 200_019]);
    }

    #[test]
    fn rows_in_error_are_skipped_but_not_those_that_waited_or_this_collection_refused() {
        let e = |stage_id, waits, sequence| ExceptionRef { stage_id, waits, sequence };
        let all = [e(2, false, None), e(3, true, Some(4)), e(5, false, Some(9)), e(6, false, Some(4))];
        let mut skip = Skip::new(&all, 9);
        let skipped: Vec<i64> = (1..8).filter(|id| skip.skips(*id)).collect();
        assert_eq!(skipped, [2, 6]);
    }
}
