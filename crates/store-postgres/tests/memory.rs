//! Answers and loads of any size run in constant memory. One test, so that the process holds nothing else.

#![allow(clippy::unwrap_used)]

use accrual_store::{BulkTable, BulkType, Cell, Commit, Flow, Lane};
use accrual_store_postgres::{Scratch, test_url};

/// The largest resident size of this process so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const WIDE: BulkTable = BulkTable { name: "wide", columns: &[("id", BulkType::Int), ("body", BulkType::Text)] };

#[test]
fn a_million_rows_go_in_and_out_in_constant_memory() {
    let Some(url) = test_url() else { return };
    let store = Scratch::on(&url).unwrap();
    let loaded = store.write(Lane::Bulk, |tx| {
        tx.execute("CREATE UNLOGGED TABLE wide (id BIGINT, body TEXT)", &[])?;
        Ok(Commit::Keep(()))
    });
    loaded.unwrap();
    let before = peak();
    let body = "x".repeat(200);
    let rows = store.write(Lane::Bulk, move |tx| {
        tx.bulk(&WIDE, &mut |sink| (0..1_000_000_i64).try_for_each(|i| sink.push(&[i.into(), Cell::Text(&body)]))).map(Commit::Keep)
    });
    assert_eq!(rows.unwrap(), 1_000_000);
    let (mut count, mut bytes) = (0_u64, 0_usize);
    store
        .read(|tx| {
            tx.query("SELECT id, body FROM wide", &[], &mut |row| {
                count += 1;
                bytes += row.text(1)?.len();
                Ok(Flow::Continue)
            })
        })
        .unwrap();
    assert_eq!((count, bytes), (1_000_000, 200_000_000));
    let grown = peak() - before;
    assert!(grown < 24 * 1024, "a load and an answer of 200 MB took {grown} KiB of memory");
}
