//! Writes pages. The only place where coordinates become floats.

use super::fonts::FontFile;
use crate::layout::{Op, Page};
use crate::template::css::{Colour, Length, Page as Sheet};
use accrual_base::{Error, Result};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

/// Thousandths of a point as points.
#[allow(clippy::float_arithmetic, reason = "the PDF library takes coordinates as floats; nothing is computed from them")]
fn points(length: Length) -> f32 {
    length as f32 / 1_000.0
}

/// A width of a glyph as a part of its size.
#[allow(clippy::float_arithmetic, reason = "as points")]
fn ratio(units: u16, of: f32) -> f32 {
    f32::from(units) / of
}

/// The bytes of a PDF. They depend on nothing but the arguments: no time and no random id is written.
///
/// # Errors
/// A fault of the PDF library.
pub(crate) fn write(title: String, language: &str, sheet: Sheet, pages: &[Page], files: &[FontFile]) -> Result<Vec<u8>> {
    let fonts = files.iter().map(FontFile::embed).collect::<Result<Vec<_>>>()?;
    let mut document = krilla::Document::new();
    let language = language.replace('_', "-");
    document.set_metadata(Metadata::new().title(title).language(language).creator("Accrual".to_owned()));
    for page in pages {
        let settings =
            PageSettings::from_wh(points(sheet.width), points(sheet.height)).ok_or_else(|| Error::fault("a page without size"))?;
        let mut on = document.start_page_with(settings);
        let mut surface = on.surface();
        for op in page {
            draw(&mut surface, op, &fonts)?;
        }
        surface.finish();
        on.finish();
    }
    document.finish().map_err(|e| Error::fault(format!("a document could not be written as PDF: {e:?}")))
}

fn draw(surface: &mut Surface<'_>, op: &Op, fonts: &[Font]) -> Result<()> {
    match op {
        Op::Rect { x, y, width, height, colour } => {
            let rect = Rect::from_xywh(points(*x), points(*y), points(*width), points(*height));
            let mut path = PathBuilder::new();
            path.push_rect(rect.ok_or_else(|| Error::fault("a rectangle without size"))?);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*colour)));
                surface.draw_path(&path);
            }
        }
        Op::Text { x, y, face, size, colour, text, glyphs } => {
            let font = fonts.get(*face).ok_or_else(|| Error::fault("a text without font"))?;
            let units = font.units_per_em();
            let glyphs: Vec<KrillaGlyph> = glyphs
                .iter()
                .zip(text.char_indices())
                .map(|(glyph, (from, c))| {
                    let range = from..from + c.len_utf8();
                    KrillaGlyph::new(GlyphId::new(glyph.id.into()), ratio(glyph.advance, units), 0.0, 0.0, 0.0, range, None)
                })
                .collect();
            surface.set_fill(Some(fill(*colour)));
            surface.draw_glyphs(Point::from_xy(points(*x), points(*y)), &glyphs, font.clone(), text, points(*size), false);
        }
    }
    Ok(())
}

fn fill([red, green, blue]: Colour) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}
