//! Realistic upload files, made up: for demonstrations and measurements.

mod catalog;
mod random;
mod revenue;

pub use revenue::{HEADER, Revenue, revenue};
