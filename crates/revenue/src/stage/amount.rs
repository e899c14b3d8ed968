//! Currencies, amounts and exchange rates (reference sections 1.7 and 10).

use super::{Facts, Finding, Rule, stamp};
use crate::contract::TransactionType;
use crate::fields::{self as f, FieldId};
use accrual_base::Currency;

pub(super) const RULES: &[Rule] = &[currencies, rounding, functional_rate, reporting_rate, reduction_sign, cost];

/// RPRO-00009: both currencies are known.
fn currencies(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    for (field, known, what) in [(f::CURR, facts.currency, "transaction"), (f::F_CUR, facts.functional, "functional")] {
        if known.is_none() {
            let message = match facts.row.text(field) {
                Some(code) => format!("{code:?} is not a currency code of ISO 4217 ({what} currency)."),
                None => format!("The {what} currency is missing."),
            };
            stamp(found, "RPRO-00009", field, message);
        }
    }
}

/// RPRO-00009 (RPRO-00737): amounts fit the decimals of their currency and 64 bits of its minor unit.
fn rounding(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(currency) = facts.currency else { return };
    for field in [f::EXT_LST_PRC, f::EXT_SLL_PRC, f::EXT_SSP] {
        if facts.row.number(field).is_some_and(|n| n.minor(currency.exponent()).is_none()) {
            let message = format!(
                "{} has more decimals than {currency} allows ({}) or is too large.",
                f::line_fields().name(field),
                currency.exponent()
            );
            stamp(found, "RPRO-00009", field, message);
        }
    }
}

/// RPRO-00011, 00067, 00076: transaction to functional.
fn functional_rate(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    rate(facts, found, f::F_EX_RATE, facts.currency, facts.functional, "RPRO-00011");
}

/// RPRO-00012, 00067, 00076: functional to reporting.
fn reporting_rate(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    rate(facts, found, f::G_EX_RATE, facts.functional, Some(facts.context.reporting), "RPRO-00012");
}

/// A rate is above zero, 1 between equal currencies (or blank), and given between different ones.
fn rate(facts: &Facts<'_>, found: &mut Vec<Finding>, field: FieldId, from: Option<Currency>, to: Option<Currency>, code: &'static str) {
    let (Some(from), Some(to)) = (from, to) else { return };
    match facts.row.number(field) {
        Some(rate) if rate.mantissa <= 0 => {
            stamp(found, "RPRO-00067", field, format!("The exchange rate from {from} to {to} must be above zero."))
        }
        Some(rate) if from == to && !rate.is_one() => {
            stamp(found, code, field, format!("The exchange rate from {from} to {to} must be 1."))
        }
        None if from != to => stamp(found, "RPRO-00076", field, format!("The exchange rate from {from} to {to} is missing.")),
        _ => {}
    }
}

/// RPRO-00058: list and sell price of a reduction order are negative.
fn reduction_sign(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.kind == TransactionType::ReductionOrder {
        for field in [f::EXT_LST_PRC, f::EXT_SLL_PRC] {
            if facts.row.number(field).is_some_and(|n| n.mantissa > 0) {
                stamp(found, "RPRO-00058", field, "The prices of a reduction order must be negative.");
            }
        }
    }
}

/// RPRO-00642: an amount of cost needs the cost management module.
fn cost(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.row.number(f::COST_AMT).is_some_and(|n| n.mantissa != 0) {
        stamp(found, "RPRO-00642", f::COST_AMT, "The line has a cost amount, but the cost management module is not enabled.");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn unknown_and_missing_currencies() {
        assert_eq!(order(&[("CURR", "XXX")]), ["RPRO-00009"]);
        assert_eq!(order(&[("CURR", "usd")]), ["RPRO-00009"]);
        assert_eq!(order(&[("CURR", "")]), ["RPRO-00009"]);
        assert_eq!(order(&[("F_CUR", "ABC")]), ["RPRO-00009"]);
    }

    #[test]
    fn amounts_fit_the_decimals_of_their_currency() {
        assert_eq!(order(&[("EXT_SLL_PRC", "100.005")]), ["RPRO-00009"]);
        assert_eq!(order(&[("EXT_LST_PRC", "100.005")]), ["RPRO-00009"]);
        assert_eq!(order(&[("EXT_SSP", "0.001")]), ["RPRO-00009"]);
        assert!(order(&[("EXT_SLL_PRC", "100.500")]).is_empty(), "zeros are no decimals");
        let yen = [("CURR", "JPY"), ("F_EX_RATE", "0.0067")];
        assert_eq!(order(&[yen[0], yen[1], ("EXT_SLL_PRC", "100.5")]), ["RPRO-00009"]);
        assert!(order(&[yen[0], yen[1], ("EXT_SLL_PRC", "100")]).is_empty());
        assert_eq!(order(&[("EXT_SLL_PRC", "92233720368547758.08")]), ["RPRO-00009"]);
    }

    #[test]
    fn rates() {
        assert_eq!(order(&[("F_EX_RATE", "1.1")]), ["RPRO-00011"]);
        assert!(order(&[("F_EX_RATE", "1.00"), ("G_EX_RATE", "1")]).is_empty());
        assert_eq!(order(&[("G_EX_RATE", "0.9")]), ["RPRO-00012"]);
        assert_eq!(order(&[("CURR", "EUR")]), ["RPRO-00076"]);
        assert_eq!(order(&[("CURR", "EUR"), ("F_CUR", "EUR")]), ["RPRO-00076"]);
        assert_eq!(order(&[("CURR", "EUR"), ("F_EX_RATE", "0")]), ["RPRO-00067"]);
        assert_eq!(order(&[("F_EX_RATE", "-1")]), ["RPRO-00067"]);
        assert!(order(&[("CURR", "EUR"), ("F_EX_RATE", "1.0825")]).is_empty());
    }

    #[test]
    fn a_cost_needs_its_module() {
        assert_eq!(order(&[("COST_AMT", "5")]), ["RPRO-00642"]);
        assert!(order(&[("COST_AMT", "0")]).is_empty());
    }
}
