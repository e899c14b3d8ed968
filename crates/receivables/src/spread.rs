//! Spreading an amount over lines: by proration or one line after the other (reference section 2.8).

use accrual_base::{Error, Result, rounding};

/// How an amount without items is spread over the lines of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allocation {
    /// Each line takes its share of the open balances.
    #[default]
    Proration,
    /// One line is settled before the next, in the order of the document.
    Fifo,
}

/// Spreads `amount` over the lines with a positive balance; zero and negative lines take nothing.
///
/// Under proration each share is rounded by itself, half away from zero, and the last line takes what is left. Where that
/// would overdraw the last line or turn it negative, the lines before it give or take the missing minor units: no line
/// takes more than its balance, and the shares sum to the amount.
///
/// # Errors
/// A fault when the amount is negative or larger than the positive balances: the caller has refused that.
pub fn over(how: Allocation, amount: i64, balances: &[i64]) -> Result<Vec<i64>> {
    let total = balances.iter().filter(|b| **b > 0).try_fold(0, |sum, b| rounding::add(sum, *b))?;
    if amount < 0 || amount > total {
        return Err(Error::fault(format!("spreading {amount} over balances of {total}")));
    }
    let (mut left, mut room) = (amount, total);
    let mut shares = Vec::with_capacity(balances.len());
    for balance in balances {
        let balance = (*balance).max(0);
        room -= balance;
        let wanted = match how {
            Allocation::Fifo => balance,
            Allocation::Proration if total == 0 => 0,
            Allocation::Proration => rounding::mul_div(amount, balance, total)?,
        };
        // what the lines after this one cannot hold has to be taken here
        let share = wanted.max(left - room).min(balance).min(left);
        left -= share;
        shares.push(share);
    }
    Ok(shares)
}

/// Parts of `amount` by percentage weights that sum to `whole`: each rounded by itself, the remainder on the last part
/// (reference section 1.8). No part runs past what is left, so that a few minor units over many parts never turn the last
/// part negative.
///
/// # Errors
/// A fault on overflow.
pub fn by_percentage(amount: i64, weights: &[i64], whole: i64) -> Result<Vec<i64>> {
    let mut left = amount;
    let mut parts = Vec::with_capacity(weights.len());
    for (at, weight) in weights.iter().enumerate() {
        let last = at + 1 == weights.len();
        let part = if last { left } else { rounding::mul_div(amount, *weight, whole)?.clamp(left.min(0), left.max(0)) };
        left -= part;
        parts.push(part);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_line_takes_the_residue() {
        assert_eq!(over(Allocation::Proration, 10_000, &[10_000, 10_000, 10_000]).unwrap(), [3333, 3333, 3334]);
        assert_eq!(over(Allocation::Fifo, 150, &[100, -5, 0, 100]).unwrap(), [100, 0, 0, 50]);
        assert_eq!(over(Allocation::Proration, 2, &[1, 1, 1, 1]).unwrap().iter().sum::<i64>(), 2);
        assert_eq!(over(Allocation::Proration, 0, &[0, -3]).unwrap(), [0, 0]);
        assert!(over(Allocation::Proration, 5, &[4]).is_err());
        assert_eq!(by_percentage(25, &[2; 50], 100).unwrap().iter().sum::<i64>(), 25);
    }

    proptest! {
        #[test]
        fn shares_fit_their_lines_and_sum(balances in prop::collection::vec(-50i64..500, 1..40), at in 0u64..=1_000, fifo: bool) {
            let total: i64 = balances.iter().filter(|b| **b > 0).sum();
            let amount = total * i64::try_from(at).unwrap() / 1_000;
            let how = if fifo { Allocation::Fifo } else { Allocation::Proration };
            let shares = over(how, amount, &balances).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
            for (share, balance) in shares.iter().zip(&balances) {
                prop_assert!(*share >= 0 && *share <= (*balance).max(0));
            }
        }

        #[test]
        fn percentages_sum_and_keep_the_sign(amount in -10_000_000i64..10_000_000, cuts in prop::collection::vec(1i64..100, 2..50)) {
            let whole = cuts.iter().sum();
            let parts = by_percentage(amount, &cuts, whole).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            prop_assert!(parts.iter().all(|p| p.signum() * amount.signum() >= 0));
        }
    }
}
