//! Durable jobs: the threads that take them from the queue, run their programs and say that they live.
//!
//! The queue is rows of the tenant's store (`accrual_app::job`). A job whose process died is taken up by the
//! next worker at its last checkpoint; every write of the first worker that comes too late is refused by the store.

mod handle;
mod mail;
mod runner;

pub use handle::JobHandle;
pub use runner::{Options, Runner};
