//! Groups of rate plans.

use crate::billing::Fields;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, Created, Listing, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Decimal, Error, Result};
use accrual_model::{Filter, Object, Query, Record};
use accrual_objects::billing::{CatalogGroup, CatalogGroupPlan, CatalogGroupType, ProductRatePlan};
use accrual_store::Read;
use accrual_store::nouns::typed;
use serde::Serialize;

/// Most plans of one group.
const MOST: usize = 1_000;

/// A plan of a group under creation.
#[derive(Clone, Debug, Serialize)]
pub struct Graded {
    /// Id or number of the plan.
    pub plan: String,
    /// Of [`CatalogGroupPlan`]: its grade, which a plan of a grading group has.
    pub fields: Fields,
}

/// Makes a group with its plans.
#[derive(Serialize)]
pub struct CatalogGroupCreate {
    /// Of [`CatalogGroup`].
    pub fields: Fields,
    pub plans: Vec<Graded>,
}

impl Command for CatalogGroupCreate {
    const OPERATION: &'static str = "catalog_group_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let (descriptor, values) = records::draft::<CatalogGroup>(unit, &self.fields)?;
        let record = records::insert(unit, &descriptor, values)?;
        let created = Created::of(&descriptor, &record);
        let group = CatalogGroup::from_values(record.data)?;
        for (at, graded) in self.plans.iter().enumerate() {
            add(unit, &created.id, group.group_type, graded).map_err(|e| records::within(e, &format!("plans[{at}]")))?;
        }
        limit(unit, &created.id)?;
        Ok(created)
    }
}

/// Puts a plan into a group, or gives one that is there another grade.
fn add(unit: &mut Unit<'_>, group: &str, kind: CatalogGroupType, graded: &Graded) -> Result<()> {
    let plan = records::resolve::<ProductRatePlan>(unit.read(), &graded.plan).map_err(|e| e.in_column("id"))?;
    let descriptor = CatalogGroupPlan::descriptor();
    let before = place(unit.read(), group, &plan)?;
    let mut values = graded.fields.onto(descriptor, before.as_ref().map(|b| &b.data))?;
    if kind == CatalogGroupType::Grading && descriptor.value(&values, "grade").is_null() {
        return Err(Error::invalid("object.required", "A plan of a grading group has a grade.").in_column("grade"));
    }
    if let Some(before) = before {
        return records::store(unit, descriptor, &before, values).map(drop);
    }
    if kind == CatalogGroupType::Grading {
        graded_once(unit, &plan)?;
    }
    records::set(descriptor, &mut values, "catalog_group_id", group)?;
    records::set(descriptor, &mut values, "product_rate_plan_id", plan)?;
    records::insert(unit, descriptor, values).map(drop)
}

/// A plan has one grade: a change of plan is an upgrade or not.
fn graded_once(unit: &mut Unit<'_>, plan: &str) -> Result<()> {
    for place in typed::list::<CatalogGroupPlan>(unit.read(), &Query::of(Filter::eq("product_rate_plan_id", plan)))? {
        let group = records::typed::<CatalogGroup>(unit.read(), &place.catalog_group_id)?;
        if group.group_type == CatalogGroupType::Grading {
            let message = format!("The plan is graded in the group {} already; take it out there first.", group.name);
            return Err(Error::conflict("catalog_group.graded", message).in_column("id"));
        }
    }
    Ok(())
}

fn limit(unit: &mut Unit<'_>, group: &str) -> Result<()> {
    if places(unit.read(), group)?.len() <= MOST {
        return Ok(());
    }
    Err(Error::invalid("catalog_group.count", format!("A group has at most {MOST} plans.")).in_column("plans"))
}

fn place(tx: &mut dyn Read, group: &str, plan: &str) -> Result<Option<Record>> {
    let both = Filter::All(vec![Filter::eq("catalog_group_id", group), Filter::eq("product_rate_plan_id", plan)]);
    Ok(records::list::<CatalogGroupPlan>(tx, &Query { limit: 1, ..Query::of(both) })?.records.pop())
}

fn places(tx: &mut dyn Read, group: &str) -> Result<Vec<Record>> {
    records::children(tx, CatalogGroupPlan::descriptor(), "catalog_group_id", group)
}

/// Changes a group: what it is called, and which plans it has.
#[derive(Serialize)]
pub struct CatalogGroupUpdate {
    /// Id, number or name.
    pub group: String,
    pub fields: Fields,
    /// Put into the group, or given another grade.
    pub add: Vec<Graded>,
    /// Taken out of it: ids or numbers of plans.
    pub remove: Vec<String>,
}

impl Command for CatalogGroupUpdate {
    const OPERATION: &'static str = "catalog_group_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::by_any_key::<CatalogGroup>(unit.read(), &self.group)?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        let kind = CatalogGroup::from_values(after.data)?.group_type;
        for (at, key) in self.remove.iter().enumerate() {
            take_out(unit, &after.uid, key).map_err(|e| records::within(e, &format!("remove[{at}]")))?;
        }
        for (at, graded) in self.add.iter().enumerate() {
            add(unit, &after.uid, kind, graded).map_err(|e| records::within(e, &format!("add[{at}]")))?;
        }
        limit(unit, &after.uid)?;
        Ok(Done { id: after.uid })
    }
}

fn take_out(unit: &mut Unit<'_>, group: &str, key: &str) -> Result<()> {
    let plan = records::resolve::<ProductRatePlan>(unit.read(), key).map_err(|e| e.in_column("id"))?;
    let missing = || Error::invalid("catalog_group.plan", "The plan is not in this group.").in_column("id").with_value(key);
    let place = place(unit.read(), group, &plan)?.ok_or_else(missing)?;
    records::remove(unit, CatalogGroupPlan::descriptor(), &place)
}

/// Removes a group; its plans stay.
#[derive(Serialize)]
pub struct CatalogGroupDelete {
    /// Id, number or name.
    pub group: String,
}

impl Command for CatalogGroupDelete {
    const OPERATION: &'static str = "catalog_group_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::by_any_key::<CatalogGroup>(unit.read(), &self.group)?;
        for place in places(unit.read(), &view.record.uid)? {
            records::remove(unit, CatalogGroupPlan::descriptor(), &place)?;
        }
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

/// Takes a plan that goes out of its groups.
pub(super) fn forget(unit: &mut Unit<'_>, plan: &str) -> Result<()> {
    for place in records::children(unit.read(), CatalogGroupPlan::descriptor(), "product_rate_plan_id", plan)? {
        records::remove(unit, CatalogGroupPlan::descriptor(), &place)?;
    }
    Ok(())
}

/// A group with its plans, the lowest grade first.
#[derive(Clone, Debug)]
pub struct GroupView {
    pub group: View,
    pub plans: Vec<(Option<Decimal>, View)>,
}

/// A group by its id, number or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn catalog_group(tenant: &Tenant, context: &Context, key: &str) -> Result<GroupView> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let group = records::by_any_key::<CatalogGroup>(tx, key)?;
        with_plans(tx, group)
    })
}

/// A page of groups in the order they were made, and whether another follows.
///
/// # Errors
/// `role.privilege`.
pub fn catalog_groups(tenant: &Tenant, context: &Context, page: &Query) -> Result<Vec<GroupView>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let Listing { descriptor, records } = records::list::<CatalogGroup>(tx, page)?;
        records.into_iter().map(|record| with_plans(tx, View { descriptor: descriptor.clone(), record })).collect()
    })
}

fn with_plans(tx: &mut dyn Read, group: View) -> Result<GroupView> {
    let mut plans = Vec::new();
    for place in places(tx, &group.record.uid)? {
        let place = CatalogGroupPlan::from_values(place.data)?;
        plans.push((place.grade, records::require::<ProductRatePlan>(tx, &place.product_rate_plan_id)?));
    }
    plans.sort_by_key(|(grade, _)| *grade);
    Ok(GroupView { group, plans })
}
