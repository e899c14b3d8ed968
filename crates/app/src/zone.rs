//! Time zones: which day it is where a tenant is.

use accrual_base::{Day, Error, Instant, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Default for Zone {
    /// UTC.
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl Zone {
    /// The zone of a name such as `Europe/Berlin`.
    ///
    /// # Errors
    /// `tenant.time_zone` for a name there is no zone of.
    pub fn named(name: &str) -> Result<Self> {
        if name == "UTC" {
            return Ok(Self::default());
        }
        let unknown = || {
            let message = "There is no such time zone; use a name of the IANA database, such as Europe/Berlin or UTC.";
            Error::invalid("tenant.time_zone", message).in_column("timeZone").with_value(name)
        };
        let zone = TimeZone::get(name).map_err(|_| unknown())?;
        // names are found in any case, and stored as they are written
        if zone.iana_name() == Some(name) { Ok(Self { name: name.to_owned(), zone }) } else { Err(unknown()) }
    }
    /// As it is written.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// An instant as clocks show it here, with the offset from UTC: `2024-01-15T13:00:00+01:00`. A time beyond the calendar of
    /// the database is shown in UTC.
    pub fn local(&self, at: Instant) -> String {
        let local = Timestamp::from_microsecond(at.0).ok().map(|t| t.to_zoned(self.zone.clone()));
        local.map_or_else(|| format!("{}+00:00", at.iso_seconds()), |z| z.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
    /// The instant of a time as clocks show it here: `2024-01-15`, `2024-01-15 13:00:00`. Nothing when it is none.
    pub fn read(&self, local: &str) -> Option<Instant> {
        let text = if local.len() == 10 { format!("{local} 00:00:00") } else { local.replace('T', " ") };
        let at = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", &text).ok()?.to_zoned(self.zone.clone()).ok()?;
        Some(Instant(at.timestamp().as_microsecond()))
    }
    /// The instant at which clocks here show a time, given as if it were UTC. A time that is skipped is as far behind the
    /// leap; of one that comes twice it is the first.
    pub fn instant(&self, shown: Instant) -> Instant {
        let civil = Timestamp::from_microsecond(shown.0).ok().map(|t| t.to_zoned(TimeZone::UTC).datetime());
        let at = civil.and_then(|c| self.zone.to_ambiguous_timestamp(c).compatible().ok());
        at.map_or(shown, |t| Instant(t.as_microsecond()))
    }
    /// The day an instant falls on here. A time beyond the calendar of the database falls on its day in UTC.
    pub fn day(&self, at: Instant) -> Day {
        let local = Timestamp::from_microsecond(at.0).ok().map(|t| t.to_zoned(self.zone.clone()).date());
        local.and_then(|d| Day::try_ymd(i32::from(d.year()), i32::from(d.month()), i32::from(d.day()))).unwrap_or_else(|| at.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_that_of_the_place() {
        // 2024-01-15T23:30:00Z
        let late = Instant(1_705_361_400_000_000);
        let day = |name: &str| Zone::named(name).unwrap().day(late);
        assert_eq!(Zone::named("Europe/Berlin").unwrap().local(late), "2024-01-16T00:30:00+01:00");
        assert_eq!(Zone::named("America/New_York").unwrap().local(late), "2024-01-15T18:30:00-05:00");
        assert_eq!(Zone::default().local(late), "2024-01-15T23:30:00+00:00");
        assert_eq!(day("UTC"), late.day());
        // 2024-01-16T00:30:00 on a clock in Berlin
        assert_eq!(Zone::named("Europe/Berlin").unwrap().instant(Instant(late.0 + 3_600_000_000)), late);
        assert_eq!(Zone::default().instant(late), late);
        assert_eq!(day("Europe/Berlin"), late.day().plus(1));
        assert_eq!(day("America/New_York"), late.day());
        assert_eq!(day("Pacific/Auckland"), late.day().plus(1));
        let read = |name: &str, text: &str| Zone::named(name).unwrap().read(text);
        assert_eq!(read("Europe/Berlin", "2024-01-16 00:30:00"), Some(late));
        assert_eq!(read("UTC", "2024-01-15"), Some(Instant(late.0 - 84_600_000_000)));
        assert_eq!(read("UTC", "2024-02-30"), None);
        for bad in ["", "Berlin", "europe/berlin", "../etc/passwd", "Mars/Olympus"] {
            assert_eq!(Zone::named(bad).unwrap_err().rejection().unwrap().code, "tenant.time_zone", "{bad}");
        }
    }
}
