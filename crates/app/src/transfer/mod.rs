//! Transfer accounting: unposted schedule entries become journal lines of a batch (reference section 12).

mod balance;
pub(crate) mod check;
mod criteria;
mod format;
mod frozen;
mod post;
mod run;
pub mod status;
mod unfinished;

pub(crate) use criteria::Criteria;
pub use format::{COLUMNS, Form};
pub use run::{run, run_in_chunks};
pub use status::{Batch, SetTransferred, batch, list, ready};
pub(crate) use unfinished::unfinished;

use crate::{Context, Tenant};
use accrual_base::Result;
use accrual_store::{Flow, Read, journals};
use format::Writer;

/// Whether the lines of a batch in this status may be read: before UPDATED they are not all there.
fn has_lines(status: &str) -> bool {
    [status::UPDATED, status::READY, status::TRANSFERRED].contains(&status)
}

/// Hands over the lines `skip + 1 ..= skip + size` of a batch, each as text; CSV brings its header first. Nothing is
/// handed over when there are no such lines.
///
/// # Errors
/// `NotFound` `transfer.batch`; whatever `each` returned.
pub fn lines(
    tenant: &Tenant,
    context: &Context,
    id: i64,
    skip: i64,
    size: i64,
    form: Form,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let reporting = run::reporting(tenant)?;
    tenant.store.read(|tx| {
        let batch = status::visible(tx, context, id)?;
        if !has_lines(&batch.status) {
            return Ok(());
        }
        let mut writer = Writer::new(form, reporting);
        let mut first = form == Form::Csv;
        journals::page(tx, id, skip, size, &mut |line| {
            if std::mem::take(&mut first) {
                each(&Writer::header())?;
            }
            each(writer.line(line))?;
            Ok(Flow::Continue)
        })
    })
}

/// Streams all lines of a batch as CSV with its header, in constant memory and in large pieces.
///
/// # Errors
/// A fault from the database; whatever `each` returned.
pub(crate) fn csv(tenant: &Tenant, id: i64, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    /// Bytes handed over at a time.
    const PIECE: usize = 1 << 16;
    let mut writer = Writer::new(Form::Csv, run::reporting(tenant)?);
    let mut piece = Writer::header();
    tenant.store.read(|tx: &mut dyn Read| {
        journals::stream(tx, id, &mut |line| {
            piece.extend_from_slice(writer.line(line));
            if piece.len() >= PIECE {
                each(&piece)?;
                piece.clear();
            }
            Ok(Flow::Continue)
        })
    })?;
    if piece.is_empty() { Ok(()) } else { each(&piece) }
}
