//! The fonts documents are set in.

use crate::layout::{Face, Fonts};
use accrual_base::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// A TrueType or OpenType font; its used characters become part of every document.
#[derive(Clone)]
pub struct FontFile {
    bytes: Bytes,
    bold: Option<bool>,
}

#[derive(Clone)]
enum Bytes {
    BuiltIn(&'static [u8]),
    Read(Arc<Vec<u8>>),
}

impl FontFile {
    /// DejaVu Sans, regular and bold: Latin, Greek, Cyrillic, and the signs of currencies.
    pub(crate) fn built_in() -> [Self; 2] {
        let of = |bytes, bold| Self { bytes: Bytes::BuiltIn(bytes), bold: Some(bold) };
        [of(dejavu::sans::regular(), false), of(dejavu::sans::bold(), true)]
    }

    /// Reads a font that is asked for characters the built-in ones lack.
    ///
    /// # Errors
    /// `document.font` when the file cannot be read or is no font.
    pub fn read(path: &Path) -> Result<Self> {
        let refuse = |why: String| Error::invalid("document.font", format!("The font {} cannot be used: {why}.", path.display()));
        let bytes = std::fs::read(path).map_err(|e| refuse(e.to_string()))?;
        ttf_parser::Face::parse(&bytes, 0).map_err(|e| refuse(e.to_string()))?;
        Ok(Self { bytes: Bytes::Read(Arc::new(bytes)), bold: None })
    }

    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::BuiltIn(bytes) => bytes,
            Bytes::Read(bytes) => bytes,
        }
    }

    pub(super) fn embed(&self) -> Result<krilla::text::Font> {
        let data = match &self.bytes {
            Bytes::BuiltIn(bytes) => krilla::Data::from(*bytes),
            Bytes::Read(bytes) => krilla::Data::from(bytes.clone()),
        };
        krilla::text::Font::new(data, 0).ok_or_else(|| Error::fault("a font that was read before cannot be read"))
    }
}

/// Fonts ready to measure with.
///
/// # Errors
/// A fault when a font that was checked before cannot be read.
pub(crate) fn measured(files: &[FontFile]) -> Result<Fonts<'_>> {
    let faces = files.iter().map(|file| {
        let face = ttf_parser::Face::parse(file.bytes(), 0).map_err(|e| Error::fault_from("a font cannot be read", e))?;
        Ok(Face { face, bold: file.bold })
    });
    Ok(Fonts(faces.collect::<Result<_>>()?))
}
