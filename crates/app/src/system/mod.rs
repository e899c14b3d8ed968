//! The system: its tenants in a store of their own, those that are open, and who may work in them.

mod access;
mod cached;
mod directory;
mod entities;
mod first_start;
mod gate;
pub mod password;
mod records;
mod session;
mod tenants;
mod users;

pub use access::Access;
pub use directory::Directory;
pub use entities::{Entity, entity_id};
pub use first_start::{
    ADMINISTRATOR_ROLE, ADMINISTRATOR_USER, CLIENT_ID, CLIENT_SECRET, DEFAULT_TENANT, FirstCredentials, FirstStart, REVENUE_ROLE,
    REVENUE_USER, Secret, new_client_id,
};
pub use session::{Claims, Login, Session, api_is_off};
pub use tenants::TenantEntry;
pub use users::{NewSecret, SetClientSecret, SetPassword, set_client_secret, set_password};

use crate::services::Services;
use crate::tenant::{Settings, Tenant};
use accrual_base::{Clock, Error, PeriodId, Result};
use accrual_store::StoreHandle;
use cached::Cached;
use gate::Gate;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Opens databases: files of a data directory, or schemas of a server. The layers above choose.
pub trait StoreFactory: Send + Sync + 'static {
    /// The system's database, made when it does not exist.
    ///
    /// # Errors
    /// A fault when it cannot be opened.
    fn system(&self) -> Result<StoreHandle>;
    /// A tenant's database, made when it does not exist. Names are lower-case letters, digits and `_`.
    ///
    /// # Errors
    /// A fault when it cannot be opened.
    fn tenant(&self, name: &str) -> Result<StoreHandle>;
    /// The directory for a tenant's files under way, made when it does not exist.
    ///
    /// # Errors
    /// A fault when it cannot be made.
    fn spool(&self, name: &str) -> Result<PathBuf>;
    /// What every tenant renders documents and sends mail with.
    fn services(&self) -> Services {
        Services::default()
    }
}

/// Argon2 verifications at the same time: each takes 19 MiB and a core.
const VERIFICATIONS: usize = 2;

/// A tenant that is open, with its users and roles at hand.
#[derive(Clone)]
struct Open {
    tenant: Arc<Tenant>,
    directory: Arc<Cached<Directory>>,
}

/// The system of one process.
pub struct System {
    /// The system's own store, as a place where commands run.
    home: Tenant,
    factory: Arc<dyn StoreFactory>,
    tenants: Arc<Cached<Vec<TenantEntry>>>,
    /// Counts the changes this process made to the list of tenants.
    epoch: AtomicU64,
    open: Mutex<BTreeMap<String, Open>>,
    verified: password::Verified,
    gate: Gate,
    sign_key: [u8; 32],
}

impl System {
    /// Opens the system store and every tenant, and brings them up to date. The first time, it makes the default
    /// tenant with its seeds and first open period, the administrator, the API client and the revenue user, and
    /// answers their secrets: the only time they are known. Later starts change nothing.
    ///
    /// # Errors
    /// A fault of a store; a rejection of what `first` gives.
    pub fn open(
        factory: Arc<dyn StoreFactory>,
        clock: Arc<dyn Clock>,
        first: &FirstStart,
    ) -> Result<(Arc<Self>, Option<FirstCredentials>)> {
        let home = Tenant::new("system", factory.system()?, clock.clone(), factory.spool("system")?);
        records::prepare_system(&home)?;
        tenants::add(&home, DEFAULT_TENANT)?;
        let system = Arc::new(Self {
            tenants: Cached::new(home.store.clone(), clock, tenants::load)?,
            epoch: AtomicU64::new(0),
            sign_key: records::sign_key(&home)?,
            home,
            factory,
            open: Mutex::default(),
            verified: password::Verified::default(),
            gate: Gate::new(VERIFICATIONS),
        });
        for entry in system.tenants().iter() {
            system.open_tenant(&entry.name, first.first_period)?;
        }
        let default = system.opened(DEFAULT_TENANT)?;
        let credentials = first_start::users(&default.tenant, first)?;
        Ok((system, credentials))
    }

    /// Reads from the store of the system itself.
    ///
    /// # Errors
    /// A fault from the database, or what `f` answers.
    pub(crate) fn read<T>(&self, f: impl FnOnce(&mut dyn accrual_store::Read) -> Result<T>) -> Result<T> {
        self.home.store.read(f)
    }

    /// The clock of the system: wall-clock time in a server.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.home.clock.clone()
    }

    /// Signs tokens and URLs. Random, made at the first start, the same in every process of the system.
    pub fn sign_key(&self) -> &[u8; 32] {
        &self.sign_key
    }

    /// Every tenant there is, a few seconds old at most.
    pub fn tenants(&self) -> Arc<Vec<TenantEntry>> {
        self.tenants.get(self.epoch.load(Ordering::SeqCst))
    }

    /// A tenant, opened the first time it is asked for. Blocks then. Upper and lower case are one.
    ///
    /// # Errors
    /// `tenant.unknown` for a name that is no tenant; a fault of its store.
    pub fn tenant(&self, name: &str) -> Result<Arc<Tenant>> {
        self.opened(name).map(|open| open.tenant)
    }

    /// The tenants that are open, by name.
    pub fn open_tenants(&self) -> Vec<Arc<Tenant>> {
        let list = self.tenants();
        self.lock().values().inspect(|o| o.follow(&list)).map(|o| o.tenant.clone()).collect()
    }

    /// Users, roles and API clients of a tenant, a few seconds old at most.
    ///
    /// # Errors
    /// As [`System::tenant`].
    pub fn directory(&self, tenant: &str) -> Result<Arc<Directory>> {
        self.opened(tenant).map(|open| open.directory())
    }

    /// Waits for queued work and closes every store.
    pub fn close(&self) {
        let open = std::mem::take(&mut *self.lock());
        for open in open.values() {
            open.tenant.store.0.close();
        }
        self.home.store.0.close();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, name: &str) -> Result<Open> {
        let name = name.to_lowercase();
        let list = self.tenants();
        if !list.iter().any(|t| t.name == name) {
            return Err(Error::not_found("tenant.unknown", "There is no such tenant.").with_value(&name));
        }
        let known = self.lock().get(&name).cloned();
        let open = match known {
            Some(open) => open,
            None => self.open_tenant(&name, None)?,
        };
        open.follow(&list);
        Ok(open)
    }

    fn open_tenant(&self, name: &str, first_period: Option<PeriodId>) -> Result<Open> {
        let mut all = self.lock();
        if let Some(open) = all.get(name) {
            return Ok(open.clone());
        }
        let tenant =
            Tenant::new(name, self.factory.tenant(name)?, self.clock(), self.factory.spool(name)?).with_services(self.factory.services());
        records::prepare_tenant(&tenant)?;
        first_start::seed(&tenant, first_period)?;
        first_start::category_roles(&tenant)?;
        let directory = Cached::new(tenant.store.clone(), self.clock(), Directory::load)?;
        let open = Open { tenant: Arc::new(tenant), directory };
        all.insert(name.to_owned(), open.clone());
        Ok(open)
    }
}

impl Open {
    fn directory(&self) -> Arc<Directory> {
        self.directory.get(self.tenant.config_epoch())
    }

    /// Takes over what the system's list says of the tenant.
    fn follow(&self, list: &[TenantEntry]) {
        if let Some(entry) = list.iter().find(|t| t.name == self.tenant.name)
            && !self.tenant.settings().fit(entry)
        {
            self.tenant.set_settings(Settings::of(entry));
        }
    }
}
