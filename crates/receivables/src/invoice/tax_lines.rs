//! Tax lines of a draft, added, replaced and removed one by one (reference section 4.1).

use super::{Invoice, Item, Status};
use crate::field::{ITEM_ID, STATUS, TAX_ITEMS};
use crate::limits;
use crate::tax::{NewTaxItem, TaxLine, Taxation};
use accrual_base::field::inside;
use accrual_base::{Currency, Result};

/// Adds tax lines to items, named by position; all or none. Nothing is recalculated, and an engine no longer taxes these items.
///
/// # Errors
/// Rejects an invoice that is not a draft, an unknown item, more than five lines an item, every fault of a line (placed
/// `taxationItems[n].field`), and a negative total.
pub fn add_tax_lines(invoice: &mut Invoice, lines: &[(usize, NewTaxItem)]) -> Result<()> {
    change(invoice, |invoice, currency| {
        for (at, (position, new)) in lines.iter().enumerate() {
            let add = |item: &mut Item| -> Result<()> {
                if item.taxes.len() >= limits::TAX_ITEMS {
                    return Err(TAX_ITEMS.rule(format!("An item has at most {} tax items.", limits::TAX_ITEMS)));
                }
                item.taxes.push(new.line(item.amount, currency)?);
                Ok(())
            };
            find(invoice, *position).and_then(add).map_err(|e| inside(e, "taxationItems", at))?;
        }
        Ok(())
    })
}

/// Replaces a tax line of an item.
///
/// # Errors
/// As [`add_tax_lines`]; rejects an unknown line.
pub fn replace_tax_line(invoice: &mut Invoice, position: usize, line: usize, new: &NewTaxItem) -> Result<()> {
    change(invoice, |invoice, currency| {
        let item = find(invoice, position)?;
        let made = new.line(item.amount, currency)?;
        *line_of(item, line)? = made;
        Ok(())
    })
}

/// Removes a tax line of an item.
///
/// # Errors
/// As [`replace_tax_line`].
pub fn remove_tax_line(invoice: &mut Invoice, position: usize, line: usize) -> Result<()> {
    change(invoice, |invoice, _| {
        let item = find(invoice, position)?;
        line_of(item, line)?;
        item.taxes.remove(line);
        Ok(())
    })
}

/// Runs a change on a copy, so that a refusal leaves the invoice as it was.
fn change(invoice: &mut Invoice, run: impl FnOnce(&mut Invoice, Currency) -> Result<()>) -> Result<()> {
    if invoice.status != Status::Draft {
        return Err(STATUS.rule("Tax lines can be changed on a draft only.").with_value(invoice.status.name()));
    }
    let mut changed = invoice.clone();
    run(&mut changed, invoice.currency)?;
    changed.refuse_negative()?;
    *invoice = changed;
    Ok(())
}

/// The item; from now on its tax is given, so that no recomputation undoes what was done by hand.
fn find(invoice: &mut Invoice, position: usize) -> Result<&mut Item> {
    let item = invoice.items.get_mut(position).ok_or_else(|| ITEM_ID.absent("The invoice has no such item."))?;
    // discounts taxed with the item keep what they have
    item.discounts.iter_mut().for_each(|d| d.own_tax = true);
    item.taxation = Taxation::Given;
    Ok(item)
}

fn line_of(item: &mut Item, line: usize) -> Result<&mut TaxLine> {
    item.taxes.get_mut(line).ok_or_else(|| TAX_ITEMS.absent("The item has no such tax line."))
}
