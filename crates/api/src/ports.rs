//! Calls into the application that are still under way on its side.

use accrual_app::{Actor, Tenant};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};

pub fn log_in(_tenant: &Tenant, _user: &str, _password: &str, _role: Option<&str>, _client: Option<&str>) -> Result<Actor> {
    Err(waiting("log in"))
}
pub fn actor(_tenant: &Tenant, _user: &str, _role: &str) -> Result<Actor> {
    Err(waiting("actor"))
}
fn waiting(what: &str) -> Error {
    Error::rejected(Kind::NotBuilt, "api.not_built", format!("{what} is not built yet."))
}
