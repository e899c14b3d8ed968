//! Builds and runs the benchmarks; PostgreSQL comes from the same script as in the tests.

use crate::root;
use anyhow::{Result, ensure};
use std::process::Command;

/// How much is measured.
pub struct Sizes {
    pub lines: u64,
    pub invoices: u64,
    /// One part instead of all.
    pub only: Option<String>,
}

pub fn run(sizes: &Sizes, sqlite: bool, postgres: bool) -> Result<()> {
    let build = ["build", "--release", "--quiet", "--package", "accrual-cli", "--package", "accrual-bench"];
    ensure!(Command::new(env!("CARGO")).args(build).current_dir(root()).status()?.success(), "the release build failed");
    let mut command = if postgres {
        let mut script = Command::new(root().join("scripts/postgres.sh"));
        script.arg("run").arg("target/release/accrual-bench");
        script
    } else {
        Command::new(root().join("target/release/accrual-bench"))
    };
    command.args(["--lines", &sizes.lines.to_string(), "--invoices", &sizes.invoices.to_string()]).current_dir(root());
    if let Some(only) = &sizes.only {
        command.args(["--only", only]);
    }
    if !sqlite {
        command.arg("--no-sqlite");
    }
    ensure!(command.status()?.success(), "the benchmarks failed");
    Ok(())
}
