//! Billing documents: what they say ([`Document`]), and how they become files ([`DocumentRenderer`]).

pub(crate) mod data;
mod fields;
pub(crate) mod locale;
mod model;

pub use crate::pdf::FontFile;
pub use model::{Document, Item, Kind, Party, Tax};

use crate::layout;
use crate::pdf::{self, fonts};
use crate::template::parse;
use accrual_base::{Error, Result};
use data::Scope;
use locale::Locale;

/// The template that ships with Accrual. It fits every kind of document once its root is named.
const STANDARD: &str = include_str!("standard.html");

/// The template a new tenant starts with.
pub fn standard_template(kind: Kind) -> String {
    let (number, date, items, label) = match kind {
        Kind::Invoice => ("InvoiceNumber", "InvoiceDate", "InvoiceItems", "Invoice"),
        Kind::CreditMemo => ("MemoNumber", "MemoDate", "CreditMemoItems", "Credit memo"),
        Kind::DebitMemo => ("MemoNumber", "MemoDate", "DebitMemoItems", "Debit memo"),
    };
    let root = format!("{}.", kind.name());
    [("@LABEL", label), ("@NUMBER", number), ("@DATE", date), ("@ITEMS", items), ("@.", root.as_str())]
        .into_iter()
        .fold(STANDARD.to_owned(), |text, (mark, name)| text.replace(mark, name))
}

/// Refuses a template that no document of this kind could be made with. Which characters a font has does not matter here:
/// fonts are added to a server, templates are written once.
///
/// # Errors
/// `document.template` with line and column; `document.layout`.
pub fn check(template: &str, kind: Kind) -> Result<()> {
    let (template, sample) = (parse(template)?, fields::sample(kind));
    let data = fields::of(&sample);
    let (scope, locale) = (Scope(vec![&data]), Locale::named(&sample.locale));
    layout::check(&template.title, &scope, locale)?;
    layout::check(&template.body, &scope, locale)?;
    if let Some(footer) = &template.footer {
        layout::check(&footer.children, &scope, locale)?;
    }
    match layout::pages(&template, &data, locale, &fonts::measured(&FontFile::built_in())?) {
        Err(Error::Rejected(why)) if matches!(why.code, "document.character" | "document.script") => Ok(()),
        laid_out => laid_out.map(drop),
    }
}

/// Makes files of documents.
pub trait DocumentRenderer: Send + Sync {
    /// The document as PDF. The same document and template give the same bytes.
    ///
    /// # Errors
    /// As [`check`]; `document.character` and `document.script` when the document holds a character that no font can show;
    /// `document.layout` when a part of it is higher than a page.
    fn render(&self, template: &str, document: &Document) -> Result<Vec<u8>>;
}

/// Renders PDF without any program or service beside it.
pub struct PdfRenderer {
    fonts: Vec<FontFile>,
}

impl Default for PdfRenderer {
    fn default() -> Self {
        Self { fonts: FontFile::built_in().into() }
    }
}

impl PdfRenderer {
    /// With fonts for characters the built-in ones lack, asked in this order.
    #[must_use]
    pub fn with_fonts(more: impl IntoIterator<Item = FontFile>) -> Self {
        Self { fonts: FontFile::built_in().into_iter().chain(more).collect() }
    }
}

impl DocumentRenderer for PdfRenderer {
    fn render(&self, template: &str, document: &Document) -> Result<Vec<u8>> {
        let template = parse(template)?;
        let data = fields::of(document);
        let (title, pages) = layout::pages(&template, &data, Locale::named(&document.locale), &fonts::measured(&self.fonts)?)?;
        pdf::write(title, &document.locale, template.page, &pages, &self.fonts)
    }
}
