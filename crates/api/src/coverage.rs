//! The coverage page: every operation of the table, built or not.

use crate::billing::rows::{Line, elsewhere, lines};
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
        match family {
            Family::Billing => billing(&mut out),
            _ => section(&mut out, family),
        }
    }
    out
}

fn of(family: Family) -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(move |o| o.family == family)
}

/// A line a tag, with the operations of each to unfold: there are hundreds.
fn billing(out: &mut String) {
    let all: Vec<(Line, Option<&Operation>, bool)> = lines()
        .map(|l| {
            let other = elsewhere(&l);
            let built = other.is_some() || of(Family::Billing).any(|o| o.reference == l.operation && o.built());
            (l, other, built)
        })
        .collect();
    let _ = write!(
        out,
        "\nEvery path under `/v1/` also answers under `/rest/v1/` and `/apps/v1/`, and memos without their hyphen. The revenue \
         integration stands above and is counted here once more, as the reference does. Operations that are not built stand here alone, not in `/openapi.json`.\n\n| tag | operations | built |\n|---|---:|---:|\n"
    );
    let tags: Vec<_> = all.chunk_by(|a, b| a.0.tag == b.0.tag).collect();
    for tag in &tags {
        let built = tag.iter().filter(|(_, _, built)| *built).count();
        let _ = writeln!(out, "| {} | {} | {built} |", tag.first().map_or("", |(l, _, _)| l.tag), tag.len());
    }
    for tag in &tags {
        let name = tag.first().map_or("", |(l, _, _)| l.tag);
        let _ = write!(out, "\n<details><summary>{name}</summary>\n\n| operation | path | permission | state |\n|---|---|---|---|\n");
        for (l, other, built) in *tag {
            let state = match other {
                Some(o) => format!("built: {}", o.id),
                None => if *built { "built" } else { "not built" }.to_owned(),
            };
            let permission = if l.permission.is_empty() { "–" } else { l.permission };
            let _ = writeln!(out, "| {} | `{} {}` | {permission} | {state} |", l.operation, l.method.name(), l.path);
        }
        out.push_str("\n</details>\n");
    }
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
