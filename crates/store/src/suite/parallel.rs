//! Many threads at once.

use super::{code, count, insert, items, with_items, write};
use crate::{Lane, StoreHandle};
use accrual_base::Error;
use std::collections::BTreeSet;

/// 64 threads draw numbers from one counter and write a row each time: nothing lost, nothing doubled.
pub fn sixty_four_writers(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| insert(tx, 0)).expect("the counter");
    write(store, |tx| tx.execute("UPDATE item SET number = 0 WHERE id = 0", &[])).expect("the counter starts");
    let drawn: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64_i64)
            .map(|thread| {
                scope.spawn(move || {
                    let mut own = Vec::new();
                    for round in 0..25_i64 {
                        let result = write(store, move |tx| {
                            let sql = "UPDATE item SET number = number + 1 WHERE id = 0 RETURNING number";
                            let next = tx.as_read().first(sql, &[], |row| row.int(0))?.ok_or_else(|| Error::fault("no counter"))?;
                            insert(tx, 1 + thread * 1000 + round)?;
                            if round % 5 == 4 { Err(Error::invalid("suite.fifth", "every fifth fails")) } else { Ok(next) }
                        });
                        match result {
                            Ok(n) => own.push(n),
                            Err(e) => assert_eq!(code::<()>(&Err(e)), Some("suite.fifth")),
                        }
                    }
                    own
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().expect("no thread fails")).collect()
    });
    assert_eq!(drawn.len(), 64 * 20);
    assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len(), "no number is drawn twice");
    assert_eq!(drawn.iter().max(), Some(&(64 * 20)));
    assert_eq!(items(store), 1 + 64 * 20);
}

/// More readers than any pool holds, beside writers in both lanes.
pub fn readers_beside_writers(store: &StoreHandle) {
    with_items(store);
    std::thread::scope(|scope| {
        for thread in 0..40_i64 {
            scope.spawn(move || {
                let mut last = 0;
                for round in 0..10_i64 {
                    if thread % 4 == 0 {
                        let lane = if round % 2 == 0 { Lane::Small } else { Lane::Bulk };
                        store
                            .write(lane, move |tx| insert(tx, thread * 100 + round).map(crate::Commit::Keep))
                            .expect("every write succeeds");
                    }
                    let now = store.read(count).expect("every read succeeds");
                    assert!(now >= last, "a later snapshot is not older");
                    last = now;
                }
            });
        }
    });
    assert_eq!(items(store), 100);
}
