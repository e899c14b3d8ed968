//! An item whose service period crosses several rate periods: one tax line for each (reference section 4.2).

use crate::field::SERVICE_END;
use accrual_base::rounding::Rule;
use accrual_base::{Day, Decimal, Error, Result, rounding};

/// How an amount is divided over parts of its service period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proration {
    /// Whole months first, the days left over by the length of the month they lie in.
    #[default]
    MonthsThenDays,
    /// Actual days.
    Days,
}

/// A rate from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePart {
    pub from: Day,
    pub rate: Decimal,
}

/// A part of an item under one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// First and last day; the tax date is the first.
    pub start: Day,
    pub end: Day,
    pub taxable: i64,
    pub rate: Decimal,
    pub tax: i64,
}

/// Units a month is counted in: the smallest number that 28, 29, 30 and 31 all divide, so that days stay exact.
const MONTH: i64 = 377_580;

/// Splits an exclusive `amount` over `start..=end` by the rates that begin before or within it; the last part takes the residue.
/// `rates` ascend; days before the first rate are a part without tax.
///
/// # Errors
/// Rejects an end before the start; a fault on overflow.
pub fn split_service(amount: i64, start: Day, end: Day, rates: &[RatePart], how: Proration, rule: Rule) -> Result<Vec<Part>> {
    if end < start {
        return Err(SERVICE_END.invalid("The service end date lies before the start date; correct one of them."));
    }
    let rate_on = |day: Day| rates.iter().rev().find(|r| r.from <= day).map_or(Decimal::ZERO, |r| r.rate);
    let mut starts = vec![start];
    starts.extend(rates.iter().map(|r| r.from).filter(|from| start < *from && *from <= end));
    let ends = starts.iter().skip(1).map(|s| s.plus(-1)).chain([end]);
    let spans: Vec<(Day, Day)> = starts.iter().copied().zip(ends).collect();
    let weights = spans.iter().map(|(from, to)| weight(start, *from, to.plus(1), how)).collect::<Result<Vec<i64>>>()?;
    let shares = rounding::split(amount, &weights, weights.len() - 1)?;
    let part = |((start, end), taxable): (&(Day, Day), i64)| {
        let rate = rate_on(*start);
        Ok(Part { start: *start, end: *end, taxable, rate, tax: rule.times(taxable, rate)? })
    };
    spans.iter().zip(shares).map(part).collect()
}

/// The weight of `from..to` (half-open) in a service that began on `origin`.
fn weight(origin: Day, from: Day, to: Day, how: Proration) -> Result<i64> {
    match how {
        Proration::Days => Ok(i64::from(to.epoch() - from.epoch())),
        Proration::MonthsThenDays => rounding::sub(months_since(origin, to)?, months_since(origin, from)?),
    }
}

/// Months from `origin` to `day` in units of [`MONTH`]: whole months, then the days left by the month they run into.
fn months_since(origin: Day, day: Day) -> Result<i64> {
    let (oy, om, _) = origin.ymd();
    let (y, m, _) = day.ymd();
    let mut whole = (y - oy) * 12 + m - om;
    if origin.plus_months(whole) > day {
        whole -= 1;
    }
    let (begin, next) = (origin.plus_months(whole), origin.plus_months(whole + 1));
    let left = rounding::mul_div(MONTH, i64::from(day.epoch() - begin.epoch()), i64::from(next.epoch() - begin.epoch()))?;
    i64::from(whole).checked_mul(MONTH).and_then(|w| w.checked_add(left)).ok_or_else(|| Error::fault("months overflow"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_before_the_first_rate_are_not_taxed() {
        let (start, end) = (Day::from_ymd(2024, 1, 1), Day::from_ymd(2024, 2, 29));
        let rates = [RatePart { from: Day::from_ymd(2024, 2, 1), rate: Decimal::new(1, 1) }];
        let parts = split_service(6_000, start, end, &rates, Proration::Days, Rule::HALF_UP).unwrap();
        assert_eq!(parts.iter().map(|p| (p.taxable, p.tax)).collect::<Vec<_>>(), [(3_100, 0), (2_900, 290)]);
        assert!(split_service(1, end, start, &rates, Proration::Days, Rule::HALF_UP).is_err());
    }

    proptest! {
        #[test]
        fn parts_cover_the_service_and_sum(amount in -5_000_000i64..5_000_000, start in 0i32..20_000, days in 0i32..1_500,
            offsets in prop::collection::btree_set(-200i32..1_500, 0..5), by_days: bool) {
            let (start, end) = (Day::from_epoch(start), Day::from_epoch(start + days));
            let rates: Vec<RatePart> = offsets.iter().map(|o| RatePart { from: start.plus(*o), rate: Decimal::new(i64::from(*o).abs(), 4) }).collect();
            let how = if by_days { Proration::Days } else { Proration::MonthsThenDays };
            let parts = split_service(amount, start, end, &rates, how, Rule::HALF_UP).unwrap();
            prop_assert_eq!(parts.iter().map(|p| p.taxable).sum::<i64>(), amount);
            prop_assert_eq!(parts[0].start, start);
            prop_assert_eq!(parts[parts.len() - 1].end, end);
            prop_assert!(parts.windows(2).all(|w| w[0].end.plus(1) == w[1].start));
        }
    }
}
