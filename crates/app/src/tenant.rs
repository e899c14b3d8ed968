//! An open tenant: its store, its clock and what is cached of its settings.

use crate::job::{Programs, Wake};
use accrual_base::{Clock, Instant};
use accrual_store::{Lane, LaneFigures, StoreHandle};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Settings read on every request, cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Off: every operation of the API answers that the method is not allowed.
    pub api_enabled: bool,
}

/// One tenant. Cheap to share: everything in it is.
pub struct Tenant {
    pub name: String,
    pub store: StoreHandle,
    /// Business time. A sandbox sets and moves it.
    pub clock: Arc<dyn Clock>,
    /// Directory for files under way: uploads, report files. It exists.
    pub spool: PathBuf,
    /// What jobs can run.
    pub programs: Arc<Programs>,
    /// Rung when a job is submitted or ends, so that the runner need not poll.
    pub wake: Arc<Wake>,
    settings: RwLock<Arc<Settings>>,
    config_epoch: AtomicU64,
}

impl Tenant {
    /// A tenant over an open store, with the built-in programs.
    pub fn new(name: impl Into<String>, store: StoreHandle, clock: Arc<dyn Clock>, spool: PathBuf) -> Self {
        Self {
            name: name.into(),
            store,
            clock,
            spool,
            programs: Arc::new(Programs::built_in()),
            wake: Arc::new(Wake::default()),
            settings: RwLock::new(Arc::new(Settings { api_enabled: true })),
            config_epoch: AtomicU64::new(0),
        }
    }

    /// The same tenant with other programs: for tests of the queue.
    #[must_use]
    pub fn with_programs(mut self, programs: Programs) -> Self {
        self.programs = Arc::new(programs);
        self
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Replaces the cached settings; whoever changes the stored ones calls it.
    pub fn set_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(settings);
    }

    /// What this process has written to the store since it was opened, by lane.
    pub fn writes(&self) -> Vec<(&'static str, LaneFigures)> {
        let name = |lane| match lane {
            Lane::Small => "small",
            Lane::Bulk => "bulk",
            Lane::Load => "load",
        };
        self.store.figures().into_iter().map(|figures| (name(figures.lane), figures)).collect()
    }

    /// Counts the changes this process made to the configuration: whoever keeps a copy loads it again when this
    /// number moved.
    pub fn config_epoch(&self) -> u64 {
        self.config_epoch.load(Ordering::SeqCst)
    }

    /// The configuration changed; called by the verbs that change it, after the commit.
    pub fn config_changed(&self) {
        self.config_epoch.fetch_add(1, Ordering::SeqCst);
    }
}
