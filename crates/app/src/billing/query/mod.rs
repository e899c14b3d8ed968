//! The generic surfaces over every noun: Object Query, the query action, and the older calls that create, change and
//! remove objects by name. None of them knows a noun; what a noun allows is said by its descriptor, by the reference's tables
//! (`accrual_query::reference`) and, for writing, by one line of [`verbs`].

mod describe;
mod locator;
mod object;
mod object_query;
pub mod verbs;
mod zoql;

pub use describe::{Described, Joined, describable, describe};
pub use locator::SavedQuery;
pub use object::{Object, get, shape};
pub use object_query::{Answer, Level, list, one};
pub use verbs::{ObjectCreate, ObjectDelete, ObjectUpdate};
pub use zoql::{Rows, more, query};

use super::{custom_field, registry};
use crate::zone::Zone;
use accrual_base::Result;
use accrual_model::Descriptor;
use accrual_query::Objects;
use accrual_store::Read;

/// Works with the nouns of the tenant, custom fields included; times without an offset are those of its zone.
fn with_objects<T>(tx: &mut dyn Read, zone: &Zone, work: impl FnOnce(&mut Objects<'_>) -> Result<T>) -> Result<T> {
    let mut merge = |declared: &Descriptor| custom_field::merged(tx, declared);
    work(&mut Objects { registry: registry()?, merge: &mut merge, local: &|shown| zone.instant(shown) })
}
