//! Templates of documents and the company they speak for.

use crate::billing::records;
use crate::config;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_connect::document::{self, Kind};
use accrual_model::{Filter, Object, Query, Stored};
use accrual_objects::billing::{BillingDocumentTemplate, CommunicationProfile, CompanyProfile};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// The kinds with the names of their standard templates.
const STANDARD: [(Kind, &str); 3] =
    [(Kind::Invoice, "Standard Invoice"), (Kind::CreditMemo, "Standard Credit Memo"), (Kind::DebitMemo, "Standard Debit Memo")];

/// Who bills; the name of the tenant alone while nobody said more.
pub(in crate::billing) fn company(tx: &mut dyn Read, tenant: &str) -> Result<CompanyProfile> {
    let found = typed::find::<CompanyProfile>(tx, "profile", CompanyProfile::PROFILE)?;
    Ok(found.map(|f| f.data).unwrap_or_else(|| CompanyProfile {
        profile: CompanyProfile::PROFILE.to_owned(),
        company_name: tenant.to_owned(),
        ..CompanyProfile::default()
    }))
}

/// The first template that is named, else the default one of the kind.
///
/// # Errors
/// `document.no_template` when the one named is gone or of another kind, or there is none.
pub(super) fn of(tx: &mut dyn Read, kind: Kind, named: &[Option<&str>]) -> Result<Stored<BillingDocumentTemplate>> {
    if let Some(id) = named.iter().copied().flatten().next() {
        let found = nouns::get_by_uid(tx, BillingDocumentTemplate::descriptor(), id)?.map(|r| r.typed()).transpose()?;
        return found.filter(|t: &Stored<BillingDocumentTemplate>| t.document_type == kind.name()).ok_or_else(|| {
            let message = format!("The document names the template {id}, which is no template of a {}; name another one.", kind.name());
            Error::conflict("document.no_template", message)
        });
    }
    default(tx, kind)?.ok_or_else(|| {
        Error::conflict("document.no_template", format!("There is no default template of a {}; mark one as the default.", kind.name()))
    })
}

fn default(tx: &mut dyn Read, kind: Kind) -> Result<Option<Stored<BillingDocumentTemplate>>> {
    let filter = Filter::All(vec![Filter::eq("document_type", kind.name()), Filter::eq("is_default", true)]);
    Ok(typed::list(tx, &Query { limit: 1, ..Query::of(filter) })?.pop())
}

/// What must hold of a template once it is written: documents can be made with it, and its kind has one default.
///
/// # Errors
/// `document.template` with line and column; `document.default`.
pub(crate) fn check(unit: &mut Unit<'_>, template: &BillingDocumentTemplate) -> Result<()> {
    let kind = Kind::named(&template.document_type).ok_or_else(|| Error::fault("a template of no kind"))?;
    document::check(&template.content, kind)?;
    defaults(unit, kind)
}

fn defaults(unit: &mut Unit<'_>, kind: Kind) -> Result<()> {
    let filter = Filter::All(vec![Filter::eq("document_type", kind.name()), Filter::eq("is_default", true)]);
    let count = nouns::count(unit.read(), BillingDocumentTemplate::descriptor(), &filter)?;
    if count <= 1 {
        return Ok(());
    }
    let message = format!("One template of a {} is the default; make the other one no default first.", kind.name());
    Err(Error::conflict("document.default", message).in_column("isDefault"))
}

/// Gives a tenant without templates the standard ones.
///
/// # Errors
/// A fault from the database.
pub(crate) fn prepare(tenant: &Tenant) -> Result<()> {
    let none = Filter::All(Vec::new());
    if tenant.store.read(|tx| nouns::count(tx, BillingDocumentTemplate::descriptor(), &none))? > 0 {
        return Ok(());
    }
    execute_blocking(tenant, &Context::system("first start"), StandardTemplates {})
}

#[derive(Serialize)]
struct StandardTemplates {}

impl Command for StandardTemplates {
    const OPERATION: &'static str = "billing_document_template_seed";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        for (kind, name) in STANDARD {
            let template = BillingDocumentTemplate {
                name: name.to_owned(),
                description: Some("Ships with Accrual; change it, or make another one the default.".to_owned()),
                document_type: kind.name().to_owned(),
                is_default: true,
                content: document::standard_template(kind),
            };
            config::insert(unit, None, &template)?;
        }
        Ok(())
    }
}

/// How people of a document write numbers and dates: what its communication profile says, or that of its account.
pub(super) fn locale(tx: &mut dyn Read, profiles: &[Option<&str>]) -> Result<String> {
    match profiles.iter().copied().flatten().next() {
        Some(id) => Ok(records::typed::<CommunicationProfile>(tx, id)?.data.locale),
        None => Ok("en_US".to_owned()),
    }
}
