//! A copy of something stored that every request needs: in memory, a few seconds old at most.

use accrual_base::{Clock, Instant, Result};
use accrual_store::{Read, StoreHandle};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// How old a copy may be: another process may have changed the store.
const MICROSECONDS: i64 = 5_000_000;

/// The copy and how it is renewed.
pub(super) struct Cached<T> {
    store: StoreHandle,
    clock: Arc<dyn Clock>,
    load: fn(&mut dyn Read) -> Result<T>,
    copy: RwLock<Copy<T>>,
    renewing: AtomicBool,
}

struct Copy<T> {
    value: Arc<T>,
    at: Instant,
    /// Of the tenant, when it was loaded: changes of this process are seen at once.
    epoch: u64,
}

impl<T: Send + Sync + 'static> Cached<T> {
    /// Loads the first copy.
    ///
    /// # Errors
    /// A fault from the database.
    pub(super) fn new(store: StoreHandle, clock: Arc<dyn Clock>, load: fn(&mut dyn Read) -> Result<T>) -> Result<Arc<Self>> {
        let copy = Copy { at: clock.now(), value: Arc::new(store.read(load)?), epoch: 0 };
        Ok(Arc::new(Self { store, clock, load, copy: RwLock::new(copy), renewing: AtomicBool::new(false) }))
    }

    /// The copy. After a change of this process it is renewed first; one that is only old is renewed on a thread
    /// of its own, so that who asks does not wait. When the store fails, the last copy stands.
    pub(super) fn get(self: &Arc<Self>, epoch: u64) -> Arc<T> {
        let (value, at, seen) = {
            let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
            (copy.value.clone(), copy.at, copy.epoch)
        };
        let age = self.clock.now().0.saturating_sub(at.0);
        if seen != epoch {
            return self.renew(epoch).unwrap_or_else(|e| {
                tracing::error!(error = %e, "users and roles cannot be read; the last ones known stand");
                value
            });
        }
        if !(0..MICROSECONDS).contains(&age) && !self.renewing.swap(true, Ordering::SeqCst) {
            let cached = Arc::clone(self);
            let renew = move || {
                if let Err(e) = cached.renew(epoch) {
                    tracing::error!(error = %e, "users and roles cannot be read; the last ones known stand");
                }
                cached.renewing.store(false, Ordering::SeqCst);
            };
            if std::thread::Builder::new().name("directory".to_owned()).spawn(renew).is_err() {
                self.renewing.store(false, Ordering::SeqCst);
            }
        }
        value
    }

    /// Loads the copy now.
    ///
    /// # Errors
    /// A fault from the database.
    pub(super) fn renew(&self, epoch: u64) -> Result<Arc<T>> {
        let at = self.clock.now();
        let value = Arc::new(self.store.read(self.load)?);
        *self.copy.write().unwrap_or_else(PoisonError::into_inner) = Copy { value: value.clone(), at, epoch };
        Ok(value)
    }
}
