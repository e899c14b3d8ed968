//! Mails.

use accrual_base::Instant;
use accrual_model::{Object, TextEnum};

/// Where a mail is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum EmailStatus {
    /// Waits, for the first attempt or the next one.
    #[default]
    Pending,
    Sent,
    /// Given up.
    Failed,
}

/// A mail that was asked for, and what became of it (reference section 4.7 of the platform). Written in the
/// transaction that asks for it and delivered afterwards: it is both the history and what is still to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, plural = "email-histories", index = "status, next_attempt_at", index = "account_id", index = "object_id")]
pub struct EmailHistory {
    #[field(max = 32, read_only, filterable)]
    pub account_id: Option<String>,
    #[field(object = "ContactId", max = 32, read_only)]
    pub contact_id: Option<String>,
    /// The file that travels with it.
    #[field(object = "ContentFileId", max = 32, read_only)]
    pub content_file_id: Option<String>,
    /// Name of that file as the receiver sees it.
    #[field(max = 255, read_only)]
    pub content_file_name: Option<String>,
    /// What the last attempt met.
    #[field(max = 300, read_only)]
    pub error_message: Option<String>,
    /// Number of the event: 1130 for an invoice sent by hand.
    #[field(read_only, filterable)]
    pub event_category: i64,
    #[field(max = 255, read_only)]
    pub notification: String,
    /// What it is about.
    #[field(max = 32, read_only, filterable)]
    pub object_id: Option<String>,
    #[field(max = 80, read_only)]
    pub reply_to: Option<String>,
    /// Name of the sender.
    #[field(max = 255, read_only)]
    pub sender: Option<String>,
    #[field(max = 80, read_only)]
    pub from_email: String,
    #[field(default = "Pending", read_only, filterable)]
    pub status: EmailStatus,
    /// Addresses, with commas between.
    #[field(object = "To", max = 4000, read_only)]
    pub to: String,
    #[field(object = "CC", max = 4000, read_only)]
    pub cc: Option<String>,
    #[field(object = "BCC", max = 4000, read_only)]
    pub bcc: Option<String>,
    #[field(max = 500, read_only)]
    pub subject: String,
    #[field(max = 20000, read_only)]
    pub body: String,
    /// Attempts begun.
    #[field(default = 0, read_only)]
    pub attempts: i64,
    /// Not before this time. While an attempt runs: when it counts as broken off.
    #[field(read_only, filterable, sortable)]
    pub next_attempt_at: Option<Instant>,
    #[field(read_only)]
    pub sent_at: Option<Instant>,
}
