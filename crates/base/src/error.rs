//! One error type for every layer.
//!
//! A [`Rejection`] is the caller's to fix: it has a stable code, the field, the place and a sentence that
//! says what to do. A [`Fault`] is ours: opaque outside, whole in the log.

use std::fmt;

/// Where in an input something was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line of the file, counted from 1 with the header as line 1.
    pub line: Option<u64>,
    /// Column heading or field name.
    pub column: Option<String>,
    /// The offending value, shortened to 80 characters.
    pub value: Option<String>,
    /// When several things are wrong at once: each of them. The message then lists them all.
    pub also: Vec<Rejection>,
}

/// What kind of refusal this is; each API family maps it to its own status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input is wrong.
    Invalid,
    /// The thing named does not exist.
    NotFound,
    /// The state of the thing does not allow it (closed period, wrong status, duplicate).
    Conflict,
    /// No or bad credentials.
    Unauthenticated,
    /// Credentials are good, the role is not enough.
    Forbidden,
    /// Too many at once; try again later.
    Busy,
    /// Known, but not built yet.
    NotBuilt,
}

/// A refusal the caller can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable code, for example `RPRO-00006` or `upload.header`.
    pub code: &'static str,
    pub kind: Kind,
    /// A whole sentence: what was wrong and what to do.
    pub message: String,
    pub place: Place,
}

/// Something that broke on our side. `context` goes to the log, never to a client.
#[derive(Debug)]
pub struct Fault {
    pub context: String,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The error of every fallible function above layer 0.
#[derive(Debug)]
pub enum Error {
    Rejected(Box<Rejection>),
    Fault(Box<Fault>),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A refusal of wrong input.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::rejected(Kind::Invalid, code, message)
    }
    /// A refusal because the thing named does not exist.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::rejected(Kind::NotFound, code, message)
    }
    /// A refusal because of the state of the thing.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::rejected(Kind::Conflict, code, message)
    }
    /// A refusal of any kind.
    pub fn rejected(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self::Rejected(Box::new(Rejection { code, kind, message: message.into(), place: Place::default() }))
    }
    /// Something broke on our side.
    pub fn fault(context: impl Into<String>) -> Self {
        Self::Fault(Box::new(Fault { context: context.into(), source: None }))
    }
    /// Something broke on our side, with its cause.
    pub fn fault_from(context: impl Into<String>, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Fault(Box::new(Fault { context: context.into(), source: Some(Box::new(source)) }))
    }
    /// Adds the line of the file (header = 1) to a rejection; a fault is left as it is.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        if let Self::Rejected(r) = &mut self {
            r.place.line = Some(line);
        }
        self
    }
    /// Adds the column or field to a rejection.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        if let Self::Rejected(r) = &mut self {
            r.place.column = Some(column.into());
        }
        self
    }
    /// Adds the offending value, shortened.
    #[must_use]
    pub fn with_value(mut self, value: &str) -> Self {
        if let Self::Rejected(r) = &mut self {
            r.place.value = Some(value.chars().take(80).collect());
        }
        self
    }
    /// The rejection, when it is one.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(r) => Some(r),
            Self::Fault(_) => None,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.place.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(column) = &self.place.column {
            write!(f, "column {column}: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(value) = &self.place.value {
            write!(f, " (found: {value:?})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(r) => r.fmt(f),
            Self::Fault(fault) => {
                write!(f, "{}", fault.context)?;
                let mut cause: Option<&(dyn std::error::Error + 'static)> = fault.source.as_deref().map(|e| e as _);
                while let Some(e) = cause {
                    write!(f, ": {e}")?;
                    cause = e.source();
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {}
