//! Accounting periods of billing: on every backend.

use accrual_app::billing::Fields;
use accrual_app::billing::accounting_period::{self, AccountingPeriodCreate, AccountingPeriodDelete, AccountingPeriodUpdate};
use accrual_app::{Context, Tenant, execute_blocking};
use accrual_base::{Day, Error, Result};
use accrual_model::Value;
use accrual_testkit::{Backend, World};
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&Arc<Tenant>, &Context)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        test(&world.tenant(), &world.context());
    }
}

fn day(month: i32, day: i32) -> Value {
    Day::try_ymd(2024, month, day).map_or(Value::Null, Value::Date)
}

/// Whether it was refused, and for which field.
fn refused<T>(result: Result<T>) -> Option<String> {
    result.err().map(|error| error.rejection().and_then(|r: &accrual_base::Rejection| r.place.column.clone()).unwrap_or_default())
}

fn create(tenant: &Tenant, context: &Context, name: &str, start: Value, end: Value) -> Result<String> {
    let fields = Fields::default().with("name", name).with("startDate", start).with("endDate", end).with("fiscalYear", Value::Int(2024));
    execute_blocking(tenant, context, AccountingPeriodCreate { fields }).map(|made| made.id)
}

/// Name, first and last day of every period.
fn chain(tenant: &Tenant, context: &Context) -> Vec<(String, Value, Value)> {
    let all = accounting_period::list(tenant, context).expect("listed");
    all.iter().map(|v| (v.text("name").unwrap_or_default().to_owned(), v.value("startDate").clone(), v.value("EndDate").clone())).collect()
}

#[test]
fn periods_meet_and_the_last_one_is_open_ended() {
    on_every_backend(|tenant, context| {
        assert!(chain(tenant, context).is_empty());
        let january = create(tenant, context, "Jan '24", day(1, 1), day(1, 31)).expect("the first");
        create(tenant, context, "Feb '24", day(2, 1), day(2, 29)).expect("the second");
        let expected = |bound: i32, end: Value, after: Value| {
            let bound_before = day(1, bound);
            let second = if bound == 31 { day(2, 1) } else { day(1, bound + 1) };
            vec![
                ("Jan '24".to_owned(), day(1, 1), bound_before),
                ("Feb '24".to_owned(), second, end),
                ("Open-Ended".to_owned(), after, Value::Null),
            ]
        };
        assert_eq!(chain(tenant, context), expected(31, day(2, 29), day(3, 1)));
        assert_eq!(refused(create(tenant, context, "Apr '24", day(4, 1), day(4, 30))).as_deref(), Some("startDate"));
        assert_eq!(refused(create(tenant, context, "Jan '24", day(3, 1), day(3, 31))).as_deref(), Some("name"));
        assert_eq!(refused(create(tenant, context, "Open-Ended", day(3, 1), day(3, 31))).as_deref(), Some("name"));
        assert!(refused(create(tenant, context, "Mar '24", day(3, 31), day(3, 1))).is_some());

        let update = |key: &str, fields: Fields| execute_blocking(tenant, context, AccountingPeriodUpdate { period: key.into(), fields });
        update(&january, Fields::default().with("endDate", day(1, 30)).with("notes", "short")).expect("moved");
        assert_eq!(chain(tenant, context), expected(30, day(2, 29), day(3, 1)));
        assert_eq!(refused(update("Feb '24", Fields::default().with("startDate", day(2, 2)))).as_deref(), Some("startDate"));
        assert_eq!(refused(update("Jan '24", Fields::default().with("endDate", day(3, 1)))).as_deref(), Some("endDate"));
        assert!(refused(update("Open-Ended", Fields::default().with("notes", "x"))).is_some());
        assert!(refused(update("Jan '24", Fields::default().with("status", "Closed"))).is_some(), "closing is a verb of its own");
        update("Feb '24", Fields::default().with("endDate", day(2, 28))).expect("shorter");
        assert_eq!(chain(tenant, context), expected(30, day(2, 28), day(2, 29)));

        let delete = |key: &str| execute_blocking(tenant, context, AccountingPeriodDelete { period: key.into() });
        assert!(refused(delete("Jan '24")).is_some());
        assert!(refused(delete("Open-Ended")).is_some());
        delete("Feb '24").expect("the latest");
        assert_eq!(chain(tenant, context).last().map(|p| p.1.clone()), Some(day(1, 31)));
        delete("Jan '24").expect("the last one");
        assert!(chain(tenant, context).is_empty());
        let notes = accounting_period::get(tenant, context, &january);
        assert_eq!(notes.err().as_ref().and_then(Error::rejection).map(|r| r.code), Some("object.not_found"));
    });
}
