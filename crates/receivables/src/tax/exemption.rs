//! Exemption of an account (reference section 4.3).

use accrual_base::Day;

/// The status of an account's exemption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExemptionStatus {
    Yes,
    #[default]
    No,
    /// Taxed like `No` until it is verified.
    PendingVerification,
}

/// The exemption of an account with its dates, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exemption {
    pub status: ExemptionStatus,
    pub effective: Option<Day>,
    pub expires: Option<Day>,
}

impl Exemption {
    /// True when nothing is charged on that day; the tax is then reported as exempt amount.
    pub fn holds(&self, day: Day) -> bool {
        self.status == ExemptionStatus::Yes && self.effective.is_none_or(|d| d <= day) && self.expires.is_none_or(|d| day <= d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_verified_exemption_within_its_dates() {
        let (start, end) = (Day::from_ymd(2024, 1, 1), Day::from_ymd(2024, 12, 31));
        let exemption = Exemption { status: ExemptionStatus::Yes, effective: Some(start), expires: Some(end) };
        assert!(exemption.holds(start) && exemption.holds(end));
        assert!(!exemption.holds(start.plus(-1)) && !exemption.holds(end.plus(1)));
        assert!(!Exemption { status: ExemptionStatus::PendingVerification, ..exemption }.holds(start));
        assert!(!Exemption::default().holds(start));
    }
}
