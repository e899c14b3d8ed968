//! The embedded store: one SQLite file a tenant, one writer with group commit, many snapshot readers.
//!
//! - **Writes** go through one thread. [`Lane::Small`](accrual_store::Lane) jobs that wait are collected, each
//!   runs in a savepoint of one transaction, one commit makes them durable together, then all are answered.
//!   [`Lane::Bulk`](accrual_store::Lane) jobs run alone, one transaction each, when no small job waits.
//! - **Reads** run on their own read-only connections, each inside one snapshot of the write-ahead log; they
//!   neither block the writer nor are blocked by it.
//! - **Durability**: write-ahead log with `synchronous=FULL`. What was answered survives a kill and a power cut.
//!
//! Why so: decision 0002.

mod backup;
mod bulk;
mod checkpoint;
mod connection;
mod control;
mod error;
mod group;
mod options;
mod parameters;
mod queue;
mod readers;
mod row;
mod steps;
mod store;
mod tx;
mod writer;

pub use backup::backup;
pub use options::{Options, Synchronous};
pub use store::SqliteStore;
