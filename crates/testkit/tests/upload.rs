//! Uploads on every backend: what is kept, repeated, corrected and swept is the same everywhere.

use accrual_app::upload::{self, UploadStatus};
use accrual_base::Result;
use accrual_store::staging::{self, Family, UploadRow};
use accrual_store::{Commit, Flow, Lane, Write};
use accrual_testkit::{Backend, World};

const HEAD: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE,\
                    INV_NUM,INV_LINE_ID,INV_DATE,INV_QTY\n";

fn order(id: &str, item: &str) -> String {
    format!("SO,C1,Acme,{item},{id},10-JAN-2024,1,120,100,USD,USD,01-JAN-2024,31-DEC-2024,,,,\n")
}
fn invoice(id: &str, price: &str) -> String {
    format!("INV,C1,Acme,SKU,L1,,,120,{price},USD,USD,,,I,{id},12-JAN-2024,1\n")
}

fn send(world: &World, rows: &str) -> UploadRow {
    let body = format!("{HEAD}{rows}");
    let receipt = upload::receive(&world.tenant(), &world.context(), "Upload Template", "f.csv", body.as_bytes()).expect("upload");
    upload::status(&world.tenant(), &world.context(), receipt.upload_id).expect("status")
}

/// Staged rows, exceptions, keys.
fn stored(world: &World) -> (i64, i64, i64) {
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        world.tenant().store.read(|tx| tx.first(&sql, &[], |r| r.int(0))).expect("count").unwrap_or_default()
    };
    (count("stage_line"), count("stage_exception"), count("bill_line_key"))
}

fn errors(world: &World) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    upload::stage_errors(&world.tenant(), &world.context(), false, &mut |e| {
        all.push((e.line_no, e.codes.clone()));
        Ok(())
    })
    .expect("stage errors");
    all
}

fn write(world: &World, f: impl FnOnce(&mut dyn Write) -> Result<()> + Send + 'static) {
    world.tenant().store.write(Lane::Small, |tx| f(tx).map(Commit::Keep)).expect("write");
}

#[test]
fn rows_errors_and_keys_are_kept_for_a_good_file() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let row = send(&world, &(order("L1", "SKU") + &order("L2", "") + &invoice("I1", "100")));
        assert_eq!(
            (row.status, row.rows_read, row.rows_error, row.org_id),
            (UploadStatus::Staged, 3, 1, Some(1)),
            "{backend:?} {}",
            row.message
        );
        assert_eq!(stored(&world), (3, 1, 1), "{backend:?}");
        assert_eq!(errors(&world), [(3, "RPRO-00006".to_owned())], "{backend:?}");
        let mut fresh = Vec::new();
        let each = &mut |r: &staging::StagedRow<'_>| {
            fresh.push((r.line_no, r.kind, r.due.to_string()));
            Ok(Flow::Continue)
        };
        world.tenant().store.read(|tx| staging::new_rows(tx, &row, 0, i64::MAX, each)).expect("rows");
        assert_eq!(fresh, [(2, 0, "2024-01-10".to_owned()), (4, 1, "2024-01-12".to_owned())], "{backend:?}");
    }
}

#[test]
fn bills_are_taken_once_and_corrections_take_the_place_of_errors() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        send(&world, &(order("L1", "") + &invoice("I1", "100") + &invoice("I2", "1.005")));
        let again = send(&world, &(order("L1", "SKU") + &invoice("I1", "100") + &invoice("I2", "1.05")));
        assert_eq!(again.rows_error, 1, "{backend:?}: I1 was sent before, I2 was in error");
        assert_eq!(errors(&world), [(3, "RPRO-00715".to_owned())], "{backend:?}: what was corrected is no error any more");
    }
}

#[test]
fn a_failed_file_leaves_nothing_over_many_chunks() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let rows: String = (0..21_000).map(|n| invoice(&format!("I{n}"), if n % 1000 == 0 { "1.005" } else { "100" })).collect();
        let failed = send(&world, &format!("{rows}{}", invoice("X", "ten")));
        assert_eq!((failed.status, failed.ids), (UploadStatus::Failed, None), "{backend:?}");
        assert!(failed.message.contains("line 21002: column EXT_SLL_PRC:"), "{backend:?}: {}", failed.message);
        assert_eq!(stored(&world), (0, 0, 0), "{backend:?}");
        let good = send(&world, &rows);
        assert_eq!((good.status, good.rows_read, good.rows_error), (UploadStatus::Staged, 21_000, 21), "{backend:?}");
        assert_eq!(stored(&world), (21_000, 21, 21_000), "{backend:?}");
    }
}

#[test]
fn an_upload_cut_off_by_a_crash_is_ended_at_the_next_start() {
    // on a server an upload belongs to its process, and this one lives: there a process is killed in the tests of the command line
    for backend in Backend::all().into_iter().filter(|b| *b == Backend::File) {
        let world = World::on(backend).build();
        let row = send(&world, &(order("L1", "") + &invoice("I1", "100")));
        // as the crash leaves it: chunks written, the last write missing
        let now = world.tenant().now();
        write(&world, move |tx| staging::set_status(tx, row.id, UploadStatus::Staged, UploadStatus::Loading, now).map(|_| ()));
        assert!(errors(&world).is_empty(), "{backend:?}: rows under way are seen by nobody");
        world.restart();
        let ended = upload::status(&world.tenant(), &world.context(), row.id).expect("status");
        assert_eq!((ended.status, ended.family), (UploadStatus::Failed, Family::Line), "{backend:?}");
        assert_eq!(stored(&world), (0, 0, 0), "{backend:?}");
        assert_eq!(send(&world, &invoice("I1", "100")).rows_error, 0, "{backend:?}: the same file can be sent again");
    }
}
