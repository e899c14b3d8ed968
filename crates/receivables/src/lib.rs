//! Invoices, memos, balances and tax as pure functions.
//!
//! No async, SQL, HTTP, clock or randomness: a document comes in as a value with the facts a rule needs, and goes out
//! changed, or the rule is refused with its code, the field and a sentence. Amounts are minor units of the document's
//! currency; quantities, prices, rates and percentages are decimals; everything is rounded by
//! [`accrual_base::rounding::Rule`]. Sections named in the documentation are those of the receivables reference.

pub mod account;
pub mod aging;
pub mod amount;
pub mod contacts;
pub mod field;
pub mod home;
pub mod invoice;
pub mod limits;
pub mod memo;
pub mod number;
pub mod spread;
pub mod tax;
pub mod terms;

pub use invoice::{Invoice, Item};
