//! Boxes: elements with their values put in and their looks decided, not yet placed.

use super::style::Style;

/// A piece of a line.
#[derive(Clone, Debug)]
pub(crate) enum Inline {
    Text { text: String, style: Box<Style> },
    Break,
}

/// A cell of a row.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub style: Style,
    /// Columns it covers.
    pub span: usize,
    pub children: Vec<Boxed>,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub style: Style,
    pub cells: Vec<Cell>,
}

/// One box.
#[derive(Clone, Debug)]
pub(crate) enum Boxed {
    Paragraph {
        style: Style,
        inlines: Vec<Inline>,
    },
    Block {
        style: Style,
        children: Vec<Boxed>,
        keep_with_next: bool,
    },
    /// The head is repeated on every page the table reaches.
    Table {
        style: Style,
        head: Vec<Row>,
        body: Vec<Row>,
    },
}
