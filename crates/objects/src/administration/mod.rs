//! Who may do what, for whom, and how the product behaves.

mod api_client;
mod async_request;
mod organization;
mod permission;
mod permission_table;
mod profile;
mod role;
mod tenant;
mod user;

pub use api_client::ApiClient;
pub use async_request::{AsyncRequest, AsyncState};
pub use organization::Organization;
pub use permission::{Permission, Permissions};
pub use profile::{KNOWN_PROFILES, KnownProfile, Profile};
pub use role::{Privilege, Role, RoleCategory};
pub use tenant::{GLOBAL_ENTITY, KNOWN_VERSIONS, MOST_ENTITIES, RateClass, Tenant};
pub use user::User;

use crate::seed::{Seed, seed, seed_with_id};
use accrual_base::Result;

/// Organisation 1, the roles of an administrator and of an API user, and the profiles.
pub(crate) fn defaults() -> Result<Vec<Seed>> {
    let mut all = vec![seed_with_id(1, &Organization::first())?];
    for role in Role::defaults() {
        all.push(seed(&role)?);
    }
    for known in KNOWN_PROFILES {
        all.push(seed(&known.profile())?);
    }
    Ok(all)
}
