//! Who may call an operation: the expressions in the column `permission` of the operations' file, read once.
//!
//! `API Write Access + Post Invoices` asks for both, `Modify Invoice | Modify Credit Memo` for one of them, `read` for any
//! role of the billing interface, and `open` for nothing.

use super::refusal::{Category, Refusal};
use super::rows::{self, Line};
use crate::table::{Family, Operation, Scope};
use accrual_app::{Actor, Permission, Privilege};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What one operation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    Open,
    /// Reading or writing, and of each further list one permission.
    Needs {
        write: bool,
        each: Vec<Vec<Permission>>,
    },
}

impl Guard {
    /// Reads the expression of a line.
    ///
    /// # Errors
    /// What cannot be read; a test reads every line.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "open" {
            return Ok(Self::Open);
        }
        let mut terms = text.split(" + ");
        let write = match terms.next() {
            Some("read") => false,
            Some(first) if Permission::find(first) == Some(Permission::WRITE) => true,
            other => return Err(format!("{other:?} is neither open, read nor {}", Permission::WRITE.name())),
        };
        let one = |name: &str| Permission::find(name).ok_or_else(|| format!("there is no permission {name:?}"));
        let each = terms.map(|term| term.split(" | ").map(one).collect()).collect::<Result<_, _>>()?;
        Ok(Self::Needs { write, each })
    }

    /// Checks the roles of who asks.
    ///
    /// # Errors
    /// Category 10, naming what is missing.
    pub fn check(&self, actor: &Actor) -> Result<(), Refusal> {
        let Self::Needs { write, each } = self else { return Ok(()) };
        if *write {
            lacks(actor, &[Permission::WRITE])?;
        } else if !actor.privileges.contains(&Privilege::WebservicesOutbound) {
            let text = format!("The user {} has no role in the billing interface; an administrator can give one.", actor.user);
            return Err(Refusal::new(Category::Permission, text));
        }
        each.iter().try_for_each(|any| lacks(actor, any))
    }
}

fn lacks(actor: &Actor, any: &[Permission]) -> Result<(), Refusal> {
    actor.permit_any(any).map_err(|e| Refusal::new(Category::Permission, e.rejection().map_or_else(String::new, |r| r.message.clone())))
}

/// The guard of an operation. A row beside those of the files reads or writes, as its scope says.
///
/// # Errors
/// Category 10 for a row whose expression cannot be read: what is not understood is closed.
pub fn guard(operation: &Operation) -> Result<&'static Guard, Refusal> {
    static READS: Guard = Guard::Needs { write: false, each: Vec::new() };
    static WRITES: Guard = Guard::Needs { write: true, each: Vec::new() };
    static GUARDS: LazyLock<BTreeMap<&'static str, Guard>> = LazyLock::new(|| {
        let read = |line: Line| Guard::parse(line.permission).ok().map(|guard| (line.operation, guard));
        rows::lines().filter_map(read).collect()
    });
    match (operation.family, operation.scope) {
        (Family::Legacy, Scope::BillingRead) => Ok(&READS),
        (Family::Legacy, Scope::BillingWrite) => Ok(&WRITES),
        _ => GUARDS.get(operation.reference).ok_or_else(|| Refusal::new(Category::Permission, "Nothing says who may call this operation.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_app::Permissions;
    use std::collections::BTreeSet;

    /// Rows of the revenue integration, which the file lists once more: their guards are privileges.
    const PRIVILEGES: [&str; 3] = ["user and password", "Webservices Inbound", "Webservices Outbound"];

    #[test]
    fn every_operation_says_who_may_call_it() {
        let mut open = BTreeSet::new();
        for line in rows::lines() {
            if rows::elsewhere(&line).is_some() {
                assert!(PRIVILEGES.contains(&line.permission), "{}", line.operation);
                continue;
            }
            match Guard::parse(line.permission).unwrap_or_else(|e| panic!("{}: {e}", line.operation)) {
                Guard::Open => assert!(open.insert(line.operation)),
                Guard::Needs { write, .. } => {
                    // what only looks may be sent as a POST or PUT
                    let looks = ["query", "preview"].iter().any(|w| line.path.contains(w) || line.operation.contains(w));
                    assert!(write != (line.method == crate::table::Method::Get) || looks, "{}: {}", line.operation, line.permission);
                }
            }
        }
        assert_eq!(open, BTreeSet::from(["create_token"]));
        let closed: Vec<&str> = rows::billing().iter().filter(|o| guard(o).is_err()).map(|o| o.id).collect();
        assert!(closed.is_empty(), "{closed:?}");
    }

    #[test]
    fn an_expression_asks_for_all_its_terms_and_one_of_each() {
        let guard = Guard::parse("API Write Access + Modify Invoice + Post Invoices | Cancel Invoice").unwrap();
        let may = |names: &[&str]| {
            let permissions: Permissions = names.iter().map(|n| Permission::find(n).unwrap()).collect();
            guard.check(&Actor { permissions, ..Actor::system() }).is_ok()
        };
        assert!(
            may(&["API Write Access", "Modify Invoice", "Post Invoices"]) && may(&["API Write Access", "Modify Invoice", "Cancel Invoice"])
        );
        assert!(!may(&["API Write Access", "Modify Invoice"]) && !may(&["Modify Invoice", "Post Invoices"]) && !may(&[]));
        for bad in ["", "write", "read + Fly", "Post Invoices", "API Write Access + "] {
            assert!(Guard::parse(bad).is_err(), "{bad:?}");
        }
        let nobody = Actor { privileges: BTreeSet::new(), ..Actor::system() };
        assert!(Guard::parse("read").unwrap().check(&nobody).is_err() && Guard::Open.check(&nobody).is_ok());
    }
}
