//! The command pipeline: keys, previews, audit, outbox.

use accrual_app::{Command, Context, Tenant, Unit, execute, execute_blocking};
use accrual_base::{Clock, Error, FixedClock, Instant, Result};
use accrual_store::{Cell, StoreHandle, audit, migrate};
use accrual_store_postgres::{Scratch, test_url};
use accrual_store_sqlite::{Options, SqliteStore};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

const NOW: Instant = Instant(1_700_000_000_000_000);

/// Takes the next number; refuses 13.
#[derive(Serialize)]
struct TakeNumber {
    refuse: Option<i64>,
    note: String,
}

impl Command for TakeNumber {
    const OPERATION: &'static str = "number_take";
    type Output = i64;

    fn run(self, unit: &mut Unit<'_>) -> Result<i64> {
        let number = unit.next_ids("number", 1)?;
        unit.audit("Number", number, None, Some(&json!({"note": self.note})))?;
        unit.outbox("number.taken", &json!({"number": number}))?;
        if self.refuse == Some(number) {
            return Err(Error::conflict("number.unlucky", "This number is not given.").in_column("number").with_value(&number.to_string()));
        }
        Ok(number)
    }
}

/// Another operation with the same shape.
#[derive(Serialize)]
struct Other;

impl Command for Other {
    const OPERATION: &'static str = "number_other";
    type Output = i64;

    fn run(self, unit: &mut Unit<'_>) -> Result<i64> {
        unit.next_ids("number", 1)
    }
}

fn take(note: &str) -> TakeNumber {
    TakeNumber { refuse: None, note: note.to_owned() }
}

fn tenant(store: StoreHandle, clock: &Arc<FixedClock>) -> Tenant {
    migrate::run(&store).expect("migrations");
    Tenant::new("test", store, Arc::clone(clock) as Arc<dyn Clock>, std::env::temp_dir())
}

/// Runs a test on a store in memory, on one in a file and on PostgreSQL.
fn on_every_store(test: impl Fn(&Tenant, &FixedClock)) {
    let clock = Arc::new(FixedClock::at(NOW));
    test(&tenant(SqliteStore::in_memory().expect("store").into_handle(), &clock), &clock);
    let dir = tempfile::tempdir().expect("directory");
    let file = SqliteStore::open(dir.path().join("tenant.db"), Options::default()).expect("store");
    let clock = Arc::new(FixedClock::at(NOW));
    test(&tenant(file.into_handle(), &clock), &clock);
    if let Some(url) = test_url() {
        let scratch = Scratch::on(&url).expect("store");
        let clock = Arc::new(FixedClock::at(NOW));
        test(&tenant(scratch.clone(), &clock), &clock);
    }
}

fn context() -> Context {
    Context::system("request-1")
}

fn code(result: Result<i64>) -> &'static str {
    result.expect_err("a refusal").rejection().expect("a rejection").code
}

fn count(tenant: &Tenant, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    tenant.store.read(|tx| tx.first(&sql, &[], |row| row.int(0))).expect("count").expect("row")
}

#[test]
fn a_command_writes_its_audit_and_outbox_rows() {
    on_every_store(|tenant, _| {
        assert_eq!(execute_blocking(tenant, &context(), take("one")).expect("number"), 1);
        assert_eq!(execute_blocking(tenant, &context(), take("two")).expect("number"), 2);
        let rows = tenant.store.read(|tx| audit::of_object(tx, "Number", "2")).expect("audit");
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row.at, row.actor.as_str(), row.operation.as_str()), (NOW, "SYSTEM", "number_take"));
        assert_eq!((row.before.as_deref(), row.after.as_deref()), (None, Some(r#"{"note":"two"}"#)));
        assert_eq!(row.request_id.as_deref(), Some("request-1"));
        assert_eq!(tenant.store.read(|tx| audit::outbox_count(tx, "number.taken")).expect("outbox"), 2);
    });
}

#[test]
fn a_refused_command_leaves_nothing() {
    on_every_store(|tenant, _| {
        let refused = execute_blocking(tenant, &context(), TakeNumber { refuse: Some(1), note: String::new() });
        assert_eq!(code(refused), "number.unlucky");
        assert_eq!((count(tenant, "audit"), count(tenant, "outbox"), count(tenant, "sequence")), (0, 0, 0));
        assert_eq!(execute_blocking(tenant, &context(), take("again")).expect("number"), 1);
    });
}

#[test]
fn a_preview_answers_and_leaves_nothing() {
    on_every_store(|tenant, _| {
        let preview = context().with_key("k").preview();
        assert_eq!(execute_blocking(tenant, &preview, take("x")).expect("number"), 1);
        assert_eq!(execute_blocking(tenant, &preview, take("x")).expect("number"), 1);
        assert_eq!((count(tenant, "audit"), count(tenant, "idempotency")), (0, 0));
    });
}

#[test]
fn the_same_key_answers_the_same_for_a_day() {
    on_every_store(|tenant, clock| {
        let keyed = context().with_key("key-1");
        assert_eq!(execute_blocking(tenant, &keyed, take("a")).expect("number"), 1);
        assert_eq!(execute_blocking(tenant, &keyed, take("a")).expect("replay"), 1);
        assert_eq!(count(tenant, "audit"), 1, "the replay did nothing");
        clock.set(NOW.plus_seconds(24 * 3600));
        assert_eq!(execute_blocking(tenant, &keyed, take("a")).expect("replay"), 1);
        clock.set(NOW.plus_seconds(24 * 3600 + 1));
        assert_eq!(accrual_app::idempotency::sweep(tenant).expect("sweep"), 1);
        assert_eq!(count(tenant, "idempotency"), 0);
        assert_eq!(execute_blocking(tenant, &keyed, take("b")).expect("a free key"), 2);
        assert_eq!(accrual_app::idempotency::sweep(tenant).expect("sweep"), 0);
        assert_eq!(execute_blocking(tenant, &keyed, take("b")).expect("replay"), 2);
    });
}

#[test]
fn a_key_stands_for_one_request_only() {
    on_every_store(|tenant, _| {
        let keyed = context().with_key("key-1");
        execute_blocking(tenant, &keyed, take("a")).expect("number");
        assert_eq!(code(execute_blocking(tenant, &keyed, take("b"))), "idempotency.mismatch");
        assert_eq!(code(execute_blocking(tenant, &keyed, Other)), "idempotency.mismatch");
        assert_eq!(execute_blocking(tenant, &keyed, take("a")).expect("still the first answer"), 1);
        assert_eq!(code(execute_blocking(tenant, &context().with_key(""), take("a"))), "idempotency.key");
        assert_eq!(code(execute_blocking(tenant, &context().with_key("k".repeat(256)), take("a"))), "idempotency.key");
    });
}

#[test]
fn a_refusal_is_replayed_too() {
    on_every_store(|tenant, _| {
        let keyed = context().with_key("key-1");
        let refuse = || TakeNumber { refuse: Some(1), note: String::new() };
        let first = execute_blocking(tenant, &keyed, refuse()).expect_err("refused").rejection().expect("rejection").clone();
        execute_blocking(tenant, &context(), take("the number is gone now")).expect("number");
        let second = execute_blocking(tenant, &keyed, refuse()).expect_err("refused").rejection().expect("rejection").clone();
        assert_eq!(first, second);
        assert_eq!(
            (second.code, second.place.column.as_deref(), second.place.value.as_deref()),
            ("number.unlucky", Some("number"), Some("1"))
        );
    });
}

#[test]
fn concurrent_calls_with_one_key_run_once() {
    on_every_store(|tenant, _| {
        let call = || execute_blocking(tenant, &context().with_key("key-1"), take("a")).expect("number");
        let answers = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..16).map(|_| scope.spawn(call)).collect();
            calls.into_iter().map(|c| c.join().expect("thread")).collect::<Vec<_>>()
        });
        assert_eq!(answers, [1; 16]);
        assert_eq!(count(tenant, "audit"), 1);
    });
}

#[test]
fn a_command_runs_from_async_code_too() {
    on_every_store(|tenant, _| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let keyed = context().with_key("key-1");
        let refuse = || TakeNumber { refuse: Some(1), note: String::new() };
        assert_eq!(code(runtime.block_on(execute(tenant, &keyed, refuse()))), "number.unlucky");
        assert_eq!(runtime.block_on(execute(tenant, &context(), take("a"))).expect("number"), 1);
        assert_eq!(code(runtime.block_on(execute(tenant, &keyed, refuse()))), "number.unlucky", "replayed");
    });
}

#[test]
fn sequences_give_blocks_without_gaps() {
    use accrual_store::{Commit, Lane, sequence};
    on_every_store(|tenant, _| {
        let take = |name: &'static str, n| tenant.store.write(Lane::Small, move |tx| sequence::reserve(tx, name, n).map(Commit::Keep));
        assert_eq!((take("a", 1).expect("id"), take("a", 10).expect("ids"), take("a", 1).expect("id")), (1, 2, 12));
        assert_eq!(take("b", 5).expect("ids"), 1, "each name counts alone");
        assert!(take("b", 0).is_err());
        tenant.store.write(Lane::Small, |tx| sequence::at_least(tx, "b", 100).map(Commit::Keep)).expect("floor");
        tenant.store.write(Lane::Small, |tx| sequence::at_least(tx, "b", 50).map(Commit::Keep)).expect("a lower floor changes nothing");
        assert_eq!(take("b", 1).expect("id"), 100);
        let rows =
            tenant.store.read(|tx| tx.all("SELECT name FROM sequence WHERE next > $1", &[Cell::Int(0)], |r| Ok(r.text(0)?.to_owned())));
        assert_eq!(rows.expect("rows").len(), 2);
    });
}
