//! The store port: what a database must do for Accrual, and the SQL that asks it.
//!
//! Nothing above this layer knows which database it is. SQL text lives in this crate alone; it is written
//! once, in the common ground of SQLite and PostgreSQL: `$1` parameters, `BIGINT`, `TEXT`, bytes,
//! `ON CONFLICT … DO UPDATE`, `RETURNING`. Dates are stored as day numbers and instants as microseconds.

pub mod accounts;
pub mod audit;
pub mod collection;
pub mod contracts;
pub mod documents;
pub mod figures;
pub mod files;
pub mod idempotency;
pub mod jobs;
pub mod journals;
pub mod migrate;
pub mod nouns;
pub mod periods;
pub mod port;
pub mod schedules;
pub mod schema;
pub mod sequence;
pub mod staging;
pub mod suite;
pub mod views;

pub use figures::{Counters, LaneFigures};
pub use port::{
    BulkSink, BulkTable, BulkType, Cell, Commit, Dialect, Flow, Lane, Pending, Read, Refuse, Row, Store, StoreHandle, Write, WriteJob,
    reworded,
};
