//! Adding a period behind the last one (reference section 5.2).

use super::{OPEN_ENDED, Period, Periods, Status};
use crate::field::{FISCAL_QUARTER, FISCAL_YEAR, NOTES, PERIOD_END, PERIOD_NAME, PERIOD_START};
use accrual_base::{Day, PeriodId, Result};

/// A period as a caller sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPeriod {
    pub name: String,
    pub start: Day,
    pub end: Day,
    pub fiscal_year: i32,
    pub fiscal_quarter: Option<u8>,
    pub notes: String,
}

/// What the tenant's books ask of a period's dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Monthly recognition is in use: periods begin and end with months.
    pub monthly: bool,
    /// The earliest transaction; the first period begins on it or before.
    pub first_transaction: Option<Day>,
}

impl Periods {
    /// Adds a period behind the last one and answers its place.
    ///
    /// # Errors
    /// Rejects a name that is missing, too long, taken or reserved, an end before the start, a gap or overlap with the last
    /// period, a first period behind the earliest transaction, dates inside a month in the monthly model, and a fiscal year
    /// or quarter that cannot be.
    pub fn create(&mut self, new: &NewPeriod, model: Model) -> Result<usize> {
        self.check_name(&new.name, None)?;
        check_notes(&new.notes)?;
        check_fiscal(new.fiscal_year, new.fiscal_quarter)?;
        check_dates(new.start, new.end, model)?;
        match self.0.last() {
            Some(last) if new.start != last.end.plus(1) => {
                let why = format!("The period has to begin on {}, the day after the last period ends.", last.end.plus(1));
                return Err(PERIOD_START.rule(why).with_value(&new.start.to_string()));
            }
            Some(_) => {}
            None => check_first(new.start, model)?,
        }
        self.0.push(Period {
            name: new.name.clone(),
            start: new.start,
            end: new.end,
            fiscal_year: new.fiscal_year,
            fiscal_quarter: new.fiscal_quarter,
            notes: new.notes.clone(),
            status: Status::Open,
            trial_balance: None,
            revenue: false,
            journal_entries: false,
        });
        Ok(self.0.len() - 1)
    }

    /// Checks a name; `own` is the place of the period that may keep it.
    pub(super) fn check_name(&self, name: &str, own: Option<usize>) -> Result<()> {
        if name.is_empty() {
            return Err(PERIOD_NAME.missing("An accounting period needs a name."));
        }
        if name.chars().count() > 100 {
            return Err(PERIOD_NAME.invalid("The name of an accounting period has at most 100 characters.").with_value(name));
        }
        let taken = self.0.iter().enumerate().any(|(at, p)| p.name == name && Some(at) != own);
        if taken || name == OPEN_ENDED {
            return Err(PERIOD_NAME.rule("There is an accounting period of this name; choose another.").with_value(name));
        }
        Ok(())
    }
}

pub(super) fn check_notes(notes: &str) -> Result<()> {
    if notes.chars().count() > 255 {
        return Err(NOTES.invalid("The notes of an accounting period have at most 255 characters."));
    }
    Ok(())
}

pub(super) fn check_fiscal(year: i32, quarter: Option<u8>) -> Result<()> {
    if !(1..=9999).contains(&year) {
        return Err(FISCAL_YEAR.invalid("The fiscal year is a year from 1 to 9999.").with_value(&year.to_string()));
    }
    match quarter {
        Some(quarter) if !(1..=4).contains(&quarter) => {
            Err(FISCAL_QUARTER.invalid("The fiscal quarter is a number from 1 to 4.").with_value(&quarter.to_string()))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_dates(start: Day, end: Day, model: Model) -> Result<()> {
    if end < start {
        return Err(PERIOD_END.invalid("The period ends before it begins; correct one of the dates.").with_value(&end.to_string()));
    }
    if model.monthly && start != PeriodId::of(start).start() {
        let why = "With monthly recognition a period begins on the first day of a month.";
        return Err(PERIOD_START.rule(why).with_value(&start.to_string()));
    }
    if model.monthly && end != PeriodId::of(end).end() {
        return Err(PERIOD_END.rule("With monthly recognition a period ends on the last day of a month.").with_value(&end.to_string()));
    }
    Ok(())
}

pub(super) fn check_first(start: Day, model: Model) -> Result<()> {
    match model.first_transaction {
        Some(first) if start > first => {
            let why = format!("The first period has to begin on {first} or earlier, where the earliest transaction is.");
            Err(PERIOD_START.rule(why).with_value(&start.to_string()))
        }
        _ => Ok(()),
    }
}
