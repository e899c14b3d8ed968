//! Builds and runs the benchmarks; PostgreSQL comes from the same script as in the tests.

use crate::root;
use anyhow::{Context, Result, ensure};
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
    // this program runs from target/debug, wherever cargo was told to build
    let own = std::env::current_exe()?;
    let release = own.ancestors().nth(2).map(|target| target.join("release")).context("there is no target directory")?;
    ensure!(Command::new(env!("CARGO")).args(build).current_dir(root()).status()?.success(), "the release build failed");
    let mut command = if postgres {
        let mut script = Command::new(root().join("scripts/postgres.sh"));
        script.arg("run").arg(release.join("accrual-bench"));
        script
    } else {
        Command::new(release.join("accrual-bench"))
    };
    command.arg("--accrual").arg(release.join("accrual"));
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
