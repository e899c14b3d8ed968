//! Checks of batches: they balance, and what they posted still stands in the schedules.

use super::status::{READY, TRANSFERRED, UPDATED};
use crate::check::Findings;
use crate::collection::policies::Profiles;
use accrual_base::{Currency, Result};
use accrual_revenue::check::Balance;
use accrual_revenue::rows::{LineInfo, expand};
use accrual_store::journals::{self, BatchRow};
use accrual_store::{Flow, Read, schedules};
use std::collections::BTreeMap;

/// Contract lines compared at a time.
const LINES: usize = 1_000;

fn batches(tx: &mut dyn Read) -> Result<Vec<BatchRow>> {
    let mut posted = journals::posted(tx)?;
    posted.retain(|b| [UPDATED, READY, TRANSFERRED].contains(&b.status.as_str()));
    Ok(posted)
}

/// Debits equal credits per currency in every batch, converted as well, and its lines are as many as it says.
///
/// # Errors
/// A fault from the database.
pub(crate) fn check_balance(tx: &mut dyn Read, findings: &mut Findings) -> Result<()> {
    for batch in batches(tx)? {
        let (mut balance, mut functional, mut reporting, mut lines) = (Balance::default(), Balance::default(), Balance::default(), 0);
        journals::stream(tx, batch.id, &mut |line| {
            balance.add(line.currency, line.debit, line.credit);
            functional.add(line.functional_currency, line.functional_debit, line.functional_credit);
            reporting.add(line.functional_currency, line.reporting_debit, line.reporting_credit);
            lines += 1;
            Ok(Flow::Continue)
        })?;
        for (balance, which) in
            [(balance, "in"), (functional, "in functional currency"), (reporting, "in reporting currency, of functional currency")]
        {
            for (currency, difference) in balance.differences() {
                findings.add(
                    format!("batch {}", batch.id),
                    format!("Debits and credits {which} {currency} differ by {difference} minor units."),
                );
            }
        }
        if lines != batch.line_count {
            findings.add(format!("batch {}", batch.id), format!("It says {} lines and has {lines}.", batch.line_count));
        }
    }
    Ok(())
}

/// A posted side of a schedule: schedule, account type.
type Side = (i64, char);

/// What was posted stands unchanged in the schedules, once.
///
/// # Errors
/// A fault from the database or of a broken schedule.
pub(crate) fn check_posted(tx: &mut dyn Read, findings: &mut Findings) -> Result<()> {
    let reporting = Profiles::load(tx)?.reporting()?;
    for batch in batches(tx)?.into_iter().filter(|b| !b.summary) {
        let mut skip = 0;
        loop {
            let (mut posted, mut read, mut line) = (BTreeMap::<i64, Vec<(Side, i64, i64)>>::new(), 0, None);
            journals::page(tx, batch.id, skip, i64::MAX, &mut |l| {
                if posted.len() == LINES && l.line_id != line {
                    return Ok(Flow::Stop);
                }
                line = l.line_id;
                read += 1;
                if let (Some(id), Some(schedule), Some(letter)) = (l.line_id, l.schedule_id, l.account_type.chars().next()) {
                    posted.entry(id).or_default().push(((schedule, letter), l.debit, l.credit));
                }
                Ok(Flow::Continue)
            })?;
            if read == 0 {
                break;
            }
            skip += read;
            compare(tx, &batch, &posted, reporting, findings)?;
        }
    }
    Ok(())
}

fn compare(
    tx: &mut dyn Read,
    batch: &BatchRow,
    posted: &BTreeMap<i64, Vec<(Side, i64, i64)>>,
    reporting: Currency,
    findings: &mut Findings,
) -> Result<()> {
    let ids: Vec<i64> = posted.keys().copied().collect();
    let mut sides: BTreeMap<Side, (i64, i64)> = BTreeMap::new();
    for schedule in schedules::by_line(tx, &ids)? {
        let info = LineInfo { id: schedule.line_id, currency: schedule.currency, functional: schedule.functional_currency, reporting };
        expand(&schedule.legs, &info, &[], |row| {
            sides.insert((row.schedule, row.account.letter()), (row.debit().transaction, row.credit().transaction));
            Ok(())
        })?;
    }
    for ((schedule, letter), debit, credit) in posted.values().flatten() {
        // each is posted once: what a line of a batch found is gone for the next
        match sides.remove(&(*schedule, *letter)) {
            Some(amounts) if amounts == (*debit, *credit) => {}
            Some((d, c)) => findings.add(
                format!("schedule {schedule}"),
                format!("Batch {} posted debit {debit} and credit {credit} on {letter}; the schedule says {d} and {c}.", batch.id),
            ),
            None => findings
                .add(format!("schedule {schedule}"), format!("Batch {} posted it on {letter}; the schedule has no such entry.", batch.id)),
        }
    }
    Ok(())
}
