//! The names by which templates know the values of a document.

use super::data::{Data, PageValue};
use super::model::{Document, Item, Kind, Party, Tax};
use accrual_base::{Currency, Day, Decimal};

/// Everything a template may print of a document.
pub(crate) fn of(document: &Document) -> Data {
    let currency = document.currency;
    let money = |minor| Data::Money(minor, currency);
    let (number, date, items) = match document.kind {
        Kind::Invoice => ("InvoiceNumber", "InvoiceDate", "InvoiceItems"),
        Kind::CreditMemo => ("MemoNumber", "MemoDate", "CreditMemoItems"),
        Kind::DebitMemo => ("MemoNumber", "MemoDate", "DebitMemoItems"),
    };
    let own = vec![
        (number, text(&document.number)),
        ("Status", text(&document.status)),
        (date, Data::Date(document.date)),
        ("DueDate", Data::Date(document.due_date)),
        ("Currency", Data::Currency(currency)),
        ("PaymentTerm", text(&document.payment_term)),
        ("PurchaseOrderNumber", text(&document.purchase_order_number)),
        ("Comments", text(&document.comments)),
        (
            "Account",
            Data::Record(vec![
                ("Name", text(&document.account_name)),
                ("AccountNumber", text(&document.account_number)),
                ("BillTo", party(&document.bill_to)),
                ("SoldTo", party(&document.sold_to)),
            ]),
        ),
        ("BillTo", party(&document.bill_to)),
        ("SoldTo", party(&document.sold_to)),
        (items, Data::List(document.items.iter().map(|i| item(i, currency)).collect())),
        ("TaxSummary", Data::List(document.taxes.iter().map(|t| tax(t, currency)).collect())),
        ("AmountWithoutTax", money(document.amount_without_tax)),
        ("TaxAmount", money(document.tax_amount)),
        ("Amount", money(document.amount)),
        ("Balance", money(document.balance)),
    ];
    Data::Record(vec![
        (document.kind.name(), Data::Record(own)),
        ("Tenant", party(&document.seller)),
        ("PageNumber", Data::Page(PageValue::Number)),
        ("PageCount", Data::Page(PageValue::Count)),
    ])
}

fn text(value: &str) -> Data {
    Data::Text(value.to_owned())
}

fn party(party: &Party) -> Data {
    Data::Record(vec![
        ("Name", text(&party.name)),
        ("FirstName", text(&party.first_name)),
        ("LastName", text(&party.last_name)),
        ("Address1", text(&party.address1)),
        ("Address2", text(&party.address2)),
        ("City", text(&party.city)),
        ("State", text(&party.state)),
        ("PostalCode", text(&party.postal_code)),
        ("Country", text(&party.country)),
        ("WorkEmail", text(&party.email)),
        ("WorkPhone", text(&party.phone)),
        ("TaxId", text(&party.tax_id)),
    ])
}

fn item(item: &Item, currency: Currency) -> Data {
    Data::Record(vec![
        ("ChargeName", text(&item.charge_name)),
        ("Description", text(&item.description)),
        ("SKU", text(&item.sku)),
        ("ServiceStartDate", Data::Date(item.service_start)),
        ("ServiceEndDate", Data::Date(item.service_end)),
        ("Quantity", Data::Number(item.quantity)),
        ("UOM", text(&item.unit_of_measure)),
        ("UnitPrice", Data::Price(item.unit_price, currency)),
        ("PurchaseOrderNumber", text(&item.purchase_order_number)),
        ("AmountWithoutTax", Data::Money(item.amount_without_tax, currency)),
        ("TaxAmount", Data::Money(item.tax_amount, currency)),
        ("Amount", Data::Money(item.amount, currency)),
    ])
}

fn tax(tax: &Tax, currency: Currency) -> Data {
    let rate =
        if tax.percentage { format!("{} %", (tax.rate * Decimal::ONE_HUNDRED).normalize()) } else { tax.rate.normalize().to_string() };
    Data::Record(vec![
        ("Name", text(&tax.name)),
        ("Jurisdiction", text(&tax.jurisdiction)),
        ("TaxRate", Data::Text(rate)),
        ("TaxableAmount", Data::Money(tax.taxable_amount, currency)),
        ("TaxAmount", Data::Money(tax.tax_amount, currency)),
    ])
}

/// A document in which every value is something and every list has an element: what a template is checked with.
pub(crate) fn sample(kind: Kind) -> Document {
    let party = Party {
        name: "Sample Ltd".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        address1: "1 Main Street".into(),
        address2: "Floor 2".into(),
        city: "London".into(),
        state: "LDN".into(),
        postal_code: "N1".into(),
        country: "United Kingdom".into(),
        email: "ada@example.com".into(),
        phone: "+44 20 7946 0000".into(),
        tax_id: "GB123456789".into(),
    };
    let item = Item {
        charge_name: "Subscription".into(),
        description: "Monthly fee".into(),
        sku: "SKU-1".into(),
        service_start: Some(Day::from_ymd(2026, 1, 1)),
        service_end: Some(Day::from_ymd(2026, 1, 31)),
        quantity: Decimal::ONE,
        unit_of_measure: "Each".into(),
        unit_price: Decimal::ONE_HUNDRED,
        purchase_order_number: "PO-1".into(),
        amount_without_tax: 10_000,
        tax_amount: 2_000,
        amount: 12_000,
    };
    let tax = Tax {
        name: "VAT".into(),
        jurisdiction: "United Kingdom".into(),
        rate: Decimal::new(2, 1),
        percentage: true,
        taxable_amount: 10_000,
        tax_amount: 2_000,
    };
    Document {
        number: "DOC00000001".into(),
        status: "Posted".into(),
        date: Some(Day::from_ymd(2026, 1, 1)),
        due_date: Some(Day::from_ymd(2026, 1, 31)),
        payment_term: "Net 30".into(),
        purchase_order_number: "PO-1".into(),
        comments: "Thank you".into(),
        account_name: "Sample Ltd".into(),
        account_number: "A00000001".into(),
        seller: party.clone(),
        bill_to: party.clone(),
        sold_to: party,
        items: vec![item],
        taxes: vec![tax],
        amount_without_tax: 10_000,
        tax_amount: 2_000,
        amount: 12_000,
        balance: 12_000,
        ..Document::new(kind, Currency::USD)
    }
}
