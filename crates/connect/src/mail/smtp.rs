//! Mail by SMTP.

use super::compose::compose;
use super::{Mail, Mailer, Undelivered};
use accrual_base::{Error, Result};
use lettre::Transport;
use lettre::transport::smtp::SmtpTransport;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use std::time::Duration;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends through a mail server, a connection a mail.
pub struct SmtpMailer {
    transport: SmtpTransport,
}

impl SmtpMailer {
    /// A server by its address: `smtp://user:password@host:587?tls=required` for STARTTLS, `smtps://user:password@host`
    /// for TLS from the first byte, `smtp://localhost:25` for a server on the same machine.
    ///
    /// # Errors
    /// `mail.smtp` when the address is not understood, or would send a password in clear over a network. The message
    /// does not repeat the address, which holds the password.
    pub fn new(url: &str) -> Result<Self> {
        let refuse = |why: &str| {
            let form = "it looks like smtp://user:password@host:587?tls=required, smtps://user:password@host or smtp://localhost:25";
            Err(Error::invalid("mail.smtp", format!("The address of the mail server cannot be used: {why}; {form}.")))
        };
        let Some(rest) = url.strip_prefix("smtp://").or_else(|| url.strip_prefix("smtps://")) else {
            return refuse("it does not begin with smtp:// or smtps://");
        };
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = authority.split('/').next().unwrap_or_default();
        let (credentials, server) = authority.rsplit_once('@').map_or((None, authority), |(c, s)| (Some(c), s));
        let host = server
            .strip_prefix('[')
            .and_then(|s| s.split_once(']'))
            .map_or_else(|| server.split(':').next().unwrap_or_default(), |(h, _)| h);
        if host.is_empty() {
            return refuse("it names no host");
        }
        if !matches!(query, "" | "tls=required") {
            return refuse("the only option is tls=required");
        }
        let local = matches!(host, "localhost" | "127.0.0.1" | "::1");
        let encrypted = url.starts_with("smtps://") || query == "tls=required";
        if credentials.is_some() && !encrypted && !local {
            return refuse("it would send the password in clear");
        }
        let Ok(mut builder) = SmtpTransport::from_url(url) else { return refuse("it is no address") };
        if !encrypted && !local {
            // without a password, what the server offers is taken
            let Ok(parameters) = TlsParameters::new(host.to_owned()) else { return refuse("the host has no valid name") };
            builder = builder.tls(Tls::Opportunistic(parameters));
        }
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build() })
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        let message = compose(mail)?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(e) if e.is_permanent() => Err(Undelivered::Never(said(&e))),
            Err(e) => Err(Undelivered::NotNow(said(&e))),
        }
    }
}

/// An error with its causes, on one line of at most 250 characters.
fn said(error: &dyn std::error::Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(250).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_server() {
        for good in [
            "smtp://localhost:2525",
            "smtp://127.0.0.1",
            "smtp://u:p@localhost",
            "smtps://u:p@mail.example.com",
            "smtp://u:p@mail.example.com:587?tls=required",
            "smtp://relay.example.com:25",
        ] {
            assert!(SmtpMailer::new(good).is_ok(), "{good}");
        }
        for bad in [
            "mail.example.com",
            "http://x",
            "smtp://",
            "smtp://u:secret@mail.example.com",
            "smtp://u:secret@mail.example.com?tls=opportunistic",
        ] {
            let error = SmtpMailer::new(bad).err().expect(bad).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn nobody_there_is_not_now() {
        use super::super::{Mail, Mailbox};
        let mail = Mail {
            message_id: "1@accrual".into(),
            date: accrual_base::Instant(0),
            from: Mailbox::new("a@example.com"),
            reply_to: None,
            to: vec![Mailbox::new("b@example.com")],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: "x".into(),
            text: "y".into(),
            enclosures: Vec::new(),
        };
        // a port that was free a moment ago
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mailer = SmtpMailer::new(&format!("smtp://127.0.0.1:{port}")).unwrap();
        assert!(matches!(mailer.send(&mail), Err(Undelivered::NotNow(_))));
    }
}
