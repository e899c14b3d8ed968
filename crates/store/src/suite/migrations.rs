//! The schema arrives whole, once.

use super::code;
use crate::migrate::{self, Migration};
use crate::{Read, StoreHandle};

const fn step(number: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, sqlite: sql, postgres: sql }
}

const ONE: Migration = step(1, "first", "CREATE TABLE first (id BIGINT PRIMARY KEY); INSERT INTO first VALUES (1); -- done;");
const TWO: Migration = step(2, "second", "CREATE TABLE second (id BIGINT PRIMARY KEY); INSERT INTO second SELECT id + 1 FROM first;");
const BROKEN: Migration = step(2, "second", "CREATE TABLE second (id BIGINT PRIMARY KEY); INSERT INTO nowhere VALUES (1);");

fn rows(store: &StoreHandle, sql: &'static str) -> Option<Vec<i64>> {
    store.read(|tx: &mut dyn Read| tx.all(sql, &[], |row| row.int(0))).ok()
}

/// The tenant's schema can be applied, and applied again.
pub fn once_and_idempotent(store: &StoreHandle) {
    assert_eq!(migrate::run(store).expect("the schema is made"), migrate::TENANT.len());
    assert_eq!(migrate::run(store).expect("nothing is left to do"), 0);
    assert_eq!(rows(store, "SELECT count(*) FROM rc_line"), Some(vec![0]));
    let recorded: Vec<i64> = migrate::TENANT.iter().map(|m| m.number).collect();
    assert_eq!(rows(store, "SELECT number FROM schema_migration ORDER BY number"), Some(recorded));
}

/// A migration that fails leaves the database as the one before made it; the repaired one goes on from there.
pub fn a_broken_one_leaves_nothing(store: &StoreHandle) {
    assert!(migrate::run_set(store, &[ONE, BROKEN]).is_err());
    assert_eq!(rows(store, "SELECT number FROM schema_migration"), Some(vec![1]));
    assert_eq!(rows(store, "SELECT id FROM first"), Some(vec![1]));
    assert_eq!(rows(store, "SELECT id FROM second"), None);
    assert_eq!(migrate::run_set(store, &[ONE, TWO]).expect("the repaired set"), 1);
    assert_eq!(rows(store, "SELECT id FROM second"), Some(vec![2]));
}

/// An older program refuses a newer database, and any program a changed one.
pub fn a_newer_database_is_refused(store: &StoreHandle) {
    migrate::run_set(store, &[ONE, TWO]).expect("the newer set");
    let older = migrate::run_set(store, &[ONE]);
    assert_eq!(code(&older), Some("store.newer"));
    assert!(older.is_err_and(|e| e.to_string().contains("newer version")));
    assert_eq!(code(&migrate::run_set(store, &[ONE, BROKEN])), Some("store.migration"));
}

/// Several that start together apply each migration once.
pub fn several_at_once(store: &StoreHandle) {
    let applied: usize = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| migrate::run_set(store, &[ONE, TWO]).expect("every start succeeds"))).collect();
        starts.into_iter().map(|s| s.join().expect("no start fails")).sum()
    });
    assert_eq!(applied, 2);
    assert_eq!(rows(store, "SELECT id FROM second"), Some(vec![2]));
}
