//! Policies a contract is judged by, as plain values: what an administrator set up.

/// When revenue is released (reference section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseEvent {
    /// Upon Booking (Full Booking Release).
    UponBooking,
    /// Upon Billing (Billed Release): exactly the billed share.
    UponBillingBilled,
    /// Upon Billing (Full Booking Release): all of the booking on the first bill.
    UponBillingFull,
    /// Upon Event, by the named event.
    UponEvent,
    Manual,
}

/// How released revenue is spread over periods (reference section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RatableMethod {
    ContractRatable,
    Ratable,
    InvoiceRatable,
    Condense,
    Sliding,
    ImmediateOpenPeriod,
    ImmediateStartDate,
    MidMonth,
    NextMonth,
    /// Rows of (after how many periods, or days when `days`; percent as hundredths of a percent).
    UserDefined(Vec<UserDefinedStep>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserDefinedStep {
    pub days: bool,
    pub duration: i32,
    /// Hundredths of a percent: 5000 = 50 %.
    pub percent: i64,
}

/// Day-exact or equal months (reference section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountingMethod {
    Daily,
    PartialMonthly,
}

/// What stays when an order's value changes (reference section 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetainMethod {
    Percent,
    Amount,
}

/// A POB template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PobTemplate {
    pub id: i64,
    pub name: String,
    pub version: i64,
    pub release: ReleaseEvent,
    /// Name of the event for [`ReleaseEvent::UponEvent`].
    pub event: Option<String>,
    pub ratable: RatableMethod,
    pub accounting: AccountingMethod,
    pub retain: RetainMethod,
}

/// In which currency a contract with several transaction currencies is allocated (reference section 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllocationCurrency {
    /// The functional currency when all lines share it, else the reporting currency.
    #[default]
    LowestCommon,
    /// Always the reporting currency.
    Reporting,
}

/// Everything an administrator set up that the engine follows.
#[derive(Clone, Debug)]
pub struct Policies {
    /// Sorted by id.
    pub templates: Vec<PobTemplate>,
    pub pob: crate::pob::Rules,
    pub ssp: crate::ssp::Hierarchy,
    /// ALLOW_OVERSTATED_INVOICE: an invoice above the order raises the order.
    pub allow_overstated_invoice: bool,
    /// ALLOC_WITHIN_FV_TRANS: allocate even when every price lies within its range.
    pub allocate_within_range: bool,
    /// Allocation Enabled of the book.
    pub allocation_enabled: bool,
    /// CM-C may name the order line (RPRO-00662).
    pub credit_order_line: bool,
    pub allocation_currency: AllocationCurrency,
    /// The reporting currency of the book.
    pub reporting: accrual_base::Currency,
}

impl Policies {
    /// The POB template with this id.
    ///
    /// # Errors
    /// A fault when it is not there: the caller loads every template the contract uses.
    pub fn template(&self, id: i64) -> accrual_base::Result<&PobTemplate> {
        self.templates
            .binary_search_by_key(&id, |t| t.id)
            .ok()
            .and_then(|at| self.templates.get(at))
            .ok_or_else(|| accrual_base::Error::fault(format!("POB template {id} is not among the policies")))
    }
}
