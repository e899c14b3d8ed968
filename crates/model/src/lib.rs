//! Object descriptors: one declaration of a noun, read by every layer.
//!
//! A noun is declared once, as a plain struct with `#[derive(Object)]`. The derive yields a [`Descriptor`], a
//! *value* that storage, the API, the command line, describe and bulk load read. Generic code takes the value,
//! so it is compiled once, and an object or a field that an administrator adds at run time is the same type.
//!
//! ```
//! use accrual_model::{Object, json};
//!
//! /// A place where a team sits.
//! #[derive(Debug, Object)]
//! #[object(label = "Office")]
//! struct Office {
//!     /// What people call it.
//!     #[field(required, unique, filterable, max = 80)]
//!     name: String,
//!     #[field(default = true)]
//!     enabled: bool,
//!     /// Number of desks.
//!     desks: Option<i64>,
//! }
//!
//! let body = serde_json::json!({"name": "North", "desks": 12});
//! let draft = json::read_new(Office::descriptor(), &body)?;
//! let office = Office::from_values(draft.values)?;
//! assert!(office.enabled);
//! assert_eq!(office.desks, Some(12));
//! # Ok::<(), accrual_base::Error>(())
//! ```
//!
//! What a declaration may not say is refused where it is written:
//!
//! ```compile_fail
//! #[derive(accrual_model::Object)]
//! struct Office {
//!     #[field(filtrable)]
//!     name: String,
//! }
//! ```

extern crate self as accrual_model;

pub mod describe;
pub mod descriptor;
pub mod field;
pub mod filter;
pub mod id;
pub mod json;
pub mod money;
pub mod names;
pub mod object;
pub mod page;
pub mod record;
pub mod registry;
pub mod relation;
pub mod suggest;
pub mod validate;
pub mod value;

pub use accrual_base::Rejection;
pub use accrual_model_derive::{Object, TextEnum};
pub use descriptor::Descriptor;
pub use field::{Access, Elements, Field, FieldType, Numbering, Range, ReferenceBy};
pub use filter::{Filter, Operator, Query, Sort};
pub use names::{Dialect, Names, Text};
pub use object::{FieldValue, Object, TextEnum};
pub use page::{Page, Position};
pub use record::{Draft, Record, Stamp, Stored};
pub use registry::Registry;
pub use relation::{Leads, Relation, relations};
pub use validate::{check, combine, validate};
pub use value::{Value, Values};

/// What generated code needs; not for use by hand.
#[doc(hidden)]
pub mod derived {
    pub use crate::object::{json_from, json_into, json_shape, take};
    pub use accrual_base::{Decimal, Error, Result};
    pub use serde;
    pub use serde_json::Value as Json;
    pub use std::sync::OnceLock;
}
