//! Accounting periods: one unbroken chain, and behind it the period named Open-Ended (reference section 5.2).

mod change;
mod close;
mod create;

pub use change::UpdatePeriod;
pub use close::Blockers;
pub use create::{Model, NewPeriod};

use crate::field::PERIOD;
use accrual_base::{Day, Error, Result};
use std::fmt;

/// The name of the period behind the last dated one; it never closes.
pub const OPEN_ENDED: &str = "Open-Ended";

/// The status of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    Open,
    /// Closed for everybody without the permission Manage Close Process.
    PendingClose,
    Closed,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::PendingClose => "PendingClose",
            Self::Closed => "Closed",
        }
    }
}

/// How far the trial balance of a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialBalanceStatus {
    Pending,
    Processing,
    Completed,
    Error,
}

impl TrialBalanceStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Processing => "Processing",
            Self::Completed => "Completed",
            Self::Error => "Error",
        }
    }
    pub fn running(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }
}

/// A dated accounting period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub name: String,
    /// First and last day.
    pub start: Day,
    pub end: Day,
    pub fiscal_year: i32,
    /// 1 to 4.
    pub fiscal_quarter: Option<u8>,
    pub notes: String,
    pub status: Status,
    /// None: never run, or its result was discarded.
    pub trial_balance: Option<TrialBalanceStatus>,
    /// Revenue is distributed to it.
    pub revenue: bool,
    /// It has journal entries that are not cancelled.
    pub journal_entries: bool,
}

/// Where revenue stands: in a dated period, by its place in the chain, or in Open-Ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    Period(usize),
    OpenEnded,
}

/// The periods of an organisation, oldest first, without gaps; closed ones come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods(Vec<Period>);

impl Periods {
    /// Takes periods as they are stored.
    ///
    /// # Errors
    /// A fault when they have a gap, overlap, or a closed period behind an open one.
    pub fn new(periods: Vec<Period>) -> Result<Self> {
        for pair in periods.windows(2) {
            if pair[0].end.plus(1) != pair[1].start {
                return Err(Error::fault(format!("accounting periods {} and {} do not meet", pair[0].name, pair[1].name)));
            }
            if pair[0].status == Status::Open && pair[1].status != Status::Open {
                return Err(Error::fault(format!("accounting period {} is open before a closed one", pair[0].name)));
            }
        }
        Ok(Self(periods))
    }

    pub fn all(&self) -> &[Period] {
        &self.0
    }

    /// A period by its place.
    ///
    /// # Errors
    /// Rejects a place outside the chain.
    pub fn get(&self, at: usize) -> Result<&Period> {
        self.0.get(at).ok_or_else(|| PERIOD.absent("There is no such accounting period."))
    }

    fn get_mut(&mut self, at: usize) -> Result<&mut Period> {
        self.0.get_mut(at).ok_or_else(|| PERIOD.absent("There is no such accounting period."))
    }

    /// The dated period a day lies in; none before the first and behind the last.
    pub fn at(&self, day: Day) -> Option<usize> {
        let after = self.0.partition_point(|p| p.start <= day);
        after.checked_sub(1).filter(|at| day <= self.0[*at].end)
    }

    /// Finds a period by its name, Open-Ended included.
    pub fn named(&self, name: &str) -> Option<Bucket> {
        if name == OPEN_ENDED {
            return Some(Bucket::OpenEnded);
        }
        self.0.iter().position(|p| p.name == name).map(Bucket::Period)
    }

    pub fn name(&self, bucket: Bucket) -> &str {
        match bucket {
            Bucket::Period(at) => self.0.get(at).map_or("", |p| p.name.as_str()),
            Bucket::OpenEnded => OPEN_ENDED,
        }
    }

    /// True when what stands there is recognised.
    pub fn is_closed(&self, bucket: Bucket) -> bool {
        self.status(bucket) == Status::Closed
    }

    /// True when amounts there may change. A period that is pending close may be changed by who manages the close process.
    pub fn is_changeable(&self, bucket: Bucket, manage_close: bool) -> bool {
        match self.status(bucket) {
            Status::Open => true,
            Status::PendingClose => manage_close,
            Status::Closed => false,
        }
    }

    fn status(&self, bucket: Bucket) -> Status {
        match bucket {
            Bucket::Period(at) => self.0.get(at).map_or(Status::Open, |p| p.status),
            Bucket::OpenEnded => Status::Open,
        }
    }

    /// The first dated period that is open; Open-Ended when there is none.
    pub fn first_open(&self) -> Bucket {
        self.0.iter().position(|p| p.status == Status::Open).map_or(Bucket::OpenEnded, Bucket::Period)
    }

    /// The last day that lies in a closed period.
    pub fn closed_through(&self) -> Option<Day> {
        self.0.iter().take_while(|p| p.status == Status::Closed).last().map(|p| p.end)
    }

    /// The first day of Open-Ended.
    pub fn open_ended_start(&self) -> Option<Day> {
        self.0.last().map(|p| p.end.plus(1))
    }

    fn trial_balance_running(&self) -> bool {
        self.0.iter().any(|p| p.trial_balance.is_some_and(TrialBalanceStatus::running))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
