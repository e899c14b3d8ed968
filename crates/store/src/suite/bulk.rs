//! Bulk loads.

use super::{Gate, ITEM, answer, code, count, ids, insert, items, submit, with_items, write};
use crate::{BulkSink, BulkTable, BulkType, Cell, Commit, Lane, StoreHandle};
use accrual_base::{Error, Result};

fn push(sink: &mut dyn BulkSink, id: i64) -> Result<()> {
    let body = id.to_le_bytes();
    sink.push(&[id.into(), (id * 10).into(), Cell::Null, Cell::Bytes(&body)])
}

/// 50,000 rows in both lanes; the same job reads and changes them.
pub fn many_rows_and_what_follows_sees_them(store: &StoreHandle) {
    with_items(store);
    for (lane, first) in [(Lane::Small, 0_i64), (Lane::Bulk, 50_000)] {
        let answer = store.write(lane, move |tx| {
            let loaded = tx.bulk(&ITEM, &mut |sink| (first..first + 50_000).try_for_each(|id| push(sink, id)))?;
            let seen = count(tx.as_read())?;
            let changed = tx.execute("UPDATE item SET label = 'last' WHERE id = $1", &[(first + 49_999).into()])?;
            tx.execute("UPDATE item SET label = NULL WHERE label = 'last'", &[])?;
            Ok(Commit::Keep((loaded, seen, changed)))
        });
        assert_eq!(answer.expect("the load succeeds"), (50_000, first + 50_000, 1));
    }
    let bad = store.read(|tx| {
        let mut bad = 0;
        tx.query("SELECT id, number, body FROM item", &[], &mut |row| {
            let id = row.int(0)?;
            bad += i64::from(row.int(1)? != id * 10 || row.bytes(2)? != id.to_le_bytes());
            Ok(crate::Flow::Continue)
        })?;
        Ok(bad)
    });
    assert_eq!(bad.expect("the rows can be read"), 0);
    assert_eq!(items(store), 100_000);
}

/// When the caller gives up in the middle, the job leaves nothing, neither rows nor what went before.
pub fn a_failure_half_way_leaves_nothing(store: &StoreHandle) {
    with_items(store);
    for lane in [Lane::Small, Lane::Bulk] {
        let failed = store.write::<u64>(lane, |tx| {
            insert(tx, -1)?;
            tx.bulk(&ITEM, &mut |sink| {
                (0..7000).try_for_each(|id| push(sink, id))?;
                Err(Error::invalid("suite.row", "row 7001 is broken"))
            })
            .map(Commit::Keep)
        });
        assert_eq!(code(&failed), Some("suite.row"));
        assert_eq!(items(store), 0);
    }
    store.write(Lane::Bulk, |tx| tx.bulk(&ITEM, &mut |sink| push(sink, 1)).map(Commit::Keep)).expect("the store goes on");
    assert_eq!(ids(store), [1]);
}

/// A duplicate in the middle of a load is a conflict and leaves nothing.
pub fn a_duplicate_half_way_leaves_nothing(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| insert(tx, 5000)).expect("a row is in the way");
    for lane in [Lane::Small, Lane::Bulk] {
        let failed = store.write(lane, |tx| tx.bulk(&ITEM, &mut |sink| (0..10_000).try_for_each(|id| push(sink, id))).map(Commit::Keep));
        assert_eq!(code(&failed), Some("store.unique"), "{failed:?}");
        assert_eq!(ids(store), [5000]);
    }
}

/// Rows of the wrong width or kind are faults of the caller's code.
pub fn rows_that_do_not_fit_are_refused(store: &StoreHandle) {
    with_items(store);
    let rows: [&'static [Cell<'static>]; 3] = [
        &[Cell::Int(1)],
        &[Cell::Int(1), Cell::Text("7"), Cell::Null, Cell::Null],
        &[Cell::Int(1), Cell::Null, Cell::Bytes(b"label"), Cell::Null],
    ];
    for row in rows {
        let refused = write(store, |tx| {
            tx.bulk(&ITEM, &mut |sink| {
                push(sink, 7)?;
                sink.push(row)
            })
        });
        assert!(matches!(refused, Err(Error::Fault(_))), "{row:?}: {refused:?}");
    }
    assert_eq!(items(store), 0);
}

/// A load of no rows is fine; columns that are not named are null.
pub fn nothing_and_nulls(store: &StoreHandle) {
    const SOME: BulkTable = BulkTable { name: "item", columns: &[("number", BulkType::Int), ("id", BulkType::Int)] };
    with_items(store);
    let loaded = write(store, |tx| {
        let none = tx.bulk(&ITEM, &mut |_| Ok(()))?;
        let one = tx.bulk(&SOME, &mut |sink| sink.push(&[8.into(), 1.into()]))?;
        Ok((none, one))
    });
    assert_eq!(loaded.expect("the loads succeed"), (0, 1));
    let row =
        store.read(|tx| tx.first("SELECT number, label FROM item WHERE id = 1", &[], |row| Ok((row.int(0)?, row.opt_text(1)?.is_none()))));
    assert_eq!(row.expect("the row can be read"), Some((8, true)));
}

/// Loads that share a group with other jobs: one fails, the rest stay.
pub fn in_a_group_beside_others(store: &StoreHandle) {
    with_items(store);
    let gate = Gate::new(store);
    let waiting: Vec<_> = (0..5_i64)
        .map(|n| {
            submit(store, Lane::Small, move |tx| {
                tx.bulk(&ITEM, &mut |sink| {
                    (n * 100..n * 100 + 100).try_for_each(|id| push(sink, id))?;
                    if n == 2 { Err(Error::invalid("suite.load", "the third load fails")) } else { Ok(()) }
                })
                .map(Commit::Keep)
            })
        })
        .collect();
    gate.open();
    for (receiver, n) in waiting.iter().zip(0..) {
        let result = answer(receiver);
        assert_eq!(code(&result), (n == 2).then_some("suite.load"));
        assert!(n == 2 || result.is_ok_and(|rows| rows == 100));
    }
    assert_eq!(ids(store), (0..500).filter(|id| id / 100 != 2).collect::<Vec<_>>());
}
