//! Files of invoices: the newest version, all of them, and whether there is one.

use super::invoice::{self, Ready};
use crate::billing::file::{self, Content};
use crate::billing::records;
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Instant, Result};
use accrual_model::{Filter, Object, Query, Sort, Stored, json};
use accrual_objects::billing::{Invoice, InvoiceFile, InvoiceStatus};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// Generated files of an invoice, newest version first; one more than was asked for when there are more.
pub struct InvoiceFiles {
    pub files: Vec<Stored<InvoiceFile>>,
}

/// Whether an invoice has its file (reference section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It gets none yet.
    NotApplicable,
    Generated,
    Error,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "N/A",
            Self::Generated => "Generated",
            Self::Error => "Error",
        }
    }
}

/// The state of one invoice.
pub struct FileState {
    pub invoice_id: String,
    pub invoice_number: String,
    pub state: State,
    pub url: Option<String>,
    /// Code and text of what keeps the file from being made.
    pub error: Option<(&'static str, String)>,
    pub created_at: Option<Instant>,
    pub updated_at: Option<Instant>,
}

/// Generated versions of an invoice that are not older than a number of rows, newest first.
fn versions(tx: &mut dyn Read, invoice: &str, page: Query) -> Result<Vec<Stored<InvoiceFile>>> {
    // uploaded files have no version
    let generated = Filter::Not(Box::new(Filter::Null { field: "version_number".into() }));
    let filter = Filter::All(vec![Filter::eq("invoice_id", invoice), generated]);
    typed::list(tx, &Query { filter, sort: vec![Sort { field: "version_number".into(), descending: true }], ..page })
}

fn newest(tx: &mut dyn Read, invoice: &str) -> Result<Option<Stored<InvoiceFile>>> {
    Ok(versions(tx, invoice, Query { limit: 1, ..Query::default() })?.pop())
}

/// The file of a posted invoice as it is now, made when it is missing or says something else. Blocks.
///
/// # Errors
/// Not found; `document.draft`, `document.canceled`; what keeps the document from being rendered.
pub fn current(tenant: &Tenant, key: &str) -> Result<Stored<InvoiceFile>> {
    let ready = tenant.store.read(|tx| invoice::ready(tx, &tenant.name, key))?;
    invoice::posted(&ready)?;
    made(tenant, &ready)
}

/// The newest version when it is what would be made now, else a new one.
fn made(tenant: &Tenant, ready: &Ready) -> Result<Stored<InvoiceFile>> {
    let fingerprint = ready.fingerprint();
    if let Some(found) = tenant.store.read(|tx| newest(tx, &ready.invoice_id))?
        && found.fingerprint.as_ref() == Some(&fingerprint)
    {
        return Ok(found);
    }
    let pdf = tenant.services.renderer.render(&ready.template, &ready.document)?;
    let content = file::receive(tenant, &mut &*pdf, usize::MAX)?;
    let file_name = format!("{}.pdf", file::clean_name(&ready.number).unwrap_or_else(|_| ready.invoice_id.clone()));
    let generate = Generate { invoice_id: ready.invoice_id.clone(), file_name, fingerprint, content };
    let id = execute_blocking(tenant, &Context::system("document"), generate)?;
    tenant.store.read(|tx| records::typed::<InvoiceFile>(tx, &id))
}

/// Keeps a file that was generated.
#[derive(Serialize)]
struct Generate {
    invoice_id: String,
    file_name: String,
    fingerprint: String,
    content: Content,
}

impl Command for Generate {
    const OPERATION: &'static str = "invoice_file_generate";
    type Output = String;

    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        let before = newest(unit.read(), &self.invoice_id)?;
        // somebody else may have made the same one meanwhile; the bytes nobody claims are swept
        if let Some(same) = before.as_ref().filter(|f| f.fingerprint.as_ref() == Some(&self.fingerprint)) {
            return Ok(same.uid.clone());
        }
        let version = before.and_then(|f| f.version_number).unwrap_or(0) + 1;
        keep(unit, self.invoice_id, self.file_name, &self.content, Some((version, self.fingerprint))).map(|f| f.uid)
    }
}

/// Writes a file of an invoice; a generated one has a version and a fingerprint.
pub(super) fn keep(
    unit: &mut Unit<'_>,
    invoice_id: String,
    name: String,
    content: &Content,
    generated: Option<(i64, String)>,
) -> Result<Stored<InvoiceFile>> {
    let (version_number, fingerprint) = generated.unzip();
    let file_key = version_number.map_or_else(|| format!("{invoice_id} {name}"), |version: i64| format!("{invoice_id} version {version}"));
    let stored = file::insert(unit, name, "application/pdf", content)?;
    let data = InvoiceFile {
        file_key,
        invoice_id,
        pdf_file_url: format!("/v1/files/{}", stored.uid),
        file_id: stored.uid,
        version_number,
        fingerprint,
    };
    let stamp = unit.stamp();
    let made = typed::create(unit.tx, None, &data, stamp)?;
    unit.audit("InvoiceFile", &made.uid, None, Some(&json::values(InvoiceFile::descriptor(), &data.to_values()?)))?;
    Ok(made)
}

/// The generated files of an invoice; of a posted one the newest is what it says now. Blocks.
///
/// # Errors
/// `role.privilege`; not found; what keeps the document from being rendered, when there is no file at all.
pub fn files(tenant: &Tenant, context: &Context, key: &str, page: Query) -> Result<InvoiceFiles> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let ready = tenant.store.read(|tx| invoice::ready(tx, &tenant.name, key))?;
    let made = if ready.status == InvoiceStatus::Posted { made(tenant, &ready).map(drop) } else { Ok(()) };
    let files = tenant.store.read(|tx| versions(tx, &ready.invoice_id, page))?;
    match made {
        Err(e) if files.is_empty() => Err(e),
        _ => Ok(InvoiceFiles { files }),
    }
}

/// Whether invoices have their files; those of posted ones are made. Blocks.
///
/// # Errors
/// `role.privilege`; not found; a fault from the database.
pub fn pdf_status(tenant: &Tenant, context: &Context, keys: &[String]) -> Result<Vec<FileState>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    keys.iter().map(|key| state(tenant, key)).collect()
}

fn state(tenant: &Tenant, key: &str) -> Result<FileState> {
    let header = tenant.store.read(|tx| nouns::named(tx, Invoice::descriptor(), key))?;
    let invoice: Stored<Invoice> = header.typed()?;
    let mut state = FileState {
        invoice_id: invoice.uid.clone(),
        invoice_number: invoice.data.invoice_number.unwrap_or_default(),
        state: State::NotApplicable,
        url: None,
        error: None,
        created_at: None,
        updated_at: None,
    };
    let file = match invoice.data.status {
        InvoiceStatus::Posted => match current(tenant, &invoice.uid) {
            Ok(file) => Some(file),
            Err(Error::Rejected(why)) => {
                (state.state, state.error) = (State::Error, Some((why.code, why.message)));
                None
            }
            Err(fault) => return Err(fault),
        },
        _ => tenant.store.read(|tx| newest(tx, &invoice.uid))?,
    };
    if let Some(file) = file {
        (state.state, state.url) = (State::Generated, Some(file.data.pdf_file_url));
        (state.created_at, state.updated_at) = (Some(file.created_at), Some(file.updated_at));
    }
    Ok(state)
}

/// A file of an invoice by its own id or that of its file.
///
/// # Errors
/// `document.file` when the invoice has no such file.
pub(in crate::billing) fn named(tx: &mut dyn Read, invoice: &str, id: &str) -> Result<Stored<InvoiceFile>> {
    let by_file = Query { limit: 1, ..Query::of(Filter::eq("file_id", id)) };
    let found = match nouns::get_by_uid(tx, InvoiceFile::descriptor(), id)? {
        Some(record) => Some(record.typed::<InvoiceFile>()?),
        None => typed::list::<InvoiceFile>(tx, &by_file)?.pop(),
    };
    found
        .filter(|f| f.invoice_id == invoice)
        .ok_or_else(|| Error::not_found("document.file", "The invoice has no such file.").in_column("pdfFileId").with_value(id))
}
