//! The revenue engine: ASC 606 / IFRS 15 as pure functions.
//!
//! No async, SQL, HTTP, clock or randomness. A contract comes in with new transactions, the same contract
//! goes out with its accounting legs; [`contract`] holds the types both sides agree on.

pub mod account_type;
pub mod allocate;
pub mod attributes;
pub mod billing;
pub mod check;
pub mod codec;
pub mod collect;
pub mod contract;
pub mod fields;
pub mod figures;
pub mod functional;
pub mod grouping;
pub mod pob;
pub mod policy;
pub mod reconcile;
pub mod record;
pub mod release;
pub mod rows;
pub mod schedule;
pub mod ssp;
pub mod stage;
pub mod target;
pub mod upload;
pub mod waterfall;
