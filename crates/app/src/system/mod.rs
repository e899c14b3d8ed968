//! The system: users, roles, API clients and tenants in a store of their own, and the tenants that are open.

mod directory;
mod first_start;
mod gate;
pub mod password;
mod records;
mod session;

pub use directory::{Client, Directory, Role, TenantEntry, User};
pub use first_start::{
    ADMINISTRATOR_ROLE, ADMINISTRATOR_USER, CLIENT_ID, CLIENT_SECRET, DEFAULT_TENANT, FirstCredentials, FirstStart, REVENUE_ROLE,
    REVENUE_USER, Secret,
};
pub use session::{Claims, Login, Session, api_is_off};

use directory::Cache;
use gate::Gate;

use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use accrual_base::{Clock, Error, Result};
use accrual_store::StoreHandle;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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
}

/// Argon2 verifications at the same time: each takes 19 MiB and a core.
const VERIFICATIONS: usize = 2;

/// The system of one process.
pub struct System {
    /// The system's own store, as a place where commands run.
    home: Tenant,
    factory: Arc<dyn StoreFactory>,
    tenants: Mutex<BTreeMap<String, Arc<Tenant>>>,
    directory: Arc<Cache>,
    verified: password::Verified,
    gate: Gate,
    sign_key: [u8; 32],
}

impl System {
    /// Opens the system store, brings it up to date and opens every enabled tenant. The first time, it makes the
    /// default tenant, the administrator, the API client and the revenue user, and answers their secrets:
    /// the only time they are known. Later starts change nothing.
    ///
    /// # Errors
    /// A fault of a store; a rejection of what `first` gives.
    pub fn open(factory: Arc<dyn StoreFactory>, clock: Arc<dyn Clock>, first: &FirstStart) -> Result<(Arc<Self>, Option<FirstCredentials>)> {
        let home = Tenant::new("system", factory.system()?, clock.clone(), factory.spool("system")?);
        records::prepare(&home.store)?;
        let secrets = Some(first.credentials()?);
        let system = Arc::new(Self {
            directory: Cache::new(home.store.clone(), clock)?,
            sign_key: records::sign_key(&home)?,
            home,
            factory,
            tenants: Mutex::default(),
            verified: password::Verified::default(),
            gate: Gate::new(VERIFICATIONS),
        });
        for entry in system.directory().tenants.iter().filter(|t| t.enabled) {
            system.tenant(&entry.name)?;
        }
        Ok((system, secrets))
    }

    /// The clock of the system: wall-clock time in a server.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.home.clock.clone()
    }

    /// Signs tokens and URLs. Random, made at the first start, the same in every process of the system.
    pub fn sign_key(&self) -> &[u8; 32] {
        &self.sign_key
    }

    /// An enabled tenant, opened the first time it is asked for. Blocks then. Upper and lower case are one.
    ///
    /// # Errors
    /// `tenant.unknown` for a name that is not a tenant or is disabled; a fault of its store.
    pub fn tenant(&self, name: &str) -> Result<Arc<Tenant>> {
        let name = name.to_lowercase();
        if !self.directory().tenants.iter().any(|t| t.name == name && t.enabled) {
            return Err(Error::not_found("tenant.unknown", "There is no such tenant.").with_value(&name));
        }
        let mut open = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tenant) = open.get(&name) {
            return Ok(tenant.clone());
        }
        let store = self.factory.tenant(&name)?;
        let tenant = Arc::new(Tenant::new(name.clone(), store, self.home.clock.clone(), self.factory.spool(&name)?));
        accrual_store::migrate::run(&tenant.store)?;
        open.insert(name, tenant.clone());
        Ok(tenant)
    }

    /// The tenants that are open, by name.
    pub fn open_tenants(&self) -> Vec<Arc<Tenant>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Users, roles, clients and tenants, at most a few seconds old.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.get()
    }

    /// Runs a command on the system store: users, roles, clients, tenants. Administrators only. Blocks.
    ///
    /// # Errors
    /// `role.privilege`, or what the command refuses.
    pub fn execute<C: Command>(&self, context: &Context, command: C) -> Result<C::Output> {
        context.actor.require(Privilege::Administrator)?;
        let answer = execute_blocking(&self.home, context, command)?;
        self.directory.renew()?;
        Ok(answer)
    }

    /// Waits for queued work and closes every store.
    pub fn close(&self) {
        let open = std::mem::take(&mut *self.tenants.lock().unwrap_or_else(PoisonError::into_inner));
        for tenant in open.values() {
            tenant.store.0.close();
        }
        self.home.store.0.close();
    }
}
