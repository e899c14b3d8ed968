//! Files made from the operation table.

use crate::root;
use anyhow::{Context, Result, bail};
use std::fs;

pub fn run(check: bool) -> Result<()> {
    let files = [("docs/reference/coverage.md", accrual_api::coverage::page())];
    let mut stale = Vec::new();
    for (name, wanted) in files {
        let path = root().join(name);
        if fs::read_to_string(&path).is_ok_and(|found| found == wanted) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            fs::write(&path, wanted).with_context(|| format!("writing {name}"))?;
            println!("wrote {name}");
        }
    }
    if !stale.is_empty() {
        bail!("not current: {}; run `cargo xtask generated` and commit", stale.join(", "));
    }
    Ok(())
}
