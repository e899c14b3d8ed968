//! From the text of a template to its tree. Everything that is not part of the language is refused with its place.

use super::css;
use super::cursor::{Cursor, Position};
use super::tree::{Element, Filter, Node, Path, Tag, Template};
use accrual_base::{Error, Result};

/// Elements and sections inside each other; deeper ones are a mistake.
const DEPTH: usize = 64;

/// What is open at a place of the text.
enum Frame {
    Top { children: Vec<Node> },
    Element { element: Element, at: Position },
    Section { path: Path, inverted: bool, children: Vec<Node> },
}

impl Frame {
    fn children(&mut self) -> &mut Vec<Node> {
        match self {
            Self::Top { children } | Self::Section { children, .. } => children,
            Self::Element { element, .. } => &mut element.children,
        }
    }
    fn describe(&self) -> String {
        match self {
            Self::Top { .. } => "the template".to_owned(),
            Self::Element { element, at } => format!("<{}> of line {}", element.tag.name(), at.line),
            Self::Section { path, .. } => format!("the section {{{{#{}}}}} of line {}", path.text(), path.at.line),
        }
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    open: Vec<Frame>,
    template: Template,
}

/// Reads a template.
///
/// # Errors
/// `document.template` with line and column: an element, attribute, property or filter that does not exist, an element
/// where it cannot stand, a section or element that is not closed, or not closed in order.
pub(crate) fn parse(text: &str) -> Result<Template> {
    let mut parser = Parser { cursor: Cursor::new(text), open: vec![Frame::Top { children: Vec::new() }], template: Template::default() };
    while !parser.cursor.is_empty() {
        parser.step()?;
    }
    let end = parser.cursor.position();
    match parser.open.pop() {
        Some(Frame::Top { children }) => parser.template.body.extend(children),
        Some(open) => return Err(end.refuse(format!("The template ends inside {}; close it.", open.describe()))),
        None => return Err(Error::fault("a template closed more than it opened")),
    }
    Ok(parser.template)
}

impl Parser<'_> {
    fn step(&mut self) -> Result<()> {
        let at = self.cursor.position();
        if self.cursor.eat("{{!") {
            return self.cursor.until("}}", "A comment").map(|_| ());
        }
        if self.cursor.eat("{{") {
            let inside = self.cursor.until("}}", "A placeholder")?;
            return self.placeholder(inside, at);
        }
        if self.cursor.eat("<!--") {
            return self.cursor.until("-->", "A comment").map(|_| ());
        }
        if self.cursor.starts_with("<!") {
            return self.cursor.until(">", "A document type").map(|_| ());
        }
        if self.cursor.eat("</") {
            let name = self.cursor.until(">", "The end of an element")?.trim().to_owned();
            return self.close(&name, at);
        }
        if self.cursor.eat("<") {
            return self.element(at);
        }
        self.text(at)
    }

    /// The innermost element that is open; sections are looked through.
    fn inside(&self) -> Option<Tag> {
        self.open.iter().rev().find_map(|frame| match frame {
            Frame::Element { element, .. } => Some(element.tag),
            _ => None,
        })
    }

    fn push(&mut self, node: Node) -> Result<()> {
        self.top()?.children().push(node);
        Ok(())
    }

    fn top(&mut self) -> Result<&mut Frame> {
        self.open.last_mut().ok_or_else(|| Error::fault("a template has nothing open"))
    }

    fn text(&mut self, at: Position) -> Result<()> {
        let mut text = String::new();
        while let Some(c) = self.cursor.peek() {
            if c == '<' || self.cursor.starts_with("{{") {
                break;
            }
            if c == '&' {
                text.push_str(&entity(&mut self.cursor)?);
            } else {
                text.push(c);
                self.cursor.next();
            }
        }
        let blank = text.chars().all(char::is_whitespace);
        match self.inside() {
            Some(tag) if !tag.holds_text() => {
                if blank {
                    Ok(())
                } else {
                    Err(at.refuse(format!("Text cannot stand directly in <{}>; put it into a cell or element of its own.", tag.name())))
                }
            }
            _ => self.push(Node::Text(text)),
        }
    }

    fn placeholder(&mut self, inside: &str, at: Position) -> Result<()> {
        let inside = inside.trim();
        if let Some(name) = inside.strip_prefix('/') {
            return self.close_section(name.trim(), at);
        }
        if let Some((inverted, name)) = inside.strip_prefix('#').map(|n| (false, n)).or_else(|| inside.strip_prefix('^').map(|n| (true, n)))
        {
            self.deeper(at)?;
            let path = path(name.trim(), at)?;
            self.open.push(Frame::Section { path, inverted, children: Vec::new() });
            return Ok(());
        }
        if let Some(tag) = self.inside().filter(|tag| !tag.holds_text()) {
            return Err(at.refuse(format!("A value cannot stand directly in <{}>; put it into a cell.", tag.name())));
        }
        let mut parts = inside.split('|');
        let path = path(parts.next().unwrap_or_default().trim(), at)?;
        let filters = parts.map(|name| filter(name.trim(), at)).collect::<Result<Vec<_>>>()?;
        self.push(Node::Value { path, filters })
    }

    fn close_section(&mut self, name: &str, at: Position) -> Result<()> {
        match self.open.pop() {
            Some(Frame::Section { path, inverted, children }) if path.text() == name => {
                self.push(Node::Section { path, inverted, children })
            }
            Some(open) => {
                Err(at.refuse(format!("{{{{/{name}}}}} closes a section, but {} is open here; close that first.", open.describe())))
            }
            None => Err(at.refuse(format!("{{{{/{name}}}}} closes a section that was not opened."))),
        }
    }

    fn close(&mut self, name: &str, at: Position) -> Result<()> {
        let Some(tag) = Tag::named(name) else { return Err(unknown(name, at)) };
        match self.open.pop() {
            Some(Frame::Element { element, .. }) if element.tag == tag => self.place(element, at),
            Some(open) => Err(at.refuse(format!("</{name}> does not fit: {} is open here; close that first.", open.describe()))),
            None => Err(at.refuse(format!("</{name}> closes an element that was not opened."))),
        }
    }

    fn element(&mut self, at: Position) -> Result<()> {
        let name = self.cursor.take_while(|c| c.is_ascii_alphanumeric()).to_owned();
        let Some(tag) = Tag::named(&name) else { return Err(unknown(&name, at)) };
        let parent = self.inside();
        if !tag.fits_in(parent) {
            let place = parent.map_or("at the top of the template".to_owned(), |p| format!("in <{}>", p.name()));
            return Err(at.refuse(format!("<{}> cannot stand {place}.", tag.name())));
        }
        let mut element = Element { tag, classes: Vec::new(), style: Vec::new(), colspan: 1, children: Vec::new() };
        let closed = self.attributes(&mut element)?;
        if tag == Tag::Style {
            let from = self.cursor.position();
            let text = self.cursor.until("</style>", "<style>")?;
            return css::sheet(text, from, &mut self.template.rules, &mut self.template.page);
        }
        if tag.is_void() || closed {
            return self.place(element, at);
        }
        self.deeper(at)?;
        self.open.push(Frame::Element { element, at });
        Ok(())
    }

    /// A closed element goes where it belongs: into its parent, or into the template itself.
    fn place(&mut self, element: Element, at: Position) -> Result<()> {
        match element.tag {
            Tag::Html | Tag::Head | Tag::Body => {
                // what stood in them is the template; what they are called makes no difference
                self.top()?.children().extend(element.children);
                Ok(())
            }
            Tag::Meta => Ok(()),
            Tag::Title => {
                self.template.title = element.children;
                Ok(())
            }
            Tag::Footer if self.template.footer.is_some() => Err(at.refuse("There is one <footer> for every page; this is the second.")),
            Tag::Footer => {
                self.template.footer = Some(element);
                Ok(())
            }
            _ => self.push(Node::Element(element)),
        }
    }

    fn deeper(&self, at: Position) -> Result<()> {
        if self.open.len() < DEPTH {
            Ok(())
        } else {
            Err(at.refuse(format!("More than {DEPTH} elements and sections stand inside each other.")))
        }
    }

    /// Reads the attributes up to `>`; answers whether it was `/>`.
    fn attributes(&mut self, element: &mut Element) -> Result<bool> {
        loop {
            self.cursor.skip_space();
            let at = self.cursor.position();
            if self.cursor.eat("/>") {
                return Ok(true);
            }
            if self.cursor.eat(">") {
                return Ok(false);
            }
            let name = self.cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '-').to_ascii_lowercase();
            if name.is_empty() {
                return Err(at.refuse(format!("<{}> is not closed; > is missing.", element.tag.name())));
            }
            self.cursor.skip_space();
            if !self.cursor.eat("=") {
                return Err(at.refuse(format!("The attribute {name} has no value; write {name}=\"…\".")));
            }
            self.cursor.skip_space();
            let quote = if self.cursor.eat("'") { "'" } else { "\"" };
            if quote == "\"" && !self.cursor.eat("\"") {
                return Err(at.refuse(format!("The value of the attribute {name} stands in quotes: {name}=\"…\".")));
            }
            let from = self.cursor.position();
            let value = self.cursor.until(quote, "The value of an attribute")?;
            attribute(element, &name, value, at, from)?;
        }
    }
}

fn attribute(element: &mut Element, name: &str, value: &str, at: Position, from: Position) -> Result<()> {
    if value.contains("{{") {
        return Err(from.refuse("A placeholder cannot stand in an attribute."));
    }
    match (name, element.tag) {
        ("class", _) => element.classes.extend(value.split_whitespace().map(str::to_owned)),
        ("style", _) => element.style.extend(css::declarations(value, from)?),
        ("colspan", Tag::Td | Tag::Th) => match value.parse() {
            Ok(columns) if (1..=50).contains(&columns) => element.colspan = columns,
            _ => return Err(from.refuse("colspan is a whole number from 1 to 50.")),
        },
        ("lang", Tag::Html) | (_, Tag::Meta) | ("type", Tag::Style) => {}
        _ => {
            return Err(
                at.refuse(format!("<{}> has no attribute {name}; known are class and style, and colspan of cells.", element.tag.name()))
            );
        }
    }
    Ok(())
}

fn unknown(name: &str, at: Position) -> Error {
    let known = Tag::ALL.map(|(_, name)| name).join(", ");
    at.refuse(format!("The element <{name}> is not known. Known are {known}. For the character < write &lt;"))
}

fn path(text: &str, at: Position) -> Result<Path> {
    let names: Vec<String> = text.split('.').map(str::to_owned).collect();
    let plain = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if names.iter().all(plain) {
        Ok(Path { names, at })
    } else {
        Err(at.refuse(format!("{text:?} is no name of a value; names look like Invoice.InvoiceNumber.")))
    }
}

fn filter(name: &str, at: Position) -> Result<Filter> {
    Filter::ALL.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(f, _)| *f).ok_or_else(|| {
        let known = Filter::ALL.map(|(_, name)| name).join(", ");
        at.refuse(format!("There is no function {name:?}; known are {known}."))
    })
}

/// `&name;`, `&#8364;` or `&#x20ac;`.
fn entity(c: &mut Cursor<'_>) -> Result<String> {
    let at = c.position();
    c.eat("&");
    let name = c.take_while(|ch| ch.is_ascii_alphanumeric() || ch == '#');
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "copy" => Some('©'),
        "euro" => Some('€'),
        "mdash" => Some('—'),
        "middot" => Some('·'),
        "ndash" => Some('–'),
        _ => {
            let hex = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")).map(|digits| u32::from_str_radix(digits, 16));
            let number = hex.or_else(|| name.strip_prefix('#').map(str::parse)).and_then(Result::ok);
            number.and_then(char::from_u32)
        }
    };
    match character {
        Some(character) if c.eat(";") => Ok(character.to_string()),
        _ => Err(at.refuse(format!("&{name} is not a character; for the sign & itself write &amp;"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (u64, u64, String) {
        let error = parse(text).unwrap_err();
        let why = error.rejection().unwrap();
        let column = why.place.column.as_ref().unwrap().parse().unwrap();
        (why.place.line.unwrap(), column, why.message.clone())
    }

    #[test]
    fn a_whole_template() {
        let text = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{{Invoice.InvoiceNumber}}</title><style>td.amount { text-align: right }</style></head>\n\
                    <body><h1>A &amp; B</h1><table><tr><th>x</th></tr>{{#Invoice.InvoiceItems}}<tr><td class='amount'>{{Amount|Localise}}</td></tr>\
                    {{/Invoice.InvoiceItems}}</table>{{! never printed }}<footer>{{PageNumber}}</footer></body></html>";
        let template = parse(text).unwrap();
        assert_eq!(template.title.len(), 1);
        assert_eq!(template.rules.len(), 1);
        assert!(template.footer.is_some());
        let elements: Vec<Tag> = template.body.iter().filter_map(|n| if let Node::Element(e) = n { Some(e.tag) } else { None }).collect();
        assert_eq!(elements, [Tag::H1, Tag::Table]);
        let Some(Node::Element(table)) = template.body.iter().rev().find(|n| matches!(n, Node::Element(_))) else { panic!("no table") };
        assert!(matches!(&table.children[1], Node::Section { path, inverted: false, .. } if path.text() == "Invoice.InvoiceItems"));
    }

    #[test]
    fn every_mistake_is_refused_where_it_stands() {
        for (text, line, column, word) in [
            ("<p>a\n<blink>x</blink></p>", 2, 1, "blink"),
            ("<p>a</div>", 1, 5, "<p> of line 1"),
            ("<p>{{#A}}x</p>{{/A}}", 1, 11, "section {{#A}} of line 1"),
            ("<p>{{#A}}x{{/B}}</p>", 1, 11, "{{#A}}"),
            ("<p>\n {{A", 2, 4, "}}"),
            ("<p>{{A|Upper}}</p>", 1, 4, "Upper"),
            ("<p>{{A..B}}</p>", 1, 4, "no name"),
            ("<table>{{A}}</table>", 1, 8, "in a cell"),
            ("<table>x</table>", 1, 8, "Text"),
            ("<p><td>x</td></p>", 1, 4, "<td> cannot stand in <p>"),
            ("<p onclick=\"x\">", 1, 4, "onclick"),
            ("<p style=\"colour: red\">", 1, 11, "colour"),
            ("<p class=\"{{A}}\">", 1, 11, "attribute"),
            ("<p>5 & 6</p>", 1, 6, "&amp;"),
            ("<p>", 1, 4, "ends inside <p>"),
            ("<footer>a</footer><footer>b</footer>", 1, 28, "second"),
        ] {
            let (at_line, at_column, message) = refused(text);
            assert_eq!((at_line, at_column), (line, column), "{text}: {message}");
            assert!(message.contains(word) || word == "in a cell" && message.contains("cell"), "{text}: {message}");
        }
        assert!(refused(&"<div>".repeat(100)).2.contains("64"));
    }
}
