//! From JSON to a checked object.

use super::{Entry, Given};
use crate::billing::json::Json;
use crate::billing::models::{self, Field, Model, Type};
use accrual_base::error::Kind;
use accrual_base::{Day, Decimal, Error, Place, Result};
use accrual_model::{Rejection, suggest};

/// The most refusals one answer lists.
const MOST: usize = 20;

/// What becomes of a field that no model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is refused: the rule of the `/v1` operations.
    Refuse,
    /// It is left out: the rule of single objects unless the client asks otherwise.
    Ignore,
}

/// Checks a body against a type as the operations file writes it: a model, or a list of some. A list is answered as
/// the field `""` of an object.
///
/// # Errors
/// Everything that is wrong, each with its path: `body.type`, `body.unknown_field`, `body.required`, `body.length`,
/// `body.value`. A fault for a type there is not.
pub fn checked(shape: &'static str, json: &Json, unknown: Unknown) -> Result<Given> {
    match models::type_of(shape) {
        Type::Named(name) => check(name, json, unknown),
        kind => {
            let mut checker = Checker { unknown, wrong: Vec::new() };
            let entry = checker.value(&Spec { kind: &kind, most: None, values: &[] }, json, "");
            checker.done()?;
            Ok(Given { path: String::new(), entries: vec![(String::new(), entry.unwrap_or(Entry::Null))] })
        }
    }
}

/// Checks a body against a model.
///
/// # Errors
/// As [`checked`].
pub fn check(name: &str, json: &Json, unknown: Unknown) -> Result<Given> {
    let model = models::model(name).ok_or_else(|| Error::fault(format!("there is no model {name}")))?;
    let mut checker = Checker { unknown, wrong: Vec::new() };
    let given = checker.object(model, json, "");
    checker.done()?;
    given.ok_or_else(|| Error::fault("a body was neither read nor refused"))
}

struct Checker {
    unknown: Unknown,
    wrong: Vec<Rejection>,
}

/// What a value is checked against.
struct Spec<'s> {
    kind: &'s Type,
    most: Option<usize>,
    values: &'s [&'static str],
}

impl Checker {
    fn done(mut self) -> Result<()> {
        self.wrong.truncate(MOST);
        accrual_model::validate::combine(self.wrong)
    }

    fn refuse(&mut self, code: &'static str, path: &str, message: String, found: Option<&Json>) -> Option<Entry> {
        let value = found.filter(|f| !matches!(f, Json::Object(_) | Json::List(_)) && !secret(path)).map(shown);
        let column = (!path.is_empty()).then(|| path.to_owned());
        self.wrong.push(Rejection { code, kind: Kind::Invalid, message, place: Place { column, value, ..Place::default() } });
        None
    }

    fn object(&mut self, model: &Model, json: &Json, path: &str) -> Option<Given> {
        let Json::Object(members) = json else {
            let name = if path.is_empty() { "The body" } else { path };
            self.refuse("body.type", path, format!("{name} must be an object, not {}.", json.noun()), None);
            return None;
        };
        let mut entries = Vec::with_capacity(members.len());
        for (name, value) in members {
            let at = join(path, name);
            let entry = match model.field(name) {
                Some(field) => self.field(field, value, &at),
                None if model.open() => Some(Entry::Any(value.clone())),
                None if custom(name) => self.custom(value, &at),
                None if self.unknown == Unknown::Ignore => None,
                None => self.unknown_field(model, name, &at),
            };
            entries.extend(entry.map(|entry| (name.clone(), entry)));
        }
        for field in model.fields.iter().filter(|f| f.required && !members.iter().any(|(name, _)| name == f.name)) {
            self.refuse("body.required", &join(path, field.name), "This field is required.".to_owned(), None);
        }
        Some(Given { path: path.to_owned(), entries })
    }

    fn unknown_field(&mut self, model: &Model, name: &str, path: &str) -> Option<Entry> {
        let near = suggest::close(name, model.fields.iter().map(|f| f.name));
        let hint = match near.as_slice() {
            [] => "leave it out".to_owned(),
            near => format!("did you mean {}", suggest::list_or(near)),
        };
        let end = if near.is_empty() { '.' } else { '?' };
        self.refuse("body.unknown_field", path, format!("There is no such field; {hint}{end}"), None)
    }

    fn field(&mut self, field: &Field, json: &Json, path: &str) -> Option<Entry> {
        let blank = matches!(json, Json::Null) || matches!(json, Json::Text(text) if text.trim().is_empty());
        if field.required && blank {
            return self.refuse("body.required", path, "This field is required.".to_owned(), None);
        }
        self.value(&Spec { kind: &field.kind, most: field.most, values: &field.values }, json, path)
    }

    fn value(&mut self, spec: &Spec<'_>, json: &Json, path: &str) -> Option<Entry> {
        match (spec.kind, json) {
            (_, Json::Null) => Some(Entry::Null),
            (Type::Any, json) => Some(Entry::Any(json.clone())),
            (Type::Text | Type::Time, Json::Text(text)) => self.text(spec, text, path),
            (Type::Flag, Json::Bool(v)) => Some(Entry::Flag(*v)),
            (Type::Integer, Json::Number(text) | Json::Text(text)) => self.integer(text, json, path),
            (Type::Number, Json::Number(text) | Json::Text(text)) => self.number(text, json, path),
            (Type::Day, Json::Text(text)) if text.is_empty() => Some(Entry::Null),
            (Type::Day, Json::Text(text)) => match day(text) {
                Some(day) => Some(Entry::Day(day)),
                None => self.refuse("body.date", path, "A date that exists is written YYYY-MM-DD.".to_owned(), Some(json)),
            },
            (Type::List(_), Json::List(items)) if spec.most.is_some_and(|most| items.len() > most) => {
                let message = format!("The list has {} elements; at most {} are allowed.", items.len(), spec.most.unwrap_or_default());
                self.refuse("body.length", path, message, None)
            }
            (Type::List(kind), Json::List(items)) => Some(self.list(kind, spec, items, path)),
            (Type::Map(_), Json::Object(_)) => Some(Entry::Any(json.clone())),
            (Type::Named(name), json) => self.named(name, spec, json, path),
            (kind, json) => self.refuse("body.type", path, format!("This must be {}, not {}.", expected(kind), json.noun()), Some(json)),
        }
    }

    fn list(&mut self, kind: &Type, spec: &Spec<'_>, items: &[Json], path: &str) -> Entry {
        let of = Spec { kind, most: None, values: spec.values };
        let read = |(at, item): (usize, &Json)| self.value(&of, item, &format!("{path}[{at}]"));
        Entry::List(items.iter().enumerate().filter_map(read).collect())
    }

    fn named(&mut self, name: &'static str, spec: &Spec<'_>, json: &Json, path: &str) -> Option<Entry> {
        match models::model(name) {
            None => Some(Entry::Any(json.clone())),
            Some(model) if !model.values.is_empty() => {
                self.value(&Spec { kind: &Type::Text, most: spec.most, values: &model.values }, json, path)
            }
            Some(model) => self.object(model, json, path).map(Entry::Object),
        }
    }

    fn text(&mut self, spec: &Spec<'_>, text: &str, path: &str) -> Option<Entry> {
        let length = text.chars().count();
        if let Some(most) = spec.most.filter(|most| length > *most) {
            let message = format!("This is {length} characters long; at most {most} are allowed.");
            return self.refuse("body.length", path, message, Some(&Json::Text(text.to_owned())));
        }
        if !spec.values.is_empty() && !spec.values.contains(&text) {
            let message = format!("This must be one of: {}.", spec.values.join(", "));
            return self.refuse("body.value", path, message, Some(&Json::Text(text.to_owned())));
        }
        Some(Entry::Text(text.to_owned()))
    }

    fn integer(&mut self, text: &str, json: &Json, path: &str) -> Option<Entry> {
        match exact(text).filter(Decimal::is_integer).and_then(|d| d.normalize().to_string().parse().ok()) {
            Some(v) => Some(Entry::Integer(v)),
            None => self.refuse("body.type", path, "This must be a whole number.".to_owned(), Some(json)),
        }
    }

    fn number(&mut self, text: &str, json: &Json, path: &str) -> Option<Entry> {
        match exact(text) {
            Some(v) => Some(Entry::Number(v)),
            None => {
                let message = "This must be a decimal number of at most 28 digits.".to_owned();
                self.refuse("body.type", path, message, Some(json))
            }
        }
    }

    /// A custom field: its definition decides later what it takes; a structure it never takes.
    fn custom(&mut self, json: &Json, path: &str) -> Option<Entry> {
        match json {
            Json::Null => Some(Entry::Null),
            Json::Bool(v) => Some(Entry::Flag(*v)),
            Json::Text(v) => Some(Entry::Text(v.clone())),
            Json::Number(text) => self.number(text, json, path),
            Json::List(_) | Json::Object(_) => {
                self.refuse("body.type", path, format!("A custom field holds one value, not {}.", json.noun()), None)
            }
        }
    }
}

/// Whether a name is that of a field an administrator or an integration adds.
pub(super) fn custom(name: &str) -> bool {
    ["__c", "__NS", "__QT"].iter().any(|end| name.len() > end.len() && name.ends_with(end))
}

/// Whether a value must not be repeated in an answer, which may be kept: numbers of cards and bank accounts, passwords.
fn secret(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["card", "bankaccount", "iban", "securitycode", "password", "secret", "token"].iter().any(|word| path.contains(word))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn shown(json: &Json) -> String {
    let text = match json {
        Json::Text(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().take(80).collect()
}

fn expected(kind: &Type) -> &'static str {
    match kind {
        Type::Text | Type::Time => "a text",
        Type::Integer => "a whole number",
        Type::Number => "a decimal number",
        Type::Flag => "true or false",
        Type::Day => "a date written YYYY-MM-DD",
        Type::List(_) => "a list",
        Type::Map(_) | Type::Named(_) | Type::Any => "an object",
    }
}

/// A decimal, when none of its digits is lost. With an exponent too, as some writers send large and small ones.
fn exact(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) && text.bytes().any(|b| b.is_ascii_digit());
    if plain {
        return Decimal::from_str_exact(text).ok();
    }
    let scientific = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let (mantissa, _) = text.split_once(['e', 'E']).filter(|_| scientific)?;
    // none of the digits may fall off where the exponent moves them
    let given = Decimal::from_str_exact(mantissa).ok()?;
    let moved = Decimal::from_scientific(text).ok()?;
    let significant = |d: Decimal| d.normalize().mantissa().unsigned_abs().to_string().trim_end_matches('0').to_owned();
    (significant(given) == significant(moved)).then_some(moved)
}

/// `2015-12-01`, and `2015-12-1` as older samples write it.
fn day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut part = |length: std::ops::RangeInclusive<usize>| {
        let text = parts.next().filter(|t| length.contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit()))?;
        text.parse::<i32>().ok()
    };
    let (year, month, day) = (part(4..=4)?, part(1..=2)?, part(1..=2)?);
    Day::try_ymd(year, month, day).filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::json::read;
    use proptest::prelude::*;

    fn given(model: &str, body: &str) -> Result<Given> {
        check(model, &read(body.as_bytes())?, Unknown::Refuse)
    }

    /// Codes and paths of everything that is wrong.
    fn wrong(model: &str, body: &str) -> Vec<(&'static str, String)> {
        let error = given(model, body).unwrap_err();
        let r = error.rejection().unwrap();
        let all = if r.place.also.is_empty() { vec![r.clone()] } else { r.place.also.clone() };
        all.into_iter().map(|r| (r.code, r.place.column.unwrap_or_default())).collect()
    }

    const CONTACT: &str = r#""billToContact":{"firstName":"A","lastName":"B"}"#;

    #[test]
    fn a_good_body_is_read_with_its_types() {
        let body = format!(
            r#"{{"name":"A","currency":"USD","billCycleDay":"1","autoPay":false,"notes":null,"Region__c":"EU",
               "taxInfo":{{"exemptEffectiveDate":"2024-2-29"}},"additionalEmailAddresses":["a@b.c"],{CONTACT}}}"#
        );
        let given = given("CreateAccountRequest", &body).unwrap();
        assert_eq!((given.text("name"), given.integer("billCycleDay"), given.flag("autoPay")), (Some("A"), Some(1), Some(false)));
        assert!(given.empties("notes") && !given.says("crmId") && !given.empties("crmId"));
        assert_eq!(given.text("Region__c"), Some("EU"));
        let tax = given.part("taxInfo").unwrap();
        assert_eq!(tax.day("exemptEffectiveDate"), Day::try_ymd(2024, 2, 29));
        assert_eq!(tax.at("exemptEffectiveDate"), "taxInfo.exemptEffectiveDate");
        assert_eq!(given.texts("additionalEmailAddresses").collect::<Vec<_>>(), ["a@b.c"]);
    }

    #[test]
    fn everything_wrong_is_named_with_its_path() {
        let body = r#"{"name":"","currency":"USDX","billCycleDay":1.5,"autoPay":"yes","nmae":"A","batch":7,
            "billToContact":{"firstName":"A","zip":"1"},"taxInfo":{"exemptStatus":"Maybe","exemptEffectiveDate":"2023-02-29"},
            "additionalEmailAddresses":["a@b.c",5],"Region__c":[1]}"#;
        let expected = [
            ("body.required", "name"),
            ("body.length", "currency"),
            ("body.type", "billCycleDay"),
            ("body.type", "autoPay"),
            ("body.unknown_field", "nmae"),
            ("body.type", "batch"),
            ("body.unknown_field", "billToContact.zip"),
            ("body.required", "billToContact.lastName"),
            ("body.value", "taxInfo.exemptStatus"),
            ("body.date", "taxInfo.exemptEffectiveDate"),
            ("body.type", "additionalEmailAddresses[1]"),
            ("body.type", "Region__c"),
        ];
        let found = wrong("CreateAccountRequest", body);
        assert_eq!(found, expected.map(|(code, path)| (code, path.to_owned())));
    }

    #[test]
    fn a_body_is_an_object_and_lists_have_indices() {
        assert_eq!(wrong("CreateAccountRequest", "[]"), [("body.type", String::new())]);
        let items = r#"{"accountId":"1","invoiceDate":"2024-01-01","invoiceItems":[{"amount":"x","serviceStartDate":"2024-01-01"}]}"#;
        assert_eq!(wrong("CreateInvoiceRequest", items), [("body.type", "invoiceItems[0].amount".to_owned())]);
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        let number = |text: &str| exact(text).map(|d| d.to_string());
        assert_eq!(number("0.10").as_deref(), Some("0.10"));
        assert_eq!(number("9999999999999.999999999").as_deref(), Some("9999999999999.999999999"));
        assert_eq!(exact("1e3"), Some(Decimal::from(1_000)));
        assert_eq!(exact("1.5E-2"), Some(Decimal::new(15, 3)));
        for lost in
            ["1e-30", "1e30", "0.12345678901234567890123456789012", "99999999999999999999999999999999", "", "-", "1e", "1_000", "e5"]
        {
            assert_eq!(exact(lost), None, "{lost}");
        }
    }

    #[test]
    fn days_exist() {
        for good in ["2024-02-29", "2015-12-1", "2015-1-01"] {
            assert!(day(good).is_some(), "{good}");
        }
        for bad in [
            "2023-02-29",
            "2024-13-01",
            "24-01-01",
            "2024-01-01T00:00:00",
            "2024/01/01",
            "2024-1",
            "2024-01-001",
            "+024-01-01",
            "0000-01-01",
            "10000-01-01",
        ] {
            assert!(day(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_day_that_exists_or_none(text in "[0-9-]{0,12}") {
            if let Some(day) = day(&text) {
                let (y, m, d) = day.ymd();
                prop_assert_eq!(Day::try_ymd(y, m, d), Some(day));
            }
        }

        #[test]
        fn decimals_come_through_unharmed(whole in -9_999_999_999_999i64..9_999_999_999_999, part in 0u32..1_000_000_000) {
            let text = format!("{whole}.{part:09}");
            prop_assert_eq!(exact(&text).map(|d| d.to_string()), Some(text));
        }
    }
}
