//! What a new tenant starts with.

use super::{create, get, unique};
use crate::Write;
use accrual_base::Result;
use accrual_model::Stamp;
use accrual_objects::Seed;

/// Creates the records that are not there yet: one with an equal key or id is left as it is. Answers how many are new.
///
/// # Errors
/// As [`create`].
pub fn seed(tx: &mut dyn Write, seeds: &[Seed], stamp: Stamp<'_>) -> Result<usize> {
    let mut made = 0;
    for seed in seeds {
        let by_id = match seed.draft.id {
            Some(id) => get(tx.as_read(), seed.descriptor, id)?.is_some(),
            None => false,
        };
        if by_id || unique::any(tx.as_read(), seed.descriptor, &seed.draft.values)? {
            continue;
        }
        create(tx, seed.descriptor, seed.draft.clone(), stamp)?;
        made += 1;
    }
    Ok(made)
}
