//! Characters, words and lines.

use super::boxes::Inline;
use super::strips::{Op, Strip};
use super::style::Style;
use crate::template::css::{Align, Length};
use accrual_base::{Error, Result};

/// A glyph of a face and how far it goes, in units of its face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub id: u16,
    pub advance: u16,
}

/// One font file, read.
pub(crate) struct Face<'a> {
    pub face: ttf_parser::Face<'a>,
    /// Whether it is for bold text; both, when there is only one.
    pub bold: Option<bool>,
}

/// The faces of a document, in the order in which a character is looked for.
pub(crate) struct Fonts<'a>(pub Vec<Face<'a>>);

impl Fonts<'_> {
    /// The first face for this weight that has the character, with its glyph.
    fn glyph(&self, c: char, bold: bool) -> Result<(usize, Glyph)> {
        if needs_shaping(c) {
            let message = format!(
                "The character {c:?} (U+{:04X}) belongs to a script that is written from right to left or joins its letters; documents cannot show it yet.",
                u32::from(c)
            );
            return Err(Error::invalid("document.script", message).with_value(&c.to_string()));
        }
        let printed = if c == '\u{a0}' || c == '\u{202f}' { ' ' } else { c };
        let found = self.0.iter().enumerate().filter(|(_, f)| f.bold.is_none_or(|b| b == bold)).find_map(|(at, font)| {
            let id = font.face.glyph_index(printed)?;
            Some((at, Glyph { id: id.0, advance: font.face.glyph_hor_advance(id)? }))
        });
        found.ok_or_else(|| {
            let message =
                format!("No font has the character {c:?} (U+{:04X}); give the server a font that has it, with --font.", u32::from(c));
            Error::invalid("document.character", message).with_value(&c.to_string())
        })
    }

    fn width(&self, face: usize, glyph: Glyph, size: Length) -> Length {
        i64::from(glyph.advance) * size / i64::from(self.0[face].face.units_per_em().max(1))
    }

    /// Height above the base line and depth below it.
    fn extent(&self, face: usize, size: Length) -> (Length, Length) {
        let font = &self.0[face].face;
        let of = |units: i16| i64::from(units) * size / i64::from(font.units_per_em().max(1));
        (of(font.ascender()), of(font.descender().saturating_neg()))
    }
}

/// Scripts whose letters are joined, reordered or written from the right.
fn needs_shaping(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x08ff | 0x0900..=0x0dff | 0x0f00..=0x109f | 0x1780..=0x18af | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfb1d..=0xfdff | 0xfe70..=0xfeff)
}

/// Characters in a row of one face and look.
#[derive(Clone, Debug)]
struct Piece {
    face: usize,
    size: Length,
    colour: [u8; 3],
    line_height: i64,
    text: String,
    glyphs: Vec<Glyph>,
    width: Length,
}

/// What a line is broken between.
#[derive(Clone, Debug)]
enum Token {
    /// A space of the width of its piece; only the first of several counts.
    Space(Piece),
    Word(Vec<Piece>),
    Break,
}

/// A paragraph, a strip a line.
pub(crate) fn paragraph(inlines: &[Inline], style: &Style, x: Length, width: Length, fonts: &Fonts<'_>) -> Result<Vec<Strip>> {
    let tokens = tokens(inlines, fonts)?;
    let mut strips: Vec<Strip> = break_lines(tokens, width, fonts).into_iter().map(|line| strip(line, style, x, width, fonts)).collect();
    if let Some((_, before)) = strips.split_last_mut() {
        before.iter_mut().for_each(|line| end_with_space(line, fonts));
    }
    // neither the first nor the last line of a longer paragraph stands alone
    let count = strips.len();
    for (at, strip) in strips.iter_mut().enumerate() {
        strip.keep_next = count > 3 && (at == 0 || at + 2 == count);
    }
    Ok(strips)
}

/// The narrowest and the widest a paragraph can be.
pub(crate) fn extremes(inlines: &[Inline], fonts: &Fonts<'_>) -> Result<(Length, Length)> {
    let (mut narrow, mut wide, mut line) = (0, 0, 0);
    for token in tokens(inlines, fonts)? {
        match token {
            Token::Space(piece) => line += piece.width,
            Token::Word(pieces) => {
                let width = total(&pieces);
                narrow = narrow.max(width);
                line += width;
            }
            Token::Break => line = 0,
        }
        wide = wide.max(line);
    }
    Ok((narrow, wide))
}

fn total(pieces: &[Piece]) -> Length {
    pieces.iter().map(|p| p.width).sum()
}

fn tokens(inlines: &[Inline], fonts: &Fonts<'_>) -> Result<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    for inline in inlines {
        let Inline::Text { text, style } = inline else {
            tokens.push(Token::Break);
            continue;
        };
        for c in text.chars().filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}')) {
            let breaks = c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}');
            if breaks && matches!(tokens.last(), None | Some(Token::Space(_) | Token::Break)) {
                continue;
            }
            if c.is_control() && !breaks {
                return Err(Error::invalid(
                    "document.character",
                    format!("The control character U+{:04X} cannot be printed.", u32::from(c)),
                ));
            }
            let (face, glyph) = fonts.glyph(if breaks { ' ' } else { c }, style.bold)?;
            let width = fonts.width(face, glyph, style.font_size);
            let mut new = Piece {
                face,
                size: style.font_size,
                colour: style.colour,
                line_height: style.line_height,
                text: String::new(),
                glyphs: Vec::new(),
                width: 0,
            };
            new.push(if breaks { ' ' } else { c }, glyph, width);
            match tokens.last_mut() {
                _ if breaks => tokens.push(Token::Space(new)),
                Some(Token::Word(pieces)) => match pieces.last_mut() {
                    Some(last) if last.looks_like(&new) => last.push(c, glyph, width),
                    _ => pieces.push(new),
                },
                _ => tokens.push(Token::Word(vec![new])),
            }
        }
    }
    Ok(tokens)
}

impl Piece {
    fn push(&mut self, c: char, glyph: Glyph, width: Length) {
        self.text.push(c);
        self.glyphs.push(glyph);
        self.width += width;
    }
    fn looks_like(&self, other: &Self) -> bool {
        (self.face, self.size, self.colour, self.line_height) == (other.face, other.size, other.colour, other.line_height)
    }
    /// Cuts what does not fit; at least one character stays.
    fn cut(&mut self, room: Length, fonts: &Fonts<'_>) -> Option<Self> {
        let (mut used, mut keep) = (0, 0);
        for glyph in &self.glyphs {
            used += fonts.width(self.face, *glyph, self.size);
            if keep > 0 && used > room {
                break;
            }
            keep += 1;
        }
        let byte = self.text.char_indices().nth(keep).map(|(at, _)| at)?;
        let rest = Self { text: self.text.split_off(byte), glyphs: self.glyphs.split_off(keep), width: 0, ..self.clone() };
        let measured = |piece: &Self| piece.glyphs.iter().map(|g| fonts.width(piece.face, *g, piece.size)).sum();
        self.width = measured(self);
        let width = measured(&rest);
        Some(Self { width, ..rest })
    }
}

fn break_lines(tokens: Vec<Token>, width: Length, fonts: &Fonts<'_>) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    let (mut line, mut used): (Vec<Piece>, Length) = (Vec::new(), 0);
    let mut space: Option<Piece> = None;
    for token in tokens {
        match token {
            Token::Break => {
                lines.push(std::mem::take(&mut line));
                (used, space) = (0, None);
            }
            Token::Space(piece) => space = (!line.is_empty()).then_some(piece),
            Token::Word(mut word) => {
                let before = space.as_ref().map_or(0, |s| s.width);
                if !line.is_empty() && used + before + total(&word) > width {
                    lines.push(std::mem::take(&mut line));
                    (used, space) = (0, None);
                }
                if let Some(space) = space.take() {
                    used += space.width;
                    line.push(space);
                }
                // a word that is wider than the line is cut, so that nothing of it is lost
                while used + total(&word) > width && !word.is_empty() {
                    let mut first = word.remove(0);
                    if used + first.width > width {
                        if let Some(rest) = first.cut(width - used, fonts) {
                            word.insert(0, rest);
                        }
                        line.push(first);
                        lines.push(std::mem::take(&mut line));
                        used = 0;
                    } else {
                        used += first.width;
                        line.push(first);
                    }
                }
                used += total(&word);
                line.extend(word);
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A space nobody sees: what reads the text out of the file again does not run the last word into the next line.
fn end_with_space(strip: &mut Strip, fonts: &Fonts<'_>) {
    if let Some(Op::Text { face, text, glyphs, .. }) = strip.ops.last_mut() {
        let font = &fonts.0[*face].face;
        if let Some(id) = font.glyph_index(' ')
            && let Some(advance) = font.glyph_hor_advance(id)
        {
            text.push(' ');
            glyphs.push(Glyph { id: id.0, advance });
        }
    }
}

fn strip(line: Vec<Piece>, style: &Style, x: Length, width: Length, fonts: &Fonts<'_>) -> Strip {
    let (mut height, mut above, mut below) = (0, 0, 0);
    for piece in &line {
        let (up, down) = fonts.extent(piece.face, piece.size);
        (above, below) = (above.max(up), below.max(down));
        height = height.max(piece.size * piece.line_height / 1_000);
    }
    if line.is_empty() {
        height = style.font_size * style.line_height / 1_000;
    }
    let y = (height - above - below) / 2 + above;
    let room = width - total(&line);
    let mut x = x + match style.align {
        Align::Left => 0,
        Align::Right => room,
        Align::Center => room / 2,
    };
    let mut ops: Vec<Op> = Vec::new();
    for piece in line {
        let end = x + piece.width;
        match ops.last_mut() {
            Some(Op::Text { face, size, colour, text, glyphs, .. })
                if (*face, *size, *colour) == (piece.face, piece.size, piece.colour) =>
            {
                text.push_str(&piece.text);
                glyphs.extend(piece.glyphs);
            }
            _ => ops.push(Op::Text {
                x,
                y,
                face: piece.face,
                size: piece.size,
                colour: piece.colour,
                text: piece.text,
                glyphs: piece.glyphs,
            }),
        }
        x = end;
    }
    Strip { height, ops, ..Strip::default() }
}
