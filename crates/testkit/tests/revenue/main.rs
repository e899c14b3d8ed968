//! From staged rows to contracts, journals and views, on every backend.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod checks;
mod collection;
mod events;
mod resume;
mod setup;
mod transfer;
mod views;
