//! Rules of events (reference section 1.9). What depends on the event's set-up (process type, line) is judged
//! when events are processed.

use super::{Finding, StageContext, stamp};
use crate::fields::event as f;
use crate::upload::Row;

type EventRule = fn(&Row<'_>, &StageContext, &mut Vec<Finding>);

pub(super) const RULES: &[EventRule] = &[mandatory, action, percent, dates];

/// RPRO-00711.
fn mandatory(row: &Row<'_>, _: &StageContext, found: &mut Vec<Finding>) {
    for (field, what) in [
        (f::EVENT_NAME, "event name"),
        (f::ACTION, "action"),
        (f::EVENT_EFFECTIVE_DATE, "effective date"),
        (f::DOC_LINE_ID, "order line id"),
    ] {
        if !row.has(field) {
            stamp(found, "RPRO-00711", field, format!("The {what} is missing; it is mandatory on an event."));
        }
    }
}

/// ACR-00002: REC or DEF.
fn action(row: &Row<'_>, _: &StageContext, found: &mut Vec<Finding>) {
    if let Some(given) = row.text(f::ACTION).filter(|a| !["REC", "DEF"].iter().any(|k| k.eq_ignore_ascii_case(a.trim()))) {
        stamp(found, "ACR-00002", f::ACTION, format!("{given:?} is not an action; use REC to release or DEF to defer."));
    }
}

/// RPRO-00668: 0 to 100.
fn percent(row: &Row<'_>, _: &StageContext, found: &mut Vec<Finding>) {
    let Some(given) = row.number(f::RELEASE_PERCENT) else { return };
    let hundred = 10i128.checked_pow(u32::from(given.scale)).and_then(|p| p.checked_mul(100));
    if given.mantissa < 0 || hundred.is_none_or(|h| given.mantissa > h) {
        stamp(found, "RPRO-00668", f::RELEASE_PERCENT, "The release percentage must lie between 0 and 100.");
    }
}

/// RPRO-00013, 00015, 00016 and the same for the effective date.
fn dates(row: &Row<'_>, context: &StageContext, found: &mut Vec<Finding>) {
    for (code, field) in [("RPRO-00015", f::START_DATE), ("RPRO-00016", f::END_DATE), ("RPRO-00713", f::EVENT_EFFECTIVE_DATE)] {
        if let Some(day) = row.date(field).filter(|d| !context.calendar.contains(*d)) {
            stamp(found, code, field, format!("The date {day} lies outside the accounting calendar."));
        }
    }
    if let (Some(start), Some(end)) = (row.date(f::START_DATE), row.date(f::END_DATE))
        && end < start
    {
        stamp(found, "RPRO-00013", f::END_DATE, format!("The end date {end} is before the start date {start}."));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, findings};
    use crate::upload::Family;

    const EVENT: &[(&str, &str)] = &[
        ("EVENT_NAME", "Delivery"),
        ("ACTION", "REC"),
        ("EVENT_EFFECTIVE_DATE", "31-JAN-2024"),
        ("SO_LINE_ID", "S1.1"),
        ("RELEASE_PERCENT", "50"),
    ];

    fn event(changes: &[(&str, &str)]) -> Vec<&'static str> {
        findings(&context(), Family::Event, EVENT, changes).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn a_good_event_passes_and_gaps_are_named() {
        assert!(event(&[]).is_empty());
        for field in ["EVENT_NAME", "ACTION", "EVENT_EFFECTIVE_DATE", "SO_LINE_ID"] {
            assert_eq!(event(&[(field, "")]), ["RPRO-00711"], "{field}");
        }
    }

    #[test]
    fn actions_percentages_and_dates() {
        assert_eq!(event(&[("ACTION", "RELEASE")]), ["ACR-00002"]);
        for (percent, good) in [("0", true), ("100.00", true), ("100.01", false), ("-1", false)] {
            assert_eq!(event(&[("RELEASE_PERCENT", percent)]).is_empty(), good, "{percent}");
        }
        assert_eq!(event(&[("START_DATE", "02-JAN-2024"), ("END_DATE", "01-JAN-2024")]), ["RPRO-00013"]);
        assert_eq!(event(&[("EVENT_EFFECTIVE_DATE", "01-JAN-1900")]), ["RPRO-00713"]);
    }
}
