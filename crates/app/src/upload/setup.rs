//! What an upload needs to know of the tenant, read once at its start.

use crate::Tenant;
use crate::collection::policies::default_grouping;
use crate::collection::row_keys::KeyRules;
use accrual_base::error::Kind;
use accrual_base::{Currency, DateFormat, Error, PeriodId, Result};
use accrual_objects::accounting::Book;
use accrual_objects::administration::{KnownProfile, Organization, Profile};
use accrual_objects::revenue::{TemplateKind, UploadColumn, UploadTemplate};
use accrual_revenue::stage::StageContext;
use accrual_revenue::upload::{Columns, Family, Formula, Mapping, Safety, Template};
use accrual_store::nouns::typed;
use accrual_store::{Read, periods};

/// An organisation rows may belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: i64,
    /// What SEC_ATR_VAL says.
    pub number: String,
    /// Fills F_CUR of a line that names none.
    pub functional: Option<Currency>,
}

/// Template, profiles, organisations and rules of one upload.
#[derive(Clone, Debug)]
pub struct UploadSetup {
    pub template: Template,
    pub safety: Safety,
    /// Enabled organisations, at least one. With several, every row must name its own.
    pub organisations: Vec<Organisation>,
    pub rules: StageContext,
    /// What keys rows are planned by later; nothing when none can be made.
    pub(crate) keys: Option<KeyRules>,
}

impl UploadSetup {
    /// A template with the rules of a new tenant: one organisation, one book, US dollars.
    pub fn standard(template: Template, open: PeriodId) -> Self {
        Self {
            template,
            safety: Safety::default(),
            organisations: vec![Organisation { id: 1, number: "1".into(), functional: Some(Currency::USD) }],
            rules: StageContext::new(Currency::USD, open.start()),
            keys: None,
        }
    }
}

/// Reads the set-up for a template by its name.
///
/// # Errors
/// `upload.template_unknown`; `upload.setup` when no organisation or book is enabled or no period is open;
/// `NotBuilt` for a bundle template.
pub fn setup(tenant: &Tenant, template: &str) -> Result<UploadSetup> {
    tenant.store.read(|tx| {
        let template = named(tx, template)?;
        let (organisations, rules) = rules(tx)?;
        let safety = Safety {
            formula: match profile(tx, "ENABLE_CSV_DATA_SANITIZATION")?.as_str() {
                "SANITIZE" => Formula::Sanitize,
                "RAW" => Formula::Raw,
                _ => Formula::Block,
            },
            non_english: profile(tx, "UPLOAD_NON_ENGLISH_CHARS")? == "Y",
        };
        let open = PeriodId::of(rules.open);
        let keys = default_grouping(tx)?.map(|grouping| KeyRules::new(grouping, open));
        Ok(UploadSetup { template, safety, organisations, rules, keys })
    })
}

/// The enabled organisations, at least one, and the rules a row is judged by.
///
/// # Errors
/// `upload.setup` as of [`setup`].
pub(super) fn rules(tx: &mut dyn Read) -> Result<(Vec<Organisation>, StageContext)> {
    let books: Vec<_> = typed::all::<Book>(tx)?.into_iter().filter(|b| b.data.enabled).collect();
    let primary = books.iter().find(|b| b.data.primary_book).ok_or_else(|| incomplete("No primary book is enabled."))?.id;
    let reporting_code = profile(tx, "REPORTING_CURRENCY")?;
    let reporting = Currency::named(&reporting_code)
        .ok_or_else(|| incomplete(format!("The profile REPORTING_CURRENCY holds {reporting_code:?}, which is no currency.")))?;
    // a line without functional currency is kept in the reporting currency
    let organisation = |id: i64| Organisation { id, number: id.to_string(), functional: Some(reporting) };
    let organisations: Vec<_> =
        typed::all::<Organization>(tx)?.into_iter().filter(|o| o.data.enabled).map(|o| organisation(o.id)).collect();
    let first = organisations.first().ok_or_else(|| incomplete("No organisation is enabled."))?.id;
    let open = periods::open(tx, first, primary)?.ok_or_else(|| incomplete("No accounting period is open."))?;
    let books = books.iter().map(|b| b.id).collect();
    Ok((organisations, StageContext { books, ..StageContext::new(reporting, open.start()) }))
}

fn incomplete(why: impl std::fmt::Display) -> Error {
    Error::conflict("upload.setup", format!("{why} Correct the set-up before uploading."))
}

pub(crate) fn profile(tx: &mut dyn Read, name: &str) -> Result<String> {
    if let Some(profile) = typed::find::<Profile>(tx, "name", name)? {
        return Ok(profile.data.value);
    }
    let known = KnownProfile::named(name).ok_or_else(|| Error::fault(format!("there is no profile {name}")))?;
    Ok(known.default.to_owned())
}

fn named(tx: &mut dyn Read, name: &str) -> Result<Template> {
    if let Some(found) = typed::find::<UploadTemplate>(tx, "name", name.trim())? {
        return converted(&found.data);
    }
    let known: Vec<String> = typed::all::<UploadTemplate>(tx)?.into_iter().map(|t| t.data.name).collect();
    let message = format!("There is no upload template {name:?}; known are: {}.", known.join(", "));
    Err(Error::not_found("upload.template_unknown", message))
}

/// The template as the parser wants it.
fn converted(noun: &UploadTemplate) -> Result<Template> {
    let standard = match noun.kind {
        TemplateKind::Transaction => Template::standard(),
        TemplateKind::Event => Template::standard_events(),
        TemplateKind::Bundle => {
            let message = "Bundle configuration uploads are not built yet; use a transaction or event template.";
            return Err(Error::rejected(Kind::NotBuilt, "upload.bundle", message));
        }
    };
    let wrong = |what: &str| Error::conflict("upload.template", format!("The upload template {} has an unusable {what}.", noun.name));
    let columns = if noun.any_field { standard.columns } else { Columns::Mapped(mapping(standard.family, noun)?) };
    Ok(Template {
        name: noun.name.clone(),
        family: standard.family,
        enabled: noun.enabled,
        frozen: noun.frozen,
        separator: noun.separator.bytes().next().ok_or_else(|| wrong("separator"))?,
        start_row: u64::try_from(noun.start_row).map_err(|_| wrong("start row"))?,
        date_format: DateFormat::named(&noun.date_format).map_err(|_| wrong("date format"))?,
        columns,
    })
}

fn mapping(family: Family, noun: &UploadTemplate) -> Result<Vec<Mapping>> {
    let one = |column: &UploadColumn| {
        let field = family.fields().find(&column.field).ok_or_else(|| {
            let message = format!("The upload template {} maps {:?}, which is no field; correct the template.", noun.name, column.field);
            Error::conflict("upload.template", message).in_column(column.label.clone())
        })?;
        Ok(Mapping { label: column.label.clone(), field: field.id, count: column.count, sum: column.sum })
    };
    noun.mapping.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_objects::revenue::{ColumnType, FileType};
    use accrual_revenue::fields;

    fn noun() -> UploadTemplate {
        let column = |field: &str, label: &str| UploadColumn {
            sequence: 1,
            field: field.into(),
            label: label.into(),
            data_type: ColumnType::Character,
            count: false,
            sum: true,
        };
        UploadTemplate {
            name: "Semicolons".into(),
            kind: TemplateKind::Transaction,
            file_type: FileType::Text,
            separator: ";".into(),
            start_row: 3,
            date_format: "YYYY-MM-DD".into(),
            any_field: false,
            mapping: vec![column("EXT_SLL_PRC", "Netto")],
            grouping_template: None,
            frozen: false,
            enabled: true,
        }
    }

    #[test]
    fn a_template_is_taken_over_whole() {
        let t = converted(&noun()).unwrap();
        assert_eq!((t.separator, t.start_row, t.date_format, t.frozen, t.enabled), (b';', 3, DateFormat::YyyyMmDd, false, true));
        let map = Mapping { label: "Netto".into(), field: fields::EXT_SLL_PRC, count: false, sum: true };
        assert_eq!(t.columns, Columns::Mapped(vec![map]));
        let any = converted(&UploadTemplate { any_field: true, mapping: vec![], kind: TemplateKind::Event, ..noun() }).unwrap();
        assert_eq!((any.family, any.columns), (Family::Event, Template::standard_events().columns));
    }

    #[test]
    fn templates_that_cannot_work_say_why() {
        let code = |noun: UploadTemplate| converted(&noun).unwrap_err().rejection().unwrap().code;
        assert_eq!(code(UploadTemplate { kind: TemplateKind::Bundle, ..noun() }), "upload.bundle");
        assert_eq!(code(UploadTemplate { separator: String::new(), ..noun() }), "upload.template");
        assert_eq!(code(UploadTemplate { date_format: "D".into(), ..noun() }), "upload.template");
        let mut wrong = noun();
        wrong.mapping[0].field = "COLOUR".into();
        assert_eq!(code(wrong), "upload.template");
    }
}
