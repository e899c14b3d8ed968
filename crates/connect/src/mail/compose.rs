//! From a [`Mail`] to the message on the wire.

use super::{Enclosure, Mail, Mailbox, Undelivered};
use accrual_base::{Error, Result};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox as Box, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};

/// Refuses what is no address of a mailbox: `name@domain`, without anything around it.
///
/// # Errors
/// `mail.address`.
pub fn address(text: &str) -> Result<()> {
    let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace()) && text.len() <= 254;
    match text.parse::<Address>() {
        Ok(_) if plain => Ok(()),
        _ => {
            Err(Error::invalid("mail.address", format!("{text:?} is no e-mail address; it looks like name@example.com.")).with_value(text))
        }
    }
}

fn never(why: impl std::fmt::Display) -> Undelivered {
    Undelivered::Never(format!("The mail cannot be written: {why}."))
}

/// Text of a header: a line break in it would begin another header.
fn header(text: &str) -> Result<String, Undelivered> {
    if text.chars().any(char::is_control) { Err(never("a subject or name holds a control character")) } else { Ok(text.to_owned()) }
}

fn mailbox(mailbox: &Mailbox) -> Result<Box, Undelivered> {
    address(&mailbox.address).map_err(never)?;
    let address = mailbox.address.parse::<Address>().map_err(never)?;
    let name = header(&mailbox.name)?;
    Ok(Box::new((!name.is_empty()).then_some(name), address))
}

/// The message of a mail.
pub(super) fn compose(mail: &Mail) -> Result<Message, Undelivered> {
    let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(mail.date.0).unwrap_or(0));
    let mut message = Message::builder()
        .message_id(Some(format!("<{}>", header(&mail.message_id)?)))
        .date(date)
        .from(mailbox(&mail.from)?)
        .subject(header(&mail.subject)?);
    if let Some(reply_to) = &mail.reply_to {
        message = message.reply_to(mailbox(reply_to)?);
    }
    for to in &mail.to {
        message = message.to(mailbox(to)?);
    }
    for cc in &mail.cc {
        message = message.cc(mailbox(cc)?);
    }
    for bcc in &mail.bcc {
        message = message.bcc(mailbox(bcc)?);
    }
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone()));
    for Enclosure { file_name, content_type, bytes } in &mail.enclosures {
        let kind = ContentType::parse(content_type).map_err(never)?;
        parts = parts.singlepart(Attachment::new(header(file_name)?).body(bytes.clone(), kind));
    }
    message.multipart(parts).map_err(never)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::Instant;

    fn mail() -> Mail {
        Mail {
            message_id: "0123@accrual".into(),
            date: Instant(1_767_225_600_000_000),
            from: Mailbox { name: "Ärger & Söhne, GmbH".into(), address: "billing@example.com".into() },
            reply_to: None,
            to: vec![Mailbox::new("ada@example.com")],
            cc: Vec::new(),
            bcc: vec![Mailbox::new("archive@example.com")],
            subject: "Rechnung INV00000001 für März – 1.234,56 €".into(),
            text: "Guten Tag\n".into(),
            enclosures: vec![Enclosure {
                file_name: "INV00000001.pdf".into(),
                content_type: "application/pdf".into(),
                bytes: vec![0, 255, 10, 13],
            }],
        }
    }

    #[test]
    fn a_mail_has_its_headers_parts_and_receivers() {
        let message = compose(&mail()).unwrap();
        let raw = String::from_utf8(message.formatted()).unwrap();
        for line in [
            "Message-ID: <0123@accrual>\r\n",
            "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n",
            "To: ada@example.com\r\n",
            "Content-Type: multipart/mixed;",
            "Content-Type: application/pdf\r\n",
            "Content-Disposition: attachment; filename=\"INV00000001.pdf\"\r\n",
            "AP8KDQ==",
        ] {
            assert!(raw.contains(line), "{line}\n{raw}");
        }
        assert!(!raw.contains("archive@"), "a blind copy shows its receiver");
        let to: Vec<String> = message.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ada@example.com", "archive@example.com"]);
        assert!(raw.is_ascii());
    }

    #[test]
    fn nothing_begins_a_header_of_its_own() {
        let injected = "x\r\nBcc: thief@example.com";
        for broken in [
            Mail { subject: injected.into(), ..mail() },
            Mail { message_id: injected.into(), ..mail() },
            Mail { from: Mailbox { name: injected.into(), ..mail().from }, ..mail() },
            Mail { to: vec![Mailbox::new("a@example.com\r\nBcc: thief@example.com")], ..mail() },
            Mail { enclosures: vec![Enclosure { file_name: injected.into(), ..mail().enclosures[0].clone() }], ..mail() },
            Mail { enclosures: vec![Enclosure { content_type: injected.into(), ..mail().enclosures[0].clone() }], ..mail() },
        ] {
            assert!(matches!(compose(&broken), Err(Undelivered::Never(_))));
        }
    }

    #[test]
    fn addresses() {
        for good in ["a@b.co", "first.last+tag@sub.example.com", "ü@example.com"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a@", "@b", "a b@c.de", "Ada <ada@b.co>", "a@b.co,c@d.co", "a@b.co\n"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
