//! The disk is full in the middle of the work: a clear error, nothing half done, and everything works again when there
//! is room, without a restart.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{Backend, COLLECT, Place, Program, Running, TRANSFER, Way};
use serde_json::json;
use std::process::Command;

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const LINES: usize = 20_000;

fn generated(place: &Place) -> Vec<u8> {
    let file = place.dir().join("lines.csv");
    let (lines, name) = (LINES.to_string(), file.to_str().unwrap().to_owned());
    ACCRUAL.good(place, &["generate", "revenue", "--lines", &lines, "--output", &name]);
    std::fs::read(file).unwrap()
}

/// Uploads into a disk without room, then again when `make_room` has made some; to the end of the way.
fn out_of_room(place: &Place, server: &Running, says: (u16, &str), make_room: impl FnOnce()) {
    let way = Way::new(server.log_in(), "/api/integration");
    let file = generated(place);
    let reply = way.send("lines.csv", file.clone());
    assert_eq!((reply.status(), &reply.json()["status"]), (says.0, &json!("Error")), "{}", reply.text());
    assert!(reply.json()["message"].as_str().unwrap().contains(says.1), "{}", reply.text());
    let log = server.log();
    assert!(log.contains("ERROR"), "the log tells an administrator: {log}");
    // reading still works
    assert!(way.stage_errors().is_empty());
    assert!(way.view("BI3_RC_LNS", &["ID"]).rows.is_empty());

    make_room();
    let failed = way.upload_status(1);
    assert_ne!(failed["status"], "Success", "{failed}");
    let status = way.upload("lines.csv", file);
    assert_eq!((&status["Result"][0]["rows_read"], &status["Result"][0]["rows_error"]), (&json!(LINES), &json!(0)), "{status}");
    let collected = way.run(COLLECT);
    assert!(collected.starts_with(&format!("Data Collected: {LINES} rows collected")), "{collected}");
    way.run(TRANSFER);
    let failed = way.upload_status(1);
    assert_ne!(failed["status"], "Success", "{failed}");
}

/// A limit on the size of files, which needs no privileges: writes beyond it fail.
#[test]
fn a_file_that_may_not_grow() {
    let place = Place::new(Backend::File);
    // half blocks of a KiB: 6 MiB
    let limited = "trap '' XFSZ; ulimit -S -f 12288; exec \"$@\"";
    let server = ACCRUAL.serve_by(&place, |program| {
        let mut command = Command::new("sh");
        command.args(["-c", limited, "sh", program]);
        command
    });
    out_of_room(&place, &server, (500, "internal error"), || {
        let lifted = Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &server.pid().to_string()]).status();
        assert!(lifted.expect("prlimit of util-linux").success());
    });
    ACCRUAL.good(&place, &["check"]);
}

/// A real file system without room, in a name space of its own; left out, loudly, where none can be made.
#[test]
fn a_disk_without_room() {
    let place = Place::new(Backend::File);
    let mount = "mount -t tmpfs -o size=96m none \"$0\" && head -c 86m /dev/zero > \"$0/ballast\" && exec \"$@\"";
    let data = place.data();
    std::fs::create_dir_all(&data).unwrap();
    let can = Command::new("unshare").args(["-Urm", "sh", "-c", "mount -t tmpfs -o size=1m none \"$0\""]).arg(&data).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("LEFT OUT: a disk without room needs a name space with a file system of its own, which cannot be had here");
        return;
    }
    let server = ACCRUAL.serve_by(&place, |program| {
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", mount]).arg(&data).arg(program);
        command
    });
    let inside = std::path::PathBuf::from(format!("/proc/{}/root{}", server.pid(), data.display()));
    out_of_room(&place, &server, (507, "The disk that holds the database is full"), || {
        std::fs::remove_file(inside.join("ballast")).expect("the ballast")
    });
    ACCRUAL.good(&place, &["check", "--data", inside.to_str().unwrap()]);
}
