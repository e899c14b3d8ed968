//! Refusals of the billing interface: categories, their statuses, and the eight-digit codes made of them.

use crate::table::Operation;
use accrual_base::Error;
use accrual_base::error::{Kind, Rejection};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Resource of a refusal that names none.
const UNSPECIFIED: u32 = 500_000;
/// Outside the scheme: bad credentials.
pub const BAD_CREDENTIALS: u32 = 90_000_011;
/// Seconds after which a client that met the concurrency limit may ask again.
pub const CONCURRENCY_PAUSE: u32 = 120;

/// The last two digits of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Permission,
    Authentication,
    Invalid,
    UnknownField,
    MissingField,
    MissingParameter,
    QueryParameter,
    Rule,
    NotFound,
    Unsupported,
    Locked,
    Internal,
    Temporary,
    Limit,
    Malformed,
    Integration,
}

impl Category {
    pub const ALL: [Self; 16] = [
        Self::Permission,
        Self::Authentication,
        Self::Invalid,
        Self::UnknownField,
        Self::MissingField,
        Self::MissingParameter,
        Self::QueryParameter,
        Self::Rule,
        Self::NotFound,
        Self::Unsupported,
        Self::Locked,
        Self::Internal,
        Self::Temporary,
        Self::Limit,
        Self::Malformed,
        Self::Integration,
    ];

    pub fn number(self) -> u32 {
        match self {
            Self::Permission => 10,
            Self::Authentication => 11,
            Self::Invalid => 20,
            Self::UnknownField => 21,
            Self::MissingField => 22,
            Self::MissingParameter => 23,
            Self::QueryParameter => 27,
            Self::Rule => 30,
            Self::NotFound => 40,
            Self::Unsupported => 45,
            Self::Locked => 50,
            Self::Internal => 60,
            Self::Temporary => 61,
            Self::Limit => 70,
            Self::Malformed => 90,
            Self::Integration => 99,
        }
    }

    pub fn status(self) -> StatusCode {
        match self {
            Self::Permission => StatusCode::FORBIDDEN,
            Self::Authentication => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unsupported => StatusCode::METHOD_NOT_ALLOWED,
            Self::Locked => StatusCode::CONFLICT,
            Self::Internal | Self::Temporary | Self::Integration => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Limit => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The word older object calls use in its place.
    pub fn word(self) -> &'static str {
        match self {
            Self::Permission => "API_DISABLED",
            Self::Authentication => "INVALID_SESSION",
            Self::UnknownField => "INVALID_FIELD",
            Self::MissingField | Self::MissingParameter => "MISSING_REQUIRED_VALUE",
            Self::NotFound => "INVALID_ID",
            Self::Locked => "LOCK_COMPETITION",
            Self::Internal => "UNKNOWN_ERROR",
            Self::Temporary => "TEMPORARY_ERROR",
            Self::Limit => "REQUEST_EXCEEDED_LIMIT",
            Self::Integration => "TRANSACTION_FAILED",
            Self::Unsupported => "INVALID_TYPE",
            Self::Invalid | Self::QueryParameter | Self::Rule | Self::Malformed => "INVALID_VALUE",
        }
    }
}

/// The code of a resource and a category: six digits and two.
pub fn code(resource: u32, category: Category) -> u32 {
    resource * 100 + category.number()
}

/// Who refuses: what stands before the operations answers in shapes and with statuses of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Gateway,
    Operation,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub category: Category,
    pub code: u32,
    /// The word of older object calls.
    pub word: &'static str,
    pub status: StatusCode,
    pub message: String,
    /// Code and text of each thing that is wrong, when there are several.
    pub reasons: Vec<(u32, String)>,
    pub field: Option<String>,
    pub origin: Origin,
    pub retry_after: Option<u32>,
}

impl Refusal {
    pub fn new(category: Category, message: impl Into<String>) -> Self {
        Self {
            category,
            code: code(UNSPECIFIED, category),
            word: category.word(),
            status: category.status(),
            message: message.into(),
            reasons: Vec::new(),
            field: None,
            origin: Origin::Operation,
            retry_after: None,
        }
    }
    /// With another status than that of the category; such a status holds under every version.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, origin: Origin::Gateway, ..self }
    }
    /// A refusal before the operation.
    pub fn at_gateway(self) -> Self {
        Self { origin: Origin::Gateway, ..self }
    }
    /// Bad or missing credentials. The text is the same whatever was wrong.
    pub fn unauthenticated() -> Self {
        Self { code: BAD_CREDENTIALS, ..Self::new(Category::Authentication, "Authentication error") }.at_gateway()
    }
    /// A known operation without code behind it: 501 under every version.
    pub fn not_built(operation: &Operation) -> Self {
        let text = format!("{} {} is known but not built yet.", operation.method.name(), operation.path);
        Self::new(Category::Unsupported, text).with_status(StatusCode::NOT_IMPLEMENTED)
    }
    /// A path or a method that no operation has: 404 or 405 under every version.
    pub fn stray(error: &Error) -> Self {
        let unknown = error.rejection().is_some_and(|r| r.kind == Kind::NotFound);
        let category = if unknown { Category::NotFound } else { Category::Unsupported };
        Self::new(category, error.to_string()).at_gateway()
    }
    /// What the application refused, in the terms of this interface.
    pub fn of(error: &Error, operation: &Operation) -> Self {
        let Some(r) = error.rejection() else {
            return Self::new(
                Category::Internal,
                "The server could not do this because of an internal error; its log has it under the request id.",
            );
        };
        match (r.kind, r.code) {
            (Kind::Unauthenticated, _) => return Self::unauthenticated(),
            (Kind::NotBuilt, _) => {
                return Self { message: message(r), field: r.place.column.clone(), ..Self::not_built(operation) };
            }
            (_, "idempotency.mismatch") => {
                return Self::new(Category::Invalid, r.message.clone()).with_status(StatusCode::UNPROCESSABLE_ENTITY);
            }
            (_, "api.too_large") => return Self::new(Category::Malformed, r.message.clone()).with_status(StatusCode::PAYLOAD_TOO_LARGE),
            (_, "store.full") => return Self::new(Category::Temporary, r.message.clone()).with_status(StatusCode::INSUFFICIENT_STORAGE),
            (Kind::Forbidden, "tenant.api_off") => return Self::new(Category::Permission, r.message.clone()).at_gateway(),
            _ => {}
        }
        let category = r.place.also.first().map_or_else(|| category_of(r), category_of);
        let reasons: Vec<(u32, String)> = r.place.also.iter().map(|r| (code_of(r, operation), message(r))).collect();
        let retry_after = (category == Category::Limit).then_some(CONCURRENCY_PAUSE);
        Self {
            code: reasons.first().map_or_else(|| code_of(r, operation), |(code, _)| *code),
            word: super::query::word(r.code).unwrap_or(category.word()),
            field: r.place.column.clone(),
            retry_after,
            reasons,
            ..Self::new(category, message(r))
        }
    }

    /// Code and text of everything that is wrong, at least one.
    pub fn all(&self) -> Vec<(u32, &str)> {
        match self.reasons.as_slice() {
            [] => vec![(self.code, self.message.as_str())],
            reasons => reasons.iter().map(|(code, text)| (*code, text.as_str())).collect(),
        }
    }
}

/// The code of a rule of an engine, which has the eight digits already: resource and category.
fn numbered(r: &Rejection) -> Option<(u32, Category)> {
    let number: u32 = r.code.parse().ok().filter(|_| r.code.len() == 8)?;
    Category::ALL.into_iter().find(|c| c.number() == number % 100).map(|c| (number, c))
}

fn code_of(r: &Rejection, operation: &Operation) -> u32 {
    if let Some((number, _)) = numbered(r) {
        return number;
    }
    let field = |path: &str| path.rsplit('.').next().and_then(|last| resource(operation.reference, last));
    let resource = r.place.column.as_deref().and_then(|path| resource(operation.reference, path).or_else(|| field(path)));
    code(resource.unwrap_or(UNSPECIFIED), category_of(r))
}

/// `'taxInfo.exemptStatus': This must be one of: No, Yes. (found: "Maybe")`
fn message(r: &Rejection) -> String {
    let mut text = match &r.place.column {
        Some(field) => format!("'{field}': {}", r.message),
        None => r.message.clone(),
    };
    if let Some(value) = &r.place.value {
        text.push_str(&format!(" (found: {value:?})"));
    }
    text
}

/// The category of a rejection: its kind, made finer by the last word of its code.
fn category_of(r: &Rejection) -> Category {
    if let Some((_, category)) = numbered(r) {
        return category;
    }
    let last = r.code.rsplit('.').next().unwrap_or_default();
    match r.kind {
        Kind::Invalid if r.code == "object_query.parameter" => Category::QueryParameter,
        // what a body names and is not there is as missing as what a path names
        Kind::Invalid if r.code == "object.reference" => Category::NotFound,
        Kind::Invalid => match last {
            "json" | "form" => Category::Malformed,
            "unknown" | "unknown_field" => Category::UnknownField,
            "required" | "missing" => Category::MissingField,
            "query" | "header" => Category::MissingParameter,
            _ => Category::Invalid,
        },
        Kind::NotFound => Category::NotFound,
        Kind::Conflict => Category::Rule,
        Kind::Unauthenticated => Category::Authentication,
        Kind::Forbidden => Category::Permission,
        Kind::Busy => Category::Limit,
        Kind::NotBuilt => Category::Unsupported,
    }
}

/// The published resource number of a field of an operation's body.
fn resource(operation: &str, field: &str) -> Option<u32> {
    static NUMBERS: LazyLock<BTreeMap<(&'static str, &'static str), u32>> = LazyLock::new(|| {
        let rows = include_str!("../../data/billing-resources.tsv").lines().skip(1);
        let row = |line: &'static str| {
            let mut cells = line.split('\t');
            Some(((cells.next()?, cells.next()?), cells.next()?.parse().ok()?))
        };
        rows.filter_map(row).collect()
    });
    NUMBERS.get(&(operation, field)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::rows::billing;

    #[test]
    fn codes_are_resource_and_category() {
        for category in Category::ALL {
            let made = code(UNSPECIFIED, category);
            assert_eq!((made / 100, made % 100), (500_000, category.number()));
            assert_eq!(made.to_string().len(), 8);
        }
        assert_eq!(code(UNSPECIFIED, Category::Limit), 50_000_070);
    }

    #[test]
    fn a_field_with_a_published_number_has_it_and_any_other_has_none() {
        let operation = billing().iter().find(|o| o.reference == "create_subscription").unwrap();
        let refused = |field| Refusal::of(&Error::invalid("subscription.term", "no").in_column(field), operation).code;
        assert_eq!((refused("termType"), refused("notes")), (53_100_320, 50_000_020));
    }

    #[test]
    fn the_rules_of_engines_bring_their_number_and_category() {
        let operation = &billing()[0];
        let missing = Refusal::of(&Error::invalid("62000522", "no").in_column("eventType"), operation);
        assert_eq!((missing.code, missing.category), (62_000_522, Category::MissingField));
        let rule = Refusal::of(&Error::conflict("61000030", "no"), operation);
        assert_eq!((rule.code, rule.category), (61_000_030, Category::Rule));
        assert_eq!(Refusal::of(&Error::conflict("6100003", "no"), operation).code, 50_000_030);
    }

    #[test]
    fn every_numbered_operation_exists() {
        let rows: Vec<_> =
            include_str!("../../data/billing-resources.tsv").lines().skip(1).map(|l| l.split('\t').collect::<Vec<_>>()).collect();
        assert!(rows.iter().all(|r| r.len() == 3 && r[2].len() == 6 && billing().iter().any(|o| o.reference == r[0])), "{rows:?}");
    }

    #[test]
    fn a_fault_is_opaque() {
        let refusal = Refusal::of(&Error::fault("the password of the database"), &billing()[0]);
        assert_eq!((refusal.code, refusal.status.as_u16()), (50_000_060, 500));
        assert!(!refusal.message.contains("password"));
    }
}
