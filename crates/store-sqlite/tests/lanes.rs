//! Who goes first: small jobs, then bulk; and nobody starves.

use accrual_base::Result;
use accrual_store::{Commit, Lane, StoreHandle, WriteJob};
use accrual_store_sqlite::SqliteStore;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

fn store() -> StoreHandle {
    let store = SqliteStore::in_memory().expect("a store").into_handle();
    store.write(Lane::Small, |tx| tx.execute("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT", &[]).map(Commit::Keep)).expect("a table");
    store
}

/// Queues a job that says its name when it runs.
fn submit(store: &StoreHandle, lane: Lane, ran: &Sender<String>, name: String, before: impl FnOnce() + Send + 'static) {
    let ran = ran.clone();
    store.0.submit(WriteJob {
        lane,
        run: Box::new(move |_| {
            before();
            let _ = ran.send(name);
            Ok(Commit::Keep(Box::new(())))
        }),
        done: Box::new(|result| assert!(result.is_ok())),
    });
}

fn gate(store: &StoreHandle, ran: &Sender<String>) -> Sender<()> {
    let (open, wait) = channel();
    let (inside, reached) = channel();
    submit(store, Lane::Small, ran, "gate".to_owned(), move || {
        let _ = inside.send(());
        let _ = wait.recv();
    });
    reached.recv().expect("the writer reaches the gate");
    open
}

fn names(ran: &Receiver<String>, n: usize) -> Vec<String> {
    ran.iter().take(n).collect()
}

#[test]
fn waiting_small_jobs_go_before_waiting_bulk_jobs() {
    let store = store();
    let (ran, order) = channel();
    let open = gate(&store, &ran);
    for n in 0..3 {
        submit(&store, Lane::Bulk, &ran, format!("bulk {n}"), || {});
        submit(&store, Lane::Small, &ran, format!("small {n}"), || {});
    }
    drop(open);
    assert_eq!(names(&order, 7), ["gate", "small 0", "small 1", "small 2", "bulk 0", "bulk 1", "bulk 2"]);
}

#[test]
fn a_small_job_that_comes_during_a_bulk_job_goes_before_the_next_one() {
    let store = store();
    let (ran, order) = channel();
    let open = gate(&store, &ran);
    let (late, ran_late) = (store.clone(), ran.clone());
    submit(&store, Lane::Bulk, &ran, "bulk 0".to_owned(), move || submit(&late, Lane::Small, &ran_late, "late".to_owned(), || {}));
    submit(&store, Lane::Bulk, &ran, "bulk 1".to_owned(), || {});
    drop(open);
    assert_eq!(names(&order, 4), ["gate", "bulk 0", "late", "bulk 1"]);
}

#[test]
fn bulk_comes_through_small_writes_that_never_pause() {
    let store = store();
    let (stop, small) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let wrote: Result<u64> =
                        store.write(Lane::Small, |tx| tx.execute("INSERT INTO t DEFAULT VALUES", &[]).map(Commit::Keep));
                    wrote.expect("a small write succeeds");
                    small.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..5 {
            store.write(Lane::Bulk, |tx| tx.execute("INSERT INTO t DEFAULT VALUES", &[]).map(Commit::Keep)).expect("bulk gets its turn");
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(small.load(Ordering::Relaxed) > 0);
}
