//! Amounts in the home and the reporting currency (reference section 5.7).

use crate::field::{CUSTOM_RATES, EXCHANGE_RATE};
use crate::limits;
use accrual_base::rounding::{Rule, parts};
use accrual_base::{Currency, Day, Decimal, Error, Result, rounding};

/// An exchange rate and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub value: Decimal,
    /// True: home = amount * rate. False: home = amount / rate.
    pub inverse: bool,
}

/// An amount in another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Converted {
    /// Minor units of the other currency.
    pub amount: i64,
    /// Unrounded less rounded, in major units of the other currency.
    pub rounding_difference: Decimal,
}

impl Rate {
    /// Checks a rate a caller brings.
    ///
    /// # Errors
    /// Rejects zero and negative rates.
    pub fn check(&self) -> Result<()> {
        if self.value <= Decimal::ZERO {
            return Err(EXCHANGE_RATE.invalid("An exchange rate is greater than zero.").with_value(&self.value.to_string()));
        }
        Ok(())
    }

    /// Converts minor units of `from` into minor units of `to`, rounded once by the rule of `to`.
    ///
    /// # Errors
    /// As [`Rate::check`]; a fault on overflow.
    pub fn convert(&self, amount: i64, from: Currency, to: Currency, rule: Rule) -> Result<Converted> {
        self.check()?;
        let overflow = || Error::fault(format!("amount overflow: {amount} {from} at {}", self.value));
        let (mantissa, below) = parts(self.value)?;
        let (up, down) = if self.inverse { (mantissa, below) } else { (below, mantissa) };
        let numerator = i128::from(amount).checked_mul(up).and_then(|n| n.checked_mul(i128::from(to.scale()))).ok_or_else(overflow)?;
        let denominator = down.checked_mul(i128::from(from.scale())).ok_or_else(overflow)?;
        let rounded = rule.ratio(numerator, denominator)?;
        let exact = Decimal::new(amount, u32::from(from.exponent()));
        let unrounded = if self.inverse { exact.checked_mul(self.value) } else { exact.checked_div(self.value) }.ok_or_else(overflow)?;
        let rounding_difference = (unrounded - Decimal::new(rounded, u32::from(to.exponent()))).normalize();
        Ok(Converted { amount: rounded, rounding_difference })
    }
}

/// Checks the custom rates of a document: at most two, one a currency, all positive.
///
/// # Errors
/// As described.
pub fn check_custom_rates(rates: &[(Currency, Rate)]) -> Result<()> {
    if rates.len() > limits::CUSTOM_RATES {
        return Err(CUSTOM_RATES.invalid(format!("At most {} custom rates may be given.", limits::CUSTOM_RATES)));
    }
    for (at, (currency, rate)) in rates.iter().enumerate() {
        rate.check().map_err(|e| accrual_base::field::inside(e, "customRates", at))?;
        if rates[..at].iter().any(|(earlier, _)| earlier == currency) {
            return Err(CUSTOM_RATES.invalid(format!("Two custom rates are given for {currency}; give one.")));
        }
    }
    Ok(())
}

/// The rate of a day: the day's own, otherwise the most recent earlier one. `rates` ascend by day.
///
/// # Errors
/// Rejects a day before the first rate.
pub fn rate_on(rates: &[(Day, Decimal)], day: Day) -> Result<Decimal> {
    let after = rates.partition_point(|(at, _)| *at <= day);
    let found = after.checked_sub(1).and_then(|at| rates.get(at));
    found.map(|(_, rate)| *rate).ok_or_else(|| {
        EXCHANGE_RATE.rule(format!("There is no exchange rate for {day} or any day before; import one or give a custom rate."))
    })
}

/// Gain (positive) or loss between the home amount at one date and at a later one. Realised when a document is settled;
/// unrealised on what is open at the end of a period, and reversed on the first day of the next.
///
/// # Errors
/// A fault on overflow.
pub fn gain(home_then: i64, home_now: i64) -> Result<i64> {
    rounding::sub(home_now, home_then)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    fn money(code: &str) -> Currency {
        Currency::named(code).unwrap()
    }

    #[test]
    fn both_directions_and_all_exponents() {
        let rate = Rate { value: d("150.25"), inverse: true };
        assert_eq!(rate.convert(1_000, Currency::USD, money("JPY"), Rule::HALF_UP).unwrap().amount, 1_503);
        let rate = Rate { value: d("150.25"), inverse: false };
        let yen = rate.convert(1_503, money("JPY"), Currency::USD, Rule::HALF_UP).unwrap();
        assert_eq!(yen.amount, 1_000);
        assert!(yen.rounding_difference > Decimal::ZERO);
        assert_eq!(Rate { value: d("0.377"), inverse: true }.convert(100, Currency::USD, money("KWD"), Rule::HALF_UP).unwrap().amount, 377);
        let free = Rate { value: Decimal::ZERO, inverse: true };
        assert_eq!(free.check().unwrap_err().rejection().unwrap().code, "58530120");
    }

    #[test]
    fn a_missing_day_takes_the_rate_before_it() {
        let rates = [(Day::from_ymd(2024, 1, 2), d("1.1")), (Day::from_ymd(2024, 1, 5), d("1.2"))];
        assert_eq!(rate_on(&rates, Day::from_ymd(2024, 1, 4)).unwrap(), d("1.1"));
        assert_eq!(rate_on(&rates, Day::from_ymd(2024, 1, 5)).unwrap(), d("1.2"));
        assert_eq!(rate_on(&rates, Day::from_ymd(2024, 1, 1)).unwrap_err().rejection().unwrap().code, "58530130");
    }

    #[test]
    fn custom_rates_are_few_and_distinct() {
        let rate = Rate { value: d("1.1"), inverse: true };
        let (eur, usd) = (money("EUR"), Currency::USD);
        check_custom_rates(&[(eur, rate), (usd, rate)]).unwrap();
        assert!(check_custom_rates(&[(eur, rate), (eur, rate)]).is_err());
        assert!(check_custom_rates(&[(eur, rate), (usd, rate), (money("GBP"), rate)]).is_err());
        let bad = check_custom_rates(&[(eur, Rate { value: d("-1"), ..rate })]).unwrap_err();
        assert_eq!(bad.rejection().unwrap().place.column.as_deref(), Some("customRates[0].customFxRate"));
    }

    proptest! {
        #[test]
        fn home_and_difference_make_the_exact_amount(amount in -1_000_000_000i64..1_000_000_000, rate in 1i64..10_000_000) {
            let value = Decimal::new(rate, 6);
            let home = Rate { value, inverse: true }.convert(amount, Currency::USD, money("EUR"), Rule::HALF_UP).unwrap();
            let exact = Decimal::new(amount, 2) * value;
            prop_assert_eq!(Decimal::new(home.amount, 2) + home.rounding_difference, exact);
            prop_assert!(home.rounding_difference.abs() <= Decimal::new(5, 3));
        }
    }
}
