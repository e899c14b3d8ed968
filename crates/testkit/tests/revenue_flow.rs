//! Posted documents become revenue: their lines are staged with the posting, collected, scheduled and transferred.

#![allow(clippy::unwrap_used)]

use accrual_app::config;
use accrual_app::job::{ACCOUNTING_TRANSFER_MASTER, DATA_COLLECTION_MASTER};
use accrual_app::revenue_flow::{Accounts, Document, PostedItem, post};
use accrual_app::upload::{UploadStatus, stage_errors, uploads};
use accrual_app::{Command, Context, Tenant, Unit, check, execute_blocking};
use accrual_base::error::Kind;
use accrual_base::{Currency, Day, Decimal, Error, Result};
use accrual_testkit::{Backend, World};
use serde::Serialize;

/// Posts an invoice of one item, or reverses it; refuses at its end when told to.
#[derive(Clone, Serialize)]
struct Post {
    number: String,
    item: String,
    reverses: Option<String>,
    /// In hundredths.
    amount: i64,
    currency: &'static str,
    refuse: bool,
}

fn day(text: &str) -> Day {
    accrual_base::DateFormat::YyyyMmDd.parse(text).unwrap()
}

impl Command for Post {
    const OPERATION: &'static str = "test_post";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let document = Document {
            id: &self.number,
            number: &self.number,
            date: day("2024-01-10"),
            account_id: "8a",
            account_number: "A00000001",
            account_name: "Acme",
            currency: Currency::named(self.currency).unwrap(),
            home: None,
        };
        let item = PostedItem {
            id: &self.item,
            position: 1,
            reverses: self.reverses.as_deref(),
            booking_reference: Some("no such line"),
            item: "SKU-1",
            description: "Support",
            amount: self.amount,
            quantity: Decimal::ONE,
            service: Some((day("2024-01-01"), day("2024-12-31"))),
            accounts: Accounts { recognised_revenue: Some("4000"), ..Accounts::default() },
            charge_id: None,
            charge_name: None,
        };
        post(unit, &document, &[item])?;
        if self.refuse {
            return Err(Error::rejected(Kind::Conflict, "test.refused", "The posting fails after its lines were staged."));
        }
        Ok(())
    }
}

fn invoice(number: &str) -> Post {
    Post { number: number.into(), item: format!("{number}-1"), reverses: None, amount: 120_000, currency: "USD", refuse: false }
}

fn switch_on(tenant: &Tenant, context: &Context) {
    config::update(tenant, context, "profile", "BILLING_TO_REVENUE", serde_json::json!({ "value": "Y" })).unwrap();
}

fn on_every_backend(test: impl Fn(&World, &Tenant, &Context)) {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        test(&world, &world.tenant(), &world.context());
    }
}

#[test]
fn postings_are_collected_scheduled_and_transferred() {
    on_every_backend(|world, tenant, context| {
        switch_on(tenant, context);
        for number in ["INV1", "INV2"] {
            execute_blocking(tenant, context, invoice(number)).unwrap();
        }
        assert!(execute_blocking(tenant, context, Post { refuse: true, ..invoice("INV3") }).is_err());
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(
            message.starts_with("Data Collected: 2 rows collected, 2 new contracts"),
            "one upload, and nothing of a refused posting: {message}"
        );
        assert_eq!(world.run(DATA_COLLECTION_MASTER, 1, &[]), "No Data Found");

        // what is posted after a collection goes to an upload of its own
        let reversal = Post { item: "CM1-1".into(), reverses: Some("INV1-1".into()), amount: -120_000, ..invoice("CM1") };
        execute_blocking(tenant, context, reversal).unwrap();
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(message.starts_with("Data Collected: 1 rows collected, 0 new contracts"), "{message}");
        world.run(ACCOUNTING_TRANSFER_MASTER, 1, &[]);
        for outcome in check::run(tenant, &mut |_| {}).unwrap() {
            assert_eq!(outcome.findings.count, 0, "{}: {:?}", outcome.check.name, outcome.findings.listed);
        }
    });
}

/// A price lowered by a negative item: its quantity is positive on the invoice.
#[test]
fn a_negative_item_is_collected_as_well() {
    on_every_backend(|world, tenant, context| {
        switch_on(tenant, context);
        execute_blocking(tenant, context, Post { amount: -5_000, ..invoice("INV1") }).unwrap();
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(message.starts_with("Data Collected: 1 rows collected, 1 new contracts, 0 rows refused"), "{message}");
        world.run(ACCOUNTING_TRANSFER_MASTER, 1, &[]);
        for outcome in check::run(tenant, &mut |_| {}).unwrap() {
            assert_eq!(outcome.findings.count, 0, "{}: {:?}", outcome.check.name, outcome.findings.listed);
        }
    });
}

#[test]
fn without_the_switch_nothing_is_staged() {
    on_every_backend(|world, tenant, context| {
        execute_blocking(tenant, context, invoice("INV1")).unwrap();
        assert_eq!(world.run(DATA_COLLECTION_MASTER, 1, &[]), "No Data Found");
    });
}

#[test]
fn a_line_that_breaks_a_rule_stays_with_its_code() {
    on_every_backend(|world, tenant, context| {
        switch_on(tenant, context);
        execute_blocking(tenant, context, Post { currency: "EUR", ..invoice("INV1") }).unwrap();
        assert_eq!(world.run(DATA_COLLECTION_MASTER, 1, &[]), "No Data Found");
        let mut codes = String::new();
        stage_errors(tenant, context, false, &mut |e| {
            codes.push_str(&e.codes);
            Ok(())
        })
        .unwrap();
        assert_eq!(codes, "RPRO-00076", "the rate from EUR to USD is missing");
        assert_eq!(uploads(tenant, context, UploadStatus::Staged).unwrap(), []);
    });
}
