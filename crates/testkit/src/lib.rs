//! What tests stand on: a whole system on any backend with a frozen clock, its jobs, its server and a client.
//!
//! ```no_run
//! use accrual_testkit::{Backend, World};
//!
//! for backend in Backend::all() {
//!     let world = World::on(backend).first_period("2024-01").now("2024-01-15T12:00:00").build();
//!     let client = world.serve();
//!     assert_eq!(client.get("/healthz").status(), 200);
//! }
//! ```
//! Everything here panics instead of answering errors: a test that cannot be set up has failed.

mod backend;
mod billing;
mod client;
pub mod postgres;
mod program;
mod server;
mod time;
mod way;
mod world;

pub use backend::{Backend, Factory};
pub use billing::Billing;
pub use client::{Client, Reply};
pub use program::{Place, Program, Running};
pub use server::Server;
pub use time::instant;
pub use way::{COLLECT, Sheet, TEMPLATE, TRANSFER, Way};
pub use world::{Builder, PASSWORD, World};
