//! By the day.

use super::{Series, periods};
use accrual_base::{Day, PeriodId, Result, rounding};

/// `amount * days in period / days`, each period rounded by itself half away from zero, the last takes the residue.
///
/// Rounding by itself can run past the total on amounts of a few minor units over many periods (5 cents over ten
/// months would be a cent too early nine times); no period goes beyond what is left.
///
/// # Errors
/// Rejects an end before the start; a fault on overflow.
pub fn daily(amount: i64, start: Day, end: Day) -> Result<Series> {
    let (first, last) = periods(start, end)?;
    let days = i64::from(end.days_since_inclusive(start));
    let mut amounts = Vec::with_capacity(usize::try_from(last - first + 1).unwrap_or(0));
    let mut left = amount;
    let mut take = |part: i64| {
        let part = part.clamp(left.min(0), left.max(0));
        left -= part;
        amounts.push(part);
    };
    if first < last {
        let head = PeriodId::from_index(first + 1).start().epoch() - start.epoch();
        take(rounding::mul_div(amount, i64::from(head), days)?);
        // full months have one of four lengths: each is computed once
        let mut months = Months::from_index(first + 1);
        let mut parts: [Option<i64>; 4] = [None; 4];
        for _ in first + 1..last {
            let length = months.next_length();
            let known = &mut parts[length - 28];
            let part = match *known {
                Some(part) => part,
                None => *known.insert(rounding::mul_div(amount, length as i64, days)?),
            };
            take(part);
        }
    }
    amounts.push(left);
    Ok(Series { start: first, amounts })
}

/// Month lengths in a row, without going through dates.
struct Months {
    year: i32,
    /// 0 is January.
    month: usize,
}

impl Months {
    fn from_index(index: i32) -> Self {
        Self { year: index.div_euclid(12), month: usize::try_from(index.rem_euclid(12)).unwrap_or(0) }
    }

    fn next_length(&mut self) -> usize {
        const LENGTHS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let leap = self.month == 1 && self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let length = LENGTHS[self.month] + usize::from(leap);
        self.month += 1;
        if self.month == 12 {
            (self.year, self.month) = (self.year + 1, 0);
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_lengths_agree_with_the_calendar() {
        let mut months = Months::from_index(1890 * 12);
        for index in 1890 * 12..2110 * 12 {
            let period = PeriodId::from_index(index);
            assert_eq!(months.next_length(), usize::try_from(period.end().days_since_inclusive(period.start())).unwrap(), "{period}");
        }
    }
}
