//! Records of objects: the generic repository and the tables it works on.

use super::{Gate, answer, submit, write};
use crate::nouns::{self, references, typed};
use crate::{Commit, Lane, Read, StoreHandle, Write, migrate, schema};
use accrual_base::{Day, Decimal, Error, Instant, Result};
use accrual_model::{Descriptor, Draft, Field, FieldType, Filter, Object, Operator, Query, Registry, Sort, Stamp, Value, json};
use accrual_objects::accounting::AccountAssignment;
use accrual_objects::administration::{ApiClient, Organization, Profile, Role, User};
use accrual_objects::revenue::{EventType, PobTemplate, SspPrice, SspTemplate};

const STAMP: Stamp<'static> = Stamp { actor: "ada", now: Instant(1_700_000_000_000_000) };
const LATER: Stamp<'static> = Stamp { actor: "bob", now: Instant(1_700_000_001_000_000) };

/// A tenant's tables with those of every noun.
fn prepared(store: &StoreHandle) {
    migrate::run(store).expect("the tables of a tenant");
    write(store, |tx| schema::sync(tx, accrual_objects::descriptors())).expect("the tables of the nouns");
}

fn seeded(store: &StoreHandle) -> usize {
    write(store, |tx| nouns::seed(tx, &accrual_objects::defaults()?, STAMP)).expect("the data of a new tenant")
}

/// The code and the field of a refusal.
fn refused<T>(result: Result<T>) -> (&'static str, String) {
    match result {
        Err(Error::Rejected(r)) => (r.code, r.place.column.unwrap_or_default()),
        Err(e) => panic!("a rejection was expected, not a fault: {e}"),
        Ok(_) => panic!("a rejection was expected"),
    }
}

/// An object with a field of every type.
fn sample() -> Descriptor {
    let mut d = Descriptor::new("sample", "Sample");
    for (name, kind) in [
        ("name", FieldType::Text),
        ("flag", FieldType::Bool),
        ("number", FieldType::Int),
        ("rate", FieldType::Decimal),
        ("day", FieldType::Date),
        ("at", FieldType::Instant),
        ("body", FieldType::Json),
        ("hash", FieldType::Secret),
    ] {
        let ordered = kind.ordered();
        d.add(Field { filterable: kind != FieldType::Secret, sortable: ordered, ..Field::new(name, name, kind) }).expect("a sound field");
    }
    d
}

/// Rows that differ in everything, the last one empty.
fn rows() -> Vec<Vec<Value>> {
    let row = |name: &str, flag, number: i64, rate, day: i32, micros: i64| {
        let body = serde_json::json!({"n": number, "t": name});
        let at = Instant(micros);
        vec![
            name.into(),
            Value::Bool(flag),
            number.into(),
            Value::Decimal(rate),
            Day::from_epoch(day).into(),
            at.into(),
            Value::Json(body),
            "h".into(),
        ]
    };
    vec![
        row("ab%c", true, -5, Decimal::new(1_050, 3), -1, i64::MIN),
        row("ABC", false, 0, Decimal::new(-1, 28), 19_782, 0),
        row("Über 'x' \"y\"", true, i64::MAX, Decimal::MAX, 0, i64::MAX),
        row("_", false, 7, Decimal::ONE, 5, 7),
        vec![Value::Null; 8],
    ]
}

fn fill(tx: &mut dyn Write, d: &Descriptor) -> Result<()> {
    schema::sync(tx, [d])?;
    for values in rows() {
        nouns::create(tx, d, Draft { id: None, values: values.into_iter().collect() }, STAMP)?;
    }
    Ok(())
}

/// Every type comes back as it went, with who and when.
pub fn a_record_goes_round(store: &StoreHandle) {
    prepared(store);
    let d = sample();
    write(store, move |tx| fill(tx, &d)).expect("records are created");
    let d = sample();
    let all = store.read(|tx| nouns::list(tx, &d, &Query::default())).expect("records are listed");
    assert_eq!(all.iter().map(|r| r.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for (record, values) in all.iter().zip(rows()) {
        assert_eq!(record.data, values.into_iter().collect());
        assert_eq!((record.version, record.created_by.as_str(), record.updated_at), (1, "ada", STAMP.now));
    }
    let one = store.read(|tx| nouns::get(tx, &d, 2)).expect("a record is read");
    assert_eq!(one.as_ref(), all.get(1));
    assert_eq!(store.read(|tx| nouns::get(tx, &d, 9)).expect("none is no error"), None);
}

/// A change names the version it saw; an older one is refused, and a change of nothing changes nothing.
pub fn versions_guard_changes(store: &StoreHandle) {
    prepared(store);
    seeded(store);
    let first: accrual_model::Stored<Organization> = store.read(|tx| typed::require(tx, 1)).expect("the organisation of a new tenant");
    let mut renamed = first.clone();
    renamed.name = "Renamed".to_owned();
    let again = renamed.clone();
    let changed = write(store, move |tx| typed::update(tx, &renamed, LATER)).expect("the first change");
    assert_eq!((changed.version, changed.updated_by.as_str(), changed.created_by.as_str()), (2, "bob", "ada"));
    assert_eq!(refused(write(store, move |tx| typed::update(tx, &again, LATER))), ("object.version", "version".to_owned()));
    assert_eq!(refused(write(store, |tx| typed::delete::<Organization>(tx, 1, Some(1)))).0, "object.version");
    let same = changed.clone();
    let kept = write(store, move |tx| typed::update(tx, &same, STAMP)).expect("a change of nothing");
    assert_eq!(kept, changed);
    write(store, |tx| typed::delete::<Organization>(tx, 1, Some(2))).expect("the right version is removed");
    assert_eq!(refused(store.read(|tx| typed::require::<Organization>(tx, 1))).0, "object.not_found");
}

/// A value that is taken is refused by its field's name; a key of several fields counts as one.
pub fn unique_keys_name_their_fields(store: &StoreHandle) {
    prepared(store);
    seeded(store);
    let twice = |name: &str| Organization { name: name.to_owned(), code: None, enabled: true };
    assert_eq!(refused(write(store, move |tx| typed::create(tx, None, &twice("Main"), STAMP))), ("object.exists", "name".to_owned()));
    for name in ["North", "South"] {
        write(store, move |tx| typed::create(tx, None, &twice(name), STAMP)).expect("two without a code");
    }
    let assign = |company: Option<&str>| AccountAssignment {
        organization: 1,
        company_code: company.map(str::to_owned),
        account_type: "L".to_owned(),
        segments: "x".to_owned(),
    };
    let same = write(store, move |tx| typed::create(tx, None, &assign(None), STAMP));
    assert_eq!(refused(same), ("object.exists", "organization".to_owned()));
    let other = write(store, move |tx| typed::create(tx, None, &assign(Some("C1")), STAMP)).expect("another company");
    let mut clash = other.clone();
    clash.company_code = None;
    assert_eq!(refused(write(store, move |tx| typed::update(tx, &clash, STAMP))).0, "object.exists");
}

/// The store answers what the filter says of each record in memory.
pub fn filters_and_orders_as_in_memory(store: &StoreHandle) {
    prepared(store);
    let d = sample();
    write(store, move |tx| fill(tx, &d)).expect("records are created");
    let d = sample();
    let all = store.read(|tx| nouns::list(tx, &d, &Query::default())).expect("all records");
    let mut filters = vec![Filter::Any(vec![]), Filter::In { field: "number".into(), values: vec![] }];
    for (at, field) in d.fields.iter().enumerate().filter(|(_, f)| f.filterable) {
        let name = field.names.table.clone();
        filters.push(Filter::Null { field: name.clone() });
        for value in rows().into_iter().map(|row| row[at].clone()).filter(|v| !v.is_null()) {
            filters.extend(Operator::ALL.map(|(op, _)| Filter::compare(name.clone(), op, value.clone())));
            filters.push(Filter::In { field: name.clone(), values: vec![value.clone(), value] });
        }
    }
    for pattern in ["AB%", "%c", "ab\\%c", "a_c", "%'%", "_", "\\_", "%"] {
        filters.push(Filter::compare("name", Operator::Like, pattern));
    }
    filters.push(Filter::compare("created_at", Operator::Le, STAMP.now));
    for text in ["abc", "AB%C", "über 'x' \"y\"", "ÜBER 'X' \"Y\"", "a", "AB", "Ü", "", "%", "_"] {
        filters.push(Filter::Folded { field: "name".into(), values: vec![text.to_owned(), "zz".to_owned()] });
        filters.push(Filter::Prefix { field: "name".into(), prefix: text.to_owned() });
    }
    for decimal in ["0", "1", "1.05", "1.049", "-0.0000000000000000000000000001", "-1", "10", "2", "79228162514264337593543950335"] {
        let value: Decimal = decimal.parse().expect("a decimal");
        filters.extend(Operator::ALL.map(|(op, _)| Filter::compare("rate", op, value)));
    }
    filters.retain(|f| f.check(&d).is_ok());
    assert!(filters.len() > 100, "most of them are sound: {}", filters.len());
    let negated: Vec<Filter> = filters.iter().map(|f| Filter::Not(Box::new(f.clone()))).collect();
    filters.push(Filter::All(vec![filters[3].clone(), negated[9].clone()]));
    filters.extend(negated);
    for filter in &filters {
        let found = store.read(|tx| nouns::list(tx, &d, &Query::of(filter.clone()))).expect("a sound filter is answered");
        let expected: Vec<i64> = all.iter().filter(|r| filter.matches(&d, r).expect("a sound filter")).map(|r| r.id).collect();
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(store.read(|tx| nouns::count(tx, &d, filter)).expect("a count"), i64::try_from(expected.len()).expect("few"));
    }
    for (field, descending, expected) in [
        ("name", false, [5, 2, 4, 1, 3]),
        ("number", true, [5, 3, 4, 2, 1]),
        ("flag", false, [5, 2, 4, 1, 3]),
        ("day", false, [5, 1, 3, 4, 2]),
        ("rate", false, [5, 2, 4, 1, 3]),
        ("rate", true, [5, 3, 1, 4, 2]),
    ] {
        let query = Query { sort: vec![Sort { field: field.into(), descending }], ..Query::default() };
        let found = store.read(|tx| nouns::list(tx, &d, &query)).expect("a sorted list");
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), expected, "by {field}");
    }
    assert_eq!(refused(store.read(|tx| nouns::list(tx, &d, &Query::of(Filter::eq("hash", "h"))))).0, "filter.field");
}

/// Pages by id and by offset meet without gap or overlap.
pub fn pages_by_id(store: &StoreHandle) {
    prepared(store);
    let d = sample();
    write(store, move |tx| fill(tx, &d)).expect("records are created");
    let d = sample();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.read(|tx| nouns::list(tx, &d, &Query { limit: 2, after, ..Query::default() })).expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|r| r.id));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    let sort = vec![Sort { field: "number".into(), descending: false }];
    let second = Query { limit: 2, offset: 2, sort: sort.clone(), ..Query::default() };
    let ids = store.read(|tx| nouns::list(tx, &d, &second)).expect("the second page").iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids, [2, 4]);
    assert_eq!(refused(store.read(|tx| nouns::list(tx, &d, &Query { after: Some(1), sort, ..Query::default() }))).0, "list.after");
}

/// A record refers to what is there; what is referred to stays.
pub fn references_hold_both_ways(store: &StoreHandle) {
    prepared(store);
    seeded(store);
    let registry = accrual_objects::registry().expect("sound nouns");
    let checked = |registry: &Registry, d: &Descriptor, body: serde_json::Value| -> Result<()> {
        let draft = json::read_new(d, &body)?;
        store.read(|tx| references::check(tx, registry, d, &draft.values))
    };
    let client = |role: &str| serde_json::json!({"clientId": "0".repeat(36), "role": role});
    checked(&registry, ApiClient::descriptor(), client("API Role")).expect("the role is there");
    assert_eq!(refused(checked(&registry, ApiClient::descriptor(), client("Api Role"))), ("object.reference", "role".to_owned()));
    let assignment = |org: i64| serde_json::json!({"organization": org, "accountType": "R", "segments": "1"});
    checked(&registry, AccountAssignment::descriptor(), assignment(1)).expect("the organisation is there");
    assert_eq!(refused(checked(&registry, AccountAssignment::descriptor(), assignment(2))).1, "organization");
    let user = |role: &str| serde_json::json!({"name": "ada", "roles": ["Administrator", role]});
    checked(&registry, User::descriptor(), user("API Role")).expect("the roles are there");
    assert_eq!(refused(checked(&registry, User::descriptor(), user("Nobody"))), ("object.reference", "roles".to_owned()));
    let unused = |d: &Descriptor, name: &str| {
        store.read(|tx: &mut dyn Read| {
            let record = nouns::named(tx, d, name)?;
            references::unused(tx, &registry, d, &record)
        })
    };
    unused(Role::descriptor(), "API Role").expect("no client has it yet");
    assert_eq!(refused(unused(SspTemplate::descriptor(), "100 % of list")).0, "object.in_use");
    assert_eq!(refused(unused(PobTemplate::descriptor(), "AUTO POB")).0, "object.in_use");
    assert_eq!(refused(unused(Organization::descriptor(), "1")).0, "object.in_use");
}

/// A field that is added later reads as its default in rows that are older; a required one without is refused.
pub fn tables_grow_with_their_descriptor(store: &StoreHandle) {
    prepared(store);
    let d = sample();
    write(store, move |tx| fill(tx, &d)).expect("records are created");
    let mut wide = sample();
    wide.add(Field::custom("Region__c", "Region", FieldType::Text)).expect("a custom field");
    let required = |default| Field { required: true, default, ..Field::new("level", "Level", FieldType::Int) };
    wide.add(required(Some(Value::Int(3)))).expect("a field with a default");
    wide.unique.push(vec!["region__c".into(), "number".into()]);
    let grown = wide.clone();
    for _ in 0..2 {
        let grown = grown.clone();
        write(store, move |tx| schema::sync(tx, [&grown])).expect("a wider table, twice");
    }
    let old = store.read(|tx| nouns::require(tx, &wide, 1)).expect("an old row");
    assert_eq!((wide.value(&old.data, "Region__c"), wide.value(&old.data, "level")), (&Value::Null, &Value::Int(3)));
    let body = serde_json::json!({"region__c": "EMEA", "number": 1});
    let draft = json::read_new(&wide, &body).expect("a sound body");
    let d = wide.clone();
    let new = write(store, move |tx| nouns::create(tx, &d, draft, STAMP)).expect("a new row");
    assert_eq!(store.read(|tx| nouns::require(tx, &wide, new.id)).expect("it is read"), new);

    let mut missing = sample();
    missing.add(Field { names: accrual_model::Names::of("other"), ..required(None) }).expect("a field without default");
    assert!(write(store, move |tx| schema::sync(tx, [&missing])).is_err(), "old rows could not be read");
    let mut retyped = sample();
    retyped.fields[2].kind = FieldType::Text;
    assert!(write(store, move |tx| schema::sync(tx, [&retyped])).is_err(), "a field keeps its type");
}

/// The data of a new tenant is made once, and what an administrator changed stays.
pub fn a_new_tenant_is_seeded_once(store: &StoreHandle) {
    prepared(store);
    let count = accrual_objects::defaults().expect("sound seeds").len();
    assert_eq!(seeded(store), count);
    let mut profile = store.read(|tx| typed::named::<Profile>(tx, "SUMMARY_TRANSFER")).expect("a seeded profile");
    profile.value = "Y".to_owned();
    write(store, move |tx| typed::update(tx, &profile, LATER)).expect("a changed profile");
    assert_eq!(seeded(store), 0);
    let kept = store.read(|tx| typed::find::<Profile>(tx, "name", "SUMMARY_TRANSFER")).expect("a query").expect("the profile");
    assert_eq!(kept.value, "Y");
    let auto = store.read(|tx| typed::all::<PobTemplate>(tx)).expect("all templates");
    assert_eq!(auto.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["AUTO POB"]);
    let price = SspPrice {
        template: "100 % of list".to_owned(),
        values: vec!["A".to_owned()],
        effective_from: Some(Day::from_ymd(2024, 1, 1)),
        effective_to: None,
        price: Decimal::new(80_500, 3),
        below: None,
        above: None,
        minimum_basis: None,
        minimum: None,
        weight_basis: None,
        weight: None,
        alternative_basis: None,
        alternative: None,
    };
    let stored = write(store, move |tx| typed::create(tx, None, &price, STAMP)).expect("a price");
    assert_eq!(
        store.read(|tx| typed::list::<SspPrice>(tx, &Query::of(Filter::eq("template", "100 % of list")))).expect("prices"),
        [stored]
    );
    assert_eq!(store.read(|tx| typed::list::<SspTemplate>(tx, &Query::default())).expect("templates").len(), 1);
}

/// A given id is kept, is taken only once, and the sequence goes on after it.
pub fn ids_that_are_given(store: &StoreHandle) {
    prepared(store);
    let org = |name: &str| Organization { name: name.to_owned(), code: None, enabled: true };
    let given = write(store, move |tx| typed::create(tx, Some(40), &org("Given"), STAMP)).expect("an id is kept");
    let next = write(store, move |tx| typed::create(tx, None, &org("Next"), STAMP)).expect("the next id");
    assert_eq!((given.id, next.id), (40, 41));
    assert_eq!(refused(write(store, move |tx| typed::create(tx, Some(40), &org("Again"), STAMP))), ("object.exists", "id".to_owned()));
}

/// Records created at the same moment get ids of their own; of two with the same name the first is kept and the second
/// hears which field it is, while their neighbours notice nothing.
pub fn records_that_share_a_commit(store: &StoreHandle) {
    prepared(store);
    let create = |name: String| {
        move |tx: &mut dyn Write| {
            let d = EventType::descriptor();
            nouns::create(tx, d, json::read_new(d, &serde_json::json!({"name": name}))?, STAMP)
        }
    };
    let mut ids = Vec::new();
    for round in 0..3 {
        let gate = Gate::new(store);
        // the name of every third is taken by the one before it
        let names = (0..60).map(|n| format!("{round} {}", n - i32::from(n % 3 == 2)));
        let waiting: Vec<_> = names
            .map(|name| {
                let create = create(name);
                submit(store, Lane::Small, move |tx| create(tx).map(Commit::Keep))
            })
            .collect();
        gate.open();
        for (n, receiver) in waiting.iter().enumerate() {
            match answer(receiver) {
                Ok(made) => ids.push(made.id),
                Err(e) => {
                    assert!(n % 3 == 2 && e.to_string().contains(&format!("name {round} {}", n - 1)), "{n}: {e}");
                    assert_eq!(refused(Err::<(), _>(e)), ("object.exists", "name".to_owned()));
                }
            }
        }
        // one by itself goes on with the same ids
        ids.push(write(store, create("alone".to_owned())).map_or(0, |made| made.id));
    }
    assert_eq!(ids.iter().filter(|id| **id == 0).count(), 2, "its name is taken the second time");
    ids.retain(|id| *id > 0);
    let mut stored = store.read(|tx| typed::all::<EventType>(tx)).expect("event types").into_iter().map(|t| t.id).collect::<Vec<_>>();
    stored.sort_unstable();
    ids.sort_unstable();
    assert_eq!((stored.len(), stored), (121, ids));
}
