//! The command pipeline: idempotency → begin → load, decide, apply → audit and outbox → commit, or roll back.

use crate::context::Context;
use crate::idempotency::{Key, is_storable};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Instant, Result};
use accrual_store::{Commit, Lane, StoreHandle, Write};
use serde::{Serialize, de::DeserializeOwned};

/// A verb: one change, whole or not at all. Its serialised form is what an idempotency key stands for, so
/// secrets and handles in it are marked `#[serde(skip)]`.
pub trait Command: Serialize + Send + 'static {
    /// Operation id, audit event and test prefix.
    const OPERATION: &'static str;
    /// The answer; stored as JSON when the request carried an idempotency key.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Loads, decides and applies. Everything is undone when it fails.
    ///
    /// # Errors
    /// Whatever the verb refuses.
    fn run(self, unit: &mut Unit<'_>) -> Result<Self::Output>;
}

/// Runs a command and waits until its result is durable.
///
/// # Errors
/// What the command refused; `idempotency.mismatch` for a key that stood for something else.
pub async fn execute<C: Command>(tenant: &Tenant, context: &Context, command: C) -> Result<C::Output> {
    let now = tenant.clock.now();
    let key = key_of(context, &command)?;
    let answer = tenant.store.write_async(Lane::Small, job(context.clone().within(tenant), key.clone(), now, command)).await;
    if let (Err(error), Some(key)) = (&answer, key)
        && let Some(refusal) = is_storable(error).cloned()
    {
        tenant.store.write_async(Lane::Small, move |tx| key.store_refusal(tx, now, &refusal).map(Commit::Keep)).await?;
    }
    log(C::OPERATION, context, &answer);
    answer
}

/// As [`execute()`], for threads that may block: the command line, jobs, tests.
///
/// # Errors
/// As [`execute()`].
pub fn execute_blocking<C: Command>(tenant: &Tenant, context: &Context, command: C) -> Result<C::Output> {
    execute_in(&tenant.store, tenant.clock.now(), &context.clone().within(tenant), command)
}

/// As [`execute_blocking`], on a store that is not (yet) a tenant's.
pub(crate) fn execute_in<C: Command>(store: &StoreHandle, now: Instant, context: &Context, command: C) -> Result<C::Output> {
    let key = key_of(context, &command)?;
    let answer = store.write(Lane::Small, job(context.clone(), key.clone(), now, command));
    if let (Err(error), Some(key)) = (&answer, key)
        && let Some(refusal) = is_storable(error).cloned()
    {
        store.write(Lane::Small, move |tx| key.store_refusal(tx, now, &refusal).map(Commit::Keep))?;
    }
    log(C::OPERATION, context, &answer);
    answer
}

/// A preview has no key: it changes nothing, so repeating it is harmless.
fn key_of<C: Command>(context: &Context, command: &C) -> Result<Option<Key>> {
    match &context.idempotency_key {
        Some(key) if !context.preview => Key::new(key, C::OPERATION, command).map(Some),
        _ => Ok(None),
    }
}

fn job<C: Command>(
    context: Context,
    key: Option<Key>,
    now: Instant,
    command: C,
) -> impl FnOnce(&mut dyn Write) -> Result<Commit<C::Output>> + Send + 'static {
    move |tx| {
        if let Some(key) = &key
            && let Some(stored) = key.replay(tx.as_read(), now)?
        {
            return Ok(Commit::Keep(stored));
        }
        let output = command.run(&mut Unit::new(tx, now, &context, C::OPERATION))?;
        if context.preview {
            return Ok(Commit::RollBack(output));
        }
        if let Some(key) = &key {
            key.store_success(tx, now, &output)?;
        }
        Ok(Commit::Keep(output))
    }
}

fn log<T>(operation: &str, context: &Context, answer: &Result<T>) {
    match answer {
        Ok(_) => {
            tracing::debug!(operation, request_id = %context.request_id, user = %context.actor.user, preview = context.preview, "done")
        }
        Err(e) if e.rejection().is_some() => tracing::info!(operation, request_id = %context.request_id, error = %e, "refused"),
        Err(e) => tracing::error!(operation, request_id = %context.request_id, error = %e, "failed"),
    }
}
