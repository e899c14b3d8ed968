//! What a new tenant starts with: plain values. An administrator changes all of it later.

use accrual_base::Result;
use accrual_model::{Descriptor, Draft, Object};

/// One record of a new tenant.
#[derive(Clone, Debug)]
pub struct Seed {
    pub descriptor: &'static Descriptor,
    pub draft: Draft,
}

/// A record with the next id of its sequence.
pub(crate) fn seed<T: Object>(data: &T) -> Result<Seed> {
    Ok(Seed { descriptor: T::descriptor(), draft: Draft::of(None, data)? })
}

/// A record with an id that other data rely on.
pub(crate) fn seed_with_id<T: Object>(id: i64, data: &T) -> Result<Seed> {
    Ok(Seed { descriptor: T::descriptor(), draft: Draft::of(Some(id), data)? })
}

/// Everything a new tenant starts with, in the order in which references allow it to be created.
///
/// # Errors
/// A rejection when a seed breaks its own object's rules; a test rules that out.
pub fn defaults() -> Result<Vec<Seed>> {
    let mut all = crate::administration::defaults()?;
    all.extend(crate::accounting::defaults()?);
    all.extend(crate::revenue::defaults()?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_model::Value;
    use std::collections::BTreeSet;

    #[test]
    fn seeds_fit_their_rules_and_refer_only_to_seeds_before_them() {
        let mut keys: BTreeSet<(String, String)> = BTreeSet::new();
        for seed in defaults().unwrap() {
            let (d, values) = (seed.descriptor, &seed.draft.values);
            for (at, field) in d.fields.iter().enumerate() {
                let Some((to, _)) = field.reference() else { continue };
                for target in field.targets(&values[at]) {
                    let name = target.as_text().map_or_else(|| format!("{target:?}"), str::to_owned);
                    assert!(keys.contains(&(to.to_string(), name.clone())), "{name}");
                }
            }
            if let Some(key) = d.key().and_then(|at| values[at].as_text()) {
                assert!(keys.insert((d.names.table.to_string(), key.to_owned())), "{key} twice");
            }
            if let Some(id) = seed.draft.id {
                assert!(keys.insert((d.names.table.to_string(), format!("{:?}", Value::Int(id)))), "{id} twice");
            }
        }
    }

    #[test]
    fn a_new_tenant_can_work_at_once() {
        let seeds = defaults().unwrap();
        let count = |table: &str| seeds.iter().filter(|s| s.descriptor.names.table == table).count();
        assert_eq!((count("organization"), count("book"), count("account_type")), (1, 1, 12));
        assert_eq!(count("account_assignment"), 12);
        assert_eq!((count("ssp_template"), count("grouping_template"), count("pob_template"), count("pob_rule")), (1, 1, 1, 1));
        assert_eq!((count("upload_template"), count("role")), (2, 13));
    }
}
