//! What of lines and bills has no column of its own.

use super::bytes::{Reader, broken, put_currency, put_day, put_decimal, put_i64, put_rates, put_text, put_u64};
use crate::contract::*;
use accrual_base::{Currency, Day, PeriodId, Result};

const LINE_VERSION: u8 = 1;
const BILL_VERSION: u8 = 1;

/// What a stored line has as columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumns {
    pub id: i64,
    pub source: i64,
    pub pob: i64,
    pub org: i64,
    pub account_set: i64,
    pub currency: Currency,
    pub list: i64,
    pub sell: i64,
    pub ssp: Option<i64>,
    pub allocatable: i64,
    pub allocated: i64,
    pub created: PeriodId,
}

impl LineColumns {
    pub fn of(line: &Line) -> Self {
        Self {
            id: line.id,
            source: line.source,
            pob: line.pob,
            org: line.org,
            account_set: line.account_set,
            currency: line.currency,
            list: line.list,
            sell: line.sell,
            ssp: line.ssp,
            allocatable: line.allocatable,
            allocated: line.allocated,
            created: line.created,
        }
    }
}

/// What a stored bill has as columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillColumns {
    pub id: i64,
    pub kind: TransactionType,
    pub amount: i64,
    pub period: PeriodId,
}

/// Writes flags bit by bit.
fn flags(bits: &[bool]) -> u64 {
    bits.iter().enumerate().fold(0, |all, (at, on)| all | u64::from(*on) << at)
}

fn bit(flags: u64, at: u32) -> bool {
    flags >> at & 1 == 1
}

/// Appends the state of a line: all of it but its columns, bills and legs.
pub fn encode_line(line: &Line, out: &mut Vec<u8>) {
    out.push(LINE_VERSION);
    let same_functional = line.functional == line.currency;
    let as_ordered = line.ordered == Ordered { list: line.list, sell: line.sell, quantity: line.quantity };
    put_u64(
        out,
        flags(&[
            line.ssp_given,
            line.eligible,
            line.right_to_bill,
            line.cancelled,
            line.standalone,
            same_functional,
            line.rates != Rates::UNIT,
            line.start.is_some(),
            line.end.is_some(),
            as_ordered,
            line.fair.is_some(),
            line.rule.is_some(),
            line.allocation_base != line.allocatable,
        ]),
    );
    if !same_functional {
        put_currency(out, line.functional);
    }
    if line.rates != Rates::UNIT {
        put_rates(out, line.rates);
    }
    put_day(out, line.booked);
    put_i64(out, line.start.map_or(0, |d| i64::from(d.epoch() - line.booked.epoch())));
    put_i64(out, line.end.map_or(0, |d| i64::from(d.epoch() - line.booked.epoch())));
    put_decimal(out, line.quantity);
    put_decimal(out, line.term);
    if !as_ordered {
        put_i64(out, line.ordered.list);
        put_i64(out, line.ordered.sell);
        put_decimal(out, line.ordered.quantity);
    }
    if let Some(fair) = &line.fair {
        put_fair(out, fair);
    }
    if let Some(rule) = &line.rule {
        put_rule(out, rule);
    }
    if line.allocation_base != line.allocatable {
        put_i64(out, line.allocation_base);
    }
    put_u64(out, u64::from(line.next_leg));
    put_u64(out, line.actions.len() as u64);
    for action in &line.actions {
        put_action(out, action);
    }
}

/// Reads a line back; bills and legs come from their own rows.
///
/// # Errors
/// A fault when the blob is broken.
pub fn decode_line(columns: &LineColumns, blob: &[u8]) -> Result<Line> {
    let mut r = Reader::versioned(blob, LINE_VERSION)?;
    let head = r.u64()?;
    if head >> 13 != 0 {
        return Err(broken("unknown flags of a line"));
    }
    let c = *columns;
    let functional = if bit(head, 5) { c.currency } else { r.currency()? };
    let rates = if bit(head, 6) { r.rates()? } else { Rates::UNIT };
    let booked = r.day()?;
    let (start, end) = (relative(&mut r, booked, bit(head, 7))?, relative(&mut r, booked, bit(head, 8))?);
    let (quantity, term) = (r.decimal()?, r.decimal()?);
    let ordered = if bit(head, 9) {
        Ordered { list: c.list, sell: c.sell, quantity }
    } else {
        Ordered { list: r.i64()?, sell: r.i64()?, quantity: r.decimal()? }
    };
    let fair = if bit(head, 10) { Some(fair(&mut r)?) } else { None };
    let rule = if bit(head, 11) { Some(Box::new(rule(&mut r)?)) } else { None };
    let allocation_base = if bit(head, 12) { r.i64()? } else { c.allocatable };
    let next_leg = u16::try_from(r.u64()?).map_err(|_| broken("a leg number"))?;
    let count = r.size()?;
    let mut actions = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        actions.push(action(&mut r)?);
    }
    r.end()?;
    Ok(Line {
        id: c.id,
        source: c.source,
        pob: c.pob,
        org: c.org,
        account_set: c.account_set,
        currency: c.currency,
        functional,
        rates,
        booked,
        start,
        end,
        ordered,
        quantity,
        term,
        list: c.list,
        sell: c.sell,
        allocatable: c.allocatable,
        ssp: c.ssp,
        ssp_given: bit(head, 0),
        fair,
        rule,
        allocation_base,
        allocated: c.allocated,
        eligible: bit(head, 1),
        right_to_bill: bit(head, 2),
        cancelled: bit(head, 3),
        standalone: bit(head, 4),
        created: c.created,
        actions,
        bills: Vec::new(),
        legs: Vec::new(),
        next_leg,
    })
}

fn relative(r: &mut Reader<'_>, base: Day, present: bool) -> Result<Option<Day>> {
    let days = r.i32()?;
    let day = base.epoch().checked_add(days).ok_or_else(|| broken("a date"))?;
    Ok(present.then(|| Day::from_epoch(day)))
}

fn put_optional(out: &mut Vec<u8>, value: Option<i64>) {
    put_u64(out, u64::from(value.is_some()));
    if let Some(value) = value {
        put_i64(out, value);
    }
}

fn optional(r: &mut Reader<'_>) -> Result<Option<i64>> {
    match r.u64()? {
        0 => Ok(None),
        1 => Ok(Some(r.i64()?)),
        _ => Err(broken("a flag")),
    }
}

fn put_fair(out: &mut Vec<u8>, fair: &FairValue) {
    let within = fair.within.map_or(0, |w| 1 + u64::from(w));
    put_u64(out, (fair.basis as u64) << 2 | within);
    put_i64(out, fair.template);
    put_i64(out, fair.ordered);
    put_optional(out, fair.below);
    put_optional(out, fair.above);
}

fn fair(r: &mut Reader<'_>) -> Result<FairValue> {
    let head = r.u64()?;
    let basis = match head >> 2 {
        0 => Basis::Given,
        1 => Basis::Percent,
        2 => Basis::Amount,
        _ => return Err(broken("the basis of a price")),
    };
    let within = match head & 3 {
        0 => None,
        1 => Some(false),
        2 => Some(true),
        _ => return Err(broken("a range flag")),
    };
    Ok(FairValue { template: r.i64()?, basis, ordered: r.i64()?, below: optional(r)?, above: optional(r)?, within })
}

fn put_rule(out: &mut Vec<u8>, rule: &AllocationRule) {
    let group = rule.second_level.as_ref().is_some_and(|l| l.group.is_some());
    let term = rule.ramp.as_ref().is_some_and(|r| r.averaging == Averaging::Term);
    put_u64(out, flags(&[rule.residual.is_some(), rule.second_level.is_some(), rule.ramp.is_some(), group, term]));
    if let Some(residual) = rule.residual {
        put_i64(out, residual.minimum);
        put_i64(out, residual.weight);
        put_i64(out, residual.alternative);
    }
    if let Some(level) = &rule.second_level {
        put_decimal(out, level.percent);
        if let Some(group) = &level.group {
            put_text(out, group);
        }
    }
    if let Some(ramp) = &rule.ramp {
        put_text(out, &ramp.group);
    }
}

fn rule(r: &mut Reader<'_>) -> Result<AllocationRule> {
    let head = r.u64()?;
    if head >> 5 != 0 {
        return Err(broken("unknown allocation flags"));
    }
    let residual = if bit(head, 0) { Some(Residual { minimum: r.i64()?, weight: r.i64()?, alternative: r.i64()? }) } else { None };
    let second_level = if bit(head, 1) {
        let percent = r.decimal()?;
        Some(SecondLevel { percent, group: if bit(head, 3) { Some(r.text()?.to_owned()) } else { None } })
    } else {
        None
    };
    let averaging = if bit(head, 4) { Averaging::Term } else { Averaging::Volume };
    let ramp = if bit(head, 2) { Some(Ramp { group: r.text()?.to_owned(), averaging }) } else { None };
    Ok(AllocationRule { residual, second_level, ramp })
}

fn put_action(out: &mut Vec<u8>, action: &Action) {
    let (cause, id) = match action.cause {
        Cause::Booking => (0, None),
        Cause::Billing(id) => (1, Some(id)),
        Cause::Event(id) => (2, Some(id)),
        Cause::Manual(id) => (3, Some(id)),
    };
    let defer = action.direction == Direction::Defer;
    let amount = matches!(action.measure, Measure::Amount(_));
    put_u64(out, cause | flags(&[defer, amount, action.start.is_some(), action.end.is_some()]) << 2);
    if let Some(id) = id {
        put_i64(out, id);
    }
    match action.measure {
        Measure::Amount(amount) => put_i64(out, amount),
        Measure::Fraction(numerator, denominator) => {
            put_i64(out, numerator);
            put_i64(out, denominator);
        }
    }
    put_day(out, action.date);
    put_i64(out, i64::from(action.period.index()));
    for day in [action.start, action.end].into_iter().flatten() {
        put_day(out, day);
    }
}

fn action(r: &mut Reader<'_>) -> Result<Action> {
    let head = r.u64()?;
    if head >> 6 != 0 {
        return Err(broken("unknown action flags"));
    }
    let cause = match head & 3 {
        0 => Cause::Booking,
        1 => Cause::Billing(r.i64()?),
        2 => Cause::Event(r.i64()?),
        _ => Cause::Manual(r.i64()?),
    };
    let direction = if bit(head, 2) { Direction::Defer } else { Direction::Release };
    let measure = if bit(head, 3) { Measure::Amount(r.i64()?) } else { Measure::Fraction(r.i64()?, r.i64()?) };
    let (date, period) = (r.day()?, r.period()?);
    let start = if bit(head, 4) { Some(r.day()?) } else { None };
    let end = if bit(head, 5) { Some(r.day()?) } else { None };
    Ok(Action { direction, cause, measure, date, period, start, end })
}

/// Appends the state of a bill: all of it but its columns.
pub fn encode_bill(bill: &Bill, out: &mut Vec<u8>) {
    out.push(BILL_VERSION);
    let rates = bill.rates != Rates::UNIT;
    let dates = [bill.original.is_some(), bill.start.is_some(), bill.end.is_some()];
    let set = [rates, bill.cancelled, bill.overage != 0, bill.list != 0, bill.taken_back != 0];
    put_u64(out, flags(&set) << 5 | flags(&dates) << 2 | bill.credit_rule as u64);
    put_decimal(out, bill.quantity);
    put_day(out, bill.date);
    if let Some(original) = bill.original {
        put_i64(out, original);
    }
    for day in [bill.start, bill.end].into_iter().flatten() {
        put_day(out, day);
    }
    if rates {
        put_rates(out, bill.rates);
    }
    for amount in [bill.overage, bill.list, bill.taken_back].into_iter().filter(|a| *a != 0) {
        put_i64(out, amount);
    }
}

/// Reads a bill back.
///
/// # Errors
/// A fault when the blob is broken.
pub fn decode_bill(columns: &BillColumns, blob: &[u8]) -> Result<Bill> {
    let mut r = Reader::versioned(blob, BILL_VERSION)?;
    let head = r.u64()?;
    if head >> 10 != 0 {
        return Err(broken("unknown flags of a bill"));
    }
    let credit_rule = match head & 3 {
        0 => CreditRule::Prorate,
        1 => CreditRule::LastFirst,
        2 => CreditRule::FixedDuration,
        _ => return Err(broken("a credit rule")),
    };
    let (quantity, date) = (r.decimal()?, r.day()?);
    let bill = Bill {
        id: columns.id,
        kind: columns.kind,
        amount: columns.amount,
        quantity,
        date,
        credit_rule,
        original: if bit(head, 2) { Some(r.i64()?) } else { None },
        start: if bit(head, 3) { Some(r.day()?) } else { None },
        end: if bit(head, 4) { Some(r.day()?) } else { None },
        rates: if bit(head, 5) { r.rates()? } else { Rates::UNIT },
        period: columns.period,
        cancelled: bit(head, 6),
        overage: if bit(head, 7) { r.i64()? } else { 0 },
        list: if bit(head, 8) { r.i64()? } else { 0 },
        taken_back: if bit(head, 9) { r.i64()? } else { 0 },
    };
    r.end()?;
    Ok(bill)
}
