//! `accrual export`: reports and views to standard output.

use crate::args::Export;
use crate::{print, wiring};
use accrual_app::views::{self, Query};
use accrual_base::Result;
use accrual_store::Flow;

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
    let name = name.to_uppercase();
    let mut block = views::header(&name, &[])?;
    let flush = |block: &mut Vec<u8>| {
        print::text(&String::from_utf8_lossy(block));
        block.clear();
    };
    views::stream(tenant, &name, &Query::default(), &mut |row| {
        row.write_csv(&mut block);
        if block.len() >= BLOCK {
            flush(&mut block);
        }
        Ok(Flow::Continue)
    })?;
    flush(&mut block);
    Ok(())
}
