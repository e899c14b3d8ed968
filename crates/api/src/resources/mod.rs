//! Handlers, one file a resource, each with its rows of the operation table.

mod admin_jobs;
mod admin_periods;
mod authenticate;
mod biviews_v1;
mod biviews_v2;
mod collection;
mod health;
mod programs;
mod render;
mod services;
mod uploads;
mod views;

use crate::table::Operation;

/// The rows of every resource, in the order of the coverage page.
pub const ROWS: &[&[Operation]] = &[
    authenticate::ROWS,
    uploads::ROWS,
    collection::ROWS,
    programs::ROWS,
    biviews_v1::ROWS,
    biviews_v2::ROWS,
    services::ROWS,
    health::ROWS,
];
