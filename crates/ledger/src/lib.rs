//! Accounting periods, accounting codes, trial balances and Finance revenue schedules as pure functions.
//!
//! No async, SQL, HTTP, clock or randomness: values come in with the facts a rule needs and go out changed, or the rule is
//! refused with its code, the field and a sentence. Amounts are minor units. Sections named in the documentation are those
//! of the receivables and accounting reference.

pub mod code;
pub mod field;
pub mod journal;
mod money;
pub mod period;
pub mod schedule;
pub mod trial_balance;

pub use period::{Bucket, Period, Periods};
