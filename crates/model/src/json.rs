//! Records and bodies: JSON in, values out, and back. Nothing is dropped and nothing is guessed.

mod read;
mod scalar;
mod text;
mod write;

pub use read::{Change, read_change, read_new};
pub use scalar::{parse, value};
pub use text::{body, parse_text};
pub use write::{values, write};
