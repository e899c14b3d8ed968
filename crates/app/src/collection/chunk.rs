//! One chunk: staged rows in, rows of contracts out. Reads and computes; does not write contracts.

use super::accounts::Interner;
use super::assign::{Assigned, Existing, ExistingLine, RowKeys, Target, Work, assign};
use super::attributes::RecordAttributes;
use super::convert::{self, Stamp, transaction_type};
use super::frozen::{Frozen, Tally};
use super::keys::NewKeys;
use super::policies::CollectionPolicies;
use super::transaction::{Staged, transaction};
use crate::Tenant;
use accrual_base::{Day, Error, Rejection, Result, hash};
use accrual_revenue::collect::{self, Outcome};
use accrual_revenue::contract::{Contract, PeriodContext, TransactionType};
use accrual_revenue::fields as f;
use accrual_revenue::record::Record;
use accrual_store::collection::{ExceptionRow, Family, rows_by_id};
use accrual_store::contracts::{self as stored, ContractRows, HeadRow, Removal, WholeLine, bill_key, line_key};
use accrual_store::{Commit, Lane, Read, sequence};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Ids of contracts reserved at a time: a reservation waits for the writer.
const ID_BLOCK: i64 = 1 << 16;

/// Parts of a chunk computed side by side: a few more than cores, so that uneven ones even out.
const GROUPS: usize = 16;

/// What a chunk writes.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub rows: ContractRows,
    /// Keys of what is new: they are written at the end.
    pub keys: NewKeys,
    pub removal: Removal,
    pub exceptions: Vec<ExceptionRow>,
    /// Rows of the plan in the chunk.
    pub taken: usize,
    pub tally: Tally,
}

/// Makes chunks, one after another.
pub(super) struct Preparer<'a> {
    pub tenant: &'a Tenant,
    pub policies: &'a CollectionPolicies,
    pub frozen: &'a Frozen,
    pub context: PeriodContext,
    pub accounts: Interner,
    pub stamp: Stamp,
    /// Contract ids at hand: next and end.
    pub ids: (i64, i64),
    /// The rows of the chunk, when they were read ahead.
    pub loaded: Loaded,
    /// Memory for the chunk after it.
    pub ahead: Loaded,
}

impl Preparer<'_> {
    /// Prepares the rows of a chunk of the plan, and reads those of the next beside it.
    ///
    /// # Errors
    /// A fault of the store or of a broken row; refusals of rows become exceptions.
    pub fn prepare(&mut self, plan: &[(i64, i64)], next: &[(i64, i64)]) -> Result<Prepared> {
        let (tenant, mut loaded, mut ahead) = (self.tenant, std::mem::take(&mut self.loaded), std::mem::take(&mut self.ahead));
        // rows never change, and nobody else touches their contracts: several snapshots are as good as one
        loaded.read(tenant, plan)?;
        let (prepared, read) = rayon::join(|| self.chunk(plan, &loaded.rows()), || ahead.read(tenant, next));
        read?;
        (self.loaded, self.ahead) = (ahead, loaded);
        prepared
    }

    fn chunk(&mut self, plan: &[(i64, i64)], rows: &[Staged<'_>]) -> Result<Prepared> {
        let open = self.frozen.open();
        let keys: Vec<RowKeys<'_>> = rows.par_iter().map(|r| RowKeys::read(r, &self.policies.grouping, open)).collect::<Result<_>>()?;
        let records: Vec<Record<'_>> = rows.iter().map(|r| Record::new(r.record)).collect();
        let sets = self.accounts.ids(&self.tenant.store, &records, &self.policies.accounts)?;
        let (assigned, contracts) = self.assign(rows, &keys)?;
        let jobs = self.contracts(assigned.works, rows, contracts)?;
        let this = &*self;
        let together = (jobs.len() / GROUPS).max(1);
        let mut groups: Vec<Vec<Job>> = Vec::with_capacity(GROUPS + 1);
        let mut jobs = jobs.into_iter().peekable();
        while jobs.peek().is_some() {
            groups.push(jobs.by_ref().take(together).collect());
        }
        let group = |jobs: Vec<Job>| {
            let mut folded = Folded::default();
            jobs.into_iter().try_for_each(|job| this.fold(job, rows, &keys, &sets, &mut folded)).map(|()| folded)
        };
        let folded: Vec<Folded> = groups.into_par_iter().map(group).collect::<Result<_>>()?;

        let mut prepared = Prepared { taken: plan.len(), ..Prepared::default() };
        for (at, rejection) in assigned.refused {
            prepared.refuse(&rows[at], &rejection);
        }
        for one in folded {
            prepared.merge(one);
        }
        let refused = prepared.exceptions.len();
        prepared.tally.refused = refused as u64;
        prepared.tally.collected = (rows.len() - refused) as u64;
        Ok(prepared)
    }

    /// Which contract each row goes to, and the contracts that exist.
    fn assign(&self, rows: &[Staged<'_>], keys: &[RowKeys<'_>]) -> Result<(Assigned, Contracts)> {
        if !self.frozen.looks_up {
            return Ok((assign(rows, keys, &Existing::default()), Contracts::new()));
        }
        self.tenant.store.read(|tx| {
            let assigned = assign(rows, keys, &existing(tx, keys)?);
            let known = |w: &Work| if let Target::Existing(id) = w.target { Some(id) } else { None };
            let wanted = hashed(assigned.works.iter().filter_map(known));
            let contracts = convert::contracts(stored::load_by_id(tx, &wanted)?)?;
            Ok((assigned, contracts))
        })
    }

    /// Gives every work its contract: the stored one, or an empty one with a fresh id.
    fn contracts(&mut self, works: Vec<Work>, rows: &[Staged<'_>], mut known: Contracts) -> Result<Vec<Job>> {
        let mut jobs = Vec::with_capacity(works.len());
        for work in works {
            let (before, contract) = match work.target {
                Target::Existing(id) => {
                    let (head, contract) = known.remove(&id).ok_or_else(|| Error::fault(format!("contract {id} is not there")))?;
                    (Some(head), contract)
                }
                Target::New(org, group_key) => {
                    let first = work.rows.first().map(|(at, _)| &rows[*at]);
                    let customer = first.map(|r| Record::new(r.record).text(f::CSTMR_NM)).transpose()?.flatten();
                    let contract = Contract {
                        id: self.next_id()?,
                        version: 1,
                        org,
                        book: self.policies.book_id,
                        template: self.policies.template_id,
                        group_key,
                        customer: customer.map(str::to_owned),
                        created: self.frozen.open(),
                        lines: Vec::new(),
                        pobs: Vec::new(),
                        allocation_currency: None,
                        allocation_rates: None,
                        allocation_error: None,
                    };
                    (None, contract)
                }
            };
            jobs.push(Job { contract, before, rows: work.rows });
        }
        Ok(jobs)
    }

    fn next_id(&mut self) -> Result<i64> {
        if self.ids.0 == self.ids.1 {
            let first = self.tenant.store.write(Lane::Small, |tx| sequence::reserve(tx, "rc_head", ID_BLOCK).map(Commit::Keep))?;
            self.ids = (first, first + ID_BLOCK);
        }
        self.ids.0 += 1;
        Ok(self.ids.0 - 1)
    }

    fn fold(&self, job: Job, rows: &[Staged<'_>], keys: &[RowKeys<'_>], sets: &[i64], folded: &mut Folded) -> Result<()> {
        let Job { mut contract, before, rows: mine } = job;
        let mut refused: Vec<(i64, Rejection)> = Vec::new();
        let attributes: Vec<RecordAttributes<'_>> = mine.iter().map(|(at, _)| RecordAttributes(Record::new(rows[*at].record))).collect();
        let mut transactions = Vec::with_capacity(mine.len());
        for ((at, links), attributes) in mine.iter().zip(&attributes) {
            match transaction(&rows[*at], *links, sets[*at], self.policies.engine.reporting, attributes) {
                Ok(t) => transactions.push(t),
                Err(Error::Rejected(rejection)) => refused.push((rows[*at].id, *rejection)),
                Err(fault) => return Err(fault),
            }
        }
        let known: Vec<i64> = contract.lines.iter().map(|l| l.id).collect();
        let outcome = match collect::apply(&mut contract, &transactions, &self.policies.engine, &self.context) {
            Ok(outcome) => outcome,
            // the contract cannot take its rows; the others go on
            Err(Error::Rejected(rejection)) => {
                folded.exceptions.extend(mine.iter().map(|(at, _)| exception(&rows[*at], &rejection)));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        refused.extend(outcome.refused.iter().map(|r| (r.id, r.rejection.clone())));
        for (id, rejection) in &refused {
            if let Some((at, _)) = mine.iter().find(|(at, _)| rows[*at].id == *id) {
                folded.exceptions.push(exception(&rows[*at], rejection));
            }
        }
        if !contract.lines.is_empty() {
            // by row id, as the rows of a work are
            let texts: Vec<(i64, &str)> = mine
                .iter()
                .filter(|(at, _)| rows[*at].kind == TransactionType::Order)
                .filter_map(|(at, _)| Some((rows[*at].id, keys[*at].line?)))
                .collect();
            folded.take(&contract, before.as_ref(), &known, &outcome, &texts, &self.stamp)?;
        }
        Ok(())
    }
}

/// Contracts as stored, by id.
type Contracts = BTreeMap<i64, (HeadRow, Contract)>;

/// A contract and its rows.
struct Job {
    contract: Contract,
    before: Option<HeadRow>,
    rows: Vec<(usize, super::transaction::Links)>,
}

/// What some contracts write.
#[derive(Default)]
pub(super) struct Folded {
    rows: ContractRows,
    keys: NewKeys,
    removal: Removal,
    pub exceptions: Vec<ExceptionRow>,
    /// New contracts.
    new: u64,
}

impl Folded {
    /// Takes what changed of a contract, and only that. `texts`: SO_LINE_ID of rows that may have made a line,
    /// by row id.
    pub fn take(
        &mut self,
        contract: &Contract,
        before: Option<&HeadRow>,
        known: &[i64],
        outcome: &Outcome,
        texts: &[(i64, &str)],
        stamp: &Stamp,
    ) -> Result<()> {
        let is_known = |id: i64| known.contains(&id);
        let touched = |id: &i64| outcome.lines.binary_search(id).is_ok() || outcome.legs.contains(id);
        let before_lines = self.rows.lines.len();
        self.new += u64::from(before.is_none());
        for line in contract.lines.iter().filter(|l| touched(&l.id)) {
            self.rows.lines.push(WholeLine { line: convert::line_row(line, contract, stamp.at)?, schedule: convert::schedule(line)? });
            self.rows.bills.extend(convert::bill_rows(line, contract.id, stamp.at)?);
            if is_known(line.id) {
                self.removal.lines.push(line.id);
                self.removal.bills.extend(line.bills.iter().map(|b| b.id));
            } else {
                let text = texts.binary_search_by_key(&line.id, |(id, _)| *id).ok().map(|at| texts[at].1);
                self.keys.lines.extend(text.map(|text| (line_key(text), line.id)));
            }
        }
        if self.rows.lines.len() > before_lines || before.is_none() {
            let head = convert::head_row(contract, before, stamp)?;
            if before.is_none() {
                self.keys.contracts.push((head.group_hash, head.id));
            }
            self.rows.heads.push(head);
            self.removal.heads.extend(before.map(|h| h.id));
        }
        Ok(())
    }
}

impl Prepared {
    fn refuse(&mut self, row: &Staged<'_>, rejection: &Rejection) {
        self.exceptions.push(exception(row, rejection));
    }
    pub fn merge(&mut self, mut one: Folded) {
        self.rows.heads.append(&mut one.rows.heads);
        self.rows.lines.append(&mut one.rows.lines);
        self.rows.bills.append(&mut one.rows.bills);
        self.keys.append(&mut one.keys);
        self.removal.heads.append(&mut one.removal.heads);
        self.removal.lines.append(&mut one.removal.lines);
        self.removal.bills.append(&mut one.removal.bills);
        self.exceptions.append(&mut one.exceptions);
        self.tally.contracts += one.new;
    }
}

fn exception(row: &Staged<'_>, rejection: &Rejection) -> ExceptionRow {
    let message = rejection.place.column.as_ref().map_or_else(|| rejection.message.clone(), |c| format!("{c}: {}", rejection.message));
    ExceptionRow { stage_id: row.id, upload_id: row.upload, waits: false, codes: rejection.code.to_owned(), message }
}

/// A staged row without its record: id, upload, organisation, type, due day, end of its record.
type Head = (i64, i64, i64, TransactionType, Day, usize);

/// Staged rows with their records one behind the other.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    ids: Vec<i64>,
    heads: Vec<Head>,
    records: Vec<u8>,
}

impl Loaded {
    /// Reads the rows of a part of the plan, unless they are here already.
    fn read(&mut self, tenant: &Tenant, plan: &[(i64, i64)]) -> Result<()> {
        let mut ids: Vec<i64> = plan.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        if self.ids == ids {
            return Ok(());
        }
        self.ids.clear();
        tenant.store.read(|tx| self.fill(tx, &ids))?;
        self.ids = ids;
        Ok(())
    }

    /// Reads the rows with these ids, which are sorted.
    fn fill(&mut self, tx: &mut dyn Read, ids: &[i64]) -> Result<()> {
        self.heads.clear();
        self.records.clear();
        rows_by_id(tx, Family::Line, ids, &mut |row| {
            self.records.extend_from_slice(row.record);
            let kind = transaction_type(row.kind)?;
            self.heads.push((row.id, row.upload_id, row.org_id, kind, Day::from_epoch(row.due), self.records.len()));
            Ok(())
        })?;
        if self.heads.len() != ids.len() {
            return Err(Error::fault(format!("{} staged rows were planned, {} are there", ids.len(), self.heads.len())));
        }
        Ok(())
    }

    /// By id.
    fn rows(&self) -> Vec<Staged<'_>> {
        let mut start = 0;
        let row = |(id, upload, org, kind, due, end): &Head| {
            let record = &self.records[std::mem::replace(&mut start, *end)..*end];
            Staged { id: *id, upload: *upload, org: *org, kind: *kind, due: *due, record }
        };
        let mut rows: Vec<Staged<'_>> = self.heads.iter().map(row).collect();
        rows.sort_unstable_by_key(|r| r.id);
        rows
    }
}

/// Looks up what the rows of a chunk name. Keys lead to rows; their texts are compared.
fn existing(tx: &mut dyn Read, keys: &[RowKeys<'_>]) -> Result<Existing> {
    let lines = existing_lines(tx, keys.iter().flat_map(|k| [k.line, k.original_line]).flatten())?;
    let mut found = Existing { lines, ..Existing::default() };
    let bills = keys.iter().filter_map(|k| k.original_bill);
    let staged = ids(stored::bills_by_key(tx, &hashed(bills.map(bill_key)))?);
    let collected: HashMap<i64, i64> = stored::contract_of_bills(tx, &staged)?.into_iter().collect();
    let mut bill_ids: Vec<i64> = collected.keys().copied().collect();
    bill_ids.sort_unstable();
    rows_by_id(tx, Family::Line, &bill_ids, &mut |row| {
        if let (Some(text), Some(contract)) = (Record::new(row.record).text(f::INV_LINE_ID)?, collected.get(&row.id)) {
            found.bills.insert(text.to_owned(), (row.id, *contract));
        }
        Ok(())
    })?;
    let groups = hashed(keys.iter().filter_map(|k| k.group.as_ref().ok()).map(|g| hash::key(g)));
    let mut heads = stored::by_group(tx, &groups)?;
    heads.sort_unstable_by_key(|h| std::cmp::Reverse(h.id));
    // the oldest contract of a group takes its rows
    found.groups.extend(heads.into_iter().map(|h| ((h.org_id, h.group_key), h.id)));
    Ok(found)
}

/// The order lines with these ids, as uploaded.
///
/// # Errors
/// A fault from the database or of a broken record.
pub(super) fn existing_lines<'a>(tx: &mut dyn Read, ids_as_text: impl Iterator<Item = &'a str>) -> Result<HashMap<String, ExistingLine>> {
    let line_ids = ids(stored::orders_by_key(tx, &hashed(ids_as_text.map(line_key)))?);
    let lines = stored::contract_of_lines(tx, &line_ids)?;
    let by_source: HashMap<i64, (i64, i64)> = lines.iter().map(|(line, contract, source)| (*source, (*line, *contract))).collect();
    let sources = hashed(by_source.keys().copied());
    let mut found = HashMap::new();
    rows_by_id(tx, Family::Line, &sources, &mut |row| {
        if let (Some(text), Some((line, contract))) = (Record::new(row.record).text(f::SO_LINE_ID)?, by_source.get(&row.id)) {
            found.insert(text.to_owned(), ExistingLine { line: *line, contract: *contract, source: row.record.to_vec() });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Keys sorted, each once.
pub(super) fn hashed(keys: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut keys: Vec<i64> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn ids(rows: Vec<(i64, i64)>) -> Vec<i64> {
    hashed(rows.into_iter().map(|(_, id)| id))
}
