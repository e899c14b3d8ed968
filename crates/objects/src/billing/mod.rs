//! The nouns of billing: who is billed, what is sold, and what documents and books need.
//!
//! Field names are those of the billing API in each of its dialects. Nested bodies of the REST operations are not
//! declared here: the verbs put them together.

mod account;
mod accounting_code;
mod accounting_period;
mod accounting_rules;
mod batch;
mod billing_rules;
mod catalog_group;
mod charge_model;
mod charge_rules;
mod communication_profile;
mod contact;
mod contact_snapshot;
mod credit_memo;
mod credit_memo_application;
mod credit_memo_item;
mod custom_exchange_rate;
mod custom_field_definition;
mod document_template;
mod email_history;
mod file;
mod invoice;
mod invoice_item;
mod journal_entry;
mod payment_term;
mod product;
mod product_rate_plan;
mod product_rate_plan_charge;
mod product_rate_plan_charge_tier;
mod reason_code;
pub mod regions;
mod revenue_event;
mod revenue_event_type;
mod revenue_recognition_rule;
mod revenue_schedule;
mod seeds;
mod sequence_set;
mod tax;
mod taxation_item;
mod trial_balance_item;

pub use account::{Account, AccountStatus};
pub use accounting_code::{AccountingCode, AccountingCodeCategory, AccountingCodeStatus, AccountingCodeType};
pub use accounting_period::{AccountingPeriod, OPEN_ENDED, PeriodStatus};
pub use accounting_rules::{AccountingRules, RevenueAutomationStart};
pub use batch::Batch;
pub use billing_rules::{BILLING_RULES, BillingRules, InclusiveTaxRule, MirrorItems, RoundingMode, TaxDateBasis, WriteOffAllocation};
pub use catalog_group::{CatalogGroup, CatalogGroupPlan, CatalogGroupType, ExternalRatePlanId};
pub use charge_model::{ChargeModel, ChargeType, Pricing};
pub use communication_profile::CommunicationProfile;
pub use contact::Contact;
pub use contact_snapshot::ContactSnapshot;
pub use credit_memo::{CreditMemo, MemoStatus};
pub use credit_memo_application::{CreditMemoApplication, CreditMemoPart};
pub use credit_memo_item::{CreditMemoItem, CreditTaxationItem};
pub use custom_exchange_rate::CustomExchangeRate;
pub use custom_field_definition::{CustomFieldDefinition, CustomFieldType};
pub use document_template::{BillingDocumentTemplate, CompanyProfile};
pub use email_history::{EmailHistory, EmailStatus};
pub use file::{Attachment, File, InvoiceFile};
pub use invoice::{CustomRate, Invoice, InvoiceSourceType, InvoiceStatus};
pub use invoice_item::{InvoiceItem, ProcessingType};
pub use journal_entry::{JournalEntry, JournalEntryItem, JournalEntryStatus};
pub use payment_term::{PaymentTerm, PaymentTermType};
pub use product::Product;
pub use product_rate_plan::ProductRatePlan;
pub use product_rate_plan_charge::{ConfigurationItem, DiscountApplyDetail, ProductRatePlanCharge};
pub use product_rate_plan_charge_tier::{PriceFormat, ProductRatePlanChargeTier};
pub use reason_code::ReasonCode;
pub use revenue_event::{RevenueEvent, RevenueEventItem};
pub use revenue_event_type::RevenueEventType;
pub use revenue_recognition_rule::{RecognitionModel, RevenueRecognitionRule};
pub use revenue_schedule::{RevenueSchedule, RevenueScheduleItem};
pub use seeds::defaults;
pub use sequence_set::{DEFAULT_SET, DocumentNumbers, SequenceSet, prefix_fault};
pub use tax::{Tax, TaxCode, TaxRate, TaxRatePeriod, TaxRateType};
pub use taxation_item::TaxationItem;
pub use trial_balance_item::TrialBalanceItem;

use accrual_base::Result;
use accrual_model::validate::refused;
use accrual_model::{Descriptor, Object, Registry};

/// Every noun of billing, in the order in which references allow them to be created. Accounts and their contacts
/// refer to each other.
pub fn descriptors() -> Vec<&'static Descriptor> {
    vec![
        CustomFieldDefinition::descriptor(),
        SequenceSet::descriptor(),
        CommunicationProfile::descriptor(),
        PaymentTerm::descriptor(),
        AccountingCode::descriptor(),
        AccountingPeriod::descriptor(),
        TaxCode::descriptor(),
        TaxRatePeriod::descriptor(),
        TaxRate::descriptor(),
        CustomExchangeRate::descriptor(),
        Account::descriptor(),
        Contact::descriptor(),
        ContactSnapshot::descriptor(),
        Product::descriptor(),
        ProductRatePlan::descriptor(),
        ProductRatePlanCharge::descriptor(),
        ProductRatePlanChargeTier::descriptor(),
        CatalogGroup::descriptor(),
        CatalogGroupPlan::descriptor(),
        ExternalRatePlanId::descriptor(),
        BillingRules::descriptor(),
        ReasonCode::descriptor(),
        Invoice::descriptor(),
        InvoiceItem::descriptor(),
        TaxationItem::descriptor(),
        CreditMemo::descriptor(),
        CreditMemoItem::descriptor(),
        CreditTaxationItem::descriptor(),
        CreditMemoApplication::descriptor(),
        CreditMemoPart::descriptor(),
        AccountingRules::descriptor(),
        RevenueAutomationStart::descriptor(),
        RevenueRecognitionRule::descriptor(),
        RevenueEventType::descriptor(),
        RevenueSchedule::descriptor(),
        RevenueScheduleItem::descriptor(),
        RevenueEvent::descriptor(),
        RevenueEventItem::descriptor(),
        TrialBalanceItem::descriptor(),
        JournalEntry::descriptor(),
        JournalEntryItem::descriptor(),
        File::descriptor(),
        Attachment::descriptor(),
        InvoiceFile::descriptor(),
        EmailHistory::descriptor(),
    ]
}

/// [`descriptors`] by name.
///
/// # Errors
/// A rejection when a declaration is not sound; a test rules that out.
pub fn registry() -> Result<Registry> {
    super::collect(descriptors())
}

#[cfg(test)]
mod tests;
