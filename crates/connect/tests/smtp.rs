//! Mail over a connection to a server that speaks just enough SMTP.

use accrual_base::Instant;
use accrual_connect::mail::{Enclosure, Mail, Mailbox, Mailer, SmtpMailer, Undelivered};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// Answers one connection; hands over the messages it took.
fn server() -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("its address"));
    (url, std::thread::spawn(move || talk(&listener.accept().expect("a client").0)))
}

fn talk(stream: &TcpStream) -> Vec<String> {
    let mut out = stream;
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).expect("the client listens");
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut taken = Vec::new();
    say("220 test");
    while let Some(line) = lines.next() {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say("250 test"),
            "RCPT" if line.contains("gone@") => say("550 5.1.1 No such mailbox"),
            "RCPT" if line.contains("busy@") => say("451 4.3.2 Try again later"),
            "DATA" => {
                say("354 go on");
                taken.push(lines.by_ref().take_while(|l| l != ".").map(|l| l + "\n").collect());
                say("250 taken");
            }
            "QUIT" => {
                say("221 bye");
                break;
            }
            _ => say("250 ok"),
        }
    }
    taken
}

fn mail(to: &str) -> Mail {
    Mail {
        message_id: "0123@test.accrual".into(),
        date: Instant(1_767_225_600_000_000),
        from: Mailbox::new("billing@example.com"),
        reply_to: None,
        to: vec![Mailbox::new(to)],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Invoice INV00000001".into(),
        text: ".\n.a line that begins with a dot\n".into(),
        enclosures: vec![Enclosure {
            file_name: "INV00000001.pdf".into(),
            content_type: "application/pdf".into(),
            bytes: vec![7; 100_000],
        }],
    }
}

#[test]
fn a_mail_arrives_whole() {
    let (url, server) = server();
    SmtpMailer::new(&url).expect("a mailer").send(&mail("ada@example.com")).expect("the server takes it");
    let taken = server.join().expect("the server ends");
    let [message] = &taken[..] else { panic!("{taken:?}") };
    for line in ["Message-ID: <0123@test.accrual>", "From: billing@example.com", "To: ada@example.com", "..a line that begins with a dot"] {
        assert!(message.lines().any(|l| l == line), "{line}\n{}", &message[..1_000]);
    }
    let encoded: usize = message.lines().filter(|l| l.starts_with("BwcH") || l.ends_with("BwcH")).map(str::len).sum();
    assert!(encoded > 130_000, "{encoded}");
}

#[test]
fn what_a_server_refuses_is_for_good_or_for_now() {
    for (to, never) in [("gone@example.com", true), ("busy@example.com", false)] {
        let (url, server) = server();
        let refused = SmtpMailer::new(&url).expect("a mailer").send(&mail(to)).expect_err("it is refused");
        assert_eq!(matches!(refused, Undelivered::Never(_)), never, "{refused:?}");
        assert!(refused.to_string().contains(if never { "No such mailbox" } else { "Try again" }), "{refused}");
        assert!(server.join().expect("the server ends").is_empty());
    }
}
