//! The coverage page: every operation of the table, built or not.

use crate::table::{Family, Operation, operations};
use std::fmt::Write;

/// The text of `docs/reference/coverage.md`. The committed file is this text, byte for byte; a test compares.
pub fn page() -> String {
    let mut out = String::from(
        "# Operations\n\nEvery operation the server knows, from the operation table. **Built** ones do what they say; the others answer 501\n\
         in the error shape of their family. Paths under `/api/integration` also answer under `/integration`.\n\nThis page is generated; \
         a test fails when it is not current.\n\n| family | operations | built |\n|---|---:|---:|\n",
    );
    for family in Family::ALL {
        let rows: Vec<&Operation> = of(family).collect();
        let built = rows.iter().filter(|o| o.built()).count();
        let _ = writeln!(out, "| {} | {} | {built} |", family.title(), rows.len());
    }
    for family in Family::ALL {
        let _ = write!(out, "\n## {}\n", family.title());
        section(&mut out, family);
    }
    out
}

fn of(family: Family) -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(move |o| o.family == family)
}

fn section(out: &mut String, family: Family) {
    let mut group = "";
    for o in of(family) {
        if o.group != group {
            group = o.group;
            let _ = write!(out, "\n### {group}\n\n| operation | path | who | what | state |\n|---|---|---|---|---|\n");
        }
        let state = if o.built() { "built" } else { "not built" };
        let name = if o.reference.is_empty() { o.id.to_owned() } else { format!("{} ({})", o.id, o.reference) };
        let _ = writeln!(out, "| {name} | `{} {}` | {} | {} | {state} |", o.method.name(), o.path, o.scope.label(), o.summary);
    }
}
