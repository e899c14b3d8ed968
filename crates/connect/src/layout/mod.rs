//! From a template and its values to pages of text and rectangles.
//!
//! Everything is measured in whole thousandths of a point, so that the same input gives the same page on every machine.
//! What is laid out is a list of strips: pieces of the page's width that are never cut (a line of text, a row of a table,
//! a space). Pages are filled with strips from top to bottom.

mod boxes;
mod expand;
mod pages;
mod strips;
mod style;
mod table;
mod text;

pub(crate) use expand::check;
pub(crate) use pages::{Page, pages};
pub(crate) use strips::Op;
pub(crate) use text::{Face, Fonts};
