//! Finance revenue schedules (reference section 6 of receivables and accounting).
//!
//! The ledger decides; here schedules are loaded, the event it answers is kept, and the items follow. A schedule's items
//! and its events' items are rows: one for each period they touch.

pub(crate) mod book;
mod change;
mod create;
mod delete;
mod distribute;
mod event_type;
mod item;
mod posting;
mod read;
mod rule;

pub use book::NewEvent;
pub use change::{ItemsOf, RevenueItemsUpdate, RevenueScheduleUpdate};
pub use create::{ChargeSchedule, Plan, RevenueScheduleOfCharge, RevenueScheduleOfItem, Share};
pub use delete::RevenueScheduleDelete;
pub use distribute::{Distributed, RevenueDistributeAcross, RevenueDistributeInRange, RevenueDistributeOnDate};
pub use event_type::{RevenueEventTypeCreate, RevenueEventTypeUpdate, event_type, event_types};
pub use item::{ItemKey, ItemKind};
pub use posting::{
    cancel_schedules_of_credit_memo, cancel_schedules_of_invoice, schedules_of_posted_credit_memo, schedules_of_posted_invoice,
};
pub use read::{
    Code, Detail, EventDetail, Item, Paged, automation_start, by_product_charge, event, events_of, get, items_of_event, items_of_schedule,
    of_item,
};
pub use rule::{rule_named, rule_of_product_charge};

/// Days and decimals in a command, for its key: their text.
fn as_text<T: std::fmt::Display, S: serde::Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(value)
}
