//! `accrual period`.

use super::with_tenant;
use crate::args::Period;
use crate::wiring;
use accrual_app::period;
use accrual_base::Result;

pub fn period(args: &Period) -> Result<()> {
    match args {
        Period::List(tenant) => {
            println!("organisation  book  period  status");
            for row in with_tenant(tenant, |t| t.store.read(period::list))? {
                println!("{:>12}  {:>4}  {}  {}", row.org_id, row.book_id, row.period, row.status);
            }
        }
        Period::Close { period, org, book, tenant } => {
            let next = with_tenant(tenant, |t| period::close(t, &wiring::operator(), *org, *book, *period))?;
            println!("{period} is closed; {next} is open.");
        }
    }
    Ok(())
}
