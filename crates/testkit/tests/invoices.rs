//! Standalone invoices: made, posted, changed, taken back, on every backend.

use accrual_app::billing::account::{AccountCreate, ContactOf};
use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
use accrual_app::billing::invoice::{
    self, BillingRulesUpdate, ContactGiven, ContactsGiven, CustomRate, Exact, InvoiceCancel, InvoiceChange, InvoiceCreate,
    InvoiceCreateAll, InvoiceDelete, InvoicePost, InvoiceReverse, InvoiceSplit, InvoiceUnpost, InvoiceUpdate, InvoiceWriteOff, ItemChange,
    NewInvoice, NewItem, NewTax, NewTaxLine, Rows, SplitPart, TaxLineDelete, TaxLinesCreate, WrittenOffItem,
};
use accrual_app::billing::setting::SettingCreate;
use accrual_app::billing::{Created, Fields};
use accrual_app::job::DATA_COLLECTION_MASTER;
use accrual_app::{Command, Context, Tenant, audit, config, execute_blocking};
use accrual_base::{Day, Decimal, Error, Result};
use accrual_model::{Filter, Object, Query, Record, Value};
use accrual_objects::billing::{Account, ContactSnapshot, CreditMemo, CreditMemoItem, Invoice, InvoiceItem, TaxationItem};
use accrual_store::nouns::{self, typed};
use accrual_testkit::{Backend, World};
use proptest::prelude::*;
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&House<'_>)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().now("2024-03-15T12:00:00").build();
        let (tenant, context) = (world.tenant(), world.context());
        let account = execute_blocking(&tenant, &context, initech()).expect("an account");
        let account = Created { id: account.id, number: account.number };
        test(&House { tenant: &tenant, context: &context, account });
    }
}

fn code<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(error) => error.rejection().map_or_else(|| format!("fault {error}"), |r| r.code.to_owned()),
    }
}

/// Code and place of a refusal.
fn refused<T>(result: Result<T>) -> (String, String) {
    let error = result.err();
    let rejection = error.as_ref().and_then(Error::rejection);
    let place = rejection.and_then(|r| r.place.column.clone()).unwrap_or_default();
    (rejection.map(|r| r.code.to_owned()).unwrap_or_default(), place)
}

fn of(code: &str, place: &str) -> (String, String) {
    (code.to_owned(), place.to_owned())
}

fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().fold(Fields::default(), |fields, (name, value)| fields.with(name, value))
}

fn day(text: &str) -> Day {
    accrual_base::DateFormat::YyyyMmDd.parse(text).expect("a day")
}

fn amount(text: &str) -> Option<Exact> {
    Some(Exact(Decimal::from_str_exact(text).expect("a decimal")))
}

fn initech() -> AccountCreate {
    let person = fields([("firstName", "Ada".into()), ("lastName", "Lovelace".into()), ("country", "US".into()), ("state", "CA".into())]);
    AccountCreate {
        account: fields([("name", "Initech".into()), ("currency", "USD".into()), ("paymentTerm", "Net 30".into())]),
        bill_to: Some(person),
        sold_to: ContactOf::Unsaid,
        ship_to: ContactOf::Unsaid,
    }
}

fn item(name: &str, of: &str) -> NewItem {
    NewItem {
        amount: amount(of),
        fields: fields([("chargeName", name.into()), ("serviceStartDate", day("2024-03-01").into())]),
        ..NewItem::default()
    }
}

fn tax(name: &str, of: &str) -> NewTax {
    let fields = fields([
        ("name", name.into()),
        ("taxCode", "VAT".into()),
        ("taxDate", day("2024-03-10").into()),
        ("taxMode", "TaxExclusive".into()),
        ("taxRate", Decimal::new(2, 1).into()),
        ("taxRateType", "Percentage".into()),
        ("jurisdiction", "CA".into()),
    ]);
    NewTax { amount: amount(of), fields, ..NewTax::default() }
}

struct House<'a> {
    tenant: &'a Arc<Tenant>,
    context: &'a Context,
    account: Created,
}

impl House<'_> {
    fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        execute_blocking(self.tenant, self.context, command)
    }
    fn body(&self, items: Vec<NewItem>) -> NewInvoice {
        NewInvoice {
            account_id: Some(self.account.id.clone()),
            fields: fields([("invoiceDate", day("2024-03-10").into())]),
            items,
            ..NewInvoice::default()
        }
    }
    fn draft(&self, items: Vec<NewItem>) -> Created {
        self.run(InvoiceCreate(self.body(items))).expect("a draft")
    }
    fn posted(&self, items: Vec<NewItem>) -> Created {
        self.run(InvoiceCreate(NewInvoice { status: Some("Posted".into()), ..self.body(items) })).expect("a posted invoice")
    }
    fn invoice(&self, key: &str) -> Invoice {
        self.tenant.store.read(|tx| typed::named::<Invoice>(tx, key)).expect("an invoice").data
    }
    fn account(&self) -> Account {
        self.tenant.store.read(|tx| typed::named::<Account>(tx, &self.account.id)).expect("the account").data
    }
    fn rows<T: Object>(&self, field: &'static str, value: &str) -> Vec<accrual_model::Stored<T>> {
        self.tenant.store.read(|tx| typed::list::<T>(tx, &Query::of(Filter::eq(field, value)))).expect("rows")
    }
    fn items(&self, invoice: &str) -> Vec<accrual_model::Stored<InvoiceItem>> {
        self.rows("invoice_id", invoice)
    }
    fn taxes(&self, invoice: &str) -> Vec<accrual_model::Stored<TaxationItem>> {
        self.rows("invoice_id", invoice)
    }
    fn rules<const N: usize>(&self, pairs: [(&str, Value); N]) {
        self.run(BillingRulesUpdate { fields: fields(pairs) }).expect("the rules");
    }
    fn post(&self, key: &str) -> Result<accrual_app::billing::Done> {
        self.run(InvoicePost { invoice: key.to_owned(), invoice_date: None })
    }
    fn reverse(&self, key: &str) -> Result<invoice::Reversed> {
        self.run(InvoiceReverse { invoice: key.to_owned(), memo_date: None, apply_effective_date: None, reason_code: None, comment: None })
    }
    fn write_off(&self, key: &str) -> Result<invoice::Reversed> {
        self.run(InvoiceWriteOff { invoice: key.to_owned(), ..InvoiceWriteOff::default() })
    }
    /// Items and tax lines sum to the invoice, balances to its balance, posted invoices to those of the account.
    fn proved(&self) {
        let all: Vec<accrual_model::Stored<Invoice>> = self.rows("account_id", &self.account.id);
        let mut open = 0;
        for invoice in &all {
            let (items, taxes) = (self.items(&invoice.uid), self.taxes(&invoice.uid));
            let charges: i64 = items.iter().map(|i| i.charge_amount).sum();
            let tax: i64 = taxes.iter().map(|t| t.tax_amount).sum();
            assert_eq!((invoice.amount_without_tax, invoice.tax_amount, invoice.amount), (charges, tax, charges + tax));
            let balances = items.iter().map(|i| i.balance).sum::<i64>() + taxes.iter().map(|t| t.balance).sum::<i64>();
            assert_eq!(invoice.balance, balances);
            assert_eq!(invoice.balance, invoice.amount - invoice.payment_amount - invoice.credit_memo_amount);
            let of_items: i64 = items.iter().map(|i| i.tax_amount).sum();
            assert_eq!(of_items, tax, "items carry the sum of their tax lines");
            if invoice.status == accrual_objects::billing::InvoiceStatus::Posted {
                open += invoice.balance;
            }
        }
        let account = self.account();
        assert_eq!((account.total_invoice_balance, account.balance), (open, open));
        for memo in self.rows::<CreditMemo>("account_id", &self.account.id) {
            assert_eq!(memo.total_amount, memo.applied_amount + memo.refund_amount + memo.balance);
            let items: Vec<accrual_model::Stored<CreditMemoItem>> = self.rows("credit_memo_id", &memo.uid);
            assert_eq!(memo.total_amount, items.iter().map(|i| i.amount).sum::<i64>());
        }
    }
}

#[test]
fn a_draft_sums_its_items_and_is_due_by_the_term() {
    on_every_backend(|house| {
        let mut second = item("Support", "50.25");
        second.tax_items = Some(vec![tax("State", "5.03"), tax("County", "1.00")]);
        second.discounts =
            vec![NewItem { amount: amount("-10"), fields: fields([("chargeName", "Loyalty".into())]), ..NewItem::default() }];
        let made = house.draft(vec![item("Set-up", "100"), second]);
        assert_eq!(made.number.as_deref(), Some("INV00000001"));
        let invoice = house.invoice(&made.id);
        assert_eq!((invoice.amount_without_tax, invoice.tax_amount, invoice.amount, invoice.balance), (14_025, 603, 14_628, 14_628));
        assert_eq!((invoice.discount, invoice.due_date), (-1_000, Some(day("2024-04-09"))));
        assert_eq!((invoice.payment_term.as_deref(), invoice.bill_to_contact_id.as_deref()), (None, None));
        let items = house.items(&made.id);
        let names: Vec<_> = items.iter().map(|i| (i.charge_name.clone().unwrap_or_default(), i.charge_amount, i.balance)).collect();
        assert_eq!(names, [("Set-up".into(), 10_000, 10_000), ("Support".into(), 5_025, 4_025), ("Loyalty".into(), -1_000, 0)]);
        assert_eq!(items[2].applied_to_invoice_item_id.as_deref(), Some(items[1].uid.as_str()));
        assert_eq!(items[0].service_end_date, None);
        assert_eq!(items[0].unit_price, Some(Decimal::from(100)));
        assert_eq!(house.account().balance, 0, "a draft is not owed");
        house.proved();
    });
}

#[test]
fn what_cannot_be_an_invoice_is_refused_and_leaves_nothing() {
    on_every_backend(|house| {
        let create = |change: &dyn Fn(&mut NewInvoice)| {
            let mut new = house.body(vec![item("Fee", "10")]);
            change(&mut new);
            refused(house.run(InvoiceCreate(new)))
        };
        let set = |new: &mut NewInvoice, name: &str, value: Value| new.fields.set(name, value);
        assert_eq!(create(&|n| n.account_id = None), of("58490022", "accountId"));
        assert_eq!(create(&|n| n.account_id = Some("A99".into())), of("58490040", "accountId"));
        assert_eq!(create(&|n| n.account_number = Some("A99".into())), of("58490020", "accountId"));
        assert_eq!(create(&|n| n.fields = Fields::default()), of("58490122", "invoiceDate"));
        assert_eq!(create(&|n| n.items.clear()), of("58490322", "invoiceItems"));
        assert_eq!(create(&|n| n.items = vec![item("Fee", "1"); 1_001]).0, "58490320");
        assert_eq!(create(&|n| n.status = Some("Sent".into())), of("59210020", "status"));
        assert_eq!(create(&|n| set(n, "currency", "EUR".into())), of("58491430", "currency"));
        assert_eq!(create(&|n| set(n, "currency", "XXX".into())), of("58491420", "currency"));
        assert_eq!(create(&|n| n.payment_term = Some("Net 7".into())), of("58490640", "paymentTerm"));
        assert_eq!(create(&|n| n.sequence_set = Some("EMEA".into())), of("58491540", "sequenceSet"));
        assert_eq!(create(&|n| set(n, "invoiceNumber", "a b".into())), of("58490420", "invoiceNumber"));
        assert_eq!(create(&|n| n.items[0].amount = None), of("58500122", "invoiceItems[0].amount"));
        assert_eq!(create(&|n| n.items[0].amount = amount("0.001")), of("58500120", "invoiceItems[0].amount"));
        assert_eq!(create(&|n| n.items[0].amount = amount("92233720368547758.08")), of("58500120", "invoiceItems[0].amount"));
        assert_eq!(create(&|n| n.items[0].amount = amount("-1")), of("58490730", "amount"));
        assert_eq!(
            create(&|n| n.items[0].fields = fields([("chargeName", "Fee".into())])),
            of("58500522", "invoiceItems[0].serviceStartDate")
        );
        let nameless = fields([("serviceStartDate", day("2024-03-01").into())]);
        assert_eq!(create(&|n| n.items[0].fields = nameless.clone()), of("58500422", "invoiceItems[0].chargeName"));
        assert_eq!(create(&|n| n.items[0].fields.set("taxCode", "VAT")), of("58500822", "invoiceItems[0].taxMode"));
        let both = |n: &mut NewInvoice| {
            n.items[0].fields.set("taxCode", "VAT");
            n.items[0].fields.set("taxMode", "TaxExclusive");
        };
        assert_eq!(create(&both), of("58500740", "invoiceItems[0].taxCode"));
        assert_eq!(create(&|n| n.items[0].fields.set("productRatePlanChargeId", "0".repeat(32))).0, "58501340");
        let wrong_code = |n: &mut NewInvoice| drop(n.items[0].codes.insert("deferredRevenueAccountingCode".into(), "Cash".into()));
        assert_eq!(create(&wrong_code), of("58501220", "invoiceItems[0].deferredRevenueAccountingCode"));
        let no_code = |n: &mut NewInvoice| drop(n.items[0].codes.insert("accountingCode".into(), "Nothing".into()));
        assert_eq!(create(&no_code), of("58501240", "invoiceItems[0].accountingCode"));
        let same = ContactGiven { same_as_bill_to: true, ..ContactGiven::default() };
        let contacts = ContactsGiven { sold_to: same, ..ContactsGiven::default() };
        assert_eq!(create(&|n| n.contacts = contacts.clone()), of("58491120", "soldToSameAsBillTo"));
        let count = house.tenant.store.read(|tx| nouns::count(tx, Invoice::descriptor(), &Filter::All(vec![]))).expect("counted");
        assert_eq!(count, 0);
        assert_eq!(house.draft(vec![item("Fee", "1")]).number.as_deref(), Some("INV00000001"), "a refused invoice takes no number");
    });
}

#[test]
fn a_number_of_the_callers_own_is_unique_and_stepped_over() {
    on_every_backend(|house| {
        let numbered = |number: &str| {
            let mut new = house.body(vec![item("Fee", "1")]);
            new.fields.set("invoiceNumber", number);
            house.run(InvoiceCreate(new))
        };
        let own = numbered("INV00000001").expect("made");
        assert_eq!(refused(numbered("INV00000001")), of("58490430", "invoiceNumber"));
        assert_eq!(house.draft(vec![item("Fee", "1")]).number.as_deref(), Some("INV00000002"));
        house.run(InvoiceCancel { invoice: own.id.clone() }).expect("canceled");
        house.run(InvoiceDelete { invoice: own.id }).expect("deleted");
        numbered("INV00000001").expect("free again");
    });
}

#[test]
fn posting_moves_the_account_and_keeps_its_contacts() {
    on_every_backend(|house| {
        let made = house.draft(vec![item("Fee", "100")]);
        house.post(&made.id).expect("posted");
        let invoice = house.invoice("INV00000001");
        assert_eq!(accrual_model::TextEnum::text(invoice.status), "Posted");
        assert!(invoice.posted_date.is_some() && invoice.posted_by.is_some());
        let snapshot = invoice.bill_to_contact_snapshot_id.clone().expect("a snapshot");
        assert_eq!(invoice.sold_to_contact_snapshot_id.as_deref(), Some(snapshot.as_str()), "one contact, one snapshot");
        let kept: Vec<accrual_model::Stored<ContactSnapshot>> = house.rows("account_id", &house.account.id);
        assert_eq!(kept.iter().map(|s| s.first_name.as_str()).collect::<Vec<_>>(), ["Ada"]);
        let account = house.account();
        assert_eq!((account.balance, account.total_invoice_balance, account.last_invoice_date), (10_000, 10_000, Some(day("2024-03-10"))));
        assert_eq!(code(house.post(&made.id)), "59210020");
        let later = house.draft(vec![item("Fee", "7")]);
        house.run(InvoicePost { invoice: later.id.clone(), invoice_date: Some(day("2024-03-14")) }).expect("posted");
        let later = house.invoice(&later.id);
        assert_eq!((later.invoice_date, later.due_date), (Some(day("2024-03-14")), Some(day("2024-04-13"))));
        assert_eq!(house.account().last_invoice_date, Some(day("2024-03-14")));
        house.proved();
        let rows = audit::history(house.tenant, house.context, "Invoice", &made.id).expect("its history");
        let operations: Vec<&str> = rows.iter().map(|r| r.operation.as_str()).collect();
        assert!(operations.contains(&"create_standalone_invoice") && operations.contains(&"post_invoice"), "{operations:?}");
    });
}

#[test]
fn several_invoices_are_made_all_or_none() {
    on_every_backend(|house| {
        let good = || house.body(vec![item("Fee", "5")]);
        let bad = house.body(vec![item("Fee", "5"), item("", "5")]);
        assert_eq!(refused(house.run(InvoiceCreateAll(vec![good(), bad]))), of("58500422", "invoices[1].invoiceItems[1].chargeName"));
        assert_eq!(refused(house.run(InvoiceCreateAll(vec![good(); 51]))), of("58491320", "invoices"));
        assert_eq!(code(house.run(InvoiceCreateAll(vec![]))), "58491322");
        let made = house.run(InvoiceCreateAll((0..50).map(|_| good()).collect())).expect("fifty");
        assert_eq!((made.len(), made[49].number.as_deref()), (50, Some("INV00000050")));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let each = invoice::create_each(house.tenant, house.context, vec![good(), house.body(vec![]), good()]);
        let results = runtime.block_on(each).expect("judged one by one");
        assert_eq!(results.iter().map(|r| r.is_ok()).collect::<Vec<_>>(), [true, false, true]);
        house.proved();
    });
}

#[test]
fn taxes_of_a_code_are_on_top_or_inside() {
    on_every_backend(|house| {
        let create = |noun: &str, fields: Fields| {
            let made = house.run(SettingCreate { noun: noun.to_owned(), records: vec![fields] }).expect(noun);
            made[0].id.clone()
        };
        let tax_code = create("tax-codes", fields([("name", "Sales".into())]));
        let period = create("tax-rate-periods", fields([("taxCodeId", tax_code.into()), ("startDate", day("2024-01-01").into())]));
        let taxes = serde_json::json!([{"name": "State", "jurisdiction": "California", "type": "Percentage", "rate": "0.04"}]);
        let row = fields([("taxRatePeriodId", period.into()), ("taxOrder", 1.into()), ("country", "US".into()), ("state", "CA".into())]);
        create("tax-rates", row.with("taxes", Value::Json(taxes)));
        let taxed = |mode: &str| {
            let mut one = item("Fee", "2.99");
            one.fields.set("taxCode", "Sales");
            one.fields.set("taxMode", mode);
            one
        };
        let made = house.draft(vec![taxed("TaxExclusive"), taxed("TaxInclusive")]);
        let items = house.items(&made.id);
        assert_eq!(items.iter().map(|i| (i.charge_amount, i.tax_amount)).collect::<Vec<_>>(), [(299, 12), (288, 11)]);
        let lines = house.taxes(&made.id);
        assert_eq!((lines[1].name.as_str(), lines[1].jurisdiction.as_deref()), ("State", Some("California")));
        house.proved();
        // another amount is taxed anew; taking code and mode away takes the tax away
        let change = |item: &str, fields: Fields, of: &str| ItemChange {
            id: Some(item.to_owned()),
            item: NewItem { amount: amount(of), fields, ..NewItem::default() },
            ..ItemChange::default()
        };
        let items = [
            change(&items[0].uid, Fields::default(), "100"),
            change(&items[1].uid, fields([("taxCode", Value::Null), ("taxMode", Value::Null)]), "50"),
        ];
        let update = InvoiceChange { invoice: made.id.clone(), items: items.to_vec(), ..InvoiceChange::default() };
        house.run(InvoiceUpdate(update)).expect("changed");
        let items = house.items(&made.id);
        assert_eq!(items.iter().map(|i| (i.charge_amount, i.tax_amount)).collect::<Vec<_>>(), [(10_000, 400), (5_000, 0)]);
        assert_eq!(house.taxes(&made.id).len(), 1);
        house.proved();
    });
}

#[test]
fn a_charge_of_the_catalog_brings_its_own() {
    on_every_backend(|house| {
        let span = [("effectiveStartDate", day("2020-01-01").into()), ("effectiveEndDate", day("2030-01-01").into())];
        let product = fields([("name", "Rocket".into()), ("sku", "RKT".into())]);
        let product = span.into_iter().fold(product, |f, (n, v): (&str, Value)| f.with(n, v));
        let product = house.run(ProductCreate { fields: product }).expect("a product");
        let plan =
            house.run(RatePlanCreate { fields: fields([("name", "Plan".into()), ("productId", product.id.into())]) }).expect("a plan");
        let charge = fields([
            ("name", "Launch".into()),
            ("productRatePlanId", plan.id.into()),
            ("chargeType", "OneTime".into()),
            ("chargeModel", "Flat Fee Pricing".into()),
            ("billCycleType", "DefaultFromCustomer".into()),
            ("triggerEvent", "ContractEffective".into()),
            ("accountingCode", "Sales Revenue".into()),
        ]);
        let tier = fields([("currency", "USD".into()), ("price", Decimal::from(5).into())]);
        let charge = house.run(ChargeCreate { fields: charge, tiers: vec![tier] }).expect("a charge");
        let mut from = item("ignored", "30");
        from.fields.set("productRatePlanChargeId", charge.id.as_str());
        from.fields.set("sku", "ignored too");
        let made = house.draft(vec![from]);
        let row = house.items(&made.id).remove(0);
        assert_eq!(
            (row.charge_name.as_deref(), row.sku.as_deref(), row.product_name.as_deref()),
            (Some("Launch"), Some("RKT"), Some("Rocket"))
        );
        assert_eq!((row.accounting_code.as_deref(), row.charge_amount), (Some("Sales Revenue"), 3_000));
        let mut copy = item("Fee", "1");
        copy.fields.set("sku", "RKT");
        assert_eq!(refused(house.run(InvoiceCreate(house.body(vec![copy])))), of("58501430", "invoiceItems[0].sku"));
    });
}

#[test]
fn drafts_change_and_posted_invoices_hold() {
    on_every_backend(|house| {
        let made = house.draft(vec![item("A", "10"), item("B", "20")]);
        let ids: Vec<String> = house.items(&made.id).iter().map(|i| i.uid.clone()).collect();
        let of_item = |id: &str| ItemChange { id: Some(id.to_owned()), ..ItemChange::default() };
        let update = |items: Vec<ItemChange>, fields: Fields| {
            house.run(InvoiceUpdate(InvoiceChange { invoice: made.id.clone(), items, fields, ..InvoiceChange::default() }))
        };
        let added = ItemChange { item: item("C", "30"), ..ItemChange::default() };
        let removed = ItemChange { delete: true, ..of_item(&ids[0]) };
        let mut changed = of_item(&ids[1]);
        changed.item = NewItem { amount: amount("25"), fields: fields([("description", "more".into())]), ..NewItem::default() };
        update(vec![added, removed, changed], fields([("comments", "hello".into()), ("invoiceDate", day("2024-03-12").into())]))
            .expect("changed");
        let invoice = house.invoice(&made.id);
        assert_eq!((invoice.amount, invoice.comments.as_deref(), invoice.due_date), (5_500, Some("hello"), Some(day("2024-04-11"))));
        let names: Vec<String> = house.items(&made.id).iter().filter_map(|i| i.charge_name.clone()).collect();
        assert_eq!(names, ["B", "C"]);
        house.proved();
        let dates = fields([("invoiceDate", day("2024-03-12").into()), ("dueDate", day("2024-05-01").into())]);
        assert_eq!(refused(update(vec![], dates)), of("58490220", "dueDate"));
        assert_eq!(refused(update(vec![of_item("nothing")], Fields::default())), of("58501140", "invoiceItems[0].id"));
        assert_eq!(code(update(vec![], fields([("balance", 5.into())]))), "object.read_only");
        house.post(&made.id).expect("posted");
        assert_eq!(code(update(vec![ItemChange { item: item("D", "1"), ..ItemChange::default() }], Fields::default())), "58490330");
        assert_eq!(refused(update(vec![], fields([("invoiceDate", day("2024-03-13").into())]))), of("58490130", "invoiceDate"));
        update(vec![], fields([("dueDate", day("2024-06-01").into()), ("transferredToAccounting", "Yes".into())])).expect("changed");
        assert_eq!(house.invoice(&made.id).due_date, Some(day("2024-06-01")));
        house.proved();
    });
}

#[test]
fn a_reversal_makes_the_memo_that_mirrors_it() {
    on_every_backend(|house| {
        let mut one = item("Fee", "100");
        one.fields.set("quantity", Decimal::from(4));
        one.tax_items = Some(vec![tax("State", "20")]);
        one.discounts = vec![NewItem { amount: amount("-10"), fields: fields([("chargeName", "Off".into())]), ..NewItem::default() }];
        let made = house.posted(vec![one]);
        assert_eq!(house.account().balance, 11_000);
        let reversed = house.reverse(&made.id).expect("reversed");
        let invoice = house.invoice(&made.id);
        assert_eq!(
            (invoice.reversed, invoice.balance, invoice.credit_memo_amount, invoice.available_to_credit_amount),
            (true, 0, 11_000, 0)
        );
        let memo = house.tenant.store.read(|tx| typed::named::<CreditMemo>(tx, "CM00000001")).expect("the memo");
        assert_eq!(memo.uid, reversed.credit_memo_id);
        assert_eq!(
            (memo.total_amount, memo.tax_amount, memo.applied_amount, memo.balance, memo.reversed),
            (11_000, 2_000, 11_000, 0, true)
        );
        assert_eq!(memo.reason_code.as_deref(), Some("Invoice reversal"));
        let lines: Vec<accrual_model::Stored<CreditMemoItem>> = house.rows("credit_memo_id", &memo.uid);
        let shown: Vec<_> = lines.iter().map(|l| (l.amount_without_tax, l.tax_amount, l.quantity, l.unit_price)).collect();
        assert_eq!(shown[0], (10_000, 2_000, Some(Decimal::from(4)), Some(Decimal::from(-25))));
        assert_eq!((shown[1].0, lines[1].applied_to_item_id.as_deref()), (-1_000, Some(lines[0].uid.as_str())));
        house.proved();
        assert_eq!(code(house.reverse(&made.id)), "59990730");
        let parts = invoice::parts(house.tenant, house.context, &made.id, Rows { offset: 0, limit: 20 }).expect("parts");
        let amount = |r: &Record| parts.descriptor.value(&r.data, "amount").as_int();
        assert_eq!(parts.records.iter().map(amount).collect::<Vec<_>>(), [Some(11_000)]);
        let other = house.posted(vec![item("Fee", "1")]);
        let bad = InvoiceReverse {
            invoice: other.id,
            memo_date: Some(day("2024-03-01")),
            apply_effective_date: None,
            reason_code: Some("Because".into()),
            comment: None,
        };
        assert_eq!(refused(house.run(bad)), of("59990120", "memoDate"));
    });
}

#[test]
fn a_write_off_brings_what_is_open_to_zero() {
    on_every_backend(|house| {
        let made = house.posted(vec![item("A", "60"), item("B", "40")]);
        let part = |of: &str| house.run(InvoiceWriteOff { invoice: made.id.clone(), amount: amount(of), ..InvoiceWriteOff::default() });
        assert_eq!(refused(part("50")), of("59990310", "amount"));
        house.rules([("enhancedWriteOff", true.into())]);
        part("50").expect("written off in part");
        assert_eq!(house.items(&made.id).iter().map(|i| i.balance).collect::<Vec<_>>(), [3_000, 2_000]);
        assert_eq!(house.account().balance, 5_000);
        let ids: Vec<String> = house.items(&made.id).iter().map(|i| i.uid.clone()).collect();
        let listed = |ids: &[String]| {
            let items = ids.iter().map(|id| WrittenOffItem { invoice_item_id: id.clone(), ..WrittenOffItem::default() }).collect();
            house.run(InvoiceWriteOff { invoice: made.id.clone(), items: Some(items), ..InvoiceWriteOff::default() })
        };
        assert_eq!(refused(listed(&ids[..1])), of("59990320", "items"));
        listed(&ids).expect("written off");
        assert_eq!((house.invoice(&made.id).balance, house.account().balance), (0, 0));
        assert!(!house.invoice(&made.id).reversed);
        let open = house.draft(vec![item("C", "5")]);
        assert_eq!(code(house.write_off(&open.id)), "59210030");
        house.proved();
    });
}

#[test]
fn posted_invoices_become_drafts_again_only_where_that_is_allowed() {
    on_every_backend(|house| {
        let first = house.posted(vec![item("A", "60")]);
        let last = house.posted(vec![item("B", "40")]);
        let unpost = |key: &str| house.run(InvoiceUnpost { invoice: key.to_owned() });
        assert_eq!(code(unpost(&last.id)), "59210010");
        house.rules([("cancelPostedDocuments", true.into())]);
        assert_eq!(code(unpost(&first.id)), "59210030");
        unpost(&last.id).expect("a draft again");
        assert_eq!(house.account().balance, 6_000);
        house.proved();
        house.run(InvoiceCancel { invoice: last.id.clone() }).expect("canceled");
        assert_eq!(code(house.post(&last.id)), "59210020");
        house.run(InvoiceDelete { invoice: last.id.clone() }).expect("deleted");
        assert!(house.items(&last.id).is_empty());
        assert_eq!(code(invoice::get(house.tenant, house.context, &last.id)), "object.not_found");
        assert_eq!(code(house.run(InvoiceDelete { invoice: first.id })), "59210030");
    });
}

#[test]
fn tax_lines_come_and_go_on_drafts() {
    on_every_backend(|house| {
        let made = house.draft(vec![item("A", "60")]);
        let item_id = house.items(&made.id)[0].uid.clone();
        let line = |of: &str| NewTaxLine { invoice_item_id: item_id.clone(), tax: tax("City", of) };
        let add = |lines| house.run(TaxLinesCreate { invoice: Some(made.id.clone()), lines });
        let ids = add(vec![line("3"), line("0.5")]).expect("added");
        assert_eq!((house.invoice(&made.id).tax_amount, house.invoice(&made.id).amount), (350, 6_350));
        house.proved();
        assert_eq!(refused(add(vec![line("1"), line("-1")])), of("58510120", "taxationItems[1].taxAmount"));
        assert_eq!(code(add(vec![])), "58500922");
        house.run(TaxLineDelete { id: ids[0].id.clone() }).expect("removed");
        assert_eq!(house.taxes(&made.id).iter().map(|t| t.tax_amount).collect::<Vec<_>>(), [50]);
        house.proved();
        house.post(&made.id).expect("posted");
        assert_eq!(code(house.run(TaxLineDelete { id: ids[1].id.clone() })), "59210030");
    });
}

#[test]
fn a_standalone_invoice_is_not_split() {
    on_every_backend(|house| {
        let made = house.draft(vec![item("A", "60")]);
        let part = |of: i64, term: Option<&str>| SplitPart {
            percentage: cents(of * 100),
            invoice_date: Some(day("2024-03-15")),
            payment_term: term.map(str::to_owned),
        };
        let split = |parts| house.run(InvoiceSplit { invoice: made.id.clone(), split_type: None, parts });
        let halves = || vec![part(50, Some("Net 30")), part(50, Some("Net 30"))];
        assert_eq!(refused(split(vec![part(50, None)])), of("58490622", "splits[0].paymentTerm"));
        assert_eq!(code(split(halves())), "59991130");
        house.rules([("allowInvoiceSplitting", true.into())]);
        assert_eq!(code(split(halves())), "59991130");
    });
}

#[test]
fn a_preview_shows_the_result_and_keeps_nothing() {
    on_every_backend(|house| {
        let new = NewInvoice { status: Some("Posted".into()), ..house.body(vec![item("A", "60")]) };
        let shown = execute_blocking(house.tenant, &house.context.clone().preview(), InvoiceCreate(new.clone())).expect("a preview");
        assert_eq!(house.account().balance, 0);
        let made = house.run(InvoiceCreate(new)).expect("made");
        assert_eq!(shown.number, made.number);
        assert_eq!(house.account().balance, 6_000);
    });
}

#[test]
fn posted_amounts_are_kept_in_the_home_currency() {
    on_every_backend(|house| {
        house.rules([("homeCurrency", "EUR".into())]);
        let fixed = house.run(BillingRulesUpdate { fields: fields([("homeCurrency", "USD".into())]) });
        assert_eq!(code(fixed), "billing_rules.home_currency");
        let new = NewInvoice { status: Some("Posted".into()), ..house.body(vec![item("A", "100")]) };
        assert_eq!(code(house.run(InvoiceCreate(new.clone()))), "58530130");
        let own = CustomRate { currency: "EUR".into(), custom_fx_rate: "0.905".into(), rate_date: Some("2024-03-09".into()) };
        let made = house.run(InvoiceCreate(NewInvoice { custom_rates: vec![own], ..new.clone() })).expect("posted");
        let invoice = house.invoice(&made.id);
        assert_eq!((invoice.home_currency_amount, invoice.exchange_rate_date), (Some(9_050), Some(day("2024-03-09"))));
        let rate = fields([
            ("fromCurrency", "USD".into()),
            ("toCurrency", "EUR".into()),
            ("rateDate", day("2024-03-01").into()),
            ("rate", Decimal::new(8, 1).into()),
        ]);
        house.run(SettingCreate { noun: "custom-exchange-rates".into(), records: vec![rate] }).expect("a rate");
        let made = house.run(InvoiceCreate(new)).expect("posted");
        let invoice = house.invoice(&made.id);
        assert_eq!((invoice.home_currency_amount, invoice.exchange_rate), (Some(8_000), Some(Decimal::new(8, 1))));
    });
}

#[test]
fn contacts_are_given_by_id_inline_or_as_the_bill_to() {
    on_every_backend(|house| {
        let person = fields([("firstName", "Bea".into()), ("lastName", "Smith".into()), ("country", "France".into())]);
        let bill_to = ContactGiven { new: Some(person), ..ContactGiven::default() };
        let same = ContactGiven { same_as_bill_to: true, ..ContactGiven::default() };
        let contacts = ContactsGiven { bill_to, sold_to: same.clone(), ship_to: ContactGiven::default() };
        let made = house.run(InvoiceCreate(NewInvoice { contacts, ..house.body(vec![item("A", "1")]) })).expect("made");
        let invoice = house.invoice(&made.id);
        let bea = invoice.bill_to_contact_id.clone().expect("a contact");
        assert_eq!((invoice.sold_to_contact_id.as_deref(), invoice.ship_to_contact_id), (Some(bea.as_str()), None));
        let by_id =
            ContactsGiven { bill_to: ContactGiven { id: Some(bea.clone()), ..ContactGiven::default() }, ..ContactsGiven::default() };
        house.run(InvoiceCreate(NewInvoice { contacts: by_id, ..house.body(vec![item("A", "1")]) })).expect("made");
        let other = house.run(initech()).expect("another account");
        let stranger = ContactGiven { id: other.bill_to_id, ..ContactGiven::default() };
        let contacts = ContactsGiven { bill_to: stranger, ..ContactsGiven::default() };
        let refusal = house.run(InvoiceCreate(NewInvoice { contacts, ..house.body(vec![item("A", "1")]) }));
        assert_eq!(refused(refusal), of("58490830", "billToContactId"));
    });
}

#[test]
fn posting_and_reversing_flow_to_revenue_in_the_same_transaction() {
    for backend in Backend::all() {
        let world = World::on(backend).now("2024-03-15T12:00:00").first_period("2024-03").build();
        let (tenant, context) = (world.tenant(), world.context());
        let account = execute_blocking(&tenant, &context, initech()).expect("an account");
        let account = Created { id: account.id, number: account.number };
        let house = House { tenant: &tenant, context: &context, account };
        config::update(&tenant, &context, "profile", "BILLING_TO_REVENUE", serde_json::json!({ "value": "Y" })).expect("switched on");
        let mut kept_out = item("Internal", "5");
        kept_out.fields.set("excludeItemBillingFromRevenueAccounting", true);
        house.draft(vec![item("Never posted", "9")]);
        let made = house.posted(vec![item("Support", "100"), kept_out]);
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(message.starts_with("Data Collected: 1 rows collected, 1 new contracts"), "{message}");
        house.reverse(&made.id).expect("reversed");
        let message = world.run(DATA_COLLECTION_MASTER, 1, &[]);
        assert!(message.starts_with("Data Collected: 1 rows collected, 0 new contracts"), "{message}");
    }
}

/// What may happen to invoices, in any order; numbers pick one of those that are there.
#[derive(Clone, Debug)]
enum Step {
    Create(Vec<(i64, i64, i64)>, bool),
    Post(usize),
    Change(usize, i64),
    Reverse(usize),
    WriteOff(usize, Option<i64>),
    Unpost(usize),
    Cancel(usize),
    Delete(usize),
    Tax(usize, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let line = (-5_000i64..10_000, 0i64..900, -3_000i64..0);
    let step = prop_oneof![
        4 => (prop::collection::vec(line, 1..5), any::<bool>()).prop_map(|(lines, post)| Step::Create(lines, post)),
        3 => (0usize..8).prop_map(Step::Post),
        2 => (0usize..8, 0i64..20_000).prop_map(|(at, amount)| Step::Change(at, amount)),
        2 => (0usize..8).prop_map(Step::Reverse),
        3 => (0usize..8, prop::option::of(1i64..9_000)).prop_map(|(at, part)| Step::WriteOff(at, part)),
        1 => (0usize..8).prop_map(Step::Unpost),
        1 => (0usize..8).prop_map(Step::Cancel),
        1 => (0usize..8).prop_map(Step::Delete),
        2 => (0usize..8, 0i64..900).prop_map(|(at, amount)| Step::Tax(at, amount)),
    ];
    prop::collection::vec(step, 1..16)
}

fn cents(amount: i64) -> Option<Exact> {
    Some(Exact(Decimal::new(amount, 2)))
}

fn line(&(of, tax_amount, off): &(i64, i64, i64)) -> NewItem {
    let mut one = item("Line", "0");
    one.amount = cents(of);
    one.tax_items = (tax_amount > 100 && of >= 0).then(|| vec![NewTax { amount: cents(tax_amount), ..tax("State", "0") }]);
    if off < -2_000 {
        let fields = fields([("chargeName", "Off".into())]);
        one.discounts = vec![NewItem { amount: cents(off), fields, ..NewItem::default() }];
    }
    one
}

impl House<'_> {
    /// Runs a step; a refusal is as good as a success, a fault is not.
    fn step(&self, step: &Step, made: &[String]) -> Option<String> {
        let pick = |at: usize| made.get(at % made.len().max(1)).cloned().unwrap_or_default();
        let quiet = |result: Result<()>| {
            if let Err(error) = result {
                assert!(error.rejection().is_some(), "{step:?}: {error}")
            }
        };
        match step {
            Step::Create(lines, post) => {
                let new = NewInvoice { status: post.then(|| "Posted".to_owned()), ..self.body(lines.iter().map(line).collect()) };
                let created = self.run(InvoiceCreate(new));
                let id = created.as_ref().ok().map(|c| c.id.clone());
                quiet(created.map(drop));
                return id;
            }
            Step::Post(at) => quiet(self.post(&pick(*at)).map(drop)),
            Step::Change(at, amount) => {
                let id = self.items(&pick(*at)).first().map(|i| i.uid.clone());
                let item = NewItem { amount: cents(*amount), ..NewItem::default() };
                let items = vec![ItemChange { id, item, ..ItemChange::default() }];
                quiet(self.run(InvoiceUpdate(InvoiceChange { invoice: pick(*at), items, ..InvoiceChange::default() })).map(drop));
            }
            Step::Reverse(at) => quiet(self.reverse(&pick(*at)).map(drop)),
            Step::WriteOff(at, part) => {
                let amount = part.and_then(cents);
                quiet(self.run(InvoiceWriteOff { invoice: pick(*at), amount, ..InvoiceWriteOff::default() }).map(drop));
            }
            Step::Unpost(at) => quiet(self.run(InvoiceUnpost { invoice: pick(*at) }).map(drop)),
            Step::Cancel(at) => quiet(self.run(InvoiceCancel { invoice: pick(*at) }).map(drop)),
            Step::Delete(at) => quiet(self.run(InvoiceDelete { invoice: pick(*at) }).map(drop)),
            Step::Tax(at, amount) => {
                let item = self.items(&pick(*at)).first().map(|i| i.uid.clone())?;
                let lines = vec![NewTaxLine { invoice_item_id: item, tax: NewTax { amount: cents(*amount), ..tax("City", "0") } }];
                quiet(self.run(TaxLinesCreate { invoice: Some(pick(*at)), lines }).map(drop));
            }
        }
        None
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// After any sequence of operations: items sum to invoices, balances to balances, posted invoices to the account.
    #[test]
    fn balances_hold_after_any_sequence(steps in steps()) {
        let world = World::on(Backend::Memory).jobs_wait().now("2024-03-15T12:00:00").build();
        let (tenant, context) = (world.tenant(), world.context());
        let account = execute_blocking(&tenant, &context, initech()).expect("an account");
        let account = Created { id: account.id, number: account.number };
        let house = House { tenant: &tenant, context: &context, account };
        house.rules([("enhancedWriteOff", true.into()), ("cancelPostedDocuments", true.into())]);
        let mut made = Vec::new();
        for step in &steps {
            made.extend(house.step(step, &made));
            house.proved();
        }
    }
}
