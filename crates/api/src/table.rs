//! The operation table: what an operation is. The rows stand beside their handlers in `resources`.
//!
//! Router, authorisation, `/openapi.json`, the coverage page and the coverage tests all read these rows and
//! nothing else, so an operation that is not here does not exist.

use crate::call::Call;
use accrual_base::Error;
use axum::response::Response;
use futures_util::future::BoxFuture;

/// What a handler answers. A refusal is rendered in the operation's [`Dialect`].
pub type Answered = Result<Response, Error>;

/// The code behind an operation.
pub type Handler = fn(Call) -> BoxFuture<'static, Answered>;

/// The request methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As on the request line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Which surface an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The revenue integration interface, version 2025-08-06 of its reference.
    Revenue,
    /// The newer revenue services.
    Services,
    /// Accrual's own administration interface.
    Administration,
    /// The billing interface.
    Billing,
    /// Calls of older clients of the billing interface that its reference no longer lists.
    Legacy,
    /// Health, metrics and the interface description.
    Operation,
}

impl Family {
    pub const ALL: [Self; 6] = [Self::Revenue, Self::Services, Self::Administration, Self::Operation, Self::Billing, Self::Legacy];

    /// The heading of the family on the coverage page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Revenue => "Revenue integration (reference of 2025-08-06)",
            Self::Services => "Revenue services (newer operations)",
            Self::Administration => "Administration",
            Self::Operation => "Running the server",
            Self::Billing => "Billing",
            Self::Legacy => "Billing: calls of older clients beside the reference",
        }
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Anybody.
    Open,
    /// User name and password (HTTP Basic) with the headers `role` and `clientname`.
    Basic,
    /// A token whose role has Webservices Inbound.
    Inbound,
    /// A token whose role has Webservices Outbound.
    Outbound,
    /// A token whose role has one of the two.
    Either,
    /// A token or HTTP Basic credentials of an administrator.
    Administrator,
    /// A signature in the URL.
    Signed,
    /// Billing credentials of a role that may read.
    BillingRead,
    /// Billing credentials of a role that may write.
    BillingWrite,
}

impl Scope {
    /// The words of the coverage page and the interface description.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Basic => "user and password",
            Self::Inbound => "Webservices Inbound",
            Self::Outbound => "Webservices Outbound",
            Self::Either => "Webservices Inbound or Outbound",
            Self::Administrator => "administrator",
            Self::Signed => "signed URL",
            Self::BillingRead => "billing read",
            Self::BillingWrite => "billing write",
        }
    }
}

/// How a refusal of the operation looks on the wire; see [`crate::dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `{"status":"Error","message":…}`
    Status,
    /// `{"status":"Error","Message":…,"Result":"None"}`
    Message,
    /// `{"status":"Error","message":…,"Result":…}`
    Result,
    /// `{"status":"Error","message":…,"result":{"id":…,"status":"Failed",…}}`
    Loading,
    /// `{"success":false,"error":…}`
    Success,
    /// `{"success":false,"errors":[{"code":…,"message":…}],"traceId":…}`
    Services,
    /// `{"error":{"code":…,"message":…,"line":…,"column":…,"value":…}}`
    Administration,
    /// By path and version; see [`crate::billing::envelope`].
    Billing,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// One parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub place: Place,
    pub required: bool,
    /// `string`, `integer` or `boolean`.
    pub kind: &'static str,
    pub doc: &'static str,
}

/// A part of the path.
pub const fn path(name: &'static str, kind: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, place: Place::Path, required: true, kind, doc }
}
/// An optional query parameter.
pub const fn query(name: &'static str, kind: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, place: Place::Query, required: false, kind, doc }
}
/// A header the operation cannot do without.
pub const fn header(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, place: Place::Header, required: true, kind: "string", doc }
}
/// A header that may be left out.
pub const fn optional_header(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, place: Place::Header, required: false, kind: "string", doc }
}

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    None,
    /// A JSON body of at most 1 MiB; the text is an example of it.
    Json(&'static str),
    /// As `Json`, and an empty body is fine.
    OptionalJson(&'static str),
    /// `text/plain` with CSV lines, streamed.
    Text,
    /// `multipart/form-data` with the part `file`, or `text/plain`; streamed.
    File,
}

/// One answer of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub status: u16,
    pub doc: &'static str,
    /// Media type; empty when there is no body.
    pub media: &'static str,
    /// An example; for JSON the shape is derived from it.
    pub example: &'static str,
}

/// A JSON answer, described by an example.
pub const fn json(status: u16, doc: &'static str, example: &'static str) -> Answer {
    Answer { status, doc, media: "application/json", example }
}
/// A CSV answer.
pub const fn csv(doc: &'static str, example: &'static str) -> Answer {
    Answer { status: 200, doc, media: "text/csv", example }
}
/// An answer without a body.
pub const fn empty(status: u16, doc: &'static str) -> Answer {
    Answer { status, doc, media: "", example: "" }
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Our name: the handler's function, the prefix of its tests, the label of its metrics.
    pub id: &'static str,
    /// The name the published reference gives it; empty when it is our own.
    pub reference: &'static str,
    pub family: Family,
    /// Heading within the family.
    pub group: &'static str,
    pub summary: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub scope: Scope,
    pub dialect: Dialect,
    pub parameters: &'static [Parameter],
    pub input: Input,
    pub answers: &'static [Answer],
    /// Further paths that mean the same.
    pub aliases: &'static [&'static str],
    /// None: the operation is known and answers 501.
    pub handler: Option<Handler>,
}

impl Operation {
    /// The path and its aliases: everything under `/api/integration` also answers under `/integration`.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        let alias = self.path.strip_prefix("/api").filter(|rest| rest.starts_with("/integration/"));
        std::iter::once(self.path).chain(alias).chain(self.aliases.iter().copied())
    }
    /// Whether a handler stands behind it.
    pub fn built(&self) -> bool {
        self.handler.is_some()
    }
}

/// The base of the rows of the revenue integration family, for `..REVENUE`.
pub const REVENUE: Operation = Operation {
    id: "",
    reference: "",
    family: Family::Revenue,
    group: "",
    summary: "",
    method: Method::Get,
    path: "",
    scope: Scope::Outbound,
    dialect: Dialect::Status,
    parameters: &[],
    input: Input::None,
    answers: &[],
    aliases: &[],
    handler: None,
};

/// The base of the rows of the administration family, for `..ADMINISTRATION`.
pub const ADMINISTRATION: Operation =
    Operation { family: Family::Administration, scope: Scope::Administrator, dialect: Dialect::Administration, ..REVENUE };

/// Every operation, families and groups in the order of the coverage page.
pub fn operations() -> &'static [Operation] {
    static ALL: std::sync::LazyLock<Vec<Operation>> = std::sync::LazyLock::new(|| {
        let billing = crate::billing::rows::billing().iter().chain(crate::billing::query::further()).copied();
        crate::resources::ROWS.iter().flat_map(|rows| rows.iter().copied()).chain(billing).collect()
    });
    &ALL
}
