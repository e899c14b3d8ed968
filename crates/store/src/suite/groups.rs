//! Jobs that share a commit do not share their failures.

use super::{Gate, answer, code, count, ids, insert, items, submit, with_items, write};
use crate::{Commit, Lane, StoreHandle};
use accrual_base::Error;
use std::sync::{Arc, Mutex};

/// Every third job fails after it wrote; the others are kept.
pub fn one_failure_among_many(store: &StoreHandle) {
    with_items(store);
    let gate = Gate::new(store);
    let waiting: Vec<_> = (0..300_i64)
        .map(|id| {
            submit(store, Lane::Small, move |tx| {
                insert(tx, id)?;
                if id % 3 == 0 { Err(Error::invalid("suite.third", "every third job fails")) } else { Ok(Commit::Keep(id)) }
            })
        })
        .collect();
    gate.open();
    for (receiver, id) in waiting.iter().zip(0_i64..) {
        let result = answer(receiver);
        if id % 3 == 0 {
            assert_eq!(code(&result), Some("suite.third"));
        } else {
            assert_eq!(result.expect("its own job succeeded"), id);
        }
    }
    assert_eq!(ids(store), (0..300).filter(|id| id % 3 != 0).collect::<Vec<_>>());
}

/// A panic undoes its job, answers a fault, and the writer goes on.
pub fn a_panic_is_one_jobs_failure(store: &StoreHandle) {
    with_items(store);
    for lane in [Lane::Small, Lane::Bulk] {
        let alone = store.write::<()>(lane, |tx| {
            insert(tx, 1)?;
            panic!("a panic that the suite wants");
        });
        assert!(matches!(alone, Err(Error::Fault(_))), "{alone:?}");
    }
    let gate = Gate::new(store);
    let first = submit(store, Lane::Small, |tx| insert(tx, 2).map(Commit::Keep));
    let panics = submit::<()>(store, Lane::Small, |tx| {
        insert(tx, 3)?;
        panic!("a panic that the suite wants");
    });
    let last = submit(store, Lane::Small, |tx| insert(tx, 4).map(Commit::Keep));
    gate.open();
    answer(&first).expect("the job before is kept");
    assert!(matches!(answer(&panics), Err(Error::Fault(_))));
    answer(&last).expect("the job after is kept");
    assert_eq!(ids(store), [2, 4]);
}

/// A preview answers what it saw and leaves nothing, alone, in a group and in bulk.
pub fn a_preview_leaves_nothing(store: &StoreHandle) {
    with_items(store);
    for lane in [Lane::Small, Lane::Bulk] {
        let seen = store.write(lane, |tx| {
            insert(tx, 1)?;
            tx.defer("INSERT INTO item (id) VALUES ($1)", &[2.into()])?;
            count(tx.as_read()).map(Commit::RollBack)
        });
        assert_eq!(seen.expect("a preview succeeds"), 2);
        assert_eq!(items(store), 0);
    }
    let gate = Gate::new(store);
    let kept = submit(store, Lane::Small, |tx| insert(tx, 5).map(Commit::Keep));
    let preview = submit(store, Lane::Small, |tx| insert(tx, 6).map(Commit::RollBack));
    gate.open();
    answer(&kept).expect("the kept job succeeds");
    answer(&preview).expect("the preview succeeds");
    assert_eq!(ids(store), [5]);
}

/// A later job of a group builds on an earlier one, and never on one that failed.
pub fn jobs_see_what_went_before(store: &StoreHandle) {
    with_items(store);
    let gate = Gate::new(store);
    let waiting: Vec<_> = (0..20_i64)
        .map(|id| {
            submit(store, Lane::Small, move |tx| {
                let before = count(tx.as_read())?;
                insert(tx, id)?;
                if id % 2 == 0 { Ok(Commit::Keep(before)) } else { Ok(Commit::RollBack(before)) }
            })
        })
        .collect();
    gate.open();
    let seen: Vec<i64> = waiting.iter().map(|r| answer(r).expect("every job succeeds")).collect();
    assert_eq!(seen, (0..20).map(|id| (id + 1) / 2).collect::<Vec<i64>>());
}

/// Small jobs run in the order in which they were submitted.
pub fn small_jobs_run_in_order(store: &StoreHandle) {
    with_items(store);
    let ran = Arc::new(Mutex::new(Vec::new()));
    let gate = Gate::new(store);
    let waiting: Vec<_> = (0..600_i64)
        .map(|id| {
            let ran = Arc::clone(&ran);
            submit(store, Lane::Small, move |tx| {
                ran.lock().expect("the list is whole").push(id);
                insert(tx, id).map(Commit::Keep)
            })
        })
        .collect();
    gate.open();
    waiting.iter().for_each(|r| answer(r).expect("every job succeeds"));
    assert_eq!(*ran.lock().expect("the list is whole"), (0..600).collect::<Vec<_>>());
    assert_eq!(items(store), 600);
}

/// What a failed job wrote is free for the next job of the same group.
pub fn a_failed_job_frees_its_keys(store: &StoreHandle) {
    with_items(store);
    let gate = Gate::new(store);
    let fails = submit::<()>(store, Lane::Small, |tx| {
        insert(tx, 1)?;
        Err(Error::invalid("suite.wanted", "this job fails"))
    });
    let again = submit(store, Lane::Small, |tx| insert(tx, 1).map(Commit::Keep));
    gate.open();
    assert_eq!(code(&answer(&fails)), Some("suite.wanted"));
    answer(&again).expect("the key is free");
    assert_eq!(ids(store), [1]);
}

/// Bulk jobs and small jobs, submitted in turns, all come to their end; a failing one of each hurts no other.
pub fn both_lanes_finish(store: &StoreHandle) {
    with_items(store);
    let waiting: Vec<_> = (0..60_i64)
        .map(|id| {
            submit(store, if id % 4 == 0 { Lane::Bulk } else { Lane::Small }, move |tx| {
                insert(tx, id)?;
                if id % 10 == 0 { Err(Error::invalid("suite.tenth", "every tenth job fails")) } else { Ok(Commit::Keep(())) }
            })
        })
        .collect();
    for (receiver, id) in waiting.iter().zip(0_i64..) {
        assert_eq!(answer(receiver).is_ok(), id % 10 != 0, "job {id}");
    }
    assert_eq!(ids(store), (0..60).filter(|id| id % 10 != 0).collect::<Vec<_>>());
    write(store, |tx| insert(tx, 100)).expect("the store goes on");
}
