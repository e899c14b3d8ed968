//! Asking for the mail of an invoice.

use crate::billing::document;
use crate::billing::{Done, records};
use crate::context::Privilege;
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_connect::mail;
use accrual_model::{Object, Stored, json};
use accrual_objects::billing::{Account, CommunicationProfile, Contact, EmailHistory, EmailStatus, Invoice, InvoiceFile, InvoiceStatus};
use accrual_store::Read;
use accrual_store::nouns::typed;
use serde::Serialize;

/// Number and name of the notification (reference section 4.5 of the platform).
const EVENT: (i64, &str) = (1130, "Manual Email For Invoice");
/// Most receivers of one mail.
const MOST: usize = 50;

/// Sends the file of a posted invoice (reference section 1.1). Its file was made before; without a choice the newest is
/// sent.
#[derive(Serialize)]
pub struct InvoiceEmail {
    /// Name of the tenant: the sender while no company profile says another.
    #[serde(skip)]
    pub tenant: String,
    /// Id or number.
    pub invoice: String,
    /// Addresses with commas between; the bill-to contact's when empty.
    pub addresses: Option<String>,
    /// The receivers of the e-mail template: the bill-to contact. `addresses` do not count then.
    pub of_template: bool,
    /// The account's additional addresses get it as well.
    pub additional: bool,
    /// Id of a file of the invoice.
    pub file: Option<String>,
    /// The file that was made for this request.
    #[serde(skip)]
    pub newest: Option<String>,
}

impl Command for InvoiceEmail {
    const OPERATION: &'static str = "invoice_email";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let invoice: Stored<Invoice> = typed::named(unit.read(), &self.invoice)?;
        let number = invoice.invoice_number.clone().unwrap_or_default();
        let given = match self.addresses.as_deref().filter(|_| !self.of_template) {
            Some(text) => Some(addresses(text, "emailAddresses")?).filter(|all| !all.is_empty()),
            None => None,
        };
        if invoice.status != InvoiceStatus::Posted {
            return Err(Error::conflict("document.draft", format!("The invoice {number} is not posted; post it first.")));
        }
        let account = records::typed::<Account>(unit.read(), &invoice.account_id)?;
        refuse_muted(unit.read(), &invoice, &account)?;
        let to = match given {
            Some(given) => given,
            None => vec![bill_to(unit.read(), &invoice, &account)?],
        };
        let additional = account.additional_email_addresses.as_deref().filter(|_| self.additional).unwrap_or_default();
        let cc: Vec<String> = addresses(additional, "additionalEmailAddresses")?.into_iter().filter(|a| !to.contains(a)).collect();
        if to.len() + cc.len() > MOST {
            return Err(Error::invalid("mail.many", format!("A mail has at most {MOST} receivers.")).in_column("emailAddresses"));
        }
        let file = match self.file.as_deref().or(self.newest.as_deref()) {
            Some(id) => document::named(unit.read(), &invoice.uid, id)?,
            None => return Err(Error::fault("an invoice is mailed without its file")),
        };
        let mail = mail(unit, &self.tenant, &invoice, &account, &file)?;
        let mail = EmailHistory { to: to.join(","), cc: (!cc.is_empty()).then(|| cc.join(",")), ..mail };
        let stamp = unit.stamp();
        let made = typed::create(unit.tx, None, &mail, stamp)?;
        unit.audit("EmailHistory", &made.uid, None, Some(&json::values(EmailHistory::descriptor(), &mail.to_values()?)))?;
        Ok(Done { id: made.uid })
    }
}

/// What the mail says, its receivers apart.
fn mail(unit: &mut Unit<'_>, tenant: &str, invoice: &Stored<Invoice>, account: &Account, file: &InvoiceFile) -> Result<EmailHistory> {
    let company = document::company(unit.read(), tenant)?;
    let Some(from_email) = company.email.filter(|e| !e.is_empty()) else {
        let message = "Mails have no sender yet; set the e-mail address of the company profile first.";
        return Err(Error::conflict("mail.sender", message));
    };
    let number = invoice.invoice_number.clone().unwrap_or_default();
    let due = invoice.due_date.map(|day| format!(" It is due on {day}.")).unwrap_or_default();
    Ok(EmailHistory {
        account_id: Some(invoice.account_id.clone()),
        contact_id: invoice.bill_to_contact_id.clone().or_else(|| account.bill_to_id.clone()),
        content_file_id: Some(file.file_id.clone()),
        content_file_name: Some(format!("{number}.pdf")),
        event_category: EVENT.0,
        notification: EVENT.1.to_owned(),
        object_id: Some(invoice.uid.clone()),
        sender: Some(company.company_name.clone()),
        from_email,
        status: EmailStatus::Pending,
        subject: format!("Invoice {number} from {}", company.company_name),
        body: format!("Hello,\n\nplease find attached the invoice {number} of {}.{due}\n\n{}\n", account.name, company.company_name),
        next_attempt_at: Some(unit.now),
        ..EmailHistory::default()
    })
}

/// Reads addresses with commas or semicolons between.
fn addresses(text: &str, field: &'static str) -> Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for address in text.split([',', ';']).map(str::trim).filter(|a| !a.is_empty()) {
        mail::address(address).map_err(|e| e.in_column(field))?;
        if !all.iter().any(|a| a == address) {
            all.push(address.to_owned());
        }
    }
    if all.is_empty() && !text.is_empty() {
        return Err(Error::invalid("mail.address", "There is no address in the list.").in_column(field));
    }
    Ok(all)
}

/// Work or personal address of the bill-to contact.
fn bill_to(tx: &mut dyn Read, invoice: &Invoice, account: &Account) -> Result<String> {
    let contact = invoice.bill_to_contact_id.as_deref().or(account.bill_to_id.as_deref());
    let contact = contact.map(|id| records::typed::<Contact>(tx, id)).transpose()?;
    let found = contact.and_then(|c| c.data.work_email.or(c.data.personal_email)).filter(|a| !a.is_empty());
    let address = found.ok_or_else(|| {
        let message = "The bill-to contact has neither a work nor a personal e-mail address; give emailAddresses.";
        Error::invalid("mail.nobody", message).in_column("emailAddresses")
    })?;
    mail::address(&address).map_err(|e| e.in_column("emailAddresses"))?;
    Ok(address)
}

/// A communication profile may want no mail at all.
fn refuse_muted(tx: &mut dyn Read, invoice: &Invoice, account: &Account) -> Result<()> {
    let Some(id) = invoice.communication_profile_id.as_deref().or(account.communication_profile_id.as_deref()) else { return Ok(()) };
    let profile = records::typed::<CommunicationProfile>(tx, id)?;
    if profile.muted {
        let message = format!("The communication profile {} sends nothing.", profile.profile_name);
        return Err(Error::conflict("mail.muted", message));
    }
    Ok(())
}

/// Checks what can be checked without writing, and makes the file that will travel. Blocks.
///
/// # Errors
/// As [`InvoiceEmail`]; what keeps the document from being rendered; `mail.server` when this process sends no mail.
pub fn prepared(tenant: &Tenant, request: InvoiceEmail) -> Result<InvoiceEmail> {
    let invoice: Stored<Invoice> = tenant.store.read(|tx| typed::named(tx, &request.invoice))?;
    if let Some(text) = request.addresses.as_deref().filter(|_| !request.of_template) {
        addresses(text, "emailAddresses")?;
    }
    let newest = document::current(tenant, &invoice.uid)?.uid;
    if tenant.services.mailer.is_none() {
        let message = "This server has no mail server; start it with --smtp-url.";
        return Err(Error::conflict("mail.server", message));
    }
    Ok(InvoiceEmail { newest: Some(newest), ..request })
}
