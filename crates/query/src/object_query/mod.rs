//! Object Query: filters, orders, expanded lists and fields as parameters of a URL (reference section 2.1).

mod condition;
mod cursor;
mod parameters;
mod plan;

pub use condition::{Condition, Op, Operand};
pub use parameters::{Parameters, Sorted};
pub use plan::{Branch, Plan, resource};

use accrual_base::Error;

/// A refusal of a parameter: `filter`, `sort`, `expand`, `fields`, `pageSize` or `cursor`.
fn refuse(parameter: &'static str, message: String) -> Error {
    Error::invalid("object_query.parameter", format!("Invalid {parameter} parameter: {message}")).in_column(parameter)
}
