//! Criteria of a transfer batch: what it takes of the unposted entries (reference section 12).

use accrual_base::error::Kind;
use accrual_base::{Error, PeriodId, Result};
use accrual_store::schedules::ScheduleRef;
use serde::{Deserialize, Serialize};

/// What narrows a batch. Without any, it takes everything unposted through the open period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Criteria {
    filter: Filter,
    /// Take what the filter does not name.
    exclude: bool,
    /// The batch ends with this period instead of the open one (YYYYMM).
    period: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Filter {
    #[default]
    All,
    Contracts(Vec<i64>),
    /// R revenue, A allocation.
    ScheduleTypes(Vec<char>),
    Currencies(Vec<String>),
}

const KNOWN: &str = "RC ID, SCHEDULE TYPE, CURRENCY, PERIOD";

impl Criteria {
    /// Reads CRITERIA NAME, CRITERIA VALUE and EXCLUDE FLAG. Values are separated by commas and may stand in single quotes.
    ///
    /// # Errors
    /// `transfer.criteria` for a name or value that means nothing; `NotBuilt` for criteria on manual journals.
    pub fn parse(name: &str, value: &str, exclude: bool) -> Result<Self> {
        let name = normal(name);
        if name.is_empty() && value.trim().is_empty() {
            return Ok(Self::default());
        }
        let values: Vec<&str> = value.split(',').map(|v| v.trim().trim_matches('\'').trim()).filter(|v| !v.is_empty()).collect();
        if values.is_empty() {
            return Err(refuse("CRITERIA VALUE is empty; give the values the criterion compares with.", value));
        }
        let filter = match name.as_str() {
            "RCID" => Filter::Contracts(values.iter().map(|v| number(v)).collect::<Result<_>>()?),
            "SCHEDULETYPE" | "SCHDTYPE" | "SCHDTYPEFLAG" => {
                Filter::ScheduleTypes(values.iter().map(|v| schedule_type(v)).collect::<Result<_>>()?)
            }
            "CURRENCY" | "CURR" => Filter::Currencies(values.iter().map(|v| v.to_uppercase()).collect()),
            "PERIOD" | "PRDID" | "PERIODID" if !exclude && values.len() == 1 => {
                return Ok(Self { period: Some(PeriodId::parse(values[0])?.0), ..Self::default() });
            }
            "PERIOD" | "PRDID" | "PERIODID" => {
                return Err(refuse("A period criterion names the one period a batch ends with and cannot exclude.", value));
            }
            "JENAME" | "JEBATCHID" => {
                return Err(Error::rejected(
                    Kind::NotBuilt,
                    "transfer.criteria_not_built",
                    "Criteria on manual journals are not built yet.",
                ));
            }
            _ => return Err(refuse(&format!("There is no transfer criterion of this name; there are {KNOWN}."), &name)),
        };
        Ok(Self { filter, exclude, period: None })
    }

    /// Known to be posted by its watermark alone.
    pub fn is_whole(&self) -> bool {
        self.filter == Filter::All
    }
    /// The period the batch ends with, given the open one.
    ///
    /// # Errors
    /// `transfer.criteria` for a period after the open one.
    pub fn period(&self, open: PeriodId) -> Result<PeriodId> {
        match self.period.map(PeriodId) {
            Some(period) if period > open => Err(refuse(&format!("The period lies after the open period {open}."), &period.to_string())),
            Some(period) => Ok(period),
            None => Ok(open),
        }
    }
    pub fn takes_line(&self, schedule: &ScheduleRef<'_>) -> bool {
        match &self.filter {
            Filter::Contracts(ids) => ids.contains(&schedule.rc_id) != self.exclude,
            Filter::Currencies(codes) => codes.iter().any(|c| c == schedule.currency.code()) != self.exclude,
            Filter::All | Filter::ScheduleTypes(_) => true,
        }
    }
    pub fn takes_type(&self, schedule_type: char) -> bool {
        match &self.filter {
            Filter::ScheduleTypes(types) => types.contains(&schedule_type) != self.exclude,
            _ => true,
        }
    }
    /// As [`Criteria::json`] wrote them.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    pub fn stored(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| Error::fault_from("the criteria of a batch cannot be read", e))
    }
    /// As stored with the batch.
    ///
    /// # Errors
    /// A fault when it cannot be written as JSON.
    pub fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::fault_from("criteria could not be written", e))
    }
}

fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| refuse("A contract id is a whole number.", text))
}

fn schedule_type(text: &str) -> Result<char> {
    match text.to_ascii_uppercase().as_str() {
        "R" | "REVENUE" => Ok('R'),
        "A" | "ALLOCATION" => Ok('A'),
        _ => Err(refuse("A schedule type is R (revenue) or A (allocation).", text)),
    }
}

fn refuse(message: &str, value: &str) -> Error {
    Error::invalid("transfer.criteria", message).with_value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_stand_in_quotes_and_names_are_read_loosely() {
        let c = Criteria::parse("rc_id", "'12', 13", false).unwrap();
        assert_eq!(c.filter, Filter::Contracts(vec![12, 13]));
        assert!(!c.is_whole());
        assert!(Criteria::parse("", "", false).unwrap().is_whole());
        let period = Criteria::parse("Period", "'2024-02'", false).unwrap();
        assert!(period.is_whole());
        assert_eq!(period.period(PeriodId(202_403)).unwrap(), PeriodId(202_402));
        assert!(period.period(PeriodId(202_401)).is_err());
    }

    #[test]
    fn excluding_takes_the_others() {
        let c = Criteria::parse("Schedule Type", "A", true).unwrap();
        assert!(c.takes_type('R') && !c.takes_type('A'));
    }

    #[test]
    fn what_means_nothing_is_refused_with_what_there_is() {
        for (name, value) in [("COLOUR", "1"), ("RC ID", "x"), ("RC ID", ""), ("SCHEDULE TYPE", "Q")] {
            assert_eq!(Criteria::parse(name, value, false).unwrap_err().rejection().unwrap().code, "transfer.criteria", "{name}");
        }
        assert_eq!(Criteria::parse("JE NAME", "x", false).unwrap_err().rejection().unwrap().kind, Kind::NotBuilt);
    }
}
