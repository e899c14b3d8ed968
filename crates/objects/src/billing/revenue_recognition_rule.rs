//! Recognition rules.

use super::refused;
use accrual_model::{Object, Rejection, TextEnum};

/// When a rule recognises revenue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum RecognitionModel {
    /// In full on the date of the document.
    #[default]
    #[text("UponInvoicing")]
    UponInvoicing,
    /// By the days of the service period.
    #[text("Daily")]
    Daily,
    /// By the months of the service period.
    #[text("Monthly")]
    Monthly,
    /// In full on the day the service starts.
    #[text("SpecificDate")]
    SpecificDate,
    /// By hand: everything stands in Open-Ended first.
    #[text("Manually")]
    Manually,
    /// No schedule by itself, any number of them by request.
    #[text("Unlimited")]
    Unlimited,
}

/// A rule that turns a posted item into a revenue schedule (reference section 6.8 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = RevenueRecognitionRule::rules)]
pub struct RevenueRecognitionRule {
    /// What charges and items call it by.
    #[field(required, unique, sortable, max = 50)]
    pub name: String,
    #[field(fixed, filterable)]
    pub recognition_model: RecognitionModel,
    /// Of the model Monthly: how partial months take part.
    #[field(
        values = ["Monthly Distribution (Back Load)", "Monthly Distribution (Front Load)", "Monthly Distribution (Proration by Days)"],
        fixed
    )]
    pub distribution_type: Option<String>,
    #[field(max = 255)]
    pub description: Option<String>,
    /// Only an active rule may be given to charges and items; schedules of an inactive one stay.
    #[field(default = true, filterable)]
    pub active: bool,
    /// A schedule follows it.
    #[field(default = false, read_only)]
    pub used: bool,
}

impl RevenueRecognitionRule {
    fn rules(&self) -> Vec<Rejection> {
        match (self.recognition_model, &self.distribution_type) {
            (RecognitionModel::Monthly, None) => {
                let why = "A rule that recognises by months says how partial months take part.";
                vec![refused("revenue_recognition_rule.distribution_type", "distribution_type", why)]
            }
            (RecognitionModel::Monthly, Some(_)) | (_, None) => Vec::new(),
            (_, Some(_)) => {
                let why = "Only a rule that recognises by months has a distribution type; leave it out.";
                vec![refused("revenue_recognition_rule.distribution_type", "distribution_type", why)]
            }
        }
    }
}
