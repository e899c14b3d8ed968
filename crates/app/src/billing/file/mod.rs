//! Files: what is attached, generated and sent (reference section 2.10 of the platform).
//!
//! The bytes live in the tenant's store, so that a backup of the store is whole. They come first ([`receive`]), the record
//! that refers to them afterwards, in the transaction of whatever the file belongs to.

mod content;

pub use content::{Content, discard, receive, sweep};

use super::records;
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Object, Stored, json};
use accrual_objects::billing::File;
use accrual_store::files;
use accrual_store::nouns::{self, typed};
use std::io::Write;

/// Largest file of an attachment or an invoice (sections 2.10 and 1.1).
pub const LARGEST: usize = 4 << 20;

/// Kinds of files that are taken, with what they are sent back as.
const KINDS: [(&str, &str); 21] = [
    ("cls", "application/octet-stream"),
    ("csv", "text/csv; charset=UTF-8"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eml", "message/rfc822"),
    ("gif", "image/gif"),
    ("htm", "text/html; charset=UTF-8"),
    ("html", "text/html; charset=UTF-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("log", "text/plain; charset=UTF-8"),
    ("msg", "application/vnd.ms-outlook"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rtf", "application/rtf"),
    ("txt", "text/plain; charset=UTF-8"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml; charset=UTF-8"),
    ("zip", "application/zip"),
];

/// What a file is sent back as, by the ending of its name.
///
/// # Errors
/// `file.kind` for an ending that is not taken.
pub fn content_type(name: &str) -> Result<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    // archives are made here, never taken
    KINDS.iter().find(|(kind, _)| *kind == ending && *kind != "zip").map(|(_, media)| *media).ok_or_else(|| {
        let known = KINDS.map(|(kind, _)| kind).into_iter().filter(|kind| *kind != "zip").collect::<Vec<_>>().join(", ");
        Error::invalid("file.kind", format!("A file of this kind is not taken; its name ends in one of {known}."))
            .in_column("file")
            .with_value(name)
    })
}

/// The name of a file as it is kept: the last part of a path, without what no file system takes.
///
/// # Errors
/// `file.name` when nothing is left, or more than 255 characters.
pub fn clean_name(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let clean: String = last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*')).collect();
    if clean.is_empty() || clean.starts_with('.') || clean.chars().count() > 255 {
        return Err(Error::invalid("file.name", "A file has a name of 1 to 255 characters, as in scan.pdf.")
            .in_column("file")
            .with_value(name));
    }
    Ok(clean)
}

/// Makes the record of a content that was received.
///
/// # Errors
/// `file.gone` when the content was swept meanwhile; a fault from the database.
pub(super) fn insert(unit: &mut Unit<'_>, name: String, media: &str, content: &Content) -> Result<Stored<File>> {
    if !files::claim(unit.tx, content.id)? {
        return Err(Error::conflict("file.gone", "The upload took too long; send the file again."));
    }
    let file = File {
        file_name: name,
        content_type: media.to_owned(),
        size: content.size,
        sha256: content.sha256.clone(),
        content_id: content.id,
    };
    let stamp = unit.stamp();
    let stored = typed::create(unit.tx, None, &file, stamp)?;
    unit.audit("File", &stored.uid, None, Some(&json::values(File::descriptor(), &file.to_values()?)))?;
    Ok(stored)
}

/// Removes a file with its bytes.
///
/// # Errors
/// Not found; a fault from the database.
pub(super) fn remove(unit: &mut Unit<'_>, id: &str) -> Result<()> {
    let record = nouns::named(unit.read(), File::descriptor(), id)?;
    let file: Stored<File> = record.clone().typed()?;
    files::remove(unit.tx, file.content_id)?;
    records::remove(unit, File::descriptor(), &record)
}

/// A file by its id. Blocks.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, id: &str) -> Result<Stored<File>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::typed::<File>(tx, id))
}

/// Hands the bytes of a file to a writer, in constant memory. Blocks.
///
/// # Errors
/// A fault from the database or the writer.
pub fn write_to(tenant: &Tenant, file: &File, out: &mut dyn Write) -> Result<()> {
    content::write_to(tenant, file.content_id, file.size, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_path_and_what_is_dangerous() {
        for (given, kept) in [
            ("scan.pdf", "scan.pdf"),
            ("C:\\a\\b.csv", "b.csv"),
            ("../../etc/x.txt", "x.txt"),
            ("a\"\r\nX: y.pdf", "aX y.pdf"),
            ("März.pdf", "März.pdf"),
        ] {
            assert_eq!(clean_name(given).ok().as_deref(), Some(kept), "{given}");
        }
        for bad in ["", "a/", ".htaccess", "\u{7}"] {
            assert!(clean_name(bad).is_err(), "{bad:?}");
        }
        assert!(clean_name(&"x".repeat(256)).is_err());
    }

    #[test]
    fn kinds() {
        assert_eq!(content_type("a.PDF").ok(), Some("application/pdf"));
        for bad in ["a.exe", "a.zip", "pdf", "a.", ""] {
            assert!(content_type(bad).is_err(), "{bad}");
        }
    }
}
