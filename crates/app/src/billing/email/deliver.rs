//! Delivering mails that were asked for.

use crate::billing::file;
use crate::billing::invoice::InvoiceEmailed;
use crate::billing::records;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Instant, Result};
use accrual_connect::mail::{Enclosure, Mail, Mailbox, Mailer, Undelivered};
use accrual_model::filter::Operator;
use accrual_model::{Filter, Query, Sort, Stored};
use accrual_objects::billing::{EmailHistory, EmailStatus, File};
use accrual_store::nouns::typed;
use serde::Serialize;

/// Seconds to wait after an attempt that failed, the first, the second …; then the mail is given up.
const WAITS: [i64; 7] = [60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600];
/// Seconds after which an attempt nobody heard of counts as broken off.
const LEASE: i64 = 600;
/// Most mails of one round.
const ROUND: u32 = 50;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub sent: usize,
    /// Will be tried again.
    pub waiting: usize,
    /// Given up.
    pub failed: usize,
}

/// Sends the mails that are due at `now`. Blocks. Several processes may do so at once: each mail is taken by one.
///
/// # Errors
/// A fault from the database. What a mail server refuses is written down at the mail.
pub fn deliver(tenant: &Tenant, mailer: &dyn Mailer, now: Instant) -> Result<Outcome> {
    let due = Filter::All(vec![Filter::eq("status", "Pending"), Filter::compare("next_attempt_at", Operator::Le, now)]);
    let sort = vec![Sort { field: "next_attempt_at".into(), descending: false }];
    let query = Query { limit: ROUND, sort, ..Query::of(due) };
    let mut outcome = Outcome::default();
    for mail in tenant.store.read(|tx| typed::list::<EmailHistory>(tx, &query))? {
        let context = Context::system("mail");
        // the attempt is written down before it is made: a process that dies in it leaves the mail to be sent again later
        let begun = match execute_blocking(
            tenant,
            &context,
            Begin { id: mail.uid.clone(), seen: mail.version, until: now.plus_seconds(LEASE).0 },
        ) {
            Err(Error::Rejected(why)) if why.code == "object.version" || why.code == "mail.taken" => continue,
            begun => begun?,
        };
        let result = match compose(tenant, &mail) {
            Ok(composed) => mailer.send(&composed),
            Err(Error::Rejected(why)) => Err(Undelivered::Never(why.message)),
            Err(fault) => return Err(fault),
        };
        let end = End { id: mail.uid.clone(), attempt: begun, now: now.0, result: said(result, begun) };
        match execute_blocking(tenant, &context, end)? {
            EmailStatus::Sent => outcome.sent += 1,
            EmailStatus::Pending => outcome.waiting += 1,
            EmailStatus::Failed => outcome.failed += 1,
        }
    }
    Ok(outcome)
}

fn compose(tenant: &Tenant, mail: &Stored<EmailHistory>) -> Result<Mail> {
    let list = |text: &Option<String>| text.iter().flat_map(|t| t.split(',')).map(Mailbox::new).collect::<Vec<_>>();
    let mut enclosures = Vec::new();
    if let Some(id) = &mail.content_file_id {
        let file: Stored<File> = tenant.store.read(|tx| records::typed::<File>(tx, id))?;
        let mut bytes = Vec::new();
        file::write_to(tenant, &file, &mut bytes)?;
        let file_name = mail.content_file_name.clone().unwrap_or_else(|| file.file_name.clone());
        enclosures.push(Enclosure { file_name, content_type: file.content_type.clone(), bytes });
    }
    Ok(Mail {
        // the same at every attempt
        message_id: format!("{}@{}.accrual", mail.uid, tenant.name),
        date: mail.created_at,
        from: Mailbox { name: mail.sender.clone().unwrap_or_default(), address: mail.from_email.clone() },
        reply_to: mail.reply_to.as_deref().map(Mailbox::new),
        to: mail.to.split(',').map(Mailbox::new).collect(),
        cc: list(&mail.cc),
        bcc: list(&mail.bcc),
        subject: mail.subject.clone(),
        text: mail.body.clone(),
        enclosures,
    })
}

/// How an attempt ended.
#[derive(Serialize)]
enum Said {
    Sent,
    /// Again, after so many seconds.
    Again(i64, String),
    GivenUp(String),
}

fn said(result: Result<(), Undelivered>, attempt: i64) -> Said {
    match result {
        Ok(()) => Said::Sent,
        Err(Undelivered::Never(why)) => Said::GivenUp(why),
        Err(Undelivered::NotNow(why)) => match usize::try_from(attempt - 1).ok().and_then(|at| WAITS.get(at)) {
            Some(wait) => Said::Again(*wait, why),
            None => Said::GivenUp(format!("Given up after {attempt} attempts: {why}")),
        },
    }
}

/// Takes a mail for one attempt; answers which it is.
#[derive(Serialize)]
struct Begin {
    id: String,
    seen: i64,
    /// Microseconds, as an [`Instant`].
    until: i64,
}

impl Command for Begin {
    const OPERATION: &'static str = "email_attempt";
    type Output = i64;

    fn run(self, unit: &mut Unit<'_>) -> Result<i64> {
        let mut mail = records::typed::<EmailHistory>(unit.read(), &self.id)?;
        if mail.version != self.seen || mail.status != EmailStatus::Pending {
            return Err(Error::conflict("mail.taken", "Another process sends this mail."));
        }
        mail.data.attempts += 1;
        mail.data.next_attempt_at = Some(Instant(self.until));
        let stamp = unit.stamp();
        Ok(typed::update(unit.tx, &mail, stamp)?.attempts)
    }
}

/// Writes down how an attempt ended.
#[derive(Serialize)]
struct End {
    id: String,
    attempt: i64,
    /// Microseconds, as an [`Instant`].
    now: i64,
    result: Said,
}

impl Command for End {
    const OPERATION: &'static str = "email_delivered";
    type Output = EmailStatus;

    fn run(self, unit: &mut Unit<'_>) -> Result<EmailStatus> {
        let mut mail = records::typed::<EmailHistory>(unit.read(), &self.id)?;
        // a later attempt knows better, unless this one got through
        if mail.status != EmailStatus::Pending || (mail.attempts != self.attempt && !matches!(self.result, Said::Sent)) {
            return Ok(mail.status);
        }
        let short = |why: String| Some(why.chars().take(300).collect::<String>());
        let data = &mut mail.data;
        match self.result {
            Said::Sent => {
                (data.status, data.next_attempt_at, data.error_message) = (EmailStatus::Sent, None, None);
                data.sent_at = Some(unit.now);
            }
            Said::Again(wait, why) => {
                (data.next_attempt_at, data.error_message) = (Some(Instant(self.now).plus_seconds(wait)), short(why));
            }
            Said::GivenUp(why) => {
                (data.status, data.next_attempt_at, data.error_message) = (EmailStatus::Failed, None, short(why));
            }
        }
        let (status, invoice) = (data.status, data.object_id.clone());
        let stamp = unit.stamp();
        typed::update(unit.tx, &mail, stamp)?;
        if let (EmailStatus::Sent, Some(invoice)) = (status, invoice) {
            match (InvoiceEmailed { invoice }).run(unit) {
                // the invoice may have been deleted since
                Err(Error::Rejected(why)) if why.code == "object.not_found" => {}
                other => drop(other?),
            }
        }
        Ok(status)
    }
}
