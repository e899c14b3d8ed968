//! The style sheet: a small part of CSS.
//!
//! Selectors are an element, a class or both (`td.amount`), or several of these inside each other (`.items td`). A
//! property that is not listed here is refused, so that nobody waits for an effect that never comes.

use super::cursor::{Cursor, Position};
use super::tree::Tag;
use accrual_base::Result;

/// A length in thousandths of a point (1/72 inch).
pub(crate) type Length = i64;

/// A colour, eight bits each of red, green and blue.
pub(crate) type Colour = [u8; 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Center,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Fixed(Length),
    /// Thousandths of the table's width.
    Share(i64),
}

/// A line at one side of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Border {
    pub width: Length,
    pub colour: Colour,
}

/// Top, right, bottom and left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Top,
    Right,
    Bottom,
    Left,
}

pub(crate) const SIDES: [Side; 4] = [Side::Top, Side::Right, Side::Bottom, Side::Left];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declaration {
    Background(Colour),
    Border(Side, Border),
    Bold(bool),
    Colour(Colour),
    FontSize(Length),
    /// Thousandths of the font size.
    LineHeight(i64),
    Margin(Side, Length),
    Padding(Side, Length),
    BreakBefore,
    KeepTogether,
    TextAlign(Align),
    Width(Width),
}

/// An element, a class or both; `None` is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Simple {
    pub tag: Option<Tag>,
    pub class: Option<String>,
}

impl Simple {
    pub fn fits(&self, tag: Tag, classes: &[String]) -> bool {
        self.tag.is_none_or(|t| t == tag) && self.class.as_ref().is_none_or(|class| classes.contains(class))
    }
}

/// What a rule applies to: the last of its selectors, inside elements that fit the others, the outermost first.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub selectors: Vec<Simple>,
    pub declarations: Vec<Declaration>,
}

impl Rule {
    /// Classes first, then elements: of two rules the one that says more decides.
    pub fn weight(&self) -> (usize, usize) {
        (self.selectors.iter().filter(|s| s.class.is_some()).count(), self.selectors.iter().filter(|s| s.tag.is_some()).count())
    }
}

/// The sheet of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub width: Length,
    pub height: Length,
    /// In the order of [`SIDES`].
    pub margin: [Length; 4],
}

/// 210 × 297 mm with 20 mm around.
impl Default for Page {
    fn default() -> Self {
        Self { width: 595_276, height: 841_890, margin: [56_693; 4] }
    }
}

/// Reads a style sheet into rules and the page.
pub(crate) fn sheet(text: &str, at: Position, rules: &mut Vec<Rule>, page: &mut Page) -> Result<()> {
    let mut c = Cursor::starting(text, at);
    loop {
        space(&mut c)?;
        if c.is_empty() {
            // of two rules with the same weight, the later one decides
            rules.sort_by_key(Rule::weight);
            return Ok(());
        }
        let start = c.position();
        let selectors = c.until("{", "A rule")?;
        let body_at = c.position();
        let body = c.until("}", "A rule")?;
        if let Some(name) = selectors.trim().strip_prefix('@') {
            if name != "page" {
                return Err(start.refuse(format!("@{name} is not known; @page is the only such rule.")));
            }
            page_rule(body, body_at, page)?;
            continue;
        }
        let declarations = declarations(body, body_at)?;
        for selector in selectors.split(',') {
            let selectors = selector.split_whitespace().map(|one| one_selector(one, start)).collect::<Result<Vec<_>>>()?;
            if selectors.is_empty() {
                return Err(start.refuse("A rule names what it applies to, as in td.amount { … }."));
            }
            rules.push(Rule { selectors, declarations: declarations.clone() });
        }
    }
}

fn one_selector(text: &str, at: Position) -> Result<Simple> {
    let refuse =
        || at.refuse(format!("The selector {text:?} is not known; use an element, a class or both, as in td.amount or .items td."));
    let (tag, class) = text.split_once('.').map_or((text, None), |(tag, class)| (tag, Some(class)));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if class.is_some_and(|c| c.is_empty() || !c.chars().all(plain)) || (tag.is_empty() && class.is_none()) {
        return Err(refuse());
    }
    let tag = if tag.is_empty() { None } else { Some(Tag::named(tag).ok_or_else(refuse)?) };
    Ok(Simple { tag, class: class.map(str::to_owned) })
}

/// Space and comments.
fn space(c: &mut Cursor<'_>) -> Result<()> {
    loop {
        c.skip_space();
        if !c.eat("/*") {
            return Ok(());
        }
        c.until("*/", "A comment")?;
    }
}

/// Calls back with each property, its value and its place.
fn properties(text: &str, at: Position, mut each: impl FnMut(&str, &str, Position) -> Result<()>) -> Result<()> {
    let mut c = Cursor::starting(text, at);
    loop {
        space(&mut c)?;
        if c.eat(";") {
            continue;
        }
        if c.is_empty() {
            return Ok(());
        }
        let start = c.position();
        let name = c.take_while(|ch| ch != ':' && ch != ';').trim();
        if !c.eat(":") {
            return Err(start.refuse(format!("The property {name:?} has no value; write {name}: value;")));
        }
        let value = c.take_while(|ch| ch != ';').trim();
        each(&name.to_ascii_lowercase(), &value.to_ascii_lowercase(), start)?;
    }
}

/// Reads `property: value; …`.
pub(crate) fn declarations(text: &str, at: Position) -> Result<Vec<Declaration>> {
    let mut all = Vec::new();
    properties(text, at, |name, value, at| declaration(name, value, at, &mut all))?;
    Ok(all)
}

const KNOWN: &str = "background-color, border, border-top, border-right, border-bottom, border-left, color, font-size, font-weight, line-height, \
                     margin and padding with their sides, page-break-before, page-break-inside, text-align, width";

fn declaration(name: &str, value: &str, at: Position, all: &mut Vec<Declaration>) -> Result<()> {
    let refuse = |expected: &str| Err(at.refuse(format!("{name}: {value} is not understood; write {expected}.")));
    let side = |prefix: &str| {
        let sides = [(Side::Top, "-top"), (Side::Right, "-right"), (Side::Bottom, "-bottom"), (Side::Left, "-left")];
        sides.into_iter().find(|(_, end)| name.strip_prefix(prefix) == Some(*end)).map(|(side, _)| side)
    };
    match name {
        "background-color" | "color" => {
            let Some(colour) = colour(value) else { return refuse("a colour as in #1a2b3c, or black, white, gray") };
            all.push(if name == "color" { Declaration::Colour(colour) } else { Declaration::Background(colour) });
        }
        "font-size" => match length(value).filter(|size| (2_000..=144_000).contains(size)) {
            Some(size) => all.push(Declaration::FontSize(size)),
            None => return refuse("a size from 2pt to 144pt"),
        },
        "font-weight" => match value {
            "bold" | "700" => all.push(Declaration::Bold(true)),
            "normal" | "400" => all.push(Declaration::Bold(false)),
            _ => return refuse("normal or bold"),
        },
        "line-height" => match thousandths(value).filter(|height| (500..=5_000).contains(height)) {
            Some(height) => all.push(Declaration::LineHeight(height)),
            None => return refuse("a number from 0.5 to 5"),
        },
        "text-align" => match value {
            "left" => all.push(Declaration::TextAlign(Align::Left)),
            "right" => all.push(Declaration::TextAlign(Align::Right)),
            "center" => all.push(Declaration::TextAlign(Align::Center)),
            _ => return refuse("left, right or center"),
        },
        "width" => {
            let share = value.strip_suffix('%').and_then(thousandths).map(|share| share / 100).filter(|share| (1..=1_000).contains(share));
            match share.map(Width::Share).or_else(|| length(value).map(Width::Fixed)) {
                Some(width) => all.push(Declaration::Width(width)),
                None => return refuse("a length as in 30mm, or a share as in 25%"),
            }
        }
        "page-break-before" => match value {
            "always" => all.push(Declaration::BreakBefore),
            "auto" => {}
            _ => return refuse("always or auto"),
        },
        "page-break-inside" => match value {
            "avoid" => all.push(Declaration::KeepTogether),
            "auto" => {}
            _ => return refuse("avoid or auto"),
        },
        "margin" | "padding" => match four(value) {
            Some(lengths) => {
                for (side, length) in SIDES.into_iter().zip(lengths) {
                    all.push(if name == "margin" { Declaration::Margin(side, length) } else { Declaration::Padding(side, length) });
                }
            }
            None => return refuse("one to four lengths, as in 4pt 8pt"),
        },
        "border" => match border(value) {
            Some(border) => all.extend(SIDES.map(|side| Declaration::Border(side, border))),
            None => return refuse("none, or width, solid and colour, as in 0.5pt solid #cccccc"),
        },
        _ => {
            if let Some(side) = side("margin").or_else(|| side("padding")) {
                let Some(length) = length(value) else { return refuse("a length as in 4pt or 2mm") };
                all.push(if name.starts_with('m') { Declaration::Margin(side, length) } else { Declaration::Padding(side, length) });
            } else if let Some(side) = side("border") {
                let Some(border) = border(value) else { return refuse("none, or width, solid and colour, as in 0.5pt solid #cccccc") };
                all.push(Declaration::Border(side, border));
            } else {
                return Err(at.refuse(format!("The property {name:?} is not known. Known are {KNOWN}.")));
            }
        }
    }
    Ok(())
}

fn page_rule(text: &str, at: Position, page: &mut Page) -> Result<()> {
    properties(text, at, |name, value, at| {
        match (name, value) {
            ("size", "a4") => (page.width, page.height) = (595_276, 841_890),
            ("size", "letter") => (page.width, page.height) = (612_000, 792_000),
            ("margin", _) => match four(value).filter(|m| m.iter().all(|side| *side <= 170_000)) {
                Some(margin) => page.margin = margin,
                None => return Err(at.refuse("The margin of a page is one to four lengths of at most 60mm.")),
            },
            _ => return Err(at.refuse(format!("{name}: {value} is not known of a page; it has size (A4 or letter) and margin."))),
        }
        Ok(())
    })
}

fn four(value: &str) -> Option<[Length; 4]> {
    let lengths = value.split_whitespace().map(length).collect::<Option<Vec<_>>>()?;
    match lengths[..] {
        [all] => Some([all; 4]),
        [vertical, horizontal] => Some([vertical, horizontal, vertical, horizontal]),
        [top, horizontal, bottom] => Some([top, horizontal, bottom, horizontal]),
        [top, right, bottom, left] => Some([top, right, bottom, left]),
        _ => None,
    }
}

fn border(value: &str) -> Option<Border> {
    if value == "none" {
        return Some(Border::default());
    }
    let mut parts = value.split_whitespace();
    let (width, line, shade) = (length(parts.next()?)?, parts.next()?, parts.next().map_or(Some([0; 3]), colour)?);
    (line == "solid" && parts.next().is_none()).then_some(Border { width, colour: shade })
}

fn colour(value: &str) -> Option<Colour> {
    let digits = match value {
        "black" => return Some([0; 3]),
        "white" => return Some([255; 3]),
        "gray" | "grey" => return Some([128; 3]),
        _ => value.strip_prefix('#')?,
    };
    let digit = |at: usize| digits.get(at..=at).and_then(|d| u8::from_str_radix(d, 16).ok());
    match digits.len() {
        3 => Some([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17]),
        6 => Some([digit(0)? * 16 + digit(1)?, digit(2)? * 16 + digit(3)?, digit(4)? * 16 + digit(5)?]),
        _ => None,
    }
}

/// A length in points, pixels (96 an inch), millimetres or centimetres; at most 10 m.
fn length(value: &str) -> Option<Length> {
    if value == "0" {
        return Some(0);
    }
    let (number, per, of) = [("pt", 1, 1), ("px", 3, 4), ("mm", 360, 127), ("cm", 3_600, 127)]
        .into_iter()
        .find_map(|(unit, per, of)| value.strip_suffix(unit).map(|number| (number, per, of)))?;
    thousandths(number).map(|n| n * per / of)
}

/// A decimal number of at most five digits before the point, times 1,000; further decimals than three are dropped.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let whole = if whole.is_empty() { "0" } else { whole };
    if text.trim().is_empty() || !digits(whole) || !digits(part) || whole.len() > 5 {
        return None;
    }
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<i64>().ok()? * 1_000 + part.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Position = Position { line: 1, column: 1 };

    #[test]
    fn lengths_and_colours() {
        assert_eq!(length("12pt"), Some(12_000));
        assert_eq!(length("16px"), Some(12_000));
        assert_eq!(length("25.4mm"), Some(72_000));
        assert_eq!(length("2.54cm"), Some(72_000));
        assert_eq!(length("0"), Some(0));
        for wrong in ["12", "-1pt", "pt", "1e3pt", "1000000pt", "1..5pt"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
        assert_eq!(colour("#fff"), Some([255; 3]));
        assert_eq!(colour("#1a2b3c"), Some([0x1a, 0x2b, 0x3c]));
        for wrong in ["#ffff", "red", "#ääa"] {
            assert_eq!(colour(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_where_it_stands() {
        let refused = |text: &str| {
            let error = sheet(text, START, &mut Vec::new(), &mut Page::default()).unwrap_err();
            error.rejection().map(|r| (r.place.line, r.place.column.clone())).unwrap()
        };
        assert_eq!(refused("td {\n  float: left }"), (Some(2), Some("3".into())));
        assert_eq!(refused("p { color: blue }"), (Some(1), Some("5".into())));
        assert_eq!(refused("p > a { }"), (Some(1), Some("1".into())));
        assert_eq!(refused("p { "), (Some(1), Some("4".into())));
    }

    #[test]
    fn a_sheet() {
        let (mut rules, mut page) = (Vec::new(), Page::default());
        sheet(
            "@page { size: letter; margin: 1cm } /* x */ h1, td.amount { text-align: right; padding: 1pt 2pt }",
            START,
            &mut rules,
            &mut page,
        )
        .unwrap();
        assert_eq!((page.width, page.margin), (612_000, [28_346; 4]));
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[1].selectors, [Simple { tag: Some(Tag::Td), class: Some("amount".into()) }]);
        assert_eq!(rules[1].declarations.len(), 5);
    }
}
