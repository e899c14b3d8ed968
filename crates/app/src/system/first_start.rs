//! The first start: a tenant, an administrator, an API client and a revenue user, once.

use super::password;
use crate::config;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::period;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, PeriodId, Result};
use accrual_objects::accounting::Book;
use accrual_objects::administration::{ApiClient, Organization, Role, RoleCategory, User};
use accrual_store::nouns::{self, typed};
use accrual_store::periods;
use serde::Serialize;

/// The tenant every system has; header `clientname: Default`.
pub const DEFAULT_TENANT: &str = "default";

/// Length of a client id, as existing clients expect it.
pub const CLIENT_ID: usize = 36;
/// Longest client secret, as existing clients expect it.
pub const CLIENT_SECRET: usize = 42;

/// The names and roles of a new system.
pub const ADMINISTRATOR_USER: &str = "admin";
pub const ADMINISTRATOR_ROLE: &str = "Administrator";
pub const REVENUE_USER: &str = "revenue";
pub const REVENUE_ROLE: &str = "API Role";

/// What the first start is given; what is missing is generated.
#[derive(Clone, Default)]
pub struct FirstStart {
    /// 36 characters.
    pub client_id: Option<String>,
    /// At most 42 characters.
    pub client_secret: Option<String>,
    pub revenue_user: Option<String>,
    pub revenue_password: Option<String>,
    pub administrator_password: Option<String>,
    /// The accounting period that opens; the current month when none.
    pub first_period: Option<PeriodId>,
}

/// The only moment these are known in the clear: print them.
#[derive(Clone)]
pub struct FirstCredentials {
    pub administrator: Secret,
    pub client: Secret,
    pub revenue: Secret,
}

/// A name with its secret.
#[derive(Clone)]
pub struct Secret {
    pub name: String,
    pub secret: String,
    /// Made here; false when it was given, and need not be shown.
    pub generated: bool,
}

impl Secret {
    fn new(name: String, given: Option<&String>, length: usize) -> Self {
        let secret = given.cloned().unwrap_or_else(|| password::generate(length));
        Self { name, secret, generated: given.is_none() }
    }
}

/// A new client id: a random UUID, as existing clients expect it.
pub fn new_client_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl FirstStart {
    /// Checks what was given and makes the rest.
    ///
    /// # Errors
    /// `first_start.…` for an id or a secret of the wrong length or an empty name.
    pub fn credentials(&self) -> Result<FirstCredentials> {
        let client_id = self.client_id.clone().unwrap_or_else(new_client_id);
        if client_id.chars().count() != CLIENT_ID {
            return Err(Error::invalid("first_start.client_id", format!("A client id has {CLIENT_ID} characters.")).with_value(&client_id));
        }
        if self.client_secret.as_ref().is_some_and(|s| s.is_empty() || s.chars().count() > CLIENT_SECRET) {
            return Err(Error::invalid("first_start.client_secret", format!("A client secret has 1 to {CLIENT_SECRET} characters.")));
        }
        let user = self.revenue_user.clone().unwrap_or_else(|| REVENUE_USER.to_owned());
        if user.trim().is_empty() || user.eq_ignore_ascii_case(ADMINISTRATOR_USER) {
            return Err(Error::invalid("first_start.revenue_user", "The revenue user needs a name of its own.").with_value(&user));
        }
        if [&self.revenue_password, &self.administrator_password].into_iter().flatten().any(String::is_empty) {
            return Err(Error::invalid("first_start.password", "A password must not be empty."));
        }
        Ok(FirstCredentials {
            administrator: Secret::new(ADMINISTRATOR_USER.to_owned(), self.administrator_password.as_ref(), 24),
            client: Secret::new(client_id, self.client_secret.as_ref(), 40),
            revenue: Secret::new(user, self.revenue_password.as_ref(), 24),
        })
    }
}

/// Gives a new tenant its defaults and opens its first period. A tenant that ever had a period is left alone: what
/// an administrator changed or deleted stays so.
///
/// # Errors
/// A fault from the database.
pub(super) fn seed(tenant: &Tenant, first_period: Option<PeriodId>) -> Result<()> {
    if !tenant.store.read(periods::all)?.is_empty() {
        return Ok(());
    }
    let period = first_period.unwrap_or_else(|| PeriodId::of(tenant.now().day()));
    execute_blocking(tenant, &Context::system("first start"), SeedTenant { period: period.0 })
}

/// Gives a tenant of before there were category roles the built-in ones, and all of them to whoever administers it.
///
/// # Errors
/// A fault from the database.
pub(super) fn category_roles(tenant: &Tenant) -> Result<()> {
    let missing = tenant.store.read(|tx| lack_category_roles(tx))?;
    if !missing {
        return Ok(());
    }
    execute_blocking(tenant, &Context::system("first start"), SeedRoles {})
}

fn lack_category_roles(tx: &mut dyn accrual_store::Read) -> Result<bool> {
    let roles = typed::all::<Role>(tx)?;
    Ok(!roles.is_empty() && roles.iter().all(|r| r.category == RoleCategory::Revenue))
}

#[derive(Serialize)]
struct SeedRoles {}

impl Command for SeedRoles {
    const OPERATION: &'static str = "tenant_seed_roles";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        if !lack_category_roles(unit.read())? {
            return Ok(());
        }
        let administer = |role: &accrual_model::Stored<Role>| {
            role.enabled && role.privileges.contains(&accrual_objects::administration::Privilege::Administrator)
        };
        let administering: Vec<String> =
            typed::all::<Role>(unit.read())?.iter().filter(|r| administer(r)).map(|r| r.name.clone()).collect();
        for role in Role::built_in() {
            config::insert(unit, None, &role)?;
        }
        for mut user in typed::all::<User>(unit.read())? {
            if user.roles.iter().any(|r| administering.iter().any(|a| a.eq_ignore_ascii_case(r))) {
                user.roles.extend(Role::built_in_administrators());
                let stamp = unit.stamp();
                typed::update(unit.tx, &user, stamp)?;
                unit.audit("User", user.id, None, Some(&serde_json::json!({"roles": user.roles})))?;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct SeedTenant {
    period: i32,
}

impl Command for SeedTenant {
    const OPERATION: &'static str = "tenant_seed";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        if !periods::all(unit.read())?.is_empty() {
            return Ok(());
        }
        let seeds = accrual_objects::defaults()?;
        let stamp = unit.stamp();
        let made = nouns::seed(unit.tx, &seeds, stamp)?;
        unit.audit("Tenant", "defaults", None, Some(&serde_json::json!({"records": made})))?;
        let period = PeriodId::parse(&self.period.to_string())?;
        for org in typed::all::<Organization>(unit.read())? {
            for book in typed::all::<Book>(unit.read())? {
                period::open_first(unit, org.id, book.id, period)?;
            }
        }
        Ok(())
    }
}

/// Makes administrator, API client and revenue user in a tenant without users; answers their secrets.
///
/// # Errors
/// What [`FirstStart::credentials`] refuses; a fault from the database.
pub(super) fn users(tenant: &Tenant, first: &FirstStart) -> Result<Option<FirstCredentials>> {
    if !tenant.store.read(|tx| typed::all::<User>(tx))?.is_empty() {
        return Ok(None);
    }
    let credentials = first.credentials()?;
    let everything = Role::built_in_administrators();
    let roles = |own: &[&str]| own.iter().map(|r| (*r).to_owned()).chain(everything.iter().cloned()).collect::<Vec<String>>();
    let (administrator, all_roles) = (roles(&[ADMINISTRATOR_ROLE]), roles(&[REVENUE_ROLE, ADMINISTRATOR_ROLE]));
    let command = FirstUsers {
        administrator: user(&credentials.administrator, &administrator)?,
        // whoever sets up the system with variables alone must be able to configure it: the role header chooses
        revenue: user(&credentials.revenue, &all_roles)?,
        client: ApiClient {
            client_id: credentials.client.name.clone(),
            name: Some("First client".to_owned()),
            secret_hash: Some(password::hash(&credentials.client.secret)?),
            role: REVENUE_ROLE.to_owned(),
            enabled: true,
            user: Some(credentials.revenue.name.clone()),
        },
    };
    let made = execute_blocking(tenant, &Context::system("first start"), command)?;
    tenant.config_changed();
    Ok(made.then_some(credentials))
}

fn user(secret: &Secret, roles: &[String]) -> Result<User> {
    Ok(User {
        name: secret.name.clone(),
        full_name: None,
        email: None,
        password_hash: Some(password::hash(&secret.secret)?),
        roles: roles.to_vec(),
        enabled: true,
        all_entities: true,
        entities: Vec::new(),
        all_organizations: true,
        organizations: Vec::new(),
    })
}

#[derive(Serialize)]
struct FirstUsers {
    #[serde(skip)]
    administrator: User,
    #[serde(skip)]
    revenue: User,
    #[serde(skip)]
    client: ApiClient,
}

impl Command for FirstUsers {
    const OPERATION: &'static str = "tenant_first_users";
    /// False when another process was faster.
    type Output = bool;

    fn run(self, unit: &mut Unit<'_>) -> Result<bool> {
        if !typed::all::<User>(unit.read())?.is_empty() {
            return Ok(false);
        }
        config::insert(unit, None, &self.administrator)?;
        config::insert(unit, None, &self.revenue)?;
        config::insert(unit, None, &self.client)?;
        Ok(true)
    }
}
