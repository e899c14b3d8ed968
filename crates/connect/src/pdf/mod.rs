//! Pages as PDF.

pub(crate) mod fonts;
mod write;

pub use fonts::FontFile;
pub(crate) use write::write;
