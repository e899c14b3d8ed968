//! Upload files: from bytes to typed rows, in bounded memory, all or nothing (reference sections 1.1 and 1.2).
//!
//! [`Blocks`] cuts the stream into blocks of whole records and refuses what is not well-formed text;
//! [`Plan`] maps the header row to fields by the [`Template`]; [`Parser`] turns the records of a block into
//! typed [`Row`]s. Whether a row makes sense as a transaction is the business of [`crate::stage`].

mod blocks;
mod cell;
mod parser;
mod plan;
mod row;
mod template;
mod totals;
mod typed;

pub use blocks::{Block, Blocks, MAX_RECORD};
pub use parser::{MAX_REPORTED, Parser};
pub use plan::{Column, Plan};
pub use row::{Row, Slot};
pub use template::{Columns, Family, Formula, Mapping, Safety, Template};
pub use totals::Totals;
pub use typed::TypedRow;
