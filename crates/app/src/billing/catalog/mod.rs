//! The product catalog: products, their rate plans, the charges of those and their prices (reference section 3).

mod charge;
mod dates;
mod external;
mod group;
mod product;
mod rate_plan;
mod read;
mod tiers;
mod tree;

pub use accrual_objects::billing::ExternalRatePlanId;
pub use charge::{ChargeCreate, ChargeDelete, ChargeUpdate, ChargeView, charge};
pub use group::{CatalogGroupCreate, CatalogGroupDelete, CatalogGroupUpdate, Graded, GroupView, catalog_group, catalog_groups};
pub use product::{ProductCreate, ProductDelete, ProductUpdate, product};
pub use rate_plan::{RatePlanCreate, RatePlanDelete, RatePlanUpdate, rate_plan};
pub use read::{
    ChargeTree, CodeName, PlanStatus, PlanTree, Plans, by_currency, charge_tree, plan_tree, plan_with_ids, plans_by_external_id,
    plans_of_product, plans_where, product_tree, products,
};
pub use tiers::arrange;
pub use tree::{ChargeParts, PlanParts, PlanTreeCreate, ProductTreeCreate};
