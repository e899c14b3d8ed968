//! BI3_CALENDAR: the accounting periods of the calendar.

use super::names::CLIENT;
use super::row::{at, day, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use accrual_base::{Calendar, PeriodId, Result};
use accrual_store::Flow;

pub(super) const NAME: &str = "BI3_CALENDAR";

/// A period and when the tenant began.
pub(super) struct Entry {
    id: PeriodId,
    since: i64,
}

impl Entry {
    fn year(&self) -> i32 {
        self.id.0 / 100
    }
    fn month(&self) -> i32 {
        self.id.0 % 100
    }
    /// First period of the quarter.
    fn quarter(&self) -> PeriodId {
        PeriodId(self.year() * 100 + (self.month() - 1) / 3 * 3 + 1)
    }
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| int(o, e.id.0)),
    ("PERIOD_NAME", |e, o| o.push_str(&e.id.name())),
    ("PERIOD_NUM", |e, o| int(o, e.month())),
    ("START_DATE", |e, o| day(o, e.id.start())),
    ("END_DATE", |e, o| day(o, e.id.end())),
    ("YEAR_START_DT", |e, o| day(o, PeriodId(e.year() * 100 + 1).start())),
    ("QTR_NUM", |e, o| int(o, (e.month() + 2) / 3)),
    ("QTR_START_DT", |e, o| day(o, e.quarter().start())),
    ("PERIOD_YEAR", |e, o| int(o, e.year())),
    ("QTR_END_DT", |e, o| day(o, e.quarter().plus(2).end())),
    ("YEAR_END_DT", |e, o| day(o, PeriodId(e.year() * 100 + 12).end())),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("CRTD_BY", |_, o| o.push_str("SYSTEM")),
    ("CRTD_DT", |e, o| at(o, e.since)),
    ("UPDT_BY", |_, o| o.push_str("SYSTEM")),
    ("UPDT_DT", |e, o| at(o, e.since)),
    ("INCR_UPDT_DT", |e, o| at(o, e.since)),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    let since = source.since()?;
    if !query.covers(since) {
        return Ok(());
    }
    let calendar = Calendar::monthly();
    let mut id = calendar.first;
    while id <= calendar.last {
        if each.row(&plan, &Entry { id, since })? == Flow::Stop {
            break;
        }
        id = id.plus(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known() {
        super::super::table::assert_known(NAME, FILLS);
    }

    #[test]
    fn quarters_and_years_end_where_they_should() {
        let entry = Entry { id: PeriodId(202_402), since: 0 };
        assert_eq!(entry.quarter(), PeriodId(202_401));
        assert_eq!(entry.quarter().plus(2).end().to_string(), "2024-03-31");
        assert_eq!(Entry { id: PeriodId(202_412), since: 0 }.quarter(), PeriodId(202_410));
    }
}
