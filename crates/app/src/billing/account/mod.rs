//! Accounts (reference section 2.1).

mod create;
mod delete;
mod read;
mod rules;
mod update;

pub use create::{AccountCreate, AccountMade, ContactOf};
pub use delete::AccountDelete;
pub use read::{AccountView, get, has_transactions, number, summary};
pub use update::AccountUpdate;
