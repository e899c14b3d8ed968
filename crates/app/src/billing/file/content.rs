//! The bytes of files: received in parts, read in parts, whatever their size.

use crate::tenant::Tenant;
use accrual_base::{Error, Result};
use accrual_store::files;
use accrual_store::{Commit, Lane, sequence};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{ErrorKind, Read, Write};

/// Bytes of a part.
const PART: usize = 256 << 10;
/// Most bytes that are read and thrown away of a file that is too large.
const DRAIN: u64 = 64 << 20;
/// How long an upload may take before what it left counts as broken off.
const PENDING_SECONDS: i64 = 24 * 3600;

/// Bytes that are in the store, not yet claimed by a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Differs for the same file sent again, so it is no part of what an idempotency key stands for.
    #[serde(skip)]
    pub id: i64,
    pub size: i64,
    /// Of all bytes, in hexadecimal.
    pub sha256: String,
    /// The first bytes: what the file really is.
    #[serde(skip)]
    pub head: Vec<u8>,
}

/// Takes the bytes of a reader into the store. Blocks.
///
/// # Errors
/// `file.size` when there are more than `limit` bytes, `file.empty` when there are none; what the reader answers. Nothing
/// is left behind then.
pub fn receive(tenant: &Tenant, reader: &mut dyn Read, limit: usize) -> Result<Content> {
    let id = tenant.store.write(Lane::Small, |tx| sequence::reserve(tx, files::SEQUENCE, 1).map(Commit::Keep))?;
    let taken = take(tenant, id, reader, limit);
    if taken.is_err() {
        drop_content(tenant, id);
    }
    taken
}

/// Lets go of bytes that no record will refer to. Blocks.
pub fn discard(tenant: &Tenant, content: &Content) {
    drop_content(tenant, content.id);
}

/// Removes bytes that are still pending; what cannot be removed now is swept later.
fn drop_content(tenant: &Tenant, id: i64) {
    let removed = tenant.store.write(Lane::Bulk, move |tx| {
        if files::claim(tx, id)? {
            files::remove(tx, id)?;
        }
        Ok(Commit::Keep(()))
    });
    if let Err(e) = removed {
        tracing::warn!(tenant = %tenant.name, content = id, error = %e, "the bytes of a refused file stay until they are swept");
    }
}

fn take(tenant: &Tenant, id: i64, reader: &mut dyn Read, limit: usize) -> Result<Content> {
    let mut content = Content { id, size: 0, sha256: String::new(), head: Vec::new() };
    let (mut hash, mut size, mut number) = (Sha256::new(), 0usize, 0);
    loop {
        let part = next(reader)?;
        if part.is_empty() {
            break;
        }
        size += part.len();
        if size > limit {
            // a client that is still sending would not hear why otherwise
            let _ = std::io::copy(&mut reader.take(DRAIN), &mut std::io::sink());
            let message = format!("The file is larger than {} MB; send a smaller one.", limit >> 20);
            return Err(Error::invalid("file.size", message).in_column("file"));
        }
        hash.update(&part);
        if number == 0 {
            content.head = part[..part.len().min(16)].to_vec();
        }
        let (at, now) = (number, tenant.now());
        tenant.store.write(Lane::Bulk, move |tx| files::add_part(tx, id, at, &part, now).map(Commit::Keep))?;
        number += 1;
    }
    if size == 0 {
        return Err(Error::invalid("file.empty", "The file is empty.").in_column("file"));
    }
    content.size = i64::try_from(size).map_err(|e| Error::fault_from("a size", e))?;
    content.sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok(content)
}

/// The next part, full unless it is the last.
fn next(reader: &mut dyn Read) -> Result<Vec<u8>> {
    let (mut part, mut used) = (vec![0; PART], 0);
    while used < PART {
        match reader.read(&mut part[used..]) {
            Ok(0) => break,
            Ok(n) => used += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::invalid("file.broken", format!("The file did not arrive whole: {e}.")).in_column("file")),
        }
    }
    part.truncate(used);
    Ok(part)
}

/// Hands the bytes of a content to a writer, part by part. Blocks.
///
/// # Errors
/// A fault from the database or the writer; a fault when bytes are missing.
pub(super) fn write_to(tenant: &Tenant, id: i64, size: i64, out: &mut dyn Write) -> Result<()> {
    let (mut left, mut number) = (size, 0);
    while left > 0 {
        let part = tenant.store.read(|tx| files::part(tx, id, number))?;
        let part = part.ok_or_else(|| Error::fault(format!("{left} bytes of the content {id} are missing")))?;
        out.write_all(&part).map_err(|e| Error::fault_from("a file could not be handed on", e))?;
        left -= i64::try_from(part.len()).map_err(|e| Error::fault_from("a size", e))?;
        number += 1;
    }
    Ok(())
}

/// Removes what uploads that broke off have left. Answers how many.
///
/// # Errors
/// A fault from the database.
pub fn sweep(tenant: &Tenant) -> Result<usize> {
    let before = tenant.now().plus_seconds(-PENDING_SECONDS);
    let ids = tenant.store.read(|tx| files::pending_since(tx, before, 1_000))?;
    for id in &ids {
        let id = *id;
        tenant.store.write(Lane::Bulk, move |tx| files::remove(tx, id).map(Commit::Keep))?;
    }
    Ok(ids.len())
}
