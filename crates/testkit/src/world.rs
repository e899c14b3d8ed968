//! One whole system for one test.

use crate::{Backend, Client, Factory, Server, instant};
use accrual_app::job::{self, Given, JobRow, Status};
use accrual_app::system::{ADMINISTRATOR_ROLE, ADMINISTRATOR_USER, DEFAULT_TENANT, FirstStart, REVENUE_ROLE, REVENUE_USER};
use accrual_app::{Context, System, Tenant};
use accrual_base::{Clock, FixedClock, PeriodId};
use accrual_jobs::{Options, Runner};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The password of the revenue user and of the administrator.
pub const PASSWORD: &str = "correct horse battery staple";

/// How a world begins.
pub struct Builder {
    backend: Backend,
    now: String,
    first_period: String,
    jobs: bool,
}

impl Builder {
    /// The time the clock stands at: `2024-01-15` or `2024-01-15T12:30:00`.
    #[must_use]
    pub fn now(mut self, now: &str) -> Self {
        now.clone_into(&mut self.now);
        self
    }
    /// The accounting period that opens first: `2024-01`.
    #[must_use]
    pub fn first_period(mut self, period: &str) -> Self {
        period.clone_into(&mut self.first_period);
        self
    }
    /// Submitted jobs wait: [`World::start_jobs`] lets them run.
    #[must_use]
    pub fn jobs_wait(mut self) -> Self {
        self.jobs = false;
        self
    }
    /// # Panics
    /// When the system cannot be opened.
    pub fn build(self) -> World {
        let factory = Arc::new(Factory::new(self.backend));
        let clock = Arc::new(FixedClock::at(instant(&self.now)));
        let first = FirstStart {
            client_id: Some("00000000-0000-4000-8000-000000000001".to_owned()),
            client_secret: Some("client-secret".to_owned()),
            revenue_password: Some(PASSWORD.to_owned()),
            administrator_password: Some(PASSWORD.to_owned()),
            first_period: Some(PeriodId::parse(&self.first_period).expect("the first period")),
            ..FirstStart::default()
        };
        let system = open(&factory, &clock, &first);
        let world = World { parts: Mutex::new(Parts { system, runner: None, starts: 0 }), clock, first, factory, jobs: self.jobs };
        if self.jobs {
            world.start_jobs();
        }
        world
    }
}

fn open(factory: &Arc<Factory>, clock: &Arc<FixedClock>, first: &FirstStart) -> Arc<System> {
    let (system, _) = System::open(factory.clone(), Arc::clone(clock) as Arc<dyn Clock>, first).expect("the system opens");
    system
}

/// What a restart replaces.
struct Parts {
    system: Arc<System>,
    runner: Option<Runner>,
    starts: u32,
}

/// A system with the default tenant, on stores that end with the test.
pub struct World {
    parts: Mutex<Parts>,
    pub clock: Arc<FixedClock>,
    first: FirstStart,
    // Declared last: the stores are closed before their files or schemas go.
    pub factory: Arc<Factory>,
    jobs: bool,
}

impl World {
    /// A world on a backend: noon of 15 January 2024, January open, jobs running.
    pub fn on(backend: Backend) -> Builder {
        Builder { backend, now: "2024-01-15T12:00:00".to_owned(), first_period: "2024-01".to_owned(), jobs: true }
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn system(&self) -> Arc<System> {
        self.parts().system.clone()
    }

    /// The default tenant.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub fn tenant(&self) -> Arc<Tenant> {
        self.system().tenant(DEFAULT_TENANT).expect("the default tenant")
    }

    /// The context of Accrual's own work.
    pub fn context(&self) -> Context {
        Context::system("test")
    }

    /// Moves the clock.
    pub fn set_now(&self, now: &str) {
        self.clock.set(instant(now));
    }

    /// Starts the workers of the default tenant.
    ///
    /// # Panics
    /// When they cannot be started.
    pub fn start_jobs(&self) {
        let tenant = self.tenant();
        let mut parts = self.parts();
        parts.starts += 1;
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let options = Options {
            beat: Duration::from_millis(20),
            poll: Duration::from_millis(20),
            ..Options::new(format!("test-{}", parts.starts), clock)
        };
        parts.runner = Some(Runner::start(tenant, options).expect("job threads"));
    }

    /// Stops the workers; running jobs go back to the queue.
    pub fn stop_jobs(&self) {
        let runner = self.parts().runner.take();
        drop(runner);
    }

    /// Ends the process in a friendly way and starts it again on the same stores. Not for stores in memory.
    ///
    /// # Panics
    /// When the system cannot be opened again.
    pub fn restart(&self) {
        self.stop_jobs();
        self.system().close();
        self.parts().system = open(&self.factory, &self.clock, &self.first);
        accrual_app::upload::recover(&self.tenant()).expect("uploads under way are ended");
        if self.jobs {
            self.start_jobs();
        }
    }

    /// Submits a job by the name of its program. Parameters by name.
    ///
    /// # Panics
    /// When it is refused.
    pub fn submit(&self, program: &str, org_id: i64, parameters: &[(&str, &str)]) -> i64 {
        let tenant = self.tenant();
        let program = tenant.programs.by_name(program).expect("program");
        let given: Vec<Given> = (1i64..)
            .zip(parameters)
            .map(|(sequence, (name, value))| {
                let parameter = program.parameters.iter().find(|p| p.name == *name).unwrap_or_else(|| panic!("no parameter {name}"));
                Given { parameter_id: parameter.id, sequence, value: (*value).to_owned() }
            })
            .collect();
        job::submit_blocking(&tenant, &self.context(), program.id, org_id, &given).expect("job submitted")
    }

    /// Waits until a job ends, at most a minute.
    ///
    /// # Panics
    /// When it does not end.
    pub fn wait_for_job(&self, id: i64) -> JobRow {
        let tenant = self.tenant();
        for _ in 0..12_000 {
            let job = job::get(&tenant, &self.context(), id).expect("job");
            if Status::parse(&job.status).is_some_and(Status::is_final) {
                return job;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("job {id} did not end: {:?}", job::get(&tenant, &self.context(), id));
    }

    /// Submits a job and waits for its good end. Answers its message.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn run(&self, program: &str, org_id: i64, parameters: &[(&str, &str)]) -> String {
        let job = self.wait_for_job(self.submit(program, org_id, parameters));
        assert_eq!(job.status, Status::Completed.name(), "{program}: {:?}", job.message);
        job.message.unwrap_or_default()
    }

    /// Starts a server on loopback and answers a client that is logged in as the revenue user.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn serve(&self) -> Client {
        let client = self.serve_without_login();
        client.log_in(REVENUE_USER, PASSWORD, REVENUE_ROLE)
    }

    /// As [`World::serve`], logged in as the administrator.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn serve_administrator(&self) -> Client {
        self.serve_without_login().log_in(ADMINISTRATOR_USER, PASSWORD, ADMINISTRATOR_ROLE)
    }

    /// As [`World::serve`], without a token.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn serve_without_login(&self) -> Client {
        Client::new(Server::start(self.system()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop_jobs();
        self.system().close();
    }
}
