//! What goes wrong, and how it is told.

#![allow(clippy::unwrap_used)]

use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Cell, Commit, Lane, StoreHandle, Write};
use accrual_store_postgres::{Options, PostgresStore, Scratch, test_url};

fn with_items() -> Option<Scratch> {
    let store = Scratch::on(&test_url()?).unwrap();
    write(&store, |tx| tx.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, label TEXT, body BYTEA)", &[])).unwrap();
    Some(store)
}

fn write<T: Send + 'static>(store: &StoreHandle, f: impl FnOnce(&mut dyn Write) -> Result<T> + Send + 'static) -> Result<T> {
    store.write(Lane::Small, |tx| f(tx).map(Commit::Keep))
}

fn one(store: &StoreHandle, sql: &'static str) -> Result<i64> {
    store.read(|tx| tx.first(sql, &[], |row| row.int(0))).map(Option::unwrap)
}

fn backend(tx: &mut dyn Write) -> Result<i64> {
    tx.as_read().first("SELECT pg_backend_pid()", &[], |row| row.int(0)).map(Option::unwrap)
}

/// Ends a connection of this test on the server's side, and waits until it is gone.
fn hang_up(store: &StoreHandle, pid: i64) {
    store
        .read(|tx| {
            tx.first("SELECT pg_terminate_backend($1)", &[pid.into()], |row| row.int(0))?;
            Ok(())
        })
        .unwrap();
    while store.read(|tx| tx.first("SELECT pid FROM pg_stat_activity WHERE pid = $1", &[pid.into()], |_| Ok(()))).unwrap().is_some() {
        std::thread::yield_now();
    }
}

#[test]
fn a_writer_whose_idle_connection_was_lost_connects_again() {
    let Some(store) = with_items() else { return };
    for lane in [Lane::Small, Lane::Bulk] {
        let pid = store.write(lane, |tx| backend(tx).map(Commit::Keep)).unwrap();
        hang_up(&store, pid);
        let again = store.write(lane, |tx| backend(tx).map(Commit::Keep)).unwrap();
        assert_ne!(pid, again);
    }
}

#[test]
fn a_connection_lost_on_the_way_fails_what_ran_and_nothing_is_half_done() {
    let Some(store) = with_items() else { return };
    let other = store.clone();
    let (before, lost, after) = std::thread::scope(|scope| {
        let (open, wait) = std::sync::mpsc::channel::<()>();
        let store: &StoreHandle = &store;
        let gate = scope.spawn(move || write(store, move |_| Ok(wait.recv().is_err())));
        std::thread::sleep(std::time::Duration::from_millis(20));
        let before = scope.spawn(|| write(store, |tx| tx.execute("INSERT INTO item (id) VALUES (1)", &[])));
        std::thread::sleep(std::time::Duration::from_millis(20));
        let lost = scope.spawn(|| {
            write(store, move |tx| {
                let pid = backend(tx)?;
                hang_up(&other, pid);
                tx.execute("INSERT INTO item (id) VALUES (2)", &[])
            })
        });
        std::thread::sleep(std::time::Duration::from_millis(20));
        let after = scope.spawn(|| write(store, |tx| tx.execute("INSERT INTO item (id) VALUES (3)", &[])));
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(open);
        assert!(gate.join().unwrap().unwrap());
        (before.join().unwrap(), lost.join().unwrap(), after.join().unwrap())
    });
    assert!(matches!(before, Err(Error::Fault(_))), "{before:?}");
    let why = lost.unwrap_err();
    assert!(matches!(why, Error::Fault(_)), "{why}");
    assert_eq!(after.unwrap(), 1);
    assert_eq!(one(&store, "SELECT SUM(id) FROM item").unwrap(), 3);
}

#[test]
fn a_server_that_is_not_there_is_a_fault_of_opening() {
    let url = "postgres:///postgres?user=accrual&host=/nonexistent-socket-directory";
    let Err(e) = PostgresStore::open(url, "tenant", Options::default()) else { panic!("opened") };
    assert!(matches!(e, Error::Fault(_)) && e.to_string().contains("connect"), "{e}");
}

#[test]
fn a_parameter_of_the_wrong_type_is_named_and_fails_its_unit_alone() {
    let Some(store) = with_items() else { return };
    let e = write(&store, |tx| tx.execute("INSERT INTO item (id, label) VALUES ($1, $2)", &[1.into(), 2.into()])).unwrap_err();
    assert!(e.to_string().contains("the parameter is an integer, the server expects text"), "{e}");
    let e = write(&store, |tx| tx.defer("INSERT INTO item (id, label) VALUES ($1, $2)", &[1.into()])).unwrap_err();
    assert!(e.to_string().contains("1 parameters were given, 2 are expected"), "{e}");
    let e = store.read(|tx| tx.first("SELECT id FROM item WHERE label = $1", &[1.into()], |row| row.int(0))).unwrap_err();
    assert!(e.to_string().contains("the server expects text"), "{e}");
    assert_eq!(one(&store, "SELECT COUNT(*) FROM item").unwrap(), 0);
}

#[test]
fn a_unit_that_goes_on_after_an_error_is_not_kept() {
    let Some(store) = with_items() else { return };
    let e = write(&store, |tx| {
        tx.execute("INSERT INTO item (id) VALUES (1)", &[])?;
        assert!(tx.execute("INSERT INTO item (id) VALUES (1)", &[]).is_err());
        let after = tx.execute("INSERT INTO item (id) VALUES (2)", &[]).unwrap_err();
        assert!(after.to_string().contains("an earlier statement of this unit of work failed"), "{after}");
        Ok(())
    });
    assert_eq!(e.unwrap_err().rejection().unwrap().code, "store.unique");
    assert_eq!(one(&store, "SELECT COUNT(*) FROM item").unwrap(), 0);
}

#[test]
fn a_preview_fails_when_the_work_would_have_failed() {
    let Some(store) = with_items() else { return };
    let e = store.write(Lane::Small, |tx| {
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[1.into()])?;
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[1.into()])?;
        Ok(Commit::RollBack(()))
    });
    assert_eq!(e.unwrap_err().rejection().unwrap().code, "store.unique");
}

#[test]
fn sums_and_truth_are_integers_and_a_fraction_is_a_fault() {
    let Some(store) = with_items() else { return };
    assert_eq!(
        one(&store, "SELECT SUM(n) FROM (VALUES (9000000000000000000::BIGINT), (-1::BIGINT)) AS t (n)").unwrap(),
        8_999_999_999_999_999_999
    );
    assert_eq!(one(&store, "SELECT EXISTS (SELECT 1 FROM item)").unwrap(), 0);
    let e = one(&store, "SELECT AVG(n) FROM (VALUES (1::BIGINT), (2::BIGINT)) AS t (n)").unwrap_err();
    assert!(e.to_string().contains("fraction"), "{e}");
    let found = store.read(|tx| tx.first("SELECT 1 WHERE CAST(5 AS NUMERIC) = $1", &[5.into()], |row| row.int(0))).unwrap();
    assert_eq!(found, Some(1));
}

#[test]
fn a_load_that_breaks_a_constraint_half_way_says_so() {
    const ITEM: BulkTable = BulkTable { name: "item", columns: &[("id", BulkType::Int), ("body", BulkType::Bytes)] };
    let Some(store) = with_items() else { return };
    let body = vec![7_u8; 10_000];
    // Large enough that the server refuses while rows are still being sent.
    let e = store.write(Lane::Bulk, move |tx| {
        tx.bulk(&ITEM, &mut |sink| (0..3_000_i64).try_for_each(|i| sink.push(&[(i % 100).into(), Cell::Bytes(&body)])))?;
        Ok(Commit::Keep(()))
    });
    let e = e.unwrap_err();
    assert_eq!(e.rejection().map(|r| (r.code, r.kind)), Some(("store.unique", Kind::Conflict)), "{e}");
    assert_eq!(one(&store, "SELECT COUNT(*) FROM item").unwrap(), 0);
}

#[test]
fn a_table_changed_under_a_prepared_statement_is_read_again() {
    let Some(store) = with_items() else { return };
    let read = |store: &StoreHandle| store.read(|tx| tx.first("SELECT * FROM item", &[], |row| row.int(0)));
    assert!(read(&store).unwrap().is_none());
    write(&store, |tx| tx.execute("ALTER TABLE item ADD COLUMN more BIGINT", &[])).unwrap();
    // A star may fail once where the connection knew the old shape; then it is prepared anew.
    let _ = read(&store);
    assert!(read(&store).unwrap().is_none());
}

#[test]
fn reads_wait_on_any_thread_also_inside_async_code() {
    let Some(store) = with_items() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(async { one(&store, "SELECT COUNT(*) FROM item") }).unwrap(), 0);
    // The last handle may go inside async code, too.
    runtime.block_on(async { drop(store) });
}

#[test]
fn a_full_disk_and_a_crowd_are_told_apart_from_faults() {
    let Some(store) = with_items() else { return };
    for (state, code) in [("53100", "store.full"), ("40P01", "store.busy"), ("55P03", "store.busy"), ("40001", "store.busy")] {
        let sql = format!("DO $$ BEGIN RAISE EXCEPTION 'as the server would' USING ERRCODE = '{state}'; END $$");
        let e = write(&store, move |tx| {
            tx.execute("INSERT INTO item (id) VALUES (1)", &[])?;
            tx.execute(&sql, &[])
        });
        assert_eq!(e.unwrap_err().rejection().map(|r| (r.code, r.kind)), Some((code, Kind::Busy)), "{state}");
    }
    assert_eq!(one(&store, "SELECT COUNT(*) FROM item").unwrap(), 0);
}

#[test]
fn two_stores_on_one_schema_see_each_other_and_a_second_tenant_sees_neither() {
    let Some(first) = with_items() else { return };
    let url = test_url().unwrap();
    let second = PostgresStore::open(&url, first.schema(), Options::default()).unwrap().into_handle();
    write(&first, |tx| tx.execute("INSERT INTO item (id) VALUES (1)", &[])).unwrap();
    let e = write(&second, |tx| tx.execute("INSERT INTO item (id) VALUES (1)", &[])).unwrap_err();
    assert_eq!(e.rejection().unwrap().code, "store.unique");
    let tenant = with_items().unwrap();
    assert_eq!(one(&tenant, "SELECT COUNT(*) FROM item").unwrap(), 0);
    second.0.close();
}
