//! The currency a contract is allocated in, and its rates (reference section 10).

use crate::contract::{Contract, Line, Rates};
use crate::policy::{AllocationCurrency, Policies};
use accrual_base::{Currency, Decimal, Result, rounding};

/// Chooses the allocation currency and states every line's part of the transaction price in it.
///
/// One transaction currency: that one, with the rates of the earliest booked line for all. Several: functional when all
/// lines share it, else reporting. `allocation_rates` stays empty when each line's own rates are the right ones.
pub(super) fn choose(contract: &mut Contract, policies: &Policies) -> Result<()> {
    let Some(first) = contract.lines.first() else { return Ok(()) };
    let earliest = contract.lines.iter().min_by_key(|l| (l.booked, l.id)).map_or(first.rates, |l| l.rates);
    let one_currency = contract.lines.iter().all(|l| l.currency == first.currency);
    let one_functional = contract.lines.iter().all(|l| l.functional == first.functional);
    let one_rate = contract.lines.iter().all(|l| l.rates == first.rates);
    let lowest_common = policies.allocation_currency == AllocationCurrency::LowestCommon;
    (contract.allocation_currency, contract.allocation_rates) = if one_currency {
        (None, (!one_rate && one_functional).then_some(earliest))
    } else if one_functional && lowest_common {
        (Some(first.functional), Some(Rates { functional: Decimal::ONE, reporting: earliest.reporting }))
    } else {
        (Some(policies.reporting), None)
    };
    for at in 0..contract.lines.len() {
        let line = &contract.lines[at];
        let base = convert(contract, line, line.allocatable, policies)?;
        contract.lines[at].allocation_base = base;
    }
    Ok(())
}

/// An amount of a line in the allocation currency, at the line's rates.
pub(super) fn convert(contract: &Contract, line: &Line, amount: i64, policies: &Policies) -> Result<i64> {
    let Some(target) = contract.allocation_currency else { return Ok(amount) };
    let shift = |from: Currency, to: Currency| i32::from(to.exponent()) - i32::from(from.exponent());
    let functional = rounding::mul_rate(amount, line.rates.functional, shift(line.currency, line.functional))?;
    if contract.allocation_rates.is_some() && target == line.functional {
        return Ok(functional);
    }
    rounding::mul_rate(functional, line.rates.reporting, shift(line.functional, policies.reporting))
}

/// The rates of a line's allocation entries. In reporting currency the functional rate is the inverse of the line's
/// reporting rate, at twelve decimals.
pub(crate) fn entry_rates(contract: &Contract, line: &Line) -> Rates {
    match (contract.allocation_rates, contract.allocation_currency) {
        (Some(rates), _) => rates,
        (None, None) => line.rates,
        (None, Some(_)) => {
            let inverse = Decimal::ONE.checked_div(line.rates.reporting).unwrap_or(Decimal::ONE);
            Rates { functional: inverse.round_dp(12), reporting: line.rates.reporting }
        }
    }
}
