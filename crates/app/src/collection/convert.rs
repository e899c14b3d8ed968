//! Contracts as the engine sees them and as the store holds them.

use accrual_base::{Error, PeriodId, Result, hash};
use accrual_revenue::codec::{BillColumns, LineColumns, decode_bill, decode_legs, decode_line, encode_bill, encode_legs, encode_line};
use accrual_revenue::contract::{Bill, Contract, Line, Pob, TransactionType};
use accrual_revenue::figures;
use accrual_store::contracts::{BillRow, HeadRow, Leads, LineRow, PackedLegs, StoredContracts, WholeLine, head_flag, line_flag};
use std::collections::BTreeMap;

/// The transaction type of a stored number.
///
/// # Errors
/// A fault for a number no type has.
pub(crate) fn transaction_type(number: i32) -> Result<TransactionType> {
    use TransactionType as T;
    const TYPES: [T; 11] = [
        T::Order,
        T::Invoice,
        T::CreditMemo,
        T::InvoiceCancelation,
        T::Return,
        T::ReductionCredit,
        T::ReductionOrder,
        T::PriceOrder,
        T::Cost,
        T::InvoiceVariable,
        T::CreditVariable,
    ];
    TYPES.into_iter().find(|t| *t as i32 == number).ok_or_else(|| Error::fault(format!("there is no transaction type {number}")))
}

/// Whole contracts out of stored rows, by id; the head of each beside it.
///
/// # Errors
/// A fault when a blob is broken or rows do not fit together.
pub(crate) fn contracts(stored: StoredContracts) -> Result<BTreeMap<i64, (HeadRow, Contract)>> {
    let mut bills: BTreeMap<i64, Vec<Bill>> = BTreeMap::new();
    for row in stored.bills {
        bills.entry(row.line_id).or_default().push(bill_of(&row)?);
    }
    let mut found: BTreeMap<i64, (HeadRow, Contract)> = stored.heads.into_iter().map(|h| (h.id, (h.clone(), head_of(h)))).collect();
    for WholeLine { line: row, schedule } in stored.lines {
        let mut line = decode_line(&line_columns(&row), &row.state)?;
        line.bills = bills.remove(&row.id).unwrap_or_default();
        if let Some(schedule) = schedule {
            line.legs = decode_legs(&schedule.legs, line.currency)?;
        }
        let contract = contract(&mut found, row.rc_id)?;
        contract.lines.push(line);
        if let Some(p) = row.leads {
            let pob = Pob { id: row.id, template: p.template_id, lead_line: row.id, name: p.name, created: PeriodId(row.created_period) };
            contract.pobs.push(pob);
        }
    }
    Ok(found)
}

fn contract(found: &mut BTreeMap<i64, (HeadRow, Contract)>, id: i64) -> Result<&mut Contract> {
    found.get_mut(&id).map(|(_, c)| c).ok_or_else(|| Error::fault(format!("rows name contract {id}, which does not exist")))
}

fn head_of(h: HeadRow) -> Contract {
    Contract {
        id: h.id,
        version: h.version,
        org: h.org_id,
        book: h.book_id,
        template: h.template_id,
        group_key: h.group_key,
        customer: h.customer,
        created: PeriodId(h.created_period),
        lines: Vec::new(),
        pobs: Vec::new(),
        allocation_currency: None,
        allocation_rates: None,
        allocation_error: None,
    }
}

fn line_columns(row: &LineRow) -> LineColumns {
    LineColumns {
        id: row.id,
        source: row.source_id,
        pob: row.pob_id,
        org: row.org_id,
        account_set: row.account_set,
        currency: row.currency,
        list: row.list_amount,
        sell: row.sell_amount,
        ssp: row.ssp_amount,
        allocatable: row.allocatable,
        allocated: row.allocated,
        created: PeriodId(row.created_period),
    }
}

/// A stored line's part of the transaction price in the currency its contract is allocated in.
///
/// # Errors
/// A fault when its state is broken.
pub(crate) fn allocation_base(row: &LineRow) -> Result<i64> {
    Ok(decode_line(&line_columns(row), &row.state)?.allocation_base)
}

fn bill_of(row: &BillRow) -> Result<Bill> {
    let columns = BillColumns { id: row.id, kind: transaction_type(row.kind)?, amount: row.amount, period: PeriodId(row.created_period) };
    decode_bill(&columns, &row.state)
}

/// Who wrote rows, and when.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub user: String,
    /// Microseconds.
    pub at: i64,
}

/// The head of a contract. `before` is the stored one, when there is one.
///
/// # Errors
/// A fault for a contract without lines, or on overflow.
pub(crate) fn head_row(contract: &Contract, before: Option<&HeadRow>, stamp: &Stamp) -> Result<HeadRow> {
    let first = contract.lines.first().ok_or_else(|| Error::fault(format!("contract {} has no lines", contract.id)))?;
    let one_currency = contract.lines.iter().all(|l| l.currency == first.currency);
    let sum = |of: fn(&Line) -> i64| contract.lines.iter().map(of).try_fold(0, accrual_base::rounding::add);
    let mut flags = 0;
    let mut set = |on: bool, bit: i64| flags |= if on { bit } else { 0 };
    set(contract.allocation_error.is_some(), head_flag::ALLOCATION_ERROR);
    set(contract.allocation_error == Some("RPRO-00607"), head_flag::NO_SSP);
    set(contract.allocation_error == Some("RPRO-00604"), head_flag::ZERO_SSP);
    set(!one_currency, head_flag::MULTI_CURRENCY);
    set(contract.lines.iter().any(|l| l.eligible), head_flag::ALLOCATABLE);
    match contract.allocation_currency {
        Some(currency) if currency == first.functional => set(true, head_flag::ALLOCATED_IN_FUNCTIONAL),
        Some(_) => set(true, head_flag::ALLOCATED_IN_REPORTING),
        None => {}
    }
    // amounts of different currencies have no sum: the head then shows those of its first line's currency only
    let (list, sell, price) = if one_currency {
        (sum(|l| l.list)?, sum(|l| l.sell)?, sum(|l| l.allocatable)?)
    } else {
        let same = |of: fn(&Line) -> i64| {
            contract.lines.iter().filter(|l| l.currency == first.currency).map(of).try_fold(0, accrual_base::rounding::add)
        };
        (same(|l| l.list)?, same(|l| l.sell)?, same(|l| l.allocatable)?)
    };
    Ok(HeadRow {
        id: contract.id,
        version: contract.version,
        book_id: contract.book,
        org_id: contract.org,
        template_id: contract.template,
        group_hash: hash::key(&contract.group_key),
        group_key: contract.group_key.clone(),
        customer: contract.customer.clone(),
        currency: first.currency,
        functional_currency: first.functional,
        list_amount: list,
        sell_amount: sell,
        transaction_price: price,
        flags,
        created_period: contract.created.0,
        created_by: before.map_or_else(|| stamp.user.clone(), |h| h.created_by.clone()),
        created_at: before.map_or(stamp.at, |h| h.created_at),
        updated_by: stamp.user.clone(),
        updated_at: stamp.at,
        line_ids: contract.lines.iter().map(|l| l.id).collect(),
    })
}

/// The row of a line of a contract, with the performance obligation it leads.
///
/// # Errors
/// A fault on overflow.
pub(crate) fn line_row(line: &Line, contract: &Contract, at: i64) -> Result<LineRow> {
    let mut state = Vec::with_capacity(48);
    encode_line(line, &mut state);
    let figures = figures::line(line)?;
    let flag = |on: bool, bit: i64| if on { bit } else { 0 };
    // a performance obligation has the id of its leading line, and is as old
    let leads = if line.pob == line.id { contract.pob(line.id) } else { None };
    let leads = leads.map(|p| Leads { template_id: p.template, name: p.name.clone() });
    Ok(LineRow {
        id: line.id,
        rc_id: contract.id,
        pob_id: line.pob,
        org_id: line.org,
        source_id: line.source,
        account_set: line.account_set,
        currency: line.currency,
        functional_currency: line.functional,
        list_amount: line.list,
        sell_amount: line.sell,
        ssp_amount: line.ssp,
        allocatable: line.allocatable,
        allocated: line.allocated,
        billed: figures.billed,
        released: figures.released,
        billed_released: figures.billed_released,
        flags: flag(line.eligible, line_flag::ELIGIBLE)
            | flag(line.right_to_bill, line_flag::RIGHT_TO_BILL)
            | flag(line.cancelled, line_flag::CANCELLED)
            | flag(line.ssp_given, line_flag::SSP_GIVEN),
        state,
        created_period: line.created.0,
        updated_at: at,
        leads,
    })
}

/// The schedule of a line; nothing when it has no legs.
///
/// # Errors
/// A fault when a leg is longer than the calendar.
pub(crate) fn schedule(line: &Line) -> Result<Option<PackedLegs>> {
    if line.legs.is_empty() {
        return Ok(None);
    }
    let mut last_period = line.created;
    for leg in &line.legs {
        let months = i32::try_from(leg.amounts.len()).map_err(|_| Error::fault(format!("a leg of line {} is too long", line.id)))?;
        last_period = last_period.max(leg.start.plus((months - 1).max(0)));
    }
    let mut legs = Vec::with_capacity(96);
    encode_legs(&line.legs, line.currency, &mut legs);
    Ok(Some(PackedLegs { last_period: last_period.0, legs }))
}

/// The rows of a line's bills.
///
/// # Errors
/// A fault on overflow.
pub(crate) fn bill_rows(line: &Line, rc_id: i64, at: i64) -> Result<Vec<BillRow>> {
    let row = |bill: &Bill| {
        let (deferred, recognised) = figures::bill(line, bill)?;
        let mut state = Vec::with_capacity(24);
        encode_bill(bill, &mut state);
        Ok(BillRow {
            id: bill.id,
            rc_id,
            line_id: line.id,
            org_id: line.org,
            kind: bill.kind as i32,
            currency: line.currency,
            amount: bill.amount,
            deferred,
            recognised,
            state,
            created_period: bill.period.0,
            updated_at: at,
        })
    };
    line.bills.iter().map(row).collect()
}
