//! The billing rules of a tenant.

use super::refused;
use accrual_base::Currency;
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The one record there is.
pub const BILLING_RULES: &str = "Billing Rules";

/// How amounts are rounded (reference section 4.4 of receivables and accounting).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum RoundingMode {
    #[default]
    HalfUp,
    Up,
    Down,
}

/// Which figure of a tax-inclusive amount is rounded; the other is the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum InclusiveTaxRule {
    #[default]
    RoundingNetAmount,
    RoundingTaxAmount,
}

/// Whether memos made from an invoice mirror its discounts and its lines of zero (section 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum MirrorItems {
    #[default]
    Yes,
    #[text("Yes but do not create for zero balance invoice items")]
    YesButNotZero,
    No,
}

/// How an amount without items is spread over items (section 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum WriteOffAllocation {
    #[default]
    Proration,
    #[text("FIFO")]
    Fifo,
}

/// Which date of an item its tax rates are looked up by (section 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaxDateBasis {
    #[default]
    DocumentDate,
    ServiceStartDate,
    ServiceEndDate,
}

/// What a tenant has decided about billing; a tenant without the record has the defaults.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(text_id, plural = "billing-rules", rules = BillingRules::rules)]
pub struct BillingRules {
    #[field(required, unique, fixed, max = 40, default = "Billing Rules")]
    pub name: String,
    /// ISO 4217. The currency of the books; without one no home amounts are kept. It never changes.
    #[field(max = 3)]
    pub home_currency: Option<String>,
    /// Currencies accounts and documents may use besides that of the account.
    #[field(json)]
    pub active_currencies: Option<Vec<String>>,
    #[field(default = "Half Up")]
    pub rounding_mode: RoundingMode,
    /// By currency, in minor units: 5 for 0.05 CHF.
    #[field(json)]
    pub rounding_increments: Option<BTreeMap<String, i64>>,
    #[field(default = "Rounding Net Amount")]
    pub inclusive_tax_rule: InclusiveTaxRule,
    /// Tax-inclusive amounts are carved out at the minor unit even where the currency rounds to an increment.
    #[field(default = false)]
    pub carve_tax_to_the_unit: bool,
    /// The odd cent between the tax of a group of items and the tax on their sum goes to the last of them.
    #[field(default = false)]
    pub redistribute_tax: bool,
    /// By country of the sold-to contact; the document date for those not named.
    #[field(json)]
    pub tax_dates: Option<BTreeMap<String, TaxDateBasis>>,
    #[field(default = "Yes")]
    pub mirror_invoice_items: MirrorItems,
    #[field(default = "Proration")]
    pub write_off_allocation: WriteOffAllocation,
    #[field(default = false)]
    pub allow_invoice_splitting: bool,
    /// Contacts, term and sequence set of the account are written on standalone invoices that bring none.
    #[field(default = false)]
    pub copy_billing_attributes: bool,
    /// Contacts are kept as they were when a document is posted.
    #[field(default = true)]
    pub preserve_contact_snapshots: bool,
    /// Write-offs by items, in part and without impact on revenue.
    #[field(default = false)]
    pub enhanced_write_off: bool,
    /// Posted documents may become drafts again.
    #[field(default = false)]
    pub cancel_posted_documents: bool,
    /// Drafts have temporary numbers; the formal ones are given when they are posted, without gaps.
    #[field(default = false)]
    pub number_upon_posting: bool,
}

impl Default for BillingRules {
    fn default() -> Self {
        Self {
            name: BILLING_RULES.to_owned(),
            home_currency: None,
            active_currencies: None,
            rounding_mode: RoundingMode::HalfUp,
            rounding_increments: None,
            inclusive_tax_rule: InclusiveTaxRule::RoundingNetAmount,
            carve_tax_to_the_unit: false,
            redistribute_tax: false,
            tax_dates: None,
            mirror_invoice_items: MirrorItems::Yes,
            write_off_allocation: WriteOffAllocation::Proration,
            allow_invoice_splitting: false,
            copy_billing_attributes: false,
            preserve_contact_snapshots: true,
            enhanced_write_off: false,
            cancel_posted_documents: false,
            number_upon_posting: false,
        }
    }
}

impl BillingRules {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        let mut check = |field, code: &str| {
            if Currency::named(code).is_none() {
                wrong.push(refused("billing_rules.currency", field, format!("{code:?} is no currency of ISO 4217, in upper case.")));
            }
        };
        self.home_currency.iter().for_each(|code| check("home_currency", code));
        self.active_currencies.iter().flatten().for_each(|code| check("active_currencies", code));
        self.rounding_increments.iter().flat_map(BTreeMap::keys).for_each(|code| check("rounding_increments", code));
        if self.rounding_increments.iter().flat_map(BTreeMap::values).any(|increment| *increment < 1) {
            wrong.push(refused("billing_rules.increment", "rounding_increments", "A rounding increment is 1 minor unit or more."));
        }
        wrong
    }
}
