//! Billing documents as files: what they say, which template they follow, the versions that were generated, and files
//! that were uploaded beside them (reference section 1.1 of receivables and accounting).
//!
//! A document is rendered when somebody wants it, not when it is posted: a bill run of a hundred thousand invoices writes
//! no hundred thousand files nobody opens. What was rendered is kept, and made again only when the document or its template
//! says something else.

mod invoice;
mod invoice_file;
mod template;
mod upload;

pub(in crate::billing) use invoice_file::named;
pub use invoice_file::{FileState, InvoiceFiles, State, current, files, pdf_status};
pub(in crate::billing) use template::company;
pub(crate) use template::{check, prepare};
pub use upload::InvoiceFileUpload;
