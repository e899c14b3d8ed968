//! Which contract each row of a chunk goes to, decided by texts: here a key of the plan that two texts share
//! would come apart again.

use super::transaction::{Links, Staged};
use accrual_base::{PeriodId, Rejection, Result};
use accrual_revenue::collect::Link;
use accrual_revenue::contract::TransactionType;
use accrual_revenue::fields as f;
use accrual_revenue::grouping;
use accrual_revenue::record::{Record, Value};
use std::collections::HashMap;

/// The texts by which a row is tied to others.
#[derive(Clone, Debug)]
pub(super) struct RowKeys<'a> {
    pub line: Option<&'a str>,
    pub original_line: Option<&'a str>,
    pub bill: Option<&'a str>,
    pub original_bill: Option<&'a str>,
    /// The grouping key, or why there is none.
    pub group: std::result::Result<String, Rejection>,
}

impl<'a> RowKeys<'a> {
    /// # Errors
    /// A fault when the record is broken.
    pub fn read(row: &Staged<'a>, rules: &[grouping::Rule], open: PeriodId) -> Result<Self> {
        let record = Record::new(row.record);
        let [line, original_line, bill, original_bill] =
            record.select(&[f::SO_LINE_ID, f::ORIG_SO_LINE_ID, f::INV_LINE_ID, f::ORIG_INV_LINE_ID])?.map(|value| match value {
                Some(Value::Text(text)) if !text.is_empty() => Some(text),
                _ => None,
            });
        let group = match grouping::key(rules, &super::attributes::RecordAttributes(record), open) {
            Ok(key) => Ok(key),
            Err(error) => Err(error.rejection().cloned().ok_or(error)?),
        };
        Ok(Self { line, original_line, bill, original_bill, group })
    }
}

/// What the store already has for the texts of a chunk.
#[derive(Debug, Default)]
pub(super) struct Existing {
    /// SO_LINE_ID: line, contract, and the record of the line's latest order row.
    pub lines: HashMap<String, ExistingLine>,
    /// INV_LINE_ID: collected bill and contract.
    pub bills: HashMap<String, (i64, i64)>,
    /// Organisation and grouping key: contract.
    pub groups: HashMap<(i64, String), i64>,
}

#[derive(Clone, Debug)]
pub(super) struct ExistingLine {
    pub line: i64,
    pub contract: i64,
    pub source: Vec<u8>,
}

/// A contract that exists, or one to be made for an organisation and grouping key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Existing(i64),
    New(i64, String),
}

/// The rows of one contract.
#[derive(Debug)]
pub(super) struct Work {
    pub target: Target,
    /// (position in the chunk, what the row refers to), by row id.
    pub rows: Vec<(usize, Links)>,
}

/// What was decided for a chunk.
#[derive(Debug, Default)]
pub(super) struct Assigned {
    /// In the order of their first rows.
    pub works: Vec<Work>,
    /// Rows that belong nowhere.
    pub refused: Vec<(usize, Rejection)>,
}

/// Assigns the rows of a chunk, which come sorted by id with their keys.
pub(super) fn assign(rows: &[Staged<'_>], keys: &[RowKeys<'_>], existing: &Existing) -> Assigned {
    let mut run = Run {
        rows,
        keys,
        existing,
        lines: HashMap::with_capacity(rows.len()),
        bills: HashMap::new(),
        by_contract: HashMap::new(),
        by_group: HashMap::with_capacity(rows.len()),
        assigned: Assigned::default(),
    };
    let orders = (0..rows.len()).filter(|at| rows[*at].kind == TransactionType::Order);
    orders.for_each(|at| run.order(at));
    let (named, naming): (Vec<usize>, Vec<usize>) =
        (0..rows.len()).filter(|at| rows[*at].kind != TransactionType::Order).partition(|at| keys[*at].original_bill.is_none());
    // bills that others may name come first, then those that name them; a credit of a credit comes last
    named.into_iter().for_each(|at| run.bill(at));
    let (now, later): (Vec<usize>, Vec<usize>) = naming.into_iter().partition(|at| run.finds_bill(*at));
    now.into_iter().chain(later).for_each(|at| run.bill(at));
    // a contract that was found but took no row
    run.assigned.works.retain(|w| !w.rows.is_empty());
    for work in &mut run.assigned.works {
        work.rows.sort_unstable_by_key(|(at, _)| *at);
    }
    run.assigned.works.sort_by_key(|w| w.rows.first().map(|(at, _)| *at));
    run.assigned
}

/// Position of a [`Work`].
type At = usize;

struct Run<'a> {
    rows: &'a [Staged<'a>],
    keys: &'a [RowKeys<'a>],
    existing: &'a Existing,
    /// SO_LINE_ID of the chunk: first row, latest row so far, its work.
    lines: HashMap<&'a str, (i64, usize, At)>,
    /// INV_LINE_ID of the chunk: row, its work.
    bills: HashMap<&'a str, (i64, At)>,
    by_contract: HashMap<i64, At>,
    /// By organisation and grouping key.
    by_group: HashMap<(i64, &'a str), At>,
    assigned: Assigned,
}

impl<'a> Run<'a> {
    fn order(&mut self, at: usize) {
        let line = self.keys[at].line;
        let mut links = Links::default();
        let work = match line.and_then(|text| self.find_line(text)) {
            Some((id, work)) => {
                links.order = Link::Known(id);
                links.repeats_source = line.is_some_and(|text| self.repeats(text, at));
                Some(work)
            }
            None => self.own(at),
        };
        let Some(work) = work else { return };
        if let Some(text) = line {
            let id = self.rows[at].id;
            self.lines.entry(text).or_insert((id, at, work)).1 = at;
        }
        self.assigned.works[work].rows.push((at, links));
    }

    /// Whether an order row equals the line's latest order row, in the store or before it in the chunk.
    fn repeats(&self, text: &str, at: usize) -> bool {
        let latest = match self.lines.get(text) {
            Some((_, latest, _)) => Some(self.rows[*latest].record),
            None => self.existing.lines.get(text).map(|l| l.source.as_slice()),
        };
        latest == Some(self.rows[at].record)
    }

    fn find_line(&mut self, text: &str) -> Option<(i64, At)> {
        if let Some(line) = self.existing.lines.get(text) {
            return Some((line.line, self.contract(line.contract)));
        }
        self.lines.get(text).map(|(id, _, work)| (*id, *work))
    }

    fn find_bill(&mut self, text: &str) -> Option<(i64, At)> {
        if let Some((id, contract)) = self.existing.bills.get(text) {
            return Some((*id, self.contract(*contract)));
        }
        self.bills.get(text).copied()
    }

    fn finds_bill(&self, at: usize) -> bool {
        let known = |text: &str| self.existing.bills.contains_key(text) || self.bills.contains_key(text);
        self.keys[at].original_bill.is_some_and(known)
    }

    fn bill(&mut self, at: usize) {
        let keys = &self.keys[at];
        let line = keys.line.map(|text| self.find_line(text));
        let original_line = keys.original_line.map(|text| self.find_line(text));
        let original_bill = keys.original_bill.map(|text| self.find_bill(text));
        let link = |found: Option<Option<(i64, At)>>| match found {
            None => Link::Blank,
            Some(None) => Link::Unknown,
            Some(Some((id, _))) => Link::Known(id),
        };
        let links =
            Links { order: link(line), original_order: link(original_line), original_bill: link(original_bill), repeats_source: false };
        let found = [original_line, line, original_bill].into_iter().flatten().flatten().next();
        let Some(work) = found.map(|(_, work)| work).or_else(|| self.own(at)) else { return };
        if let Some(text) = self.keys[at].bill {
            let id = self.rows[at].id;
            self.bills.entry(text).or_insert((id, work));
        }
        self.assigned.works[work].rows.push((at, links));
    }

    /// The contract of the row's own grouping key; the row is refused when it has none.
    fn own(&mut self, at: usize) -> Option<At> {
        let org = self.rows[at].org;
        let key = match &self.keys[at].group {
            Ok(key) => key,
            Err(rejection) => {
                self.assigned.refused.push((at, rejection.clone()));
                return None;
            }
        };
        if let Some(work) = self.by_group.get(&(org, key.as_str())) {
            return Some(*work);
        }
        let known = if self.existing.groups.is_empty() { None } else { self.existing.groups.get(&(org, key.clone())).copied() };
        let work = match known {
            Some(contract) => self.contract(contract),
            None => self.work(Target::New(org, key.clone())),
        };
        self.by_group.insert((org, key), work);
        Some(work)
    }

    fn contract(&mut self, id: i64) -> At {
        if let Some(work) = self.by_contract.get(&id) {
            return *work;
        }
        let work = self.work(Target::Existing(id));
        self.by_contract.insert(id, work);
        work
    }

    fn work(&mut self, target: Target) -> At {
        self.assigned.works.push(Work { target, rows: Vec::new() });
        self.assigned.works.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::Day;

    fn row(id: i64, kind: TransactionType) -> Staged<'static> {
        Staged { id, upload: 1, org: 1, kind, due: Day::from_epoch(0), record: vec![u8::try_from(id).unwrap()].leak() }
    }
    fn keys<'a>(line: Option<&'a str>, bill: Option<&'a str>, original_bill: Option<&'a str>, group: &str) -> RowKeys<'a> {
        RowKeys { line, original_line: None, bill, original_bill, group: Ok(group.to_owned()) }
    }

    #[test]
    fn rows_meet_by_line_by_bill_and_by_group() {
        use TransactionType::{CreditMemo, Invoice, Order};
        let rows = [row(1, CreditMemo), row(2, Invoice), row(3, Order), row(4, Order), row(5, Order)];
        let keys = [
            keys(None, Some("C1"), Some("I1"), "x"),
            keys(Some("L1"), Some("I1"), None, "y"),
            keys(Some("L1"), None, None, "A"),
            keys(Some("L2"), None, None, "A"),
            keys(Some("L1"), None, None, "B"),
        ];
        let got = assign(&rows, &keys, &Existing::default());
        assert_eq!(got.works.len(), 1);
        assert_eq!(got.works[0].target, Target::New(1, "A".to_owned()));
        let links: Vec<(Link, Link)> = got.works[0].rows.iter().map(|(_, l)| (l.order, l.original_bill)).collect();
        assert_eq!(
            links,
            [
                (Link::Blank, Link::Known(2)),
                (Link::Known(3), Link::Blank),
                (Link::Blank, Link::Blank),
                (Link::Blank, Link::Blank),
                (Link::Known(3), Link::Blank)
            ]
        );
    }

    #[test]
    fn existing_lines_win_and_a_row_that_names_nothing_known_stays_alone() {
        use TransactionType::{Invoice, Order};
        let rows = [row(1, Order), row(2, Invoice)];
        let keys = [keys(Some("L1"), None, None, "A"), keys(Some("L9"), Some("I1"), None, "B")];
        let mut existing = Existing::default();
        existing.lines.insert("L1".to_owned(), ExistingLine { line: 70, contract: 7, source: vec![1] });
        let got = assign(&rows, &keys, &existing);
        assert_eq!(got.works[0].target, Target::Existing(7));
        assert_eq!(got.works[0].rows[0].1.order, Link::Known(70));
        assert!(got.works[0].rows[0].1.repeats_source, "the same bytes again");
        assert_eq!((got.works[1].target.clone(), got.works[1].rows[0].1.order), (Target::New(1, "B".to_owned()), Link::Unknown));
    }
}
