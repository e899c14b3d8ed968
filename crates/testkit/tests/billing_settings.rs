//! Payment terms, tax codes, communication profiles and exchange rates: on every backend.

use accrual_app::billing::account::{AccountCreate, ContactOf};
use accrual_app::billing::setting::{self, SettingCreate, SettingDelete, SettingUpdate};
use accrual_app::billing::{Done, Fields};
use accrual_app::{Context, Tenant, execute_blocking};
use accrual_base::{Day, Decimal, Error, Result};
use accrual_model::{Filter, Query, Value};
use accrual_testkit::{Backend, World};
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&Arc<Tenant>, &Context)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        test(&world.tenant(), &world.context());
    }
}

fn code<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(error) => error.rejection().map_or("fault", |r| r.code),
    }
}

fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().fold(Fields::default(), |fields, (name, value)| fields.with(name, value))
}

fn day(year: i32, month: i32, day: i32) -> Value {
    Day::try_ymd(year, month, day).map_or(Value::Null, Value::Date)
}

struct Settings<'a>(&'a Tenant, &'a Context);

impl Settings<'_> {
    fn create(&self, noun: &str, fields: Fields) -> Result<String> {
        let made = execute_blocking(self.0, self.1, SettingCreate { noun: noun.into(), records: vec![fields] })?;
        made.into_iter().next().map(|c| c.id).ok_or_else(|| Error::fault("nothing was made"))
    }
    fn update(&self, noun: &str, key: &str, fields: Fields) -> Result<Done> {
        execute_blocking(self.0, self.1, SettingUpdate { noun: noun.into(), key: key.into(), fields })
    }
    fn delete(&self, noun: &str, key: &str) -> Result<Done> {
        execute_blocking(self.0, self.1, SettingDelete { noun: noun.into(), key: key.into() })
    }
}

#[test]
fn there_is_one_default_payment_term_and_terms_in_use_stay() {
    on_every_backend(|tenant, context| {
        let settings = Settings(tenant, context);
        let term = fields([("name", "Net 10".into()), ("intervalNumber", Value::Int(10)), ("isDefault", true.into())]);
        settings.create("payment-terms", term.clone()).expect("a term");
        assert_eq!(code(settings.create("payment_term", term)), "object.exists");
        let defaults = setting::list(tenant, context, "PaymentTerm", &Query::of(Filter::eq("isDefault", true))).expect("listed");
        assert_eq!(defaults.iter().map(|v| v.text("name")).collect::<Vec<_>>(), [Some("Net 10")]);

        let account = fields([("name", "A".into()), ("currency", "USD".into())]);
        let open = AccountCreate { account, bill_to: None, sold_to: ContactOf::Unsaid, ship_to: ContactOf::Unsaid };
        execute_blocking(tenant, context, open).expect("an account takes the default term");
        assert_eq!(code(settings.delete("payment_term", "Net 10")), "object.in_use");
        assert_eq!(code(settings.update("payment_term", "Net 10", fields([("isDefault", false.into())]))), "setting.default");
        settings.update("payment_term", "Net 30", fields([("isDefault", true.into())])).expect("another default");
        assert_eq!(code(settings.update("payment_term", "Net 10", fields([("isActive", false.into())]))), "object.in_use");
        assert_eq!(code(settings.delete("payment_term", "Net 30")), "setting.default");
        assert_eq!(code(settings.update("payment_term", "Net 30", fields([("isActive", false.into())]))), "setting.default");
        settings.delete("payment_term", "Net 45").expect("nobody has it");
        assert_eq!(
            code(settings.create("payment_term", fields([("name", "X".into()), ("type", "ProxPaymentTerm".into())]))),
            "payment_term.days"
        );
    });
}

#[test]
fn a_day_has_one_set_of_rates_of_a_tax_code() {
    on_every_backend(|tenant, context| {
        let settings = Settings(tenant, context);
        let tax_code = settings.create("tax_code", fields([("name", "VAT".into())])).expect("a code");
        let period = |start, end| {
            settings.create("tax_rate_period", fields([("taxCodeId", tax_code.as_str().into()), ("startDate", start), ("endDate", end)]))
        };
        let first = period(day(2024, 1, 1), day(2024, 6, 30)).expect("a period");
        assert_eq!(code(period(day(2024, 6, 30), Value::Null)), "tax_rate_period.overlap");
        let open = period(day(2024, 7, 1), Value::Null).expect("the next period");
        assert_eq!(code(period(day(2030, 1, 1), Value::Null)), "tax_rate_period.overlap");
        assert_eq!(code(period(day(2023, 1, 2), day(2023, 1, 1))), "tax_rate_period.dates");
        assert_eq!(code(settings.update("tax_rate_period", &first, fields([("endDate", day(2024, 7, 1))]))), "tax_rate_period.overlap");

        let active = || setting::get(tenant, context, "tax_code", "VAT").expect("found").value("active").as_bool();
        assert_eq!(active(), Some(false));
        let taxes =
            |rate: &str| Value::Json(serde_json::json!([{"name": "VAT", "jurisdiction": "DE", "type": "Percentage", "rate": rate}]));
        let rate = |taxes| {
            fields([
                ("taxRatePeriodId", open.as_str().into()),
                ("taxOrder", Value::Int(1)),
                ("country", "Germany".into()),
                ("taxes", taxes),
            ])
        };
        assert_eq!(code(settings.create("tax_rate", rate(taxes("19")))), "tax_rate.rate");
        assert_eq!(code(settings.create("tax_rate", rate(Value::Json(serde_json::json!([{"name": "VAT"}]))))), "object.shape");
        settings.create("tax_rate", rate(taxes("0.19"))).expect("a rate");
        assert_eq!(active(), Some(true), "a code with rates taxes");
        assert_eq!(code(settings.delete("tax_code", "VAT")), "object.in_use");
        assert_eq!(code(settings.delete("tax_rate_period", &open)), "object.in_use");
        settings.delete("tax_rate_period", &first).expect("nothing in it");
    });
}

#[test]
fn profiles_rates_and_what_is_no_setting() {
    on_every_backend(|tenant, context| {
        let settings = Settings(tenant, context);
        settings.create("communication_profile", fields([("profileName", "Quiet".into()), ("muted", true.into())])).expect("a profile");
        let view = setting::get(tenant, context, "communication-profiles", "Quiet").expect("found");
        assert_eq!((view.text("number"), view.text("locale")), (Some("CP-00000001"), Some("en_US")));
        assert_eq!(code(settings.delete("communication_profile", "Default Profile")), "setting.default");

        let rate = |from: &str, rate: i64| {
            let pairs = [
                ("fromCurrency", from.into()),
                ("toCurrency", "USD".into()),
                ("rateDate", day(2024, 1, 2)),
                ("rate", Value::Decimal(Decimal::new(rate, 2))),
            ];
            settings.create("custom_exchange_rate", fields(pairs))
        };
        rate("EUR", 110).expect("a rate");
        assert_eq!(code(rate("EUR", 111)), "object.exists");
        assert_eq!(code(rate("USD", 100)), "custom_exchange_rate.currency");
        assert_eq!(code(rate("GBP", 0)), "custom_exchange_rate.rate");
        let both = SettingCreate { noun: "tax_code".into(), records: vec![fields([("name", "A".into())]), fields([("name", "A".into())])] };
        assert_eq!(code(execute_blocking(tenant, context, both)), "object.exists");
        assert_eq!(code(setting::get(tenant, context, "tax_code", "A")), "object.not_found", "all or none");
        assert_eq!(code(settings.create("account", Fields::default())), "object.unknown");
    });
}
