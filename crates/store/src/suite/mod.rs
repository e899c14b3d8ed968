//! The contract suite: what every store must do, as tests that every backend runs.
//!
//! A backend's test file says `accrual_store::contract_suite!(make);` where `make` is a function that answers a
//! new, empty store: a `StoreHandle`, or a guard that dereferences to one and cleans up when it is dropped. Each case
//! becomes one test. With `contract_suite!(optional make)` the function may answer nothing, and the case is left out.

pub mod bulk;
pub mod cells;
pub mod groups;
pub mod lifetime;
pub mod migrations;
pub mod nouns;
pub mod pages;
pub mod parallel;
pub mod queries;
pub mod random;
pub mod snapshots;
pub mod unique;

use crate::{BulkTable, BulkType, Cell, Commit, Dialect, Lane, Read, StoreHandle, Write, WriteJob};
use accrual_base::{Error, Result};
use std::any::Any;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Makes a test of every case of the suite, each on a store of its own.
#[macro_export]
macro_rules! contract_suite {
    ($make:ident) => {
        $crate::contract_suite! { @all required $make }
    };
    // `make` answers nothing where the backend cannot be had: it says so itself, and the cases are left out.
    (optional $make:ident) => {
        $crate::contract_suite! { @all optional $make }
    };
    (@all $how:ident $make:ident) => {
        $crate::contract_suite! { @each $how $make;
            bulk: many_rows_and_what_follows_sees_them, a_failure_half_way_leaves_nothing, a_duplicate_half_way_leaves_nothing,
                rows_that_do_not_fit_are_refused, nothing_and_nulls, in_a_group_beside_others;
            cells: every_kind_comes_back_as_it_went, extremes_by_bulk, text_of_every_script, twenty_megabytes;
            groups: one_failure_among_many, a_panic_is_one_jobs_failure, a_preview_leaves_nothing, jobs_see_what_went_before,
                small_jobs_run_in_order, a_failed_job_frees_its_keys, both_lanes_finish;
            lifetime: close_answers_what_waits_and_refuses_what_comes, async_writes;
            migrations: once_and_idempotent, a_broken_one_leaves_nothing, a_newer_database_is_refused, several_at_once;
            nouns: a_record_goes_round, versions_guard_changes, unique_keys_name_their_fields, filters_and_orders_as_in_memory,
                pages_by_id, references_hold_both_ways, tables_grow_with_their_descriptor, a_new_tenant_is_seeded_once, ids_that_are_given,
                records_that_share_a_commit;
            pages: follow_each_other_in_every_order, go_on_where_they_ended, hold_what_belongs_to_many, are_found_by_index,
                relations_lead_to_records;
            parallel: sixty_four_writers, readers_beside_writers;
            queries: parameters, stop_and_errors_in_a_callback, by_keys, many_rows, changes_are_counted, upsert_and_returning,
                wrong_sql_is_a_fault;
            random: behave_as_if_each_ran_alone;
            snapshots: a_long_read_sees_one_state, what_is_not_committed_is_not_seen, an_answered_write_is_seen, two_rows_move_together;
            unique: a_duplicate_is_a_conflict, a_deferred_duplicate_fails_its_job_alone, a_deferred_write_is_seen_by_the_next_read;
        }
    };
    (@each $how:ident $make:ident; $($module:ident: $($case:ident),+ ;)+) => {
        $(mod $module {
            $(#[test]
            fn $case() {
                $crate::contract_suite! { @run $how super::$make(), $crate::suite::$module::$case }
            })+
        })+
    };
    (@run required $store:expr, $case:path) => {
        $case(&$store);
    };
    (@run optional $store:expr, $case:path) => {
        if let Some(store) = $store {
            $case(&store);
        }
    };
}

/// One table for most cases: a key and one column of each kind.
const ITEM: BulkTable = BulkTable {
    name: "item",
    columns: &[("id", BulkType::Int), ("number", BulkType::Int), ("label", BulkType::Text), ("body", BulkType::Bytes)],
};

/// Makes the table of [`ITEM`].
fn with_items(store: &StoreHandle) {
    let sql = match store.dialect() {
        Dialect::Sqlite => "CREATE TABLE item (id INTEGER PRIMARY KEY, number INTEGER, label TEXT UNIQUE, body BLOB) STRICT",
        Dialect::Postgres => "CREATE TABLE item (id BIGINT PRIMARY KEY, number BIGINT, label TEXT UNIQUE, body BYTEA)",
    };
    write(store, move |tx| tx.execute(sql, &[])).expect("the table is made");
}

/// A small write that is kept.
fn write<T: Send + 'static>(store: &StoreHandle, f: impl FnOnce(&mut dyn Write) -> Result<T> + Send + 'static) -> Result<T> {
    store.write(Lane::Small, move |tx| f(tx).map(Commit::Keep))
}

fn insert(tx: &mut dyn Write, id: i64) -> Result<()> {
    tx.execute("INSERT INTO item (id, number) VALUES ($1, $2)", &[id.into(), (id * 10).into()]).map(|_| ())
}

fn count(tx: &mut dyn Read) -> Result<i64> {
    tx.first("SELECT count(*) FROM item", &[], |row| row.int(0))?.ok_or_else(|| Error::fault("a count has no row"))
}

fn items(store: &StoreHandle) -> i64 {
    store.read(count).expect("items can be counted")
}

/// The ids in the table, in order.
fn ids(store: &StoreHandle) -> Vec<i64> {
    store.read(|tx| tx.all("SELECT id FROM item ORDER BY id", &[], |row| row.int(0))).expect("ids can be read")
}

/// The code of a rejection; nothing for a fault.
fn code<T>(result: &Result<T>) -> Option<&'static str> {
    result.as_ref().err().and_then(Error::rejection).map(|r| r.code)
}

/// Queues a job without waiting for it.
fn submit<T: Send + 'static>(
    store: &StoreHandle,
    lane: Lane,
    f: impl FnOnce(&mut dyn Write) -> Result<Commit<T>> + Send + 'static,
) -> Receiver<Result<T>> {
    let (answer, receiver) = channel();
    store.0.submit(WriteJob {
        lane,
        run: Box::new(move |tx| {
            Ok(match f(tx)? {
                Commit::Keep(v) => Commit::Keep(Box::new(v) as Box<dyn Any + Send>),
                Commit::RollBack(v) => Commit::RollBack(Box::new(v) as Box<dyn Any + Send>),
            })
        }),
        done: Box::new(move |r| {
            let _ = answer.send(r.map(|v| *v.downcast::<T>().expect("the answer's own type")));
        }),
    });
    receiver
}

/// Keeps the writer busy until it is dropped, so that the jobs submitted meanwhile share a group.
struct Gate {
    open: Option<Sender<()>>,
    passed: Receiver<Result<()>>,
}

impl Gate {
    fn new(store: &StoreHandle) -> Self {
        let (open, wait) = channel::<()>();
        let (inside, reached) = channel();
        let passed = submit(store, Lane::Small, move |_| {
            let _ = inside.send(());
            let _ = wait.recv();
            Ok(Commit::Keep(()))
        });
        reached.recv().expect("the writer reaches the gate");
        Self { open: Some(open), passed }
    }

    fn open(mut self) {
        drop(self.open.take());
        self.passed.recv().expect("the gate answers").expect("the gate's job succeeds");
    }
}

/// The answer of a submitted job.
fn answer<T>(receiver: &Receiver<Result<T>>) -> Result<T> {
    receiver.recv().expect("every job is answered")
}

/// A cell with its own bytes, to compare what was written with what is read.
#[derive(Clone, Debug, PartialEq)]
enum Owned {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Owned {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(v) => Self::Int(v),
            Cell::Text(v) => Self::Text(v.to_owned()),
            Cell::Bytes(v) => Self::Bytes(v.to_vec()),
        }
    }
}
