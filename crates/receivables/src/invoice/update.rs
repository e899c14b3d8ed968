//! Changing an invoice (reference section 1.5).

use super::create::{build, discount_amount, given, price_of, retax};
use super::{Context, Invoice, Item, NewItem, Status};
use crate::amount::exact;
use crate::field::{AMOUNT, DUE_DATE, INVOICE_DATE, ITEM_ID, ITEMS, SERVICE_END, STATUS};
use crate::limits;
use crate::tax::{NewTaxItem, TaxMode, Taxation, decide};
use crate::terms::PaymentTerm;
use accrual_base::field::inside;
use accrual_base::{Currency, Day, Decimal, Result};

/// A field that may be left alone, emptied or set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T: Clone> Change<T> {
    fn over(&self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new.clone()),
        }
    }
    fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// A change of an invoice. Comments, auto-pay, templates and custom fields have no rule here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    pub date: Option<Day>,
    pub due: Option<Day>,
    /// Recomputes the due date.
    pub term: Option<PaymentTerm>,
    pub items: Vec<ItemChange>,
}

/// A change of the items; positions are those before the update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemChange {
    Add(NewItem),
    Edit(usize, ItemEdit),
    Remove(usize),
}

/// A change of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemEdit {
    pub amount: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub quantity: Option<Decimal>,
    pub service_start: Option<Day>,
    pub service_end: Change<Day>,
    /// Clearing both code and mode drops the tax lines.
    pub tax_code: Change<String>,
    pub tax_mode: Change<TaxMode>,
    /// Replaces the tax lines.
    pub tax_items: Option<Vec<NewTaxItem>>,
    pub discounts: Vec<DiscountEdit>,
}

/// A change of a discount, named by its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountEdit {
    pub discount: usize,
    pub amount: Option<Decimal>,
    /// Replaces the tax lines; an empty list leaves its tax to that of the item.
    pub tax_items: Option<Vec<NewTaxItem>>,
}

/// Changes an invoice; on a refusal it is as before.
///
/// # Errors
/// Rejects a reversed invoice, anything but a due date on one that is posted, any other status than draft, both dates at
/// once, a date in a closed period, positions that do not exist or come twice, a unit price without an amount, every fault
/// of an item, no items left or more than 1,000, and a negative total.
pub fn update(invoice: &mut Invoice, update: &Update, context: &Context<'_>) -> Result<()> {
    check_status(invoice, update)?;
    if update.date.is_some() && update.due.is_some() {
        return Err(DUE_DATE.invalid("Send the invoice date or the due date, not both; the due date follows the invoice date."));
    }
    let mut changed = invoice.clone();
    if let Some(date) = update.date {
        context.check_date(date)?;
        changed.date = date;
    }
    if let Some(due) = update.due {
        changed.due = due;
    } else if update.date.is_some() || update.term.is_some() {
        changed.due = update.term.unwrap_or(context.term).due_date(changed.date)?;
    }
    change_items(&mut changed.items, &update.items, invoice.currency)?;
    if invoice.status == Status::Draft && (update.date.is_some() || !update.items.is_empty()) {
        retax(&mut changed, context)?;
        changed.refuse_negative()?;
    }
    *invoice = changed;
    Ok(())
}

fn check_status(invoice: &Invoice, update: &Update) -> Result<()> {
    if invoice.reversed {
        return Err(STATUS.rule("A reversed invoice cannot be changed."));
    }
    match invoice.status {
        Status::Draft => Ok(()),
        Status::Posted if update.date.is_some() => {
            Err(INVOICE_DATE.rule("The date of a posted invoice cannot be changed; unpost it or reverse it."))
        }
        Status::Posted if !update.items.is_empty() => {
            Err(ITEMS.rule("The items of a posted invoice cannot be changed; unpost it or reverse it."))
        }
        Status::Posted => Ok(()),
        other => {
            let nothing = update.due.is_none() && update.date.is_none() && update.term.is_none() && update.items.is_empty();
            if nothing { Ok(()) } else { Err(STATUS.rule("Only a draft can be changed.").with_value(other.name())) }
        }
    }
}

fn change_items(items: &mut Vec<Item>, changes: &[ItemChange], currency: Currency) -> Result<()> {
    let known = items.len();
    let mut touched = vec![false; known];
    let mut removed = vec![false; known];
    for (at, change) in changes.iter().enumerate() {
        let mut one = || -> Result<()> {
            match change {
                ItemChange::Add(new) => items.push(build(new, currency)?),
                ItemChange::Edit(position, edit) => {
                    touch(&mut touched, *position)?;
                    edit_item(&mut items[*position], edit, currency)?;
                }
                ItemChange::Remove(position) => {
                    touch(&mut touched, *position)?;
                    removed[*position] = true;
                }
            }
            Ok(())
        };
        one().map_err(|e| inside(e, "invoiceItems", at))?;
    }
    let mut position = 0;
    items.retain(|_| {
        position += 1;
        !removed.get(position - 1).copied().unwrap_or(false)
    });
    if items.is_empty() {
        return Err(ITEMS.rule("An invoice keeps at least one item; delete the invoice instead."));
    }
    if items.len() > limits::ITEMS {
        return Err(ITEMS.invalid(format!("An invoice has at most {} items.", limits::ITEMS)).with_value(&items.len().to_string()));
    }
    Ok(())
}

fn touch(touched: &mut [bool], position: usize) -> Result<()> {
    match touched.get_mut(position) {
        None => Err(ITEM_ID.absent("The invoice has no such item.")),
        Some(true) => Err(ITEM_ID.invalid("The item is named twice; send its changes together.")),
        Some(flag) => {
            *flag = true;
            Ok(())
        }
    }
}

fn edit_item(item: &mut Item, edit: &ItemEdit, currency: Currency) -> Result<()> {
    if edit.unit_price.is_some() && edit.amount.is_none() {
        return Err(AMOUNT.missing("Send the amount together with the unit price; it is never computed from it."));
    }
    item.service_start = edit.service_start.unwrap_or(item.service_start);
    item.service_end = edit.service_end.over(item.service_end);
    if item.service_end.is_some_and(|end| end < item.service_start) {
        return Err(SERVICE_END.invalid("The service end date lies before the start date; correct one of them."));
    }
    item.quantity = edit.quantity.unwrap_or(item.quantity);
    edit_tax(item, edit)?;
    if let Some(amount) = edit.amount {
        // the amount is what was sent: the old tax lines of an inclusive item go, `retax` makes new ones
        if item.mode().is_some() {
            item.taxes.clear();
        }
        item.amount = exact(&AMOUNT, amount, currency)?;
        item.unit_price = match edit.unit_price {
            Some(price) => price,
            None => price_of(amount, item.quantity)?,
        };
    }
    if let Some(tax_items) = &edit.tax_items {
        item.taxes = given(tax_items, item.amount, currency)?;
    }
    for (at, discount) in edit.discounts.iter().enumerate() {
        edit_discount(item, discount, currency).map_err(|e| inside(e, "discountItems", at))?;
    }
    Ok(())
}

fn edit_discount(item: &mut Item, edit: &DiscountEdit, currency: Currency) -> Result<()> {
    let discount = item.discounts.get_mut(edit.discount).ok_or_else(|| ITEM_ID.absent("The item has no such discount."))?;
    if let Some(amount) = edit.amount {
        if !discount.own_tax {
            discount.taxes.clear();
        }
        discount.amount = discount_amount(amount, currency)?;
    }
    if let Some(tax_items) = &edit.tax_items {
        discount.taxes = given(tax_items, discount.amount, currency)?;
        discount.own_tax = !tax_items.is_empty();
    }
    Ok(())
}

fn edit_tax(item: &mut Item, edit: &ItemEdit) -> Result<()> {
    if edit.tax_code.is_keep() && edit.tax_mode.is_keep() && edit.tax_items.is_none() {
        return Ok(());
    }
    let (code, mode) = match &item.taxation {
        Taxation::Engine { code, mode } => (Some(code.clone()), Some(*mode)),
        Taxation::None | Taxation::Given => (None, None),
    };
    let (code, mode) = (edit.tax_code.over(code), edit.tax_mode.over(mode));
    let decided = decide(edit.tax_items.as_ref().map(Vec::len), code.as_deref(), mode)?;
    // in another mode the charge is the base, without the tax it contained
    let old_mode = item.mode();
    let new_mode = if let Taxation::Engine { mode, .. } = &decided { Some(*mode) } else { None };
    if old_mode != new_mode || decided == Taxation::None {
        item.taxes.clear();
        item.discounts.iter_mut().filter(|d| !d.own_tax).for_each(|d| d.taxes.clear());
    }
    item.taxation = decided;
    Ok(())
}
