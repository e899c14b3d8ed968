use super::*;
use accrual_base::Decimal;
use accrual_model::Registry;
use accrual_objects::billing;

fn asked(query: &[(&str, &str)]) -> Parameters {
    let owned: Vec<(String, String)> = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Parameters::read(&owned).unwrap()
}

fn plan(path: &str, query: &[(&str, &str)]) -> Result<Plan> {
    let registry: Registry = billing::registry().unwrap();
    let (resource, declared) = resource(path, &registry).unwrap();
    let mut merge = |d: &Descriptor| {
        let mut d = d.clone();
        if d.names.table == "account" {
            let field = |name| Field { filterable: name == "Region__c", ..Field::custom(name, name, FieldType::Text) };
            d.add(field("Region__c"))?;
            d.add(field("Note__c"))?;
        }
        Ok(d)
    };
    Plan::list(resource, declared, &asked(query), &mut Objects { registry: &registry, merge: &mut merge, local: literal::UTC })
}

fn filter_of(path: &str, text: &str) -> Filter {
    let plan = plan(path, &[("filter[]", text)]).unwrap_or_else(|e| panic!("{text}: {e}"));
    plan.page.filter.check(&plan.descriptor).unwrap_or_else(|e| panic!("{text}: {e}"));
    let Filter::All(mut parts) = plan.page.filter else { panic!("{text}") };
    parts.remove(0)
}

#[test]
fn conditions_become_filters_by_the_type_of_their_field() {
    let folded = |field: &'static str, text: &str| Filter::Folded { field: field.into(), values: vec![text.to_owned()] };
    assert_eq!(filter_of("accounts", "Name.EQ:Initech: West"), folded("name", "Initech: West"));
    assert_eq!(filter_of("accounts", "accountnumber.NE:a1"), Filter::Not(Box::new(folded("account_number", "a1"))));
    assert_eq!(filter_of("accounts", "name.SW:Ini"), Filter::Prefix { field: "name".into(), prefix: "Ini".into() });
    assert_eq!(filter_of("accounts", "status.EQ:active"), Filter::In { field: "status".into(), values: vec!["Active".into()] });
    assert_eq!(filter_of("accounts", "status.EQ:gone"), Filter::In { field: "status".into(), values: vec![] });
    assert_eq!(filter_of("accounts", "billtoid.EQ:ABC"), Filter::In { field: "bill_to_id".into(), values: vec!["abc".into()] });
    assert_eq!(filter_of("accounts", "id.IN:[A,b]"), Filter::In { field: "id".into(), values: vec!["a".into(), "b".into()] });
    assert_eq!(filter_of("accounts", "balance.GE:10.50"), Filter::compare("balance", Operator::Ge, Decimal::new(105, 1)));
    assert_eq!(
        filter_of("accounts", "billcycleday.IN:[1,2]"),
        Filter::In { field: "bill_cycle_day".into(), values: vec![1.into(), 2.into()] }
    );
    assert_eq!(filter_of("accounts", "lastinvoicedate.EQ:null"), Filter::Null { field: "last_invoice_date".into() });
    assert_eq!(filter_of("accounts", "region__c.EQ:EMEA"), folded("region__c", "EMEA"));
    let at = accrual_base::Instant(1_704_067_200_000_000);
    assert_eq!(filter_of("products", "UPDATEDDATE.LT:2024-01-01T00:00:00Z"), Filter::compare("updated_at", Operator::Lt, at));
    assert_eq!(filter_of("product-rate-plan-charges", "isprepaid.EQ:TRUE"), Filter::compare("is_prepaid", Operator::Eq, true));
}

#[test]
fn what_the_reference_does_not_allow_is_refused_by_parameter() {
    for (path, name, value) in [
        ("accounts", "filter[]", "notes.EQ:x"),
        ("accounts", "filter[]", "note__c.EQ:x"),
        ("accounts", "filter[]", "colour.EQ:x"),
        ("accounts", "filter[]", "account_number.EQ:x"),
        ("accounts", "filter[]", "name.GT:x"),
        ("accounts", "filter[]", "balance.SW:1"),
        ("accounts", "filter[]", "balance.EQ:many"),
        ("accounts", "filter[]", "updateddate.GT:2024-01-01"),
        ("product-rate-plan-charges", "filter[]", "isprepaid.GT:true"),
        ("accounts", "sort[]", "notes.ASC"),
        ("product-rate-plan-charges", "sort[]", "chargetype.ASC"),
        ("accounts", "expand[]", "parent"),
        ("contacts", "expand[]", "account"),
        ("accounts", "fields[]", "colour"),
        ("accounts", "billto.fields[]", "id"),
        ("accounts", "cursor", "abc"),
    ] {
        let refused = plan(path, &[(name, value)]).err().unwrap_or_else(|| panic!("{name}={value} is not refused"));
        let refused = refused.rejection().unwrap();
        assert_eq!(refused.code, "object_query.parameter", "{value}: {}", refused.message);
        let parameter = name.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
        assert_eq!(refused.place.column.as_deref(), Some(parameter), "{value}");
    }
}

#[test]
fn an_object_that_is_not_built_yet_is_not_made_up() {
    let refused = plan("accounts", &[("expand[]", "usages")]).unwrap_err();
    assert_eq!(refused.rejection().unwrap().kind, Kind::NotBuilt);
}

#[test]
fn relations_are_expanded_three_levels_deep_with_their_own_fields() {
    let path = "productrateplans.productrateplancharges.productrateplanchargetiers";
    let plan = plan("products", &[("expand[]", path), ("fields[]", "id,sku"), ("productrateplancharges.fields[]", "Name")]).unwrap();
    let names = |members: &[Member]| members.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&plan.members), ["id", "sKU"]);
    let plans = &plan.branches[0];
    assert_eq!(plans.name, "productRatePlans");
    assert!(plans.members.len() > 5);
    let charges = &plans.branches[0];
    assert_eq!((charges.name.as_str(), names(&charges.members)), ("productRatePlanCharges", vec!["name".to_owned()]));
    assert_eq!(charges.branches[0].name, "productRatePlanChargeTiers");
    assert!(matches!(charges.branches[0].leads, Leads::ToMany { .. }));
}

#[test]
fn every_filter_sort_and_expand_of_the_reference_is_there_for_what_is_declared() {
    let registry = billing::registry().unwrap();
    let mut missing = Vec::new();
    for descriptor in registry.iter() {
        let Some((found, declared)) = resource(&descriptor.plural, &registry) else { continue };
        for name in &found.filters {
            let there = allowed(&found.filters, found, declared, name).is_some_and(|(_, field)| field.is_none_or(|f| f.filterable));
            missing.extend((!there).then(|| format!("{} is not filterable by {name}", declared.names.table)));
        }
        for name in &found.sorts {
            let there = allowed(&found.sorts, found, declared, name).is_some_and(|(_, field)| field.is_none_or(|f| f.sortable));
            missing.extend((!there).then(|| format!("{} is not sortable by {name}", declared.names.table)));
        }
    }
    assert!(missing.is_empty(), "declarations that Object Query needs wider:\n  {}", missing.join("\n  "));
}

#[test]
fn a_cursor_goes_on_only_where_it_began() {
    let sorted = [("filter[]", "status.EQ:Active"), ("sort[]", "balance.DESC")];
    let first = plan("accounts", &sorted).unwrap();
    let values = first.descriptor.fields.iter().map(|f| match &*f.names.table {
        "currency" => "USD".into(),
        "balance" => Value::Int(1_050),
        _ => Value::Null,
    });
    let last = Record {
        id: 9,
        uid: String::new(),
        version: 1,
        created_by: String::new(),
        created_at: accrual_base::Instant(0),
        updated_by: String::new(),
        updated_at: accrual_base::Instant(0),
        data: values.collect(),
    };
    let next = first.next(&last).unwrap();
    let mut again = sorted.to_vec();
    again.push(("cursor", next.as_str()));
    let after = plan("accounts", &again).unwrap().page.after.unwrap();
    assert_eq!((after.value, after.row), (Value::Decimal(Decimal::new(105, 1)), 9));
    assert!(plan("accounts", &[("filter[]", "status.EQ:Draft"), ("sort[]", "balance.DESC"), ("cursor", &next)]).is_err());
    assert!(plan("products", &[("cursor", &next)]).is_err());
}

#[test]
fn lists_that_need_a_filter_say_so() {
    let registry = billing::registry().unwrap();
    if let Some((resource, declared)) = resource("invoice-items", &registry) {
        let mut merge = |d: &Descriptor| Ok(d.clone());
        let refused =
            Plan::list(resource, declared, &asked(&[]), &mut Objects { registry: &registry, merge: &mut merge, local: literal::UTC });
        assert_eq!(refused.unwrap_err().rejection().unwrap().place.column.as_deref(), Some("filter"));
    }
}
