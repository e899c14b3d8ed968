//! Handlers, one file a resource, each with its rows of the operation table.

mod admin_async;
mod admin_audit;
mod admin_jobs;
mod admin_objects;
mod admin_periods;
mod admin_tenants;
mod admin_uploads;
mod admin_users;
mod admin_waterfall;
mod authenticate;
mod biviews_v1;
mod biviews_v2;
mod collection;
mod docs;
mod health;
mod journals;
mod programs;
mod render;
mod reports;
mod services;
mod staging;
mod uploads;
mod views;

use crate::table::Operation;

/// The rows of every resource, in the order of the coverage page.
pub const ROWS: &[&[Operation]] = &[
    authenticate::ROWS,
    staging::ROWS,
    uploads::ROWS,
    collection::ROWS,
    programs::ROWS,
    journals::ROWS,
    reports::ROWS,
    biviews_v1::ROWS,
    biviews_v2::ROWS,
    services::ROWS,
    admin_objects::ROWS,
    admin_audit::ROWS,
    admin_tenants::ROWS,
    admin_uploads::ROWS,
    admin_jobs::ROWS,
    admin_async::ROWS,
    admin_periods::ROWS,
    admin_waterfall::ROWS,
    admin_users::ROWS,
    health::ROWS,
    docs::ROWS,
];
