//! Amounts by consecutive periods.

use accrual_base::{PeriodId, Result, rounding};

/// Amounts of consecutive periods; `start` is the index of the first ([`PeriodId::index`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    pub start: i32,
    pub amounts: Vec<i64>,
}

impl Series {
    /// One amount in one period.
    pub fn single(period: PeriodId, amount: i64) -> Self {
        Self { start: period.index(), amounts: vec![amount] }
    }
    /// The index after the last period.
    pub fn end(&self) -> i32 {
        self.start + i32::try_from(self.amounts.len()).unwrap_or(i32::MAX)
    }
    /// The amount at a period index; 0 outside.
    pub fn at(&self, index: i32) -> i64 {
        usize::try_from(index - self.start).ok().and_then(|i| self.amounts.get(i)).copied().unwrap_or(0)
    }
    /// The sum of all amounts.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn total(&self) -> Result<i64> {
        self.amounts.iter().try_fold(0, |sum, a| rounding::add(sum, *a))
    }
    /// The sum of the periods before `index`.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn before(&self, index: i32) -> Result<i64> {
        let count = usize::try_from(index - self.start).unwrap_or(0).min(self.amounts.len());
        self.amounts[..count].iter().try_fold(0, |sum, a| rounding::add(sum, *a))
    }
    /// Adds to one period, growing at either end.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn add(&mut self, index: i32, amount: i64) -> Result<()> {
        if self.amounts.is_empty() {
            self.start = index;
        }
        if index < self.start {
            let missing = usize::try_from(self.start - index).unwrap_or(0);
            self.amounts.splice(0..0, std::iter::repeat_n(0, missing));
            self.start = index;
        }
        let at = usize::try_from(index - self.start).unwrap_or(0);
        if at >= self.amounts.len() {
            self.amounts.resize(at + 1, 0);
        }
        self.amounts[at] = rounding::add(self.amounts[at], amount)?;
        Ok(())
    }
    /// Adds every amount of another series.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn add_all(&mut self, other: &Self) -> Result<()> {
        if self.amounts.is_empty() {
            self.clone_from(other);
            return Ok(());
        }
        for (index, amount) in (other.start..).zip(&other.amounts) {
            self.add(index, *amount)?;
        }
        Ok(())
    }
    /// Takes the part of the running total between two points: `from..to` out of `0..total`, both in the sign of the
    /// total. What [`crate::policy::RatableMethod::ContractRatable`] does with a partial release or a bill
    /// (reference section 4.3).
    pub fn slice(&self, from: i64, to: i64) -> Self {
        let (low, high) = (from.min(to), from.max(to));
        let (mut running, mut taken, mut amounts, mut start) = (0i64, 0i64.clamp(low, high), Vec::new(), self.start);
        for (index, amount) in (self.start..).zip(&self.amounts) {
            running = running.saturating_add(*amount);
            let reached = running.clamp(low, high);
            if amounts.is_empty() {
                start = index;
            }
            if !amounts.is_empty() || reached != taken {
                amounts.push(reached - taken);
            }
            taken = reached;
        }
        while amounts.last() == Some(&0) {
            amounts.pop();
        }
        Self { start, amounts }
    }
    /// Everything before period index `open` moves into it, and zeros at the ends go.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn caught_up(mut self, open: i32) -> Result<Self> {
        if self.start < open && !self.amounts.is_empty() {
            let closed = self.before(open)?;
            let count = usize::try_from(open - self.start).unwrap_or(0).min(self.amounts.len());
            self.amounts.drain(..count);
            self.start = open;
            if closed != 0 {
                self.add(open, closed)?;
            }
        }
        self.trim();
        Ok(self)
    }
    /// Drops zeros at both ends.
    pub fn trim(&mut self) {
        while self.amounts.last() == Some(&0) {
            self.amounts.pop();
        }
        let zeros = self.amounts.iter().take_while(|a| **a == 0).count();
        if zeros > 0 {
            self.amounts.drain(..zeros);
            self.start += i32::try_from(zeros).unwrap_or(0);
        }
    }
    /// Spreads `amount` in proportion to these amounts: each period rounded by itself, the last takes the residue.
    ///
    /// # Errors
    /// A fault when the amounts sum to zero or on overflow.
    pub fn in_proportion(&self, amount: i64) -> Result<Self> {
        let total = self.total()?;
        let mut amounts = Vec::with_capacity(self.amounts.len());
        let mut given = 0;
        // months of one length have one weight: what was computed for the last few is kept
        let mut known = [(0i64, 0i64); 4];
        let mut oldest = 0;
        for weight in &self.amounts {
            let part = match known.iter().find(|(w, _)| w == weight) {
                Some((_, part)) => *part,
                None => {
                    let part = rounding::mul_div(amount, *weight, total)?;
                    known[oldest] = (*weight, part);
                    oldest = (oldest + 1) % known.len();
                    part
                }
            };
            given = rounding::add(given, part)?;
            amounts.push(part);
        }
        if let Some(last) = amounts.last_mut() {
            *last = rounding::add(*last, rounding::sub(amount, given)?)?;
        }
        Ok(Self { start: self.start, amounts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_takes_the_waterfall_from_where_the_last_one_stopped() {
        let all = Series { start: 10, amounts: vec![10_265, 9272, 10_265, 9934, 10_264] };
        let first = all.slice(0, 25_000);
        assert_eq!(first, Series { start: 10, amounts: vec![10_265, 9272, 5463] });
        let rest = all.slice(25_000, 50_000);
        assert_eq!(rest, Series { start: 12, amounts: vec![4802, 9934, 10_264] });
    }

    #[test]
    fn closed_periods_move_into_the_open_one() {
        let series = Series { start: 10, amounts: vec![1, 2, 3] };
        assert_eq!(series.clone().caught_up(11).unwrap(), Series { start: 11, amounts: vec![3, 3] });
        assert_eq!(series.clone().caught_up(99).unwrap(), Series { start: 99, amounts: vec![6] });
        assert_eq!(series.clone().caught_up(1).unwrap(), series);
    }
}
