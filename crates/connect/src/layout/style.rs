//! What an element looks like: the defaults of its kind, then the sheet, then its own `style`.

use crate::template::css::{Align, Border, Colour, Declaration, Length, Rule, Side, Width};
use crate::template::{Element, Tag};
use std::rc::Rc;

/// The elements around a place, the innermost first.
#[derive(Debug)]
pub(crate) struct Ancestor {
    tag: Tag,
    classes: Vec<String>,
    around: Option<Rc<Ancestor>>,
}

/// The looks of a box. The first six are handed down to what stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// The element itself, and what it stands in.
    pub element: Option<Rc<Ancestor>>,
    pub font_size: Length,
    pub bold: bool,
    pub colour: Colour,
    pub align: Align,
    /// Thousandths of the font size.
    pub line_height: i64,
    /// Top, right, bottom, left.
    pub margin: [Length; 4],
    pub padding: [Length; 4],
    pub border: [Border; 4],
    pub background: Option<Colour>,
    pub width: Option<Width>,
    pub break_before: bool,
    pub keep_together: bool,
}

impl Style {
    /// Of the page: 9 points, black, to the left.
    pub fn root() -> Self {
        Self {
            element: None,
            font_size: 9_000,
            bold: false,
            colour: [0; 3],
            align: Align::Left,
            line_height: 1_300,
            margin: [0; 4],
            padding: [0; 4],
            border: [Border::default(); 4],
            background: None,
            width: None,
            break_before: false,
            keep_together: false,
        }
    }

    /// A box that looks like what it stands in.
    pub fn inherited(&self) -> Self {
        let Self { font_size, bold, colour, align, line_height, .. } = *self;
        Self { element: self.element.clone(), font_size, bold, colour, align, line_height, ..Self::root() }
    }

    /// The style of an element inside this one.
    pub fn of(&self, element: &Element, rules: &[Rule]) -> Self {
        let mut style = self.inherited();
        style.defaults(element.tag);
        for rule in rules.iter().filter(|rule| self.selects(rule, element)) {
            rule.declarations.iter().for_each(|d| style.declare(d));
        }
        element.style.iter().for_each(|d| style.declare(d));
        style.element = Some(Rc::new(Ancestor { tag: element.tag, classes: element.classes.clone(), around: self.element.clone() }));
        style
    }

    /// Whether a rule applies to an element that stands in this one.
    fn selects(&self, rule: &Rule, element: &Element) -> bool {
        let Some((own, outer)) = rule.selectors.split_last() else { return false };
        let mut around = self.element.as_deref();
        own.fits(element.tag, &element.classes)
            && outer.iter().rev().all(|selector| {
                while let Some(one) = around {
                    around = one.around.as_deref();
                    if selector.fits(one.tag, &one.classes) {
                        return true;
                    }
                }
                false
            })
    }

    fn defaults(&mut self, tag: Tag) {
        let heading = |style: &mut Self, size, below| {
            (style.font_size, style.bold) = (size, true);
            style.margin = [below, 0, below, 0];
        };
        match tag {
            Tag::H1 => heading(self, 20_000, 8_000),
            Tag::H2 => heading(self, 13_000, 6_000),
            Tag::H3 => heading(self, 10_000, 4_000),
            Tag::B | Tag::Strong => self.bold = true,
            Tag::Small => self.font_size = self.font_size * 4 / 5,
            Tag::P => self.margin = [4_000, 0, 4_000, 0],
            Tag::Th => {
                self.bold = true;
                self.padding = [2_000, 4_000, 2_000, 4_000];
            }
            Tag::Td => self.padding = [2_000, 4_000, 2_000, 4_000],
            Tag::Hr => {
                self.margin = [4_000, 0, 4_000, 0];
                self.border[0] = Border { width: 500, colour: [128; 3] };
            }
            _ => {}
        }
    }

    fn declare(&mut self, declaration: &Declaration) {
        match *declaration {
            Declaration::Background(colour) => self.background = Some(colour),
            Declaration::Border(side, border) => self.border[at(side)] = border,
            Declaration::Bold(bold) => self.bold = bold,
            Declaration::Colour(colour) => self.colour = colour,
            Declaration::FontSize(size) => self.font_size = size,
            Declaration::LineHeight(height) => self.line_height = height,
            Declaration::Margin(side, length) => self.margin[at(side)] = length,
            Declaration::Padding(side, length) => self.padding[at(side)] = length,
            Declaration::BreakBefore => self.break_before = true,
            Declaration::KeepTogether => self.keep_together = true,
            Declaration::TextAlign(align) => self.align = align,
            Declaration::Width(width) => self.width = Some(width),
        }
    }
}

fn at(side: Side) -> usize {
    match side {
        Side::Top => 0,
        Side::Right => 1,
        Side::Bottom => 2,
        Side::Left => 3,
    }
}
