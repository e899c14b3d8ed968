//! How billing documents look, and who sends them.

use accrual_model::Object;

/// A template of billing documents: a small HTML with placeholders (see the reference of document templates). An
/// invoice names its template, or its account does; otherwise the default one of its type counts.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct BillingDocumentTemplate {
    #[field(unique, max = 255, required, sortable)]
    pub name: String,
    #[field(max = 255)]
    pub description: Option<String>,
    #[field(values = ["Invoice", "CreditMemo", "DebitMemo"], default = "Invoice", fixed, filterable)]
    pub document_type: String,
    /// Counts for documents that name no template. One of a type is.
    #[field(default = false, filterable)]
    pub is_default: bool,
    /// The template itself. One that no document could be made with is refused with line and column.
    #[field(max = 500000, required)]
    pub content: String,
}

/// Who bills: what documents and mails say of the sender. There is one record; where it says nothing, the name of the
/// tenant stands.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CompanyProfile {
    /// Always `Company`.
    #[field(unique, fixed, max = 40, values = ["Company"], default = "Company")]
    pub profile: String,
    #[field(max = 255, required)]
    pub company_name: String,
    #[field(max = 255)]
    pub address1: Option<String>,
    #[field(max = 255)]
    pub address2: Option<String>,
    #[field(max = 100)]
    pub city: Option<String>,
    #[field(max = 100)]
    pub state: Option<String>,
    #[field(max = 20)]
    pub postal_code: Option<String>,
    #[field(max = 64)]
    pub country: Option<String>,
    #[field(max = 50)]
    pub tax_id: Option<String>,
    #[field(max = 40)]
    pub phone: Option<String>,
    /// Sender of mails.
    #[field(max = 80)]
    pub email: Option<String>,
}

impl CompanyProfile {
    /// The one record.
    pub const PROFILE: &'static str = "Company";
}
