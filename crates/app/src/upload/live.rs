//! Rows of documents posted in the product: staged in the transaction that posts the document.

use super::chunk::Stager;
use super::correction::Corrections;
use super::setup::{UploadSetup, rules};
use crate::{Actor, Unit};
use accrual_base::{Error, Result};
use accrual_revenue::fields;
use accrual_revenue::upload::{Template, TypedRow};
use accrual_store::sequence;
use accrual_store::staging::{Family, live};

/// Stages rows of the first organisation; they are judged as rows of a file are, and one that breaks a rule stays with its
/// codes among the stage errors, where a later upload can correct it. Answers how many are in error.
///
/// # Errors
/// `upload.setup` when the revenue side cannot take rows (no organisation, book or open period); a fault from the database.
pub(crate) fn stage(unit: &mut Unit<'_>, rows: &mut [TypedRow]) -> Result<i64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let (organisations, rules) = rules(unit.read())?;
    let organisation = organisations.first().ok_or_else(|| Error::fault("rules without an organisation"))?.clone();
    for row in rows.iter_mut() {
        row.text(fields::SEC_ATR_VAL, &organisation.number)?;
        if !row.row().has(fields::F_CUR) {
            row.text(fields::F_CUR, organisation.functional.as_ref().map_or("", |currency| currency.code()))?;
        }
    }
    let setup = UploadSetup { template: Template::standard(), safety: Default::default(), organisations, rules, keys: None };
    // whoever posts a document needs no right of the revenue side: the rows are the product's own
    let actor = Actor::system();
    let mut stager = Stager::new(&setup, &actor, Corrections::default());
    for (line, row) in (1u64..).zip(rows.iter()) {
        stager.row(line, &row.row())?;
    }
    let chunk = stager.take();
    let count = i64::try_from(chunk.len()).map_err(|e| Error::fault_from("too many rows", e))?;
    let first = sequence::reserve(unit.tx, Family::Line.table(), count)?;
    let errors = chunk.errors();
    let (user, now) = (unit.actor.user.clone(), unit.now);
    let fresh = &mut |tx: &mut dyn accrual_store::Write| sequence::reserve(tx, "upload", 1);
    let upload = live::extend(unit.tx, organisation.id, (first, count, errors), &user, now, fresh)?;
    chunk.insert(unit.tx, Family::Line, upload, first, now)?;
    Ok(errors)
}
