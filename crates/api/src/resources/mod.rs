//! Handlers, one file a resource, each with its rows of the operation table.

mod health;
mod services;

use crate::table::Operation;

/// The rows of every resource, in the order of the coverage page.
pub const ROWS: &[&[Operation]] = &[services::ROWS, health::ROWS];
