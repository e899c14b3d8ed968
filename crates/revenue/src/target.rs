//! What the legs of a line should be, as if everything known today had been known from the start.
//!
//! Amounts stand on their natural periods. [`crate::reconcile`] compares them with what is closed or posted and
//! books the difference, which is retrospective treatment by nature (reference section 5.2).

use crate::billing;
use crate::contract::{Bill, CreditRule, LegKind, Line, Rates};
use crate::policy::{PobTemplate, RatableMethod};
use crate::release::{self, Portion};
use crate::schedule::{self, Series, Terms};
use accrual_base::{Currency, Result, rounding};

/// What tells the legs of a line apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub kind: LegKind,
    pub bill: Option<i64>,
    pub currency: Currency,
    pub rates: Rates,
}

/// The amounts a key should have in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub key: Key,
    pub series: Series,
}

/// What a line needs to know from its contract.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    pub template: &'a PobTemplate,
    /// The leading line, when the line follows one.
    pub lead: Option<&'a Line>,
    pub allocation_currency: Currency,
    pub allocation_rates: Rates,
}

/// The released part of an invoice, by natural period.
struct Billed {
    /// Index into the bills.
    at: usize,
    net: i64,
    series: Series,
}

/// The target of every key of a line.
///
/// # Errors
/// A fault on overflow; a rejection when dates do not make a schedule.
pub fn targets(line: &Line, setting: &Setting<'_>) -> Result<Vec<Target>> {
    let mut out = Vec::with_capacity(3);
    for bill in line.bills.iter().filter(|b| b.amount != 0) {
        push(&mut out, line, LegKind::InitialBilling, Some(bill), Series::single(bill.period, bill.amount));
    }
    let nets = billing::nets(line)?;
    let portions = match setting.lead {
        Some(lead) if lead.sell != 0 => release::following(line, lead, &release::portions(lead, &billing::nets(lead)?)?)?,
        _ => release::portions(line, &nets)?,
    };
    let whole = contractual(line, setting, &nets, &portions, &mut out)?;
    allocation(line, setting, &portions, whole, &mut out)?;
    Ok(out)
}

fn push(out: &mut Vec<Target>, line: &Line, kind: LegKind, bill: Option<&Bill>, series: Series) {
    if !series.amounts.is_empty() {
        let rates = bill.map_or(line.rates, |b| b.rates);
        out.push(Target { key: Key { kind, bill: bill.map(|b| b.id), currency: line.currency, rates }, series });
    }
}

/// Contractual revenue: invoices in the order in which they came take the released amount first, the rest is unbilled
/// (reference section 4.3), credits take back. Answers the net sell price with the credits: what is recognised in the end.
fn contractual(line: &Line, setting: &Setting<'_>, nets: &[i64], portions: &[Portion], out: &mut Vec<Target>) -> Result<i64> {
    let mut shape = Shape::of(line, setting.template)?;
    let released = portions.last().map_or(0, |p| p.to);
    if line.bills.is_empty() && released == line.sell.abs() {
        // by far the most lines: all released, nothing billed
        if let Some(waterfall) = shape.waterfall.take() {
            push(out, line, unbilled_kind(line), None, waterfall);
            return Ok(line.sell);
        }
    }
    let (mut billed, mut position) = (Vec::new(), 0i64);
    for (at, bill) in line.bills.iter().enumerate().filter(|(at, _)| nets[*at] != 0) {
        let to = rounding::add(position, nets[at].abs())?;
        let series = shape.between(position, to, portions, Some(bill))?;
        position = to;
        billed.push(Billed { at, net: nets[at], series });
    }
    let unbilled = if released > position { shape.between(position, released, portions, None)? } else { Series::default() };
    let credits = credits(line, setting.template, &billed)?;
    for part in billed {
        push(out, line, LegKind::Billed, Some(&line.bills[part.at]), part.series);
    }
    let mut whole = line.sell;
    for credit in credits {
        whole = rounding::add(whole, credit.whole)?;
        push(out, line, LegKind::Billed, Some(&line.bills[credit.at]), credit.series);
    }
    push(out, line, unbilled_kind(line), None, unbilled);
    Ok(whole)
}

fn unbilled_kind(line: &Line) -> LegKind {
    if line.right_to_bill { LegKind::UnbilledReceivable } else { LegKind::Unbilled }
}

/// How a line's amounts lie in time.
struct Shape<'a> {
    line: &'a Line,
    template: &'a PobTemplate,
    /// The whole price over the contract dates, for Contract Ratable.
    waterfall: Option<Series>,
}

impl<'a> Shape<'a> {
    fn of(line: &'a Line, template: &'a PobTemplate) -> Result<Self> {
        let mut shape = Self { line, template, waterfall: None };
        if template.ratable == RatableMethod::ContractRatable && !line.actions.is_empty() && line.sell != 0 {
            let first = &line.actions[0];
            let terms = shape.contract_terms(first.date, first.period);
            shape.waterfall = Some(schedule::spread(&template.ratable, template.accounting, line.sell, &terms)?);
        }
        Ok(shape)
    }

    /// A line without dates is released on the day of its release; one without an end on its start day (inferred).
    fn contract_terms(&self, released: accrual_base::Day, period: accrual_base::PeriodId) -> Terms {
        let start = self.line.start.unwrap_or(released);
        Terms { start, end: self.line.end.unwrap_or(start).max(start), released, period }
    }

    /// The released part of `from..to` of the price.
    fn between(&self, from: i64, to: i64, portions: &[Portion], bill: Option<&Bill>) -> Result<Series> {
        let sign = self.line.sell.signum();
        if let Some(waterfall) = &self.waterfall {
            let released = portions.last().map_or(0, |p| p.to);
            let to = to.min(released);
            return Ok(match (from == 0 && to == self.line.sell.abs(), from < to) {
                (true, _) => waterfall.clone(),
                (false, true) => waterfall.slice(sign * from, sign * to),
                (false, false) => Series::default(),
            });
        }
        let mut series = Series::default();
        for portion in portions {
            let (low, high) = (from.max(portion.from), to.min(portion.to));
            if low < high {
                let part = self.portion(sign * (high - low), portion, bill)?;
                series.add_all(&part)?;
            }
        }
        Ok(series)
    }

    fn portion(&self, amount: i64, portion: &Portion, bill: Option<&Bill>) -> Result<Series> {
        let mut terms = self.contract_terms(portion.date, portion.period);
        match (&self.template.ratable, bill) {
            (RatableMethod::InvoiceRatable, Some(bill)) => {
                terms.start = bill.start.unwrap_or(bill.date);
                terms.end = bill.end.unwrap_or(terms.start).max(terms.start);
            }
            _ => {
                terms.start = portion.start.unwrap_or(terms.start);
                terms.end = portion.end.unwrap_or(terms.end).max(terms.start);
            }
        }
        schedule::spread(&self.template.ratable, self.template.accounting, amount, &terms)
    }
}

struct Credit {
    at: usize,
    /// What it takes back once everything is released.
    whole: i64,
    series: Series,
}

/// Credits take back what was recognised on their invoice, in proportion, from the last period or by their own dates;
/// one on the order line takes from all invoices and waits for the first (reference sections 6.1 and 6.2).
fn credits(line: &Line, template: &PobTemplate, billed: &[Billed]) -> Result<Vec<Credit>> {
    let mut out: Vec<Credit> = Vec::new();
    let credits = || line.bills.iter().enumerate().filter(|(_, b)| billing::is_credit(line, b));
    // those on an invoice come first: one on the order line takes from what they leave
    for (at, bill) in credits().filter(|(_, b)| b.original.is_some()).chain(credits().filter(|(_, b)| b.original.is_none())) {
        let covers = |b: &&Billed| bill.original.is_none_or(|id| line.bills[b.at].id == id);
        let (mut base, mut net) = (Series::default(), 0);
        for part in billed.iter().filter(covers) {
            base.add_all(&part.series)?;
            net = rounding::add(net, part.net)?;
        }
        let before = out.iter().filter(|c| bill.original.is_none() || line.bills[c.at].original == bill.original);
        let (mut taken, mut remaining) = (0, base.clone());
        for credit in before {
            taken = rounding::add(taken, credit.whole)?;
            remaining.add_all(&credit.series)?;
        }
        // never more than is left of what it credits
        let room = rounding::add(net, taken)?;
        let whole = if room.signum() == -bill.amount.signum() { -room.abs().min(bill.amount.abs()) * net.signum() } else { 0 };
        let effective = if net == 0 { 0 } else { rounding::mul_div(whole, base.total()?, net)? };
        let series = if effective == 0 { Series::default() } else { by_rule(bill, template, effective, &base, remaining)? };
        out.push(Credit { at, whole, series });
    }
    Ok(out)
}

fn by_rule(bill: &Bill, template: &PobTemplate, amount: i64, base: &Series, remaining: Series) -> Result<Series> {
    match (bill.credit_rule, bill.start) {
        (CreditRule::FixedDuration, Some(start)) => {
            let terms = Terms { start, end: bill.end.unwrap_or(start), released: bill.date, period: bill.period };
            schedule::spread(&RatableMethod::Ratable, template.accounting, amount, &terms)
        }
        (CreditRule::LastFirst, _) => from_the_last(amount, remaining),
        _ => base.in_proportion(amount),
    }
}

fn from_the_last(amount: i64, remaining: Series) -> Result<Series> {
    let mut left = amount;
    let mut series = remaining;
    for slot in series.amounts.iter_mut().rev() {
        let part = if slot.signum() == -left.signum() { if left.abs() <= slot.abs() { left } else { -*slot } } else { 0 };
        *slot = part;
        left = rounding::sub(left, part)?;
    }
    if left != 0
        && let Some(first) = series.amounts.first_mut()
    {
        *first = rounding::add(*first, left)?;
    }
    Ok(series)
}

/// The carve: opened once, released with the contractual revenue by its internal percentage (reference section 4.2).
fn allocation(line: &Line, setting: &Setting<'_>, portions: &[Portion], whole: i64, out: &mut Vec<Target>) -> Result<()> {
    let carve = line.carve();
    if carve == 0 {
        return Ok(());
    }
    let key = |kind| Key { kind, bill: None, currency: setting.allocation_currency, rates: setting.allocation_rates };
    let release = carve_release(line, setting, portions, whole, carve, out)?;
    out.push(Target { key: key(LegKind::AllocationOpening), series: Series::single(line.created, carve) });
    if !release.amounts.is_empty() {
        out.push(Target { key: key(LegKind::Allocation), series: release });
    }
    Ok(())
}

fn carve_release(line: &Line, setting: &Setting<'_>, portions: &[Portion], whole: i64, carve: i64, out: &[Target]) -> Result<Series> {
    let mut revenue = out.iter().filter(|t| t.key.kind.is_revenue());
    let Some(first) = revenue.next() else {
        return carve_alone(line, setting, portions, carve);
    };
    let mut total = std::borrow::Cow::Borrowed(&first.series);
    for target in revenue {
        total.to_mut().add_all(&target.series)?;
    }
    let recognised = total.total()?;
    if recognised == 0 || whole == 0 {
        return carve_alone(line, setting, portions, carve);
    }
    total.in_proportion(rounding::mul_div(carve, recognised, whole)?)
}

/// A line without a price of its own (or credited to nothing) releases its carve over its dates.
fn carve_alone(line: &Line, setting: &Setting<'_>, portions: &[Portion], carve: i64) -> Result<Series> {
    let Some(last) = portions.last() else { return Ok(Series::default()) };
    let released = if line.sell == 0 { carve } else { rounding::mul_div(carve, last.to, line.sell.abs())? };
    let shape = Shape { line, template: setting.template, waterfall: None };
    shape.portion(released, &portions[0], None)
}
