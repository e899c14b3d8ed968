//! The fields of periods, codes and schedules that a rule can refuse, with the numbers allotted to them.

use accrual_base::{Field, field};

/// Declares the fields and the list of them all.
macro_rules! fields {
    ($($constant:ident: $name:literal, $number:literal;)+) => {
        $(pub const $constant: Field = field!($name, $number);)+

        /// Every field, for the list of codes in the documentation.
        pub const ALL: &[Field] = &[$($constant),+];
    };
}

fields! {
    // an accounting period
    PERIOD: "accountingPeriod", "610000";
    PERIOD_NAME: "name", "610001";
    PERIOD_START: "startDate", "610002";
    PERIOD_END: "endDate", "610003";
    FISCAL_YEAR: "fiscalYear", "610004";
    FISCAL_QUARTER: "fiscalQuarter", "610005";
    NOTES: "notes", "610006";
    PERIOD_STATUS: "status", "610007";
    TRIAL_BALANCE: "runTrialBalanceStatus", "610008";

    // an accounting code
    CODE: "accountingCode", "610100";
    CODE_NAME: "name", "610101";
    CODE_TYPE: "type", "610102";
    CODE_STATUS: "status", "610103";

    // a journal entry
    ENTRY_ITEMS: "journalEntryItems", "610200";
    ENTRY: "journalEntry", "610201";
    ENTRY_AMOUNT: "amount", "610202";
    ENTRY_HOME_AMOUNT: "homeCurrencyAmount", "610203";
    ENTRY_PERIOD: "accountingPeriodName", "610204";
    ENTRY_DATE: "journalEntryDate", "610205";
    ENTRY_CODE: "accountingCodeName", "610206";
    ENTRY_CODE_TYPE: "accountingCodeType", "610207";
    ENTRY_CURRENCY: "currency", "610208";
    TRANSFERRED: "transferredToAccounting", "610209";

    // a revenue schedule
    SCHEDULE: "revenueSchedule", "620000";
    SCHEDULE_AMOUNT: "amount", "620001";
    DISTRIBUTIONS: "revenueDistributions", "620002";
    DISTRIBUTION_PERIOD: "accountingPeriodName", "620003";
    NEW_AMOUNT: "newAmount", "620004";
    EVENT_TYPE: "eventType", "620005";
    EVENT_TYPE_ID: "eventTypeSystemId", "620006";
    DISTRIBUTE_ON: "distributeOn", "620007";
    DISTRIBUTION_TYPE: "distributionType", "620008";
    PERCENTAGE: "percentage", "620009";
    RECOGNITION_START: "recognitionStart", "620010";
    RECOGNITION_END: "recognitionEnd", "620011";
    SCHEDULE_DATE: "revenueScheduleDate", "620012";
    LABEL: "label", "620013";
    SYSTEM_ID: "systemId", "620014";
    RECOGNITION_RULE: "revenueRecognitionRuleName", "620015";
    ITEM_ID: "itemId", "620016";
    CHARGE: "chargeKey", "620017";
    RECOGNIZED_CODE: "recognizedRevenueAccountingCode", "620018";
    DEFERRED_CODE: "deferredRevenueAccountingCode", "620019";
    REFERENCE_ID: "referenceId", "620020";
    REVENUE_ITEMS: "revenueItems", "620021";
    REVENUE_EVENT: "revenueEvent", "620022";
}
