//! The unit of work a command runs in: transaction, time, ids, audit and outbox.

use crate::context::{Actor, Context};
use crate::zone::Zone;
use accrual_base::{Day, Error, Instant, Result};
use accrual_model::Stamp;
use accrual_store::audit::{self, AuditRow};
use accrual_store::{Read, Write, sequence};
use serde_json::Value;
use std::fmt::Display;

/// What a command may touch. Everything it does through here is kept or undone together.
pub struct Unit<'a> {
    pub tx: &'a mut dyn Write,
    /// The one time of this unit; never read another clock.
    pub now: Instant,
    pub actor: &'a Actor,
    operation: &'static str,
    request_id: &'a str,
    zone: &'a Zone,
}

impl<'a> Unit<'a> {
    /// A unit inside a transaction that is already open: for programs that write in chunks of their own.
    pub fn new(tx: &'a mut dyn Write, now: Instant, context: &'a Context, operation: &'static str) -> Self {
        Self { tx, now, actor: &context.actor, operation, request_id: &context.request_id, zone: &context.zone }
    }

    /// The transaction, for reading.
    pub fn read(&mut self) -> &mut dyn Read {
        self.tx.as_read()
    }

    /// The day it is in the time zone of the tenant: what "today" means to a document.
    pub fn today(&self) -> Day {
        self.zone.day(self.now)
    }

    /// Who writes a record, and when.
    pub fn stamp(&self) -> Stamp<'a> {
        Stamp { actor: &self.actor.user, now: self.now }
    }

    /// Reserves `n` consecutive ids of a sequence; answers the first.
    ///
    /// # Errors
    /// A fault from the database.
    pub fn next_ids(&mut self, sequence: &str, n: i64) -> Result<i64> {
        sequence::reserve(self.tx, sequence, n)
    }

    /// Writes down a change of one object. `before` is missing for a creation, `after` for a deletion.
    ///
    /// # Errors
    /// A fault from the database, possibly only at commit.
    pub fn audit(&mut self, object: &str, id: impl Display, before: Option<&Value>, after: Option<&Value>) -> Result<()> {
        audit::insert(
            self.tx,
            &AuditRow {
                at: self.now,
                actor: self.actor.user.clone(),
                operation: self.operation.to_owned(),
                object: object.to_owned(),
                object_id: id.to_string(),
                before: before.map(Value::to_string),
                after: after.map(Value::to_string),
                request_id: Some(self.request_id.to_owned()),
            },
        )
    }

    /// Tells the world after the commit: notifications, event triggers, the billing-to-revenue flow.
    ///
    /// # Errors
    /// A fault from the database, possibly only at commit.
    pub fn outbox(&mut self, topic: &str, payload: &Value) -> Result<()> {
        audit::outbox(self.tx, self.now, topic, &payload.to_string())
    }
}

/// Any serialisable value as JSON, for audit rows and stored answers.
///
/// # Errors
/// A fault when the type cannot be spelt as JSON.
pub fn json<T: serde::Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(|e| Error::fault_from("a value could not be written as JSON", e))
}
