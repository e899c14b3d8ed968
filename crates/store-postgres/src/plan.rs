//! What goes into one pipeline, and whose each message is.

use crate::array::Column;
use crate::connection::Prepared;
use crate::merge::Form;
use crate::pipeline::Out;
use crate::value::Kept;
use accrual_store::Refuse;
use std::collections::HashSet;
use std::sync::Arc;
use tokio_postgres::types::Type;

const SAVE: &str = "SAVEPOINT unit";
const MOVE: &str = "RELEASE SAVEPOINT unit; SAVEPOINT unit";
/// Rows of one merged insert, at most: beyond this arrays gain nothing and only take memory.
const MERGE: usize = 1_000;

/// A deferred statement of a unit.
pub(crate) struct Step {
    pub unit: usize,
    pub prepared: Arc<Prepared>,
    pub params: Kept,
    /// Words the refusal of a unique constraint.
    pub refuse: Option<Refuse>,
}

pub(crate) struct Plan<'a> {
    pub outs: Vec<Out<'a>>,
    /// Whose each message is; nobody's for those of the transaction itself.
    pub owners: Vec<Option<usize>>,
    shared: bool,
    saved: bool,
}

impl<'a> Plan<'a> {
    pub fn new(shared: bool, saved: bool) -> Self {
        Self { outs: Vec::new(), owners: Vec::new(), shared, saved }
    }

    pub fn text(&mut self, text: &'static str) {
        self.outs.push(Out::Text(text));
        self.owners.push(None);
    }

    /// A savepoint here, in place of the last.
    pub fn save(&mut self) {
        if self.shared {
            self.text(if self.saved { MOVE } else { SAVE });
            self.saved = true;
        }
    }

    /// The steps in order; those that follow each other and may stand in one statement are gathered.
    pub fn steps(&mut self, steps: &'a [Step]) {
        for run in steps.chunk_by(may_stand_together) {
            let mut groups: Vec<Vec<&Step>> = Vec::new();
            for step in run {
                match groups.iter_mut().find(|g| Arc::ptr_eq(&g[0].prepared, &step.prepared)) {
                    Some(group) => group.push(step),
                    None => groups.push(vec![step]),
                }
            }
            groups.iter().for_each(|group| self.group(group));
        }
    }

    fn group(&mut self, mut rest: &[&'a Step]) {
        while let [first, ..] = rest {
            let (part, after) = rest.split_at(length(rest));
            self.owners.push(Some(first.unit));
            self.outs.push(match &first.prepared.many {
                Some((statement, _)) if part.len() > 1 => Out::Many { statement, columns: columns(part) },
                _ => Out::One { statement: &first.prepared.statement, params: first.params.values().collect() },
            });
            rest = after;
        }
    }
}

fn may_stand_together(a: &Step, b: &Step) -> bool {
    match (&a.prepared.many, &b.prepared.many) {
        (Some((_, Form::Insert)), Some((_, Form::Insert))) => true,
        (Some(_), Some(_)) => Arc::ptr_eq(&a.prepared, &b.prepared),
        _ => false,
    }
}

/// How many of these rows, at least one, one statement can take. An update ends before a key comes again: the later
/// one must win, and within one statement the server chooses freely.
fn length(rows: &[&Step]) -> usize {
    let most = rows.len().min(MERGE);
    match rows[0].prepared.many {
        None => 1,
        Some((_, Form::Update { key })) => {
            let mut seen = HashSet::with_capacity(most);
            let keys = rows[..most].iter().map(|row| row.params.values().nth(key).and_then(|v| v.0));
            keys.take_while(|key| seen.insert(*key)).count().max(1)
        }
        Some(_) => most,
    }
}

/// Turns rows into columns.
fn columns<'a>(rows: &[&'a Step]) -> Vec<Column<'a>> {
    let column = |ty: &Type| Column { element: ty.clone(), cells: Vec::with_capacity(rows.len()) };
    let mut columns: Vec<Column<'a>> = rows[0].prepared.types().iter().map(column).collect();
    for row in rows {
        columns.iter_mut().zip(row.params.values()).for_each(|(column, value)| column.cells.push(value));
    }
    columns
}
