//! Commands: load, decide, apply, in one transaction.
//!
//! Knows nothing of HTTP. A verb is a [`Command`] run by [`execute()`]; long work is a program (see [`job`]) that
//! writes in chunks and remembers how far it came.

pub mod async_request;
pub mod audit;
pub mod billing;
pub mod check;
pub mod collection;
pub mod config;
pub mod context;
pub mod execute;
pub mod generate;
pub mod idempotency;
pub mod job;
pub mod period;
pub mod report;
pub mod revenue_flow;
pub mod services;
pub mod system;
pub mod tenant;
pub mod transfer;
pub mod unit;
pub mod upload;
pub mod views;
pub mod waterfall;
pub mod zone;

pub use accrual_objects::administration::{KNOWN_VERSIONS, Organization, RateClass};
pub use context::{Actor, Context, Organisations, Permission, Permissions, Privilege};
pub use execute::{Command, execute, execute_blocking};
pub use services::Services;
pub use system::System;
pub use tenant::{Settings, Tenant};
pub use unit::Unit;
