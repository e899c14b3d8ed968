//! Deleting a schedule (reference section 6.7).

use super::book::Book;
use super::rule::{model, stored_rule};
use crate::billing::{Done, records};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_ledger::schedule::{DeleteFacts, check_delete};
use accrual_model::{Filter, Object, Query, Record};
use accrual_objects::billing::{RevenueEvent, RevenueEventItem, RevenueScheduleItem};
use accrual_store::nouns;
use serde::Serialize;

/// Removes a custom schedule with its events.
#[derive(Serialize)]
pub struct RevenueScheduleDelete {
    /// Number or id.
    pub schedule: String,
}

impl Command for RevenueScheduleDelete {
    const OPERATION: &'static str = "revenue_schedule_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Delete Custom Revenue Schedule") })?;
        let book = Book::open(unit)?;
        let held = book.load(unit.read(), &self.schedule)?;
        let id = held.view.record.uid.clone();
        let events = of::<RevenueEvent>(unit, "revenue_schedule_id", &id)?;
        let mut deltas = Vec::new();
        for event in &events {
            deltas.extend(of::<RevenueEventItem>(unit, "revenue_event_id", &event.uid)?);
        }
        let rule = stored_rule(unit.read(), &held.noun.recognition_rule_name)?;
        let rule = model(&rule)?;
        let entry = RevenueEventItem::descriptor();
        let facts = DeleteFacts {
            rule,
            linked: held.noun.linked_transaction_id.is_some(),
            in_journal_entry: deltas.iter().any(|d| !entry.value(&d.data, "journal_entry_id").is_null()),
            date: held.noun.revenue_schedule_date.ok_or_else(|| Error::fault("a revenue schedule has no date"))?,
        };
        check_delete(&held.schedule, &book.chain.periods, facts)?;
        for delta in deltas {
            nouns::delete(unit.tx, entry, delta.id, None)?;
        }
        for item in of::<RevenueScheduleItem>(unit, "revenue_schedule_id", &id)? {
            nouns::delete(unit.tx, RevenueScheduleItem::descriptor(), item.id, None)?;
        }
        for event in &events {
            records::remove(unit, RevenueEvent::descriptor(), event)?;
        }
        records::remove(unit, &held.view.descriptor, &held.view.record)?;
        Ok(Done { id })
    }
}

fn of<T: Object>(unit: &mut Unit<'_>, field: &'static str, parent: &str) -> Result<Vec<Record>> {
    const MOST: u32 = 10_000;
    nouns::list(unit.read(), T::descriptor(), &Query { limit: MOST, ..Query::of(Filter::eq(field, parent)) })
}
