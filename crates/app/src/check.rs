//! Checks of a live store: invariants that must hold whatever happened. `accrual check` runs them all.

use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_store::Read;

/// Something that should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: `contract 17`, `batch 3`.
    pub subject: String,
    /// A whole sentence with the figures.
    pub message: String,
}

/// Findings of one check, bounded so that a broken store cannot fill the memory.
#[derive(Debug, Default)]
pub struct Findings {
    pub listed: Vec<Finding>,
    /// All there were, listed or not.
    pub count: u64,
}

/// Most findings listed per check.
pub const LISTED: usize = 100;

impl Findings {
    pub fn add(&mut self, subject: impl Into<String>, message: impl Into<String>) {
        self.count += 1;
        if self.listed.len() < LISTED {
            self.listed.push(Finding { subject: subject.into(), message: message.into() });
        }
    }
}

/// One named check. It reads from one snapshot, in bounded memory.
#[derive(Clone, Copy)]
pub struct Check {
    pub name: &'static str,
    /// What it proves, for people.
    pub title: &'static str,
    pub run: fn(&mut dyn Read, &mut Findings) -> Result<()>,
}

/// What one check found.
pub struct Outcome {
    pub check: Check,
    pub findings: Findings,
}

/// Every check there is, in the order they run.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            name: "periods",
            title: "An organisation and book has at most one open period, the last that was opened",
            run: crate::period::check,
        },
        Check { name: "jobs", title: "Every job has a known status and its times in order", run: crate::job::check },
        Check {
            name: "contracts",
            title: "Allocations sum to the transaction price, carves to zero, schedules to their lines",
            run: crate::collection::check::check_contracts,
        },
        Check {
            name: "collected",
            title: "Every collected row is in a contract, and only such rows are",
            run: crate::collection::check::check_collected,
        },
        Check { name: "batches", title: "Every transferred batch balances per currency", run: crate::transfer::check::check_balance },
        Check { name: "posted", title: "What was posted stands unchanged in the schedules", run: crate::transfer::check::check_posted },
        Check {
            name: "invoices",
            title: "Invoices agree with their items, tax and credits, accounts with their invoices",
            run: crate::billing::check::check_invoices,
        },
        Check {
            name: "revenue-schedules",
            title: "Revenue schedules sum to their amount",
            run: crate::billing::check::check_revenue_schedules,
        },
    ]
}

/// Runs every check; `before` is told the one that comes next. Blocks.
///
/// # Errors
/// A fault of the store, or a row that cannot be read at all.
pub fn run(tenant: &Tenant, before: &mut dyn FnMut(&Check)) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for check in checks() {
        before(&check);
        let mut findings = Findings::default();
        tenant.store.read(|tx| (check.run)(tx, &mut findings))?;
        outcomes.push(Outcome { check, findings });
    }
    Ok(outcomes)
}
