//! Operations of the billing interface by family, one file each: handlers with their rows.

pub mod accounts;
pub mod contacts;
