//! Values by name, as placeholders find them.

use super::locale::{self, Locale};
use crate::template::{Filter, Path};
use accrual_base::currency::format_minor;
use accrual_base::{Currency, Day, Decimal, Result};

/// One value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Text(String),
    Date(Option<Day>),
    Number(Decimal),
    /// A price: at least the decimals of its currency, and those it has beyond them.
    Price(Decimal, Currency),
    /// Minor units.
    Money(i64, Currency),
    Currency(Currency),
    List(Vec<Data>),
    Record(Vec<(&'static str, Data)>),
    /// Known only when the pages are laid out.
    Page(PageValue),
}

/// What only the layout knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageValue {
    Number,
    Count,
}

impl Data {
    /// Whether a section of it is printed.
    pub fn is_something(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Date(day) => day.is_some(),
            Self::Number(number) | Self::Price(number, _) => !number.is_zero(),
            Self::Money(minor, _) => *minor != 0,
            Self::List(all) => !all.is_empty(),
            Self::Record(fields) => fields.iter().any(|(_, value)| value.is_something()),
            Self::Currency(_) | Self::Page(_) => true,
        }
    }

    fn field(&self, name: &str) -> Option<&Data> {
        match self {
            Self::Record(fields) => fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// The records around a place of the template, the innermost last.
pub(crate) struct Scope<'a>(pub Vec<&'a Data>);

impl<'a> Scope<'a> {
    /// What a name means here. The innermost record that knows the first part of the name decides.
    ///
    /// # Errors
    /// `document.template` at the place of the name, with the names that exist.
    pub fn find(&self, path: &Path) -> Result<&'a Data> {
        let Some(first) = path.names.first() else { return Err(path.at.refuse("A placeholder names a value.")) };
        let Some(mut found) = self.0.iter().rev().find_map(|record| record.field(first)) else {
            return Err(unknown(path, first, self.0.last().copied()));
        };
        for name in &path.names[1..] {
            found = found.field(name).ok_or_else(|| unknown(path, name, Some(found)))?;
        }
        Ok(found)
    }
}

fn unknown(path: &Path, name: &str, inside: Option<&Data>) -> accrual_base::Error {
    let known = match inside {
        Some(Data::Record(fields)) => format!(" Known here are {}.", fields.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")),
        Some(Data::List(_)) => " It is a list; its values stand inside a section of it.".to_owned(),
        _ => " It is a value and has no parts.".to_owned(),
    };
    path.at.refuse(format!("There is no {name} in {}.{known}", path.text()))
}

/// A value as it is printed.
///
/// # Errors
/// `document.template` when the value is a list or a record, or the function does not fit it.
pub(crate) fn print(value: &Data, filters: &[Filter], locale: Locale, path: &Path) -> Result<String> {
    let localised = filters.contains(&Filter::Localise);
    let written = |plain: &str| if localised { locale.number(plain) } else { plain.to_owned() };
    if filters.contains(&Filter::Symbol) && !matches!(value, Data::Currency(_)) {
        return Err(path.at.refuse(format!("{} is no currency; Symbol is a function of currencies.", path.text())));
    }
    Ok(match value {
        Data::Text(text) => text.clone(),
        Data::Date(None) | Data::Page(_) => String::new(),
        Data::Date(Some(day)) if localised => locale.date(*day),
        Data::Date(Some(day)) => day.to_string(),
        Data::Number(number) => written(&number.normalize().to_string()),
        Data::Price(price, currency) => {
            let mut price = price.normalize();
            if price.scale() < u32::from(currency.exponent()) {
                price.rescale(currency.exponent().into());
            }
            written(&price.to_string())
        }
        Data::Money(minor, currency) => written(&format_minor(*minor, currency.exponent())),
        Data::Currency(currency) if filters.contains(&Filter::Symbol) => locale::symbol(*currency).unwrap_or(currency.code()).to_owned(),
        Data::Currency(currency) => currency.code().to_owned(),
        Data::List(_) | Data::Record(_) => {
            return Err(path.at.refuse(format!("{} is not one value; print its parts, inside {{{{#{0}}}}}…{{{{/{0}}}}}.", path.text())));
        }
    })
}
