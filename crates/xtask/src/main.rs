//! Repository chores: `cargo xtask generated [--check]`, `cargo xtask bench`.

mod bench;
mod generated;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Repository chores")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Write the files that are made from the operation table.
    Generated {
        /// Change nothing; fail when a file is not current.
        #[arg(long)]
        check: bool,
    },
    /// Build the server in release mode and print its ratios against bare baselines, on both databases.
    Bench {
        #[arg(long, default_value_t = 1_000_000)]
        lines: u64,
        #[arg(long, default_value_t = 1_000_000)]
        invoices: u64,
        /// Only one part: main, small or billing.
        #[arg(long)]
        only: Option<String>,
        /// Only SQLite.
        #[arg(long)]
        no_postgres: bool,
        /// Only PostgreSQL.
        #[arg(long)]
        no_sqlite: bool,
    },
}

fn main() -> Result<()> {
    match Cli::parse().chore {
        Chore::Generated { check } => generated::run(check),
        Chore::Bench { lines, invoices, only, no_postgres, no_sqlite } => {
            bench::run(&bench::Sizes { lines, invoices, only }, !no_sqlite, !no_postgres)
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
