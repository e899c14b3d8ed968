//! From staged rows to contracts, journals and views, on every backend.

mod collection;
mod resume;
mod setup;
mod transfer;
mod views;
