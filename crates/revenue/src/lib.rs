//! The revenue engine: ASC 606 / IFRS 15 as pure functions.
//!
//! No async, SQL, HTTP, clock or randomness. A contract comes in with new transactions, the same contract
//! goes out with its accounting legs; [`contract`] holds the types both sides agree on.

pub mod contract;
pub mod fields;
pub mod policy;
pub mod record;
