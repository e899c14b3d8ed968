//! An open tenant: its store, its clock and what is cached of its settings.

use crate::async_request::Answering;
use crate::job::{Programs, Wake};
use crate::services::Services;
use crate::zone::Zone;
use accrual_base::{Clock, Day, Instant};
use accrual_objects::administration::{RateClass, Tenant as TenantNoun};
use accrual_store::{Lane, LaneFigures, StoreHandle};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Settings read on every request, cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Off: every operation of the API answers that the method is not allowed.
    pub api_enabled: bool,
    /// The version of the billing interface a request without one speaks.
    pub default_version: String,
    pub zone: Zone,
    /// The limits on requests.
    pub rate_class: RateClass,
    /// The tenant this one is an entity of.
    pub owner: Option<String>,
    /// What people call it as an entity; Global when it has no owner.
    pub entity: String,
}

impl Settings {
    /// What the list of tenants says. A time zone this system does not know any more counts as UTC, said in the log.
    pub(crate) fn of(entry: &TenantNoun) -> Self {
        let zone = Zone::named(&entry.time_zone).unwrap_or_else(|e| {
            tracing::error!(tenant = %entry.name, error = %e, "the time zone of a tenant cannot be used; UTC stands in");
            Zone::default()
        });
        Self {
            api_enabled: entry.api_enabled,
            default_version: entry.default_version.clone(),
            zone,
            rate_class: entry.rate_class,
            owner: entry.owner.clone(),
            entity: entry.entity.clone(),
        }
    }

    /// Whether they are those of an entry of the list.
    pub(crate) fn fit(&self, entry: &TenantNoun) -> bool {
        let texts = (self.default_version.as_str(), self.zone.name(), self.owner.as_deref(), self.entity.as_str());
        (self.api_enabled, self.rate_class) == (entry.api_enabled, entry.rate_class)
            && texts == (entry.default_version.as_str(), entry.time_zone.as_str(), entry.owner.as_deref(), entry.entity.as_str())
    }
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
    /// Rendering and mail.
    pub services: Services,
    settings: RwLock<Arc<Settings>>,
    config_epoch: AtomicU64,
    /// Who carries out requests that were accepted for later.
    answering: RwLock<Option<Arc<dyn Answering>>>,
}

impl Tenant {
    /// A tenant over an open store, with the built-in programs.
    pub fn new(name: impl Into<String>, store: StoreHandle, clock: Arc<dyn Clock>, spool: PathBuf) -> Self {
        let name = name.into();
        let settings = Settings::of(&TenantNoun::new(name.clone()));
        Self {
            name,
            store,
            clock,
            spool,
            programs: Arc::new(Programs::built_in()),
            wake: Arc::new(Wake::default()),
            services: Services::default(),
            settings: RwLock::new(Arc::new(settings)),
            config_epoch: AtomicU64::new(0),
            answering: RwLock::new(None),
        }
    }

    /// The same tenant with other programs: for tests of the queue.
    #[must_use]
    pub fn with_programs(mut self, programs: Programs) -> Self {
        self.programs = Arc::new(programs);
        self
    }

    /// The same tenant with other ways out.
    #[must_use]
    pub fn with_services(mut self, services: Services) -> Self {
        self.services = services;
        self
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The day it is in the tenant's time zone.
    pub fn today(&self) -> Day {
        self.settings().zone.day(self.now())
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Replaces the cached settings; whoever changes the stored ones calls it.
    pub fn set_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(settings);
    }

    /// Who carries out requests that were accepted for later; nobody until the interface is there.
    pub fn answering(&self) -> Option<Arc<dyn Answering>> {
        self.answering.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Says who carries them out.
    pub fn answered_by(&self, answering: Arc<dyn Answering>) {
        *self.answering.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(answering);
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
