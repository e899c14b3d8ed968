//! Billing under arbitrary sequences of verbs, and filters on amounts: on every backend.

use accrual_app::billing::Fields;
use accrual_app::billing::account::{AccountCreate, AccountDelete, AccountUpdate, ContactOf};
use accrual_app::billing::contact::{ContactCreate, ContactDelete, ContactTransfer};
use accrual_app::{Context, Tenant, execute_blocking};
use accrual_base::{Decimal, Result};
use accrual_model::{Filter, Object, Operator, Stamp, Stored, Value};
use accrual_objects::billing::{Account, AccountStatus, Contact};
use accrual_store::nouns::{self, typed};
use accrual_store::{Commit, Lane, Read};
use accrual_testkit::{Backend, World};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One step of somebody's day. Numbers point at what exists, whatever its count.
#[derive(Clone, Debug)]
enum Step {
    Open { number: Option<u8>, bill_to: bool },
    Parent { child: usize, parent: usize },
    Status { account: usize, active: bool },
    BillTo { account: usize, contact: usize },
    Cancel { account: usize },
    AddContact { account: usize },
    RemoveContact { contact: usize },
    MoveContact { contact: usize, account: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let at = 0_usize..8;
    prop_oneof![
        3 => (prop::option::of(1_u8..6), any::<bool>()).prop_map(|(number, bill_to)| Step::Open { number, bill_to }),
        3 => (at.clone(), at.clone()).prop_map(|(child, parent)| Step::Parent { child, parent }),
        1 => (at.clone(), any::<bool>()).prop_map(|(account, active)| Step::Status { account, active }),
        2 => (at.clone(), at.clone()).prop_map(|(account, contact)| Step::BillTo { account, contact }),
        1 => at.clone().prop_map(|account| Step::Cancel { account }),
        2 => at.clone().prop_map(|account| Step::AddContact { account }),
        2 => at.clone().prop_map(|contact| Step::RemoveContact { contact }),
        2 => (at.clone(), at).prop_map(|(contact, account)| Step::MoveContact { contact, account }),
    ]
}

fn all<T: Object>(tenant: &Tenant) -> Vec<Stored<T>> {
    tenant.store.read(|tx: &mut dyn Read| typed::all::<T>(tx)).expect("listed")
}

fn person() -> Fields {
    Fields::default().with("firstName", "Ada").with("lastName", "Lovelace")
}

fn apply(tenant: &Tenant, context: &Context, step: &Step) -> Result<()> {
    let (accounts, contacts) = (all::<Account>(tenant), all::<Contact>(tenant));
    let pick = |ids: Vec<String>, at: usize| if ids.is_empty() { "0".repeat(32) } else { ids[at % ids.len()].clone() };
    let account = |at: usize| pick(accounts.iter().map(|a| a.uid.clone()).collect(), at);
    let contact = |at: usize| pick(contacts.iter().map(|c| c.uid.clone()).collect(), at);
    let update = |at: usize, field: &str, value: Value| {
        execute_blocking(tenant, context, AccountUpdate::of(account(at), Fields::default().with(field, value))).map(drop)
    };
    match step {
        Step::Open { number, bill_to } => {
            let mut fields = Fields::default().with("name", "A").with("currency", "USD");
            if let Some(number) = number {
                fields.set("accountNumber", format!("A{number:08}"));
            }
            let bill_to = bill_to.then(person);
            let open = AccountCreate { account: fields, bill_to, sold_to: ContactOf::Unsaid, ship_to: ContactOf::Unsaid };
            execute_blocking(tenant, context, open).map(drop)
        }
        Step::Parent { child, parent } => update(*child, "parentId", account(*parent).into()),
        Step::Status { account, active } => update(*account, "status", if *active { "Active" } else { "Draft" }.into()),
        Step::BillTo { account, contact: at } => update(*account, "billToId", contact(*at).into()),
        Step::Cancel { account: at } => execute_blocking(tenant, context, AccountDelete { account: account(*at) }).map(drop),
        Step::AddContact { account: at } => {
            execute_blocking(tenant, context, ContactCreate { account: account(*at), fields: person() }).map(drop)
        }
        Step::RemoveContact { contact: at } => execute_blocking(tenant, context, ContactDelete { id: contact(*at) }).map(drop),
        Step::MoveContact { contact: at, account: to } => {
            execute_blocking(tenant, context, ContactTransfer { id: contact(*at), account: account(*to) }).map(drop)
        }
    }
}

/// What holds of accounts and contacts whatever was tried.
fn consistent(tenant: &Tenant) {
    let (accounts, contacts) = (all::<Account>(tenant), all::<Contact>(tenant));
    let by_id: BTreeMap<&str, &Stored<Account>> = accounts.iter().map(|a| (a.uid.as_str(), a)).collect();
    let owner: BTreeMap<&str, Option<&str>> = contacts.iter().map(|c| (c.uid.as_str(), c.account_id.as_deref())).collect();
    let numbers: BTreeSet<&str> = accounts.iter().filter_map(|a| a.account_number.as_deref()).collect();
    assert_eq!(numbers.len(), accounts.len(), "every account has a number of its own");
    for account in &accounts {
        for part in [&account.bill_to_id, &account.sold_to_id, &account.ship_to_id].into_iter().flatten() {
            assert_eq!(owner.get(part.as_str()), Some(&Some(account.uid.as_str())), "a contact in use is the account's own");
        }
        assert!(account.status != AccountStatus::Active || account.bill_to_id.is_some());
        let mut steps = 0;
        let mut above = account.parent_id.as_deref();
        while let Some(id) = above {
            steps += 1;
            assert!(steps <= accounts.len(), "no account is above itself");
            above = by_id[id].parent_id.as_deref();
        }
    }
    for owner in owner.values().flatten() {
        assert!(by_id.contains_key(owner));
    }
}

fn lives(backend: Backend, cases: u32) {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let run = |steps: Vec<Step>| {
        let world = World::on(backend).jobs_wait().build();
        let (tenant, context) = (world.tenant(), world.context());
        for step in &steps {
            // refusals are fine, faults are not
            if let Err(error) = apply(&tenant, &context, step) {
                assert!(error.rejection().is_some(), "{step:?}: {error}");
            }
            consistent(&tenant);
        }
        Ok(())
    };
    runner.run(&prop::collection::vec(step(), 1..25), run).expect("consistent");
}

#[test]
fn accounts_and_contacts_stay_consistent_whatever_is_tried() {
    lives(Backend::Memory, 24);
    if Backend::all().contains(&Backend::Postgres) {
        lives(Backend::Postgres, 4);
    }
}

/// Amounts in currencies with 0, 2, 3 and 4 decimals.
fn amounts() -> Vec<(&'static str, i64)> {
    let mut out = Vec::new();
    for currency in ["JPY", "USD", "BHD", "CLF"] {
        for minor in [-10_500, -1, 0, 1, 99, 100, 101, 1_050, 10_500, i64::MAX, i64::MIN] {
            out.push((currency, minor));
        }
    }
    out
}

#[test]
fn the_database_compares_amounts_as_memory_does() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        let tenant = world.tenant();
        let stamp = Stamp { actor: "test", now: tenant.now() };
        tenant
            .store
            .write(Lane::Small, move |tx| {
                for (currency, minor) in amounts() {
                    let account = Account {
                        name: "A".into(),
                        account_number: Some(format!("{currency}{minor}")),
                        currency: currency.into(),
                        payment_term: "Net 30".into(),
                        tax_exempt_status: "No".into(),
                        balance: minor,
                        ..Account::default()
                    };
                    typed::create(tx, None, &account, stamp)?;
                }
                Ok(Commit::Keep(()))
            })
            .expect("stored");
        let d = Account::descriptor();
        let records = tenant.store.read(|tx| nouns::list(tx, d, &accrual_model::Query::default())).expect("all");
        let mut compared = 0;
        for text in [
            "-1.05",
            "-0.0001",
            "0",
            "0.00005",
            "0.01",
            "1",
            "1.05",
            "10.5",
            "100",
            "10500",
            "99999999999999999999",
            "-99999999999999999999",
        ] {
            let value: Decimal = text.parse().expect("a decimal");
            for (op, _) in Operator::ALL.into_iter().filter(|(op, _)| *op != Operator::Like) {
                let filter = Filter::compare("balance", op, value);
                let found: Vec<i64> = tenant
                    .store
                    .read(|tx| nouns::list(tx, d, &accrual_model::Query::of(filter.clone())))
                    .expect("found")
                    .iter()
                    .map(|r| r.id)
                    .collect();
                let expected: Vec<i64> = records.iter().filter(|r| filter.matches(d, r).expect("fits")).map(|r| r.id).collect();
                assert_eq!(found, expected, "{backend:?} {op:?} {text}");
                compared += found.len();
            }
            let filter = Filter::In { field: "balance".into(), values: vec![Value::Decimal(value), Value::Decimal(Decimal::ONE)] };
            let found = tenant.store.read(|tx| nouns::count(tx, d, &filter)).expect("found");
            assert_eq!(usize::try_from(found), Ok(records.iter().filter(|r| filter.matches(d, r).expect("fits")).count()));
        }
        assert!(compared > 1_000);
    }
}
