//! Views as streams and as frozen pages.

use crate::setup::{Row, load, view, world};
use accrual_app::views::tasks::{Output, Page, Request, TaskState, Tasks};
use accrual_app::views::{self, Query, VIEWS};
use accrual_testkit::{Backend, World};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

fn request(view: &str, page_size: u32) -> Request {
    Request { view: view.to_owned(), query: Query::default(), page_size, output: Output::Csv, user: "u".to_owned() }
}

fn some_lines(backend: Backend) -> World {
    let world = world(backend);
    let rows: Vec<Row> = (0..25).map(|n| Row::order(&format!("S{}", n / 2), &format!("L{n}"), "366", "366")).collect();
    load(&world, &rows);
    world
}

#[test]
fn every_view_has_all_its_columns_in_every_row() {
    for backend in Backend::all() {
        let world = some_lines(backend);
        for name in VIEWS {
            let columns = views::columns(name, &[]).unwrap();
            let rows = view(&world, name, &[]);
            assert!(rows.iter().all(|r| r.len() == columns.len()), "{name}");
            assert_eq!(views::count(&world.tenant(), name, &Query::default()).unwrap(), rows.len() as u64, "{name}");
            assert_eq!(rows.is_empty(), name == "BI3_RC_BILL", "{name}");
        }
        let keys = view(&world, "BI3_RC_SCHD", &["SCHD_ID", "ACCTG_TYPE"]);
        let unique: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len(), "one row per schedule and account type");
    }
}

#[test]
fn windows_select_by_the_last_change_and_fields_keep_the_order_asked() {
    let world = some_lines(Backend::Memory);
    let changed = world.tenant().now();
    world.set_now("2024-01-20");
    load(&world, &[Row::order("S0", "L0", "732", "732")]);
    let count = |from: i64, to: i64| views::count(&world.tenant(), "BI3_RC_LNS", &Query { from, to, fields: Vec::new() }).unwrap();
    assert_eq!(count(i64::MIN, changed.0), 24, "the changed line moved to the next window");
    // its sibling's allocation changed as well
    assert!(count(changed.0 + 1, i64::MAX) >= 1);
    assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "ID"])[0], ["L0", "1"]);
    let error = views::columns("BI3_RC_LNS", &["NO_SUCH".to_owned()]).unwrap_err();
    assert_eq!(error.rejection().unwrap().code, "view.column");
}

#[test]
fn pages_come_from_one_snapshot_and_the_last_one_says_how_many() {
    for backend in Backend::all() {
        let world = some_lines(backend);
        let (tasks, tenant) = (Tasks::default(), world.tenant());
        let token = tasks.start(&tenant, request("BI3_RC_LNS", 10)).unwrap();
        let Page::Ready(first) = tasks.page(&tenant, &token, 1, PATIENCE).unwrap() else { panic!("page 1") };
        load(&world, &[Row::order("NEW", "NEW", "1", "1")]);
        let Page::Ready(third) = tasks.page(&tenant, &token, 3, PATIENCE).unwrap() else { panic!("page 3") };
        let lines = |path| std::fs::read_to_string(path).unwrap().lines().count();
        assert_eq!((lines(first), lines(third)), (11, 6), "a header and the rows; the new line is not there");
        assert_eq!(tasks.page(&tenant, &token, 4, PATIENCE).unwrap(), Page::Past { pages: 3, rows: 25 });
        let status = &tasks.list(&tenant)[0];
        assert_eq!((status.state, status.rows), (TaskState::Completed, 25));
        world.set_now("2024-01-15T12:10:00");
        assert!(tasks.list(&tenant).is_empty(), "completed tasks are kept for five minutes");
        assert!(tasks.page(&tenant, &token, 1, PATIENCE).is_err());
    }
}

#[test]
fn too_large_pages_are_refused_and_a_cancelled_task_drains() {
    let world = some_lines(Backend::Memory);
    let (tasks, tenant) = (Tasks::default(), world.tenant());
    assert_eq!(tasks.start(&tenant, request("BI3_RC_LNS", 10_001)).unwrap_err().rejection().unwrap().code, "view.page_size");
    assert_eq!(tasks.start(&tenant, request("BI3_X", 10)).unwrap_err().rejection().unwrap().code, "view.unknown");
    let token = tasks.start(&tenant, request("BI3_CALENDAR", 1_000)).unwrap();
    let id = tasks.id_of(&tenant, &token).unwrap();
    tasks.cancel(&tenant, id).unwrap();
    assert_eq!(tasks.task(&tenant, id).unwrap().state, TaskState::Draining);
    assert_eq!(tasks.page(&tenant, &token, 1, PATIENCE).unwrap_err().rejection().unwrap().code, "view.token");
}
