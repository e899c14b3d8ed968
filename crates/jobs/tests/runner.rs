//! The queue and its runner: order, exclusion, limits, cancel, death and resumption.

use accrual_app::job::{self, Group, JobRow, Program, Programs, Progress, Status, queue};
use accrual_app::{Context, Tenant};
use accrual_base::{Clock, Error, FixedClock, Instant, Result};
use accrual_jobs::{Options, Runner};
use accrual_store::{Cell, Commit, Lane, StoreHandle, migrate, sequence};
use accrual_store_postgres::{Scratch, test_url};
use accrual_store_sqlite::{Options as StoreOptions, SqliteStore};
use std::sync::Arc;
use std::time::Duration;

const NOW: Instant = Instant(1_700_000_000_000_000);
const COUNT: i64 = 1;
const WAIT: i64 = 2;
const COLLECT: i64 = 3;
const TRANSFER: i64 = 4;
const PANIC: i64 = 5;
const REFUSE: i64 = 6;
const WARN: i64 = 7;

fn program(id: i64, name: &'static str, group: Group, run: job::ProgramFn) -> Program {
    Program { id, name, group, parameters: &[], run }
}

fn programs() -> Programs {
    Programs::new(vec![
        program(COUNT, "Count", Group::Free, count_to_ten),
        program(WAIT, "Wait", Group::Free, wait),
        program(COLLECT, "Collect", Group::Collection, wait),
        program(TRANSFER, "Transfer", Group::Transfer, |_, _, _| Ok("transferred".to_owned())),
        program(PANIC, "Panic", Group::Free, |_, _, _| panic!("a bug")),
        program(REFUSE, "Refuse", Group::Free, |_, _, _| Err(Error::invalid("x.y", "No."))),
        program(WARN, "Warn", Group::Free, |_, _, progress| {
            progress.warn("look here");
            Ok("done".to_owned())
        }),
    ])
}

/// Ten steps; each takes an id in the transaction of its checkpoint.
fn count_to_ten(tenant: &Tenant, _: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    progress.total(10);
    let first = progress.resume().map_or(0, |state| state[0]);
    for step in first..10 {
        progress.go_on()?;
        count_step(tenant, progress, step)?;
        progress.advance(u64::from(step) + 1);
    }
    Ok(format!("counted from {first}"))
}

fn count_step(tenant: &Tenant, progress: &dyn Progress, step: u8) -> Result<()> {
    let ticket = progress.checkpoint_in();
    tenant.store.write(Lane::Bulk, move |tx| {
        sequence::reserve(tx, "step", 1)?;
        ticket.write(tx, &[step + 1]).map(Commit::Keep)
    })
}

/// Runs until it is asked to stop.
fn wait(_: &Tenant, _: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    loop {
        progress.go_on()?;
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs a test on SQLite and on PostgreSQL.
fn on_every_store(test: impl Fn(&Arc<Tenant>)) {
    test(&tenant_on(SqliteStore::in_memory().expect("store").into_handle()));
    if let Some(url) = test_url() {
        let scratch = Scratch::on(&url).expect("store");
        test(&tenant_on(scratch.clone()));
    }
}

fn tenant_on(store: StoreHandle) -> Arc<Tenant> {
    migrate::run(&store).expect("migrations");
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW));
    Arc::new(Tenant::new("test", store, clock, std::env::temp_dir()).with_programs(programs()))
}

fn options(worker: &str) -> Options {
    Options {
        beat: Duration::from_millis(10),
        poll: Duration::from_millis(20),
        ..Options::new(worker, Arc::new(FixedClock::at(NOW)) as Arc<dyn Clock>)
    }
}

fn submit(tenant: &Tenant, program: i64, org: i64) -> i64 {
    job::submit_blocking(tenant, &Context::system("r"), program, org, &[]).expect("submit")
}

fn load(tenant: &Tenant, id: i64) -> JobRow {
    job::get(tenant, &Context::system("r"), id).expect("job")
}

fn until(tenant: &Tenant, id: i64, wanted: impl Fn(&JobRow) -> bool) -> JobRow {
    for _ in 0..5_000 {
        let job = load(tenant, id);
        if wanted(&job) {
            return job;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("job {id} never got there: {:?}", load(tenant, id));
}

fn ended(tenant: &Tenant, id: i64) -> JobRow {
    until(tenant, id, |j| Status::parse(&j.status).is_some_and(Status::is_final))
}

fn is(status: Status) -> impl Fn(&JobRow) -> bool {
    move |j| j.status == status.name()
}

fn steps(tenant: &Tenant) -> i64 {
    let next = tenant.store.read(|tx| tx.first("SELECT next FROM sequence WHERE name = $1", &[Cell::Text("step")], |r| r.int(0)));
    next.expect("read").map_or(0, |n| n - 1)
}

#[test]
fn a_job_runs_to_its_end_once() {
    on_every_store(|tenant| {
        let early = submit(tenant, COUNT, 1);
        let runner = Runner::start(tenant.clone(), options("a")).expect("runner");
        let late = submit(tenant, COUNT, 1);
        for id in [early, late] {
            let job = ended(tenant, id);
            assert_eq!((job.status.as_str(), job.message.as_deref()), ("Completed", Some("counted from 0")));
            assert_eq!((job.done, job.total), (10, 10));
            assert_eq!((job.started_at, job.finished_at), (Some(NOW), Some(NOW)));
        }
        assert_eq!(steps(tenant), 20);
        runner.stop();
    });
}

#[test]
fn every_end_has_its_status() {
    on_every_store(|tenant| {
        let _runner = Runner::start(tenant.clone(), options("a")).expect("runner");
        let refused = ended(tenant, submit(tenant, REFUSE, 1));
        assert_eq!((refused.status.as_str(), refused.message.as_deref()), ("Error", Some("No.")));
        let warned = ended(tenant, submit(tenant, WARN, 1));
        assert_eq!((warned.status.as_str(), warned.message.as_deref()), ("Warning", Some("done\nlook here")));
        let panicked = ended(tenant, submit(tenant, PANIC, 1));
        assert_eq!(panicked.status, "Error");
        assert!(!panicked.message.expect("message").contains("a bug"), "faults stay in the log");
        assert_eq!(ended(tenant, submit(tenant, COUNT, 1)).status, "Completed", "the worker lives on after a panic");
    });
}

#[test]
fn a_running_job_is_cancelled_at_its_next_safe_point() {
    on_every_store(|tenant| {
        let _runner = Runner::start(tenant.clone(), options("a")).expect("runner");
        let id = submit(tenant, WAIT, 1);
        until(tenant, id, is(Status::Running));
        let cancel = || accrual_app::execute_blocking(tenant, &Context::system("r"), job::Cancel { job_id: id });
        cancel().expect("cancel");
        assert_eq!(ended(tenant, id).status, "Cancelled");
        assert_eq!(cancel().expect_err("ended").rejection().map(|r| r.code), Some("job.ended"));
    });
}

#[test]
fn a_waiting_job_is_cancelled_at_once() {
    on_every_store(|tenant| {
        let id = submit(tenant, COUNT, 1);
        accrual_app::execute_blocking(tenant, &Context::system("r"), job::Cancel { job_id: id }).expect("cancel");
        let _runner = Runner::start(tenant.clone(), options("a")).expect("runner");
        let other = submit(tenant, COUNT, 1);
        ended(tenant, other);
        assert_eq!((load(tenant, id).status.as_str(), steps(tenant)), ("Cancelled", 10));
    });
}

#[test]
fn jobs_of_one_organisation_exclude_each_other() {
    on_every_store(|tenant| {
        let _runner = Runner::start(tenant.clone(), Options { threads: 3, ..options("a") }).expect("runner");
        let collection = submit(tenant, COLLECT, 1);
        until(tenant, collection, is(Status::Running));
        let transfer = submit(tenant, TRANSFER, 1);
        until(tenant, transfer, is(Status::Incompatible));
        assert_eq!(ended(tenant, submit(tenant, TRANSFER, 2)).status, "Completed", "another organisation is free");
        assert_eq!(load(tenant, transfer).status, "Incompatible");
        accrual_app::execute_blocking(tenant, &Context::system("r"), job::Cancel { job_id: collection }).expect("cancel");
        assert_eq!(ended(tenant, transfer).status, "Completed");
    });
}

#[test]
fn a_third_collection_of_an_organisation_is_refused() {
    on_every_store(|tenant| {
        submit(tenant, COLLECT, 1);
        let second = submit(tenant, COLLECT, 1);
        let third = || job::submit_blocking(tenant, &Context::system("r"), COLLECT, 1, &[]);
        assert_eq!(third().expect_err("two wait").rejection().map(|r| r.code), Some("job.collection_limit"));
        submit(tenant, COLLECT, 2);
        submit(tenant, TRANSFER, 1);
        accrual_app::execute_blocking(tenant, &Context::system("r"), job::Cancel { job_id: second }).expect("cancel");
        third().expect("one waits");
    });
}

#[test]
fn unknown_programs_and_parameters_are_refused() {
    on_every_store(|tenant| {
        let code = |program, given: &[job::Given]| {
            let refused = job::submit_blocking(tenant, &Context::system("r"), program, 1, given).expect_err("refused");
            refused.rejection().map(|r| r.code)
        };
        assert_eq!(code(99, &[]), Some("program.unknown"));
        let given = job::Given { parameter_id: 1, sequence: 1, value: "x".to_owned() };
        assert_eq!(code(COUNT, &[given]), Some("program.parameter"));
    });
}

/// Takes a job and runs its first steps as a process would that is killed then: no end, no sign of life.
fn die_after(tenant: &Tenant, steps: u8) -> i64 {
    let id = submit(tenant, COUNT, 1);
    let job = queue::claim(tenant, "dead#0", NOW).expect("claim").expect("a job");
    assert_eq!(job.id, id);
    for step in 0..steps {
        let ticket = job::Ticket::of(id, "dead#0");
        let write = tenant.store.write(Lane::Bulk, move |tx| {
            sequence::reserve(tx, "step", 1)?;
            ticket.write(tx, &[step + 1]).map(Commit::Keep)
        });
        write.expect("step");
    }
    id
}

#[test]
fn a_job_of_a_dead_process_goes_on_at_its_checkpoint() {
    let dir = tempfile::tempdir().expect("directory");
    let open = || SqliteStore::open(dir.path().join("tenant.db"), StoreOptions::default()).expect("store").into_handle();
    let first = tenant_on(open());
    let id = die_after(&first, 4);
    first.store.0.close();
    drop(first);

    let second = tenant_on(open());
    assert_eq!(load(&second, id).status, "Running", "nobody said that it ended");
    let _runner = Runner::start(second.clone(), options("b")).expect("runner");
    let job = ended(&second, id);
    assert_eq!((job.status.as_str(), job.message.as_deref()), ("Completed", Some("counted from 4")));
    assert_eq!(steps(&second), 10, "no step is lost, none is done twice");
}

#[test]
fn a_worker_given_up_for_dead_cannot_write_any_more() {
    on_every_store(|tenant| {
        let id = die_after(tenant, 3);
        let later: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW.plus_seconds(60)));
        let _runner = Runner::start(tenant.clone(), Options { clock: later, ..options("b") }).expect("runner");
        ended(tenant, id);
        let late = tenant.store.write(Lane::Bulk, move |tx| {
            sequence::reserve(tx, "step", 1)?;
            job::Ticket::of(id, "dead#0").write(tx, &[4]).map(Commit::Keep)
        });
        assert_eq!(late.expect_err("too late").rejection().map(|r| r.code), Some("job.lost"));
        assert_eq!(
            queue::finish(tenant, id, "dead#0", Status::Error, "").expect_err("too late").rejection().map(|r| r.code),
            Some("job.lost")
        );
        assert_eq!(steps(tenant), 10);
        assert_eq!(load(tenant, id).status, "Completed");
    });
}

#[test]
fn silence_is_what_gives_a_worker_up() {
    on_every_store(|tenant| {
        let id = die_after(tenant, 1);
        let clock = Arc::new(FixedClock::at(NOW));
        assert_eq!(queue::recover(tenant, false, NOW.plus_seconds(-20)).expect("recover"), Vec::<i64>::new());
        clock.set(NOW.plus_seconds(21));
        assert_eq!(queue::recover(tenant, false, clock.now().plus_seconds(-20)).expect("recover"), [id]);
        assert_eq!(load(tenant, id).status, "Pending");
    });
}

#[test]
fn shutdown_puts_a_running_job_back() {
    on_every_store(|tenant| {
        let id = submit(tenant, WAIT, 1);
        let runner = Runner::start(tenant.clone(), options("a")).expect("runner");
        until(tenant, id, is(Status::Running));
        runner.stop();
        let job = load(tenant, id);
        assert_eq!((job.status.as_str(), job.worker.as_deref(), job.finished_at), ("Pending", None, None));
    });
}

#[test]
fn two_processes_share_one_queue() {
    on_every_store(|tenant| {
        let runners = ["a", "b"].map(|name| Runner::start(tenant.clone(), options(name)).expect("runner"));
        let ids: Vec<i64> = (0..12).map(|n| submit(tenant, if n % 3 == 0 { TRANSFER } else { COUNT }, 1)).collect();
        for id in &ids {
            assert_eq!(ended(tenant, *id).status, "Completed");
        }
        assert_eq!(steps(tenant), 80, "eight jobs of ten steps, each run by one of the two");
        drop(runners);
    });
}
