//! What an upload needs to know of the tenant, read once at its start.

use crate::Tenant;
use accrual_base::{Currency, Error, PeriodId, Result};
use accrual_revenue::stage::StageContext;
use accrual_revenue::upload::{Safety, Template};
use accrual_store::periods;

/// An organisation rows may belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: i64,
    /// What SEC_ATR_VAL says.
    pub number: String,
    /// Fills F_CUR of a line that names none.
    pub functional: Option<Currency>,
}

/// Template, profiles, organisations and rules of one upload.
#[derive(Clone, Debug)]
pub struct UploadSetup {
    pub template: Template,
    pub safety: Safety,
    /// Enabled organisations, at least one. With several, every row must name its own.
    pub organisations: Vec<Organisation>,
    pub rules: StageContext,
}

impl UploadSetup {
    /// A template with the rules of a new tenant: one organisation, one book, US dollars.
    pub fn standard(template: Template, open: PeriodId) -> Self {
        Self {
            template,
            safety: Safety::default(),
            organisations: vec![Organisation { id: 1, number: "1".into(), functional: Some(Currency::USD) }],
            rules: StageContext::new(Currency::USD, open.start()),
        }
    }
}

/// Reads the set-up for a template by its name.
///
/// # Errors
/// `upload.template_unknown`; `upload.no_open_period` when nothing could be collected.
pub fn setup(tenant: &Tenant, template: &str) -> Result<UploadSetup> {
    let known = [Template::standard(), Template::standard_events()];
    let names = known.each_ref().map(|t| t.name.clone()).join(", ");
    let found = known.into_iter().find(|t| t.name.eq_ignore_ascii_case(template.trim())).ok_or_else(|| {
        Error::not_found("upload.template_unknown", format!("There is no upload template {template:?}; known are: {names}."))
    })?;
    let open = tenant.store.read(|tx| periods::open(tx, 1, 1))?;
    let open = open.ok_or_else(|| Error::conflict("upload.no_open_period", "No accounting period is open; open one before uploading."))?;
    Ok(UploadSetup::standard(found, open))
}
