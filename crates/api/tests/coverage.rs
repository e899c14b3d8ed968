//! The operation table is the truth: the page is current, every operation has its tests, nothing is open by mistake.

#![allow(clippy::unwrap_used)]

use accrual_api::table::{Family, Method, Operation, Scope, operations};
use accrual_testkit::{Backend, Client, Reply, World};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_coverage_page_is_current() {
    let file = root().join("docs/reference/coverage.md");
    let page = accrual_api::coverage::page();
    if std::env::var_os("ACCRUAL_WRITE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == page, "{} is not current; run this test with ACCRUAL_WRITE_DOCS=1", file.display());
}

/// Names of all test functions of the http_*.rs files.
fn tests() -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let named = |prefix| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix));
        if named("http_") || named("billing_") {
            let text = std::fs::read_to_string(path).unwrap();
            let functions = text.split("#[test]").skip(1).filter_map(|rest| rest.split("fn ").nth(1)?.split('(').next());
            names.extend(functions.map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_built_operation_has_tests_of_success_and_refusal() {
    let tests = tests();
    let mut missing = Vec::new();
    // one handler answers some operations for every noun: tests of their own go through all of them
    let own = |o: &&Operation| o.built() && !accrual_api::billing::query::generic(o);
    for operation in operations().iter().filter(own) {
        let has = |what: &str| tests.iter().any(|t| t.starts_with(&format!("{}_{what}", operation.id)));
        let refusable = operation.scope != Scope::Open;
        missing.extend((!has("answers")).then(|| format!("{}_answers…", operation.id)));
        missing.extend((refusable && !has("refuses")).then(|| format!("{}_refuses…", operation.id)));
    }
    assert!(missing.is_empty(), "tests are missing in tests/http_*.rs:\n  {}", missing.join("\n  "));
}

#[test]
fn ids_are_unique_and_every_reference_operation_is_there() {
    let ids: BTreeSet<&str> = operations().iter().map(|o| o.id).collect();
    assert_eq!(ids.len(), operations().len(), "two operations share an id");
    let known: BTreeSet<&str> = operations().iter().map(|o| o.reference).filter(|r| !r.is_empty()).collect();
    for reference in REFERENCE {
        assert!(known.contains(reference), "{reference} is missing");
    }
    let built = operations().iter().filter(|o| o.family == Family::Revenue).all(Operation::built);
    assert!(built, "every operation of the revenue integration is built");
}

/// The operations of the reference of 2025-08-06 by the names it gives them.
const REFERENCE: [&str; 28] = [
    "POST_Authenticate",
    "GET_FileUploadMapping",
    "POST_UploadFile",
    "GET_FileUploadStatus",
    "POST_Upload",
    "GET_UploadStatus",
    "GET_StaggingError",
    "POST_Collection",
    "GET_CollectionDetails",
    "GET_ProgramDetails",
    "GET_RevenueOrgDetails",
    "POST_SubmitRevenueJob",
    "GET_RevenueJobStatus",
    "GET_TransferBatchList",
    "GET_TransferBatch",
    "PUT_TransferBatchStatus",
    "GET_TransferBatchFile",
    "GET_ReportList",
    "GET_DownloadReports",
    "GET_ReportsURL",
    "GET_BIViews",
    "POST_BIViews",
    "GET_BIView",
    "GET_RowCount",
    "GET_ColumnList",
    "GET_AllTaskStatus",
    "GET_TaskDetails",
    "DELETE_Task",
];

/// A request to an operation with plausible path parts and no body.
fn request(client: &Client, operation: &Operation, path: &str) -> Reply {
    let path: String = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
    client.send(client.request(operation.method.name(), &path))
}

#[test]
fn nothing_answers_without_credentials() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    for operation in operations() {
        for path in operation.paths() {
            let status = request(&client, operation, path).status();
            let expected: &[u16] = match operation.scope {
                // the token call takes credentials in its body
                Scope::Open if operation.family == Family::Billing => &[400],
                Scope::Open => &[200],
                Scope::Signed => &[403],
                _ => &[401],
            };
            assert!(expected.contains(&status), "{} {path} answered {status} without credentials", operation.method.name());
        }
    }
}

#[test]
fn what_is_not_built_says_so_in_its_own_shape() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    for operation in operations().iter().filter(|o| !o.built() && o.family != Family::Billing) {
        let reply = request(&client, operation, operation.path).expect(501);
        assert_eq!(reply.json()["success"], false, "{}", operation.id);
        assert_eq!(reply.json()["errors"][0]["code"], "api.not_built");
        assert!(reply.json()["traceId"].is_string());
    }
}

#[test]
fn every_alias_is_routed() {
    let aliased = operations().iter().filter(|o| o.path.starts_with("/api/integration/"));
    assert!(aliased.clone().count() >= 30);
    assert!(aliased.clone().all(|o| o.paths().count() == 2));
    assert!(operations().iter().any(|o| o.method == Method::Put));
}

/// Everything between quotes that looks like a code of this crate.
fn codes(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = code.split('"');
        let own = |t: &&str| {
            ["api.", "serve.", "signed."].iter().any(|p| t.starts_with(p))
                && t.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b))
        };
        found.extend(quoted.filter(own).map(str::to_owned));
    }
}

#[test]
fn every_code_of_the_interface_is_explained() {
    let mut found = BTreeSet::new();
    codes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 20, "{found:?}");
    let page = std::fs::read_to_string(root().join("docs/errors/README.md")).unwrap();
    let missing: Vec<&String> = found.iter().filter(|c| !page.contains(&format!("`{c}`"))).collect();
    assert!(missing.is_empty(), "docs/errors/README.md says nothing of {missing:?}");
}
