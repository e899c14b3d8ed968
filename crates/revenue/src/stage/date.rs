//! Dates, duration and term (reference section 1.4, *Dates*).

use super::{Facts, Finding, Rule, stamp};
use crate::contract::TransactionType::{Order, ReductionOrder};
use crate::fields as f;
use accrual_base::Day;

pub(super) const RULES: &[Rule] = &[start, end, order_of_dates, duration, term, modification, ssp_date];

fn outside(facts: &Facts<'_>, day: Day) -> bool {
    !facts.context.calendar.contains(day)
}

/// RPRO-00018 and RPRO-00015: an order needs a start date, in the accounting calendar.
fn start(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    match facts.row.date(f::START_DATE) {
        None if matches!(facts.kind, Order | ReductionOrder) => {
            stamp(found, "RPRO-00018", f::START_DATE, "The revenue start date is missing.");
        }
        Some(day) if outside(facts, day) => {
            stamp(found, "RPRO-00015", f::START_DATE, format!("The revenue start date {day} lies outside the accounting calendar."));
        }
        _ => {}
    }
}

/// RPRO-00016.
fn end(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if let Some(day) = facts.row.date(f::END_DATE).filter(|d| outside(facts, *d)) {
        stamp(found, "RPRO-00016", f::END_DATE, format!("The revenue end date {day} lies outside the accounting calendar."));
    }
}

/// RPRO-00013.
fn order_of_dates(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if let (Some(start), Some(end)) = (facts.row.date(f::START_DATE), facts.row.date(f::END_DATE))
        && end < start
    {
        stamp(found, "RPRO-00013", f::END_DATE, format!("The revenue end date {end} is before the start date {start}."));
    }
}

/// RPRO-00068 and RPRO-00075: a duration is a whole number of days above zero and agrees with both dates.
fn duration(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(given) = facts.row.number(f::DURATION) else { return };
    let days = given.minor(0).filter(|d| *d > 0);
    let Some(days) = days else {
        stamp(found, "RPRO-00068", f::DURATION, "The duration must be a whole number of days above zero.");
        return;
    };
    if let (true, Some(start), Some(end)) = (facts.context.duration_rule, facts.row.date(f::START_DATE), facts.row.date(f::END_DATE)) {
        let actual = i64::from(end.epoch()) - i64::from(start.epoch()) + 1;
        if actual > 0 && actual != days {
            let message = format!("The dates {start} to {end} are {actual} days, the duration says {days}; correct one or leave it blank.");
            stamp(found, "RPRO-00075", f::DURATION, message);
        }
    }
}

/// RPRO-00050.
fn term(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.row.number(f::TERM).is_some_and(|t| t.mantissa < 0) {
        stamp(found, "RPRO-00050", f::TERM, "The term must not be negative.");
    }
}

/// RPRO-00066.
fn modification(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if let Some(day) = facts.row.date(f::CT_MOD_DATE).filter(|d| outside(facts, *d)) {
        stamp(found, "RPRO-00066", f::CT_MOD_DATE, format!("The contract modification date {day} lies outside the accounting calendar."));
    }
}

/// RPRO-00069: an SSP date must not lie before the open period.
fn ssp_date(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if let Some(day) = facts.row.date(f::FV_DATE).filter(|d| *d < facts.context.open) {
        let open = facts.context.open;
        stamp(found, "RPRO-00069", f::FV_DATE, format!("The SSP date {day} lies before the first day of the open period, {open}."));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn dates_are_there_in_order_and_in_the_calendar() {
        assert_eq!(order(&[("START_DATE", "")]), ["RPRO-00018"]);
        assert!(invoice(&[]).is_empty(), "an invoice follows its order line");
        assert_eq!(order(&[("START_DATE", "31-DEC-1946")]), ["RPRO-00015"]);
        assert_eq!(order(&[("END_DATE", "01-JAN-2200")]), ["RPRO-00016"]);
        assert_eq!(order(&[("END_DATE", "31-DEC-2023")]), ["RPRO-00013"]);
        assert_eq!(order(&[("CT_MOD_DATE", "01-JAN-1900")]), ["RPRO-00066"]);
    }

    #[test]
    fn duration_agrees_with_the_dates_inclusively() {
        assert!(order(&[("DURATION", "366")]).is_empty());
        assert_eq!(order(&[("DURATION", "365")]), ["RPRO-00075"]);
        assert!(order(&[("DURATION", "365"), ("END_DATE", "")]).is_empty());
        for wrong in ["0", "-1", "1.5"] {
            assert_eq!(order(&[("DURATION", wrong)]), ["RPRO-00068"], "{wrong}");
        }
        let lenient = super::super::StageContext { duration_rule: false, ..context() };
        assert!(codes_with(&lenient, ORDER, &[("DURATION", "365")]).is_empty());
    }

    #[test]
    fn term_and_ssp_date() {
        assert_eq!(order(&[("TERM", "-12")]), ["RPRO-00050"]);
        assert!(order(&[("TERM", "12")]).is_empty());
        assert_eq!(order(&[("FV_DATE", "31-DEC-2023")]), ["RPRO-00069"]);
        assert!(order(&[("FV_DATE", "01-JAN-2024")]).is_empty());
    }
}
