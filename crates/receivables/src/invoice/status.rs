//! Status of an invoice and of its transfer (reference sections 1.3 and 1.4).

use crate::field::{STATUS, TRANSFER};
use accrual_base::Result;

/// The status of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Draft,
    Posted,
    Canceled,
    CancelInProgress,
    Generating,
    PendingForTax,
    Split,
}

impl Status {
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Posted, Self::Canceled, Self::CancelInProgress, Self::Generating, Self::PendingForTax, Self::Split];

    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Posted => "Posted",
            Self::Canceled => "Canceled",
            Self::CancelInProgress => "CancelInProgress",
            Self::Generating => "Generating",
            Self::PendingForTax => "PendingForTax",
            Self::Split => "Split",
        }
    }
    /// Finds a status by its spelling.
    ///
    /// # Errors
    /// Rejects any other spelling.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            STATUS.invalid(format!("Unknown invoice status; use one of {known}.")).with_value(name)
        })
    }
}

/// Whether a document has gone to an outside accounting system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    No,
    Processing,
    Yes,
    Error,
    Ignore,
}

impl Transfer {
    pub const ALL: [Self; 5] = [Self::No, Self::Processing, Self::Yes, Self::Error, Self::Ignore];

    pub fn name(self) -> &'static str {
        match self {
            Self::No => "No",
            Self::Processing => "Processing",
            Self::Yes => "Yes",
            Self::Error => "Error",
            Self::Ignore => "Ignore",
        }
    }
    /// Finds a value by its spelling.
    ///
    /// # Errors
    /// Rejects any other spelling.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.name() == name)
            .ok_or_else(|| TRANSFER.invalid("Use one of No, Processing, Yes, Error, Ignore.").with_value(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_go_both_ways() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()).unwrap(), status);
        }
        for transfer in Transfer::ALL {
            assert_eq!(Transfer::named(transfer.name()).unwrap(), transfer);
        }
        assert_eq!(Status::named("draft").unwrap_err().rejection().unwrap().code, "59210020");
        assert_eq!(Transfer::named("yes").unwrap_err().rejection().unwrap().code, "59210120");
    }
}
