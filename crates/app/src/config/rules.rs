//! Rules that concern several records, or the state a record is in. What concerns one record by itself stands
//! with its declaration.

use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Object, Record, TextEnum, Values};
use accrual_objects::accounting::Book;
use accrual_objects::administration::{Organization, Privilege, Role, RoleCategory, User};
use accrual_objects::billing::BillingDocumentTemplate;
use accrual_objects::revenue::UploadTemplate;
use accrual_store::nouns::typed;
use accrual_store::periods;

fn is<T: Object>(descriptor: &Descriptor) -> bool {
    descriptor.names.table == T::descriptor().names.table
}

/// What the state of a record forbids.
pub(super) fn before_update(_: &mut Unit<'_>, descriptor: &Descriptor, before: &Record, after: &Values) -> Result<()> {
    if is::<UploadTemplate>(descriptor) {
        let old = UploadTemplate::from_values(before.data.clone())?;
        let new = UploadTemplate::from_values(after.clone())?;
        // reference section 1.1; switching it off is no change of what it says
        if old.frozen && (UploadTemplate { enabled: old.enabled, ..new }) != old {
            return Err(Error::conflict(
                "config.frozen",
                format!("The upload template {} is frozen and cannot change; make a new one, or disable this one.", old.name),
            ));
        }
    }
    Ok(())
}

/// What must hold among the records once one is created or changed.
pub(super) fn after_write(unit: &mut Unit<'_>, descriptor: &Descriptor, before: Option<&Record>, after: &Record) -> Result<()> {
    if is::<Book>(descriptor) {
        let (was, now) = (before.map(|b| Book::from_values(b.data.clone())).transpose()?, Book::from_values(after.data.clone())?);
        // a disabled book has missed what happened since (reference section 9.5)
        if was.is_some_and(|b| !b.enabled) && now.enabled {
            return Err(Error::conflict("config.book_enabled", format!("The disabled book {} cannot be enabled again.", now.name)));
        }
        one_primary_book(unit)?;
    } else if is::<User>(descriptor) || is::<Role>(descriptor) {
        if is::<User>(descriptor) {
            one_role_a_category(unit, &User::from_values(after.data.clone())?)?;
        }
        an_administrator(unit)?;
    } else if is::<BillingDocumentTemplate>(descriptor) {
        crate::billing::document::check(unit, &BillingDocumentTemplate::from_values(after.data.clone())?)?;
    }
    Ok(())
}

/// What must not be deleted.
pub(super) fn before_delete(unit: &mut Unit<'_>, descriptor: &Descriptor, record: &Record) -> Result<()> {
    if is::<UploadTemplate>(descriptor) && UploadTemplate::from_values(record.data.clone())?.frozen {
        return Err(Error::conflict(
            "config.frozen",
            "A frozen upload template is not deleted, because files were read with it; disable it.",
        ));
    }
    if is::<BillingDocumentTemplate>(descriptor) && BillingDocumentTemplate::from_values(record.data.clone())?.is_default {
        let message = "Documents that name no template follow this one; make another one the default first.";
        return Err(Error::conflict("object.in_use", message));
    }
    let has_periods = |unit: &mut Unit<'_>, of: fn(&periods::PeriodRow) -> i64| -> Result<bool> {
        Ok(periods::all(unit.read())?.iter().any(|p| of(p) == record.id))
    };
    if (is::<Organization>(descriptor) && has_periods(unit, |p| p.org_id)?) || (is::<Book>(descriptor) && has_periods(unit, |p| p.book_id)?)
    {
        let message = format!("{} {} has accounting periods; disable it instead.", descriptor.label, record.title(descriptor));
        return Err(Error::conflict("object.in_use", message));
    }
    Ok(())
}

/// What must still hold when a record is gone.
pub(super) fn after_delete(unit: &mut Unit<'_>, descriptor: &Descriptor) -> Result<()> {
    if is::<Book>(descriptor) {
        one_primary_book(unit)?;
    } else if is::<User>(descriptor) || is::<Role>(descriptor) {
        an_administrator(unit)?;
    }
    Ok(())
}

fn one_primary_book(unit: &mut Unit<'_>) -> Result<()> {
    let books = typed::all::<Book>(unit.read())?;
    match books.iter().filter(|b| b.primary_book && b.enabled).count() {
        1 => Ok(()),
        n => Err(Error::conflict("config.primary_book", format!("Exactly one enabled book is the primary one; this would make it {n}."))),
    }
}

/// A user has one role of each category of the billing interface at most (reference section 1.3 of billing).
fn one_role_a_category(unit: &mut Unit<'_>, user: &User) -> Result<()> {
    let roles = typed::all::<Role>(unit.read())?;
    let own = user.roles.iter().filter_map(|name| roles.iter().find(|r| r.name.eq_ignore_ascii_case(name)));
    let mut seen: Vec<(RoleCategory, &str)> = Vec::new();
    for role in own.filter(|r| r.category != RoleCategory::Revenue) {
        if let Some((_, other)) = seen.iter().find(|(category, _)| *category == role.category) {
            let text = format!("{other} and {} are both roles of {}; a user has one of each category.", role.name, role.category.text());
            return Err(Error::conflict("user.roles", text).in_column("roles"));
        }
        seen.push((role.category, &role.name));
    }
    Ok(())
}

/// Somebody must be able to undo what was done.
fn an_administrator(unit: &mut Unit<'_>) -> Result<()> {
    let roles = typed::all::<Role>(unit.read())?;
    let administers = |name: &String| {
        roles.iter().any(|r| r.name.eq_ignore_ascii_case(name) && r.enabled && r.privileges.contains(&Privilege::Administrator))
    };
    if typed::all::<User>(unit.read())?.iter().any(|u| u.enabled && u.roles.iter().any(administers)) {
        return Ok(());
    }
    Err(Error::conflict("config.last_administrator", "No enabled user would be an administrator any more; make another one first."))
}
