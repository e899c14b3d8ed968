//! Attachments, files, documents of invoices and mail over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::email::{self, Outcome};
use accrual_app::billing::file;
use accrual_app::billing::setting::SettingUpdate;
use accrual_app::execute_blocking;
use accrual_base::format_minor;
use accrual_connect::mail::{CaptureMailer, Mail, Mailer, Undelivered};
use accrual_testkit::{Backend, Billing, Client, Reply, World, instant};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

const UNKNOWN: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";
const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

fn world(backend: Backend) -> World {
    World::on(backend).now("2024-03-15T12:00:00").jobs_wait().build()
}

fn upload(billing: &Billing, path: &str, name: &str, content: &[u8]) -> Reply {
    let part = Part::bytes(content.to_vec()).file_name(name.to_owned());
    // names outside ASCII travel as filename*
    billing.client.send(billing.request("POST", path).multipart(Form::new().part("file", part)))
}

fn attach(billing: &Billing, kind: &str, key: &str, name: &str, content: &[u8]) -> Reply {
    upload(billing, &format!("/v1/attachments?associatedObjectType={kind}&associatedObjectKey={key}&description=A%20list"), name, content)
}

fn invoice(billing: &Billing, account: &str, status: &str, amounts: &[&str]) -> Value {
    let item = |amount: &&str| json!({"chargeName": format!("Fee {amount}"), "amount": amount, "serviceStartDate": "2024-03-01", "serviceEndDate": "2024-03-31"});
    let items: Vec<Value> = amounts.iter().map(item).collect();
    billing
        .post("/v1/invoices", &json!({"accountId": account, "invoiceDate": "2024-03-10", "status": status, "invoiceItems": items}))
        .done()
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

fn files(billing: &Billing, invoice: &Value) -> Vec<Value> {
    billing.get(&format!("/v1/invoices/{}/files", id(invoice))).done()["invoiceFiles"].as_array().unwrap().clone()
}

fn download(billing: &Billing, file: &Value) -> Reply {
    billing.get(file["pdfFileUrl"].as_str().unwrap()).expect(200)
}

fn text(pdf: &[u8]) -> String {
    pdf_extract::extract_text_from_mem(pdf).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says who bills.
fn company(world: &World) {
    let body = json!({"companyName": "Röhren & Söhne GmbH", "city": "Köln", "country": "Germany", "email": "billing@example.com"});
    world.serve_administrator().post("/accrual/v1/objects/company-profiles", &body).expect(201);
}

fn mail_path(invoice: &Value) -> String {
    format!("/v1/invoices/{}/emails", id(invoice))
}

#[test]
fn billing_post_attachments_answers_and_the_account_lists_it() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = attach(&billing, "Account", "A00000001", "list.csv", b"a,b").done();
        let listed = billing.get(&format!("/v1/attachments/account/{account}")).done();
        assert_eq!(listed["attachments"].as_array().unwrap().len(), 1);
        assert_eq!(listed["attachments"][0]["id"], made["id"]);
    }
}

#[test]
fn billing_get_files_answers_the_bytes_under_a_safe_name() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        // longer than a part in the store
        let content: Vec<u8> = (0..700_000u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let made = attach(&billing, "Account", &account, "März list.csv", &content).done();
        let reply = billing.get(&format!("/v1/files/{}", made["fileId"].as_str().unwrap())).expect(200);
        assert_eq!(reply.body, content);
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=UTF-8"));
        assert_eq!(
            reply.header("content-disposition"),
            Some("attachment; filename=\"M_rz list.csv\"; filename*=UTF-8''M%C3%A4rz%20list.csv")
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn billing_get_attachments_answers_what_was_attached() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = attach(&billing, "Account", &account, "März list.csv", b"a,b").done();
        let read = billing.get(&format!("/v1/attachments/{}", id(&made))).done();
        assert_eq!((&read["fileName"], &read["description"]), (&json!("März list.csv"), &json!("A list")));
        assert_eq!((&read["fileId"], &read["createdOn"]), (&made["fileId"], &json!("2024-03-15 12:00:00")));
        assert_eq!(read["fileContentType"], json!("text/csv; charset=UTF-8"));
        assert_eq!(read["createdBy"].as_str().map(str::len), Some(32));
    }
}

#[test]
fn billing_post_attachments_refuses_what_is_not_taken() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let refused = |reply: Reply, status: u16, code: u64, word: &str| {
            let (found, text) = reply.reason(status);
            assert!(found == code && text.contains(word), "{found} {text}");
        };
        refused(attach(&billing, "Account", UNKNOWN, "a.csv", b"x"), 404, 50_000_040, "Account");
        refused(attach(&billing, "Product", &account, "a.csv", b"x"), 400, 50_000_020, "associatedObjectType");
        refused(attach(&billing, "Account", &account, "a.exe", b"x"), 400, 50_000_020, "pdf");
        refused(attach(&billing, "Account", &account, "a.csv", b""), 400, 50_000_020, "empty");
        refused(attach(&billing, "Account", &account, "a.csv", &vec![0; file::LARGEST + 1]), 400, 50_000_020, "4 MB");
        assert_eq!(attach(&billing, "Subscription", "A-S1", "a.csv", b"x").status(), 501);
        let no_key = upload(&billing, "/v1/attachments?associatedObjectType=Account", "a.csv", b"x");
        assert!(no_key.reason(400).1.contains("associatedObjectKey"));
        let no_form = billing.post(&format!("/v1/attachments?associatedObjectType=Account&associatedObjectKey={account}"), &json!({}));
        assert!(no_form.reason(400).1.contains("multipart"));
        attach(&world.serve_billing_reader(), "Account", &account, "a.csv", b"x").expect(403);
        // nothing of it stayed
        assert_eq!(billing.get(&format!("/v1/attachments/account/{account}")).done()["attachments"], json!([]));
        world.set_now("2024-03-20T12:00:00");
        assert_eq!(file::sweep(&world.tenant()).unwrap(), 0);
        // tokens of last week are no tokens
        let billing = world.serve_billing();
        for n in 0..25 {
            attach(&billing, "Account", &account, &format!("{n}.txt"), b"x").done();
        }
        refused(attach(&billing, "Account", &account, "25.txt", b"x"), 400, 50_000_030, "25");
    }
}

#[test]
fn billing_post_attachments_answers_once_under_one_key() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let boundary = "x-boundary";
    let body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n--{boundary}--\r\n");
    let send = || {
        let path = format!("/v1/attachments?associatedObjectType=Account&associatedObjectKey={account}");
        let request = billing.request("POST", &path).header("idempotency-key", "k1");
        billing.client.send(request.header("content-type", format!("multipart/form-data; boundary={boundary}")).body(body.clone())).done()
    };
    assert_eq!(send(), send());
    assert_eq!(billing.get(&format!("/v1/attachments/account/{account}")).done()["attachments"].as_array().unwrap().len(), 1);
}

#[test]
fn billing_get_attachments_list_answers_pages() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    for n in 0..3 {
        attach(&billing, "Account", &account, &format!("{n}.txt"), b"x").done();
    }
    let first = billing.get(&format!("/v1/attachments/account/{account}?page=1&pageSize=2")).done();
    assert_eq!(
        first["attachments"].as_array().unwrap().iter().map(|a| a["fileName"].as_str().unwrap()).collect::<Vec<_>>(),
        ["0.txt", "1.txt"]
    );
    assert!(first["nextPage"].as_str().unwrap().contains("page=2"));
    let second = billing.get(&format!("/v1/attachments/account/{account}?page=2&pageSize=2")).done();
    assert_eq!((second["attachments"][0]["fileName"].as_str(), second.get("nextPage")), (Some("2.txt"), None));
}

#[test]
fn billing_get_attachments_list_refuses_objects_there_are_not() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    assert_eq!(billing.get(&format!("/v1/attachments/account/{UNKNOWN}")).reason(404).0, 50_000_040);
    assert_eq!(billing.get(&format!("/v1/attachments/product/{UNKNOWN}")).reason(400).0, 50_000_020);
}

#[test]
fn billing_get_attachments_refuses_unknown_ids() {
    let world = world(Backend::Memory);
    assert_eq!(world.serve_billing().get(&format!("/v1/attachments/{UNKNOWN}")).reason(404).0, 50_000_040);
}

#[test]
fn billing_put_attachments_answers_and_the_names_are_new() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = attach(&billing, "Account", &account, "a.csv", b"x").done();
        let path = format!("/v1/attachments/{}", id(&made));
        billing.put(&path, &json!({"fileName": "b.txt"})).done();
        let read = billing.get(&path).done();
        assert_eq!((&read["fileName"], &read["description"]), (&json!("b.txt"), &json!("A list")));
        billing.put(&path, &json!({"description": "Another"})).done();
        assert_eq!(billing.get(&path).done()["description"], json!("Another"));
    }
}

#[test]
fn billing_put_attachments_refuses_names_that_are_none() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let path = format!("/v1/attachments/{}", id(&attach(&billing, "Account", &account, "a.csv", b"x").done()));
    assert_eq!(billing.put(&path, &json!({"fileName": "b.exe"})).reason(400).0, 50_000_020);
    assert_eq!(billing.put(&path, &json!({"description": "x".repeat(256)})).reason(400).0, 50_000_020);
    assert_eq!(billing.put(&path, &json!({"fileId": UNKNOWN})).reason(400).0, 50_000_021);
    assert_eq!(billing.put(&format!("/v1/attachments/{UNKNOWN}"), &json!({"fileName": "b.csv"})).reason(404).0, 50_000_040);
    world.serve_billing_reader().put(&path, &json!({"fileName": "b.csv"})).expect(403);
}

#[test]
fn billing_delete_attachments_answers_and_the_file_is_gone() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = attach(&billing, "Account", &account, "a.csv", b"x").done();
        billing.delete(&format!("/v1/attachments/{}", id(&made))).done();
        assert_eq!(billing.get(&format!("/v1/attachments/{}", id(&made))).reason(404).0, 50_000_040);
        assert_eq!(billing.get(&format!("/v1/files/{}", made["fileId"].as_str().unwrap())).reason(404).0, 50_000_040);
    }
}

#[test]
fn billing_delete_attachments_refuses_unknown_ids_and_readers() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let made = attach(&billing, "Account", &account, "a.csv", b"x").done();
    assert_eq!(billing.delete(&format!("/v1/attachments/{UNKNOWN}")).reason(404).0, 50_000_040);
    world.serve_billing_reader().delete(&format!("/v1/attachments/{}", id(&made))).expect(403);
}

#[test]
fn billing_get_files_refuses_unknown_ids() {
    let world = world(Backend::Memory);
    assert_eq!(world.serve_billing().get(&format!("/v1/files/{UNKNOWN}")).reason(404).0, 50_000_040);
}

#[test]
fn billing_get_invoice_files_answers_a_pdf_that_says_what_the_invoice_says() {
    for backend in Backend::all() {
        let world = world(backend);
        company(&world);
        let german = Fields::default().with("locale", "de_DE");
        let update = SettingUpdate { noun: "communication_profile".into(), key: "Default Profile".into(), fields: german };
        execute_blocking(&world.tenant(), &world.context(), update).unwrap();
        let billing = world.serve_billing();
        for (currency, decimals) in [("EUR", 2), ("JPY", 0), ("BHD", 3)] {
            let account = billing.account("Müller & Søn", currency);
            let amounts = [123_456_789i64, 1_001, -500].map(|minor| format_minor(minor, decimals));
            let texts: Vec<&str> = amounts.iter().map(String::as_str).collect();
            let made = invoice(&billing, &account, "Posted", &texts);
            let listed = files(&billing, &made);
            assert_eq!((listed.len(), &listed[0]["versionNumber"]), (1, &json!(1)));
            let reply = download(&billing, &listed[0]);
            assert_eq!(reply.header("content-type"), Some("application/pdf"));
            let found = text(&reply.body);
            // a German tenant: 1.234.567,89
            let written = |minor: i64| {
                let plain = format_minor(minor, decimals);
                let (whole, part) = plain.split_once('.').map_or((&*plain, None), |(w, p)| (w, Some(p)));
                let digits: Vec<char> = whole.chars().rev().collect();
                let grouped = digits.chunks(3).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(".");
                let whole: String = grouped.chars().rev().collect();
                part.map_or(whole.clone(), |p| format!("{whole},{p}"))
            };
            for minor in [123_456_789, 1_001, 123_457_290] {
                assert!(found.contains(&written(minor)), "{}: {found}", written(minor));
            }
            for word in
                ["Röhren & Söhne GmbH", "Köln", "Müller & Søn", "Ada Lovelace", made["invoiceNumber"].as_str().unwrap(), "10.03.2024"]
            {
                assert!(found.contains(word), "{word}: {found}");
            }
        }
    }
}

#[test]
fn billing_get_invoice_files_answers_a_new_version_when_the_document_says_something_else() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let draft = invoice(&billing, &account, "Draft", &["10"]);
        assert_eq!(files(&billing, &draft), Vec::<Value>::new());
        let made = invoice(&billing, &account, "Posted", &["10"]);
        let first = files(&billing, &made);
        assert_eq!(files(&billing, &made), first, "the same document is not made twice");
        billing.put(&format!("/v1/invoices/{}", id(&made)), &json!({"comments": "Thank you"})).done();
        let second = files(&billing, &made);
        assert_eq!(second.iter().map(|f| f["versionNumber"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 1]);
        assert!(text(&download(&billing, &second[0]).body).contains("Thank you"));
        assert!(!text(&download(&billing, &second[1]).body).contains("Thank you"));
    }
}

#[test]
fn billing_get_invoice_files_refuses_unknown_invoices() {
    let world = world(Backend::Memory);
    assert_eq!(world.serve_billing().get(&format!("/v1/invoices/{UNKNOWN}/files")).reason(404).0, 50_000_040);
}

#[test]
fn billing_get_invoice_pdf_status_answers_each_invoice() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let (posted, draft) = (invoice(&billing, &account, "Posted", &["10"]), invoice(&billing, &account, "Draft", &["10"]));
        let unfit = billing.account("株式会社", "USD");
        let unfit = invoice(&billing, &unfit, "Posted", &["10"]);
        let path =
            format!("/v1/invoices/pdf-status?invoiceKeys={},{},{}", id(&posted), draft["invoiceNumber"].as_str().unwrap(), id(&unfit));
        let states = billing.get(&path).done()["invoiceFiles"].clone();
        assert_eq!([0, 1, 2].map(|at| states[at]["pdfGenerationStatus"].clone()), [json!("Generated"), json!("N/A"), json!("Error")]);
        assert_eq!(states[0]["pdfFileUrl"], files(&billing, &posted)[0]["pdfFileUrl"]);
        assert_eq!((&states[1]["invoiceId"], &states[1]["pdfFileUrl"]), (&draft["id"], &Value::Null));
        assert_eq!(states[2]["errorCategory"], json!("document.character"));
        assert!(states[2]["errorMessage"].as_str().unwrap().contains("--font"));
    }
}

#[test]
fn billing_get_invoice_pdf_status_refuses_no_keys_and_too_many() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    assert_eq!(billing.get("/v1/invoices/pdf-status").refused(400).len(), 1);
    assert!(billing.get(&format!("/v1/invoices/pdf-status?invoiceKeys={}", ["x"; 51].join(","))).reason(400).1.contains("50"));
    assert_eq!(billing.get(&format!("/v1/invoices/pdf-status?invoiceKeys={UNKNOWN}")).reason(404).0, 50_000_040);
}

#[test]
fn billing_upload_file_for_invoice_answers_and_the_file_can_be_read() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = invoice(&billing, &account, "Draft", &["10"]);
        let path = format!("/v1/invoices/{}/files", id(&made));
        let kept = upload(&billing, &path, "scan.pdf", PDF).done();
        assert_eq!(billing.get(&format!("/v1/files/{}", kept["fileId"].as_str().unwrap())).expect(200).body, PDF);
        assert_eq!(files(&billing, &made), Vec::<Value>::new(), "uploaded files are no versions");
        assert!(upload(&billing, &path, "scan.pdf", PDF).reason(400).1.contains("already"));
        upload(&billing, &path, "other.pdf", PDF).done();
    }
}

#[test]
fn billing_upload_file_for_invoice_refuses_what_is_no_pdf() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let path = format!("/v1/invoices/{}/files", id(&invoice(&billing, &account, "Draft", &["10"])));
    assert_eq!(upload(&billing, &path, "scan.txt", PDF).reason(400).0, 50_000_020);
    assert_eq!(upload(&billing, &path, "scan.pdf", b"MZ").reason(400).0, 50_000_020);
    assert_eq!(upload(&billing, &path, "scan.pdf", &vec![b' '; file::LARGEST + 1]).reason(400).0, 50_000_020);
    assert_eq!(upload(&billing, &format!("/v1/invoices/{UNKNOWN}/files"), "scan.pdf", PDF).reason(404).0, 50_000_040);
    upload(&world.serve_billing_reader(), &path, "scan.pdf", PDF).expect(403);
}

fn patch(client: &Client, path: &str, body: &Value) -> Reply {
    client.send(client.request("PATCH", path).json(body))
}

fn deliver(world: &World, now: &str) -> Outcome {
    let mailer: &CaptureMailer = &world.factory.mailer;
    email::deliver(&world.tenant(), mailer, instant(now)).unwrap()
}

#[test]
fn billing_email_invoice_answers_and_the_file_is_sent() {
    for backend in Backend::all() {
        let world = world(backend);
        company(&world);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = invoice(&billing, &account, "Posted", &["10"]);
        let body = json!({"emailAddresses": "ada@example.com, bo@example.com"});
        assert_eq!(billing.keyed("k", &mail_path(&made), &body).done(), billing.keyed("k", &mail_path(&made), &body).done());
        assert_eq!(deliver(&world, "2024-03-15T12:00:00"), Outcome { sent: 1, ..Outcome::default() });
        let mails = world.factory.mailer.mails();
        let [mail] = &mails[..] else { panic!("{mails:?}") };
        let to: Vec<&str> = mail.to.iter().map(|m| m.address.as_str()).collect();
        assert_eq!((to, mail.from.address.as_str()), (vec!["ada@example.com", "bo@example.com"], "billing@example.com"));
        let number = made["invoiceNumber"].as_str().unwrap();
        assert!(mail.subject.contains(number) && mail.text.contains("Aperture"), "{mail:?}");
        assert_eq!(mail.enclosures[0].file_name, format!("{number}.pdf"));
        assert_eq!(mail.enclosures[0].bytes, download(&billing, &files(&billing, &made)[0]).body);
        assert_eq!(deliver(&world, "2024-03-15T13:00:00"), Outcome::default(), "a mail is sent once");
    }
}

#[test]
fn billing_email_invoice_answers_and_mail_goes_by_itself() {
    let world = World::on(Backend::Memory).now("2024-03-15T12:00:00").build();
    company(&world);
    let billing = world.serve_billing();
    let contact = json!({"firstName": "Ada", "lastName": "L", "country": "Germany", "workEmail": "ada@example.com"});
    let account = json!({"name": "A", "currency": "EUR", "billToContact": contact, "additionalEmailAddresses": ["cc@example.com"]});
    let account = billing.post("/v1/accounts", &account).done()["accountId"].as_str().unwrap().to_owned();
    let made = invoice(&billing, &account, "Posted", &["10"]);
    billing.post(&mail_path(&made), &json!({"includeAdditionalEmailAddresses": true})).done();
    let mailer = &world.factory.mailer;
    for _ in 0..2_000 {
        if mailer.mails().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    let mail = mailer.mails().remove(0);
    assert_eq!((mail.to[0].address.as_str(), mail.cc[0].address.as_str()), ("ada@example.com", "cc@example.com"));
}

#[test]
fn billing_email_invoice_answers_and_mail_is_tried_again_under_the_same_id() {
    for backend in Backend::all() {
        let world = world(backend);
        company(&world);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = invoice(&billing, &account, "Posted", &["10"]);
        billing.post(&mail_path(&made), &json!({"emailAddresses": "ada@example.com"})).done();
        let mailer = &world.factory.mailer;
        mailer.fail(Undelivered::NotNow("nobody answers".into()));
        assert_eq!(deliver(&world, "2024-03-15T12:00:00"), Outcome { waiting: 1, ..Outcome::default() });
        assert_eq!(deliver(&world, "2024-03-15T12:00:30"), Outcome::default());
        mailer.fail(Undelivered::NotNow("still busy".into()));
        assert_eq!(deliver(&world, "2024-03-15T12:01:00"), Outcome { waiting: 1, ..Outcome::default() });
        assert_eq!(deliver(&world, "2024-03-15T12:06:00"), Outcome { sent: 1, ..Outcome::default() });
        assert_eq!(mailer.mails().len(), 1);
        // what no server will ever take is given up at once
        billing.post(&mail_path(&made), &json!({"emailAddresses": "gone@example.com"})).done();
        mailer.fail(Undelivered::Never("no such mailbox".into()));
        assert_eq!(deliver(&world, "2024-03-15T12:06:00"), Outcome { failed: 1, ..Outcome::default() });
        assert_eq!(deliver(&world, "2024-03-16T12:06:00"), Outcome::default());
    }
}

/// Ends the way a killed process does: nothing after it is written down.
struct Dies<'m> {
    mailer: &'m CaptureMailer,
    /// The server has taken the mail by then.
    after: bool,
}

impl Mailer for Dies<'_> {
    fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        if self.after {
            self.mailer.send(mail)?;
        }
        panic!("killed")
    }
}

#[test]
fn billing_email_invoice_answers_and_a_mail_survives_whoever_sends_it() {
    for backend in Backend::all() {
        for after in [false, true] {
            let world = world(backend);
            company(&world);
            let billing = world.serve_billing();
            let account = billing.account("Aperture", "USD");
            let made = invoice(&billing, &account, "Posted", &["10"]);
            billing.post(&mail_path(&made), &json!({"emailAddresses": "ada@example.com"})).done();
            let (tenant, mailer) = (world.tenant(), &world.factory.mailer);
            let dies = Dies { mailer, after };
            let killed = catch_unwind(AssertUnwindSafe(|| email::deliver(&tenant, &dies, instant("2024-03-15T12:00:00"))));
            assert!(killed.is_err());
            assert_eq!(deliver(&world, "2024-03-15T12:09:00"), Outcome::default(), "the attempt may still run");
            assert_eq!(deliver(&world, "2024-03-15T12:10:00"), Outcome { sent: 1, ..Outcome::default() });
            let ids: Vec<String> = mailer.mails().into_iter().map(|m| m.message_id).collect();
            assert_eq!(ids.len(), if after { 2 } else { 1 });
            assert!(ids.iter().all(|id| *id == ids[0]), "who gets it twice can tell: {ids:?}");
        }
    }
}

#[test]
fn billing_email_invoice_refuses_without_receivers_sender_or_document() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let made = invoice(&billing, &account, "Posted", &["10"]);
    let to = json!({"emailAddresses": "ada@example.com"});
    let send = |body: &Value| billing.post(&mail_path(&made), body).reason(400);
    assert!(send(&to).1.contains("company profile"));
    company(&world);
    assert!(send(&json!({})).1.contains("work nor a personal"));
    for bad in ["nobody", "ada@example.com\r\nBcc: x@example.com", "a@b.co, c"] {
        let (code, text) = send(&json!({"emailAddresses": bad}));
        assert!(code == 50_000_020 && text.contains("emailAddresses"), "{text}");
    }
    assert_eq!(billing.post(&mail_path(&made), &json!({"emailAddresses": "a@b.co", "pdfFileId": UNKNOWN})).reason(404).0, 50_000_040);
    let draft = invoice(&billing, &account, "Draft", &["10"]);
    assert!(billing.post(&mail_path(&draft), &to).reason(400).1.contains("post it first"));
    assert_eq!(billing.post(&format!("/v1/invoices/{UNKNOWN}/emails"), &to).reason(404).0, 50_000_040);
    world.serve_billing_reader().post(&mail_path(&made), &to).expect(403);
    assert_eq!(deliver(&world, "2024-03-16T12:00:00"), Outcome::default());
}

#[test]
fn a_template_is_a_record_that_is_refused_with_line_and_column() {
    for backend in Backend::all() {
        let world = world(backend);
        let admin = world.serve_administrator();
        let path = "/accrual/v1/objects/billing-document-templates";
        let standard = admin.get(&format!("{path}/Standard%20Invoice")).expect(200).json();
        assert!(standard["content"].as_str().unwrap().contains("{{Invoice.InvoiceNumber}}"), "{standard}");
        let broken = patch(&admin, &format!("{path}/Standard%20Invoice"), &json!({"content": "<p>\n  {{Invoice.Total}}</p>"})).expect(400);
        assert!(broken.text().contains("Line 2, column 3"), "{}", broken.text());
        let mine = json!({"name": "Mine", "documentType": "Invoice", "content": "<h1>{{Invoice.InvoiceNumber}} of {{Tenant.Name}}</h1>"});
        admin.post(path, &mine).expect(201);
        let second = patch(&admin, &format!("{path}/Mine"), &json!({"isDefault": true}));
        assert_eq!(second.status(), 409, "{}", second.text());
        assert_eq!(admin.send(admin.request("DELETE", &format!("{path}/Standard%20Invoice"))).status(), 409);
        patch(&admin, &format!("{path}/Standard%20Invoice"), &json!({"isDefault": false})).expect(200);
        patch(&admin, &format!("{path}/Mine"), &json!({"isDefault": true})).expect(200);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = invoice(&billing, &account, "Posted", &["10"]);
        let found = text(&download(&billing, &files(&billing, &made)[0]).body);
        assert_eq!(found, format!("{} of default", made["invoiceNumber"].as_str().unwrap()));
    }
}
