//! The tax on one amount (reference section 4.4).

use super::{InclusiveRule, Rate, RateType, Settings};
use crate::field::{TAX_MODE, TAX_RATE};
use accrual_base::rounding::parts;
use accrual_base::{Decimal, Error, Result, rounding};

/// A gross amount taken apart; `net` and the taxes sum to it exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carved {
    pub net: i64,
    /// One a rate, in the order of the rates.
    pub taxes: Vec<i64>,
}

/// The taxes on top of a net amount, one a rate; each is rounded by itself and none is taxed by another.
///
/// # Errors
/// Rejects negative rates; a fault on overflow.
pub fn exclusive(net: i64, rates: &[Rate], settings: &Settings) -> Result<Vec<i64>> {
    let one = |rate: &Rate| {
        check(rate)?;
        match rate.kind {
            RateType::Percentage => settings.rounding.times(net, rate.value),
            RateType::FlatFee => settings.rounding.minor(rate.value, settings.currency.exponent()),
        }
    };
    rates.iter().map(one).collect()
}

/// The taxes contained in a gross amount.
///
/// Rounding the net amount: `net = round(gross / (1 + sum of rates))`, the taxes share the difference, the last takes the
/// residue. Rounding the tax amount: each tax is `round(gross * rate / (1 + sum of rates))`, the net is the difference.
///
/// # Errors
/// Rejects flat fees and negative rates; a fault on overflow.
pub fn inclusive(gross: i64, rates: &[Rate], settings: &Settings) -> Result<Carved> {
    for rate in rates {
        check(rate)?;
        if rate.kind == RateType::FlatFee {
            return Err(TAX_MODE.rule("A tax code with flat fees cannot be used in the mode TaxInclusive; use TaxExclusive."));
        }
    }
    let overflow = || Error::fault(format!("amount overflow: tax contained in {gross}"));
    let divisor = rates.iter().try_fold(Decimal::ONE, |sum, r| sum.checked_add(r.value)).ok_or_else(overflow)?;
    let (divisor, below) = parts(divisor)?;
    let share = |rate: &Rate| {
        let (mantissa, scale) = parts(rate.value)?;
        let above = i128::from(gross).checked_mul(mantissa).and_then(|n| n.checked_mul(below)).ok_or_else(overflow)?;
        settings.carve().ratio(above, divisor.checked_mul(scale).ok_or_else(overflow)?)
    };
    let mut taxes = rates.iter().map(share).collect::<Result<Vec<i64>>>()?;
    let sum = |of: &[i64]| of.iter().try_fold(0, |s, t| rounding::add(s, *t));
    let net = match settings.inclusive {
        InclusiveRule::TaxAmount => rounding::sub(gross, sum(&taxes)?)?,
        InclusiveRule::NetAmount => {
            let net = settings.carve().ratio(i128::from(gross).checked_mul(below).ok_or_else(overflow)?, divisor)?;
            let residue = rounding::sub(rounding::sub(gross, net)?, sum(&taxes)?)?;
            match taxes.last_mut() {
                Some(last) => *last = rounding::add(*last, residue)?,
                None => return Ok(Carved { net: gross, taxes }),
            }
            net
        }
    };
    Ok(Carved { net, taxes })
}

fn check(rate: &Rate) -> Result<()> {
    if rate.value < Decimal::ZERO {
        return Err(TAX_RATE.invalid("A tax rate is not negative.").with_value(&rate.value.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::Currency;
    use accrual_base::rounding::{Mode, Rule};
    use proptest::prelude::*;

    fn rate(text: &str, kind: RateType) -> Rate {
        Rate { name: "VAT".into(), value: text.parse().unwrap(), kind, jurisdiction: String::new(), location_code: String::new() }
    }
    fn percent(text: &str) -> Rate {
        rate(text, RateType::Percentage)
    }

    #[test]
    fn several_taxes_do_not_compound() {
        let settings = Settings::of(Currency::USD);
        assert_eq!(exclusive(10_000, &[percent("0.05"), percent("0.02")], &settings).unwrap(), [500, 200]);
        assert_eq!(
            inclusive(10_700, &[percent("0.05"), percent("0.02")], &settings).unwrap(),
            Carved { net: 10_000, taxes: vec![500, 200] }
        );
        assert_eq!(exclusive(19_700, &[percent("0.0825")], &settings).unwrap(), [1_625]);
        assert_eq!(exclusive(4_900, &[percent("0.0825")], &settings).unwrap(), [404]);
        assert_eq!(inclusive(999, &[], &settings).unwrap().net, 999);
    }

    #[test]
    fn an_increment_binds_the_carve_unless_exempted() {
        let settings = Settings { rounding: Rule { mode: Mode::HalfUp, increment: 5 }, ..Settings::of(Currency::named("CHF").unwrap()) };
        assert_eq!(inclusive(1_000, &[percent("0.077")], &settings).unwrap(), Carved { net: 930, taxes: vec![70] });
        let exempted = Settings { carve_to_the_unit: true, ..settings };
        assert_eq!(inclusive(1_000, &[percent("0.077")], &exempted).unwrap(), Carved { net: 929, taxes: vec![71] });
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let settings = Settings::of(Currency::USD);
        assert_eq!(inclusive(100, &[rate("2", RateType::FlatFee)], &settings).unwrap_err().rejection().unwrap().code, "58500830");
        assert!(exclusive(100, &[percent("-0.1")], &settings).is_err());
        assert!(exclusive(i64::MAX, &[percent("1.5")], &settings).is_err());
    }

    proptest! {
        /// Net and taxes make the gross, to the unit, under every rule; and the net is within a unit of the exact one.
        #[test]
        fn inclusive_and_net_make_gross(
            gross in -1_000_000_000i64..1_000_000_000, rates in prop::collection::vec(0i64..3_000, 0..4),
            tax_first: bool, mode in prop::sample::select(vec![Mode::HalfUp, Mode::Up, Mode::Down]), increment in prop::sample::select(vec![1i64, 5]),
        ) {
            let rates: Vec<Rate> = rates.iter().map(|r| Rate { value: Decimal::new(*r, 4), ..percent("0") }).collect();
            let inclusive_rule = if tax_first { InclusiveRule::TaxAmount } else { InclusiveRule::NetAmount };
            let settings = Settings { rounding: Rule { mode, increment }, inclusive: inclusive_rule, ..Settings::of(Currency::USD) };
            let carved = inclusive(gross, &rates, &settings).unwrap();
            prop_assert_eq!(carved.net + carved.taxes.iter().sum::<i64>(), gross);
            let divisor = Decimal::ONE + rates.iter().map(|r| r.value).sum::<Decimal>();
            let exact = Decimal::from(gross) / divisor;
            let allowed = increment * i64::try_from(rates.len().max(1)).unwrap();
            prop_assert!((Decimal::from(carved.net) - exact).abs() <= Decimal::from(allowed));
        }

        /// Carving a gross that was made from a net gives that net back whenever the tax is at least half a unit exact.
        #[test]
        fn exclusive_then_inclusive_comes_back(net in 0i64..10_000_000, basis in 0i64..3_000) {
            let rates = [Rate { value: Decimal::new(basis, 4), ..percent("0") }];
            let settings = Settings::of(Currency::USD);
            let tax = exclusive(net, &rates, &settings).unwrap()[0];
            let carved = inclusive(net + tax, &rates, &settings).unwrap();
            prop_assert!((carved.net - net).abs() <= 1);
        }
    }
}
