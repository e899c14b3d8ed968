//! What the document of an invoice says.

use super::template;
use crate::billing::invoice::Document as Stored;
use crate::billing::records;
use accrual_base::{Error, Result, rounding};
use accrual_connect::document::{Document, Item, Kind, Party, Tax};
use accrual_model::Object;
use accrual_objects::billing::{Account, CompanyProfile, Contact, ContactSnapshot, InvoiceItem, InvoiceStatus, TaxRateType, TaxationItem};
use accrual_store::Read;
use accrual_store::nouns;
use sha2::{Digest, Sha256};

/// A document ready to be rendered.
pub(super) struct Ready {
    pub invoice_id: String,
    pub number: String,
    pub status: InvoiceStatus,
    pub document: Document,
    pub template: String,
}

impl Ready {
    /// The same for the same document and template, and only then.
    pub fn fingerprint(&self) -> String {
        let text = format!("1\n{}\n{:?}", self.template, self.document);
        Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Reads an invoice by its id or number, with everything its document says.
///
/// # Errors
/// Not found; `document.no_template`.
pub(super) fn ready(tx: &mut dyn Read, tenant: &str, key: &str) -> Result<Ready> {
    let stored = Stored::load(tx, key)?;
    let header = &*stored.header;
    let account = records::typed::<Account>(tx, &header.account_id)?;
    let company = template::company(tx, tenant)?;
    let template = template::of(tx, Kind::Invoice, &[header.template_id.as_deref(), account.invoice_template_id.as_deref()])?;
    let profiles = [header.communication_profile_id.as_deref(), account.communication_profile_id.as_deref()];
    let bill_to = [header.bill_to_contact_id.as_deref(), account.bill_to_id.as_deref()];
    let sold_to = [header.sold_to_contact_id.as_deref(), account.sold_to_id.as_deref()];
    let number = header.invoice_number.clone().unwrap_or_default();
    let document = Document {
        number: number.clone(),
        status: accrual_model::TextEnum::text(header.status).to_owned(),
        date: header.invoice_date,
        due_date: header.due_date,
        locale: template::locale(tx, &profiles)?,
        payment_term: header.payment_term.clone().unwrap_or_else(|| account.payment_term.clone()),
        purchase_order_number: account.purchase_order_number.clone().unwrap_or_default(),
        comments: header.comments.clone().unwrap_or_default(),
        account_name: account.name.clone(),
        account_number: account.account_number.clone().unwrap_or_default(),
        seller: seller(&company),
        bill_to: Party {
            tax_id: account.vat_id.clone().unwrap_or_default(),
            ..party(tx, header.bill_to_contact_snapshot_id.as_deref(), &bill_to)?
        },
        sold_to: party(tx, header.sold_to_contact_snapshot_id.as_deref(), &sold_to)?,
        items: stored.item_lines().map(|line| item(line)).collect::<Result<_>>()?,
        taxes: taxes(stored.tax_lines().map(|line| &**line))?,
        amount_without_tax: header.amount_without_tax,
        tax_amount: header.tax_amount,
        amount: header.amount,
        balance: header.balance,
        ..Document::new(Kind::Invoice, stored.currency()?)
    };
    Ok(Ready { invoice_id: stored.header.uid().to_owned(), number, status: header.status, document, template: template.data.content })
}

fn seller(company: &CompanyProfile) -> Party {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Party {
        name: company.company_name.clone(),
        address1: text(&company.address1),
        address2: text(&company.address2),
        city: text(&company.city),
        state: text(&company.state),
        postal_code: text(&company.postal_code),
        country: text(&company.country),
        email: text(&company.email),
        phone: text(&company.phone),
        tax_id: text(&company.tax_id),
        ..Party::default()
    }
}

/// A contact as it was when the document was posted; otherwise as it is, the document's before the account's.
fn party(tx: &mut dyn Read, snapshot: Option<&str>, contacts: &[Option<&str>]) -> Result<Party> {
    let (descriptor, id) = match (snapshot, contacts.iter().copied().flatten().next()) {
        (Some(id), _) => (ContactSnapshot::descriptor(), id),
        (None, Some(id)) => (Contact::descriptor(), id),
        (None, None) => return Ok(Party::default()),
    };
    let record = nouns::named(tx, descriptor, id)?;
    let text = |field: &str| descriptor.value(&record.data, field).as_text().unwrap_or_default().to_owned();
    let email = Some(text("work_email")).filter(|e| !e.is_empty()).unwrap_or_else(|| text("personal_email"));
    Ok(Party {
        name: String::new(),
        first_name: text("first_name"),
        last_name: text("last_name"),
        address1: text("address1"),
        address2: text("address2"),
        city: text("city"),
        state: text("state"),
        postal_code: text("postal_code"),
        country: text("country"),
        email,
        phone: text("work_phone"),
        tax_id: String::new(),
    })
}

fn item(item: &InvoiceItem) -> Result<Item> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Ok(Item {
        charge_name: text(&item.charge_name),
        description: text(&item.description),
        sku: text(&item.sku),
        service_start: item.service_start_date,
        service_end: item.service_end_date,
        quantity: item.quantity.unwrap_or_default(),
        unit_of_measure: text(&item.uom),
        unit_price: item.unit_price.unwrap_or_default(),
        purchase_order_number: text(&item.purchase_order_number),
        amount_without_tax: item.charge_amount,
        tax_amount: item.tax_amount,
        amount: rounding::add(item.charge_amount, item.tax_amount)?,
    })
}

/// The taxes of a document, each once, in the order in which they first come.
fn taxes<'a>(lines: impl Iterator<Item = &'a TaxationItem>) -> Result<Vec<Tax>> {
    let mut all: Vec<Tax> = Vec::new();
    for line in lines {
        let percentage = line.rate_type() == TaxRateType::Percentage;
        let jurisdiction = line.jurisdiction.clone().unwrap_or_default();
        let same = |tax: &&mut Tax| {
            (&tax.name, &tax.jurisdiction, tax.rate, tax.percentage) == (&line.name, &jurisdiction, line.tax_rate, percentage)
        };
        match all.iter_mut().find(same) {
            Some(tax) => {
                tax.taxable_amount = rounding::add(tax.taxable_amount, line.taxable_amount)?;
                tax.tax_amount = rounding::add(tax.tax_amount, line.tax_amount)?;
            }
            None => all.push(Tax {
                name: line.name.clone(),
                jurisdiction,
                rate: line.tax_rate,
                percentage,
                taxable_amount: line.taxable_amount,
                tax_amount: line.tax_amount,
            }),
        }
    }
    Ok(all)
}

/// Refuses a document of which no file is made.
///
/// # Errors
/// `document.canceled`, `document.draft`.
pub(super) fn posted(ready: &Ready) -> Result<()> {
    let refuse = |code, why: &str| Err(Error::conflict(code, format!("The invoice {} {why}", ready.number)));
    match ready.status {
        InvoiceStatus::Posted => Ok(()),
        InvoiceStatus::Canceled | InvoiceStatus::CancelInProgress => refuse("document.canceled", "is cancelled; no file is made of it."),
        _ => refuse("document.draft", "is not posted; post it first."),
    }
}
