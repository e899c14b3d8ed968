//! Rows of one block on their way to the store.

use super::correction::{Corrections, Repeats};
use super::setup::UploadSetup;
use crate::Actor;
use crate::collection::row_keys::{self, KeyRules};
use accrual_base::{Day, Error, Instant, Result, hash};
use accrual_revenue::contract::TransactionType;
use accrual_revenue::fields;
use accrual_revenue::record::{Record, RecordBuilder};
use accrual_revenue::stage::{self, Finding, Validator};
use accrual_revenue::upload::{Family, Row};
use accrual_store::staging::{self, BillCandidate, ChunkKeys, Exception, ExceptionKind, StagedRow};
use accrual_store::{Flow, Write};
use std::collections::BTreeMap;

/// The type column of a row whose type is wrong.
const NO_TYPE: u8 = 255;
/// A row may break many rules; the message stays readable.
const MAX_MESSAGE: usize = 2000;

#[derive(Debug)]
struct Line {
    line_no: i64,
    kind: u8,
    due: Day,
    /// End of its record in the shared buffer.
    end: usize,
}

/// Rows that are written in one transaction.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    lines: Vec<Line>,
    records: Vec<u8>,
    /// By position of the row: codes and message.
    errors: BTreeMap<usize, (String, String)>,
    /// Hash of INV_LINE_ID and position of the row.
    bills: Vec<(i64, usize)>,
    org: i64,
    /// Packed keys of the rows, and the fingerprint of the rules they were made by.
    keys: Vec<u8>,
    key_rules: Option<i64>,
    /// Rows in error of earlier uploads that rows of this chunk take the place of.
    pub superseded: Vec<i64>,
}

/// What writing a chunk came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub rows: i64,
    pub errors: i64,
}

impl Chunk {
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Writes the rows with ids from `first` on, their errors and bill keys, and notes the progress.
    /// `look_back`: bills may have been staged by other uploads, so that ids can repeat across files (RPRO-00715).
    ///
    /// # Errors
    /// A fault from the database.
    pub fn write(
        mut self,
        tx: &mut dyn Write,
        family: staging::Family,
        upload: i64,
        first: i64,
        look_back: bool,
        now: Instant,
    ) -> Result<Written> {
        self.bills.sort_unstable();
        if look_back {
            self.mark_repeated(tx, upload)?;
        }
        let written = self.insert(tx, family, upload, first, now)?;
        if !staging::progress(tx, upload, (first, first + written.rows - 1), written.rows, written.errors, now)? {
            return Err(ended(upload));
        }
        Ok(written)
    }

    /// Writes the rows with ids from `first` on, their errors and bill keys.
    ///
    /// # Errors
    /// A fault from the database.
    pub fn insert(mut self, tx: &mut dyn Write, family: staging::Family, upload: i64, first: i64, now: Instant) -> Result<Written> {
        let id = |position: usize| first + i64::try_from(position).unwrap_or(i64::MAX);
        let mut start = 0;
        let (lines, records, org) = (&self.lines, &self.records, self.org);
        let rows = lines.iter().enumerate().map(|(position, l)| {
            let record = &records[start..l.end];
            start = l.end;
            StagedRow { id: id(position), upload_id: upload, line_no: l.line_no, org_id: org, kind: l.kind.into(), due: l.due, record }
        });
        staging::insert_rows(tx, family, rows)?;
        let exceptions: Vec<Exception> = std::mem::take(&mut self.errors)
            .into_iter()
            .map(|(position, (codes, message))| Exception { stage_id: id(position), kind: ExceptionKind::Error, codes, message })
            .collect();
        staging::insert_exceptions(tx, family, upload, &exceptions, now)?;
        let keys: Vec<(i64, i64)> = self.bills.iter().map(|(hash, position)| (*hash, id(*position))).collect();
        staging::insert_bill_keys(tx, &keys)?;
        if let Some(rules) = self.key_rules {
            let last = id(self.lines.len().saturating_sub(1));
            staging::insert_chunk_keys(tx, &ChunkKeys { upload_id: upload, first, last, rules, keys: std::mem::take(&mut self.keys) })?;
        }
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(Written { rows: count(self.lines.len()), errors: count(exceptions.len()) })
    }

    /// How many rows break a rule.
    pub fn errors(&self) -> i64 {
        i64::try_from(self.errors.len()).unwrap_or(i64::MAX)
    }

    /// RPRO-00715 on bills whose INV_LINE_ID another upload has brought before.
    fn mark_repeated(&mut self, tx: &mut dyn Write, upload: i64) -> Result<()> {
        let hashes: Vec<i64> = self.bills.iter().map(|b| b.0).collect();
        let mut repeated = Vec::new();
        staging::bill_candidates(tx.as_read(), &hashes, &mut |c: &BillCandidate<'_>| {
            if c.upload_id == upload {
                return Ok(Flow::Continue);
            }
            let known = Record::new(c.record).text(fields::INV_LINE_ID)?;
            let from = self.bills.partition_point(|b| b.0 < c.hash);
            for (_, position) in self.bills[from..].iter().take_while(|b| b.0 == c.hash) {
                if Record::new(self.record(*position)).text(fields::INV_LINE_ID)? == known {
                    repeated.push((*position, known.unwrap_or_default().to_owned(), c.upload_id));
                }
            }
            Ok(Flow::Continue)
        })?;
        for (position, id, other) in repeated {
            self.add_error(
                position,
                "RPRO-00715",
                &format!("INV_LINE_ID {id:?} was already sent by upload {other}; a bill is taken once."),
            );
        }
        Ok(())
    }

    fn record(&self, position: usize) -> &[u8] {
        let start = position.checked_sub(1).map_or(0, |before| self.lines[before].end);
        &self.records[start..self.lines[position].end]
    }

    fn add_error(&mut self, position: usize, code: &str, message: &str) {
        let (codes, text) = self.errors.entry(position).or_default();
        if !codes.split(',').any(|c| c == code) {
            codes.push_str(if codes.is_empty() { "" } else { "," });
            codes.push_str(code);
        }
        if text.len() + message.len() < MAX_MESSAGE {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(code);
            text.push_str(": ");
            text.push_str(message);
        }
    }
}

/// An upload that was ended behind its back: it made no progress, or another process recovered it.
pub(super) fn ended(upload: i64) -> Error {
    Error::conflict("upload.ended", format!("Upload {upload} was ended before it was complete; send the file again."))
}

/// Judges rows and packs them into chunks.
pub(super) struct Stager<'a> {
    setup: &'a UploadSetup,
    actor: &'a Actor,
    validator: Validator,
    builder: RecordBuilder,
    findings: Vec<Finding>,
    repeats: Repeats,
    corrections: Corrections,
    /// Organisation of the file, with the text that named it.
    org: Option<(i64, String)>,
    key_rules: Option<i64>,
    chunk: Chunk,
}

impl<'a> Stager<'a> {
    pub fn new(setup: &'a UploadSetup, actor: &'a Actor, corrections: Corrections) -> Self {
        Self {
            setup,
            actor,
            validator: Validator::new(setup.rules.clone()),
            builder: RecordBuilder::new(),
            findings: Vec::new(),
            repeats: Repeats::default(),
            corrections,
            org: None,
            key_rules: setup.keys.as_ref().filter(|_| setup.template.family == Family::Line).map(KeyRules::fingerprint),
            chunk: Chunk::default(),
        }
    }
    /// The organisation of the rows so far.
    pub fn org(&self) -> Option<i64> {
        self.org.as_ref().map(|o| o.0)
    }
    /// The rows since the last call.
    pub fn take(&mut self) -> Chunk {
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.org = self.org().unwrap_or_default();
        chunk.key_rules = self.key_rules;
        chunk
    }

    /// Takes one row.
    ///
    /// # Errors
    /// Rejections that fail the file: a second organisation (RPRO-00744), one the role does not have or that
    /// does not exist (RPRO-00714), a repeated INV_LINE_ID (RPRO-00715).
    pub fn row(&mut self, line: u64, row: &Row<'_>) -> Result<()> {
        self.findings.clear();
        let (kind, due) = match self.setup.template.family {
            Family::Line => {
                self.organisation(row.text(fields::SEC_ATR_VAL), "SEC_ATR_VAL")?;
                let kind = self.validator.line(row, &mut self.findings);
                (kind, kind.and_then(|k| stage::due(k, row)))
            }
            Family::Event => {
                self.organisation(row.text(fields::event::SEC_ATR_VAL), "SEC_ATR_VAL")?;
                self.validator.event(row, &mut self.findings);
                (None, row.date(fields::event::EVENT_EFFECTIVE_DATE))
            }
        };
        let position = self.chunk.len();
        if let Some(kind) = kind {
            self.ids(kind, row, line, position)?;
        }
        row.encode(&mut self.builder)?;
        self.chunk.records.extend_from_slice(self.builder.bytes());
        let code = match (self.setup.template.family, kind) {
            (Family::Event, _) => 0,
            (Family::Line, Some(kind)) => kind as u8,
            (Family::Line, None) => NO_TYPE,
        };
        let due = due.unwrap_or(Day::from_epoch(0));
        if let (Family::Line, Some(rules)) = (self.setup.template.family, &self.setup.keys) {
            row_keys::of_row(row, code, due.epoch(), rules).pack(&mut self.chunk.keys);
        }
        self.chunk.lines.push(Line { line_no: i64::try_from(line).unwrap_or(i64::MAX), kind: code, due, end: self.chunk.records.len() });
        for finding in &self.findings {
            self.chunk.add_error(position, finding.code, &finding.message);
        }
        Ok(())
    }

    /// Keeps the ids by which rows are found again.
    fn ids(&mut self, kind: TransactionType, row: &Row<'_>, line: u64, position: usize) -> Result<()> {
        let inv_line_id = row.text(fields::INV_LINE_ID);
        if let (true, Some(id)) = (stage::is_bill(kind), inv_line_id) {
            if let Some(first) = self.repeats.first_line(id, line) {
                let message = format!("The INV_LINE_ID stands on line {first} already; a file names a bill once.");
                return Err(Error::invalid("RPRO-00715", message).in_column("INV_LINE_ID").with_value(id));
            }
            self.chunk.bills.push((hash::key(id), position));
        }
        if self.findings.is_empty() {
            let taken = self.corrections.taken(kind, row.text(fields::SO_LINE_ID), inv_line_id);
            self.chunk.superseded.extend(taken);
        }
        Ok(())
    }

    /// All rows of a file belong to one organisation.
    fn organisation(&mut self, given: Option<&str>, column: &str) -> Result<()> {
        let given = given.map_or("", str::trim);
        if let Some((_, first)) = &self.org {
            if first == given {
                return Ok(());
            }
            let message = format!("The file began with organisation {first:?}; send one file for each organisation.");
            return Err(Error::invalid("RPRO-00744", message).in_column(column).with_value(given));
        }
        let all = &self.setup.organisations;
        let found = match all.as_slice() {
            [only] if given.is_empty() => Some(only),
            _ => all.iter().find(|o| o.number == given),
        };
        let Some(org) = found else {
            let known: Vec<&str> = all.iter().map(|o| o.number.as_str()).collect();
            let message = if given.is_empty() {
                format!("The organisation is missing; with several organisations every row names one of {}.", known.join(", "))
            } else {
                format!("The organisation does not exist or is disabled; use one of {}.", known.join(", "))
            };
            return Err(Error::invalid("RPRO-00714", message).in_column(column).with_value(given));
        };
        self.actor.require_org(org.id)?;
        self.org = Some((org.id, given.to_owned()));
        Ok(())
    }
}
