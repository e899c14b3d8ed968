//! Invoices as values: items, discounts, tax lines and what settled them (reference section 1).

mod batch;
mod create;
mod electronic;
mod item;
mod lifecycle;
mod reverse;
mod rounding_item;
mod settlement;
mod split;
mod status;
mod tax_lines;
mod totals;
mod update;
mod write_off;

pub use batch::check_batch;
pub use create::{Context, NewDiscount, NewInvoice, NewItem, create};
pub use electronic::{EInvoice, check_e_invoice};
pub use item::{Discount, Item, Processing};
pub use lifecycle::{Post, Unpost, cancel, check_delete, check_transfer_change, post, unpost};
pub use reverse::{Reverse, ReverseFacts, reverse};
pub use rounding_item::rounding_item;
pub use settlement::{LineKey, Movement, Settlement};
pub use split::{Group, SplitFacts, SplitPart, split};
pub use status::{Status, Transfer};
pub use tax_lines::{add_tax_lines, remove_tax_line, replace_tax_line};
pub use totals::Totals;
pub use update::{Change, DiscountEdit, ItemChange, ItemEdit, Update, update};
pub use write_off::{Extent, ItemWriteOff, RevenueImpact, WriteOff, WriteOffFacts, write_off};

use accrual_base::{Currency, Day};

/// An invoice.
///
/// Operations name items by their position, from 0; who keeps invoices maps ids to positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub currency: Currency,
    pub status: Status,
    /// Reversed by a credit memo: nothing of it can be changed any more.
    pub reversed: bool,
    pub date: Day,
    pub due: Day,
    pub items: Vec<Item>,
}

/// True when a day lies in a closed accounting period. Periods close oldest first, so one day says it all.
pub(crate) fn is_closed(closed_through: Option<Day>, day: Day) -> bool {
    closed_through.is_some_and(|last| day <= last)
}
