//! The operations of the billing interface: rows of the operation table, made from a file of ids, methods and paths.

use crate::table::{Dialect, Family, Handler, Input, Method, Operation, Parameter, Place, REVENUE, Scope};
use std::sync::LazyLock;

/// Operation, method, path, tag, permission; a line each.
const FILE: &str = include_str!("../../data/billing-operations.tsv");

/// As [`FILE`], for operations of the older reference that clients still call: revenue schedules and what belongs to them.
const OLDER: &str = include_str!("../../data/billing-older-operations.tsv");

/// Further paths of an operation beside those every path under `/v1/` has.
const FURTHER: [(&str, &[&str]); 2] = [
    ("/v1/batch-query/", &["/v1/batch-query", "/apps/api/batch-query/", "/apps/api/batch-query"]),
    ("/v1/files/{file-id}", &["/v1/file/{file-id}", "/apps/api/file/{file-id}"]),
];

/// As [`FILE`], for calls on whole products, plans and charges that client libraries do not have.
const COMMERCE: &str = include_str!("../../data/billing-commerce-operations.tsv");

/// One operation, as the file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name the reference gives it.
    pub operation: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub tag: &'static str,
    /// The permission a role needs; empty where the reference names none.
    pub permission: &'static str,
}

/// The lines of all files, in their order. A malformed line is left out; a test counts them.
pub fn lines() -> impl Iterator<Item = Line> {
    lines_of(FILE).chain(lines_of(OLDER)).chain(lines_of(COMMERCE))
}

fn lines_of(file: &'static str) -> impl Iterator<Item = Line> {
    file.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let (operation, method, path) = (cells.next()?, method(cells.next()?)?, cells.next()?);
        Some(Line { operation, method, path, tag: cells.next()?, permission: cells.next()? })
    })
}

fn method(name: &str) -> Option<Method> {
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete].into_iter().find(|m| m.name() == name)
}

/// The rows of the interface: every line, except those the revenue interface answers already.
pub fn billing() -> &'static [Operation] {
    static ROWS: LazyLock<Vec<Operation>> = LazyLock::new(|| lines().filter(|l| elsewhere(l).is_none()).map(row).collect());
    &ROWS
}

/// The operation of another family behind a line. The reference lists the revenue integration a second time.
pub fn elsewhere(line: &Line) -> Option<&'static Operation> {
    let same = |o: &&Operation| o.method == line.method && o.paths().any(|p| shape(p) == shape(line.path));
    line.path.starts_with("/integration/").then(|| crate::resources::ROWS.iter().flat_map(|rows| rows.iter()).find(same)).flatten()
}

/// A path without the names of its parts: what tells routes apart.
pub fn shape(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    parts.join("/")
}

/// The permission a role needs for a row, where one is known.
pub fn permission(operation: &Operation) -> Option<&'static str> {
    lines().find(|l| l.operation == operation.reference).map(|l| l.permission).filter(|p| !p.is_empty())
}

/// The table lives as long as the process, and so do the texts made for it.
fn kept<T: ?Sized>(value: Box<T>) -> &'static T {
    Box::leak(value)
}

fn row(line: Line) -> Operation {
    let base = Operation {
        id: kept(format!("billing_{}", line.operation).into_boxed_str()),
        reference: line.operation,
        family: Family::Billing,
        group: line.tag,
        summary: kept(summary(line.operation).into_boxed_str()),
        method: line.method,
        path: line.path,
        scope: if line.method == Method::Get { Scope::BillingRead } else { Scope::BillingWrite },
        dialect: Dialect::Billing,
        parameters: kept(parameters(line).into_boxed_slice()),
        aliases: kept(aliases(line.path).into_boxed_slice()),
        ..REVENUE
    };
    match built(&line) {
        Some(built) => Operation { handler: Some(built.handler), input: built.input, answers: built.answers, scope: built.scope, ..base },
        None => base,
    }
}

/// What a built operation adds to its line.
pub struct Built {
    pub operation: &'static str,
    pub handler: Handler,
    pub scope: Scope,
    pub input: Input,
    pub answers: &'static [crate::table::Answer],
}

/// The operations with code behind them.
const BUILT: &[&[Built]] = &[
    super::oauth::BUILT,
    super::resources::accounting_codes::BUILT,
    super::resources::accounting_periods::BUILT,
    super::resources::accounts::BUILT,
    super::resources::attachments::BUILT,
    super::resources::contacts::BUILT,
    super::resources::finance_settings::BUILT,
    super::resources::journal_entries::BUILT,
    super::resources::revenue_items::BUILT,
    super::resources::revenue_schedules::BUILT,
    super::resources::invoices::BUILT,
    super::resources::sequence_sets::BUILT,
    super::resources::taxation_items::BUILT,
    super::resources::catalog::BUILT,
    super::resources::catalog_groups::BUILT,
    super::resources::commerce::BUILT,
    super::resources::exchange_rates::BUILT,
    super::resources::files::BUILT,
    super::resources::invoice_files::BUILT,
];

fn built(line: &Line) -> Option<Built> {
    let listed = BUILT.iter().flat_map(|b| b.iter()).find(|b| b.operation == line.operation);
    listed.map(|b| Built { ..*b }).or_else(|| super::query::built(line))
}

/// `bulk_post_invoices` → `Bulk post invoices`.
fn summary(operation: &str) -> String {
    let mut words = operation.replace('_', " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}

fn parameters(line: Line) -> Vec<Parameter> {
    let names = line.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parts = names.map(|name| Parameter { name, place: Place::Path, required: true, kind: "string", doc: "Id or number." });
    let query = super::models::shape(line.operation).map_or("", |s| s.query).split(' ').filter(|name| !name.is_empty());
    let query = query.map(|name| Parameter {
        name: name.trim_end_matches('*'),
        place: Place::Query,
        required: name.ends_with('*'),
        kind: "string",
        doc: "As the reference says.",
    });
    parts.chain(query).collect()
}

/// The other paths of an operation: those of old integrations, and memos without their hyphen.
fn aliases(path: &'static str) -> Vec<&'static str> {
    let further = FURTHER.iter().find(|(of, _)| *of == path).map(|(_, more)| *more).unwrap_or_default();
    let hyphenless = path.replace("/credit-memos", "/creditmemos").replace("/debit-memos", "/debitmemos");
    let hyphens = path.replace("/creditmemos/", "/credit-memos/").replace("/debitmemos/", "/debit-memos/");
    let mut all: Vec<String> = further.iter().map(|p| (*p).to_owned()).collect();
    all.extend([hyphenless, hyphens].into_iter().filter(|p| p != path));
    let versioned: Vec<String> =
        std::iter::once(path).chain(all.iter().map(String::as_str)).filter_map(|p| p.strip_prefix("/v1/")).map(str::to_owned).collect();
    for rest in versioned {
        all.push(format!("/rest/v1/{rest}"));
        all.push(format!("/apps/v1/{rest}"));
    }
    all.into_iter().map(|p| kept(p.into_boxed_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn all_operations_of_the_reference_are_rows() {
        let ids: BTreeSet<&str> = lines().map(|l| l.operation).collect();
        assert_eq!((FILE.lines().count() - 1, lines_of(FILE).count()), (667, 667));
        let (older, commerce) = (OLDER.lines().count() - 1, COMMERCE.lines().count() - 1);
        assert_eq!((lines_of(OLDER).count(), lines_of(COMMERCE).count()), (older, commerce));
        let all = 667 + older + commerce;
        assert_eq!((lines().count(), ids.len()), (all, all));
        assert_eq!(billing().len() + lines().filter(|l| elsewhere(l).is_some()).count(), all);
        assert!(lines().filter_map(|l| elsewhere(&l)).all(Operation::built));
        let built: BTreeSet<&str> = billing().iter().filter(|o| o.built()).map(|o| o.reference).collect();
        let listed = BUILT.iter().flat_map(|b| b.iter()).map(|b| b.operation);
        let named: BTreeSet<&str> =
            listed.chain(lines().filter(|l| super::super::query::built(l).is_some()).map(|l| l.operation)).collect();
        assert_eq!(built, named, "code for an operation that is no row");
    }

    #[test]
    fn no_two_rows_share_a_method_and_a_path() {
        let mut seen = BTreeSet::new();
        for o in crate::table::operations() {
            for path in o.paths() {
                assert!(seen.insert((o.method, shape(path))), "{} {path}", o.id);
            }
        }
    }

    #[test]
    fn old_paths_are_aliases() {
        let paths = |name: &str| billing().iter().find(|o| o.reference == name).unwrap().paths().collect::<Vec<_>>();
        let post = paths("post_credit_memo");
        for path in ["", "/rest", "/apps"] {
            for memo in ["credit-memos", "creditmemos"] {
                assert!(post.contains(&format!("{path}/v1/{memo}/{{creditMemoKey}}/post").as_str()), "{post:?}");
            }
        }
        for (name, alias) in FURTHER.iter().flat_map(|(of, more)| more.iter().map(move |m| (of, m))) {
            let row = billing().iter().find(|o| o.path == *name).unwrap();
            assert!(row.paths().any(|p| p == *alias), "{alias}");
        }
        assert_eq!(paths("create_token"), ["/oauth/token"]);
    }
}
