//! A template as a tree: elements, texts, placeholders and sections.

use super::css::{Declaration, Page, Rule};
use super::cursor::Position;

/// The elements there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Body,
    B,
    Br,
    Div,
    Footer,
    H1,
    H2,
    H3,
    Head,
    Hr,
    Html,
    Meta,
    P,
    Small,
    Span,
    Strong,
    Style,
    Table,
    Tbody,
    Td,
    Tfoot,
    Th,
    Thead,
    Title,
    Tr,
}

impl Tag {
    pub const ALL: [(Self, &'static str); 25] = [
        (Self::Body, "body"),
        (Self::B, "b"),
        (Self::Br, "br"),
        (Self::Div, "div"),
        (Self::Footer, "footer"),
        (Self::H1, "h1"),
        (Self::H2, "h2"),
        (Self::H3, "h3"),
        (Self::Head, "head"),
        (Self::Hr, "hr"),
        (Self::Html, "html"),
        (Self::Meta, "meta"),
        (Self::P, "p"),
        (Self::Small, "small"),
        (Self::Span, "span"),
        (Self::Strong, "strong"),
        (Self::Style, "style"),
        (Self::Table, "table"),
        (Self::Tbody, "tbody"),
        (Self::Td, "td"),
        (Self::Tfoot, "tfoot"),
        (Self::Th, "th"),
        (Self::Thead, "thead"),
        (Self::Title, "title"),
        (Self::Tr, "tr"),
    ];
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(t, _)| *t)
    }
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(t, _)| *t == self).map_or("", |(_, n)| n)
    }
    /// Has neither content nor an end.
    pub fn is_void(self) -> bool {
        matches!(self, Self::Br | Self::Hr | Self::Meta)
    }
    /// Stands inside a line of text.
    pub fn is_inline(self) -> bool {
        matches!(self, Self::B | Self::Br | Self::Small | Self::Span | Self::Strong)
    }
    /// Whether an element may stand directly in another; `None` is the top of the template.
    pub fn fits_in(self, parent: Option<Self>) -> bool {
        use Tag::{
            B, Body, Div, Footer, H1, H2, H3, Head, Hr, Html, Meta, P, Small, Span, Strong, Style, Table, Tbody, Td, Tfoot, Th, Thead,
            Title, Tr,
        };
        let flow = matches!(parent, None | Some(Body | Div | Footer | Td | Th));
        match self {
            Html => parent.is_none(),
            Head | Body => matches!(parent, None | Some(Html)),
            Meta | Style | Title => matches!(parent, None | Some(Head)),
            Footer => matches!(parent, None | Some(Body)),
            Thead | Tbody | Tfoot => parent == Some(Table),
            Tr => matches!(parent, Some(Table | Thead | Tbody | Tfoot)),
            Td | Th => parent == Some(Tr),
            Div | H1 | H2 | H3 | Hr | P | Table => flow,
            B | Self::Br | Small | Span | Strong => flow || matches!(parent, Some(H1 | H2 | H3 | P | B | Small | Span | Strong)),
        }
    }
    /// Whether text may stand directly in it.
    pub fn holds_text(self) -> bool {
        !matches!(self, Self::Html | Self::Head | Self::Table | Self::Thead | Self::Tbody | Self::Tfoot | Self::Tr)
    }
}

/// An element with what stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub tag: Tag,
    pub classes: Vec<String>,
    /// Of its `style` attribute.
    pub style: Vec<Declaration>,
    /// Columns a cell covers, at least 1.
    pub colspan: usize,
    pub children: Vec<Node>,
}

/// What is done to a value before it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// As people of the document's locale write numbers and dates.
    Localise,
    /// The symbol of a currency.
    Symbol,
}

impl Filter {
    pub const ALL: [(Self, &'static str); 2] = [(Self::Localise, "Localise"), (Self::Symbol, "Symbol")];
}

/// A dotted name: `Invoice.BillTo.City`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub names: Vec<String>,
    pub at: Position,
}

impl Path {
    pub fn text(&self) -> String {
        self.names.join(".")
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
    /// `{{path|filter}}`
    Value {
        path: Path,
        filters: Vec<Filter>,
    },
    /// `{{#path}}…{{/path}}`, or `{{^path}}…{{/path}}` for when there is nothing.
    Section {
        path: Path,
        inverted: bool,
        children: Vec<Node>,
    },
}

/// A whole template.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pub title: Vec<Node>,
    pub rules: Vec<Rule>,
    pub page: Page,
    pub body: Vec<Node>,
    /// Stands at the bottom of every page.
    pub footer: Option<Element>,
}
