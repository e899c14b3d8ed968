//! The product catalog: products, their rate plans, the charges of those and their prices (reference section 3).

mod charge;
mod dates;
mod product;
mod rate_plan;
mod tiers;

pub use charge::{ChargeCreate, ChargeDelete, ChargeUpdate, ChargeView, charge};
pub use product::{ProductCreate, ProductDelete, ProductUpdate, product};
pub use rate_plan::{RatePlanCreate, RatePlanDelete, RatePlanUpdate, rate_plan};
pub use tiers::arrange;
