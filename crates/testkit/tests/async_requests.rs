//! Requests that are carried out later, below the interface: order, crashes, and what the world is told.

use accrual_app::async_request::{Accept, Answer, Answering, AsyncRequest, AsyncState, get};
use accrual_app::execute_blocking;
use accrual_base::{Error, Result};
use accrual_store::audit::outbox_count;
use accrual_testkit::{Backend, World};
use std::sync::{Arc, Mutex};

/// Answers every request by its body; breaks on the first one when told to.
#[derive(Default)]
struct Fake {
    seen: Mutex<Vec<String>>,
    break_once: Mutex<bool>,
}

impl Answering for Fake {
    fn answer(&self, _: &str, request: &AsyncRequest) -> Result<Option<Answer>> {
        self.seen.lock().expect("a list").push(request.request_id.clone());
        if std::mem::take(&mut *self.break_once.lock().expect("a flag")) {
            return Err(Error::fault("the power went"));
        }
        let succeeded = request.body.contains("good");
        let body = if succeeded { r#"{"success":true,"accountId":"a1"}"# } else { r#"{"success":false,"reasons":[{"code":1}]}"# };
        Ok(Some(Answer { status: if succeeded { 200 } else { 400 }, body: body.to_owned(), succeeded }))
    }
}

fn accept(world: &World, id: &str, body: &str) {
    let command = Accept {
        request_id: id.to_owned(),
        operation: "create_account".to_owned(),
        url: "/v1/accounts".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
        track_id: None,
    };
    execute_blocking(&world.tenant(), &world.context(), command).expect("the request is kept");
    world.tenant().wake.ring();
}

fn state(world: &World, id: &str) -> AsyncState {
    get(&world.tenant(), id).expect("the request").state
}

fn wait(world: &World, id: &str) -> AsyncState {
    for _ in 0..12_000 {
        let now = state(world, id);
        if matches!(now, AsyncState::Succeeded | AsyncState::Failed) {
            return now;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{id} is not carried out");
}

#[test]
fn requests_are_carried_out_in_order_and_the_world_is_told() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        let fake = Arc::new(Fake::default());
        world.tenant().answered_by(fake.clone());
        for (id, body) in [("r1", "good"), ("r2", "bad"), ("r3", "good")] {
            accept(&world, id, body);
        }
        assert_eq!(state(&world, "r1"), AsyncState::Pending);
        world.start_jobs();
        assert_eq!(["r1", "r2", "r3"].map(|id| wait(&world, id)), [AsyncState::Succeeded, AsyncState::Failed, AsyncState::Succeeded]);
        // one that comes while or after the job ends is not forgotten
        for n in 4..20 {
            accept(&world, &format!("r{n}"), "good");
        }
        (4..20).for_each(|n| assert_eq!(wait(&world, &format!("r{n}")), AsyncState::Succeeded));
        let mut seen = fake.seen.lock().expect("a list").clone();
        assert_eq!(seen[..3], ["r1", "r2", "r3"].map(str::to_owned), "the oldest first");
        seen.sort_by_key(|id| id[1..].parse::<u32>().expect("a number"));
        assert_eq!(seen, (1..20).map(|n| format!("r{n}")).collect::<Vec<_>>(), "each once");
        let count = |topic: &'static str| world.tenant().store.read(|tx| outbox_count(tx, topic)).expect("a count");
        assert_eq!((count("async_request.succeeded"), count("async_request.failed")), (18, 1));
    }
}

/// A job that breaks leaves the request to the next one.
#[test]
fn a_request_whose_job_broke_is_carried_out_by_the_next() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let fake = Arc::new(Fake { break_once: Mutex::new(true), ..Fake::default() });
    world.tenant().answered_by(fake.clone());
    accept(&world, "r1", "good");
    world.start_jobs();
    for _ in 0..12_000 {
        if !fake.seen.lock().expect("a list").is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    accept(&world, "r2", "good");
    assert_eq!((wait(&world, "r2"), wait(&world, "r1")), (AsyncState::Succeeded, AsyncState::Succeeded));
}
