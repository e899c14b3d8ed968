//! Closing, and the asynchronous edge.

use super::{Gate, answer, insert, items, submit, with_items, write};
use crate::{Commit, Lane, StoreHandle};
use accrual_base::Error;

/// `close` lets what waits come to its end; afterwards writes and reads are refused, and it may be called again.
pub fn close_answers_what_waits_and_refuses_what_comes(store: &StoreHandle) {
    with_items(store);
    let gate = Gate::new(store);
    let waiting: Vec<_> = (0..100_i64)
        .map(|id| submit(store, if id % 10 == 0 { Lane::Bulk } else { Lane::Small }, move |tx| insert(tx, id).map(Commit::Keep)))
        .collect();
    std::thread::scope(|scope| {
        scope.spawn(|| store.0.close());
        gate.open();
    });
    waiting.iter().for_each(|r| answer(r).expect("what waited is written"));
    assert!(write(store, |tx| insert(tx, 1000)).is_err(), "a closed store takes no write");
    assert!(store.read(|_| Ok(())).is_err(), "a closed store takes no read");
    store.0.close();
}

/// Writes awaited by one thread of async code.
pub fn async_writes(store: &StoreHandle) {
    with_items(store);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let results = runtime.block_on(async {
        let tasks: Vec<_> = (0..200_i64)
            .map(|id| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .write_async(Lane::Small, move |tx| {
                            insert(tx, id)?;
                            if id % 2 == 0 { Ok(Commit::Keep(id)) } else { Err(Error::invalid("suite.odd", "odd ones fail")) }
                        })
                        .await
                })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("no task fails"));
        }
        results
    });
    for (result, id) in results.into_iter().zip(0_i64..) {
        assert_eq!(result.ok(), (id % 2 == 0).then_some(id));
    }
    assert_eq!(items(store), 100);
}
