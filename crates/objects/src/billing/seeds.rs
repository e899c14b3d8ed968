//! What billing starts with.

use super::{
    AccountingCode, AccountingCodeType, CommunicationProfile, DEFAULT_SET, DocumentNumbers, PaymentTerm, ReasonCode, RecognitionModel,
    RevenueRecognitionRule, SequenceSet,
};
use crate::seed::{Seed, seed};
use accrual_base::Result;

/// The default sequence set and communication profile, payment terms, one accounting code a type that documents need, and
/// reasons of memos.
///
/// # Errors
/// A rejection when a seed breaks its own object's rules; a test rules that out.
pub fn defaults() -> Result<Vec<Seed>> {
    let numbers = |prefix: &str| DocumentNumbers { prefix: prefix.to_owned(), start_number: 1 };
    let set = SequenceSet {
        name: DEFAULT_SET.to_owned(),
        sequence_set_number: Some("SS-00000000".to_owned()),
        invoice: numbers("INV"),
        credit_memo: numbers("CM"),
        debit_memo: numbers("DM"),
        payment: Some(numbers("P-")),
        refund: Some(numbers("R-")),
    };
    let profile = CommunicationProfile {
        profile_name: "Default Profile".to_owned(),
        number: Some("CP-00000000".to_owned()),
        locale: "en_US".to_owned(),
        is_default: true,
        ..CommunicationProfile::default()
    };
    let mut all = vec![seed(&set)?, seed(&profile)?];
    for days in [0, 15, 30, 45, 60, 90] {
        all.push(seed(&PaymentTerm::net(days))?);
    }
    for (name, r#type) in [
        ("Accounts Receivable", AccountingCodeType::AccountsReceivable),
        ("On-Account", AccountingCodeType::OnAccountReceivable),
        ("Cash", AccountingCodeType::Cash),
        ("Customer Cash On Account", AccountingCodeType::CustomerCashOnAccount),
        ("Deferred Revenue", AccountingCodeType::DeferredRevenue),
        ("Sales Tax Payable", AccountingCodeType::SalesTaxPayable),
        ("Sales Revenue", AccountingCodeType::SalesRevenue),
        ("Sales Discounts", AccountingCodeType::SalesDiscounts),
        ("Bad Debt", AccountingCodeType::BadDebt),
    ] {
        let category = Some(r#type.category());
        all.push(seed(&AccountingCode { name: name.to_owned(), r#type, category, ..AccountingCode::default() })?);
    }
    all.extend(recognition_rules()?);
    for name in [
        "Invoice reversal",
        "Write-off",
        "Credit memo reversal",
        "Standalone Adjustment",
        "Customer Satisfaction",
        "Correcting invoice error",
    ] {
        all.push(seed(&ReasonCode { name: name.to_owned(), active: true })?);
    }
    Ok(all)
}

/// A rule for every model; of the monthly one the kind that prorates.
fn recognition_rules() -> Result<Vec<Seed>> {
    use RecognitionModel::{Daily, Manually, Monthly, SpecificDate, Unlimited, UponInvoicing};
    [
        ("Recognize upon invoicing", UponInvoicing),
        ("Recognize daily over time", Daily),
        ("Recognize monthly over time", Monthly),
        ("Recognize on specific date", SpecificDate),
        ("Custom - Manual distribution", Manually),
        ("Custom - Unlimited recognition", Unlimited),
    ]
    .into_iter()
    .map(|(name, recognition_model)| {
        let distribution_type = (recognition_model == Monthly).then(|| "Monthly Distribution (Proration by Days)".to_owned());
        seed(&RevenueRecognitionRule {
            name: name.to_owned(),
            recognition_model,
            distribution_type,
            active: true,
            ..RevenueRecognitionRule::default()
        })
    })
    .collect()
}
