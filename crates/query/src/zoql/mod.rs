//! ZOQL: the texts of the query action (reference section 2.4).
//!
//! ```text
//! select Id, Name from Account where Status = 'Active' and Balance > 0 or Name like 'Init%'
//! ```

mod parse;
mod plan;
mod token;

pub use parse::{Comparison, Literal, Predicate, Query};
pub use plan::Plan;

use accrual_base::Error;

/// Longest text, in characters, and most comparisons.
pub const LONGEST: usize = 10_000;
pub const MOST_PREDICATES: usize = 200;

fn malformed(message: impl Into<String>) -> Error {
    Error::invalid("zoql.malformed", message)
}
