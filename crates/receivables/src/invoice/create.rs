//! Creating a standalone invoice (reference section 1.2).

use super::item::sent;
use super::{Discount, Invoice, Item, Processing, Settlement, Status, is_closed};
use crate::amount::exact;
use crate::field::{AMOUNT, CHARGE_NAME, DISCOUNT_ITEMS, INVOICE_DATE, ITEMS, QUANTITY, SERVICE_END, UNIT_PRICE};
use crate::home::{Rate, check_custom_rates};
use crate::tax::{self, NewTaxItem, TaxDates, TaxLine, TaxMode, TaxSource, Taxable, Taxation, Taxed};
use crate::terms::PaymentTerm;
use crate::{limits, number};
use accrual_base::field::inside;
use accrual_base::{Currency, Day, Decimal, Error, Result};
use rust_decimal::RoundingStrategy;
use std::collections::VecDeque;

/// An invoice as a caller sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvoice {
    pub date: Day,
    /// Otherwise the date plus the payment term.
    pub due: Option<Day>,
    /// A number of the caller's choice.
    pub number: Option<String>,
    pub custom_rates: Vec<(Currency, Rate)>,
    pub items: Vec<NewItem>,
}

/// An item as a caller sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// Names a charge of the product catalog; it then brings the charge name.
    pub from_catalog: bool,
    pub charge_name: Option<String>,
    /// With tax when `tax_mode` is inclusive, otherwise without.
    pub amount: Decimal,
    /// 1 when absent.
    pub quantity: Option<Decimal>,
    /// `amount / quantity` when absent; never used to compute the amount.
    pub unit_price: Option<Decimal>,
    pub service_start: Day,
    pub service_end: Option<Day>,
    pub tax_items: Option<Vec<NewTaxItem>>,
    pub tax_code: Option<String>,
    pub tax_mode: Option<TaxMode>,
    pub discounts: Vec<NewDiscount>,
}

/// A discount as a caller sends it: a fixed, negative amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDiscount {
    pub amount: Decimal,
    pub tax_items: Vec<NewTaxItem>,
}

/// What a document is made under.
pub struct Context<'a> {
    pub tax: tax::Settings,
    pub source: &'a dyn TaxSource,
    /// Of the document, or the account's.
    pub term: PaymentTerm,
    /// The last day of the last closed accounting period.
    pub closed_through: Option<Day>,
}

impl Context<'_> {
    pub(super) fn check_date(&self, date: Day) -> Result<()> {
        if is_closed(self.closed_through, date) {
            let why = "The invoice date lies in a closed accounting period; choose a later date or reopen the period.";
            return Err(INVOICE_DATE.rule(why).with_value(&date.to_string()));
        }
        Ok(())
    }
}

/// Makes a draft.
///
/// # Errors
/// Rejects no items or more than 1,000, a date in a closed period, bad numbers and rates, every fault of an item (placed
/// `invoiceItems[n].field`), what the tax source refuses, and a negative total.
pub fn create(new: &NewInvoice, context: &Context<'_>) -> Result<Invoice> {
    if new.items.is_empty() {
        return Err(ITEMS.missing("An invoice has at least one item."));
    }
    if new.items.len() > limits::ITEMS {
        let why = format!("An invoice has at most {} items.", limits::ITEMS);
        return Err(ITEMS.invalid(why).with_value(&new.items.len().to_string()));
    }
    context.check_date(new.date)?;
    if let Some(number) = &new.number {
        number::check_custom(number)?;
    }
    check_custom_rates(&new.custom_rates)?;
    let due = match new.due {
        Some(due) => due,
        None => context.term.due_date(new.date)?,
    };
    let currency = context.tax.currency;
    let one = |(at, item): (usize, &NewItem)| build(item, currency).map_err(|e| inside(e, "invoiceItems", at));
    let items = new.items.iter().enumerate().map(one).collect::<Result<Vec<Item>>>()?;
    let mut invoice = Invoice { currency, status: Status::Draft, reversed: false, date: new.date, due, items };
    retax(&mut invoice, context)?;
    invoice.refuse_negative()?;
    Ok(invoice)
}

/// An item with the tax it brings; tax of an engine is computed for the whole document by [`retax`].
pub(super) fn build(new: &NewItem, currency: Currency) -> Result<Item> {
    if !new.from_catalog && new.charge_name.as_ref().is_none_or(String::is_empty) {
        return Err(CHARGE_NAME.missing("An item without a product rate plan charge needs a charge name."));
    }
    if new.service_end.is_some_and(|end| end < new.service_start) {
        return Err(SERVICE_END.invalid("The service end date lies before the start date; correct one of them."));
    }
    if new.discounts.len() > limits::DISCOUNT_ITEMS {
        return Err(DISCOUNT_ITEMS.invalid(format!("An item has at most {} discount items.", limits::DISCOUNT_ITEMS)));
    }
    let amount = exact(&AMOUNT, new.amount, currency)?;
    let taxation = tax::decide(new.tax_items.as_ref().map(Vec::len), new.tax_code.as_deref(), new.tax_mode)?;
    let taxes = given(new.tax_items.as_deref().unwrap_or_default(), amount, currency)?;
    let quantity = new.quantity.unwrap_or(Decimal::ONE);
    let discount = |(at, d): (usize, &NewDiscount)| build_discount(d, currency).map_err(|e| inside(e, "discountItems", at));
    Ok(Item {
        processing: Processing::Charge,
        amount,
        quantity,
        unit_price: match new.unit_price {
            Some(price) => price,
            None => price_of(new.amount, quantity)?,
        },
        service_start: new.service_start,
        service_end: new.service_end,
        taxation,
        taxes,
        discounts: new.discounts.iter().enumerate().map(discount).collect::<Result<Vec<Discount>>>()?,
        settlement: Settlement::default(),
    })
}

/// A unit price with the nine decimals prices have.
pub(super) fn price_of(amount: Decimal, quantity: Decimal) -> Result<Decimal> {
    if quantity.is_zero() {
        return Err(QUANTITY.invalid("A quantity of zero needs a unit price."));
    }
    let price = amount.checked_div(quantity).ok_or_else(|| UNIT_PRICE.invalid("The unit price is too large."))?;
    Ok(price.round_dp_with_strategy(9, RoundingStrategy::MidpointAwayFromZero).normalize())
}

fn build_discount(new: &NewDiscount, currency: Currency) -> Result<Discount> {
    let amount = discount_amount(new.amount, currency)?;
    Ok(Discount { amount, taxes: given(&new.tax_items, amount, currency)?, own_tax: !new.tax_items.is_empty() })
}

pub(super) fn discount_amount(sent: Decimal, currency: Currency) -> Result<i64> {
    let amount = exact(&AMOUNT, sent, currency)?;
    if amount > 0 {
        return Err(AMOUNT.invalid("The amount of a discount item is negative.").with_value(&sent.to_string()));
    }
    Ok(amount)
}

pub(super) fn given(items: &[NewTaxItem], amount: i64, currency: Currency) -> Result<Vec<TaxLine>> {
    if items.len() > limits::TAX_ITEMS {
        return Err(crate::field::TAX_ITEMS.invalid(format!("An item has at most {} tax items.", limits::TAX_ITEMS)));
    }
    let line = |item: &NewTaxItem| item.check_with_item().and_then(|()| item.line(amount, currency));
    items.iter().enumerate().map(|(at, item)| line(item).map_err(|e| inside(e, "taxItems", at))).collect()
}

/// Computes the tax of every item that an engine taxes, with its discounts; everything else stays.
pub(super) fn retax(invoice: &mut Invoice, context: &Context<'_>) -> Result<()> {
    let mut owners = Vec::new();
    let mut taxables = Vec::new();
    for (at, item) in invoice.items.iter().enumerate() {
        let Taxation::Engine { code, mode } = &item.taxation else { continue };
        let dates = TaxDates { document: invoice.date, service_start: item.service_start, service_end: item.service_end };
        let taxable = |amount| Taxable { amount, code, mode: *mode, dates };
        owners.push(at);
        taxables.push(taxable(sent(item.amount, &item.taxes, Some(*mode))?));
        for discount in item.discounts.iter().filter(|d| !d.own_tax) {
            owners.push(at);
            taxables.push(taxable(sent(discount.amount, &discount.taxes, Some(*mode))?));
        }
    }
    let taxed = match tax::compute(&taxables, context.source, &context.tax) {
        Ok(taxed) => taxed,
        // the refusal is one item's: find it again to say which
        Err(error) => return Err(place(error, &taxables, &owners, context)),
    };
    let mut results: VecDeque<Taxed> = taxed.into();
    let missing = || Error::fault("an engine-taxed item without its result");
    for item in invoice.items.iter_mut().filter(|i| i.mode().is_some()) {
        let Taxed { net, lines } = results.pop_front().ok_or_else(missing)?;
        (item.amount, item.taxes) = (net, lines);
        for discount in item.discounts.iter_mut().filter(|d| !d.own_tax) {
            let Taxed { net, lines } = results.pop_front().ok_or_else(missing)?;
            (discount.amount, discount.taxes) = (net, lines);
        }
    }
    Ok(())
}

fn place(error: Error, taxables: &[Taxable<'_>], owners: &[usize], context: &Context<'_>) -> Error {
    let refused = taxables.iter().position(|t| tax::compute(std::slice::from_ref(t), context.source, &context.tax).is_err());
    match refused.and_then(|at| owners.get(at)) {
        Some(at) => inside(error, "invoiceItems", *at),
        None => error,
    }
}
