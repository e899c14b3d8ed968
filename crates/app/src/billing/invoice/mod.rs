//! Invoices (reference section 1 of receivables and accounting).
//!
//! A verb loads the whole document, lets the engine decide on it as a value, and stores what changed: the header guards its
//! lines. Amounts, balances and states come from the engine alone; here they are kept.

mod balance;
mod build;
mod cancel;
mod catalog;
mod codes;
mod contacts;
mod create;
mod document;
mod electronic;
mod facts;
mod home;
mod input;
mod numbering;
mod post;
mod posted;
mod read;
mod reverse;
mod row;
mod rules;
mod shapes;
mod split;
mod store;
mod tax_lines;
mod taxes;
mod update;
mod write_off;

pub use accrual_objects::billing::CustomRate;
pub use cancel::{InvoiceCancel, InvoiceDelete, InvoiceUnpost};
pub(in crate::billing) use codes::{Codes, names};
pub use create::{InvoiceCreate, InvoiceCreateAll, create_each};
pub(in crate::billing) use document::Document;
pub use electronic::{InvoiceEInvoice, InvoiceEmailed};
pub use input::{ContactGiven, ContactsGiven, DiscountChange, Exact, InvoiceChange, ItemChange, NewInvoice, NewItem, NewTax};
pub use post::{InvoicePost, post_each};
pub use read::{ItemPage, Listed, Rows, all_tax_lines, document, get, items, parts, tax_lines, tax_lines_by_id};
pub use reverse::{InvoiceReverse, Reversed};
pub(in crate::billing) use row::{Line, Row};
pub use rules::{BillingRulesUpdate, billing_rules};
pub use split::{InvoiceSplit, SplitPart};
pub(in crate::billing) use store::{Trail, compact, write};
pub use tax_lines::{NewTaxLine, TaxLineDelete, TaxLineUpdate, TaxLinesCreate};
pub use update::{InvoiceUpdate, InvoiceUpdateAll};
pub(in crate::billing) use write_off::memo_codes;
pub use write_off::{InvoiceWriteOff, WrittenOffItem, WrittenOffTax};

use crate::billing::{records, visible};
use crate::context::Permission;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::billing::Account;
use std::future::Future;

/// Making and changing documents.
const MODIFY: Permission = Permission::named("Modify Invoice");
/// Posting, and taking a posting back.
const POST: Permission = Permission::named("Post Invoices");

/// The account of a document, as far as who asks may see it.
fn account_of(unit: &mut Unit<'_>, document: &Document) -> Result<Stored<Account>> {
    let actor = unit.actor;
    visible::account(unit.read(), actor, &document.header.account_id)?;
    records::typed::<Account>(unit.read(), &document.header.account_id)
}

/// Runs all at once; the results are in the order of the requests. The writer takes what waits together into one commit.
async fn each<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}
