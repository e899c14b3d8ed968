//! Payment terms and due dates (reference section 1.9).

use crate::field::{DUE_DATE, PAYMENT_TERM};
use accrual_base::{Day, PeriodId, Result};

/// The longest net term and the most months of a proximo term that are taken.
pub const MOST_DAYS: u16 = 9_999;
pub const MOST_MONTHS: u8 = 120;

/// A day of a month as a term names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthDay {
    /// 1 to 31; the last day in a month that is shorter.
    Day(u8),
    /// "End of month".
    End,
}

impl MonthDay {
    /// The day it means in a month.
    fn within(self, month: PeriodId) -> Day {
        match self {
            Self::Day(day) => month.start().plus(i32::from(day) - 1).min(month.end()),
            Self::End => month.end(),
        }
    }

    fn check(self, what: &str) -> Result<()> {
        match self {
            Self::Day(day) if !(1..=31).contains(&day) => {
                Err(PAYMENT_TERM.invalid(format!("The {what} of a proximo term is a day from 1 to 31 or the end of the month.")))
            }
            _ => Ok(()),
        }
    }
}

/// When a document is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentTerm {
    /// So many days after the document date; 0 is "Due Upon Receipt".
    Net(u16),
    /// A day of a later month: `months` later when the document's day is not past the cut-off day, otherwise one more.
    Proximo { cut_off: MonthDay, months: u8, due: MonthDay },
}

impl PaymentTerm {
    /// The term of a new tenant.
    pub const DUE_UPON_RECEIPT: Self = Self::Net(0);

    /// Checks the term's own figures.
    ///
    /// # Errors
    /// Rejects days of the month outside 1 to 31 and terms beyond [`MOST_DAYS`] or [`MOST_MONTHS`].
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Net(days) if *days > MOST_DAYS => Err(PAYMENT_TERM.invalid(format!("A net term has at most {MOST_DAYS} days."))),
            Self::Net(_) => Ok(()),
            Self::Proximo { cut_off, months, due } => {
                cut_off.check("cut-off day")?;
                due.check("due day")?;
                if *months > MOST_MONTHS {
                    return Err(PAYMENT_TERM.invalid(format!("A proximo term has at most {MOST_MONTHS} months.")));
                }
                Ok(())
            }
        }
    }

    /// The due date of a document dated `date`.
    ///
    /// # Errors
    /// As [`PaymentTerm::check`]; rejects a due date beyond the year 9999.
    pub fn due_date(&self, date: Day) -> Result<Day> {
        self.check()?;
        let due = match self {
            Self::Net(days) => date.plus(i32::from(*days)),
            Self::Proximo { cut_off, months, due } => {
                let month = PeriodId::of(date);
                let passed = i32::from(date > cut_off.within(month));
                due.within(month.plus(i32::from(*months) + passed))
            }
        };
        if due.ymd().0 > 9999 {
            return Err(DUE_DATE.invalid("The due date lies beyond the year 9999; choose a shorter term."));
        }
        Ok(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i32, m: i32, d: i32) -> Day {
        Day::try_ymd(y, m, d).unwrap()
    }

    #[test]
    fn leap_days_and_month_ends() {
        assert_eq!(PaymentTerm::Net(30).due_date(day(2024, 1, 31)).unwrap(), day(2024, 3, 1));
        assert_eq!(PaymentTerm::Net(1).due_date(day(2024, 2, 28)).unwrap(), day(2024, 2, 29));
        assert_eq!(PaymentTerm::Net(1).due_date(day(2023, 2, 28)).unwrap(), day(2023, 3, 1));
        let term = PaymentTerm::Proximo { cut_off: MonthDay::Day(31), months: 1, due: MonthDay::Day(31) };
        assert_eq!(term.due_date(day(2024, 1, 31)).unwrap(), day(2024, 2, 29));
        assert_eq!(term.due_date(day(2023, 1, 1)).unwrap(), day(2023, 2, 28));
        let end = PaymentTerm::Proximo { cut_off: MonthDay::End, months: 0, due: MonthDay::End };
        assert_eq!(end.due_date(day(2024, 2, 29)).unwrap(), day(2024, 2, 29));
    }

    #[test]
    fn terms_that_cannot_be_are_refused() {
        let bad = PaymentTerm::Proximo { cut_off: MonthDay::Day(32), months: 1, due: MonthDay::End };
        assert_eq!(bad.due_date(day(2024, 1, 1)).unwrap_err().rejection().unwrap().code, "58490620");
        assert!(PaymentTerm::Net(10_000).due_date(day(2024, 1, 1)).is_err());
        assert_eq!(PaymentTerm::Net(9).due_date(day(9999, 12, 30)).unwrap_err().rejection().unwrap().code, "58490220");
    }

    proptest! {
        /// A proximo due date lies in the month the term says, on its day or on the last day of a shorter month.
        #[test]
        fn proximo_lands_on_its_day(at in 0i32..40_000, cut in 1u8..=31, months in 0u8..=24, due in 1u8..=31) {
            let date = Day::from_epoch(at);
            let term = PaymentTerm::Proximo { cut_off: MonthDay::Day(cut), months, due: MonthDay::Day(due) };
            let found = term.due_date(date).unwrap();
            let month = PeriodId::of(found);
            let passed = date.ymd().2 > i32::from(cut);
            prop_assert_eq!(month.index() - PeriodId::of(date).index(), i32::from(months) + i32::from(passed));
            prop_assert!(found.ymd().2 == i32::from(due) || (found == month.end() && found.ymd().2 < i32::from(due)));
        }
    }
}
