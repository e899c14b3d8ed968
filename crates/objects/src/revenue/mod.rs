//! How uploaded data becomes contracts, obligations and revenue.

mod criterion;
mod event_type;
mod grouping_template;
mod pob_rule;
mod pob_template;
mod ssp_price;
mod ssp_template;
mod upload_template;

pub use criterion::Criterion;
pub use event_type::{EventKind, EventMapping, EventType, ProcessType};
pub use grouping_template::{Duration, GroupingRule, GroupingTemplate, PricePoint, SspStep};
pub use pob_rule::{PobElement, PobRule, PobRuleKind};
pub use pob_template::{AccountingMethod, PobTemplate, RatableMethod, ReleaseEvent, RetainMethod, ScheduleStep, StepUnit};
pub use ssp_price::{ResidualBasis, SspPrice};
pub use ssp_template::{SspMethod, SspTemplate, SspType};
pub use upload_template::{ColumnType, FileType, TemplateKind, UploadColumn, UploadTemplate};

use crate::seed::{Seed, seed};
use accrual_base::Result;

/// The names of the seeded templates.
pub mod names {
    /// Extended SSP is the extended list price.
    pub const SSP_TEMPLATE: &str = "100 % of list";
    /// SO_NUM; without one, the customer.
    pub const GROUPING_TEMPLATE: &str = "One contract per sales order";
    /// Released upon booking, Contract Ratable by day.
    pub const POB_TEMPLATE: &str = "AUTO POB";
    /// Takes every transaction field by name, label or alias.
    pub const UPLOAD_TEMPLATE: &str = "Upload Template";
    /// The same for events.
    pub const EVENT_TEMPLATE: &str = "Event Template";
}

/// What lets a new tenant turn its first upload into revenue.
pub(crate) fn defaults() -> Result<Vec<Seed>> {
    Ok(vec![
        seed(&SspTemplate::percent_of_list(names::SSP_TEMPLATE))?,
        seed(&GroupingTemplate::per_sales_order())?,
        seed(&PobTemplate::auto())?,
        seed(&PobRule::auto())?,
        seed(&UploadTemplate::any(names::UPLOAD_TEMPLATE, TemplateKind::Transaction))?,
        seed(&UploadTemplate::any(names::EVENT_TEMPLATE, TemplateKind::Event))?,
    ])
}
