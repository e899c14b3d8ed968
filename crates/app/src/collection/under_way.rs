//! Chunks handed to the store one after another: the next one loads while the one before becomes durable.
//!
//! Each is one transaction with the checkpoint behind it, so none may be kept when the one before it was not: a chunk
//! loads its rows, then waits to hear of the one before, then writes its checkpoint and commits. Where the store has one
//! writer the answer is there already.

use super::keys::NewKeys;
use crate::Tenant;
use accrual_base::{Error, Result};
use accrual_store::{Commit, Lane, Pending, Write};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Chunks that are written at the same time.
const MOST: usize = 2;

struct Chunk {
    pending: Pending<()>,
    keys: NewKeys,
}

/// What a chunk hears of the one before it.
pub(super) struct Turn(Option<Receiver<()>>);

impl Turn {
    /// Waits until the chunk before is durable. To be called before anything that says so.
    ///
    /// # Errors
    /// A fault when it was not kept.
    pub fn wait(&self) -> Result<()> {
        let Some(before) = &self.0 else { return Ok(()) };
        before.recv().map_err(|_| Error::fault("the chunk before this one was not kept"))
    }
}

/// The chunks of one run that are not known to be durable.
#[derive(Default)]
pub(super) struct UnderWay {
    chunks: VecDeque<Chunk>,
    /// Lets the second of them commit.
    next: Option<SyncSender<()>>,
}

impl UnderWay {
    /// Hands a chunk over. Answers the keys of the chunks that have become durable.
    ///
    /// # Errors
    /// What one of those before failed with: then this one is not kept either.
    pub fn begin(
        &mut self,
        tenant: &Tenant,
        keys: NewKeys,
        work: impl FnOnce(&mut dyn Write, &Turn) -> Result<()> + Send + 'static,
    ) -> Result<NewKeys> {
        let turn = if self.chunks.is_empty() {
            Turn(None)
        } else {
            let (send, receive) = sync_channel(1);
            self.next = Some(send);
            Turn(Some(receive))
        };
        let pending = tenant.store.begin(Lane::Load, move |tx| work(tx, &turn).map(Commit::Keep));
        self.chunks.push_back(Chunk { pending, keys });
        if self.chunks.len() < MOST { Ok(NewKeys::default()) } else { self.settle() }
    }

    /// Waits for the oldest chunk and lets the next one commit. Answers its keys.
    ///
    /// # Errors
    /// What it failed with; the next one then fails as well.
    pub fn settle(&mut self) -> Result<NewKeys> {
        let next = self.next.take();
        let Some(chunk) = self.chunks.pop_front() else { return Ok(NewKeys::default()) };
        chunk.pending.wait()?;
        if let Some(next) = next {
            // a chunk that has failed already does not listen
            let _ = next.send(());
        }
        Ok(chunk.keys)
    }
}

/// A run that ends does so after its chunks: nothing is written behind the back of whoever goes on with the job.
impl Drop for UnderWay {
    fn drop(&mut self) {
        self.next = None;
        for chunk in self.chunks.drain(..) {
            let _ = chunk.pending.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::{FixedClock, Instant};
    use accrual_store_sqlite::SqliteStore;
    use std::sync::Arc;

    fn tenant() -> Tenant {
        let store = SqliteStore::in_memory().unwrap().into_handle();
        let sql = "CREATE TABLE done (number INTEGER PRIMARY KEY) STRICT";
        store.write(Lane::Bulk, move |tx| tx.execute(sql, &[]).map(Commit::Keep)).unwrap();
        Tenant::new("test", store, Arc::new(FixedClock::at(Instant(0))), std::env::temp_dir())
    }

    fn chunk(under_way: &mut UnderWay, tenant: &Tenant, number: i64, fails: bool) -> Result<NewKeys> {
        let mut keys = NewKeys::default();
        keys.lines.push((number, number));
        under_way.begin(tenant, keys, move |tx, turn| {
            tx.defer("INSERT INTO done (number) VALUES ($1)", &[number.into()])?;
            turn.wait()?;
            if fails { Err(Error::fault("it broke")) } else { Ok(()) }
        })
    }

    fn done(tenant: &Tenant) -> Vec<i64> {
        tenant.store.read(|tx| tx.all("SELECT number FROM done ORDER BY number", &[], |row| row.int(0))).unwrap()
    }

    #[test]
    fn keys_are_answered_once_their_chunk_is_durable() {
        let (tenant, mut under_way) = (tenant(), UnderWay::default());
        assert!(chunk(&mut under_way, &tenant, 1, false).unwrap().lines.is_empty());
        assert_eq!(chunk(&mut under_way, &tenant, 2, false).unwrap().lines, [(1, 1)]);
        assert_eq!(under_way.settle().unwrap().lines, [(2, 2)]);
        assert!(under_way.settle().unwrap().lines.is_empty());
        assert_eq!(done(&tenant), [1, 2]);
    }

    #[test]
    fn nothing_is_kept_behind_a_chunk_that_failed() {
        let (tenant, mut under_way) = (tenant(), UnderWay::default());
        chunk(&mut under_way, &tenant, 1, false).unwrap();
        chunk(&mut under_way, &tenant, 2, true).unwrap();
        assert!(chunk(&mut under_way, &tenant, 3, false).is_err());
        drop(under_way);
        assert_eq!(done(&tenant), [1]);
    }
}
