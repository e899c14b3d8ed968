//! One file, from the first byte to its receipt.

use super::chunk::{Chunk, Stager, Written, ended};
use super::correction::Corrections;
use super::setup::{UploadSetup, setup};
use super::{PARALLEL_UPLOADS, family, owner, sweep};
use crate::{Context, Privilege, Tenant, Unit};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_revenue::upload::{Block, Blocks, MAX_REPORTED, Parser};
use accrual_store::staging::{self, Finish, UploadRow, UploadStatus};
use accrual_store::{Commit, Lane, sequence};
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Blocks read ahead of the parser, and chunks parsed ahead of the store.
const AHEAD: usize = 1;
/// Superseded rows that are still marked together with the end of the upload.
const SUPERSEDE_AT_ONCE: usize = 5_000;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The request id, for the status.
    pub upload_id: i64,
    /// Staged or Failed.
    pub status: UploadStatus,
    /// One sentence.
    pub message: String,
    pub rows_read: i64,
    /// Staged rows with a validation error; they stay and can be corrected by a later upload.
    pub rows_error: i64,
}

/// Receives a file by the name of its template. Blocks until the file is staged or has failed: call it from a
/// thread that may block, with a reader that may block.
///
/// # Errors
/// Nothing was received when the role lacks Webservices Inbound, the template is unknown, disabled or not
/// frozen, or two uploads are under way (`Busy`). A fault when the store broke; the upload is then failed, at
/// the latest by [`super::recover`]. A file that is wrong is no error: the receipt says Failed.
pub fn receive(tenant: &Tenant, context: &Context, template: &str, file_name: &str, reader: impl Read) -> Result<Receipt> {
    context.actor.require(Privilege::WebservicesInbound)?;
    receive_with(tenant, context, &setup(tenant, template)?, file_name, reader)
}

/// As [`receive`], with the set-up given.
///
/// # Errors
/// As [`receive`].
pub fn receive_with(tenant: &Tenant, context: &Context, setup: &UploadSetup, file_name: &str, reader: impl Read) -> Result<Receipt> {
    if context.preview {
        return Err(Error::rejected(Kind::NotBuilt, "upload.preview", "A preview of an upload is not built; upload to a sandbox instead."));
    }
    setup.template.usable()?;
    let (id, look_back) = begin(tenant, context, setup, file_name)?;
    let load = Load { tenant, context, setup, id, look_back };
    let beating = owner::Beating::start(&tenant.store, id);
    let outcome = load.run(reader);
    let (finish, superseded) = match &outcome {
        Ok(loaded) => loaded.finish(setup),
        Err(e) => {
            tracing::error!(upload = id, error = %e, "upload failed");
            let message = "The file could not be stored; nothing of it was kept. Send it again; if it fails again, tell an administrator.";
            (
                Finish {
                    status: UploadStatus::Failed,
                    message: message.into(),
                    log: message.into(),
                    rows_read: 0,
                    org_id: None,
                    control_sums: None,
                },
                vec![],
            )
        }
    };
    let receipt = Receipt {
        upload_id: id,
        status: finish.status,
        message: finish.message.clone(),
        rows_read: finish.rows_read,
        rows_error: if finish.status == UploadStatus::Staged { outcome.as_ref().map_or(0, |l| l.written.errors) } else { 0 },
    };
    let ended = load.end(finish, superseded).and_then(|()| match receipt.status {
        UploadStatus::Failed => sweep::sweep(tenant, id),
        _ => Ok(()),
    });
    drop(beating);
    // the first thing that broke is the one to tell
    outcome.and(ended).map(|()| receipt)
}

/// Writes the upload row. Answers its id and whether other uploads may have staged bills before.
fn begin(tenant: &Tenant, context: &Context, setup: &UploadSetup, file_name: &str) -> Result<(i64, bool)> {
    if tenant.store.read(|tx| staging::loading(tx, 0))? >= PARALLEL_UPLOADS {
        sweep::end_abandoned(tenant)?;
    }
    let now = tenant.now();
    let (family, template) = (family(setup.template.family), setup.template.name.clone());
    let (file_name, context) = (file_name.to_owned(), context.clone());
    tenant.store.write(Lane::Small, move |tx| {
        let loading = staging::loading(tx.as_read(), 0)?;
        if loading >= PARALLEL_UPLOADS {
            let message = format!("{loading} uploads are under way, more are not taken; send the file again when one has ended.");
            return Err(Error::rejected(Kind::Busy, "upload.busy", message));
        }
        let id = sequence::reserve(tx, "upload", 1)?;
        let look_back = loading > 0 || staging::has_bill_keys(tx.as_read())?;
        let row = UploadRow {
            id,
            family,
            template,
            file_name,
            status: UploadStatus::Loading,
            message: "The file is being loaded.".into(),
            log: String::new(),
            rows_read: 0,
            rows_error: 0,
            org_id: None,
            ids: None,
            control_sums: None,
            created_by: context.actor.user.clone(),
            created_at: now,
            updated_at: now,
        };
        staging::insert_upload(tx, &row)?;
        staging::own(tx, id, owner::me().as_deref())?;
        let after = serde_json::json!({ "template": row.template, "file_name": row.file_name });
        Unit::new(tx, now, &context, "upload_file").audit("upload", id, None, Some(&after))?;
        Ok(Commit::Keep((id, look_back)))
    })
}

/// A file under way.
struct Load<'a> {
    tenant: &'a Tenant,
    context: &'a Context,
    setup: &'a UploadSetup,
    id: i64,
    look_back: bool,
}

/// A file read to its end, or as far as it was worth.
#[derive(Debug, Default)]
struct Loaded {
    /// What fails the file, by line.
    errors: Vec<Error>,
    rows: u64,
    org: Option<i64>,
    control: serde_json::Map<String, serde_json::Value>,
    superseded: Vec<i64>,
    written: Written,
}

impl Load<'_> {
    /// Reads, parses and writes. Errors are faults of ours; what is wrong with the file is in the answer.
    fn run(&self, reader: impl Read) -> Result<Loaded> {
        let template = &self.setup.template;
        let mut blocks = match Blocks::start(reader, template.separator, template.start_row) {
            Ok(blocks) => blocks,
            Err(e) => return refused(e),
        };
        // filled in before the organisation of a row is known, so only where all agree
        let functional = match self.setup.organisations.as_slice() {
            [first, rest @ ..] if rest.iter().all(|o| o.functional == first.functional) => first.functional,
            _ => None,
        };
        let parser = blocks.header().and_then(|header| Parser::start(template, self.setup.safety, functional, &header));
        let parser = match parser {
            Ok(parser) => parser,
            Err(e) => return refused(e),
        };
        let plan = parser.plan().clone();
        let corrections = self.tenant.store.read(|tx| Corrections::load(tx, template.family))?;
        let stager = Stager::new(self.setup, &self.context.actor, corrections);

        thread::scope(|scope| {
            let (to_parser, from_reader) = sync_channel::<Block>(AHEAD);
            let (to_store, from_parser) = sync_channel::<Chunk>(AHEAD);
            let parsing = scope.spawn(move || parse(parser, stager, &from_reader, &to_store));
            let writing = scope.spawn(|| self.write(from_parser));
            let read = loop {
                match blocks.next_block() {
                    // a parser that has seen enough, or a store that broke, hangs up
                    Ok(Some(block)) => match to_parser.send(block) {
                        Ok(()) => {}
                        Err(_) => break Ok(()),
                    },
                    Ok(None) => break Ok(()),
                    Err(e) => break Err(plan.name_column(e)),
                }
            };
            drop(to_parser);
            let parsed = parsing.join().map_err(|_| Error::fault("the parser of an upload panicked"))?;
            let written = writing.join().map_err(|_| Error::fault("the writer of an upload panicked"))??;
            let mut loaded = parsed?;
            loaded.written = written;
            match read {
                Err(e @ Error::Rejected(_)) => loaded.errors.push(e),
                other => other?,
            }
            if loaded.rows == 0 && loaded.errors.is_empty() {
                loaded
                    .errors
                    .push(Error::invalid("upload.no_rows", "The file has a header row and no lines below it; nothing was loaded."));
            }
            Ok(loaded)
        })
    }

    /// Writes chunks until there are no more. Ids come from a small write of their own: the row of the sequence
    /// must not stay locked while rows are loaded.
    fn write(&self, chunks: Receiver<Chunk>) -> Result<Written> {
        let (family, upload, look_back) = (family(self.setup.template.family), self.id, self.look_back);
        let mut all = Written::default();
        for chunk in chunks {
            let now = self.tenant.now();
            let rows = i64::try_from(chunk.len()).map_err(|_| Error::fault("a chunk of too many rows"))?;
            let first = self.tenant.store.write(Lane::Small, move |tx| sequence::reserve(tx, family.table(), rows).map(Commit::Keep))?;
            let written = self.tenant.store.write(Lane::Bulk, move |tx| {
                let look_back = look_back || staging::followed(tx.as_read(), upload)?;
                chunk.write(tx, family, upload, first, look_back, now).map(Commit::Keep)
            })?;
            all.rows += written.rows;
            all.errors += written.errors;
        }
        Ok(all)
    }

    /// The last write: everything becomes visible, or nothing.
    fn end(&self, finish: Finish, superseded: Vec<i64>) -> Result<()> {
        let (id, now, context) = (self.id, self.tenant.now(), self.context.clone());
        let family = family(self.setup.template.family);
        let (now_marked, later) = superseded.split_at(superseded.len().min(SUPERSEDE_AT_ONCE));
        let marked = now_marked.to_vec();
        self.tenant.store.write(Lane::Small, move |tx| {
            if !staging::finish_upload(tx, id, &finish, now)? {
                return Err(ended(id));
            }
            staging::supersede(tx, family, &marked, now)?;
            let after = serde_json::json!({ "status": finish.status.name(), "rows_read": finish.rows_read });
            Unit::new(tx, now, &context, "upload_file").audit("upload", id, None, Some(&after))?;
            Ok(Commit::Keep(()))
        })?;
        // marks beyond the first are cosmetic: a crash here leaves them in the list of errors until they are sent again
        for part in later.chunks(SUPERSEDE_AT_ONCE) {
            let part = part.to_vec();
            self.tenant.store.write(Lane::Bulk, move |tx| staging::supersede(tx, family, &part, now).map(Commit::Keep))?;
        }
        Ok(())
    }
}

fn refused(error: Error) -> Result<Loaded> {
    match error {
        Error::Rejected(_) => Ok(Loaded { errors: vec![error], ..Loaded::default() }),
        fault => Err(fault),
    }
}

/// Parses blocks until there are no more or the file has failed.
fn parse(mut parser: Parser, mut stager: Stager<'_>, blocks: &Receiver<Block>, chunks: &SyncSender<Chunk>) -> Result<Loaded> {
    let mut superseded = Vec::new();
    for block in blocks {
        parser.block(&block, &mut |line, row| stager.row(line, row))?;
        if !parser.errors().is_empty() {
            break;
        }
        let mut chunk = stager.take();
        superseded.append(&mut chunk.superseded);
        if chunk.len() > 0 && chunks.send(chunk).is_err() {
            // the store broke; the writer answers why
            break;
        }
    }
    let mut loaded = Loaded { rows: parser.rows(), org: stager.org(), superseded, ..Loaded::default() };
    let mut totals_error = None;
    for (heading, totals, sum) in parser.totals() {
        let mut entry = serde_json::json!({ "count": totals.count });
        if sum {
            match totals.sum() {
                Ok(sum) => entry["sum"] = sum.to_string().into(),
                Err(e) => totals_error = Some(e.in_column(heading)),
            }
        }
        loaded.control.insert(heading.to_owned(), entry);
    }
    loaded.errors = parser.into_errors();
    loaded.errors.extend(totals_error);
    Ok(loaded)
}

impl Loaded {
    /// Status, message and log for the sender, and what the upload supersedes.
    fn finish(&self, setup: &UploadSetup) -> (Finish, Vec<i64>) {
        let rows_read = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let control_sums = (!self.control.is_empty()).then(|| serde_json::Value::Object(self.control.clone()).to_string());
        let finish = |status, message: String, log| Finish { status, message, log, rows_read, org_id: self.org, control_sums };
        if let Some(first) = self.errors.first() {
            let more = self.errors.len() - 1;
            let rest = if more > 0 { format!(" {more} more in the log.") } else { String::new() };
            let mut log: Vec<String> = self.errors.iter().map(|e| format!("{}{e}", code(e))).collect();
            if self.errors.len() >= MAX_REPORTED {
                log.push("Reading stopped here; there may be more.".into());
            }
            let message = format!("{}{first} Nothing of the file was kept.{rest}", code(first));
            return (finish(UploadStatus::Failed, message, log.join("\n")), vec![]);
        }
        let errors = self.written.errors;
        let log = format!("{rows_read} rows read with template {}, {errors} with stage errors.", setup.template.name);
        (finish(UploadStatus::Staged, "Data Received".to_owned(), log), self.superseded.clone())
    }
}

fn code(error: &Error) -> String {
    error.rejection().map(|r| format!("{} ", r.code)).unwrap_or_default()
}
