//! The fields of periods, codes and schedules that a rule can refuse, with the numbers allotted to them.

use accrual_base::{Field, field};

// an accounting period
pub const PERIOD: Field = field!("accountingPeriod", "610000");
pub const PERIOD_NAME: Field = field!("name", "610001");
pub const PERIOD_START: Field = field!("startDate", "610002");
pub const PERIOD_END: Field = field!("endDate", "610003");
pub const FISCAL_YEAR: Field = field!("fiscalYear", "610004");
pub const FISCAL_QUARTER: Field = field!("fiscalQuarter", "610005");
pub const NOTES: Field = field!("notes", "610006");
pub const PERIOD_STATUS: Field = field!("status", "610007");
pub const TRIAL_BALANCE: Field = field!("runTrialBalanceStatus", "610008");

// an accounting code
pub const CODE: Field = field!("accountingCode", "610100");
pub const CODE_NAME: Field = field!("name", "610101");
pub const CODE_TYPE: Field = field!("type", "610102");
pub const CODE_STATUS: Field = field!("status", "610103");

// a journal entry
pub const ENTRY_ITEMS: Field = field!("journalEntryItems", "610200");

// a revenue schedule
pub const SCHEDULE: Field = field!("revenueSchedule", "620000");
pub const SCHEDULE_AMOUNT: Field = field!("amount", "620001");
pub const DISTRIBUTIONS: Field = field!("revenueDistributions", "620002");
pub const DISTRIBUTION_PERIOD: Field = field!("accountingPeriodName", "620003");
pub const NEW_AMOUNT: Field = field!("newAmount", "620004");
pub const EVENT_TYPE: Field = field!("eventType", "620005");
pub const EVENT_TYPE_ID: Field = field!("eventTypeSystemId", "620006");
pub const DISTRIBUTE_ON: Field = field!("distributeOn", "620007");
pub const DISTRIBUTION_TYPE: Field = field!("distributionType", "620008");
pub const PERCENTAGE: Field = field!("percentage", "620009");
pub const RECOGNITION_START: Field = field!("recognitionStart", "620010");
pub const RECOGNITION_END: Field = field!("recognitionEnd", "620011");
pub const SCHEDULE_DATE: Field = field!("revenueScheduleDate", "620012");
pub const LABEL: Field = field!("label", "620013");
pub const SYSTEM_ID: Field = field!("systemId", "620014");
pub const RECOGNITION_RULE: Field = field!("revenueRecognitionRuleName", "620015");
