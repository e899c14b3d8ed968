//! Compact stored form of legs, lines and bills.
//!
//! Every blob begins with a version byte. Integers are varints (seven bits a byte, low first), signed ones zigzag;
//! amounts of a leg are differences to their neighbour, about 2.5 bytes each. Decoding is strict: a blob that does
//! not say exactly what was written is a fault, never a panic.

mod bytes;
mod legs;
mod state;

pub use legs::{LegView, Legs, decode_legs, encode_legs};
pub use state::{BillColumns, LineColumns, decode_bill, decode_line, encode_bill, encode_line};

#[cfg(test)]
mod tests;
