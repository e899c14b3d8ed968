//! Revenue that leaves Open-Ended when periods are created (reference section 6.3): in steps, so that a tenant with many
//! schedules keeps answering. What a step left over, for whatever reason, the next change of periods finds again.

use super::chain::Chain;
use crate::billing::revenue_schedule::book::{Book, Kept, NewEvent};
use crate::context::Context;
use crate::execute::{Command, execute, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_ledger::Periods;
use accrual_ledger::schedule::{EventType, Rules, over_range};
use accrual_model::{Filter, Object, Operator, Query, Record};
use accrual_objects::billing::RevenueSchedule;
use accrual_store::Read;
use accrual_store::nouns;
use serde::Serialize;

/// Schedules of one step.
const STEP: u32 = 100;

/// Moves the revenue of some schedules out of Open-Ended. Answers whether there may be more.
#[derive(Serialize)]
pub struct ExtendSchedules {}

impl Command for ExtendSchedules {
    const OPERATION: &'static str = "revenue_schedule_extend";
    type Output = bool;

    fn run(self, unit: &mut Unit<'_>) -> Result<bool> {
        let periods = Chain::load(unit.read())?.periods;
        let waiting = waiting(unit.read(), &periods, STEP)?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut book = Book::open(unit)?;
        for record in &waiting {
            let held = book.load(unit.read(), &record.uid)?;
            let lost = || Error::fault(format!("the revenue schedule {} waits for a period without a range", record.uid));
            let (spread, range) = held.range()?.ok_or_else(lost)?;
            // the most events a schedule may have is a limit of requests
            let rules = Rules { manage_close: false, events: 0, ..book.rules() };
            let event = over_range(&held.schedule, &book.chain.periods, spread, range, &rules, EventType::period_created())?;
            book.change(unit, held, event, NewEvent::default(), Kept::Range(spread, range))?;
        }
        Ok(waiting.len() == STEP as usize)
    }
}

/// Schedules with revenue in Open-Ended that a dated period can take.
pub(super) fn waiting(tx: &mut dyn Read, periods: &Periods, limit: u32) -> Result<Vec<Record>> {
    let Some(beyond) = periods.open_ended_start() else { return Ok(Vec::new()) };
    let due = Filter::compare("waits_for", Operator::Lt, beyond);
    nouns::list(tx, RevenueSchedule::descriptor(), &Query { limit, ..Query::of(due) })
}

/// Steps are the system's work and stand behind no key of the request.
fn own(context: &Context) -> Context {
    Context::system(context.request_id.clone())
}

/// Lets the periods take what stands in Open-Ended and lies within them.
///
/// # Errors
/// A fault from the database.
pub async fn extend(tenant: &Tenant, context: &Context) -> Result<()> {
    while !context.preview && execute(tenant, &own(context), ExtendSchedules {}).await? {}
    Ok(())
}

/// As [`extend`], for threads that may block.
///
/// # Errors
/// A fault from the database.
pub fn extend_blocking(tenant: &Tenant, context: &Context) -> Result<()> {
    while !context.preview && execute_blocking(tenant, &own(context), ExtendSchedules {})? {}
    Ok(())
}
