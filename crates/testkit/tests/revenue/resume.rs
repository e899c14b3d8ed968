//! Collections and transfers that are stopped in the middle go on where they were, and double nothing.

use crate::setup::{COLLECT, Row, TRANSFER, balance, stage, view};
use accrual_app::job::{JobRow, Progress, Ticket};
use accrual_app::{collection, transfer};
use accrual_base::Result;
use accrual_store::{Commit, Lane, jobs};
use accrual_testkit::{Backend, World};

/// A worker that stops before its n-th step.
struct Worker {
    job: i64,
    steps: std::sync::atomic::AtomicI64,
    checkpoint: Option<Vec<u8>>,
    warnings: usize,
}

impl Progress for Worker {
    fn total(&mut self, _: u64) {}
    fn advance(&mut self, _: u64) {}
    fn cancelled(&self) -> bool {
        self.steps.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) <= 0
    }
    fn warn(&mut self, _: &str) {
        self.warnings += 1;
    }
    fn resume(&self) -> Option<&[u8]> {
        self.checkpoint.as_deref()
    }
    fn checkpoint(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
    fn checkpoint_in(&self) -> Ticket {
        Ticket::of(self.job, "worker".to_owned())
    }
}

/// Gives a submitted job to the worker of the test.
fn take(world: &World, program: &str) -> i64 {
    take_with(world, program, &[])
}

fn take_with(world: &World, program: &str, parameters: &[(&str, &str)]) -> i64 {
    let (id, now) = (world.submit(program, 1, parameters), world.tenant().now());
    world.tenant().store.write(Lane::Small, move |tx| jobs::start(tx, id, "worker", now, now).map(Commit::Keep)).expect("started");
    id
}

/// Runs steps of a job again and again until it ends; answers how often it was stopped.
fn run(world: &World, id: i64, steps: i64, program: &dyn Fn(&JobRow, &mut Worker) -> Result<String>) -> (u32, String) {
    for stopped in 0..100 {
        let job = world.tenant().store.read(|tx| jobs::get(tx, id)).expect("job").expect("job");
        let mut worker = Worker { job: id, steps: steps.into(), checkpoint: job.checkpoint.clone(), warnings: 0 };
        match program(&job, &mut worker) {
            Ok(message) => return (stopped, message),
            Err(error) => assert_eq!(error.rejection().map(|r| r.code), Some("job.cancelled"), "{error}"),
        }
    }
    panic!("the job never ends");
}

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = (0..40).map(|n| Row::order(&format!("S{}", n / 4), &format!("L{n}"), "366", "366")).collect();
    rows.extend((0..40).map(|n| Row::invoice(&format!("L{n}"), &format!("I{n}"), "15-JAN-2024", "366")));
    rows.push(Row::invoice("NOWHERE", "IX", "15-JAN-2024", "366"));
    rows
}

#[test]
fn a_collection_that_stops_after_every_chunk_collects_each_row_once() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        stage(&world, &rows());
        let id = take(&world, COLLECT);
        let tenant = world.tenant();
        let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).unwrap();
        let (stopped, message) = run(&world, id, 1, &|job, worker| collection::run_in_chunks(&tenant, job, &policies, 10, worker));
        assert!(stopped >= 5, "stopped {stopped} times");
        assert!(message.starts_with("Warning: 80 rows collected, 10 new contracts, 1 rows refused"), "{message}");
        assert_eq!(view(&world, "BI3_RC_HEAD", &["ID"]).len(), 10);
        assert_eq!(view(&world, "BI3_RC_LNS", &["ID"]).len(), 40);
        assert_eq!(view(&world, "BI3_RC_BILL", &["ID"]).len(), 40);
        assert_eq!(balance(&world, "R", 202_412), 40 * 36_600);
        assert_eq!(balance(&world, "L", 202_412), 0, "all billed and all recognised");
    }
}

#[test]
fn lines_of_a_collection_that_was_given_up_are_found_by_the_next() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        stage(&world, &rows());
        let tenant = world.tenant();
        let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).unwrap();
        let id = take(&world, COLLECT);
        let job = tenant.store.read(|tx| jobs::get(tx, id)).unwrap().unwrap();
        let mut worker = Worker { job: id, steps: 2.into(), checkpoint: None, warnings: 0 };
        let stopped = collection::run_in_chunks(&tenant, &job, &policies, 10, &mut worker).unwrap_err();
        assert_eq!(stopped.rejection().unwrap().code, "job.cancelled");
        let some = view(&world, "BI3_RC_LNS", &["ID"]).len();
        assert!(0 < some && some < 40, "{some} lines are there");
        let now = tenant.now();
        tenant.store.write(Lane::Small, move |tx| jobs::finish(tx, id, "worker", "Cancelled", "", now).map(Commit::Keep)).unwrap();

        let next = take(&world, COLLECT);
        run(&world, next, 1_000, &|job, worker| collection::run_in_chunks(&tenant, job, &policies, 10, worker));
        assert_eq!(view(&world, "BI3_RC_HEAD", &["ID"]).len(), 10);
        assert_eq!(view(&world, "BI3_RC_LNS", &["ID"]).len(), 40);
        assert_eq!(view(&world, "BI3_RC_BILL", &["ID"]).len(), 40);
        assert_eq!(balance(&world, "R", 202_412), 40 * 36_600);
    }
}

#[test]
fn a_collection_started_again_after_its_end_changes_nothing() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    stage(&world, &rows());
    let id = take(&world, COLLECT);
    let tenant = world.tenant();
    let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).unwrap();
    let program = |job: &JobRow, worker: &mut Worker| collection::run_in_chunks(&tenant, job, &policies, 1_000, worker);
    run(&world, id, 1_000, &program);
    let before = (view(&world, "BI3_RC_SCHD", &[]), view(&world, "BI3_RC_LNS", &[]));
    run(&world, id, 1_000, &program);
    assert_eq!((view(&world, "BI3_RC_SCHD", &[]), view(&world, "BI3_RC_LNS", &[])), before);
}

#[test]
fn a_transfer_that_stops_after_every_chunk_posts_each_entry_once() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        stage(&world, &rows());
        let tenant = world.tenant();
        let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).unwrap();
        let collect = take(&world, COLLECT);
        run(&world, collect, 1_000, &|job, worker| collection::run(&tenant, job, &policies, worker));
        let finish = |id: i64| {
            let now = tenant.now();
            tenant
                .store
                .write(Lane::Small, move |tx| jobs::finish(tx, id, "worker", "Completed", "", now).map(Commit::Keep))
                .expect("finished");
        };
        finish(collect);
        let id = take(&world, TRANSFER);
        let (stopped, message) = run(&world, id, 1, &|job, worker| transfer::run_in_chunks(&tenant, job, 8, worker));
        assert!(stopped >= 9, "stopped {stopped} times");
        assert_eq!(message, "Batch 1 is ready to transfer: 80 journal lines.");
        let mut numbers = Vec::new();
        transfer::lines(&tenant, &world.context(), 1, 0, 1_000, transfer::Form::Csv, &mut |line| {
            numbers.push(String::from_utf8_lossy(line).split(',').take(6).map(str::to_owned).collect::<Vec<_>>());
            Ok(())
        })
        .unwrap();
        let first: i64 = numbers[1][0].parse().unwrap();
        for (number, row) in (0..).zip(&numbers[1..]) {
            assert_eq!(row[0].parse::<i64>().unwrap(), first + number, "ids of a batch are neighbours");
        }
        assert_eq!(numbers.len(), 81);
    }
}

/// A transfer that was stopped for good after its first chunk: what becomes of its batch, and what the next one takes.
fn given_up(backend: Backend, parameters: &[(&str, &str)]) -> Vec<(i64, String, i64)> {
    let world = World::on(backend).jobs_wait().build();
    stage(&world, &rows());
    let tenant = world.tenant();
    let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).expect("policies");
    let end = |id: i64| {
        let now = tenant.now();
        tenant.store.write(Lane::Small, move |tx| jobs::finish(tx, id, "worker", "Error", "", now).map(Commit::Keep)).expect("ended");
    };
    let collect = take(&world, COLLECT);
    run(&world, collect, 1_000, &|job, worker| collection::run(&tenant, job, &policies, worker));
    end(collect);

    let stopped = take_with(&world, TRANSFER, parameters);
    let job = tenant.store.read(|tx| jobs::get(tx, stopped)).expect("read").expect("the job");
    let mut worker = Worker { job: stopped, steps: 2.into(), checkpoint: None, warnings: 0 };
    transfer::run_in_chunks(&tenant, &job, 8, &mut worker).expect_err("it is cancelled");
    end(stopped);
    let refused =
        accrual_app::period::close(&tenant, &world.context(), 1, 1, accrual_base::PeriodId(202_401)).expect_err("a batch is not whole");
    assert_eq!(refused.rejection().map(|r| r.code), Some("period.batch"), "{refused}");

    let next = take(&world, TRANSFER);
    run(&world, next, 1_000, &|job, worker| transfer::run_in_chunks(&tenant, job, 8, worker));
    end(next);
    accrual_app::period::close(&tenant, &world.context(), 1, 1, accrual_base::PeriodId(202_401)).expect("everything is posted");
    for outcome in accrual_app::check::run(&tenant, &mut |_| {}).expect("checks") {
        assert_eq!(outcome.findings.count, 0, "{}: {:?}", outcome.check.name, outcome.findings.listed);
    }
    let mut batches = transfer::list(&tenant, &world.context(), 10).expect("batches");
    batches.reverse();
    batches.into_iter().map(|b| (b.id, b.status, b.line_count)).collect()
}

#[test]
fn a_transfer_that_was_stopped_for_good_loses_nothing() {
    for backend in Backend::all() {
        // the next batch takes everything
        assert_eq!(given_up(backend, &[]), [(1, "ERRORS".to_owned(), 0), (2, "READY TO TRANSFER".to_owned(), 80)]);
        // one with criteria has marked its lines: it is brought to its end, and the next one takes the rest
        let some = [("CRITERIA NAME", "SCHEDULE TYPE"), ("CRITERIA VALUE", "R")];
        assert_eq!(given_up(backend, &some), [(1, "READY TO TRANSFER".to_owned(), 80), (2, "NO DATA FOUND".to_owned(), 0)]);
    }
}

#[test]
fn a_collection_that_was_stopped_for_good_doubles_nothing() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        stage(&world, &rows());
        let tenant = world.tenant();
        let policies = tenant.store.read(|tx| collection::load_policies(tx, 1, None)).expect("policies");
        let end = |id: i64| {
            let now = tenant.now();
            tenant
                .store
                .write(Lane::Small, move |tx| jobs::finish(tx, id, "worker", "Cancelled", "", now).map(Commit::Keep))
                .expect("ended");
        };
        for steps in [3, 2, 1_000] {
            let id = take(&world, COLLECT);
            let job = tenant.store.read(|tx| jobs::get(tx, id)).unwrap().unwrap();
            let mut worker = Worker { job: id, steps: steps.into(), checkpoint: None, warnings: 0 };
            let ended = collection::run_in_chunks(&tenant, &job, &policies, 10, &mut worker);
            assert_eq!(ended.is_ok(), steps == 1_000, "{ended:?}");
            end(id);
            let lines = view(&world, "BI3_RC_LNS", &["RC_ID"]);
            assert!(!lines.is_empty() && lines.len().is_multiple_of(4), "whole contracts: {}", lines.len());
        }
        assert_eq!(view(&world, "BI3_RC_HEAD", &["ID"]).len(), 10);
        assert_eq!(view(&world, "BI3_RC_LNS", &["ID"]).len(), 40);
        assert_eq!(view(&world, "BI3_RC_BILL", &["ID"]).len(), 40);
        assert_eq!(balance(&world, "R", 202_412), 40 * 36_600);
        for outcome in accrual_app::check::run(&tenant, &mut |_| {}).expect("checks") {
            assert_eq!(outcome.findings.count, 0, "{}: {:?}", outcome.check.name, outcome.findings.listed);
        }
    }
}
