//! Users, roles, API clients and tenants, as every request needs them: in memory, a few seconds old at most.

use super::records;
use crate::context::Privilege;
use accrual_base::{Clock, Instant, Result};
use accrual_store::StoreHandle;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// How old the copy may be: another process may have changed the store.
const MICROSECONDS: i64 = 5_000_000;

/// A person or a machine that logs in by name and password.
#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    /// Argon2id, PHC spelling.
    pub password: String,
    /// Names of roles; the first is the one it gets when it asks for none.
    pub roles: Vec<String>,
    /// Tenants it may work in; all when empty.
    pub tenants: Vec<String>,
    pub enabled: bool,
}

/// What users may do, and for which organisations.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub privileges: BTreeSet<Privilege>,
    /// All when empty.
    pub organisations: Vec<i64>,
    pub enabled: bool,
}

/// An id and a secret that act as a user in a role.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    /// Argon2id, PHC spelling.
    pub secret: String,
    pub user: String,
    pub role: String,
    pub tenant: String,
    pub enabled: bool,
}

/// A tenant that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantEntry {
    pub name: String,
    pub enabled: bool,
}

/// Everything at one moment. Names of users and roles are one in upper and lower case.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub(super) users: BTreeMap<String, User>,
    pub(super) roles: BTreeMap<String, Role>,
    pub clients: BTreeMap<String, Client>,
    pub tenants: Vec<TenantEntry>,
}

impl Directory {
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(&name.to_lowercase())
    }
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(&name.to_lowercase())
    }
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }
}

/// The copy and how it is renewed.
pub(super) struct Cache {
    store: StoreHandle,
    clock: Arc<dyn Clock>,
    copy: RwLock<(Instant, Arc<Directory>)>,
    renewing: AtomicBool,
}

impl Cache {
    pub(super) fn new(store: StoreHandle, clock: Arc<dyn Clock>) -> Result<Arc<Self>> {
        let copy = (clock.now(), Arc::new(store.read(records::directory)?));
        Ok(Arc::new(Self { store, clock, copy: RwLock::new(copy), renewing: AtomicBool::new(false) }))
    }

    /// The copy. One that is too old is renewed on a thread of its own: who asks never waits for the store.
    pub(super) fn get(self: &Arc<Self>) -> Arc<Directory> {
        let (at, copy) = self.copy.read().unwrap_or_else(PoisonError::into_inner).clone();
        let age = self.clock.now().0.saturating_sub(at.0);
        if !(0..MICROSECONDS).contains(&age) && !self.renewing.swap(true, Ordering::SeqCst) {
            let cache = Arc::clone(self);
            let renew = move || {
                if let Err(e) = cache.renew() {
                    tracing::error!(error = %e, "users and roles cannot be read; the last ones known stand");
                }
                cache.renewing.store(false, Ordering::SeqCst);
            };
            if std::thread::Builder::new().name("directory".to_owned()).spawn(renew).is_err() {
                self.renewing.store(false, Ordering::SeqCst);
            }
        }
        copy
    }

    /// Reads everything now.
    ///
    /// # Errors
    /// A fault from the database.
    pub(super) fn renew(&self) -> Result<()> {
        let at = self.clock.now();
        let fresh = Arc::new(self.store.read(records::directory)?);
        *self.copy.write().unwrap_or_else(PoisonError::into_inner) = (at, fresh);
        Ok(())
    }
}
