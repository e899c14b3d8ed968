//! `/object-query/{resource}` and `/object-query/{resource}/{key}` (reference section 2.1).

use super::shown::{Style, expanded};
use crate::billing::handle::answer;
use crate::billing::json::Json;
use crate::call::Call;
use crate::table::Answered;
use accrual_app::billing::query::{self, Answer, Level};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Leads, Record};
use accrual_query::member::Member;
use accrual_query::object_query::Branch;

fn resource(call: &Call) -> Result<&'static str> {
    super::about(call.operation.path, "/object-query/").ok_or_else(|| Error::fault(format!("{} is no resource", call.operation.path)))
}

/// A page.
pub async fn list(call: Call) -> Answered {
    let (resource, query) = (resource(&call)?, call.query.clone());
    let found = call.look(move |tenant, context| query::list(tenant, context, resource, &query)).await.map_err(super::unplaced)?;
    let mut body = Json::object([("data", Json::List(records(&call, &found)?))]);
    if let Some(next) = &found.next {
        body = body.with("nextPage", next.as_str());
    }
    answer(body)
}

/// One record, as it is.
pub async fn one(call: Call) -> Answered {
    let (resource, key, query) = (resource(&call)?, call.part("key")?.to_owned(), call.query.clone());
    let found = call.look(move |tenant, context| query::one(tenant, context, resource, &key, &query)).await.map_err(super::unplaced)?;
    let record = records(&call, &found)?.pop().ok_or_else(|| Error::fault("a record was found and is not there"))?;
    answer(record)
}

fn records(call: &Call, found: &Answer) -> Result<Vec<Json>> {
    let (manner, nulls) = (call.lean()?, found.plan.include_nulls);
    let style = Style { manner: &manner, thousandths: false, nulls };
    let tree = Tree { style: &style };
    let one = |record| tree.record(&found.plan.descriptor, &found.plan.members, record, (&found.plan.branches, &found.levels));
    found.records.iter().map(one).collect()
}

struct Tree<'s> {
    style: &'s Style<'s>,
}

impl Tree<'_> {
    /// A record with what was expanded of it behind its own members.
    fn record(
        &self,
        descriptor: &Descriptor,
        members: &[Member],
        record: &Record,
        (branches, levels): (&[Branch], &[Level]),
    ) -> Result<Json> {
        let mut out = self.style.record(expanded(descriptor), descriptor, members, record)?;
        for (branch, level) in branches.iter().zip(levels) {
            let key = match branch.leads {
                Leads::ToOne { field } => record.data[field].as_text(),
                Leads::ToMany { .. } => Some(record.uid.as_str()),
            };
            let found = key.and_then(|key| level.found.get(key)).map_or(&[][..], Vec::as_slice);
            let one = |r| self.record(&branch.target, &branch.members, r, (&branch.branches, &level.below));
            match (branch.leads, found.first()) {
                (Leads::ToMany { .. }, _) => out.push((branch.name.clone(), Json::List(found.iter().map(one).collect::<Result<_>>()?))),
                (Leads::ToOne { .. }, Some(record)) => out.push((branch.name.clone(), one(record)?)),
                (Leads::ToOne { .. }, None) if self.style.nulls => out.push((branch.name.clone(), Json::Null)),
                (Leads::ToOne { .. }, None) => {}
            }
        }
        Ok(Json::Object(out))
    }
}
