//! Long lists: pages that follow each other, records that belong to many, and the indexes behind both.

use super::write;
use crate::nouns::{self, below_sql, by_uids_sql, page_statements};
use crate::{Cell, Dialect, StoreHandle, Write, migrate, schema};
use accrual_base::{Day, Decimal, Instant, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, Draft, Field, FieldType, Filter, Page, Record, ReferenceBy, Registry, Stamp, Value};
use std::cmp::Ordering;

/// A document with a field of every type that has an order.
fn document() -> Descriptor {
    let mut d = Descriptor::new("document", "Document");
    d.text_id = true;
    for (name, kind) in [
        ("number", FieldType::Text),
        ("name", FieldType::Text),
        ("currency", FieldType::Text),
        ("amount", FieldType::Money { currency: "currency".into() }),
        ("price", FieldType::Decimal),
        ("day", FieldType::Date),
        ("count", FieldType::Int),
        ("paid", FieldType::Bool),
        ("sent", FieldType::Instant),
        ("parent_id", FieldType::Reference { to: "document".into(), by: ReferenceBy::Key }),
    ] {
        let unique = name == "number";
        d.add(Field { filterable: true, sortable: true, unique, ..Field::new(name, name, kind) }).expect("a sound field");
    }
    d
}

fn decimal(text: &str) -> Value {
    text.parse::<Decimal>().map_or(Value::Null, Value::Decimal)
}

/// Records with ties, extremes and empty fields.
fn records() -> Vec<Vec<Value>> {
    let prices = ["0", "10", "9", "9.5", "-9", "-10", "-9.5", "0.001", "-0.001", "79228162514264337593543950335", "10", "", "1.05"];
    let amounts =
        [("USD", 1_050), ("JPY", 1_050), ("BHD", 1_050), ("USD", -1_050), ("JPY", -1), ("CLF", 7), ("USD", i64::MAX), ("BHD", i64::MIN)];
    (0..26_i64)
        .map(|n| {
            let at = usize::try_from(n).unwrap_or_default();
            let (currency, minor) = amounts[at % amounts.len()];
            let empty = n % 7 == 3;
            let or_empty = |value: Value| if empty { Value::Null } else { value };
            vec![
                Value::Text(format!("D{n:03}")),
                or_empty(["b", "B", "a", "Über", "ba"][at % 5].into()),
                currency.into(),
                if n % 11 == 5 { Value::Null } else { Value::Int(minor) },
                decimal(prices[at % prices.len()]),
                or_empty(Day::from_epoch(i32::try_from(n % 3).unwrap_or_default()).into()),
                or_empty(Value::Int(-(n % 4))),
                Value::Bool(n % 2 == 0),
                or_empty(Instant(n % 5).into()),
                Value::Null,
            ]
        })
        .collect()
}

/// Stores them at three moments; every one from the fourth on below one of the first three.
fn filled(store: &StoreHandle) -> Vec<Record> {
    migrate::run(store).expect("the tables of a tenant");
    write(store, |tx| {
        let d = document();
        schema::sync(tx, [&d])?;
        let mut all: Vec<Record> = Vec::new();
        for (at, mut values) in records().into_iter().enumerate() {
            if at >= 3 {
                values[9] = Value::Text(all[at % 3].uid.clone());
            }
            let stamp = Stamp { actor: "ada", now: Instant(1_700_000_000_000_000 + i64::try_from(at / 9).unwrap_or_default()) };
            all.push(nouns::create(tx, &d, Draft { id: None, values: values.into_iter().collect() }, stamp)?);
        }
        Ok(all)
    })
    .expect("records are created")
}

/// The order of a page, in memory.
fn order(d: &Descriptor, page: &Page, a: &Record, b: &Record) -> Ordering {
    let column = Column::named(d, &page.by).expect("a column");
    let by_value = match (column.compared(d, a), column.compared(d, b)) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Text(a), Value::Text(b)) => a.cmp(&b),
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(&b),
        (Value::Date(a), Value::Date(b)) => a.cmp(&b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(&b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(&b),
        (a, b) => panic!("{a:?} and {b:?} have no order"),
    };
    let order = by_value.then(a.id.cmp(&b.id));
    if page.descending { order.reverse() } else { order }
}

/// Pages of any size follow each other without gap or overlap, sorted by any field, either way round.
pub fn follow_each_other_in_every_order(store: &StoreHandle) {
    let (all, d) = (filled(store), document());
    let fields = d.fields.iter().map(|f| f.names.table.clone()).chain(["id".into(), "updated_at".into(), "createdDate".into()]);
    for by in fields {
        for (descending, limit) in [(false, 4), (true, 4), (false, 1), (true, 100)] {
            for filter in [Filter::All(vec![]), Filter::eq("paid", true)] {
                let mut page = Page { by: by.clone(), descending, limit, ..Page::latest(filter.clone(), limit) };
                let mut expected: Vec<Record> = all.iter().filter(|r| filter.matches(&d, r).expect("sound")).cloned().collect();
                expected.sort_by(|a, b| order(&d, &page, a, b));
                let mut found: Vec<Record> = Vec::new();
                loop {
                    let next = store.read(|tx| nouns::page(tx, &d, &page)).expect("a page");
                    let Some(last) = next.last() else { break };
                    page.after = Some(page.position(&d, last).expect("a position"));
                    assert!(next.len() <= 100 && next.len() <= usize::try_from(limit).expect("few"));
                    found.extend(next);
                }
                let ids = |records: &[Record]| records.iter().map(|r| r.id).collect::<Vec<_>>();
                assert_eq!(ids(&found), ids(&expected), "by {by}, descending {descending}, {limit} a page");
            }
        }
    }
}

/// A record that is added or moves to the front while somebody reads does not come twice, nor push another out.
pub fn go_on_where_they_ended(store: &StoreHandle) {
    let (all, d) = (filled(store), document());
    let mut page = Page::latest(Filter::All(vec![]), 10);
    let first = store.read(|tx| nouns::page(tx, &d, &page)).expect("a page");
    page.after = first.last().map(|last| page.position(&d, last).expect("a position"));
    let moved = all.first().cloned().expect("a record");
    write(store, move |tx| {
        let d = document();
        let later = Stamp { actor: "bob", now: Instant(1_800_000_000_000_000) };
        let mut values = moved.data.clone();
        values.set(6, Value::Int(99));
        nouns::update(tx, &d, moved.id, values, None, later)?;
        nouns::create(tx, &d, Draft { id: None, values: [Value::from("new")].into_iter().collect() }, later)
    })
    .expect("changes");
    let mut rest = Vec::new();
    loop {
        let next = store.read(|tx| nouns::page(tx, &d, &page)).expect("a page");
        let Some(last) = next.last() else { break };
        page.after = Some(page.position(&d, last).expect("a position"));
        rest.extend(next.iter().map(|r| r.id));
    }
    let seen: Vec<i64> = first.iter().map(|r| r.id).chain(rest).collect();
    assert_eq!(seen, (2..=26).rev().collect::<Vec<_>>(), "all but the one that moved to the front");
}

/// Children of many parents come together, at most so many of each; targets of many references too.
pub fn hold_what_belongs_to_many(store: &StoreHandle) {
    let (all, d) = (filled(store), document());
    let field = d.position("parent_id").expect("a field");
    let parents: Vec<&str> = all[..2].iter().map(|r| r.uid.as_str()).collect();
    let read = |most| store.read(|tx| nouns::below(tx, &d, field, &parents, most)).expect("children");
    let expected = |most: usize| {
        let of = |parent: &str| all.iter().filter(|r| r.data[field].as_text() == Some(parent)).take(most).cloned().collect::<Vec<_>>();
        let mut out: Vec<Record> = parents.iter().flat_map(|p| of(p)).collect();
        out.sort_by_key(|r| r.id);
        out
    };
    for most in [1, 3, 99] {
        assert_eq!(read(u32::try_from(most).expect("few")), expected(most));
    }
    let mut wanted: Vec<&str> = all[5..9].iter().map(|r| r.uid.as_str()).collect();
    wanted.extend(["0", "x'\"", wanted[0]]);
    let mut found = store.read(|tx| nouns::by_uids(tx, &d, &wanted)).expect("records");
    found.sort_by_key(|r| r.id);
    assert_eq!(found, all[5..9]);
    assert!(store.read(|tx| nouns::by_uids(tx, &d, &[])).expect("none").is_empty());
}

/// What a database says of how it would carry out a statement.
fn plan(tx: &mut dyn Write, sql: &str, cells: &[Cell<'_>]) -> Result<String> {
    let mut lines = Vec::new();
    let (sql, column) = match tx.dialect() {
        Dialect::Sqlite => (format!("EXPLAIN QUERY PLAN {sql}"), 3),
        Dialect::Postgres => (format!("EXPLAIN {sql}"), 0),
    };
    tx.as_read().query(&sql, cells, &mut |row| {
        lines.push(row.text(column)?.to_owned());
        Ok(crate::Flow::Continue)
    })?;
    Ok(lines.join("\n"))
}

/// Pages, look-ups by number whatever its case, filters by reference and expanded lists are found by index and need
/// no sorting.
pub fn are_found_by_index(store: &StoreHandle) {
    let all = filled(store);
    write(store, move |tx| {
        let (d, dialect) = (document(), tx.dialect());
        if dialect == Dialect::Postgres {
            // the table is small: without this the planner would rightly read it whole and sort it
            for way in ["seqscan", "bitmapscan", "sort"] {
                tx.execute(&format!("SET LOCAL enable_{way} = off"), &[])?;
            }
        }
        let whole =
            |plan: &str| plan.contains("Seq Scan") || plan.lines().any(|l| l.contains("SCAN document") && !l.contains("USING INDEX"));
        let clean = |plan: &str| !whole(plan) && !plan.contains("TEMP B-TREE") && !plan.contains("Sort");
        let mut page = Page::latest(Filter::All(vec![]), 50);
        let mut pages = vec![page.clone()];
        page.after = Some(page.position(&d, &all[9])?);
        pages.push(page);
        let (number, parent) = (vec!["d007".to_owned()], all[0].uid.as_str());
        pages.push(Page::latest(Filter::Folded { field: "number".into(), values: number }, 50));
        pages.push(Page::latest(Filter::Prefix { field: "number".into(), prefix: "d0".into() }, 50));
        for (at, page) in pages.iter().enumerate() {
            if at == 2 && dialect == Dialect::Postgres {
                tx.execute("SET LOCAL enable_sort = on", &[])?;
            }
            for (sql, condition) in page_statements(dialect, &d, page)? {
                let plan = plan(tx, &sql, &condition.cells())?;
                let index = if at < 2 { "document_updated_key" } else { "document_number_folded_key" };
                // what a number finds is few enough to be put in order afterwards
                assert!(plan.contains(index) && (at >= 2 || clean(&plan)), "{sql}\n{plan}");
                assert!(!whole(&plan), "{plan}");
            }
        }
        let of_one = Page::latest(Filter::eq("parent_id", parent), 50);
        let (sql, condition) = page_statements(dialect, &d, &of_one)?.remove(0);
        let plan_of_one = plan(tx, &sql, &condition.cells())?;
        assert!(plan_of_one.contains("document_parent_id_of_key") && !whole(&plan_of_one), "{plan_of_one}");
        let keys = format!("[\"{parent}\"]");
        let field = d.find("parent_id")?;
        let below = plan(tx, &below_sql(dialect, &d, field)?, &[Cell::Text(&keys), Cell::Int(10)])?;
        assert!(below.contains("document_parent_id_of_key") && !whole(&below) && !below.contains("SCAN child"), "{below}");
        let by_uid = plan(tx, &by_uids_sql(dialect, &d)?, &[Cell::Text(&keys)])?;
        assert!(!whole(&by_uid), "{by_uid}");
        Ok(())
    })
    .expect("plans");
}

/// The registry's relations and the repository agree on what belongs to what.
pub fn relations_lead_to_records(store: &StoreHandle) {
    let (all, d) = (filled(store), document());
    let mut registry = Registry::default();
    registry.add(d.clone()).expect("sound");
    let found = accrual_model::relations(&registry, &d);
    let names: Vec<&str> = found.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["parent", "documents"]);
    let accrual_model::Leads::ToMany { field } = found[1].leads else { panic!("documents are many") };
    let children = store.read(|tx| nouns::below(tx, &found[1].target, field, &[&all[2].uid], 99)).expect("children");
    assert_eq!(children.len(), 7);
}
