//! Books and accounts.

mod account_assignment;
mod account_type;
mod book;

pub use account_assignment::AccountAssignment;
pub use account_type::{ACCOUNT_TYPE_CODES, AccountType, DeferRecognize};
pub use book::Book;

use crate::seed::{Seed, seed, seed_with_id};
use accrual_base::Result;

/// Book 1, the account types, and an account for each so that a line without segments takes its own.
pub(crate) fn defaults() -> Result<Vec<Seed>> {
    let mut all = vec![seed_with_id(1, &Book::primary())?];
    for account_type in AccountType::defaults() {
        all.push(seed(&account_type)?);
    }
    for assignment in AccountAssignment::defaults(1) {
        all.push(seed(&assignment)?);
    }
    Ok(all)
}
