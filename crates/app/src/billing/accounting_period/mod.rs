//! Accounting periods of billing (reference section 5.2 of receivables and accounting): one unbroken chain, and behind
//! it the period Open-Ended, which follows the last day of the chain by itself.
//!
//! What a change may do is decided by the ledger; here it is loaded and kept. Dates that change, and periods that come,
//! take revenue out of Open-Ended: [`extend`] does that in steps once the change itself is kept.

pub(crate) mod chain;
mod change;
mod close;
mod extend;
mod postings;
mod read;
mod trial_balance;

pub(crate) use chain::Chain;
pub use change::{AccountingPeriodCreate, AccountingPeriodDelete, AccountingPeriodUpdate, create, update};
pub use close::{AccountingPeriodClose, AccountingPeriodReopen, AccountingPeriodTrialBalance, Closing, close};
pub use extend::{ExtendSchedules, extend, extend_blocking};
pub(crate) use postings::home_currency;
pub use read::{get, list};
pub(crate) use trial_balance::recover;
pub use trial_balance::{balance, rows};
