//! What rows of the views name by id.

use accrual_base::Result;
use accrual_model::TextEnum;
use accrual_objects::revenue::PobTemplate;
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every row of the views carries this client id.
pub(super) const CLIENT: i64 = 1;
/// The primary book; there is one so far.
pub(super) const BOOK: i64 = 1;

/// A performance obligation template, as far as the views show it.
#[derive(Clone, Debug, Default)]
pub(super) struct PobTemplateName {
    pub name: String,
    pub description: String,
    pub version: i64,
    pub release_event: String,
    pub ratable_method: String,
    pub retain_method: String,
    pub created_by: String,
    pub created_at: i64,
    pub updated_by: String,
    pub updated_at: i64,
}

/// Names by id, loaded once per stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pob_templates: BTreeMap<i64, Arc<PobTemplateName>>,
}

impl Names {
    /// # Errors
    /// A fault from the database.
    pub fn load(tx: &mut dyn Read) -> Result<Self> {
        let templates = typed::all::<PobTemplate>(tx)?;
        let name = |t: accrual_model::Stored<PobTemplate>| PobTemplateName {
            name: t.data.name,
            description: t.data.description.unwrap_or_default(),
            version: t.version,
            release_event: t.data.event_name.unwrap_or_else(|| t.data.release_event.text().to_owned()),
            ratable_method: t.data.ratable_method.text().to_owned(),
            retain_method: t.data.retain_method.text().to_owned(),
            created_by: t.created_by,
            created_at: t.created_at.0,
            updated_by: t.updated_by,
            updated_at: t.updated_at.0,
        };
        Ok(Self { pob_templates: templates.into_iter().map(|t| (t.id, Arc::new(name(t)))).collect() })
    }
    /// SEC_ATR_VAL of an organisation: its number, which is its id.
    pub fn organisation(&self, id: i64) -> Arc<str> {
        id.to_string().into()
    }
    pub fn pob_template(&self, id: i64) -> Option<Arc<PobTemplateName>> {
        self.pob_templates.get(&id).cloned()
    }
}
