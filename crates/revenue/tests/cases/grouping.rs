//! Cases about performance obligations.

use crate::{list, text};
use accrual_revenue::pob::{AdvancedRule, Candidate, Criterion, Element, Rules};
use serde_json::Value;
use std::collections::BTreeMap;

/// The page names contracts like RC10001: the number is the id.
pub fn secondary_options(case: &Value) {
    use accrual_revenue::grouping::{SecondaryOption, secondary};
    let id = |rc: &Value| text(rc).strip_prefix("RC").and_then(|n| n.parse::<i64>().ok());
    let contracts = list(&case["inputs"]["contracts"]);
    let reference = |row: &Value| contracts.iter().find(|c| c["so_number"] == row["so_number"]).and_then(|c| id(&c["rc"]));
    let incoming = list(&case["inputs"]["incoming"]);
    let found: Vec<Option<i64>> = incoming.iter().map(reference).collect();
    for (option, key) in [(SecondaryOption::Separate, "option_separate"), (SecondaryOption::Earliest, "option_earliest")] {
        // "new RC (...)" is no number: the primary rules decide
        let want: Vec<Option<i64>> = incoming.iter().map(|row| id(&case["expected"][key][text(&row["product"])])).collect();
        assert_eq!(secondary(option, &found), want, "{key}");
    }
}

pub fn consolidated(case: &Value) {
    let lines: Vec<(String, BTreeMap<String, String>)> = list(&case["inputs"]["lines"])
        .iter()
        .map(|l| {
            let fields = ["product_category", "po"].map(|f| (f.to_owned(), text(&l[f]).to_owned()));
            (text(&l["so_line_id"]).to_owned(), BTreeMap::from(fields))
        })
        .collect();
    // line ids in the order of the file
    let candidates: Vec<Candidate<'_>> = lines.iter().zip(1..).map(|((_, row), line)| Candidate { line, attributes: row }).collect();
    let element = |e: &Value| Element {
        criteria: vec![Criterion { field: "product_category".into(), values: vec![text(&e["name"])[..1].to_owned() + "W"] }],
        mandatory: e["mandatory"].as_bool().unwrap(),
        leading: e["leading"].as_bool().unwrap(),
        consolidate: text(&e["consolidate"]) == "Y",
        consolidate_by: Some(text(&e["consolidate_identifier"]).to_owned()),
    };
    let rule = &case["inputs"]["rule"];
    let elements = list(&rule["elements"]).iter().map(element).collect();
    let advanced =
        AdvancedRule { name: "HW with SW".into(), template: 7, grouping: text(&rule["grouping_identifier"]).to_owned(), elements };
    let rules = Rules { advanced: vec![advanced], auto: 1, ..Rules::default() };
    let assigned = rules.assign(&candidates);
    let name = |line: i64| lines[usize::try_from(line - 1).unwrap()].0.as_str();
    for pob in list(&case["expected"]["pobs"]) {
        let members: Vec<&str> = assigned.iter().filter(|a| name(a.lead) == text(&pob["leading"])).map(|a| name(a.line)).collect();
        assert_eq!(members, list(&pob["members"]).iter().map(text).collect::<Vec<_>>());
    }
    let alone: Vec<&str> = assigned.iter().filter(|a| a.template == 1).map(|a| name(a.line)).collect();
    assert_eq!(alone, list(&case["expected"]["next_rules_then_auto_pob"]).iter().map(text).collect::<Vec<_>>());
}
