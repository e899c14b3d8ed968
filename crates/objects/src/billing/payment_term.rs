//! When invoices are due.

use super::refused;
use accrual_model::{Object, Rejection, TextEnum};

/// How the due day follows from the invoice day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum PaymentTermType {
    /// So many days later.
    #[default]
    #[text("NetPaymentTerm")]
    Net,
    /// On a day of a later month.
    #[text("ProxPaymentTerm")]
    Proximo,
}

/// When invoices are due (reference section 1.9 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = PaymentTerm::rules)]
pub struct PaymentTerm {
    #[field(required, unique, fixed, sortable, max = 100)]
    pub name: String,
    #[field(default = "NetPaymentTerm", filterable)]
    pub r#type: PaymentTermType,
    /// Net: days from the invoice day. Proximo: months.
    #[field(default = 0, min = 0, max = 3650)]
    pub interval_number: i64,
    /// Proximo: the due day of the month; 31 is its end.
    #[field(min = 1, max = 31)]
    pub payment_due_day: Option<i64>,
    /// Proximo: invoices after this day of the month are due a month later; 31 is its end.
    #[field(min = 1, max = 31)]
    pub invoice_cutoff_day: Option<i64>,
    #[field(default = false, filterable)]
    pub is_default: bool,
    #[field(default = true, filterable)]
    pub is_active: bool,
}

impl PaymentTerm {
    /// `Net 30`, or `Due Upon Receipt` for 0 days.
    pub(super) fn net(days: i64) -> Self {
        let name = if days == 0 { "Due Upon Receipt".to_owned() } else { format!("Net {days}") };
        Self { name, interval_number: days, is_default: days == 0, is_active: true, ..Self::default() }
    }

    fn rules(&self) -> Vec<Rejection> {
        let days = (self.payment_due_day, self.invoice_cutoff_day);
        match (self.r#type, days) {
            (PaymentTermType::Proximo, (Some(_), Some(_))) | (PaymentTermType::Net, (None, None)) => Vec::new(),
            (PaymentTermType::Proximo, _) => {
                vec![refused("payment_term.days", "payment_due_day", "A proximo term has a cut-off day and a due day.")]
            }
            (PaymentTermType::Net, _) => {
                vec![refused("payment_term.days", "payment_due_day", "A net term has neither cut-off nor due day.")]
            }
        }
    }
}
