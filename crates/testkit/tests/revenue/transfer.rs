//! Batches: their lines, their statuses, their file.

use crate::setup::{Row, TRANSFER, cents, close, load, view, world};
use accrual_app::transfer::{self, Form, SetTransferred};
use accrual_app::{execute_blocking, report};
use accrual_base::Instant;
use accrual_testkit::{Backend, World};

fn lines(world: &World, id: i64, skip: i64, size: i64) -> Vec<String> {
    let mut lines = Vec::new();
    transfer::lines(&world.tenant(), &world.context(), id, skip, size, Form::Csv, &mut |line| {
        lines.push(String::from_utf8(line.to_vec()).expect("text").trim_end().to_owned());
        Ok(())
    })
    .expect("lines");
    lines
}

/// The amounts of a CSV line: debit, credit.
fn amounts(line: &str) -> (String, String) {
    let cells: Vec<&str> = line.split(',').collect();
    (cells[11].to_owned(), cells[12].to_owned())
}

#[test]
fn a_batch_takes_what_is_unposted_and_the_next_takes_nothing() {
    for backend in Backend::all() {
        let world = world(backend);
        load(&world, &[Row::order("S1", "A", "366", "366"), Row::order("S2", "B", "732", "732")]);
        let message = world.run(TRANSFER, 1, &[]);
        assert_eq!(message, "Batch 1 is ready to transfer: 4 journal lines.");
        let page = lines(&world, 1, 0, 1_000);
        assert!(page[0].starts_with("ID,BATCH_ID,PRD_ID,RC_ID"));
        let got: Vec<_> = page[1..].iter().map(|l| amounts(l)).collect();
        let side = |debit: &str, credit: &str| (debit.to_owned(), credit.to_owned());
        assert_eq!(got, [side("31.00", "0.00"), side("0.00", "31.00"), side("62.00", "0.00"), side("0.00", "62.00")]);
        assert_eq!(lines(&world, 1, 3, 1_000).len(), 2, "header and the last line");
        assert!(lines(&world, 1, 4, 1_000).is_empty());
        assert!(world.run(TRANSFER, 1, &[]).contains("NO DATA FOUND"));
        let ready = transfer::ready(&world.tenant(), &world.context()).unwrap();
        assert_eq!(ready.iter().map(|b| (b.id, b.line_count)).collect::<Vec<_>>(), [(1, 4)]);
    }
}

#[test]
fn only_a_batch_that_is_ready_becomes_transferred_and_only_once() {
    let world = world(Backend::Memory);
    load(&world, &[Row::order("S1", "A", "366", "366")]);
    world.run(TRANSFER, 1, &[]);
    world.run(TRANSFER, 1, &[]);
    let set = |batch_id| execute_blocking(&world.tenant(), &world.context(), SetTransferred { batch_id });
    set(1).unwrap();
    for (batch, code) in [(1, "transfer.not_ready"), (2, "transfer.not_ready"), (3, "transfer.batch")] {
        assert_eq!(set(batch).unwrap_err().rejection().unwrap().code, code);
    }
    assert_eq!(transfer::batch(&world.tenant(), &world.context(), 1).unwrap().status, "TRANSFERRED");
    assert!(transfer::ready(&world.tenant(), &world.context()).unwrap().is_empty());
}

#[test]
fn the_file_of_a_batch_is_listed_by_day_found_by_name_and_the_same_every_time() {
    for backend in Backend::all() {
        let world = world(backend);
        load(&world, &[Row::order("S1", "A", "366", "366")]);
        world.run(TRANSFER, 1, &[]);
        let tenant = world.tenant();
        let now = tenant.now();
        let list = report::list(&tenant, now.plus_seconds(-86_400), now.plus_seconds(86_400)).unwrap();
        assert_eq!(list.len(), 1);
        assert!(report::list(&tenant, Instant(0), now.plus_seconds(-86_400)).unwrap().is_empty());
        let found = report::named(&tenant, "transfer_batch_1.csv").unwrap().unwrap();
        assert_eq!(found, list[0]);
        let content = || {
            let mut out = Vec::new();
            report::write(&tenant, &found, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let first = content();
        assert_eq!(first.lines().count(), 3);
        close(&world, 202_401);
        assert_eq!(content(), first);
    }
}

#[test]
fn criteria_take_one_contract_and_the_whole_batch_takes_the_rest() {
    for backend in Backend::all() {
        let world = world(backend);
        load(&world, &[Row::order("S1", "A", "366", "366"), Row::order("S2", "B", "732", "732")]);
        let message = world.run(TRANSFER, 1, &[("CRITERIA NAME", "RC ID"), ("CRITERIA VALUE", "'2'")]);
        assert!(message.ends_with("2 journal lines."), "{message}");
        let posted = || {
            let rows = view(&world, "BI3_RC_SCHD", &["RC_ID", "PRD_ID", "POST_BATCH_ID", "POST_PRD_ID"]);
            let january = rows.into_iter().filter(|r| r[1] == "202401").map(|r| [r[0].clone(), r[2].clone(), r[3].clone()]);
            january.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(posted(), [["1", "", ""], ["2", "1", "202401"]], "a batch with criteria is known by its number as well");
        let again = world.run(TRANSFER, 1, &[("CRITERIA NAME", "RC ID"), ("CRITERIA VALUE", "2")]);
        assert!(again.contains("NO DATA FOUND"), "{again}");
        let rest = world.run(TRANSFER, 1, &[]);
        assert!(rest.ends_with("2 journal lines."), "{rest}");
        assert_eq!(posted(), [["1", "3", "202401"], ["2", "1", "202401"]]);
    }
}

#[test]
fn a_summary_groups_by_account_type_currency_and_period() {
    for backend in Backend::all() {
        let world = world(backend);
        let (tenant, context) = (world.tenant(), world.context());
        accrual_app::config::update(&tenant, &context, "profile", "SUMMARY_TRANSFER", serde_json::json!({"value": "Y"})).unwrap();
        load(&world, &[Row::order("S1", "A", "366", "366"), Row::order("S2", "B", "732", "732")]);
        world.run(TRANSFER, 1, &[]);
        let page = lines(&world, 1, 0, 1_000);
        let got: Vec<_> = page[1..].iter().map(|l| amounts(l)).collect();
        let side = |debit: &str, credit: &str| (debit.to_owned(), credit.to_owned());
        assert_eq!(got, [side("93.00", "0.00"), side("0.00", "93.00")]);
        assert!(page[1].contains(",202401,,,,L,R,"), "no contract, line or schedule: {}", page[1]);
    }
}

#[test]
fn carves_at_a_rate_balance_converted_by_an_entry_on_the_adjustment_liability() {
    for summary in ["N", "Y"] {
        for backend in Backend::all() {
            let world = world(backend);
            let (tenant, context) = (world.tenant(), world.context());
            accrual_app::config::update(&tenant, &context, "profile", "SUMMARY_TRANSFER", serde_json::json!({"value": summary})).unwrap();
            // each is allocated 100.00: carves of -0.02, 0.01 and 0.01 EUR are -0.03, 0.02 and 0.02 USD
            let row = |line: &str, sell: &str| Row::order("S1", line, "100", sell).with("CURR", "EUR").with("F_EX_RATE", "1.5");
            load(&world, &[row("A", "100.02"), row("B", "99.99"), row("C", "99.99")]);
            let message = world.run(TRANSFER, 1, &[]);
            assert!(message.contains("is ready to transfer"), "{message}");
            let page: Vec<Vec<String>> = lines(&world, 1, 0, 1_000).iter().map(|l| l.split(',').map(str::to_owned).collect()).collect();
            let sum = |column: usize| page[1..].iter().map(|r| cents(&r[column])).sum::<i64>();
            for (debit, credit) in [(11, 12), (13, 14), (15, 16)] {
                assert_eq!(sum(debit), sum(credit), "columns {debit} and {credit} of {page:?}");
            }
            let last = page.last().unwrap();
            assert_eq!(last[3..8], ["", "", "", "A", "A"], "of no line: {last:?}");
            assert_eq!(last[9..15], ["USD", "USD", "0.00", "0.00", "0.01", "0.00"], "{last:?}");
            let unsound: Vec<_> =
                accrual_app::check::run(&tenant, &mut |_| ()).unwrap().into_iter().filter(|o| o.findings.count > 0).collect();
            assert!(unsound.is_empty(), "{:?}", unsound.iter().map(|o| &o.findings.listed).collect::<Vec<_>>());
        }
    }
}
