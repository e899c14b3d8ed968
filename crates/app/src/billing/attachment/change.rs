//! Renaming and removing attachments.

use crate::billing::{Done, Fields, file, records};
use crate::context::Privilege;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::billing::Attachment;
use serde::Serialize;

/// Changes name or description of an attachment.
#[derive(Serialize)]
pub struct AttachmentUpdate {
    pub id: String,
    pub file_name: Option<String>,
    /// `Some(None)` empties it.
    pub description: Option<Option<String>>,
}

impl Command for AttachmentUpdate {
    const OPERATION: &'static str = "attachment_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let found = records::require::<Attachment>(unit.read(), &self.id)?;
        let mut fields = Fields::default();
        if let Some(name) = &self.file_name {
            let name = file::clean_name(name)?;
            file::content_type(&name)?;
            fields.set("file_name", name);
        }
        if let Some(description) = self.description {
            fields.set("description", description.map_or(accrual_model::Value::Null, Into::into));
        }
        let values = fields.onto(&found.descriptor, Some(&found.record.data))?;
        let stored = records::store(unit, &found.descriptor, &found.record, values)?;
        Ok(Done { id: stored.uid })
    }
}

/// Removes an attachment with its file.
#[derive(Serialize)]
pub struct AttachmentDelete {
    pub id: String,
}

impl Command for AttachmentDelete {
    const OPERATION: &'static str = "attachment_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let found = records::require::<Attachment>(unit.read(), &self.id)?;
        let attachment: Stored<Attachment> = found.record.clone().typed()?;
        records::remove(unit, &found.descriptor, &found.record)?;
        file::remove(unit, &attachment.file_id)?;
        Ok(Done { id: attachment.uid })
    }
}
