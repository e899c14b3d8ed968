//! Accounts, contacts, the catalog and what documents need: on every backend.

use accrual_app::billing::account::{self, AccountCreate, AccountDelete, AccountMade, AccountUpdate, ContactOf};
use accrual_app::billing::accounting_code::{AccountingCodeCreate, AccountingCodeDelete, AccountingCodeSwitch, AccountingCodeUpdate};
use accrual_app::billing::catalog::{
    self, ChargeCreate, ChargeDelete, ChargeUpdate, ProductCreate, ProductDelete, ProductUpdate, RatePlanCreate, RatePlanUpdate,
};
use accrual_app::billing::contact::{self, ContactCreate, ContactDelete, ContactScrub, ContactTransfer, ContactUpdate};
use accrual_app::billing::custom_field::{self, CustomFieldCreate, CustomFieldDelete, CustomFieldUpdate};
use accrual_app::billing::numbers::{self, Document};
use accrual_app::billing::sequence_set::{self, SequenceSetCreate, SequenceSetDelete, SequenceSetUpdate};
use accrual_app::billing::{Fields, descriptor, noun, resolve};
use accrual_app::{Actor, Command, Context, Organisations, Permissions, Privilege, Tenant, Unit, audit, execute_blocking};
use accrual_base::{Day, Decimal, Error, Result};
use accrual_model::{Filter, Object, Operator, Query, Stamp, Value, json};
use accrual_objects::billing::{Account, ContactSnapshot, Product, ProductRatePlanChargeTier};
use accrual_store::nouns::{self, typed};
use accrual_store::{Commit, Lane, Read};
use accrual_testkit::{Backend, World};
use serde::Serialize;
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&World, &Arc<Tenant>, &Context)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        test(&world, &world.tenant(), &world.context());
    }
}

/// The code of a refusal.
fn code<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(error) => error.rejection().map_or("fault", |r| r.code),
    }
}

/// The field of a refusal.
fn field<T>(result: Result<T>) -> String {
    result.err().as_ref().and_then(Error::rejection).and_then(|r| r.place.column.clone()).unwrap_or_default()
}

fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().fold(Fields::default(), |fields, (name, value)| fields.with(name, value))
}

fn person(first: &str) -> Fields {
    fields([("firstName", first.into()), ("lastName", "Lovelace".into()), ("country", "US".into()), ("state", "CA".into())])
}

fn initech() -> AccountCreate {
    AccountCreate {
        account: fields([("name", "Initech".into()), ("currency", "USD".into())]),
        bill_to: Some(person("Ada")),
        sold_to: ContactOf::Unsaid,
        ship_to: ContactOf::Unsaid,
    }
}

struct House<'a>(&'a Tenant, &'a Context);

impl House<'_> {
    fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        execute_blocking(self.0, self.1, command)
    }
    fn account(&self) -> AccountMade {
        self.run(initech()).expect("an account")
    }
    fn update(&self, key: &str, changes: Fields) -> Result<accrual_app::billing::Done> {
        self.run(AccountUpdate::of(key, changes))
    }
}

#[test]
fn an_account_with_a_bill_to_is_active_and_numbered() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.account();
        assert_eq!(made.number.as_deref(), Some("A00000001"));
        assert!(accrual_model::id::is_id(&made.id));
        for key in [made.id.as_str(), "A00000001"] {
            let view = account::get(tenant, context, key).expect("found");
            let (account, bill_to, sold_to) = (view.account, view.bill_to.expect("a bill-to"), view.sold_to.expect("a sold-to"));
            assert_eq!(
                (account.text("status"), account.text("Batch"), account.text("paymentTerm")),
                (Some("Active"), Some("Batch1"), Some("Due Upon Receipt"))
            );
            assert_eq!(bill_to.record.uid, sold_to.record.uid, "the sold-to is the bill-to when nothing is said");
            assert!(view.ship_to.is_none());
            assert_eq!(bill_to.text("accountid"), Some(made.id.as_str()));
            assert_eq!(account.record.created_by, accrual_model::id::of_user("SYSTEM"));
        }
        let rows = audit::history(tenant, context, "Account", &made.id).expect("its history");
        assert_eq!(rows.iter().map(|r| (r.operation.as_str(), r.before.is_some())).collect::<Vec<_>>(), [("account_create", false)]);
        assert!(rows[0].after.as_ref().is_some_and(|a| a.contains(r#""status":"Active""#)));
        assert_eq!(code(account::get(tenant, context, "A00000002")), "object.not_found");
    });
}

#[test]
fn contacts_of_a_new_account_are_its_own_or_the_same() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let command = AccountCreate { sold_to: ContactOf::New(person("Bea")), ship_to: ContactOf::SameAsBillTo, ..initech() };
        let made = house.run(command).expect("an account");
        let view = account::get(tenant, context, &made.id).expect("found");
        let first = |v: &Option<accrual_app::billing::View>| v.as_ref().and_then(|v| v.text("firstName").map(str::to_owned));
        assert_eq!(
            (first(&view.bill_to), first(&view.sold_to), first(&view.ship_to)),
            (Some("Ada".into()), Some("Bea".into()), Some("Ada".into()))
        );
        let bare = AccountCreate { bill_to: None, ship_to: ContactOf::SameAsBillTo, ..initech() };
        assert_eq!(code(house.run(bare)), "account.bill_to");
        let draft = house.run(AccountCreate { bill_to: None, ..initech() }).expect("a draft");
        assert_eq!(account::get(tenant, context, &draft.id).expect("found").account.text("status"), Some("Draft"));
        assert_eq!(code(house.update(&draft.id, fields([("status", "Active".into())]))), "account.bill_to");
        let bad = AccountCreate { bill_to: Some(person("Ada").with("state", "Bavaria")), ..initech() };
        assert_eq!(code(house.run(bad)), "contact.state");
        let accounts = tenant.store.read(|tx| nouns::count(tx, Account::descriptor(), &Filter::All(vec![]))).expect("counted");
        assert_eq!(accounts, 2, "a refused account leaves nothing behind");
    });
}

#[test]
fn numbers_are_unique_and_those_taken_are_passed_over() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let numbered = |number: &str| AccountCreate { account: initech().account.with("accountNumber", number), ..initech() };
        let custom = house.run(numbered("A00000002")).expect("a number of one's own");
        assert_eq!(custom.number.as_deref(), Some("A00000002"));
        assert_eq!(code(house.run(numbered("A00000002"))), "object.exists");
        assert_eq!(field(house.run(numbered("A00000002"))), "accountNumber");
        assert_eq!(house.account().number.as_deref(), Some("A00000001"));
        assert_eq!(house.account().number.as_deref(), Some("A00000003"));
        assert_eq!(code(house.run(numbered(&"9".repeat(71)))), "object.length");
        house.update("A00000003", fields([("accountNumber", "HQ".into())])).expect("a new number");
        assert_eq!(code(house.update("HQ", fields([("accountNumber", "A00000001".into())]))), "object.exists");
    });
}

#[test]
fn wrong_accounts_are_refused_with_their_field() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        for (name, value, expected) in [
            ("currency", Value::from("usd"), "account.currency"),
            ("batch", "Batch51".into(), "object.value"),
            ("billCycleDay", Value::Int(32), "object.range"),
            ("billCycleDay", "1".into(), "object.type"),
            ("paymentTerm", "Net 31".into(), "account.payment_term"),
            ("parentId", "0".repeat(32).into(), "object.reference"),
            ("balance", Value::Int(5), "object.read_only"),
            ("billToId", "0".repeat(32).into(), "account.contact"),
            ("nickname", "x".into(), "object.unknown_field"),
            ("taxExemptStatus", "Yes".into(), "account.tax_exempt"),
        ] {
            let made = house.run(AccountCreate { account: initech().account.with(name, value), ..initech() });
            assert_eq!(code(made), expected, "{name}");
        }
        let nameless = AccountCreate { account: fields([("currency", "USD".into())]), ..initech() };
        assert_eq!(field(house.run(nameless)), "name");
    });
}

#[test]
fn the_currency_is_locked_once_something_was_billed() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.account();
        house.update(&made.id, fields([("currency", "EUR".into())])).expect("nothing billed yet");
        billed(tenant, &made.id, 1_050);
        assert_eq!(code(house.update(&made.id, fields([("currency", "USD".into())]))), "account.currency_locked");
        assert_eq!(code(house.run(AccountDelete { account: made.id.clone() })), "account.transactions");
        let d = Account::descriptor();
        for (op, amount, found) in
            [(Operator::Gt, "10.49", 1), (Operator::Ge, "10.50", 1), (Operator::Gt, "10.505", 0), (Operator::Eq, "10.5", 1)]
        {
            let filter = Filter::compare("Balance", op, amount.parse::<Decimal>().expect("a decimal"));
            assert_eq!(tenant.store.read(|tx| nouns::count(tx, d, &filter)).expect("counted"), found, "{op:?} {amount}");
        }
    });
}

/// As an invoice would.
fn billed(tenant: &Tenant, account: &str, minor: i64) {
    let id = account.to_owned();
    let stamp = Stamp { actor: "test", now: tenant.now() };
    tenant
        .store
        .write(Lane::Small, move |tx| {
            let mut account = nouns::named(tx.as_read(), Account::descriptor(), &id)?.typed::<Account>()?;
            account.balance = minor;
            account.last_invoice_date = Day::try_ymd(2024, 1, 15);
            typed::update(tx, &account, stamp).map(Commit::Keep)
        })
        .expect("billed");
}

#[test]
fn the_bill_cycle_day_set_by_hand_may_go_back_the_automatic_one_not() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.account();
        let day = |day: i64| house.update(&made.id, fields([("billCycleDay", Value::Int(day))]));
        day(31).expect("by hand");
        assert_eq!(account::get(tenant, context, &made.id).expect("found").account.text("bcdSettingOption"), Some("ManualSet"));
        day(0).expect("back");
        let (id, stamp) = (made.id.clone(), Stamp { actor: "test", now: tenant.now() });
        tenant
            .store
            .write(Lane::Small, move |tx| {
                let mut account = nouns::named(tx.as_read(), Account::descriptor(), &id)?.typed::<Account>()?;
                (account.bill_cycle_day, account.bcd_setting_option) = (17, Some("AutoSet".to_owned()));
                typed::update(tx, &account, stamp).map(Commit::Keep)
            })
            .expect("set by the first recurring charge");
        day(5).expect("another day");
        assert_eq!(code(day(0)), "account.bill_cycle_day");
    });
}

#[test]
fn accounts_stand_in_a_tree_and_hold_their_own_contacts() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let (top, middle, low) = (house.account(), house.account(), house.account());
        let under = |child: &AccountMade, parent: &AccountMade| house.update(&child.id, fields([("parentId", parent.id.as_str().into())]));
        under(&middle, &top).expect("below the top");
        under(&low, &middle).expect("below the middle");
        assert_eq!(code(under(&top, &low)), "account.parent");
        assert_eq!(code(under(&top, &top)), "account.parent");
        let other = account::get(tenant, context, &low.id).expect("found").bill_to.expect("a contact").record.uid;
        assert_eq!(code(house.update(&top.id, fields([("soldToId", other.as_str().into())]))), "account.contact");
        let change = AccountUpdate {
            bill_to: Some(fields([("city", "Oakland".into())])),
            ship_to: Some(person("Cy")),
            ..AccountUpdate::of(&top.id, Fields::default())
        };
        house.run(change).expect("contacts changed and made");
        let view = account::get(tenant, context, &top.id).expect("found");
        assert_eq!(view.bill_to.as_ref().and_then(|v| v.text("city")), Some("Oakland"));
        assert_eq!(view.ship_to.as_ref().and_then(|v| v.text("firstName")), Some("Cy"));
    });
}

#[test]
fn a_deleted_account_is_canceled_and_stays_so() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.account();
        house.run(AccountDelete { account: "A00000001".into() }).expect("canceled");
        assert_eq!(account::get(tenant, context, &made.id).expect("found").account.text("status"), Some("Canceled"));
        assert_eq!(code(house.run(AccountDelete { account: made.id.clone() })), "account.canceled");
        assert_eq!(code(house.update(&made.id, fields([("name", "New".into())]))), "account.canceled");
        assert_eq!(code(house.run(ContactCreate { account: made.id, fields: person("Bea") })), "account.canceled");
    });
}

#[test]
fn contacts_come_and_go_but_not_those_in_use() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let (one, other) = (house.account(), house.account());
        let extra = house.run(ContactCreate { account: "A00000001".into(), fields: person("Bea") }).expect("a contact").id;
        house.run(ContactUpdate { id: extra.clone(), fields: fields([("workEmail", "bea@example.com".into())]) }).expect("changed");
        let moved = ContactUpdate { id: extra.clone(), fields: fields([("accountId", other.id.as_str().into())]) };
        assert_eq!(code(house.run(moved)), "object.read_only");
        house.run(ContactTransfer { id: extra.clone(), account: "A00000002".into() }).expect("transferred");
        assert_eq!(contact::get(tenant, context, &extra).expect("found").text("accountId"), Some(other.id.as_str()));
        let bill_to = account::get(tenant, context, &one.id).expect("found").bill_to.expect("a contact").record.uid;
        assert_eq!(code(house.run(ContactDelete { id: bill_to.clone() })), "contact.in_use");
        assert_eq!(code(house.run(ContactTransfer { id: bill_to, account: other.id })), "contact.in_use");
        house.run(ContactDelete { id: extra.clone() }).expect("deleted");
        assert_eq!(code(contact::get(tenant, context, &extra)), "object.not_found");
    });
}

#[derive(Serialize)]
struct Snap(String);
impl Command for Snap {
    const OPERATION: &'static str = "test_snapshot";
    type Output = String;
    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        contact::snapshot(unit, &self.0)
    }
}

#[test]
fn a_snapshot_keeps_what_a_contact_was_until_it_is_scrubbed() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.account();
        let contact = account::get(tenant, context, &made.id).expect("found").bill_to.expect("a contact").record.uid;
        let kept = house.run(Snap(contact.clone())).expect("a snapshot");
        house.run(ContactUpdate { id: contact.clone(), fields: fields([("firstName", "Augusta".into())]) }).expect("changed");
        let snapshot = || -> ContactSnapshot {
            let record = tenant.store.read(|tx| nouns::named(tx, ContactSnapshot::descriptor(), &kept)).expect("found");
            record.typed().expect("typed").data
        };
        assert_eq!((snapshot().first_name.as_str(), snapshot().contact_id.as_deref()), ("Ada", Some(contact.as_str())));
        house.run(ContactScrub { id: contact.clone() }).expect("scrubbed");
        let view = contact::get(tenant, context, &contact).expect("found");
        assert_eq!((view.text("firstName"), view.text("state"), view.text("lastName")), (Some("Scrubbed"), Some("CA"), Some("Scrubbed")));
        assert_eq!(snapshot().first_name, "Scrubbed");
        let rows = audit::history(tenant, context, "Contact", &contact).expect("its history");
        assert!(rows.iter().filter(|r| r.operation == "contact_scrub").all(|r| r.before.is_none()));
    });
}

fn day(year: i32, month: i32, day: i32) -> Value {
    Day::try_ymd(year, month, day).map_or(Value::Null, Value::Date)
}

fn product(name: &str) -> ProductCreate {
    let fields = fields([("Name", name.into()), ("EffectiveStartDate", day(2024, 1, 1)), ("EffectiveEndDate", day(2034, 12, 31))]);
    ProductCreate { fields }
}

fn flat(plan: &str) -> Fields {
    fields([
        ("Name", "Fee".into()),
        ("ProductRatePlanId", plan.into()),
        ("ChargeModel", "Flat Fee Pricing".into()),
        ("ChargeType", "Recurring".into()),
        ("BillCycleType", "DefaultFromCustomer".into()),
        ("BillingPeriod", "Month".into()),
        ("TriggerEvent", "ContractEffective".into()),
    ])
}

fn price(amount: &str) -> Fields {
    Fields::default().with("Price", amount.parse::<Decimal>().expect("a decimal"))
}

#[test]
fn the_catalog_is_built_from_products_plans_and_charges() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let made = house.run(product("Gold")).expect("a product");
        assert_eq!(code(house.run(product("Gold"))), "object.exists");
        let view = catalog::product(tenant, context, "SKU-00000001").expect("by SKU");
        assert_eq!((view.record.uid.as_str(), view.text("ProductNumber")), (made.id.as_str(), Some("PC-00000001")));

        let plan = |more: Fields| house.run(RatePlanCreate { fields: more });
        let base = fields([("Name", "Monthly".into()), ("ProductId", made.id.as_str().into())]);
        let monthly = plan(base.clone()).expect("a plan");
        assert_eq!(monthly.number.as_deref(), Some("PRP-00000001"));
        let view = catalog::rate_plan(tenant, context, &monthly.id).expect("found");
        assert_eq!(view.value("effectiveStartDate"), &day(2024, 1, 1), "the days of the product when the plan says none");
        assert_eq!(code(plan(base.clone().with("EffectiveStartDate", day(2023, 12, 31)))), "product_rate_plan.dates");
        assert_eq!(
            code(plan(base.clone().with("ActiveCurrencies", Value::Json(serde_json::json!(["usd"]))))),
            "product_rate_plan.currency"
        );
        let shorter = ProductUpdate { product: "Gold".into(), fields: fields([("EffectiveEndDate", day(2030, 1, 1))]) };
        assert_eq!(code(house.run(shorter)), "product_rate_plan.dates");

        let charge = |fields: Fields, tiers: Vec<Fields>| house.run(ChargeCreate { fields, tiers });
        let fee = charge(flat(&monthly.id), vec![price("9.99")]).expect("a charge");
        let view = catalog::charge(tenant, context, fee.number.as_deref().expect("a number")).expect("found");
        assert_eq!(view.charge.text("billingTiming"), Some("In Advance"));
        let tiers: Vec<ProductRatePlanChargeTier> = view.tiers.into_iter().map(|t| t.typed().expect("typed").data).collect();
        assert_eq!(
            tiers.iter().map(|t| (t.currency.as_str(), t.tier, t.price)).collect::<Vec<_>>(),
            [("USD", 1, Some(Decimal::new(999, 2)))]
        );

        assert_eq!(code(charge(flat(&monthly.id), vec![])), "product_rate_plan_charge.price");
        assert_eq!(code(charge(flat(&monthly.id), vec![price("1"), price("2")])), "product_rate_plan_charge_tier.pricing");
        assert_eq!(code(charge(flat(&monthly.id).with("ChargeModel", "Overage Pricing"), vec![price("1")])), "object.invalid");
        assert_eq!(code(charge(flat(&monthly.id).with("ChargeModel", "Delivery"), vec![price("1")])), "object.value");
        assert_eq!(code(charge(flat(&"0".repeat(32)), vec![price("1")])), "object.reference");
        assert_eq!(code(charge(flat(&monthly.id), vec![price("1").with("Currency", "XXX")])), "product_rate_plan_charge_tier.currency");
        let euros = RatePlanUpdate {
            plan: monthly.id.clone(),
            fields: fields([("ActiveCurrencies", Value::Json(serde_json::json!(["USD", "EUR"])))]),
        };
        assert_eq!(code(house.run(euros)), "product_rate_plan_charge.price");
    });
}

#[test]
fn prices_are_replaced_and_go_with_their_charge() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let gold = house.run(product("Gold")).expect("a product");
        let plan =
            house.run(RatePlanCreate { fields: fields([("Name", "P".into()), ("ProductId", gold.id.as_str().into())]) }).expect("a plan");
        let tiered = flat(&plan.id).with("ChargeModel", "Tiered Pricing").with("UOM", "Each");
        let steps = vec![price("10").with("EndingUnit", Decimal::TEN), price("8")];
        let made = house.run(ChargeCreate { fields: tiered, tiers: steps }).expect("a charge");
        let tiers = || catalog::charge(tenant, context, &made.id).expect("found").tiers;
        let before = tiers();
        let update = |fields: Fields, tiers: Option<Vec<Fields>>| house.run(ChargeUpdate { charge: made.id.clone(), fields, tiers });
        update(
            Fields::default(),
            Some(vec![price("11").with("EndingUnit", Decimal::TEN), price("9").with("EndingUnit", Decimal::from(20)), price("7")]),
        )
        .expect("new prices");
        let after = tiers();
        assert_eq!((after.len(), &after[0].uid, &after[1].uid), (3, &before[0].uid, &before[1].uid), "a price keeps its id");
        let gap = vec![price("1").with("EndingUnit", Decimal::TEN), price("2").with("StartingUnit", Decimal::from(12))];
        assert_eq!(code(update(Fields::default(), Some(gap))), "product_rate_plan_charge_tier.pricing");
        assert_eq!(tiers(), after, "what is refused changes nothing");
        assert_eq!(code(update(fields([("ChargeModel", "Flat Fee Pricing".into())]), None)), "product_rate_plan_charge_tier.pricing");
        assert_eq!(code(update(fields([("ChargeType", "Usage".into())]), None)), "object.read_only");
        house.run(ChargeDelete { charge: made.id.clone() }).expect("deleted");
        let count = |d: &accrual_model::Descriptor| tenant.store.read(|tx| nouns::count(tx, d, &Filter::All(vec![]))).expect("counted");
        assert_eq!(count(ProductRatePlanChargeTier::descriptor()), 0);
        house.run(ChargeCreate { fields: flat(&plan.id), tiers: vec![price("1")] }).expect("a charge");
        house.run(ProductDelete { product: "Gold".into() }).expect("deleted with all below");
        for d in ["product", "product_rate_plan", "product_rate_plan_charge", "product_rate_plan_charge_tier"] {
            assert_eq!(count(noun(d).expect("a noun")), 0, "{d}");
        }
    });
}

#[derive(Serialize)]
struct Number(Option<String>, &'static str);
impl Command for Number {
    const OPERATION: &'static str = "test_number";
    type Output = String;
    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        numbers::next(unit, self.0.as_deref(), if self.1 == "invoice" { Document::Invoice } else { Document::Payment })
    }
}

#[test]
fn documents_are_numbered_by_sequence_sets() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let set = |name: &str, invoice: &str, start: i64| {
            let part = |prefix: &str, start| sequence_set::part(prefix, start).expect("a part");
            fields([("name", name.into()), ("invoice", part(invoice, start)), ("creditMemo", part("EC", 1)), ("debitMemo", part("ED", 1))])
        };
        let create = |sets: Vec<Fields>| house.run(SequenceSetCreate { sets });
        let emea = create(vec![set("EMEA", "EI-", 100)]).expect("a set").remove(0).id;
        let invoice = |set: Option<&String>| house.run(Number(set.cloned(), "invoice")).expect("a number");
        assert_eq!((invoice(None), invoice(None)), ("INV00000001".to_owned(), "INV00000002".to_owned()));
        assert_eq!((invoice(Some(&emea)), invoice(Some(&emea))), ("EI-00000100".to_owned(), "EI-00000101".to_owned()));
        assert_eq!(house.run(Number(Some(emea.clone()), "payment")).expect("of the default set"), "P-00000001");
        assert_eq!(code(create(vec![set("TWO", "EC", 1)])), "sequence_set.prefix");
        assert_eq!(code(create(vec![set("TWO", "INV", 2)])), "sequence_set.start_number");
        assert_eq!(code(create(vec![set("TWO", "R-", 1)])), "sequence_set.prefix");
        assert_eq!(code(create(vec![set("EMEA", "X", 1)])), "object.exists");
        assert_eq!(code(create(vec![])), "sequence_set.count");
        assert_eq!(code(create((0..101).map(|n| set(&format!("S{n}"), "X", 1)).collect())), "sequence_set.count");
        let update = |changes: Fields| house.run(SequenceSetUpdate { set: "EMEA".into(), fields: changes });
        update(fields([("name", "Europe".into())])).expect("a new name, the numbers as they were");
        assert_eq!(
            code(house.run(SequenceSetUpdate {
                set: "Europe".into(),
                fields: fields([("invoice", sequence_set::part("EI-", 101).expect("a part"))])
            })),
            "sequence_set.start_number"
        );
        assert_eq!(code(house.run(SequenceSetDelete { set: "DEFAULT".into() })), "sequence_set.default");
        let made = house.account();
        house.update(&made.id, fields([("sequenceSetId", emea.as_str().into())])).expect("assigned");
        assert_eq!(code(house.run(SequenceSetDelete { set: "Europe".into() })), "sequence_set.in_use");
        house.update(&made.id, fields([("sequenceSetId", Value::Null)])).expect("taken away");
        house.run(SequenceSetDelete { set: emea }).expect("deleted");
    });
}

#[test]
fn accounting_codes_are_switched_off_before_they_go() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let create =
            |name: &str, kind: &str| house.run(AccountingCodeCreate { fields: fields([("name", name.into()), ("type", kind.into())]) });
        let made = create("Services", "SalesRevenue").expect("a code").id;
        let view = accrual_app::billing::accounting_code::get(tenant, context, "Services").expect("by name");
        assert_eq!((view.text("category"), view.text("status")), (Some("Revenue"), Some("Active")));
        assert_eq!(code(create("More", "AccountsReceivable")), "accounting_code.receivable");
        let switch = |code: &str, active| house.run(AccountingCodeSwitch { code: code.into(), active });
        assert_eq!(code(switch("Accounts Receivable", false)), "accounting_code.receivable");
        assert_eq!(code(house.run(AccountingCodeDelete { code: made.clone() })), "accounting_code.active");

        let gold = house.run(product("Gold")).expect("a product");
        let plan =
            house.run(RatePlanCreate { fields: fields([("Name", "P".into()), ("ProductId", gold.id.as_str().into())]) }).expect("a plan");
        let booked = flat(&plan.id).with("RecognizedRevenueAccountingCodeId", made.as_str());
        house.run(ChargeCreate { fields: booked, tiers: vec![price("1")] }).expect("a charge");
        assert_eq!(code(switch("Services", false)), "object.in_use");
        let renamed = AccountingCodeUpdate { code: made.clone(), fields: fields([("name", "Support".into())]) };
        assert_eq!(code(house.run(renamed)), "object.in_use");
        house.run(ProductDelete { product: "Gold".into() }).expect("deleted");
        house.run(AccountingCodeUpdate { code: made.clone(), fields: fields([("type", "DeferredRevenue".into())]) }).expect("changed");
        switch(&made, false).expect("off");
        house.run(AccountingCodeDelete { code: made }).expect("deleted");
    });
}

fn region() -> CustomFieldCreate {
    let mut definition = fields([("object", "account".into()), ("name", "Region__c".into()), ("label", "Region".into())]);
    for (name, value) in [("type", Value::from("Picklist")), ("options", Value::Json(serde_json::json!(["North", "South"])))] {
        definition.set(name, value);
    }
    definition.set("filterable", true);
    definition.set("defaultValue", "North");
    CustomFieldCreate { fields: definition }
}

#[test]
fn custom_fields_are_stored_filtered_and_checked_like_declared_ones() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let old = house.account();
        let made = house.run(region()).expect("a field");
        assert_eq!(code(house.run(region())), "object.exists");
        let text = |key: &str| account::get(tenant, context, key).expect("found").account.text("Region__c").map(str::to_owned);
        assert_eq!(text(&old.id), None, "no default for what is older");
        let new = house.account();
        assert_eq!(text(&new.id).as_deref(), Some("North"));
        house.update(&new.id, fields([("Region__c", "South".into())])).expect("set");
        assert_eq!(code(house.update(&new.id, fields([("Region__c", "East".into())]))), "object.value");
        assert_eq!(code(house.update(&new.id, fields([("Regio__c", "East".into())]))), "object.unknown_field");
        let found = |filter: Filter| {
            let list = |tx: &mut dyn Read| {
                let d = descriptor::<Account>(tx)?;
                nouns::list(tx, &d, &Query::of(filter.clone()))
            };
            tenant.store.read(list).expect("filtered").into_iter().map(|r| r.uid).collect::<Vec<_>>()
        };
        assert_eq!(found(Filter::eq("region__c", "South")), std::slice::from_ref(&new.id));
        assert_eq!(found(Filter::Null { field: "Region__c".into() }), std::slice::from_ref(&old.id));
        let view = account::get(tenant, context, &new.id).expect("found").account;
        assert_eq!(json::write(&view.descriptor, &view.record)["Region__c"], "South");

        // a typed change of the declared fields keeps what was added
        billed(tenant, &new.id, 5);
        assert_eq!(text(&new.id).as_deref(), Some("South"));

        let update = |changes: Fields| house.run(CustomFieldUpdate { id: made.id.clone(), fields: changes });
        update(fields([("label", "Sales region".into())])).expect("changed");
        assert_eq!(code(update(fields([("name", "Area__c".into())]))), "object.read_only");
        assert_eq!(code(update(fields([("required", true.into())]))), "custom_field.required");
        house.run(CustomFieldDelete { id: made.id }).expect("deleted");
        assert_eq!(code(house.update(&new.id, fields([("Region__c", "North".into())]))), "object.unknown_field");
        assert_eq!(code(house.run(region())), "object.exists");
        assert!(tenant.store.read(|tx| custom_field::list(tx, "accounts")).expect("listed").is_empty());
    });
}

#[test]
fn custom_fields_have_limits() {
    on_every_backend(|_, tenant, context| {
        let house = House(tenant, context);
        let define = |object: &str, name: &str, filterable: bool| {
            let definition = fields([
                ("object", object.into()),
                ("name", name.into()),
                ("label", name.into()),
                ("type", "Text".into()),
                ("filterable", filterable.into()),
            ]);
            house.run(CustomFieldCreate { fields: definition })
        };
        for n in 1..=20 {
            define("product", &format!("F{n}__c"), true).expect("within the limit");
        }
        assert_eq!(code(define("product", "F21__c", true)), "custom_field.limit");
        for n in 21..=100 {
            define("product", &format!("F{n}__c"), false).expect("within the limit");
        }
        assert_eq!(code(define("product", "F101__c", false)), "custom_field.limit");
        assert_eq!(code(define("product", "f1__C", false)), "custom_field.definition");
        assert_eq!(code(define("product", "f1__c", false)), "custom_field.exists");
        assert_eq!(code(define("payment_term", "A__c", false)), "custom_field.object");
        assert_eq!(code(define("planet", "A__c", false)), "object.unknown");
        house.run(product("Gold").with_field("F100__c", "x")).expect("a product with a custom field");
        let found = tenant.store.read(|tx| resolve::<Product>(tx, "Gold")).expect("found");
        assert!(accrual_model::id::is_id(&found));
    });
}

trait WithField {
    fn with_field(self, name: &str, value: &str) -> Self;
}
impl WithField for ProductCreate {
    fn with_field(mut self, name: &str, value: &str) -> Self {
        self.fields.set(name, value);
        self
    }
}

#[test]
fn a_repeated_creation_answers_the_first_and_a_preview_keeps_nothing() {
    on_every_backend(|_, tenant, context| {
        let keyed = context.clone().with_key("k1");
        let first = execute_blocking(tenant, &keyed, initech()).expect("an account");
        assert_eq!(execute_blocking(tenant, &keyed, initech()).expect("the same"), first);
        let other = AccountCreate { account: initech().account.with("notes", "x"), ..initech() };
        assert_eq!(code(execute_blocking(tenant, &keyed, other)), "idempotency.mismatch");
        let shown = execute_blocking(tenant, &context.clone().preview(), initech()).expect("a preview");
        assert_eq!(code(account::get(tenant, context, &shown.id)), "object.not_found");
        assert_eq!(House(tenant, context).account(), shown, "a preview says what happens");
    });
}

#[test]
fn verbs_ask_for_their_permission() {
    on_every_backend(|_, tenant, _| {
        let privileges = [Privilege::WebservicesOutbound].into();
        let actor = Actor {
            user: "eve".into(),
            role: "Reader".into(),
            privileges,
            organisations: Organisations::All,
            permissions: Permissions::NONE,
            works_for: None,
        };
        let house = House(tenant, &Context::new(actor, "r"));
        assert_eq!(code(house.run(initech())), "role.permission");
        assert_eq!(code(house.run(product("Gold"))), "role.permission");
        assert_eq!(code(house.run(region())), "role.permission");
        assert_eq!(code(house.run(SequenceSetDelete { set: "DEFAULT".into() })), "role.permission");
        assert_eq!(code(account::get(tenant, house.1, "A1")), "object.not_found");
    });
}
