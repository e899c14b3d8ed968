//! Reads see one state, whatever is written meanwhile.

use super::{Gate, answer, count, insert, items, submit, with_items, write};
use crate::{Commit, Lane, Read, StoreHandle};
use std::sync::atomic::{AtomicBool, Ordering};

/// A read that stays open sees its first state, also through statements that it had not run before, while both
/// lanes write and answer. The same thread may write while it reads.
pub fn a_long_read_sees_one_state(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| (0..10).try_for_each(|id| insert(tx, id))).expect("ten rows");
    let highest = |tx: &mut dyn Read| tx.first("SELECT max(number) FROM item", &[], |row| row.int(0));
    let seen = store.read(|tx| {
        let before = count(tx)?;
        for round in 0..20_i64 {
            let lane = if round % 2 == 0 { Lane::Small } else { Lane::Bulk };
            store.write(lane, move |tx| {
                insert(tx, 100 + round)?;
                tx.execute("UPDATE item SET number = number + 1", &[]).map(Commit::Keep)
            })?;
        }
        Ok((before, count(tx)?, highest(tx)?))
    });
    assert_eq!(seen.expect("the read succeeds"), (10, 10, Some(90)));
    assert_eq!(items(store), 30);
    assert_eq!(store.read(highest).expect("the new state"), Some(1191));
}

/// What a running job wrote is nobody else's to see before it is answered.
pub fn what_is_not_committed_is_not_seen(store: &StoreHandle) {
    with_items(store);
    let (wrote, written) = std::sync::mpsc::channel();
    let (resume, wait) = std::sync::mpsc::channel::<()>();
    let job = submit(store, Lane::Small, move |tx| {
        insert(tx, 1)?;
        count(tx.as_read())?;
        let _ = wrote.send(());
        let _ = wait.recv();
        Ok(Commit::Keep(()))
    });
    written.recv().expect("the job runs");
    assert_eq!(items(store), 0);
    drop(resume);
    answer(&job).expect("the job succeeds");
    assert_eq!(items(store), 1);
}

/// Whoever has the answer of a write reads what it wrote.
pub fn an_answered_write_is_seen(store: &StoreHandle) {
    with_items(store);
    for id in 0..200_i64 {
        let lane = if id % 3 == 0 { Lane::Bulk } else { Lane::Small };
        store.write(lane, move |tx| insert(tx, id).map(Commit::Keep)).expect("the write succeeds");
        assert_eq!(items(store), id + 1);
    }
}

/// Amounts that move between two rows always add up, in every snapshot.
pub fn two_rows_move_together(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| {
        insert(tx, 1)?;
        insert(tx, 2)?;
        tx.execute("UPDATE item SET number = 500", &[])
    })
    .expect("two rows");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !stop.load(Ordering::Relaxed) || reads == 0 {
                        let half =
                            |tx: &mut dyn Read, id: i64| tx.first("SELECT number FROM item WHERE id = $1", &[id.into()], |row| row.int(0));
                        let (a, b) = store.read(|tx| Ok((half(tx, 1)?, half(tx, 2)?))).expect("both rows");
                        assert_eq!(a.zip(b).map(|(a, b)| a + b), Some(1000));
                        reads += 1;
                    }
                })
            })
            .collect();
        for n in 1..300_i64 {
            write(store, move |tx| {
                tx.execute("UPDATE item SET number = number - $1 WHERE id = 1", &[n.into()])?;
                tx.execute("UPDATE item SET number = number + $1 WHERE id = 2", &[n.into()])
            })
            .expect("the move succeeds");
        }
        stop.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|r| r.join().expect("every snapshot adds up"));
    });
    // A gate that opens at the end shows that no reader holds the writer up.
    Gate::new(store).open();
}
