//! From staged rows to contracts, journals and views, on every backend.

mod checks;
mod collection;
mod events;
mod resume;
mod setup;
mod transfer;
mod views;
