//! Charges of the catalog.

use super::{ChargeModel, ChargeType};
use accrual_base::Decimal;
use accrual_model::Object;
use serde::{Deserialize, Serialize};

/// A setting of a charge model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConfigurationItem {
    pub key: String,
    pub value: String,
}

/// What a discount applies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DiscountApplyDetail {
    pub applied_product_rate_plan_id: String,
    /// Every charge of the plan when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_product_rate_plan_charge_id: Option<String>,
}

/// A price with its rules of billing, tax and accounting (reference section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = super::charge_rules::rules)]
pub struct ProductRatePlanCharge {
    #[field(max = 100, filterable)]
    pub accounting_code: Option<String>,
    #[field(values = ["ONETIME", "RECURRING", "USAGE", "ONETIMERECURRING", "ONETIMEUSAGE", "RECURRINGUSAGE", "ONETIMERECURRINGUSAGE"], filterable)]
    pub apply_discount_to: Option<String>,
    #[field(min = 1, max = 31, filterable, sortable)]
    pub bill_cycle_day: Option<i64>,
    #[field(values = ["DefaultFromCustomer", "SpecificDayofMonth", "SubscriptionStartDay", "ChargeTriggerDay", "SpecificDayofWeek", "TermStartDay", "TermEndDay"], required, filterable)]
    pub bill_cycle_type: String,
    #[field(values = ["Month", "Quarter", "Annual", "Semi-Annual", "Specific Months", "Subscription Term", "Week", "Specific Weeks", "Specific Days"], filterable)]
    pub billing_period: Option<String>,
    #[field(values = ["AlignToCharge", "AlignToSubscriptionStart", "AlignToTermStart", "AlignToTermEnd"], filterable)]
    pub billing_period_alignment: Option<String>,
    /// In Advance when a recurring charge says nothing; usage is always in arrears.
    #[field(values = ["In Advance", "In Arrears"])]
    pub billing_timing: Option<String>,
    #[field(values = ["Standard", "Prepayment", "CommitmentTrueUp", "Drawdown", "CreditCommitment", "DrawdownAndCreditCommitment"], filterable)]
    pub charge_function: Option<String>,
    #[field(values = ["UNIT", "CURRENCY"], filterable)]
    pub commitment_type: Option<String>,
    /// How the amount follows from quantity and price (reference section 9).
    #[field(filterable, sortable)]
    pub charge_model: ChargeModel,
    /// Of models with a formula or fields of their own.
    #[field(json)]
    pub charge_model_configuration: Option<Vec<ConfigurationItem>>,
    #[field(fixed, filterable, sortable)]
    pub charge_type: ChargeType,
    #[field(digits = "13, 9", filterable)]
    pub default_quantity: Option<Decimal>,
    #[field(max = 100)]
    pub deferred_revenue_account: Option<String>,
    #[field(max = 500, filterable)]
    pub description: Option<String>,
    #[field(max = 50)]
    pub discount_class: Option<String>,
    #[field(values = ["rateplan", "subscription", "account"], filterable)]
    pub discount_level: Option<String>,
    #[field(values = ["SubscriptionEnd", "FixedPeriod", "OneTime"], default = "SubscriptionEnd", filterable)]
    pub end_date_condition: String,
    pub exclude_item_booking_from_revenue_accounting: Option<bool>,
    pub exclude_item_billing_from_revenue_accounting: Option<bool>,
    #[field(digits = "13, 9", filterable)]
    pub included_units: Option<Decimal>,
    pub is_allocation_eligible: Option<bool>,
    pub is_unbilled: Option<bool>,
    #[field(filterable)]
    pub legacy_revenue_reporting: Option<bool>,
    #[field(values = ["Per Billing Period", "Per Month", "Per Week", "Per Year", "Per Specific Months", "Per Validity Period"])]
    pub list_price_base: Option<String>,
    #[field(digits = "13, 9", filterable)]
    pub max_quantity: Option<Decimal>,
    #[field(digits = "13, 9", filterable)]
    pub min_quantity: Option<Decimal>,
    #[field(max = 100, required, filterable)]
    pub name: String,
    #[field(min = 1, filterable)]
    pub number_of_period: Option<i64>,
    #[field(values = ["EndOfSmoothingPeriod", "PerBillingPeriod"], filterable)]
    pub overage_calculation_option: Option<String>,
    #[field(values = ["NoCredit", "CreditBySpecificRate"], filterable)]
    pub overage_unused_units_credit_option: Option<String>,
    #[field(values = ["NoChange", "SpecificPercentageValue", "UseLatestProductCatalogPricing"], filterable)]
    pub price_change_option: Option<String>,
    #[field(values = ["FromTenantPercentageValue", "SpecificPercentageValue"], filterable)]
    pub price_increase_option: Option<String>,
    #[field(digits = "13, 9", filterable)]
    pub price_increase_percentage: Option<Decimal>,
    pub product_category: Option<String>,
    pub product_class: Option<String>,
    pub product_family: Option<String>,
    pub product_line: Option<String>,
    /// The plans and charges a discount applies to; all when left out.
    #[field(json)]
    pub product_discount_apply_detail_data: Option<Vec<DiscountApplyDetail>>,
    #[field(reference = "ProductRatePlan", fixed, filterable, sortable)]
    pub product_rate_plan_id: String,
    #[field(max = 100, unique, number = "PRPC-", sortable)]
    pub product_rate_plan_charge_number: Option<String>,
    #[field(values = ["ByBillingPeriod", "ByUsageStartDate", "ByUsageRecord", "ByUsageUpload", "ByGroupId"], filterable)]
    pub rating_group: Option<String>,
    #[field(max = 100)]
    pub recognized_revenue_account: Option<String>,
    #[field(max = 100)]
    pub revenue_recognition_rule_name: Option<String>,
    #[field(max = 70, filterable)]
    pub rev_rec_code: Option<String>,
    #[field(values = ["ContractEffectiveDate", "ServiceActivationDate", "CustomerAcceptanceDate"], filterable)]
    pub rev_rec_trigger_condition: Option<String>,
    #[field(values = ["RollingWindow", "Rollover"], filterable)]
    pub smoothing_model: Option<String>,
    #[field(min = 1, filterable)]
    pub specific_billing_period: Option<i64>,
    pub is_stacked_discount: Option<bool>,
    #[field(default = false, filterable)]
    pub taxable: bool,
    #[field(max = 64, filterable)]
    pub tax_code: Option<String>,
    #[field(values = ["TaxInclusive", "TaxExclusive"], filterable)]
    pub tax_mode: Option<String>,
    #[field(values = ["ContractEffective", "ServiceActivation", "CustomerAcceptance"], required, filterable)]
    pub trigger_event: String,
    #[field(object = "UOM", max = 25, filterable)]
    pub uom: Option<String>,
    #[field(min = 1, max = 65535, filterable)]
    pub up_to_periods: Option<i64>,
    #[field(values = ["Billing Periods", "Days", "Weeks", "Months", "Years"], filterable)]
    pub up_to_periods_type: Option<String>,
    #[field(values = ["EndOfBillingPeriod", "OnDemand"])]
    pub usage_record_rating_option: Option<String>,
    /// Of a discount: whether it has accounting codes of its own.
    #[field(filterable)]
    pub use_discount_specific_accounting_code: Option<bool>,
    #[field(filterable)]
    pub use_tenant_default_for_price_change: Option<bool>,
    #[field(values = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"])]
    pub weekly_bill_cycle_day: Option<String>,
    #[field(values = ["TimeBased", "ConsumptionBased", "FullCreditBack"])]
    pub credit_option: Option<String>,
    #[field(max = 32)]
    pub discount_class_id: Option<String>,
    #[field(digits = "13, 9")]
    pub drawdown_rate: Option<Decimal>,
    #[field(default = false, filterable, sortable)]
    pub is_prepaid: bool,
    #[field(default = false)]
    pub is_rollover: bool,
    #[field(min = 1, max = 200)]
    pub specific_list_price_base: Option<i64>,
    #[field(values = ["topup", "drawdown"])]
    pub prepaid_operation_type: Option<String>,
    #[field(digits = "13, 9")]
    pub prepaid_quantity: Option<Decimal>,
    #[field(digits = "13, 9")]
    pub prepaid_total_quantity: Option<Decimal>,
    pub proration_option: Option<String>,
    #[field(values = ["ApplyFirst", "ApplyLast"])]
    pub rollover_apply: Option<String>,
    pub rollover_periods: Option<i64>,
    pub rollover_period_length: Option<i64>,
    #[field(values = ["SUBSCRIPTION_TERM", "ANNUAL", "SEMI_ANNUAL", "QUARTER", "MONTH", "SPECIFIC_DAYS", "SPECIFIC_WEEKS", "SPECIFIC_MONTHS"])]
    pub validity_period_type: Option<String>,
    pub price_upsell_quantity_stacked: Option<bool>,
    #[field(max = 32)]
    pub delivery_schedule_id: Option<String>,
    #[field(values = ["RATEPLAN", "SUBSCRIPTION", "ACCOUNT"])]
    pub commitment_level: Option<String>,
    pub is_committed: Option<bool>,
    pub apply_to_billing_period_partially: Option<bool>,
    #[field(max = 200)]
    pub revenue_recognition_timing: Option<String>,
    #[field(max = 200)]
    pub revenue_amortization_method: Option<String>,
    pub optional: Option<bool>,
    #[field(values = ["ChargeStart", "TermStart", "TermEnd", "SpecificDate"])]
    pub validity_period_alignment: Option<String>,
    #[field(values = ["ProrateUnits", "NoProrate"])]
    pub validity_period_proration_option: Option<String>,
    pub specific_validity_period_length: Option<i64>,
    #[field(values = ["Day", "Month", "Quarter", "Annual"])]
    pub rollover_period_type: Option<String>,
    pub rollover_fund_priority: Option<i64>,
    #[field(values = ["ChargeEndDate", "SubscriptionTerm", "SpecificDate"])]
    pub rollover_end_date_type: Option<String>,
    pub fund_support_account_hierarchy: Option<bool>,
    pub drawdown_priority: Option<i64>,
    #[field(values = ["RATEPLAN", "SUBSCRIPTION", "ACCOUNT"])]
    pub drawdown_scope: Option<String>,
    #[field(values = ["UNIT", "CURRENCY"])]
    pub prepayment_unit_type: Option<String>,
    #[field(reference = "AccountingCode")]
    pub adjustment_liability_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub account_receivable_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub adjustment_revenue_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub contract_asset_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub contract_liability_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub contract_recognized_revenue_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub deferred_revenue_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub recognized_revenue_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub unbilled_receivables_accounting_code_id: Option<String>,
    pub drawdown_uom: Option<String>,
    pub prepaid_uom: Option<String>,
}
