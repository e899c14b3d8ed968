//! What leads out of Accrual, each behind a small trait with an implementation of its own: documents that are
//! rendered ([`document`]) and mail that is sent ([`mail`]).
//!
//! Nothing here knows records, the database or the API. What goes out is a plain value; whoever calls puts it together
//! and decides when.

pub mod document;
mod layout;
pub mod mail;
mod pdf;
mod template;

pub use document::{DocumentRenderer, PdfRenderer};
pub use mail::Mailer;
