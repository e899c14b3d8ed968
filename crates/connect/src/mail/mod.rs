//! Mail: what is sent ([`Mail`]) and who sends it ([`Mailer`]).

mod capture;
mod compose;
mod smtp;

pub use capture::CaptureMailer;
pub use compose::address;
pub use smtp::SmtpMailer;

use accrual_base::Instant;
use std::fmt;

/// A mailbox; the name may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: String,
}

impl Mailbox {
    /// One without a name.
    pub fn new(address: impl Into<String>) -> Self {
        Self { name: String::new(), address: address.into() }
    }
}

/// A file that travels with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    pub file_name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Without the angle brackets. The same for every attempt, so that a receiver can tell a repetition.
    pub message_id: String,
    /// When it was asked for.
    pub date: Instant,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub bcc: Vec<Mailbox>,
    pub subject: String,
    pub text: String,
    pub enclosures: Vec<Enclosure>,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It will never be: an address that does not exist, a mail that is too large.
    Never(String),
    /// It may be later: nobody answers, the receiver is busy.
    NotNow(String),
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Never(why) | Self::NotNow(why)) = self;
        f.write_str(why)
    }
}

/// Sends mail. Blocks; gives up by itself when nobody answers.
pub trait Mailer: Send + Sync {
    /// Hands a mail over. Once it answered `Ok`, somebody else is responsible for it.
    ///
    /// # Errors
    /// Whether it makes sense to try again, and what to tell.
    fn send(&self, mail: &Mail) -> Result<(), Undelivered>;
}
