//! `accrual export`: reports and views to standard output.

use crate::args::Export;
use crate::{print, wiring};
use accrual_app::views::{self, Query};
use accrual_base::{Error, Result};
use accrual_store::Flow;
use std::io::{Write, stdout};

/// Bytes written at once.
const BLOCK: usize = 256 << 10;

pub fn export(args: &Export) -> Result<()> {
    let tenanted = match args {
        Export::Waterfall(tenant) | Export::View { tenant, .. } => tenant,
    };
    let (system, tenant) = wiring::open_tenant(&tenanted.store, &tenanted.tenant)?;
    let done = match args {
        Export::Waterfall(_) => waterfall(&tenant),
        Export::View { name, .. } => view(&tenant, name),
    };
    system.close();
    done
}

/// As of the open period of the primary book of the first organisation.
fn waterfall(tenant: &accrual_app::Tenant) -> Result<()> {
    let open = tenant.store.read(|tx| accrual_app::period::open(tx, 1, 1))?;
    print::waterfall_csv(open, &accrual_app::waterfall::waterfall(tenant, open)?);
    Ok(())
}

fn view(tenant: &accrual_app::Tenant, name: &str) -> Result<()> {
    let broken = |e| Error::fault_from("writing to standard output", e);
    let name = name.to_uppercase();
    let mut out = stdout().lock();
    let mut block = views::header(&name, &[])?;
    views::stream(tenant, &name, &Query::default(), &mut |row| {
        row.write_csv(&mut block);
        if block.len() >= BLOCK {
            out.write_all(&block).map_err(broken)?;
            block.clear();
        }
        Ok(Flow::Continue)
    })?;
    out.write_all(&block).and_then(|()| out.flush()).map_err(broken)
}
