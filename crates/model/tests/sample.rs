//! One sample object through everything a descriptor is for.

use accrual_base::{Day, Decimal, Instant, Rejection, Result};
use accrual_model::{
    Access, Descriptor, Field, FieldType, Filter, Object, Operator, Query, Record, ReferenceBy, Registry, Sort, Stored, TextEnum, Value,
    Values, check, describe, json, validate,
};
use serde_json::json;

/// When it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
enum Season {
    AllYear,
    #[text("Summer only")]
    Summer,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Room {
    floor: i32,
    season: Season,
}

/// A place where a team sits.
///
/// Closed ones stay.
#[derive(Clone, Debug, PartialEq, Object)]
#[object(label = "Office", unique = "street, opened", rules = Office::rules)]
struct Office {
    /// What people call it.
    #[field(required, unique, fixed, sortable, max = 10)]
    name: String,
    street: Option<String>,
    #[field(default = "All Year", filterable)]
    season: Season,
    #[field(default = true, filterable)]
    enabled: bool,
    #[field(filterable, sortable)]
    desks: Option<i64>,
    floors: Option<i32>,
    #[field(default = 12.50, filterable)]
    rent: Decimal,
    opened: Option<Day>,
    #[field(read_only)]
    inspected: Option<Instant>,
    #[field(default = [])]
    rooms: Vec<Room>,
    #[field(json)]
    plan: Option<Room>,
    #[field(secret)]
    door_code: Option<String>,
    #[field(reference = "Office")]
    parent: Option<String>,
    #[field(reference = "Team")]
    team: Option<i64>,
    #[field(values = ["A", "B"], default = "A")]
    class: String,
}

impl Office {
    fn rules(&self) -> Vec<Rejection> {
        match self.parent.as_deref() {
            Some(parent) if parent == self.name => vec![accrual_model::validate::broken("parent", "An office is not its own parent.")],
            _ => Vec::new(),
        }
    }
}

fn office() -> Office {
    Office {
        name: "North".into(),
        street: Some("Kirchweg".into()),
        season: Season::Summer,
        enabled: false,
        desks: Some(-3),
        floors: Some(2),
        rent: Decimal::new(1_000, 3),
        opened: Some(Day::from_ymd(2024, 2, 29)),
        inspected: Some(Instant(1)),
        rooms: vec![Room { floor: 1, season: Season::AllYear }],
        plan: None,
        door_code: Some("4711".into()),
        parent: None,
        team: Some(7),
        class: "B".into(),
    }
}

fn record(office: &Office) -> Record {
    Stored {
        id: 5,
        uid: String::new(),
        version: 2,
        created_by: "ada".into(),
        created_at: Instant(0),
        updated_by: "bob".into(),
        updated_at: Instant(1),
        data: office.to_values().expect("its values"),
    }
}

fn columns(error: &accrual_base::Error) -> Option<&str> {
    error.rejection().and_then(|r| r.place.column.as_deref())
}

#[test]
fn the_derive_yields_a_sound_descriptor() -> Result<()> {
    let d = Office::descriptor();
    d.sound()?;
    assert_eq!((&*d.names.table, &*d.plural, &*d.label), ("office", "offices", "Office"));
    assert_eq!(d.doc, "A place where a team sits.\nClosed ones stay.");
    assert_eq!(d.unique, [vec!["name"], vec!["street", "opened"]]);
    let name = d.field("name").unwrap();
    assert!(name.required && name.unique && name.filterable && name.sortable && name.access == Access::Fixed);
    assert_eq!((&*name.doc, name.max), ("What people call it.", Some(10)));
    assert_eq!(d.field("season").unwrap().allowed, ["All Year", "Summer only"]);
    assert_eq!(d.field("rent").unwrap().default, Some(Value::Decimal(Decimal::new(125, 1))));
    assert!(!d.field("street").unwrap().required && d.field("enabled").unwrap().required);
    assert_eq!(d.field("parent").unwrap().kind, FieldType::Reference { to: "office".into(), by: ReferenceBy::Key });
    assert_eq!(d.field("team").unwrap().kind, FieldType::Reference { to: "team".into(), by: ReferenceBy::Id });
    assert_eq!(d.field("DOOR_CODE").unwrap().kind, FieldType::Secret);
    Ok(())
}

#[test]
fn values_come_back_as_the_same_struct() -> Result<()> {
    let values = office().to_values()?;
    assert!(validate(Office::descriptor(), &values).is_empty());
    assert_eq!(Office::from_values(values)?, office());
    Ok(())
}

#[test]
fn a_value_of_another_type_names_its_field() {
    let mut values = office().to_values().unwrap();
    values.set(4, Value::Text("many".into()));
    let wrong = Office::from_values(values).unwrap_err();
    assert_eq!(columns(&wrong), Some("desks"));
    assert!(wrong.to_string().contains("whole number"), "{wrong}");
}

#[test]
fn a_body_becomes_a_record_with_defaults() -> Result<()> {
    let body =
        json!({"name": "South", "desks": 4, "opened": "2024-02-29", "rooms": [{"floor": 2, "season": "Summer only"}], "RENT": "0.10"});
    let south = Office::from_values(json::read_new(Office::descriptor(), &body)?.values)?;
    assert_eq!((south.desks, south.rent, south.enabled, south.season), (Some(4), Decimal::new(10, 2), true, Season::AllYear));
    assert_eq!(south.rooms, [Room { floor: 2, season: Season::Summer }]);
    Ok(())
}

#[test]
fn bad_bodies_say_what_and_where() {
    let d = Office::descriptor();
    for (body, column, words) in [
        (json!({"name": "X", "dseks": 1}), "dseks", "Did you mean desks?"),
        (json!({"name": "X", "desks": "4"}), "desks", "whole number"),
        (json!({"name": "X", "desks": 1.5}), "desks", "whole number"),
        (json!({"desks": 1}), "name", "required"),
        (json!({"name": " "}), "name", "required"),
        (json!({"name": "A very long name"}), "name", "at most 10"),
        (json!({"name": "X", "season": "Winter"}), "season", "one of: All Year, Summer only"),
        (json!({"name": "X", "class": "C"}), "class", "one of: A, B"),
        (json!({"name": "X", "enabled": null}), "enabled", "required"),
        (json!({"name": "X", "opened": "2024-02-30"}), "opened", "YYYY-MM-DD"),
        (json!({"name": "X", "inspected": "2024-01-01T00:00:00Z"}), "inspected", "set by the system"),
        (json!({"name": "X", "rooms": [{"floor": 1}]}), "rooms", "missing field `season`"),
        (json!({"name": "X", "plan": {"floor": 1, "season": "Never"}}), "plan", "unknown variant"),
        (json!({"name": "X", "parent": "X"}), "parent", "not its own parent"),
        (json!({"name": "X", "id": 9}), "id", "leave it out"),
        (json!({"name": "X", "Name": "Y"}), "Name", "given twice"),
    ] {
        let wrong = json::read_new(d, &body).unwrap_err();
        assert_eq!(columns(&wrong), Some(column), "{wrong}");
        assert!(wrong.to_string().contains(words), "{wrong}");
    }
    assert!(json::read_new(d, &json!([1])).is_err());
}

#[test]
fn several_faults_are_told_at_once() {
    let wrong = json::read_new(Office::descriptor(), &json!({"colour": "red", "desks": "x"})).unwrap_err().to_string();
    for part in ["3 things", "colour", "desks", "name: Name is required"] {
        assert!(wrong.contains(part), "{wrong}");
    }
}

#[test]
fn a_change_touches_what_it_names_and_respects_what_is_fixed() -> Result<()> {
    let (d, current) = (Office::descriptor(), record(&office()));
    let change = json::read_change(d, &json!({"version": 2, "street": null, "desks": 9}), &current)?;
    let changed = Office::from_values(change.values)?;
    assert_eq!((change.version, &changed.street, changed.desks, &changed.door_code), (Some(2), &None, Some(9), &Some("4711".into())));

    let whole = json::write(d, &current);
    assert_eq!(json::read_change(d, &whole, &current)?.values, current.data, "a record as read changes nothing");
    assert_eq!(whole.get("doorCode"), None, "secrets are never shown");
    assert_eq!(whole["updatedAt"], "1970-01-01T00:00:00.000001Z");

    for (body, column) in [(json!({"name": "Other"}), "name"), (json!({"inspected": null}), "inspected"), (json!({"id": 6}), "id")] {
        let wrong = json::read_change(d, &body, &current).unwrap_err();
        assert_eq!(columns(&wrong), Some(column), "{wrong}");
    }
    Ok(())
}

#[test]
fn text_pairs_make_the_same_body() -> Result<()> {
    let d = Office::descriptor();
    let body = json::body(d, [("name", "West"), ("enabled", "no"), ("desks", "3"), ("rent", "7.25"), ("rooms", "[]"), ("street", "")])?;
    let west = Office::from_values(json::read_new(d, &body)?.values)?;
    assert_eq!((west.enabled, west.desks, west.rent), (false, Some(3), Decimal::new(725, 2)));
    assert!(json::body(d, [("dekss", "3")]).is_err());
    let wrong = json::read_new(d, &json::body(d, [("name", "W"), ("desks", "many")])?).unwrap_err();
    assert_eq!(columns(&wrong), Some("desks"));
    Ok(())
}

#[test]
fn filters_are_checked_and_evaluated() -> Result<()> {
    let (d, north) = (Office::descriptor(), record(&office()));
    for (filter, expected) in [
        (Filter::eq("season", "Summer only"), true),
        (Filter::compare("desks", Operator::Lt, -3), false),
        (Filter::compare("desks", Operator::Ge, -3), true),
        (Filter::compare("name", Operator::Like, "NOR%"), true),
        (Filter::eq("rent", Decimal::new(1, 0)), true),
        (Filter::compare("rent", Operator::Lt, Decimal::ONE), false),
        (Filter::compare("rent", Operator::Gt, Decimal::new(-20, 1)), true),
        (Filter::Folded { field: "name".into(), values: vec!["south".into(), "NORTH".into()] }, true),
        (Filter::Prefix { field: "name".into(), prefix: "nO".into() }, true),
        (Filter::Prefix { field: "name".into(), prefix: "orth".into() }, false),
        (Filter::In { field: "id".into(), values: vec![4.into(), 5.into()] }, true),
        (Filter::Not(Box::new(Filter::eq("enabled", true))), true),
        (Filter::All(vec![Filter::eq("enabled", false), Filter::Null { field: "desks".into() }]), false),
        (Filter::Any(vec![]), false),
    ] {
        filter.check(d)?;
        assert_eq!(filter.matches(d, &north)?, expected, "{filter:?}");
    }
    for bad in [
        Filter::eq("street", "x"),
        Filter::eq("colour", "x"),
        Filter::eq("desks", "x"),
        Filter::eq("desks", Value::Null),
        Filter::Folded { field: "desks".into(), values: vec!["1".into()] },
        Filter::Prefix { field: "street".into(), prefix: "x".into() },
        Filter::compare("desks", Operator::Like, 1),
        Filter::compare("name", Operator::Like, "a\\"),
        Filter::In { field: "desks".into(), values: vec![1.into(); 1_001] },
    ] {
        assert!(bad.check(d).is_err(), "{bad:?}");
    }
    let by_street = Query { sort: vec![Sort { field: "street".into(), descending: false }], ..Query::default() };
    assert!(by_street.check(d).is_err());
    Ok(())
}

#[test]
fn objects_and_fields_can_be_added_at_run_time() -> Result<()> {
    let mut wide: Descriptor = Office::descriptor().clone();
    wide.add(Field::custom("Region__c", "Region", FieldType::Text))?;
    assert!(wide.add(Field::custom("region__C", "Again", FieldType::Text)).is_err());
    assert!(wide.add(Field::new("version", "Version", FieldType::Int)).is_err());
    assert!(wide.add(Field::new("drop table", "Bad", FieldType::Int)).is_err());
    let draft = json::read_new(&wide, &json!({"name": "East", "Region__c": "EMEA"}))?;
    assert_eq!(wide.value(&draft.values, "region__c"), &Value::from("EMEA"));

    let mut team = Descriptor::new("team", "Team");
    team.add(Field { required: true, unique: true, ..Field::new("name", "Name", FieldType::Text) })?;
    assert!(check(&team, &Values::nulls(1)).is_err());
    let mut registry = Registry::default();
    registry.add(Office::descriptor().clone())?;
    assert!(registry.sound().is_err(), "a reference without a target");
    registry.add(team.clone())?;
    registry.sound()?;
    registry.add(wide)?;
    assert_eq!(registry.iter().count(), 2);
    assert_eq!(registry.find("offices")?.fields.len(), 16);
    assert!(registry.find("ofice").unwrap_err().to_string().contains("Did you mean office?"));
    assert_eq!(registry.referrers(&team).map(|(d, at)| d.fields[at].name().to_owned()).collect::<Vec<_>>(), ["team"]);
    Ok(())
}

#[test]
fn describe_tells_all_a_client_needs() {
    let described = describe::object(Office::descriptor());
    assert_eq!(described["fields"][0]["maxLength"], 10);
    assert_eq!(described["fields"][2]["values"], json!(["All Year", "Summer only"]));
    assert_eq!(described["fields"][2]["default"], "All Year");
    assert_eq!(described["fields"][12]["reference"], "office");
    assert_eq!(described["fields"][8]["creatable"], false);
}
