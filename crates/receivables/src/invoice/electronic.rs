//! The states of an e-invoice (reference section 1.14).

use super::{Invoice, Status};
use crate::field::E_INVOICE;
use accrual_base::Result;

/// Where an e-invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EInvoice {
    Processing,
    Success,
    Failed,
    Skipped,
    ConditionalSuccess,
    ApprovedByAuthority,
    Rejected,
    RetrieveTimeout,
    CancelProcessing,
    Cancelled,
    CancelFailed,
    Generated,
}

impl EInvoice {
    pub const ALL: [Self; 12] = [
        Self::Processing,
        Self::Success,
        Self::Failed,
        Self::Skipped,
        Self::ConditionalSuccess,
        Self::ApprovedByAuthority,
        Self::Rejected,
        Self::RetrieveTimeout,
        Self::CancelProcessing,
        Self::Cancelled,
        Self::CancelFailed,
        Self::Generated,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped",
            Self::ConditionalSuccess => "ConditionalSuccess",
            Self::ApprovedByAuthority => "ApprovedByAuthority",
            Self::Rejected => "Rejected",
            Self::RetrieveTimeout => "RetrieveTimeout",
            Self::CancelProcessing => "CancelProcessing",
            Self::Cancelled => "Cancelled",
            Self::CancelFailed => "CancelFailed",
            Self::Generated => "Generated",
        }
    }

    /// Finds a state by its spelling.
    ///
    /// # Errors
    /// Rejects any other spelling.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            E_INVOICE.invalid(format!("Unknown state of an e-invoice; use one of {known}.")).with_value(name)
        })
    }

    /// What it may become next.
    fn next(self) -> &'static [Self] {
        use EInvoice::*;
        match self {
            Processing => &[Success, Failed, Skipped, ConditionalSuccess, ApprovedByAuthority, RetrieveTimeout, Generated],
            ApprovedByAuthority => &[Success, Rejected, RetrieveTimeout],
            RetrieveTimeout => &[Success, Failed, ConditionalSuccess, ApprovedByAuthority, Rejected],
            Failed | Generated => &[Processing],
            Success | ConditionalSuccess | CancelFailed => &[CancelProcessing],
            CancelProcessing => &[Cancelled, CancelFailed],
            Skipped | Rejected | Cancelled => &[],
        }
    }

    /// The file may be had.
    pub fn downloadable(self) -> bool {
        matches!(self, Self::Success | Self::ConditionalSuccess | Self::Generated)
    }

    /// The provider may be asked how it stands.
    pub fn may_sync(self) -> bool {
        matches!(self, Self::Processing | Self::ApprovedByAuthority | Self::RetrieveTimeout)
    }

    /// The invoice cannot be unposted before the e-invoice is canceled.
    pub fn stands(self) -> bool {
        !matches!(self, Self::Failed | Self::Skipped | Self::Rejected | Self::Cancelled)
    }
}

/// Checks the next state of the e-invoice of an invoice.
///
/// # Errors
/// Rejects an invoice that is not posted, and a step the provider cannot take.
pub fn check_e_invoice(invoice: &Invoice, from: Option<EInvoice>, to: EInvoice) -> Result<()> {
    if invoice.status != Status::Posted {
        return Err(E_INVOICE.rule("Only a posted invoice has an e-invoice.").with_value(invoice.status.name()));
    }
    let reached = match from {
        None => matches!(to, EInvoice::Processing | EInvoice::Skipped),
        Some(from) => from.next().contains(&to),
    };
    if reached {
        return Ok(());
    }
    let from = from.map_or("not begun", EInvoice::name);
    Err(E_INVOICE.rule(format!("The e-invoice is {from}; it cannot become {} next.", to.name())).with_value(to.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Item;
    use accrual_base::{Currency, Day};

    #[test]
    fn steps_of_a_provider() {
        let day = Day::from_ymd(2024, 1, 1);
        let items: Vec<Item> = Vec::new();
        let mut invoice = Invoice { currency: Currency::USD, status: Status::Posted, reversed: false, date: day, due: day, items };
        use EInvoice::*;
        for (from, to, fits) in [
            (None, Processing, true),
            (None, Success, false),
            (Some(Processing), ApprovedByAuthority, true),
            (Some(ApprovedByAuthority), Rejected, true),
            (Some(Rejected), Processing, false),
            (Some(Failed), Processing, true),
            (Some(Success), CancelProcessing, true),
            (Some(CancelFailed), CancelProcessing, true),
            (Some(Cancelled), Processing, false),
        ] {
            assert_eq!(check_e_invoice(&invoice, from, to).is_ok(), fits, "{from:?} {to:?}");
        }
        invoice.status = Status::Draft;
        assert_eq!(check_e_invoice(&invoice, None, Processing).unwrap_err().rejection().unwrap().code, "58491730");
        for state in EInvoice::ALL {
            assert_eq!(EInvoice::named(state.name()).unwrap(), state);
        }
        assert!(EInvoice::named("Done").is_err());
    }
}
