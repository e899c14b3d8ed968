//! Statements, parameters, callbacks.

use super::{ITEM, count, insert, with_items, write};
use crate::{Cell, Flow, Read, StoreHandle};
use accrual_base::{Error, Result};

fn with_rows(store: &StoreHandle, n: i64) {
    with_items(store);
    write(store, move |tx| {
        tx.bulk(&ITEM, &mut |sink| {
            for id in 0..n {
                sink.push(&[id.into(), (id % 10).into(), Cell::Null, Cell::Null])?;
            }
            Ok(())
        })
    })
    .expect("the rows are loaded");
}

/// A parameter may stand anywhere, twice, in any order, and be null.
pub fn parameters(store: &StoreHandle) {
    with_rows(store, 100);
    let found = |sql: &'static str, params: &[Cell<'_>]| -> Vec<i64> {
        store.read(|tx| tx.all(sql, params, |row| row.int(0))).expect("the query runs")
    };
    assert_eq!(found("SELECT id FROM item WHERE number = $2 AND id < $1 ORDER BY id", &[30.into(), 3.into()]), [3, 13, 23]);
    assert_eq!(found("SELECT id FROM item WHERE id = $1 OR id = $1 + 1 ORDER BY id", &[41.into()]), [41, 42]);
    assert_eq!(found("SELECT id FROM item WHERE number = $1", &[Cell::Null]), [0; 0]);
    assert_eq!(found("SELECT id FROM item WHERE label IS NULL AND id > $1 ORDER BY id DESC LIMIT $2", &[97.into(), 5.into()]), [99, 98]);
    let wrong = store.read(|tx| tx.all("SELECT id FROM item WHERE id = $1", &[], |row| row.int(0)));
    assert!(matches!(wrong, Err(Error::Fault(_))), "a missing parameter is a fault: {wrong:?}");
}

/// A callback ends the query by `Stop` or by its own error, and the snapshot can be read on.
pub fn stop_and_errors_in_a_callback(store: &StoreHandle) {
    with_rows(store, 1000);
    let read = store.read(|tx| {
        let mut seen = 0;
        tx.query("SELECT id FROM item ORDER BY id", &[], &mut |_| {
            seen += 1;
            Ok(if seen == 10 { Flow::Stop } else { Flow::Continue })
        })?;
        let refused = tx.query("SELECT id FROM item", &[], &mut |_| Err(Error::invalid("suite.own", "the callback's own error")));
        assert_eq!(super::code(&refused), Some("suite.own"));
        Ok((seen, count(tx)?))
    });
    assert_eq!(read.expect("the read succeeds"), (10, 1000));
    let kept = write(store, |tx| {
        let refused = tx.query("SELECT id FROM item", &[], &mut |_| Err(Error::invalid("suite.own", "the callback's own error")));
        assert_eq!(super::code(&refused), Some("suite.own"));
        insert(tx, 5000)
    });
    kept.expect("a write goes on after a callback's error");
    let kind = store.read(|tx| tx.first("SELECT id FROM item LIMIT 1", &[], |row| row.text(0).map(str::to_owned)));
    assert!(matches!(kind, Err(Error::Fault(_))), "a wrong type is a fault: {kind:?}");
    let column = store.read(|tx| tx.first("SELECT id FROM item LIMIT 1", &[], |row| row.int(1)));
    assert!(matches!(column, Err(Error::Fault(_))), "a missing column is a fault: {column:?}");
}

/// Many keys, present and absent, in a read and in a write.
pub fn by_keys(store: &StoreHandle) {
    with_rows(store, 5000);
    let keys: Vec<i64> = (-10..20_000).step_by(7).collect();
    let wanted: Vec<i64> = keys.iter().copied().filter(|k| (0..5000).contains(k)).collect();
    let pick = |tx: &mut dyn Read, keys: &[i64]| -> Result<Vec<i64>> {
        let mut found = Vec::new();
        tx.query_keys("SELECT id, number FROM item WHERE id = $key", keys, &mut |row| {
            assert_eq!(row.int(1)?, row.int(0)? % 10);
            found.push(row.int(0)?);
            Ok(Flow::Continue)
        })?;
        found.sort_unstable();
        Ok(found)
    };
    assert_eq!(store.read(|tx| pick(tx, &keys)).expect("keys can be read"), wanted);
    let in_write = write(store, move |tx| {
        tx.defer("DELETE FROM item WHERE id >= $1", &[100.into()])?;
        pick(tx.as_read(), &keys)
    });
    assert_eq!(in_write.expect("keys can be read in a write"), wanted.into_iter().filter(|k| *k < 100).collect::<Vec<_>>());
    assert_eq!(store.read(|tx| pick(tx, &[])).expect("no keys, no rows"), [0; 0]);
    let many = store.read(|tx| {
        let mut rows = 0;
        tx.query_keys("SELECT id FROM item WHERE number = $key", &[3, 4], &mut |_| {
            rows += 1;
            Ok(if rows == 5 { Flow::Stop } else { Flow::Continue })
        })?;
        Ok(rows)
    });
    assert_eq!(many.expect("a key may have many rows"), 5);
    let wrong = store.read(|tx| tx.query_keys("SELECT id FROM item WHERE id = $1", &[1], &mut |_| Ok(Flow::Continue)));
    assert!(wrong.is_err(), "a statement without $key is refused");
}

/// A long answer comes whole and in order.
pub fn many_rows(store: &StoreHandle) {
    with_rows(store, 100_000);
    let mut next = 0_i64;
    store
        .read(|tx| {
            tx.query("SELECT id, number FROM item ORDER BY id", &[], &mut |row| {
                assert_eq!((row.int(0)?, row.int(1)?), (next, next % 10));
                next += 1;
                Ok(Flow::Continue)
            })
        })
        .expect("a long answer");
    assert_eq!(next, 100_000);
}

/// A statement answers how many rows it changed.
pub fn changes_are_counted(store: &StoreHandle) {
    with_rows(store, 100);
    let counts = write(store, |tx| {
        Ok([
            tx.execute("UPDATE item SET number = $1 WHERE id < $2", &[77.into(), 30.into()])?,
            tx.execute("UPDATE item SET number = 1 WHERE id = $1", &[(-1).into()])?,
            tx.execute("DELETE FROM item WHERE number = $1", &[77.into()])?,
            tx.execute("INSERT INTO item (id) SELECT id + 1000 FROM item", &[])?,
        ])
    });
    assert_eq!(counts.expect("the statements run"), [30, 0, 30, 70]);
}

/// The two extensions that both databases share.
pub fn upsert_and_returning(store: &StoreHandle) {
    with_items(store);
    let sql = "INSERT INTO item (id, number) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET number = item.number + excluded.number RETURNING number";
    let numbers = write(store, move |tx| {
        let mut numbers = Vec::new();
        for n in [5_i64, 6, 7] {
            numbers.extend(tx.as_read().first(sql, &[1.into(), n.into()], |row| row.int(0))?);
        }
        Ok(numbers)
    });
    assert_eq!(numbers.expect("the upserts run"), [5, 11, 18]);
    let ignored = write(store, |tx| tx.execute("INSERT INTO item (id) VALUES ($1) ON CONFLICT DO NOTHING", &[1.into()]));
    assert_eq!(ignored.expect("the insert is ignored"), 0);
}

/// A statement that the database does not understand is a fault, and the store goes on.
pub fn wrong_sql_is_a_fault(store: &StoreHandle) {
    with_items(store);
    let read = store.read(|tx| tx.all("SELECT nothing FROM nowhere", &[], |row| row.int(0)));
    assert!(matches!(read, Err(Error::Fault(_))), "{read:?}");
    let wrote = write(store, |tx| tx.execute("INSERT INTO nowhere VALUES ($1)", &[1.into()]));
    assert!(matches!(wrote, Err(Error::Fault(_))), "{wrote:?}");
    write(store, |tx| insert(tx, 1)).expect("the store goes on");
    assert_eq!(super::items(store), 1);
}
