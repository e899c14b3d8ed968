//! The PostgreSQL store: one schema a tenant, group commit on a pipelined connection, COPY for bulk loads.
//!
//! The port is synchronous, so each lane has a thread of its own with a connection and a small event loop that only
//! turns while that thread waits. Reads take a connection from a pool. See `docs/decisions/0003-postgresql-writer.md`.

mod array;
mod batch;
mod block;
mod connection;
mod copy;
mod copy_out;
mod error;
mod lanes;
mod merge;
mod numeric;
mod options;
mod pipeline;
mod plan;
mod reader;
mod row;
mod scratch;
mod store;
mod unit;
mod value;

pub use options::Options;
pub use scratch::{REQUIRED, Scratch, TEST_URL, test_url};
pub use store::PostgresStore;
