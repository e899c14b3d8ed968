//! Bodies of invoices → what the verbs take.

use super::super::contacts::CONTACT;
use crate::billing::input::Given;
use crate::billing::spelling::Spelling;
use accrual_app::billing::Fields;
use accrual_app::billing::invoice::{
    ContactGiven, ContactsGiven, CustomRate, DiscountChange, Exact, InvoiceChange, InvoiceWriteOff, ItemChange, NewInvoice, NewItem,
    NewTax, NewTaxLine, SplitPart, WrittenOffItem, WrittenOffTax,
};
use accrual_app::zone::Zone;
use accrual_base::{Day, Result};
use std::collections::BTreeMap;

pub const TAX: Spelling = Spelling {
    noun: "taxation_item",
    fields: &[("countryCode", "country"), ("taxAmountUnrounded", "applicableTaxUnRounded")],
    values: &[],
    parts: &[],
};
const DISCOUNT: Spelling =
    Spelling { noun: "invoice_item", fields: &[("sKU", "sku"), ("uOM", "uom")], values: &[], parts: &[("taxItems", "taxItems", &TAX)] };
const ITEM: Spelling = Spelling {
    noun: "invoice_item",
    fields: &[("sKU", "sku"), ("uOM", "uom")],
    values: &[],
    parts: &[("taxItems", "taxItems", &TAX), ("discountItems", "discountItems", &DISCOUNT)],
};
/// How bodies spell an invoice.
pub const INVOICE: Spelling = Spelling {
    noun: "invoice",
    fields: &[],
    values: &[],
    parts: &[
        ("invoiceItems", "invoiceItems", &ITEM),
        ("billToContact", "billToContact", &CONTACT),
        ("soldToContact", "soldToContact", &CONTACT),
        ("shipToContact", "shipToContact", &CONTACT),
        ("taxationItems", "taxationItems", &TAX),
    ],
};
/// As [`INVOICE`], of several.
pub const INVOICES: Spelling = Spelling { parts: &[("invoices", "invoices", &INVOICE)], ..Spelling::plain("invoice") };
const MEMO: Spelling = Spelling::plain("credit_memo");
const MEMO_ITEM: Spelling = Spelling { fields: &[("description", "comment"), ("sku", "skuName")], ..Spelling::plain("credit_memo_item") };

/// Names of accounting codes of an item.
const CODES: [&str; 10] = [
    "accountingCode",
    "accountsReceivableAccountingCode",
    "adjustmentLiabilityAccountingCode",
    "adjustmentRevenueAccountingCode",
    "contractAssetAccountingCode",
    "contractLiabilityAccountingCode",
    "contractRecognizedRevenueAccountingCode",
    "deferredRevenueAccountingCode",
    "recognizedRevenueAccountingCode",
    "unbilledReceivablesAccountingCode",
];
/// What verbs take apart from the fields of an item.
const ITEM_APART: [&str; 6] = ["amount", "chargeDate", "taxItems", "discountItems", "id", "delete"];
/// As [`ITEM_APART`], of an invoice.
const APART: [&str; 18] = [
    "accountId",
    "accountNumber",
    "status",
    "paymentTerm",
    "sequenceSet",
    "billToContactId",
    "soldToContactId",
    "shipToContactId",
    "billToContact",
    "soldToContact",
    "shipToContact",
    "soldToSameAsBillTo",
    "shipToSameAsBillTo",
    "customRates",
    "invoiceItems",
    "id",
    "useSingleTransaction",
    "invoices",
];

fn text(given: &Given, name: &str) -> Option<String> {
    given.text(name).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn exact(given: &Given, name: &str) -> Option<Exact> {
    given.decimal(name).map(Exact)
}

/// A new invoice.
///
/// # Errors
/// Fields whose effect is not built.
pub fn new_invoice(given: &Given, zone: &Zone) -> Result<NewInvoice> {
    Ok(NewInvoice {
        account_id: text(given, "accountId"),
        account_number: text(given, "accountNumber"),
        status: text(given, "status"),
        fields: given.fields(&INVOICE, &APART)?,
        payment_term: text(given, "paymentTerm"),
        sequence_set: text(given, "sequenceSet"),
        contacts: ContactsGiven {
            bill_to: contact(given, "billToContact", None)?,
            sold_to: contact(given, "soldToContact", Some("soldToSameAsBillTo"))?,
            ship_to: contact(given, "shipToContact", Some("shipToSameAsBillTo"))?,
        },
        custom_rates: given.parts("customRates").map(rate).collect::<Result<_>>()?,
        items: given.parts("invoiceItems").map(|item| new_item(item, zone)).collect::<Result<_>>()?,
    })
}

fn contact(given: &Given, name: &str, same: Option<&str>) -> Result<ContactGiven> {
    Ok(ContactGiven {
        id: text(given, &format!("{name}Id")),
        new: given.part(name).map(|part| part.fields(&CONTACT, &[])).transpose()?,
        same_as_bill_to: same.and_then(|same| given.flag(same)).unwrap_or(false),
    })
}

fn rate(given: &Given) -> Result<CustomRate> {
    let value = given.decimal("customFxRate").ok_or_else(|| given.missing("customFxRate"))?;
    Ok(CustomRate {
        currency: given.need_text("currency")?.to_owned(),
        custom_fx_rate: value.normalize().to_string(),
        rate_date: given.day("rateDate").map(|day| day.to_string()),
    })
}

fn new_item(given: &Given, zone: &Zone) -> Result<NewItem> {
    Ok(NewItem {
        amount: exact(given, "amount"),
        fields: item_fields(given, zone)?,
        codes: codes(given),
        tax_items: given.says("taxItems").then(|| given.parts("taxItems").map(new_tax).collect::<Result<_>>()).transpose()?,
        discounts: given.parts("discountItems").map(|discount| new_item(discount, zone)).collect::<Result<_>>()?,
    })
}

fn item_fields(given: &Given, zone: &Zone) -> Result<Fields> {
    let apart: Vec<&str> = ITEM_APART.into_iter().chain(CODES).collect();
    let mut fields = given.fields(&ITEM, &apart)?;
    if let Some(date) = given.text("chargeDate").filter(|text| !text.is_empty()) {
        let at =
            zone.read(date).ok_or_else(|| given.refuse("chargeDate", "A charge date is written YYYY-MM-DD or YYYY-MM-DD hh:mm:ss."))?;
        fields.set("charge_date", at);
    }
    Ok(fields)
}

fn codes(given: &Given) -> BTreeMap<String, String> {
    CODES.iter().filter_map(|name| Some(((*name).to_owned(), text(given, name)?))).collect()
}

/// A tax line of an item.
fn new_tax(given: &Given) -> Result<NewTax> {
    let apart = ["taxAmount", "exemptAmount", "financeInformation", "invoiceItemId", "taxationItems"];
    let mut codes = BTreeMap::new();
    if let Some(finance) = given.part("financeInformation") {
        finance.refuse_unbuilt(&["onAccountAccountingCode"])?;
        for name in ["accountsReceivableAccountingCode", "salesTaxPayableAccountingCode"] {
            codes.extend(text(finance, name).map(|code| (name.to_owned(), code)));
        }
    }
    Ok(NewTax { amount: exact(given, "taxAmount"), exempt: exact(given, "exemptAmount"), fields: given.fields(&TAX, &apart)?, codes })
}

/// A change of a tax line.
///
/// # Errors
/// As [`new_invoice`].
pub fn tax_change(given: &Given) -> Result<NewTax> {
    new_tax(given)
}

/// Tax lines for items of a document.
///
/// # Errors
/// As [`new_invoice`].
pub fn tax_lines(given: &Given) -> Result<Vec<NewTaxLine>> {
    given.parts("taxationItems").map(tax_line).collect()
}

/// A tax line that names its item.
///
/// # Errors
/// As [`new_invoice`].
pub fn tax_line(given: &Given) -> Result<NewTaxLine> {
    Ok(NewTaxLine { invoice_item_id: given.need_text("invoiceItemId")?.to_owned(), tax: new_tax(given)? })
}

/// A change of an invoice.
///
/// # Errors
/// As [`new_invoice`].
pub fn change(given: &Given, invoice: String, zone: &Zone) -> Result<InvoiceChange> {
    let items = given.parts("invoiceItems").map(|item| item_change(item, zone)).collect::<Result<_>>()?;
    Ok(InvoiceChange { invoice, fields: given.fields(&INVOICE, &APART)?, payment_term: text(given, "paymentTerm"), items })
}

fn item_change(given: &Given, zone: &Zone) -> Result<ItemChange> {
    let id = text(given, "id");
    let discounts = given.parts("discountItems").map(|discount| discount_change(discount, zone)).collect::<Result<Vec<_>>>()?;
    if id.is_none() && !discounts.is_empty() {
        return Err(given.unbuilt("discountItems"));
    }
    let item = NewItem {
        amount: exact(given, "amount"),
        fields: item_fields(given, zone)?,
        codes: codes(given),
        tax_items: given.says("taxItems").then(|| given.parts("taxItems").map(new_tax).collect::<Result<_>>()).transpose()?,
        discounts: Vec::new(),
    };
    Ok(ItemChange { id, delete: given.flag("delete").unwrap_or(false), item, discounts })
}

fn discount_change(given: &Given, zone: &Zone) -> Result<DiscountChange> {
    Ok(DiscountChange { id: given.need_text("id")?.to_owned(), item: new_item(given, zone)? })
}

/// A write-off.
///
/// # Errors
/// As [`new_invoice`].
pub fn write_off(given: &Given, invoice: String) -> Result<InvoiceWriteOff> {
    let apart = [
        "comment",
        "amount",
        "taxAutoCalculation",
        "revenueImpacting",
        "nonRevenueWriteOffAccountingCode",
        "items",
        "memoDate",
        "reasonCode",
    ];
    // no tax is calculated on a write-off, whatever this says
    given.refuse_unbuilt(&["taxAutoCalculation"])?;
    Ok(InvoiceWriteOff {
        invoice,
        memo_date: given.day("memoDate"),
        reason_code: text(given, "reasonCode"),
        comment: text(given, "comment"),
        amount: exact(given, "amount"),
        revenue_impacting: text(given, "revenueImpacting"),
        non_revenue_code: text(given, "nonRevenueWriteOffAccountingCode"),
        items: given.says("items").then(|| given.parts("items").map(written_off).collect::<Result<_>>()).transpose()?,
        fields: given.fields(&MEMO, &apart)?,
    })
}

fn written_off(given: &Given) -> Result<WrittenOffItem> {
    let apart = ["invoiceItemId", "amountWithoutTax", "financeInformation", "taxationItems"];
    let mut codes = BTreeMap::new();
    if let Some(finance) = given.part("financeInformation") {
        codes.extend(finance.entries().filter_map(|(name, _)| Some((name.to_owned(), text(finance, name)?))));
    }
    let tax = |tax: &Given| {
        let id = tax.need_text("taxationItemId")?.to_owned();
        Ok(WrittenOffTax { taxation_item_id: id, amount: exact(tax, "amount") })
    };
    Ok(WrittenOffItem {
        invoice_item_id: given.need_text("invoiceItemId")?.to_owned(),
        amount_without_tax: exact(given, "amountWithoutTax"),
        fields: given.fields(&MEMO_ITEM, &apart)?,
        codes,
        taxes: given.parts("taxationItems").map(tax).collect::<Result<_>>()?,
    })
}

/// The parts of a split.
pub fn splits(given: &Given) -> Vec<SplitPart> {
    let part = |part: &Given| SplitPart {
        percentage: exact(part, "splitPercentage"),
        invoice_date: part.day("invoiceDate"),
        payment_term: text(part, "paymentTerm"),
    };
    given.parts("splits").map(part).collect()
}

/// A day of a body.
pub fn day(given: &Given, name: &str) -> Option<Day> {
    given.day(name)
}

/// A text of a body that is not empty.
pub fn said(given: &Given, name: &str) -> Option<String> {
    text(given, name)
}
