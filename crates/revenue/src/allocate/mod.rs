//! Allocation of the transaction price (reference sections 3.3 to 3.6; ASC 606-10-32-28 to 32-41).

mod currency;
mod levels;
mod ramp;
mod relative;
mod residual;

pub(crate) use currency::entry_rates;
pub use relative::relative;

use crate::contract::{Contract, Line};
use crate::policy::Policies;
use accrual_base::{Result, rounding};

/// Allocates a contract anew: sets `allocation_base` and `allocated` of every line, the allocation currency with its
/// rates, and `allocation_error` (with no carve anywhere) when it cannot.
///
/// # Errors
/// A fault on overflow.
pub fn allocate(contract: &mut Contract, policies: &Policies) -> Result<()> {
    currency::choose(contract, policies)?;
    contract.allocation_error = None;
    for line in &mut contract.lines {
        line.allocated = line.allocation_base;
    }
    if !policies.allocation_enabled {
        return Ok(());
    }
    match participants(contract, policies) {
        Participants::None => Ok(()),
        Participants::Error(code) => {
            contract.allocation_error = Some(code);
            Ok(())
        }
        Participants::Lines(lines) => {
            let amounts = lines.iter().map(|at| Share::of(contract, *at, policies)).collect::<Result<Vec<_>>>()?;
            let allocated = residual::allocate(contract, &lines, &amounts)?;
            for (at, amount) in lines.iter().zip(allocated) {
                contract.lines[*at].allocated = amount;
            }
            ramp::allocate(contract)?;
            levels::second(contract)
        }
    }
}

enum Participants {
    None,
    Error(&'static str),
    Lines(Vec<usize>),
}

/// What a participating line brings: its part of the transaction price and its SSP, both in the allocation currency.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub base: i64,
    pub ssp: i64,
}

impl Share {
    fn of(contract: &Contract, at: usize, policies: &Policies) -> Result<Self> {
        let line = &contract.lines[at];
        let ssp = currency::convert(contract, line, line.ssp.unwrap_or(0), policies)?;
        Ok(Self { base: line.allocation_base, ssp })
    }
}

/// Eligible lines, and ramp lines whatever their flag. A line without a price to allocate and without SSP brings nothing.
fn participants(contract: &Contract, policies: &Policies) -> Participants {
    let takes_part = |l: &Line| l.eligible && !l.cancelled || l.rule.as_ref().is_some_and(|r| r.ramp.is_some());
    let lines: Vec<usize> = (0..contract.lines.len()).filter(|at| takes_part(&contract.lines[*at])).collect();
    if lines.is_empty() {
        return Participants::None;
    }
    let residual = |l: &Line| l.rule.as_ref().is_some_and(|r| r.residual.is_some());
    if lines.iter().any(|at| contract.lines[*at].ssp.is_none() && !residual(&contract.lines[*at])) {
        return Participants::Error("RPRO-00607");
    }
    let within = |at: &usize| contract.lines[*at].fair.is_some_and(|f| f.within == Some(true));
    if !policies.allocate_within_range && lines.iter().all(within) {
        return Participants::None;
    }
    if lines.iter().all(|at| contract.lines[*at].ssp.unwrap_or(0) == 0 && !residual(&contract.lines[*at])) {
        return Participants::Error("RPRO-00604");
    }
    Participants::Lines(lines)
}

/// The sum of the allocated prices less the sum of what was brought: 0 when allocation conserves.
///
/// # Errors
/// A fault on overflow.
pub fn carve_total(contract: &Contract) -> Result<i64> {
    contract.lines.iter().try_fold(0, |sum, l| rounding::add(sum, l.carve()))
}
