//! What goes into one pipeline, and whose each message is.

use crate::array::Column;
use crate::connection::Prepared;
use crate::pipeline::Out;
use crate::value::Kept;
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

    /// The steps in order; inserts that follow each other are gathered by statement.
    pub fn steps(&mut self, steps: &'a [Step]) {
        for run in steps.chunk_by(|a, b| a.prepared.many.is_some() && b.prepared.many.is_some()) {
            let mut groups: Vec<Vec<&Step>> = Vec::new();
            for step in run {
                match groups.iter_mut().find(|g| Arc::ptr_eq(&g[0].prepared, &step.prepared)) {
                    Some(group) if step.prepared.many.is_some() => group.push(step),
                    _ => groups.push(vec![step]),
                }
            }
            groups.iter().for_each(|group| self.group(group));
        }
    }

    fn group(&mut self, group: &[&'a Step]) {
        for part in group.chunks(MERGE) {
            self.owners.push(Some(part[0].unit));
            self.outs.push(match &part[0].prepared.many {
                Some(statement) if part.len() > 1 => Out::Many { statement, columns: columns(part) },
                _ => Out::One { statement: &part[0].prepared.statement, params: part[0].params.values().collect() },
            });
        }
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
