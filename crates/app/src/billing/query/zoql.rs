//! The query action (reference sections 2.3 and 2.4 of the platform).

use super::locator::{self, Locator, QuerySave, SavedQuery};
use super::with_objects;
use crate::billing::visible;
use crate::context::{Context, Privilege};
use crate::execute::execute_blocking;
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Filter, Record, Stored};
use accrual_query::zoql::{self, Plan};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};

/// Rows of one answer at most.
const MOST: i64 = 2_000;

/// Rows of a query, from the start or from where it was left.
#[derive(Debug)]
pub struct Rows {
    pub plan: Plan,
    pub records: Vec<Record>,
    /// Rows of the whole result.
    pub size: i64,
    /// By which it goes on; nothing when it is done.
    pub locator: Option<String>,
}

/// `batchSize`: 0 and what is more than allowed mean the most.
fn batch(size: Option<i64>) -> u32 {
    let size = size.filter(|size| (1..=MOST).contains(size)).unwrap_or(MOST);
    u32::try_from(size).unwrap_or(2_000)
}

/// The first rows of a query.
///
/// # Errors
/// `role.privilege`; `zoql.malformed`, `zoql.object`, `zoql.field`, `zoql.value`.
pub fn query(tenant: &Tenant, context: &Context, text: &str, batch_size: Option<i64>) -> Result<Rows> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let parsed = zoql::Query::parse(text)?;
    let (page, save) = tenant.store.read(|tx| {
        let page = Page::read(tx, (tenant, context), &parsed, None, batch(batch_size))?;
        let save = if page.more {
            let (size, last_row) = (nouns::count(tx, &page.plan.descriptor, &page.filter)?, nouns::last_row(tx, &page.plan.descriptor)?);
            Some(QuerySave { text: text.to_owned(), size, last_row })
        } else {
            None
        };
        Ok((page, save))
    })?;
    let Some(save) = save else {
        let size = i64::try_from(page.records.len()).unwrap_or(i64::MAX);
        return Ok(Rows { plan: page.plan, records: page.records, size, locator: None });
    };
    let size = save.size;
    // the request's own key stands for what it writes, and this only looks
    let quiet = Context { idempotency_key: None, ..context.clone() };
    let saved = execute_blocking(tenant, &quiet, save)?;
    let locator = locator(tenant, saved, &page.records, 0);
    Ok(Rows { plan: page.plan, records: page.records, size, locator })
}

/// The rows that follow.
///
/// # Errors
/// `role.privilege`; `zoql.locator` for one that is unknown, of another tenant or too old.
pub fn more(tenant: &Tenant, context: &Context, locator_text: &str, batch_size: Option<i64>) -> Result<Rows> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let from = Locator::read(locator_text, tenant.now())?;
    let (saved, page) = tenant.store.read(|tx| {
        let saved: Stored<SavedQuery> = typed::get(tx, from.query)?.ok_or_else(locator::unknown)?;
        let query = zoql::Query::parse(&saved.text)?;
        let page = Page::read(tx, (tenant, context), &query, Some((from.after, saved.last_row)), batch(batch_size))?;
        Ok((saved, page))
    })?;
    let locator = if page.more { locator(tenant, from.query, &page.records, from.offset) } else { None };
    Ok(Rows { plan: page.plan, records: page.records, size: saved.size, locator })
}

fn locator(tenant: &Tenant, query: i64, records: &[Record], before: i64) -> Option<String> {
    let last = records.last()?;
    let offset = before.saturating_add(i64::try_from(records.len()).unwrap_or(0));
    Some(Locator { query, after: last.id, offset, given: tenant.now().0.div_euclid(1_000_000) }.text())
}

/// Rows in the order of creation.
struct Page {
    plan: Plan,
    /// Of the whole result, what the actor does not see left out.
    filter: Filter,
    records: Vec<Record>,
    /// Whether rows follow.
    more: bool,
}

impl Page {
    /// Of the rows behind the first number up to the second; of all when nothing.
    fn read(
        tx: &mut dyn Read,
        (tenant, context): (&Tenant, &Context),
        query: &zoql::Query,
        between: Option<(i64, i64)>,
        limit: u32,
    ) -> Result<Self> {
        let plan = with_objects(tx, &tenant.settings().zone, |objects| Plan::of(query, objects))?;
        let filter = visible::and(&context.actor, &plan.descriptor, plan.filter.clone());
        let after = between.map(|(after, _)| after);
        let query = accrual_model::Query { limit: limit.saturating_add(1), after, ..accrual_model::Query::of(filter.clone()) };
        let mut records = nouns::list(tx, &plan.descriptor, &query)?;
        // rows come in the order of their numbers: behind the last one there was, none belongs to the result
        records.retain(|r| between.is_none_or(|(_, last)| r.id <= last));
        let more = records.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            records.pop();
        }
        Ok(Self { plan, filter, records, more })
    }
}
