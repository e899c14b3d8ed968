//! The checks of a live store find nothing in a sound one, and what is broken in a broken one.

use crate::setup::{Row, TRANSFER, close, load, world};
use accrual_app::check;
use accrual_store::{Cell, Commit, Lane};
use accrual_testkit::{Backend, World};

fn findings(world: &World) -> Vec<(&'static str, u64)> {
    let outcomes = check::run(&world.tenant(), &mut |_| ()).expect("the checks run");
    outcomes.iter().filter(|o| o.findings.count > 0).map(|o| (o.check.name, o.findings.count)).collect()
}

fn busy_months(backend: Backend) -> World {
    let world = world(backend);
    load(
        &world,
        &[
            Row::order("S1", "A", "1200", "1200"),
            Row::order("S1", "B", "1200", "700"),
            Row::invoice("A", "I1", "15-JAN-2024", "500"),
            Row::invoice("NOWHERE", "I9", "15-JAN-2024", "500"),
        ]
        .map(|r| {
            if format!("{r:?}").contains("NOWHERE") {
                r.with("SO_LINE_ID", "").with("START_DATE", "01-JAN-2024").with("END_DATE", "31-DEC-2024")
            } else {
                r
            }
        }),
    );
    close(&world, 202_401);
    world.set_now("2024-02-10");
    load(&world, &[Row::order("S1", "B", "1200", "900"), Row::credit("CM", "I1", "C1", "05-FEB-2024", "-100")]);
    world.run(TRANSFER, 1, &[]);
    world
}

#[test]
fn a_store_after_two_months_of_work_is_sound() {
    for backend in Backend::all() {
        assert_eq!(findings(&busy_months(backend)), [], "{backend:?}");
    }
}

#[test]
fn damage_is_found_where_it_is() {
    let world = busy_months(Backend::Memory);
    let damage = |sql: &'static str, id: i64| {
        world.tenant().store.write(Lane::Small, move |tx| tx.execute(sql, &[Cell::Int(id)]).map(Commit::Keep)).expect("damage")
    };
    assert!(damage("UPDATE journal_line SET debit = debit + 1 WHERE debit > 0 AND batch_id = $1", 2) > 0);
    assert_eq!(findings(&world).iter().map(|f| f.0).collect::<Vec<_>>(), ["batches", "posted"]);
    assert_eq!(damage("DELETE FROM rc_bill WHERE id = $1", 3), 1);
    let found: Vec<_> = findings(&world).into_iter().map(|f| f.0).collect();
    assert!(found.contains(&"contracts") && found.contains(&"collected"), "{found:?}");
}
