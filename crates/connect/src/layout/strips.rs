//! Blocks and paragraphs as strips.

use super::boxes::Boxed;
use super::style::Style;
use super::text::{Fonts, Glyph};
use super::{table, text};
use crate::template::css::{Colour, Length};
use accrual_base::Result;
use std::rc::Rc;

/// Something to draw. Coordinates count from the left of the page and the top of the strip or page, downwards.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// `y` is the base line.
    Text {
        x: Length,
        y: Length,
        face: usize,
        size: Length,
        colour: Colour,
        text: String,
        glyphs: Vec<Glyph>,
    },
    Rect {
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        colour: Colour,
    },
}

impl Op {
    /// The same, further down.
    pub fn down(mut self, by: Length) -> Self {
        self.shift(by);
        self
    }
    pub fn shift(&mut self, by: Length) {
        match self {
            Self::Text { y, .. } | Self::Rect { y, .. } => *y += by,
        }
    }
}

/// A piece of the page's width that is never cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strip {
    pub height: Length,
    pub ops: Vec<Op>,
    /// Nothing but distance: left out at the top of a page.
    pub space: bool,
    /// Stands on the same page as the strip after it.
    pub keep_next: bool,
    /// Begins a page.
    pub break_before: bool,
    /// Printed above this strip when it comes to stand at the top of a page: the head of its table.
    pub head: Option<Rc<Vec<Strip>>>,
}

impl Strip {
    pub fn space(height: Length) -> Self {
        Self { height, space: true, ..Self::default() }
    }

    /// Several strips as one.
    pub fn joined(strips: Vec<Strip>) -> Self {
        let mut one = Self { break_before: strips.first().is_some_and(|s| s.break_before), ..Self::default() };
        for strip in strips {
            one.ops.extend(strip.ops.into_iter().map(|op| op.down(one.height)));
            one.height += strip.height;
        }
        one
    }
}

/// Appends strips; of two distances that meet, the larger one counts.
pub(crate) fn append(all: &mut Vec<Strip>, strips: Vec<Strip>) {
    for strip in strips {
        match all.last_mut() {
            Some(last) if last.space && strip.space && !strip.break_before => last.height = last.height.max(strip.height),
            _ => all.push(strip),
        }
    }
}

/// Lays boxes out below each other, from `x` on, `width` wide.
pub(crate) fn lay(boxes: &[Boxed], x: Length, width: Length, fonts: &Fonts<'_>) -> Result<Vec<Strip>> {
    let mut all = Vec::new();
    for one in boxes {
        let strips = match one {
            Boxed::Paragraph { style, inlines } => text::paragraph(inlines, style, x, width, fonts)?,
            Boxed::Block { style, children, keep_with_next } => {
                let strips = block(style, x, width, |x, width| lay(children, x, width, fonts))?;
                if *keep_with_next { strips.into_iter().map(|s| Strip { keep_next: true, ..s }).collect() } else { strips }
            }
            Boxed::Table { style, head, body } => block(style, x, width, |x, width| table::lay(head, body, x, width, fonts))?,
        };
        append(&mut all, strips);
    }
    Ok(all)
}

/// Puts margins, borders, padding and background around what `content` lays out.
fn block(style: &Style, x: Length, width: Length, content: impl FnOnce(Length, Length) -> Result<Vec<Strip>>) -> Result<Vec<Strip>> {
    let [margin_top, margin_right, margin_bottom, margin_left] = style.margin;
    let available = width - margin_left - margin_right;
    let own = match style.width {
        Some(crate::template::css::Width::Fixed(length)) => length.min(available),
        Some(crate::template::css::Width::Share(share)) => available * share / 1_000,
        None => available,
    };
    let x = x + margin_left;
    let inner_x = x + style.border[3].width + style.padding[3];
    let inner_width = own - style.border[1].width - style.padding[1] - style.border[3].width - style.padding[3];
    let mut inside = vec![Strip { height: style.padding[0] + style.border[0].width, ..Strip::default() }];
    inside.extend(content(inner_x, inner_width.max(1_000))?);
    inside.push(Strip { height: style.padding[2] + style.border[2].width, ..Strip::default() });
    // the head of a table stays with its rows, and the upper edge with what follows
    inside[0].keep_next = true;
    if style.keep_together {
        inside = vec![Strip::joined(inside)];
    }
    decorate(&mut inside, style, x, own);
    let mut all = Vec::new();
    if margin_top > 0 || style.break_before {
        all.push(Strip { break_before: style.break_before, ..Strip::space(margin_top) });
    }
    append(&mut all, inside.into_iter().filter(|s| s.height > 0 || !s.ops.is_empty()).collect());
    if margin_bottom > 0 {
        append(&mut all, vec![Strip::space(margin_bottom)]);
    }
    Ok(all)
}

/// Background and borders: each strip carries its part, so that a box may go on over the page.
pub(crate) fn decorate(strips: &mut [Strip], style: &Style, x: Length, width: Length) {
    let [top, right, bottom, left] = style.border;
    let last = strips.len().saturating_sub(1);
    for (at, strip) in strips.iter_mut().enumerate() {
        let height = strip.height;
        let mut under = Vec::new();
        let mut rect = |x, y, width, height, colour| {
            if width > 0 && height > 0 {
                under.push(Op::Rect { x, y, width, height, colour });
            }
        };
        if let Some(colour) = style.background {
            rect(x, 0, width, height, colour);
        }
        rect(x, 0, left.width, height, left.colour);
        rect(x + width - right.width, 0, right.width, height, right.colour);
        if at == 0 {
            rect(x, 0, width, top.width, top.colour);
        }
        if at == last {
            rect(x, height - bottom.width, width, bottom.width, bottom.colour);
        }
        if !under.is_empty() {
            // what is drawn is no mere distance any more
            strip.space = false;
            under.append(&mut strip.ops);
            strip.ops = under;
        }
    }
}
