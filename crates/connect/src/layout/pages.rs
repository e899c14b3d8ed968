//! Fills pages with strips.

use super::expand::Values;
use super::strips::{self, Op, Strip};
use super::style::Style;
use super::text::Fonts;
use crate::document::data::Data;
use crate::document::locale::Locale;
use crate::template::Template;
use crate::template::css::Length;
use accrual_base::{Error, Result};

/// More pages than any bill has; a template that needs them is wrong.
const MOST: usize = 2_000;

/// What is drawn on one page.
pub(crate) type Page = Vec<Op>;

/// Lays a document out; answers its title and its pages.
///
/// # Errors
/// `document.template` for what a template cannot name; `document.character` and `document.script` for what no font can
/// show; `document.layout` for what fits on no page.
pub(crate) fn pages(template: &Template, data: &Data, locale: Locale, fonts: &Fonts<'_>) -> Result<(String, Vec<Page>)> {
    let sheet = template.page;
    let [top, right, bottom, left] = sheet.margin;
    let width = sheet.width - left - right;
    let values = Values { data, locale, rules: &template.rules, page: None };
    let root = Style::root();
    // as high with every number of pages: two digits do not make another line
    let footer_height: Length = footer(template, &values, (1, 1), left, width, fonts)?.iter().map(|s| s.height).sum();
    let room = sheet.height - top - bottom - footer_height;
    if room < 36_000 {
        return Err(Error::invalid("document.layout", "The footer and the margins leave no room on the page."));
    }
    let boxes = values.boxes(&template.body, &values.scope(), &root)?;
    let mut filled = fill(strips::lay(&boxes, left, width, fonts)?, room)?;
    let count = filled.len();
    for (at, page) in filled.iter_mut().enumerate() {
        page.iter_mut().for_each(|op| op.shift(top));
        let mut y = sheet.height - bottom - footer_height;
        for strip in footer(template, &values, (at + 1, count), left, width, fonts)? {
            page.extend(strip.ops.into_iter().map(|op| op.down(y)));
            y += strip.height;
        }
    }
    Ok((values.text(&template.title)?, filled))
}

fn footer(
    template: &Template,
    values: &Values<'_>,
    page: (usize, usize),
    x: Length,
    width: Length,
    fonts: &Fonts<'_>,
) -> Result<Vec<Strip>> {
    let Some(footer) = &template.footer else { return Ok(Vec::new()) };
    let values = Values { page: Some(page), ..*values };
    let style = Style::root().of(footer, &template.rules);
    let children = values.boxes(&footer.children, &values.scope(), &style)?;
    strips::lay(&[super::boxes::Boxed::Block { style, children, keep_with_next: false }], x, width, fonts)
}

fn fill(strips: Vec<Strip>, room: Length) -> Result<Vec<Page>> {
    let mut pages: Vec<Page> = vec![Vec::new()];
    let mut used: Length = 0;
    let mut strips = strips.into_iter().peekable();
    while let Some(first) = strips.next() {
        // strips that stay together go together
        let mut group = vec![first];
        while group.last().is_some_and(|s| s.keep_next || s.space && s.break_before)
            && let Some(next) = strips.next_if(|s| !s.break_before)
        {
            group.push(next);
        }
        let height: Length = group.iter().map(|s| s.height).sum();
        let forced = group.first().is_some_and(|s| s.break_before) && used > 0;
        // a group that fits on no page is taken apart again: its strips are what must not be cut
        let fits = used + height <= room || group.iter().all(|s| s.space);
        if forced || (!fits && used > 0 && height <= room) {
            pages.push(Vec::new());
            used = 0;
        }
        for strip in group {
            place(strip, &mut pages, &mut used, room)?;
        }
    }
    Ok(pages)
}

fn place(strip: Strip, pages: &mut Vec<Page>, used: &mut Length, room: Length) -> Result<()> {
    if strip.space && (*used == 0 || *used + strip.height > room) {
        return Ok(());
    }
    if *used + strip.height > room && *used > 0 {
        pages.push(Vec::new());
        *used = 0;
    }
    if pages.len() > MOST {
        return Err(Error::invalid("document.layout", format!("The document has more than {MOST} pages.")));
    }
    let Some(page) = pages.last_mut() else { return Err(Error::fault("a document without a page")) };
    if *used == 0 {
        for above in strip.head.iter().flat_map(|head| head.iter()) {
            page.extend(above.ops.iter().cloned().map(|op| op.down(*used)));
            *used += above.height;
        }
    }
    if *used + strip.height > room {
        return Err(Error::invalid("document.layout", "A row or a box that is kept together is higher than a page; make it shorter."));
    }
    page.extend(strip.ops.into_iter().map(|op| op.down(*used)));
    *used += strip.height;
    Ok(())
}
