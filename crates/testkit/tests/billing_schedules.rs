//! Finance revenue schedules: on every backend.

use accrual_app::billing::accounting_period::{self, AccountingPeriodClose, AccountingPeriodCreate, AccountingPeriodReopen, Closing};
use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
use accrual_app::billing::custom_field::CustomFieldCreate;
use accrual_app::billing::revenue_schedule::{
    self, ChargeSchedule, Detail, ItemKey, ItemKind, ItemsOf, NewEvent, Plan, RevenueDistributeAcross, RevenueDistributeInRange,
    RevenueDistributeOnDate, RevenueItemsUpdate, RevenueScheduleDelete, RevenueScheduleOfCharge, RevenueScheduleOfItem,
    RevenueScheduleUpdate, Share,
};
use accrual_app::billing::setting::{SettingCreate, SettingUpdate};
use accrual_app::billing::{Fields, account::AccountCreate, account::ContactOf};
use accrual_app::{Command, Context, Tenant, Unit, execute_blocking};
use accrual_base::{Day, Decimal, Error, Result};
use accrual_model::{Object, Value};
use accrual_objects::billing::{Invoice, InvoiceItem, InvoiceStatus};
use accrual_store::nouns::typed;
use accrual_testkit::{Backend, World};
use serde::Serialize;
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&House<'_>)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        let (tenant, context) = (world.tenant(), world.context());
        test(&House { tenant: &tenant, context: &context });
    }
}

struct House<'a> {
    tenant: &'a Arc<Tenant>,
    context: &'a Context,
}

fn day(text: &str) -> Day {
    let parts: Vec<i32> = text.split('-').map(|p| p.parse().expect("a number")).collect();
    Day::try_ymd(parts[0], parts[1], parts[2]).expect("a day")
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    let error = result.expect_err("a refusal");
    let rejection = error.rejection().unwrap_or_else(|| panic!("{error}"));
    (rejection.code.to_owned(), rejection.place.column.clone().unwrap_or_default())
}

fn of(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// Posts an invoice as the invoice verbs do: stored as Posted, then its schedules.
#[derive(Serialize)]
struct Post {
    account: String,
    date: &'static str,
    /// Amount, rule, first and last day.
    items: Vec<Line>,
    cancel: Option<String>,
    /// Canceled, it is posted again.
    again: bool,
    currency: &'static str,
}

impl Command for Post {
    const OPERATION: &'static str = "test_post";
    /// Ids of the invoice and its items.
    type Output = (String, Vec<String>);

    fn run(self, unit: &mut Unit<'_>) -> Result<Self::Output> {
        if let Some(invoice) = &self.cancel {
            revenue_schedule::cancel_schedules_of_invoice(unit, invoice)?;
            if self.again {
                // posted twice, it makes its schedules once
                assert_eq!(revenue_schedule::schedules_of_posted_invoice(unit, invoice)?, 1);
                assert_eq!(revenue_schedule::schedules_of_posted_invoice(unit, invoice)?, 0);
            }
            return Ok((invoice.clone(), Vec::new()));
        }
        let stamp = unit.stamp();
        let number = format!("INV{:08}", unit.next_ids("test", 1)?);
        let invoice = Invoice {
            account_id: self.account.clone(),
            currency: self.currency.into(),
            invoice_date: Some(day(self.date)),
            invoice_number: Some(number),
            status: InvoiceStatus::Posted,
            transferred_to_accounting: "No".into(),
            ..Invoice::default()
        };
        let invoice = typed::create(unit.tx, None, &invoice, stamp)?;
        let mut ids = Vec::new();
        for (amount, rule, start, end) in self.items {
            let item = InvoiceItem {
                invoice_id: invoice.uid.clone(),
                charge_amount: amount,
                currency: self.currency.into(),
                service_start_date: Some(day(start)),
                service_end_date: end.map(day),
                revenue_recognition_rule_name: rule.map(Into::into),
                ..InvoiceItem::default()
            };
            ids.push(typed::create(unit.tx, None, &item, stamp)?.uid.clone());
        }
        revenue_schedule::schedules_of_posted_invoice(unit, &invoice.uid)?;
        Ok((invoice.uid.clone(), ids))
    }
}

/// Number and type of an event, and its deltas by the names of their periods.
type Told = (String, String, Vec<(String, i64)>);
/// Amount, rule, first and last day.
type Line = (i64, Option<&'static str>, &'static str, Option<&'static str>);

impl House<'_> {
    fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        execute_blocking(self.tenant, self.context, command)
    }

    fn period(&self, name: &str, start: &str, end: &str) -> String {
        let fields = Fields::default()
            .with("name", name)
            .with("startDate", day(start))
            .with("endDate", day(end))
            .with("fiscalYear", Value::Int(2024));
        let made = self.run(AccountingPeriodCreate { fields }).expect("a period");
        accounting_period::extend_blocking(self.tenant, self.context).expect("extended");
        made.id
    }

    fn quarter(&self) {
        self.period("Jan", "2024-01-01", "2024-01-31");
        self.period("Feb", "2024-02-01", "2024-02-29");
        self.period("Mar", "2024-03-01", "2024-03-31");
    }

    fn close(&self, period: &str) {
        let closed = self.run(AccountingPeriodClose { period: period.into(), step: Closing::Closed }).expect("closed");
        assert!(closed.closed);
    }

    fn account(&self) -> String {
        let account = Fields::default().with("name", "Initech").with("currency", "USD");
        let contact = Fields::default().with("firstName", "Ada").with("lastName", "L").with("country", "France");
        let made = self.run(AccountCreate { account, bill_to: Some(contact), sold_to: ContactOf::Unsaid, ship_to: ContactOf::Unsaid });
        made.expect("an account").id
    }

    fn post(&self, account: &str, date: &'static str, items: &[Line]) -> (String, Vec<String>) {
        self.try_post(account, date, items).expect("posted")
    }

    fn try_post(&self, account: &str, date: &'static str, items: &[Line]) -> Result<(String, Vec<String>)> {
        self.run(Post { account: account.into(), date, items: items.to_vec(), cancel: None, again: false, currency: "USD" })
    }

    /// A manual schedule of 1,100.00, its number.
    fn manual(&self) -> String {
        let account = self.account();
        let (_, items) = self.post(&account, "2024-01-15", &[(110_000, Some("Custom - Manual distribution"), "2024-01-15", None)]);
        self.number(&items[0])
    }

    fn of_item(&self, item: &str) -> Result<Detail> {
        revenue_schedule::of_item(self.tenant, self.context, &ItemKey { kind: ItemKind::InvoiceItem, id: item.into() })
    }

    fn number(&self, item: &str) -> String {
        self.of_item(item).expect("a schedule").view.text("number").expect("a number").to_owned()
    }

    fn get(&self, number: &str) -> Detail {
        revenue_schedule::get(self.tenant, self.context, number).expect("a schedule")
    }

    /// Items of a schedule by the names of their periods.
    fn items(&self, number: &str) -> Vec<(String, i64)> {
        shown(&self.get(number).items)
    }

    fn across(&self, number: &str, shares: &[(&str, &str)]) -> Result<Option<String>> {
        let shares = self::shares(shares);
        let done = self.run(RevenueDistributeAcross { schedule: number.into(), shares, event: distributed() })?;
        Ok(done.revenue_event_number)
    }

    fn events(&self, number: &str) -> Vec<Told> {
        let events = revenue_schedule::events_of(self.tenant, self.context, number, 0, 100).expect("events");
        let text = |v: &accrual_app::billing::View, field: &str| v.text(field).unwrap_or_default().to_owned();
        events.page.iter().map(|e| (text(&e.view, "number"), text(&e.view, "event_type"), shown(&e.items))).collect()
    }
}

fn shown(items: &[revenue_schedule::Item]) -> Vec<(String, i64)> {
    items.iter().map(|i| (i.period.clone(), i.amount)).collect()
}

fn shares(list: &[(&str, &str)]) -> Vec<Share> {
    let share = |(name, amount): &(&str, &str)| Share { accounting_period_name: (*name).into(), new_amount: (*amount).into() };
    list.iter().map(share).collect()
}

fn distributed() -> NewEvent {
    NewEvent { event_type: Some("Revenue Distributed".into()), notes: Some("n".into()), ..NewEvent::default() }
}

fn named(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
}

#[test]
fn posting_makes_a_schedule_for_each_item_with_a_rule() {
    on_every_backend(|house| {
        house.quarter();
        let account = house.account();
        let (_, items) = house.post(
            &account,
            "2024-01-20",
            &[
                (12_100, Some("Recognize daily over time"), "2024-01-01", Some("2024-04-30")),
                (5_000, Some("Recognize upon invoicing"), "2024-02-01", Some("2024-02-29")),
                (7_000, Some("Recognize on specific date"), "2024-03-05", None),
                (900, Some("Custom - Manual distribution"), "2024-01-01", None),
                (800, Some("Custom - Unlimited recognition"), "2024-01-01", None),
                (700, None, "2024-01-01", None),
                (3_000, Some("Recognize monthly over time"), "2024-01-01", Some("2024-03-31")),
            ],
        );
        let of_item = |at: usize| house.of_item(&items[at]).map(|d| shown(&d.items));
        assert_eq!(of_item(0).unwrap(), named(&[("Jan", 3_100), ("Feb", 2_900), ("Mar", 3_100), ("Open-Ended", 3_000)]));
        assert_eq!(of_item(1).unwrap(), named(&[("Jan", 5_000)]));
        assert_eq!(of_item(2).unwrap(), named(&[("Mar", 7_000)]));
        assert_eq!(of_item(3).unwrap(), named(&[("Open-Ended", 900)]));
        assert_eq!(refused(of_item(4)), of("62000040", "revenueSchedule"));
        assert_eq!(refused(of_item(5)), of("62000040", "revenueSchedule"));
        assert_eq!(of_item(6).unwrap(), named(&[("Jan", 1_000), ("Feb", 1_000), ("Mar", 1_000)]));

        let first = house.of_item(&items[0]).unwrap();
        assert_eq!(first.view.text("number"), Some("RS-00000001"));
        assert_eq!((first.recognized, first.unrecognized), (0, 12_100));
        assert_eq!(first.view.value("undistributed_unrecognized_revenue").as_int(), Some(3_000));
        assert_eq!(first.view.text("linked_transaction_number"), Some("INV00000001"));
        assert_eq!(first.view.text("linked_transaction_type"), Some("InvoiceItem"));
        let events = house.events("RS-00000001");
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].0.as_str(), events[0].1.as_str()), ("RE-00000001", "Invoice Posted"));
        assert_eq!(events[0].2, shown(&first.items));

        // a new period takes its share of what follows a range, and leaves what stands there by hand
        house.period("Apr", "2024-04-01", "2024-04-30");
        assert_eq!(of_item(0).unwrap(), named(&[("Jan", 3_100), ("Feb", 2_900), ("Mar", 3_100), ("Apr", 3_000)]));
        assert_eq!(of_item(3).unwrap(), named(&[("Open-Ended", 900)]));
        let newest = &house.events("RS-00000001")[0];
        assert_eq!(
            (newest.1.as_str(), newest.2.clone()),
            ("Accounting period(s) created", named(&[("Apr", 3_000), ("Open-Ended", -3_000)]))
        );
        assert_eq!(refused(house.try_post(&account, "2024-01-20", &[(1, Some("No such rule"), "2024-01-01", None)])).0, "62001520");
    });
}

#[test]
fn a_schedule_without_any_period_stands_in_open_ended() {
    on_every_backend(|house| {
        let account = house.account();
        let (_, items) =
            house.post(&account, "2024-02-10", &[(2_900, Some("Recognize daily over time"), "2024-02-01", Some("2024-02-29"))]);
        let number = house.number(&items[0]);
        assert_eq!(house.items(&number), named(&[("Open-Ended", 2_900)]));
        let late = Fields::default()
            .with("name", "Mar")
            .with("startDate", day("2024-03-01"))
            .with("endDate", day("2024-03-31"))
            .with("fiscalYear", Value::Int(2024));
        assert_eq!(refused(house.run(AccountingPeriodCreate { fields: late })), of("61000230", "startDate"));
        house.period("Jan", "2024-01-01", "2024-01-31");
        house.period("Feb", "2024-02-01", "2024-02-29");
        assert_eq!(house.items(&number), named(&[("Feb", 2_900)]));
    });
}

#[test]
fn across_is_the_whole_plan_of_the_open_periods() {
    on_every_backend(|house| {
        house.quarter();
        let number = house.manual();
        assert_eq!(house.across(&number, &[("Jan", "500"), ("Feb", "600")]).unwrap().as_deref(), Some("RE-00000002"));
        assert_eq!(house.items(&number), named(&[("Jan", 50_000), ("Feb", 60_000)]));
        assert_eq!(house.events(&number)[0].2, named(&[("Jan", 50_000), ("Feb", 60_000), ("Open-Ended", -110_000)]));
        // the same again changes nothing and writes nothing
        assert_eq!(house.across(&number, &[("Jan", "500.00"), ("Feb", "600")]).unwrap(), None);
        assert_eq!(house.events(&number).len(), 2);

        house.close("Jan");
        let after = house.get(&number);
        assert_eq!((after.recognized, after.unrecognized), (50_000, 60_000));
        assert!(after.items[0].closed && !after.items[1].closed);
        house.across(&number, &[("Feb", "200"), ("Open-Ended", "400")]).expect("the open part alone");
        assert_eq!(house.items(&number), named(&[("Jan", 50_000), ("Feb", 20_000), ("Open-Ended", 40_000)]));

        let at = |n: usize, field: &str| format!("revenueDistributions[{n}].{field}");
        let tried = |list: &[(&str, &str)]| refused(house.across(&number, list));
        assert_eq!(tried(&[("Feb", "1100")]), of("62000230", "revenueDistributions"));
        assert_eq!(tried(&[("Jan", "500"), ("Feb", "600")]), of("62000330", &at(0, "accountingPeriodName")));
        assert_eq!(tried(&[("Feb", "600"), ("Dec", "0")]), of("62000320", &at(1, "accountingPeriodName")));
        assert_eq!(tried(&[("Feb", "600.001")]), of("62000420", &at(0, "newAmount")));
        assert_eq!(tried(&[("Feb", "700"), ("Open-Ended", "-100")]), of("62000430", &at(1, "newAmount")));
        assert_eq!(refused(house.across("RS-99999999", &[("Feb", "1")])), of("62000040", "revenueSchedule"));
        let unknown = NewEvent { event_type: Some("Nothing".into()), ..NewEvent::default() };
        let command = RevenueDistributeAcross { schedule: number.clone(), shares: shares(&[("Feb", "600")]), event: unknown };
        assert_eq!(refused(house.run(command)), of("62000520", "eventType"));
        assert_eq!(house.items(&number), named(&[("Jan", 50_000), ("Feb", 20_000), ("Open-Ended", 40_000)]), "nothing of it was kept");

        // with the rule that allows it, Open-Ended may turn negative
        let allow = Fields::default().with("allowRevenueScheduleNegativeAmounts", true);
        house.run(SettingCreate { noun: "AccountingRules".into(), records: vec![allow] }).expect("the rule");
        house.across(&number, &[("Feb", "700"), ("Open-Ended", "-100")]).expect("allowed now");
        assert_eq!(house.get(&number).view.value("undistributed_unrecognized_revenue").as_int(), Some(-10_000));

        house.run(AccountingPeriodReopen { period: "Jan".into() }).expect("open again");
        assert_eq!(house.get(&number).recognized, 0, "what was recognised is not any more");
    });
}

#[test]
fn revenue_moves_to_a_date_and_over_a_range() {
    on_every_backend(|house| {
        house.quarter();
        let number = house.manual();
        let on = |date: &str, kind: &str, amount: Option<&str>, percentage: Option<&str>| {
            house.run(RevenueDistributeOnDate {
                schedule: number.clone(),
                distribute_on: day(date),
                distribution_type: kind.into(),
                amount: amount.map(Into::into),
                percentage: percentage.map(Into::into),
                event: distributed(),
            })
        };
        on("2024-01-31", "specific date (delta fixed amount)", Some("100"), None).expect("moved");
        on("2024-02-01", "specific date (delta percent total)", None, Some("10")).expect("moved");
        on("2024-03-01", "specific date (delta percent undistributed)", None, Some("50")).expect("moved");
        assert_eq!(house.items(&number), named(&[("Jan", 10_000), ("Feb", 11_000), ("Mar", 44_500), ("Open-Ended", 44_500)]));
        assert_eq!(refused(on("2024-04-01", "specific date (delta fixed amount)", Some("1"), None)), of("62000720", "distributeOn"));
        assert_eq!(refused(on("2024-02-01", "specific date (delta fixed amount)", Some("446"), None)), of("62000130", "amount"));

        house.close("Jan");
        let range = |kind: Option<&str>, start: &str, end: &str| {
            house.run(RevenueDistributeInRange {
                schedule: number.clone(),
                distribution_type: kind.map(Into::into),
                start: day(start),
                end: day(end),
                event: distributed(),
            })
        };
        // 91 days: Jan 31, Feb 29, Mar 31; Jan keeps its 100.00, the rest of its share goes to Feb
        range(None, "2024-01-01", "2024-03-31").expect("spread");
        let (jan, feb, mar) = (37_473, 35_055, 37_472);
        assert_eq!(jan + feb + mar, 110_000);
        assert_eq!(house.items(&number), named(&[("Jan", 10_000), ("Feb", feb + jan - 10_000), ("Mar", mar)]));
        assert_eq!(refused(range(None, "2024-03-01", "2024-02-01")).0, "62001120");
        assert_eq!(refused(range(Some("Weekly"), "2024-01-01", "2024-02-01")), of("62000820", "distributionType"));
        let newest = revenue_schedule::events_of(house.tenant, house.context, &number, 0, 1).expect("events");
        assert!(newest.more);
        assert_eq!(newest.page[0].view.value("recognition_end"), &Value::Date(day("2024-03-31")));
    });
}

#[test]
fn a_posted_item_gets_a_schedule_by_request_once() {
    on_every_backend(|house| {
        house.quarter();
        let account = house.account();
        let (_, items) = house.post(&account, "2024-01-15", &[(5_000, None, "2024-01-15", None), (9_000, None, "2024-01-15", None)]);
        let make = |item: &str, plan: Plan| {
            house.run(RevenueScheduleOfItem {
                item: ItemKey { kind: ItemKind::InvoiceItem, id: item.into() },
                plan,
                notes: Some("by hand".into()),
                fields: Fields::default(),
                event: distributed(),
            })
        };
        let by_hand = |list: &[(&str, &str)]| Plan::ByHand(shares(list));
        assert_eq!(refused(make(&items[0], by_hand(&[("Jan", "20"), ("Open-Ended", "31")]))), of("62000230", "revenueDistributions"));
        assert_eq!(refused(make(&"0".repeat(32), by_hand(&[("Jan", "20")]))), of("62001640", "itemId"));
        let made = make(&items[0], by_hand(&[("Jan", "20"), ("Open-Ended", "30")])).expect("a schedule");
        assert_eq!(made.number.as_deref(), Some("RS-00000001"));
        assert_eq!(house.items("RS-00000001"), named(&[("Jan", 2_000), ("Open-Ended", 3_000)]));
        assert_eq!(house.get("RS-00000001").view.text("notes"), Some("by hand"));
        assert_eq!(refused(make(&items[0], by_hand(&[("Jan", "50")]))), of("62000030", "revenueSchedule"));

        house.close("Jan");
        let range =
            Plan::InRange { distribution_type: Some("daily distribution".into()), start: day("2024-01-01"), end: day("2024-03-30") };
        make(&items[1], range).expect("a schedule");
        // 90 days of 1.00; January is closed, so its 31 go to February
        assert_eq!(house.items("RS-00000002"), named(&[("Feb", 6_000), ("Mar", 3_000)]));
    });
}

#[test]
fn a_canceled_invoice_takes_its_revenue_back() {
    on_every_backend(|house| {
        house.quarter();
        let account = house.account();
        let (invoice, items) =
            house.post(&account, "2024-01-15", &[(9_100, Some("Recognize daily over time"), "2024-01-01", Some("2024-03-31"))]);
        let number = house.number(&items[0]);
        house.close("Jan");
        house
            .run(Post { account, date: "2024-02-01", items: Vec::new(), cancel: Some(invoice), again: false, currency: "USD" })
            .expect("canceled");
        assert_eq!(house.items(&number), named(&[("Jan", 3_100), ("Feb", -3_100)]));
        assert_eq!(house.get(&number).view.value("amount").as_int(), Some(0));
        assert_eq!(house.events(&number)[0].1, "Invoice Canceled");
        assert_eq!(refused(house.across(&number, &[("Feb", "0")])), of("62000030", "revenueSchedule"));
    });
}

#[test]
fn notes_and_custom_fields_change_and_amounts_do_not() {
    on_every_backend(|house| {
        house.quarter();
        let custom = |object: &str, name: &str| {
            let fields = Fields::default().with("object", object).with("name", name).with("label", name).with("type", "Text");
            house.run(CustomFieldCreate { fields }).expect("a custom field");
        };
        custom("RevenueSchedule", "Phase__c");
        custom("RevenueEvent", "Reason__c");
        custom("RevenueScheduleItem", "Team__c");
        custom("RevenueEventItem", "Team__c");
        let number = house.manual();
        let update = |fields: Fields| house.run(RevenueScheduleUpdate { schedule: number.clone(), fields });
        update(Fields::default().with("notes", "changed").with("Phase__c", "one")).expect("updated");
        let view = house.get(&number).view;
        assert_eq!((view.text("notes"), view.text("Phase__c")), (Some("changed"), Some("one")));
        assert_eq!(refused(update(Fields::default().with("amount", 5))).1, "amount");
        assert_eq!(refused(update(Fields::default().with("referenceId", "R-1"))), of("62002030", "referenceId"));

        let event = NewEvent { fields: Fields::default().with("Reason__c", "go-live"), ..distributed() };
        let command = RevenueDistributeAcross { schedule: number.clone(), shares: shares(&[("Jan", "400"), ("Feb", "700")]), event };
        let event = house.run(command).expect("distributed").revenue_event_number.expect("a number");
        let stored = revenue_schedule::event(house.tenant, house.context, &event).expect("the event");
        assert_eq!(stored.view.text("Reason__c"), Some("go-live"));
        assert_eq!(stored.schedule.text("number"), Some(number.as_str()));
        assert_eq!(house.get(&number).view.text("Phase__c"), Some("one"), "custom fields survive a distribution");

        let items = |of, key: &str, list: &[(&str, &str)]| {
            let items = list.iter().map(|(period, team)| ((*period).to_owned(), Fields::default().with("Team__c", *team))).collect();
            house.run(RevenueItemsUpdate { of, number: key.into(), items })
        };
        items(ItemsOf::Schedule, &number, &[("Jan", "red"), ("Feb", "blue")]).expect("updated");
        items(ItemsOf::Event, &event, &[("Open-Ended", "red")]).expect("updated");
        assert_eq!(
            refused(items(ItemsOf::Schedule, &number, &[("Jan", "red"), ("Mar", "red")])),
            of("62000320", "revenueItems[1].accountingPeriodName")
        );
        assert_eq!(refused(items(ItemsOf::Event, "RE-77777777", &[("Jan", "red")])).0, "62002240");
        house.across(&number, &[("Jan", "500"), ("Feb", "600")]).expect("moved");
        let teams: Vec<_> = house.get(&number).items.iter().map(|i| i.view.text("Team__c").map(str::to_owned)).collect();
        assert_eq!(teams, [Some("red".to_owned()), Some("blue".to_owned())], "and so do those of the items");
    });
}

#[test]
fn schedules_of_a_charge_are_made_and_deleted() {
    on_every_backend(|house| {
        house.quarter();
        let account = house.account();
        let product = Fields::default()
            .with("name", "Implementation")
            .with("effectiveStartDate", day("2020-01-01"))
            .with("effectiveEndDate", day("2030-01-01"));
        let product = house.run(ProductCreate { fields: product }).expect("a product").id;
        let plan = Fields::default().with("name", "Plan").with("productId", product.as_str());
        let plan = house.run(RatePlanCreate { fields: plan }).expect("a plan").id;
        let charge = |rule: &str| {
            let fields = Fields::default()
                .with("name", "Fee")
                .with("productRatePlanId", plan.as_str())
                .with("chargeType", "OneTime")
                .with("chargeModel", "Flat Fee Pricing")
                .with("triggerEvent", "ContractEffective")
                .with("billCycleType", "DefaultFromCustomer")
                .with("recognizedRevenueAccount", "Sales Revenue")
                .with("deferredRevenueAccount", "Deferred Revenue")
                .with("revenueRecognitionRuleName", rule);
            let tiers = vec![Fields::default().with("currency", "USD").with("price", Decimal::from(300))];
            house.run(ChargeCreate { fields, tiers }).expect("a charge").id
        };
        let (custom, daily) = (charge("Custom - Unlimited recognition"), charge("Recognize daily over time"));
        let make = |charge: &str, amount: &str, date: &str, list: &[(&str, &str)], event: NewEvent| {
            let schedule = ChargeSchedule {
                charge: charge.into(),
                account: account.clone(),
                amount: amount.into(),
                date: day(date),
                shares: shares(list),
                reference_id: Some("rs transaction ref".into()),
                notes: None,
                codes: None,
            };
            house.run(RevenueScheduleOfCharge { schedule, fields: Fields::default(), event })
        };
        let both = || NewEvent { event_type_system_id: Some("RevenueDistributed__z".into()), ..distributed() };
        let plan = [("Jan", "100"), ("Feb", "200")];
        assert_eq!(refused(make(&daily, "300", "2024-01-01", &plan, both())).0, "62001530");
        assert_eq!(refused(make(&custom, "300", "2024-01-01", &plan, distributed())), of("62000622", "eventTypeSystemId"));
        assert_eq!(refused(make(&custom, "301", "2024-01-01", &plan, both())).0, "62000230");
        let made = make(&custom, "300", "2024-01-01", &plan, both()).expect("a schedule").number.expect("a number");
        let detail = house.get(&made);
        assert_eq!(shown(&detail.items), named(&[("Jan", 10_000), ("Feb", 20_000)]));
        let code = detail.items[0].recognized.clone().expect("a code");
        assert_eq!((code.name.as_str(), code.kind.as_str()), ("Sales Revenue", "Revenue: Sales"));
        let of_charge = revenue_schedule::by_product_charge(house.tenant, house.context, &custom, &account, 0, 8).expect("listed");
        assert_eq!((of_charge.page.len(), of_charge.more), (1, false));

        let delete = |number: &str| house.run(RevenueScheduleDelete { schedule: number.into() });
        let manual = house.manual();
        assert_eq!(refused(delete(&manual)), of("62000030", "revenueSchedule"));
        let second = make(&custom, "300", "2024-02-01", &[("Feb", "300")], both()).expect("a schedule").number.expect("a number");
        house.close("Jan");
        assert_eq!(refused(make(&custom, "300", "2024-01-31", &[("Feb", "300")], both())), of("62001230", "revenueScheduleDate"));
        assert_eq!(refused(delete(&made)), of("62000030", "revenueSchedule"), "revenue of it is recognised");
        delete(&second).expect("deleted");
        assert_eq!(refused(delete(&second)), of("62000040", "revenueSchedule"));
    });
}

#[test]
fn the_automation_start_date_leaves_earlier_documents_alone() {
    on_every_backend(|house| {
        house.quarter();
        let start = Fields::default().with("startDate", day("2024-02-01"));
        house.run(SettingCreate { noun: "RevenueAutomationStart".into(), records: vec![start] }).expect("a start");
        let account = house.account();
        let rule = Some("Recognize upon invoicing");
        let (_, before) = house.post(&account, "2024-01-31", &[(100, rule, "2024-01-31", None)]);
        let (_, on) = house.post(&account, "2024-02-01", &[(100, rule, "2024-02-01", None)]);
        assert!(house.of_item(&before[0]).is_err());
        assert_eq!(shown(&house.of_item(&on[0]).unwrap().items), named(&[("Feb", 100)]));
        let change = Fields::default().with("startDate", day("2024-01-01"));
        let command = SettingUpdate { noun: "RevenueAutomationStart".into(), key: "RevenueAutomationStart".into(), fields: change };
        house.run(command).expect("changed");
        let (_, later) = house.post(&account, "2024-01-31", &[(100, rule, "2024-01-31", None)]);
        assert!(house.of_item(&later[0]).is_ok());
        assert_eq!(revenue_schedule::automation_start(house.tenant, house.context).unwrap().unwrap().0, Some(day("2024-01-01")));
    });
}

#[test]
fn periods_with_revenue_keep_their_dates_and_stay() {
    on_every_backend(|house| {
        use accounting_period::{AccountingPeriodDelete, AccountingPeriodUpdate};
        house.quarter();
        let number = house.manual();
        house.across(&number, &[("Mar", "1100")]).expect("moved");
        let move_end = |period: &str, end: &str| {
            house.run(AccountingPeriodUpdate { period: period.into(), fields: Fields::default().with("endDate", day(end)) })
        };
        assert_eq!(refused(move_end("Mar", "2024-03-30")), of("61000030", "accountingPeriod"));
        assert_eq!(refused(move_end("Feb", "2024-02-28")), of("61000030", "accountingPeriod"), "the next one would move");
        move_end("Jan", "2024-01-30").expect("no revenue there");
        let delete = || house.run(AccountingPeriodDelete { period: "Mar".into() });
        assert_eq!(refused(delete()), of("61000030", "accountingPeriod"));
        house.across(&number, &[("Open-Ended", "1100")]).expect("moved");
        delete().expect("empty now");
        assert_eq!(house.items(&number), named(&[("Open-Ended", 110_000)]));
    });
}

#[test]
fn permissions_are_asked_for() {
    on_every_backend(|house| {
        house.quarter();
        let number = house.manual();
        let mut weak = house.context.clone();
        weak.actor.permissions = accrual_app::Permissions::NONE;
        let house = House { context: &weak, ..*house };
        let code = |e: Error| e.rejection().map(|r| r.code);
        assert_eq!(house.across(&number, &[("Jan", "1100")]).map_err(code), Err(Some("role.permission")));
        let close = house.run(AccountingPeriodClose { period: "Jan".into(), step: Closing::Closed });
        assert_eq!(close.map_err(code), Err(Some("role.permission")));
        let delete = house.run(RevenueScheduleDelete { schedule: number.clone() });
        assert_eq!(delete.map_err(code), Err(Some("role.permission")));
        let _ = InvoiceItem::descriptor();
    });
}

/// Beginning, debit, credit and ending of the codes of a period.
fn trial_balance(house: &House<'_>, period: &str) -> Vec<(String, [i64; 4])> {
    let id = accounting_period::get(house.tenant, house.context, period).expect("a period").record.uid;
    accounting_period::balance(house.tenant, house.context, &id).expect("balanced");
    let view = accounting_period::get(house.tenant, house.context, period).expect("a period");
    assert_eq!(view.text("run_trial_balance_status"), Some("Completed"), "{:?}", view.text("run_trial_balance_error_message"));
    let rows = accounting_period::rows(house.tenant, house.context, &id).expect("rows");
    let total = rows.iter().fold([0; 4], |[a, b, c, d], r| [a + r.beginning, b + r.debit, c + r.credit, d + r.ending]);
    assert_eq!((total[0], total[1], total[3]), (0, total[2], 0), "every column balances");
    rows.into_iter().map(|r| (r.accounting_code, [r.beginning, r.debit, r.credit, r.ending])).collect()
}

#[test]
fn a_trial_balance_carries_over_from_period_to_period() {
    on_every_backend(|house| {
        use accounting_period::AccountingPeriodTrialBalance;
        house.quarter();
        let account = house.account();
        let daily = Some("Recognize daily over time");
        house.post(&account, "2024-01-10", &[(9_100, daily, "2024-01-01", Some("2024-03-31")), (700, None, "2024-01-10", None)]);
        house.post(&account, "2024-02-10", &[(5_000, Some("Recognize upon invoicing"), "2024-02-10", None)]);
        house.run(AccountingPeriodTrialBalance { period: "Jan".into() }).expect("started");
        let second = house.run(AccountingPeriodTrialBalance { period: "Feb".into() });
        assert_eq!(refused(second).0, "61000830", "one at a time");
        let row = |code: &str, figures: [i64; 4]| (code.to_owned(), figures);
        let january = vec![
            row("Accounts Receivable", [0, 9_800, 0, 9_800]),
            row("Deferred Revenue", [0, 3_100, 9_100, -6_000]),
            row("Sales Revenue", [0, 0, 3_800, -3_800]),
        ];
        assert_eq!(trial_balance(house, "Jan"), january);
        let february = vec![
            row("Accounts Receivable", [9_800, 5_000, 0, 14_800]),
            row("Deferred Revenue", [-6_000, 7_900, 5_000, -3_100]),
            row("Sales Revenue", [-3_800, 0, 7_900, -11_700]),
        ];
        house.run(AccountingPeriodTrialBalance { period: "Feb".into() }).expect("started");
        assert_eq!(trial_balance(house, "Feb"), february, "January is open: its impact is counted anew");
        house.close("Jan");
        assert_eq!(trial_balance(house, "Jan"), january);
        house.run(AccountingPeriodTrialBalance { period: "Feb".into() }).expect("started");
        assert_eq!(trial_balance(house, "Feb"), february, "January is closed: its endings are carried over");
        let idle = accounting_period::balance(house.tenant, house.context, &"0".repeat(32));
        assert!(idle.is_err(), "no such period");
    });
}

#[test]
fn an_invoice_posted_again_makes_another_schedule() {
    on_every_backend(|house| {
        house.quarter();
        let account = house.account();
        let (invoice, items) =
            house.post(&account, "2024-01-15", &[(9_100, Some("Recognize daily over time"), "2024-01-01", Some("2024-03-31"))]);
        let first = house.number(&items[0]);
        house
            .run(Post { account, date: "2024-02-01", items: Vec::new(), cancel: Some(invoice), again: true, currency: "USD" })
            .expect("posted again");
        assert_eq!(house.items(&first), named(&[]), "nothing of it was recognised");
        let second = house.number(&items[0]);
        assert_ne!(first, second);
        assert_eq!(house.items(&second), named(&[("Jan", 3_100), ("Feb", 2_900), ("Mar", 3_100)]));
    });
}

#[test]
fn a_new_period_takes_its_share_of_many_schedules() {
    on_every_backend(|house| {
        house.period("Jan", "2024-01-01", "2024-01-31");
        let account = house.account();
        let lines = vec![(6_000, Some("Recognize daily over time"), "2024-01-01", Some("2024-02-29")); 230];
        let (_, items) = house.post(&account, "2024-01-15", &lines);
        assert_eq!(house.items(&house.number(&items[229])), named(&[("Jan", 3_100), ("Open-Ended", 2_900)]));
        house.period("Feb", "2024-02-01", "2024-02-29");
        for item in &items {
            let detail = house.of_item(item).expect("a schedule");
            assert_eq!(shown(&detail.items), named(&[("Jan", 3_100), ("Feb", 2_900)]));
            assert!(detail.view.value("waits_for").is_null());
        }
        house.close("Jan");
    });
}

#[test]
fn a_trial_balance_without_a_rate_says_what_is_missing() {
    on_every_backend(|house| {
        use accounting_period::AccountingPeriodTrialBalance;
        house.quarter();
        let account = house.account();
        let items = vec![(700, None, "2024-01-10", None)];
        house.run(Post { account, date: "2024-01-10", items, cancel: None, again: false, currency: "EUR" }).expect("posted");
        house.run(AccountingPeriodTrialBalance { period: "Jan".into() }).expect("started");
        let id = accounting_period::get(house.tenant, house.context, "Jan").expect("a period").record.uid;
        accounting_period::balance(house.tenant, house.context, &id).expect("it ends");
        let view = accounting_period::get(house.tenant, house.context, "Jan").expect("a period");
        assert_eq!(view.text("run_trial_balance_status"), Some("Error"));
        let why = view.text("run_trial_balance_error_message").expect("a reason");
        assert!(why.starts_with("INV00000001 is in EUR") && why.contains("home currency"), "{why}");
        // it can be run again, and is not in the way of a close
        house.close("Jan");
    });
}
