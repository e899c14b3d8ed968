//! Bodies that are almost right: what an operation's model asks for, with fields missing, wrong, doubled or too large.
//! Every built operation of the billing interface answers them in the shape of its family, without a fault, and what it
//! refuses changes nothing.

#![allow(clippy::unwrap_used)]

use accrual_api::billing::envelope::Shape as Family;
use accrual_api::billing::models::{self, Field, Type};
use accrual_api::billing::rows::billing;
use accrual_api::table::Operation;
use accrual_testkit::{Backend, Billing, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};

/// Ids and numbers that are there, and some that are not.
struct Known {
    keys: Vec<String>,
}

impl Known {
    fn make(client: &Billing) -> Self {
        let account = client.account("Known", "USD");
        let read = client.get(&format!("/v1/accounts/{account}")).done();
        let mut keys = vec![account.clone(), "0123456789abcdef0123456789abcdef".to_owned(), "A-none".to_owned()];
        keys.extend(read["basicInfo"]["accountNumber"].as_str().map(str::to_owned));
        keys.extend(read["billToContact"]["id"].as_str().map(str::to_owned));
        let item = json!({"chargeName": "Known", "amount": 100, "serviceStartDate": "2024-01-01"});
        let invoice = json!({"accountId": account, "invoiceDate": "2024-01-10", "invoiceItems": [item]});
        let reply = client.post("/v1/invoices", &invoice);
        if reply.status() == 200 {
            keys.extend(["id", "invoiceNumber"].iter().filter_map(|k| reply.json()[k].as_str().map(str::to_owned)));
        }
        let product = json!({"Name": "Known", "EffectiveStartDate": "2024-01-01", "EffectiveEndDate": "2034-01-01"});
        let reply = client.post("/v1/object/product", &product);
        keys.extend(reply.json()["Id"].as_str().map(str::to_owned));
        Self { keys }
    }
}

/// Makes bodies; every choice follows from the seed, so that a failure can be run again.
struct Maker<'a> {
    seed: u64,
    known: &'a Known,
}

impl Maker<'_> {
    /// A number below another: the next of a splitmix sequence.
    fn below(&mut self, n: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap_or_default()
    }

    /// True once in so many times.
    fn rarely(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    fn text(&mut self, field: Option<&Field>) -> String {
        if let Some(field) = field
            && !field.values.is_empty()
            && !self.rarely(8)
        {
            return (*self.pick(&field.values)).to_owned();
        }
        let long = "x".repeat(field.and_then(|f| f.most).unwrap_or(300) + 1);
        let texts = [
            "",
            "a",
            "USD",
            "United States",
            "California",
            "2024-01-31",
            "true",
            "100",
            "ünï",
            "😀",
            "a\nb",
            "';--",
            "\u{0}",
            long.as_str(),
        ];
        if self.rarely(3) { self.pick(&self.known.keys).clone() } else { (*self.pick(&texts)).to_owned() }
    }

    fn number(&mut self) -> String {
        let numbers = [
            "0",
            "1",
            "-1",
            "100",
            "0.01",
            "19.99",
            "1.005",
            "1e3",
            "1e400",
            "-0",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999.99",
            "0.0000000001",
            "123456789012345678901234567890",
            "31",
        ];
        (*self.pick(&numbers)).to_owned()
    }

    fn day(&mut self) -> String {
        let days =
            ["2024-01-01", "2024-02-29", "2023-02-29", "2024-1-5", "0000-01-01", "9999-12-31", "10000-01-01", "2024-01-31 10:00:00", ""];
        (*self.pick(&days)).to_owned()
    }

    /// A value of another type than is asked for.
    fn wrong(&mut self) -> String {
        let deep = format!("{}{}", "[".repeat(30), "]".repeat(30));
        let values = ["null", "[]", "{}", "\"\"", "0", "true", "[null]", "{\"a\":{}}", deep.as_str()];
        (*self.pick(&values)).to_owned()
    }

    /// JSON of a type, as text: numbers keep their digits and keys may be there twice.
    fn value(&mut self, kind: &Type, field: Option<&Field>, depth: u32) -> String {
        if self.rarely(16) {
            return self.wrong();
        }
        match kind {
            Type::Text => Value::from(self.text(field)).to_string(),
            Type::Day | Type::Time => Value::from(self.day()).to_string(),
            Type::Integer | Type::Number => {
                let number = self.number();
                if self.rarely(6) { format!("\"{number}\"") } else { number }
            }
            Type::Flag => (*self.pick(&["true", "false", "\"true\""])).to_owned(),
            Type::Any => self.wrong(),
            Type::List(of) => {
                let count = *self.pick(&[0, 1, 1, 2, 3]);
                let parts: Vec<String> = (0..count).map(|_| self.value(of, field, depth + 1)).collect();
                format!("[{}]", parts.join(","))
            }
            Type::Map(of) => format!("{{\"key\":{}}}", self.value(of, None, depth + 1)),
            Type::Named(name) => self.object(name, depth + 1),
        }
    }

    fn object(&mut self, name: &str, depth: u32) -> String {
        let Some(model) = models::model(name) else { return self.wrong() };
        if !model.values.is_empty() {
            return Value::from(*self.pick(&model.values)).to_string();
        }
        if depth > 6 {
            return "{}".to_owned();
        }
        let mut parts = Vec::new();
        // most of what may be left out is
        let often = if model.fields.len() > 20 { 6 } else { 3 };
        for field in &model.fields {
            let there = if field.required { !self.rarely(12) } else { self.rarely(often) };
            if there {
                parts.push(format!("{}:{}", Value::from(field.name), self.value(&field.kind, Some(field), depth)));
            }
            if self.rarely(300) {
                parts.push(format!("{}:{}", Value::from(field.name), self.wrong()));
            }
        }
        if self.rarely(20) {
            parts.push(format!("{}:1", (*self.pick(&["\"nonsense\"", "\"Custom__c\"", "\"\"", "\"__proto__\""]))));
        }
        format!("{{{}}}", parts.join(","))
    }

    fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> =
            path.split('/').map(|p| if p.starts_with('{') { self.pick(&self.known.keys).clone() } else { p.to_owned() }).collect();
        parts.join("/")
    }
}

/// What the account and the invoice of the start look like, without the times of changes.
fn picture(client: &Billing, known: &Known) -> Vec<String> {
    known
        .keys
        .iter()
        .flat_map(|k| [format!("/v1/accounts/{k}"), format!("/v1/invoices/{k}"), format!("/v1/invoices/{k}/items")])
        .map(|p| plain(client.get(&p).json()))
        .collect()
}

fn plain(mut body: Value) -> String {
    if let Some(fields) = body.as_object_mut() {
        for own in ["requestId", "processId"] {
            fields.remove(own);
        }
    }
    body.to_string()
}

/// Whether a refusal has the shape of its family.
fn refuses_well(operation: &Operation, status: u16, body: &Value) -> bool {
    let text = |v: &Value| v.as_str().is_some_and(|t| !t.is_empty());
    let reasons =
        || body["reasons"].as_array().is_some_and(|r| !r.is_empty() && r.iter().all(|r| r["code"].is_u64() && text(&r["message"])));
    match Family::of(operation) {
        Family::V1 => body["success"] == false && reasons() && text(&body["requestId"]),
        Family::ObjectQuery => reasons() && text(&body["requestId"]),
        Family::Object => {
            let listed = body["Success"] == false
                && body["Errors"].as_array().is_some_and(|e| e.iter().all(|e| text(&e["Code"]) && text(&e["Message"])));
            listed || text(&body["message"]) || (status == 404 && body["size"] == 0)
        }
        Family::ObjectDelete => body["success"] == false && body["errors"][0]["Code"].is_string(),
        Family::Actions => text(&body["FaultCode"]) && text(&body["FaultMessage"]),
        Family::Token => text(&body["error"]),
        _ => true,
    }
}

#[test]
fn almost_right_bodies_are_answered_without_a_fault_and_refusals_change_nothing() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_billing();
    let known = Known::make(&client);
    let built: Vec<&Operation> =
        billing().iter().filter(|o| o.built() && models::shape(o.reference).is_some_and(|s| !s.request.is_empty())).collect();
    assert!(built.len() > 5, "{}", built.len());
    let before = RefCell::new(picture(&client, &known));
    let (good, bad) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config { cases: 600, ..Config::default() });
    runner
        .run(&(0..built.len(), any::<u64>()), |(index, seed)| {
            let operation = built[index];
            let mut maker = Maker { seed, known: &known };
            let shape = models::shape(operation.reference).unwrap();
            let body = maker.value(&models::type_of(shape.request), None, 0);
            let path = maker.path(operation.path);
            let reply = client.raw(operation.method.name(), &path, &body);
            let status = reply.status();
            prop_assert!(status < 500 || status == 501, "{} {path} with {body}: {status} {}", operation.id, reply.text());
            let answer = reply.json();
            if status < 400 && answer["success"] != false && answer["Success"] != false {
                good.set(good.get() + 1);
                before.replace(picture(&client, &known));
                return Ok(());
            }
            bad.set(bad.get() + 1);
            prop_assert!(refuses_well(operation, status, &answer), "{} {path} with {body}: {status} {answer}", operation.id);
            // three calls a key: not after every refusal
            if seed % 8 == 0 {
                let now = picture(&client, &known);
                prop_assert_eq!(&now, &*before.borrow(), "{} {} with {} was refused with {}", operation.id, path, body, answer);
            }
            Ok(())
        })
        .unwrap();
    let (good, bad) = (good.get(), bad.get());
    assert!(good > 0 && bad > 100, "{good} were taken, {bad} refused");
    let metrics = client.client.get("/metrics").expect(200).text().to_owned();
    assert!(metrics.lines().any(|l| l == "accrual_panics_total 0"), "{metrics}");
}
