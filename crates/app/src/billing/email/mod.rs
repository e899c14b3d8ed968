//! Mail about billing documents.
//!
//! Asking for a mail writes it down in the same transaction ([`InvoiceEmail`]); a deliverer takes it from there
//! ([`deliver`]). A mail that is not known to have been taken is sent again under the same message id: at least once, and
//! whoever receives it twice can tell.

mod deliver;
mod request;

pub use deliver::{Outcome, deliver};
pub use request::{InvoiceEmail, prepared};
