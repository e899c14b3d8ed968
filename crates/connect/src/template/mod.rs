//! Templates of documents: a small HTML with placeholders, read into a tree once.
//!
//! Placeholders are part of the grammar, not of the text: what a customer's name holds can never become an element, and
//! a section can only begin and end inside one element. `docs/reference/document-templates.md` is the whole language.

pub(crate) mod css;
mod cursor;
mod parse;
mod tree;

pub(crate) use parse::parse;
pub(crate) use tree::{Element, Filter, Node, Path, Tag, Template};
