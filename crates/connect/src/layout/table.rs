//! Tables: widths of columns, then a strip a row.

use super::boxes::{Boxed, Cell, Row};
use super::strips::{self, Strip};
use super::text::{self, Fonts};
use crate::template::css::{Length, Width};
use accrual_base::Result;
use std::rc::Rc;

/// Lays a table out; every row of the body carries the head, for the pages it begins.
pub(crate) fn lay(head: &[Row], body: &[Row], x: Length, width: Length, fonts: &Fonts<'_>) -> Result<Vec<Strip>> {
    let columns = columns(head, body, width, fonts)?;
    let mut above = head.iter().map(|row| one(row, &columns, x, fonts)).collect::<Result<Vec<_>>>()?;
    above.iter_mut().for_each(|strip| strip.keep_next = true);
    let repeated = (!above.is_empty()).then(|| Rc::new(above.clone()));
    for row in body {
        above.push(Strip { head: repeated.clone(), ..one(row, &columns, x, fonts)? });
    }
    Ok(above)
}

/// What a column wants: its narrowest, its widest and its declared width.
#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    narrow: Length,
    wide: Length,
    declared: Option<Length>,
}

/// Widths that add up to the table's. A column gets what it declares, but never less than its longest word; what is left
/// is shared by what the other columns would like.
fn columns(head: &[Row], body: &[Row], width: Length, fonts: &Fonts<'_>) -> Result<Vec<Length>> {
    let count = head.iter().chain(body).map(|row| row.cells.iter().map(|c| c.span).sum()).max().unwrap_or(0);
    let mut wishes = vec![Wish::default(); count];
    let mut spans = Vec::new();
    for row in head.iter().chain(body) {
        let mut at = 0;
        for cell in &row.cells {
            let (narrow, wide) = extremes(cell, fonts)?;
            if cell.span == 1 {
                let wish = &mut wishes[at];
                (wish.narrow, wish.wide) = (wish.narrow.max(narrow), wish.wide.max(wide));
                wish.declared = wish.declared.or(cell.style.width.map(|declared| match declared {
                    Width::Fixed(length) => length,
                    Width::Share(share) => width * share / 1_000,
                }));
            } else {
                spans.push((at, cell.span, narrow));
            }
            at += cell.span;
        }
    }
    for (at, span, narrow) in spans {
        let covered: Length = wishes[at..at + span].iter().map(|w| w.narrow).sum();
        if let Some(last) = wishes[at..at + span].last_mut().filter(|_| narrow > covered) {
            last.narrow += narrow - covered;
            last.wide = last.wide.max(last.narrow);
        }
    }
    Ok(share(&wishes, width))
}

fn share(wishes: &[Wish], width: Length) -> Vec<Length> {
    let mut own: Vec<Length> = wishes.iter().map(|w| w.declared.map_or(w.narrow, |d| d.max(w.narrow))).collect();
    let used: Length = own.iter().sum();
    // weights of a column: what it would like beyond what it has; too narrow a table takes from all alike
    let weights: Vec<Length> = if used > width {
        own.clone()
    } else {
        let free = wishes.iter().any(|w| w.declared.is_none());
        wishes.iter().zip(&own).map(|(w, own)| if free && w.declared.is_some() { 0 } else { (w.wide - own).max(0) + 1 }).collect()
    };
    let all: Length = weights.iter().sum::<Length>().max(1);
    let rest = width - used;
    let mut given = 0;
    for (own, weight) in own.iter_mut().zip(&weights) {
        let part = rest * weight / all;
        *own += part;
        given += part;
    }
    if let Some(widest) = own.iter_mut().max() {
        *widest += rest - given;
    }
    own
}

/// The narrowest and widest a cell can be, its edges included.
fn extremes(cell: &Cell, fonts: &Fonts<'_>) -> Result<(Length, Length)> {
    let edges = edges(cell);
    let (narrow, wide) = content(&cell.children, fonts)?;
    Ok((narrow + edges, wide + edges))
}

fn edges(cell: &Cell) -> Length {
    cell.style.padding[1] + cell.style.padding[3] + cell.style.border[1].width + cell.style.border[3].width
}

fn content(boxes: &[Boxed], fonts: &Fonts<'_>) -> Result<(Length, Length)> {
    let (mut narrow, mut wide) = (0, 0);
    for one in boxes {
        let (n, w) = match one {
            Boxed::Paragraph { inlines, .. } => text::extremes(inlines, fonts)?,
            Boxed::Block { style, children, .. } => {
                let (n, w) = content(children, fonts)?;
                let edges = style.margin[1] + style.margin[3] + style.padding[1] + style.padding[3];
                (n + edges, w + edges)
            }
            Boxed::Table { head, body, .. } => {
                let mut sums = (0, 0);
                for row in head.iter().chain(body) {
                    let mut sum = (0, 0);
                    for cell in &row.cells {
                        let (n, w) = extremes(cell, fonts)?;
                        sum = (sum.0 + n, sum.1 + w);
                    }
                    sums = (sums.0.max(sum.0), sums.1.max(sum.1));
                }
                sums
            }
        };
        (narrow, wide) = (narrow.max(n), wide.max(w));
    }
    Ok((narrow, wide))
}

/// A row as one strip: its cells beside each other, as high as the highest.
fn one(row: &Row, columns: &[Length], x: Length, fonts: &Fonts<'_>) -> Result<Strip> {
    let mut cells = Vec::new();
    let (mut at, mut left) = (0, x);
    for cell in &row.cells {
        let width: Length = columns.iter().skip(at).take(cell.span).sum();
        let style = &cell.style;
        let inner = (width - edges(cell)).max(1_000);
        let strips = strips::lay(&cell.children, left + style.padding[3] + style.border[3].width, inner, fonts)?;
        let inside = Strip::joined(trimmed(strips));
        let top = style.padding[0] + style.border[0].width;
        let height = top + inside.height + style.padding[2] + style.border[2].width;
        let ops: Vec<_> = inside.ops.into_iter().map(|op| op.down(top)).collect();
        cells.push((left, width, style, height, ops));
        left += width;
        at += cell.span;
    }
    let height = cells.iter().map(|c| c.3).max().unwrap_or(0);
    let mut strip = Strip { height, break_before: row.style.break_before, ..Strip::default() };
    for (left, width, style, _, ops) in cells {
        let mut cell = [Strip { height, ops, ..Strip::default() }];
        strips::decorate(&mut cell, style, left, width);
        let [cell] = cell;
        strip.ops.extend(cell.ops);
    }
    let mut whole = [strip];
    strips::decorate(&mut whole, &row.style, x, columns.iter().sum());
    let [strip] = whole;
    Ok(strip)
}

/// Distances at the upper and lower edge of a cell are its padding, not the margins of what stands in it.
fn trimmed(mut strips: Vec<Strip>) -> Vec<Strip> {
    while strips.last().is_some_and(|s| s.space) {
        strips.pop();
    }
    let first = strips.iter().position(|s| !s.space).unwrap_or(0);
    strips.split_off(first)
}
