//! Puts the values of a document into its template.

use super::boxes::{Boxed, Cell, Inline, Row};
use super::style::Style;
use crate::document::data::{Data, PageValue, Scope, print};
use crate::document::locale::Locale;
use crate::template::css::Rule;
use crate::template::{Element, Node, Tag};
use accrual_base::Result;

/// What templates are filled with.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub data: &'a Data,
    pub locale: Locale,
    pub rules: &'a [Rule],
    /// Number of the page and of pages, where they are known.
    pub page: Option<(usize, usize)>,
}

/// Resolves every name of a template, also in sections a document would leave out. `data` is one in which every list has
/// an element.
///
/// # Errors
/// `document.template` with line and column of the first name that means nothing.
pub(crate) fn check(nodes: &[Node], scope: &Scope<'_>, locale: Locale) -> Result<()> {
    for node in nodes {
        match node {
            Node::Element(element) => check(&element.children, scope, locale)?,
            Node::Text(_) => {}
            Node::Value { path, filters } => drop(print(scope.find(path)?, filters, locale, path)?),
            Node::Section { path, inverted, children } => match scope.find(path)? {
                Data::List(all) if !inverted => {
                    if let Some(first) = all.first() {
                        check(children, &inside(scope, first), locale)?;
                    }
                }
                record @ Data::Record(_) if !inverted => check(children, &inside(scope, record), locale)?,
                _ => check(children, scope, locale)?,
            },
        }
    }
    Ok(())
}

fn inside<'a>(scope: &Scope<'a>, data: &'a Data) -> Scope<'a> {
    Scope(scope.0.iter().copied().chain([data]).collect())
}

impl<'a> Values<'a> {
    pub fn scope(&self) -> Scope<'a> {
        Scope(vec![self.data])
    }

    /// Calls back with every node that is printed, sections repeated and resolved.
    fn each<'n>(&self, nodes: &'n [Node], scope: &Scope<'a>, visit: &mut dyn FnMut(&'n Node, &Scope<'a>) -> Result<()>) -> Result<()> {
        for node in nodes {
            let Node::Section { path, inverted, children } = node else {
                visit(node, scope)?;
                continue;
            };
            let value = scope.find(path)?;
            match value {
                _ if value.is_something() == *inverted => {}
                Data::List(all) if !inverted => {
                    for element in all {
                        self.each(children, &inside(scope, element), visit)?;
                    }
                }
                Data::Record(_) if !inverted => self.each(children, &inside(scope, value), visit)?,
                _ => self.each(children, scope, visit)?,
            }
        }
        Ok(())
    }

    /// The plain text of a title.
    pub fn text(&self, nodes: &[Node]) -> Result<String> {
        let mut out = String::new();
        self.each(nodes, &self.scope(), &mut |node, scope| {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Value { path, filters } => out.push_str(&print(scope.find(path)?, filters, self.locale, path)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(out.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Boxes of a part of the template that stands in `style`.
    pub fn boxes(&self, nodes: &[Node], scope: &Scope<'a>, style: &Style) -> Result<Vec<Boxed>> {
        let (mut all, mut line) = (Vec::new(), Vec::new());
        self.each(nodes, scope, &mut |node, scope| {
            match node {
                Node::Element(element) if !element.tag.is_inline() => {
                    finish(&mut line, style, &mut all);
                    all.push(self.block(element, scope, style)?);
                }
                _ => self.inline(node, scope, style, &mut line)?,
            }
            Ok(())
        })?;
        finish(&mut line, style, &mut all);
        Ok(all)
    }

    fn block(&self, element: &Element, scope: &Scope<'a>, around: &Style) -> Result<Boxed> {
        let style = around.of(element, self.rules);
        if element.tag == Tag::Table {
            let (mut head, mut body, mut foot) = (Vec::new(), Vec::new(), Vec::new());
            self.each(&element.children, scope, &mut |node, scope| {
                let Node::Element(part) = node else { return Ok(()) };
                match part.tag {
                    Tag::Thead => self.rows(part, scope, &style, &mut head),
                    Tag::Tfoot => self.rows(part, scope, &style, &mut foot),
                    Tag::Tbody => self.rows(part, scope, &style, &mut body),
                    _ => self.row(part, scope, &style, &mut body),
                }
            })?;
            body.append(&mut foot);
            return Ok(Boxed::Table { style, head, body });
        }
        let keep_with_next = matches!(element.tag, Tag::H1 | Tag::H2 | Tag::H3);
        Ok(Boxed::Block { children: self.boxes(&element.children, scope, &style)?, style, keep_with_next })
    }

    fn rows(&self, part: &Element, scope: &Scope<'a>, around: &Style, rows: &mut Vec<Row>) -> Result<()> {
        let style = around.of(part, self.rules);
        self.each(&part.children, scope, &mut |node, scope| {
            if let Node::Element(row) = node { self.row(row, scope, &style, rows) } else { Ok(()) }
        })
    }

    fn row(&self, row: &Element, scope: &Scope<'a>, around: &Style, rows: &mut Vec<Row>) -> Result<()> {
        let style = around.of(row, self.rules);
        let mut cells = Vec::new();
        self.each(&row.children, scope, &mut |node, scope| {
            if let Node::Element(cell) = node {
                let style = style.of(cell, self.rules);
                cells.push(Cell { children: self.boxes(&cell.children, scope, &style)?, style, span: cell.colspan });
            }
            Ok(())
        })?;
        rows.push(Row { style, cells });
        Ok(())
    }

    fn inline(&self, node: &Node, scope: &Scope<'a>, style: &Style, line: &mut Vec<Inline>) -> Result<()> {
        match node {
            Node::Text(text) => line.push(Inline::Text { text: text.clone(), style: Box::new(style.clone()) }),
            Node::Value { path, filters } => {
                let value = scope.find(path)?;
                let text = match (value, self.page) {
                    (Data::Page(PageValue::Number), Some((number, _))) => number.to_string(),
                    (Data::Page(PageValue::Count), Some((_, count))) => count.to_string(),
                    (Data::Page(_), None) => return Err(path.at.refuse("Numbers of pages stand in <footer> only.")),
                    _ => print(value, filters, self.locale, path)?,
                };
                // lines of a value are lines on paper; in the template itself they mean nothing
                for (at, part) in text.lines().enumerate() {
                    if at > 0 {
                        line.push(Inline::Break);
                    }
                    line.push(Inline::Text { text: part.to_owned(), style: Box::new(style.clone()) });
                }
            }
            Node::Element(element) if element.tag == Tag::Br => line.push(Inline::Break),
            Node::Element(element) => {
                let style = style.of(element, self.rules);
                self.each(&element.children, scope, &mut |node, scope| self.inline(node, scope, &style, line))?;
            }
            Node::Section { .. } => {}
        }
        Ok(())
    }
}

/// Ends the line of text under way; one of nothing but space is no line.
fn finish(line: &mut Vec<Inline>, style: &Style, all: &mut Vec<Boxed>) {
    let inlines = std::mem::take(line);
    let blank = |inline: &Inline| matches!(inline, Inline::Text { text, .. } if text.chars().all(|c| c.is_whitespace() && c != '\u{a0}'));
    if !inlines.iter().all(blank) {
        all.push(Boxed::Paragraph { style: style.inherited(), inlines });
    }
}
