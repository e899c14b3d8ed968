//! Attaching a file.

use super::owner;
use crate::billing::file::{self, Content};
use crate::context::Privilege;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Filter, Object, json};
use accrual_objects::billing::Attachment;
use accrual_store::nouns::{self, typed};
use serde::{Deserialize, Serialize};

/// Most attachments of one object.
const MOST: i64 = 25;

/// Attaches a file whose bytes were received to an object.
#[derive(Serialize)]
pub struct AttachmentCreate {
    /// Account, Invoice or CreditMemo.
    pub object_type: String,
    /// Id of the object, or its number.
    pub object_key: String,
    pub file_name: String,
    pub description: Option<String>,
    pub content: Content,
}

/// The attachment and its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub id: String,
    pub file_id: String,
}

impl Command for AttachmentCreate {
    const OPERATION: &'static str = "attachment_create";
    type Output = Attached;

    fn run(self, unit: &mut Unit<'_>) -> Result<Attached> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let name = file::clean_name(&self.file_name)?;
        let media = file::content_type(&name)?;
        let actor = unit.actor;
        let owner = owner::find(unit.read(), actor, &self.object_type, &self.object_key)?;
        let of_owner =
            Filter::All(vec![Filter::eq("associated_object_type", owner.kind), Filter::eq("associated_object_id", owner.id.as_str())]);
        if nouns::count(unit.read(), Attachment::descriptor(), &of_owner)? >= MOST {
            let message = format!("There are {MOST} attachments already, the most an object can have; remove one first.");
            return Err(Error::conflict("attachment.many", message));
        }
        let stored = file::insert(unit, name.clone(), media, &self.content)?;
        let attachment = Attachment {
            associated_object_type: owner.kind.to_owned(),
            associated_object_id: owner.id,
            file_id: stored.uid.clone(),
            file_name: name,
            file_content_type: media.to_owned(),
            description: self.description,
        };
        let stamp = unit.stamp();
        let made = typed::create(unit.tx, None, &attachment, stamp)?;
        unit.audit("Attachment", &made.uid, None, Some(&json::values(Attachment::descriptor(), &attachment.to_values()?)))?;
        Ok(Attached { id: made.uid, file_id: stored.uid })
    }
}
