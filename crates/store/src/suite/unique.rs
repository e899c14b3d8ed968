//! Broken unique constraints and deferred writes.

use super::{Gate, answer, code, count, ids, insert, submit, with_items, write};
use crate::{Commit, Lane, StoreHandle};
use accrual_base::Error;
use accrual_base::error::Kind;

/// A duplicate key, first or second, is a conflict that names the table; it undoes its job whole.
pub fn a_duplicate_is_a_conflict(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| tx.execute("INSERT INTO item (id, label) VALUES ($1, $2)", &[1.into(), "one".into()])).expect("the first row");
    let primary = write(store, |tx| {
        insert(tx, 5)?;
        insert(tx, 1)
    });
    let second = write(store, |tx| tx.execute("INSERT INTO item (id, label) VALUES ($1, $2)", &[2.into(), "one".into()]));
    for (error, column) in [(primary.err(), "id"), (second.err(), "label")] {
        let error = error.expect("a duplicate is refused");
        let rejection = error.rejection().expect("a rejection, no fault");
        assert_eq!((rejection.code, rejection.kind), ("store.unique", Kind::Conflict));
        assert!(rejection.message.contains("item"), "{}", rejection.message);
        let place = rejection.place.column.as_deref().unwrap_or_default();
        assert!(place.contains(column), "{place} names the column {column}");
    }
    assert_eq!(ids(store), [1]);
}

/// A deferred statement may fail late, but it fails its own job and no other.
pub fn a_deferred_duplicate_fails_its_job_alone(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| insert(tx, 1)).expect("the first row");
    let gate = Gate::new(store);
    let before = submit(store, Lane::Small, |tx| {
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[2.into()])?;
        Ok(Commit::Keep(()))
    });
    let twice = submit(store, Lane::Small, |tx| {
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[3.into()])?;
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[1.into()])?;
        Ok(Commit::Keep(()))
    });
    let after = submit(store, Lane::Small, |tx| {
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[4.into()])?;
        Ok(Commit::Keep(()))
    });
    let bulk = submit(store, Lane::Bulk, |tx| {
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[5.into()])?;
        tx.defer("INSERT INTO item (id) VALUES ($1)", &[1.into()])?;
        Ok(Commit::Keep(()))
    });
    gate.open();
    answer(&before).expect("the job before is kept");
    assert_eq!(code(&answer(&twice)), Some("store.unique"));
    answer(&after).expect("the job after is kept");
    assert_eq!(code(&answer(&bulk)), Some("store.unique"));
    assert_eq!(ids(store), [1, 2, 4]);
}

/// A read, a statement and a bulk load after deferred statements see what those did, in their order.
pub fn a_deferred_write_is_seen_by_the_next_read(store: &StoreHandle) {
    with_items(store);
    let seen = write(store, |tx| {
        for id in 0..500_i64 {
            tx.defer("INSERT INTO item (id, number) VALUES ($1, $2)", &[id.into(), 1.into()])?;
        }
        let counted = count(tx.as_read())?;
        tx.defer("UPDATE item SET number = 2 WHERE id < $1", &[100.into()])?;
        let changed = tx.execute("UPDATE item SET number = 3 WHERE number = 2", &[])?;
        tx.defer("DELETE FROM item WHERE id >= $1", &[300.into()])?;
        tx.bulk(&super::ITEM, &mut |sink| sink.push(&[400.into(), crate::Cell::Null, crate::Cell::Null, crate::Cell::Null]))?;
        let rest = count(tx.as_read())?;
        Ok::<_, Error>((counted, changed, rest))
    });
    assert_eq!(seen.expect("the job succeeds"), (500, 100, 301));
    assert_eq!(ids(store).len(), 301);
}
