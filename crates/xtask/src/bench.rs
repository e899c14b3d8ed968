//! Builds and runs the benchmarks; PostgreSQL comes from the same script as in the tests.

use crate::root;
use anyhow::{Result, ensure};
use std::process::Command;

pub fn run(lines: u64, sqlite: bool, postgres: bool) -> Result<()> {
    let build = ["build", "--release", "--quiet", "--package", "accrual-cli", "--package", "accrual-bench"];
    ensure!(Command::new(env!("CARGO")).args(build).current_dir(root()).status()?.success(), "the release build failed");
    let lines = lines.to_string();
    let mut command = if postgres {
        let mut script = Command::new(root().join("scripts/postgres.sh"));
        script.arg("run").arg("target/release/accrual-bench");
        script
    } else {
        Command::new(root().join("target/release/accrual-bench"))
    };
    command.args(["--lines", &lines]).current_dir(root());
    if !sqlite {
        command.arg("--no-sqlite");
    }
    ensure!(command.status()?.success(), "the benchmarks failed");
    Ok(())
}
