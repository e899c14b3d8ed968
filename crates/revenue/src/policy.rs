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
