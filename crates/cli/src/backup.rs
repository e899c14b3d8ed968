//! `accrual backup`: a consistent copy of the embedded databases, also while a server runs on them.

use crate::args::Backup;
use crate::wiring;
use accrual_base::{Error, Result};

pub fn backup(args: &Backup) -> Result<()> {
    if args.store.database_url.is_some() {
        return Err(Error::invalid("backup.postgres", "A PostgreSQL database is backed up with its own tools, for example pg_dump."));
    }
    if args.output.exists() {
        return Err(Error::invalid("backup.output", format!("{} exists; a backup goes to a new directory.", args.output.display())));
    }
    let names = databases(args)?;
    if names.is_empty() {
        return Err(Error::invalid(
            "backup.empty",
            format!("There are no databases in {}; say where with --data.", args.store.data.display()),
        ));
    }
    std::fs::create_dir_all(&args.output)
        .map_err(|e| Error::invalid("backup.output", format!("{} cannot be made: {e}.", args.output.display())))?;
    for name in names {
        let to = wiring::file(&args.output, &name);
        accrual_store_sqlite::backup(&wiring::file(&args.store.data, &name), &to)?;
        println!("{}", to.display());
    }
    Ok(())
}

/// The databases of the data directory, the system's last: a tenant it names is then there.
fn databases(args: &Backup) -> Result<Vec<String>> {
    let dir = &args.store.data;
    let entries = std::fs::read_dir(dir)
        .map_err(|e| Error::invalid("data.directory", format!("The directory {} cannot be read: {e}.", dir.display())))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|e| e.file_name().to_str().and_then(|n| n.strip_suffix(".db")).map(str::to_owned)).collect();
    names.sort_by_key(|n| (n == "system", n.clone()));
    Ok(names)
}
