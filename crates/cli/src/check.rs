//! `accrual check` and `accrual migrate`.

use crate::args::{Store, Tenanted};
use crate::wiring;
use accrual_app::check;
use accrual_base::{Error, Result};

/// Runs every check and prints what does not hold; an error when something was found.
pub fn check(args: &Tenanted) -> Result<()> {
    let (system, tenant) = wiring::open_tenant(&args.store, &args.tenant)?;
    let outcomes = check::run(&tenant, &mut |_| ())?;
    system.close();
    let mut broken = 0;
    for outcome in &outcomes {
        let found = outcome.findings.count;
        broken += found;
        let verdict = if found == 0 { "holds".to_owned() } else { format!("{found} findings") };
        println!("{:<12} {:<80} {verdict}", outcome.check.name, outcome.check.title);
        for finding in &outcome.findings.listed {
            println!("    {}: {}", finding.subject, finding.message);
        }
    }
    if broken == 0 { Ok(()) } else { Err(Error::conflict("check.findings", format!("{broken} findings; nothing was changed."))) }
}

/// Opening brings a database up to date; this does only that.
pub fn migrate(args: &Store) -> Result<()> {
    let system = wiring::open(args, &wiring::first_from_environment()?)?;
    let names: Vec<String> = system.open_tenants().iter().map(|t| t.name.clone()).collect();
    system.close();
    println!("The databases are up to date: system and the tenants {}.", names.join(", "));
    Ok(())
}
