//! One item of a posted document as a line of the revenue sub-ledger (reference sections 7.2 and 7.3).

use accrual_base::{Currency, Day, Decimal, Error, Result};
use accrual_revenue::contract::TransactionType;
use accrual_revenue::fields as f;
use accrual_revenue::record::Record;
use accrual_revenue::stage;
use accrual_revenue::upload::TypedRow;
use accrual_store::{Read, collection, contracts};

/// What the lines of a document share.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Text id of the invoice or memo.
    pub id: &'a str,
    pub number: &'a str,
    /// The invoice or memo date; it decides the accounting period.
    pub date: Day,
    pub account_id: &'a str,
    pub account_number: &'a str,
    pub account_name: &'a str,
    pub currency: Currency,
    /// The functional currency with the rate from the document's currency to it, where the document has one.
    pub home: Option<(Currency, Decimal)>,
}

/// One item. Items with `excludeItemBillingFromRevenueAccounting` and tax are not passed here.
#[derive(Clone, Copy, Debug)]
pub struct PostedItem<'a> {
    /// Text id of the item; the bill's id in the sub-ledger.
    pub id: &'a str,
    /// Its position on the document, from 1.
    pub position: i64,
    /// The invoice item that this item of a reversal takes back; a reversal cancels, it does not credit.
    pub reverses: Option<&'a str>,
    /// The order line the client named when it made the invoice; used when the sub-ledger knows that line.
    pub booking_reference: Option<&'a str>,
    /// What was sold: the charge's number, else the SKU, else its name.
    pub item: &'a str,
    pub description: &'a str,
    /// Without tax, in minor units of the document's currency; negative on a reversal.
    pub amount: i64,
    pub quantity: Decimal,
    /// Both inclusive.
    pub service: Option<(Day, Day)>,
    /// Of the contract liability, the recognised revenue, unbilled receivables, the contract asset, adjustment liability
    /// and adjustment revenue: names of accounting codes, where the item has them.
    pub accounts: Accounts<'a>,
    pub charge_id: Option<&'a str>,
    pub charge_name: Option<&'a str>,
}

/// Accounts an item brings; a missing one is filled by the account assignments.
#[derive(Clone, Copy, Debug, Default)]
pub struct Accounts<'a> {
    pub contract_liability: Option<&'a str>,
    pub recognised_revenue: Option<&'a str>,
    pub unbilled_receivables: Option<&'a str>,
    pub contract_asset: Option<&'a str>,
    pub adjustment_liability: Option<&'a str>,
    pub adjustment_revenue: Option<&'a str>,
}

/// The type of line an item becomes: a standalone invoice item is an invoice, the memo item of an invoice reversal an
/// invoice cancelation (reference section 7.2, Order to Revenue).
fn kind(item: &PostedItem<'_>) -> TransactionType {
    if item.reverses.is_some() { TransactionType::InvoiceCancelation } else { TransactionType::Invoice }
}

/// The line of an item.
///
/// # Errors
/// A fault from the database.
pub(super) fn row(tx: &mut dyn Read, document: &Document<'_>, item: &PostedItem<'_>) -> Result<TypedRow> {
    let mut row = TypedRow::line();
    row.text(f::TYPE, stage::type_name(kind(item)))?;
    row.text(f::CUST_NUM, document.account_number)?.text(f::CSTMR_NM, document.account_name)?.text(f::ACCOUNT_ID, document.account_id)?;
    row.text(f::INV_NUM, document.number)?.text(f::INV_LINE_NUM, &item.position.to_string())?.text(f::INV_LINE_ID, item.id)?;
    row.text(f::BILL_ID, document.id)?.text(f::BILL_ITEM_ID, item.id)?;
    row.date(f::INV_DATE, document.date).date(f::SO_BOOK_DATE, document.date);
    row.number(f::INV_QTY, quantity(item))?.number(f::EXT_SLL_PRC, amount(item.amount, document.currency)?)?;
    row.text(f::CURR, document.currency.code())?;
    if let Some((home, rate)) = document.home {
        row.text(f::F_CUR, home.code())?.number(f::F_EX_RATE, rate)?;
    }
    row.text(f::ITEM_NUM, item.item)?.text(f::ITEM_DESC, item.description)?;
    row.text(f::RPC_ID, item.charge_id.unwrap_or_default())?.text(f::RPC_NAME, item.charge_name.unwrap_or_default())?;
    if let Some((start, end)) = item.service {
        row.date(f::START_DATE, start).date(f::END_DATE, end);
    }
    link(tx, &mut row, document, item)?;
    let accounts = [
        (f::DEF_SEGMENTS, item.accounts.contract_liability),
        (f::REV_SEGMENTS, item.accounts.recognised_revenue),
        (f::UB_LIAB_ACCT, item.accounts.unbilled_receivables),
        (f::CA_ACCOUNT, item.accounts.contract_asset),
        (f::AL_ACCOUNT, item.accounts.adjustment_liability),
        (f::AR_ACCOUNT, item.accounts.adjustment_revenue),
    ];
    for (field, account) in accounts {
        row.text(field, account.unwrap_or_default())?;
    }
    Ok(row)
}

/// The quantity with the sign of the amount, as the sub-ledger has it (RPRO-00007): an invoice may instead lower a price by
/// a negative unit price, and its line must not be held up for that.
fn quantity(item: &PostedItem<'_>) -> Decimal {
    match item.amount.signum() {
        0 => item.quantity,
        sign => item.quantity.abs() * Decimal::from(sign),
    }
}

/// What the line belongs to: the bill it cancels, the order line it bills, else itself. A standalone invoice is a contract
/// of its own, so its number stands where an order's would (inferred: without one all invoices of a customer would be one
/// contract).
fn link(tx: &mut dyn Read, row: &mut TypedRow, document: &Document<'_>, item: &PostedItem<'_>) -> Result<()> {
    if let Some(reversed) = item.reverses {
        row.text(f::ORIG_INV_LINE_ID, reversed)?;
        return Ok(());
    }
    match item.booking_reference {
        Some(reference) if known(tx, reference)? => row.text(f::SO_LINE_ID, reference)?,
        _ => row.text(f::SO_NUM, document.number)?,
    };
    Ok(())
}

/// Whether the sub-ledger has an order line of this id.
fn known(tx: &mut dyn Read, so_line_id: &str) -> Result<bool> {
    let lines: Vec<i64> = contracts::orders_by_key(tx, &[contracts::line_key(so_line_id)])?.iter().map(|key| key.1).collect();
    let mut found = false;
    collection::rows_by_id(tx, collection::Family::Line, &lines, &mut |staged| {
        found |= Record::new(staged.record).text(f::SO_LINE_ID)? == Some(so_line_id);
        Ok(())
    })?;
    Ok(found)
}

fn amount(minor: i64, currency: Currency) -> Result<Decimal> {
    Decimal::try_from_i128_with_scale(i128::from(minor), u32::from(currency.exponent()))
        .map_err(|e| Error::fault_from("an amount beyond decimals", e))
}
