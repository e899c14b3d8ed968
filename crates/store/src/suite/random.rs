//! Random units of work that share commits, against a model that runs them one after the other.

use super::{Gate, answer, submit, with_items, write};
use crate::{Commit, Flow, Lane, StoreHandle, Write};
use accrual_base::{Error, Result};
use std::collections::BTreeMap;

/// A step of a unit of work.
#[derive(Clone, Debug)]
enum Step {
    DeferInsert(i64),
    Insert(i64),
    DeferAdd(i64),
    DeferSet(i64, i64),
    DeferDelete(i64),
    /// A parameter that does not fit, found before it is sent.
    DeferText(i64),
    Sum,
    NewStatement(u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Keep,
    Preview,
    Fail,
    Panic,
}

#[derive(Clone, Debug)]
struct Job {
    steps: Vec<Step>,
    ending: Ending,
}

/// A small generator with a fixed seed, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
    fn id(&mut self) -> i64 {
        i64::try_from(self.roll(400)).unwrap_or(0)
    }
    fn job(&mut self) -> Job {
        // Most units only queue, as most units do; some ask.
        let asks = self.roll(3) == 0;
        let steps = (0..self.roll(6)).map(|_| self.step(asks)).collect();
        let ending = match self.roll(12) {
            0 => Ending::Preview,
            1 => Ending::Fail,
            2 => Ending::Panic,
            _ => Ending::Keep,
        };
        Job { steps, ending }
    }
    fn step(&mut self, asks: bool) -> Step {
        match self.roll(if asks { 30 } else { 16 }) {
            0..=5 => Step::DeferInsert(self.id()),
            6..=8 => Step::DeferSet(self.id() % 20, self.id()),
            9..=11 => Step::DeferDelete(self.id()),
            12..=14 => Step::DeferAdd(self.id()),
            15 => Step::DeferText(self.id()),
            16..=21 => Step::Insert(self.id()),
            22..=26 => Step::Sum,
            _ => Step::NewStatement(self.0),
        }
    }
}

/// What a unit answers: the sums it saw.
type Seen = Vec<i64>;

fn run(tx: &mut dyn Write, job: &Job) -> Result<Commit<Seen>> {
    let mut seen = Vec::new();
    for step in &job.steps {
        match step {
            Step::DeferInsert(id) => tx.defer("INSERT INTO item (id, number) VALUES ($1, $2)", &[(*id).into(), 1.into()])?,
            Step::Insert(id) => {
                assert_eq!(tx.execute("INSERT INTO item (id, number) VALUES ($1, $2)", &[(*id).into(), 10.into()])?, 1);
            }
            Step::DeferText(id) => tx.defer("INSERT INTO item (id, number) VALUES ($1, $2)", &[(*id).into(), "text".into()])?,
            Step::DeferAdd(id) => tx.defer("UPDATE item SET number = number + 100 WHERE id = $1", &[(*id).into()])?,
            Step::DeferSet(id, n) => tx.defer("UPDATE item SET number = $2 WHERE id = $1", &[(*id).into(), (*n).into()])?,
            Step::DeferDelete(id) => tx.defer("DELETE FROM item WHERE id = $1", &[(*id).into()])?,
            Step::Sum => tx.query("SELECT COALESCE(SUM(number), 0) FROM item", &[], &mut |row| {
                seen.push(row.int(0)?);
                Ok(Flow::Continue)
            })?,
            Step::NewStatement(n) => drop(tx.execute(&format!("UPDATE item SET number = number WHERE id = -{}", n % 1_000_000_007), &[])?),
        }
    }
    match job.ending {
        Ending::Keep => Ok(Commit::Keep(seen)),
        Ending::Preview => Ok(Commit::RollBack(seen)),
        Ending::Fail => Err(Error::invalid("test.fail", "this one fails")),
        Ending::Panic => panic!("this one panics, as it should"),
    }
}

/// What the unit must answer, and the table after it.
fn model(table: &BTreeMap<i64, i64>, job: &Job) -> (Option<Seen>, BTreeMap<i64, i64>) {
    let (mut new, mut seen) = (table.clone(), Vec::new());
    for step in &job.steps {
        let inserted = match step {
            Step::DeferInsert(id) => new.insert(*id, 1),
            Step::Insert(id) => new.insert(*id, 10),
            Step::DeferAdd(id) => {
                new.entry(*id).and_modify(|n| *n += 100);
                None
            }
            Step::DeferSet(id, n) => {
                new.entry(*id).and_modify(|old| *old = *n);
                None
            }
            Step::DeferDelete(id) => {
                new.remove(id);
                None
            }
            Step::Sum => {
                seen.push(new.values().sum());
                None
            }
            Step::DeferText(_) => return (None, table.clone()),
            Step::NewStatement(_) => None,
        };
        if inserted.is_some() {
            return (None, table.clone());
        }
    }
    match job.ending {
        Ending::Keep => (Some(seen), new),
        Ending::Preview => (Some(seen), table.clone()),
        Ending::Fail | Ending::Panic => (None, table.clone()),
    }
}

fn table(store: &StoreHandle) -> BTreeMap<i64, i64> {
    let rows = store.read(|tx| tx.all("SELECT id, number FROM item", &[], |row| Ok((row.int(0)?, row.int(1)?))));
    rows.expect("the table is read").into_iter().collect()
}

/// Whatever shares a commit: each unit is answered, and the table looks, as if it had run alone.
pub fn behave_as_if_each_ran_alone(store: &StoreHandle) {
    with_items(store);
    for seed in 1..=20_u64 {
        write(store, |tx| tx.execute("DELETE FROM item", &[])).expect("an empty table");
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut expected = BTreeMap::new();
        for round in 0..20 {
            let jobs: Vec<Job> = (0..1 + dice.roll(60)).map(|_| dice.job()).collect();
            let gate = Gate::new(store);
            let waiting: Vec<_> = jobs
                .iter()
                .map(|job| {
                    let job = job.clone();
                    submit(store, Lane::Small, move |tx| run(tx, &job))
                })
                .collect();
            gate.open();
            for (job, receiver) in jobs.iter().zip(&waiting) {
                let (wanted, after) = model(&expected, job);
                let found = answer(receiver);
                assert_eq!(found.as_ref().ok(), wanted.as_ref(), "seed {seed} round {round}: {job:?} answered {found:?}");
                expected = after;
            }
            assert_eq!(table(store), expected, "seed {seed} round {round}");
        }
    }
}
