//! Dependencies point down only, and each layer keeps out of its sight what the design says it may never see.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layer of each crate; a crate that is not listed fails the test.
const LAYERS: &[(&str, u8)] = &[
    ("accrual-base", 0),
    ("accrual-model-derive", 1),
    ("accrual-model", 1),
    ("accrual-objects", 1),
    ("accrual-ledger", 2),
    ("accrual-receivables", 2),
    ("accrual-revenue", 2),
    ("accrual-store", 3),
    ("accrual-query", 3),
    ("accrual-store-sqlite", 3),
    ("accrual-store-postgres", 3),
    ("accrual-app", 4),
    ("accrual-connect", 4),
    ("accrual-jobs", 5),
    ("accrual-api", 5),
    ("accrual-cli", 6),
    // beside the layers: tests and chores may see everything
    ("accrual-testkit", 7),
    ("accrual-xtask", 7),
    ("accrual-bench", 7),
];

/// Crates from outside that a layer may never see.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("accrual-base", &["tokio", "axum", "rusqlite", "tokio-postgres", "futures-util"]),
    ("accrual-model", &["tokio", "axum", "rusqlite", "tokio-postgres", "accrual-revenue"]),
    ("accrual-objects", &["tokio", "axum", "rusqlite", "tokio-postgres", "accrual-revenue"]),
    ("accrual-revenue", &["tokio", "axum", "rusqlite", "tokio-postgres", "futures-util", "rand", "accrual-objects"]),
    ("accrual-receivables", &["tokio", "axum", "rusqlite", "tokio-postgres", "futures-util", "rand", "accrual-objects"]),
    ("accrual-ledger", &["tokio", "axum", "rusqlite", "tokio-postgres", "futures-util", "rand", "accrual-objects"]),
    ("accrual-store", &["axum", "accrual-revenue", "accrual-receivables", "accrual-ledger", "accrual-app"]),
    ("accrual-query", &["axum", "tokio", "rusqlite", "tokio-postgres", "accrual-store", "accrual-objects"]),
    ("accrual-store-sqlite", &["axum", "accrual-revenue"]),
    ("accrual-store-postgres", &["axum", "accrual-revenue"]),
    ("accrual-connect", &["axum", "rusqlite", "tokio-postgres", "accrual-store", "accrual-objects", "accrual-app"]),
    ("accrual-app", &["axum", "tower-http", "rusqlite", "tokio-postgres"]),
    ("accrual-jobs", &["rusqlite", "tokio-postgres", "accrual-revenue", "accrual-receivables", "accrual-ledger", "axum"]),
    ("accrual-api", &["rusqlite", "tokio-postgres", "accrual-revenue", "accrual-receivables", "accrual-ledger"]),
];

fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(n, _)| *n == name).map(|(_, l)| *l)
}

fn metadata() -> cargo_metadata::Metadata {
    cargo_metadata::MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().expect("cargo metadata")
}

#[test]
fn dependencies_point_down_only() {
    let mut wrong = Vec::new();
    for package in metadata().packages {
        let name = package.name.to_string();
        let Some(own) = layer(&name) else {
            wrong.push(format!("{name} has no layer; add it to LAYERS"));
            continue;
        };
        for dependency in &package.dependencies {
            let test_only = dependency.kind == cargo_metadata::DependencyKind::Development;
            if let Some(below) = layer(&dependency.name).filter(|below| *below > own && !test_only) {
                wrong.push(format!("{name} (layer {own}) depends on {} (layer {below})", dependency.name));
            }
            let forbidden = FORBIDDEN.iter().find(|(n, _)| *n == name).is_some_and(|(_, list)| list.contains(&dependency.name.as_str()));
            if forbidden && !test_only {
                wrong.push(format!("{name} may never see {}", dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "layering is broken:\n  {}", wrong.join("\n  "));
}

#[test]
fn direct_dependencies_stay_within_the_budget() {
    let mut direct = BTreeMap::new();
    for package in metadata().packages {
        for dependency in package.dependencies.iter().filter(|d| layer(&d.name).is_none()) {
            direct.insert(dependency.name.clone(), package.name.to_string());
        }
    }
    assert!(direct.len() <= 90, "{} direct dependencies, at most 90 are allowed: {:?}", direct.len(), direct.keys());
}

/// The lines of a source file before its tests, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("source is readable");
    let body = text.split("#[cfg(test)]").next().unwrap_or("");
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn sources(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

fn offenders(crates: &[&str], words: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for name in crates {
        let mut files = Vec::new();
        sources(&root.join(name).join("src"), &mut files);
        for file in files {
            let text = code(&file);
            found.extend(words.iter().filter(|w| text.contains(*w)).map(|w| format!("{}: {w}", file.display())));
        }
    }
    found
}

#[test]
fn sql_lives_in_the_store_alone() {
    let found = offenders(
        &["base", "model", "objects", "revenue", "receivables", "ledger", "app", "connect", "jobs", "api", "cli"],
        &["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"CREATE TABLE "],
    );
    assert!(found.is_empty(), "SQL above or below the store:\n  {}", found.join("\n  "));
}

#[test]
fn engines_are_pure() {
    let found = offenders(
        &["revenue", "receivables", "ledger", "base"],
        &["async fn", "SystemTime", "std::fs", "std::net", "HashMap", "HashSet", "rand::"],
    );
    assert!(found.is_empty(), "impure engine code:\n  {}", found.join("\n  "));
}

#[test]
fn money_is_never_a_float() {
    let found = offenders(
        &[
            "base",
            "model",
            "objects",
            "revenue",
            "receivables",
            "ledger",
            "store",
            "store-sqlite",
            "store-postgres",
            "query",
            "app",
            "jobs",
        ],
        &[": f64", ": f32", "as f64", "as f32", "<f64>", "<f32>"],
    );
    assert!(found.is_empty(), "floats:\n  {}", found.join("\n  "));
}
