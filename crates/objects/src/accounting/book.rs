//! Revenue books.

use accrual_model::validate::{broken, not_built};
use accrual_model::{Object, Rejection};

/// A set of accounting rules under which every contract is kept (reference section 9.5).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Book::rules)]
pub struct Book {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(max = 240)]
    pub description: Option<String>,
    /// For information only, for example `ASC 606`.
    #[field(max = 60)]
    pub book_type: Option<String>,
    /// Put before the number of a contract.
    #[field(max = 10)]
    pub rc_prefix: Option<String>,
    /// The book in which data is grouped; the others follow.
    #[field(default = false, filterable)]
    pub primary_book: bool,
    #[field(default = true, filterable)]
    pub enabled: bool,
    /// Whether the transaction price is allocated in this book.
    #[field(default = true)]
    pub allocation_enabled: bool,
    /// Whether its entries are transferred to the general ledger.
    #[field(default = true)]
    pub postable: bool,
    /// Whether long-term and short-term parts are told apart.
    #[field(label = "LT/ST enabled", default = false)]
    pub ltst_enabled: bool,
}

impl Book {
    pub(crate) fn primary() -> Self {
        Self {
            name: "Primary".to_owned(),
            description: None,
            book_type: Some("ASC 606".to_owned()),
            rc_prefix: None,
            primary_book: true,
            enabled: true,
            allocation_enabled: true,
            postable: true,
            ltst_enabled: false,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if self.primary_book && !self.enabled {
            wrong.push(broken("enabled", "The primary book is always enabled."));
        }
        if self.rc_prefix.is_some() {
            wrong.push(not_built("rc_prefix", "Contract numbers with a prefix are not built yet; leave the prefix out."));
        }
        if self.ltst_enabled {
            wrong.push(not_built("ltst_enabled", "Telling long-term and short-term parts apart is not built yet; leave it off."));
        }
        wrong
    }
}
