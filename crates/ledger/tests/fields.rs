//! Every field has its own number and stands in the documentation.

use accrual_ledger::field::ALL;
use std::collections::BTreeSet;

#[test]
fn fields_are_numbered_once_and_documented() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors/billing-fields.md");
    let page = std::fs::read_to_string(page).expect("the page of field numbers");
    let mut seen = BTreeSet::new();
    for field in ALL {
        let number = &field.invalid[..6];
        assert!(seen.insert(number), "{number} is given twice");
        assert!((500_000..680_000).contains(&number.parse::<u32>().expect("six digits")), "{number} is out of range");
        let row = format!("| {number} | ");
        let row = page.lines().find(|l| l.starts_with(&row)).unwrap_or_else(|| panic!("{number} {} is not documented", field.name));
        assert!(row.ends_with(&format!("| `{}` |", field.name)), "{row} is about {}", field.name);
    }
}
