//! Rates of tax codes and how an address finds its row (reference section 4.2).

use super::compute::{Found, TaxDates, TaxSource};
use super::{Exemption, Rate};
use crate::field::TAX_CODE;
use crate::limits;
use accrual_base::{Day, Error, Result};
use std::collections::BTreeMap;

/// An address as far as rates look at it; empty = unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub country: String,
    pub state: String,
    pub county: String,
    pub city: String,
    pub postal_code: String,
    pub tax_region: String,
}

/// One row of a rate file. An empty field of `place` matches every address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRow {
    pub place: Address,
    /// Place in the file; of the rows that match, the smallest wins, however general it is.
    pub order: u32,
    /// At most three, never compounded.
    pub rates: Vec<Rate>,
}

impl RateRow {
    fn matches(&self, address: &Address) -> bool {
        let one = |row: &str, of: &str| row.is_empty() || row.to_lowercase() == of.to_lowercase();
        one(&self.place.country, &address.country)
            && one(&self.place.state, &address.state)
            && one(&self.place.county, &address.county)
            && one(&self.place.city, &address.city)
            && one(&self.place.postal_code, &address.postal_code)
            && one(&self.place.tax_region, &address.tax_region)
    }

    /// Checks a row of a file.
    ///
    /// # Errors
    /// Rejects a row without a country, one of the US or Canada without a state, and more than three rates.
    pub fn check(&self) -> Result<()> {
        if self.place.country.is_empty() {
            return Err(Error::invalid("tax.rate.country", "A row of tax rates names a country."));
        }
        let with_states = ["united states", "us", "usa", "canada", "ca", "can"];
        if with_states.contains(&self.place.country.to_lowercase().as_str()) && self.place.state.is_empty() {
            return Err(Error::invalid("tax.rate.state", "A row of tax rates of the United States or Canada names a state."));
        }
        if self.rates.len() > limits::TAXES_PER_ROW {
            return Err(Error::invalid("tax.rate.count", format!("A row has at most {} taxes.", limits::TAXES_PER_ROW)));
        }
        Ok(())
    }
}

/// The rates from a day until the next period begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatePeriod {
    pub start: Day,
    pub rows: Vec<RateRow>,
}

/// A tax code with its rate periods, ascending by start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxCode {
    pub periods: Vec<RatePeriod>,
}

impl TaxCode {
    /// The row an address finds on a day.
    pub fn row(&self, address: &Address, day: Day) -> Option<&RateRow> {
        let after = self.periods.partition_point(|p| p.start <= day);
        let period = self.periods.get(after.checked_sub(1)?)?;
        period.rows.iter().filter(|r| r.matches(address)).min_by_key(|r| r.order)
    }
}

/// Which date of an item its rates are looked up by; set for each country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaxDateRule {
    #[default]
    DocumentDate,
    ServiceStart,
    /// The service end date; the start when there is none.
    ServiceEnd,
}

/// All that is needed to tax a document of one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateBook {
    pub codes: BTreeMap<String, TaxCode>,
    /// Of the sold-to contact.
    pub address: Address,
    pub date_rule: TaxDateRule,
    pub exemption: Exemption,
}

impl TaxSource for RateBook {
    fn find(&self, code: &str, dates: &TaxDates) -> Result<Found> {
        let known = self.codes.get(code);
        let tax = known.ok_or_else(|| TAX_CODE.absent("There is no active tax code of this name.").with_value(code))?;
        let date = match self.date_rule {
            TaxDateRule::DocumentDate => dates.document,
            TaxDateRule::ServiceStart => dates.service_start,
            TaxDateRule::ServiceEnd => dates.service_end.unwrap_or(dates.service_start),
        };
        // no row: no tax
        let rates = tax.row(&self.address, date).map(|r| r.rates.clone()).unwrap_or_default();
        Ok(Found { rates, date, exempt: self.exemption.holds(date) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::RateType;
    use super::*;

    fn row(order: u32, country: &str, state: &str, rate: &str) -> RateRow {
        let rate = Rate {
            name: format!("tax {order}"),
            value: rate.parse().unwrap(),
            kind: RateType::Percentage,
            jurisdiction: country.into(),
            location_code: String::new(),
        };
        RateRow { place: Address { country: country.into(), state: state.into(), ..Address::default() }, order, rates: vec![rate] }
    }

    #[test]
    fn the_first_matching_row_of_the_period_wins() {
        let old = vec![row(2, "Canada", "", "0.05"), row(1, "canada", "ontario", "0.13")];
        let new = vec![row(1, "Canada", "", "0.06"), row(2, "Canada", "Ontario", "0.15")];
        let start = Day::from_ymd(2024, 7, 1);
        let code = TaxCode { periods: vec![RatePeriod { start: Day::from_ymd(2024, 1, 1), rows: old }, RatePeriod { start, rows: new }] };
        let ontario = Address { country: "CANADA".into(), state: "Ontario".into(), ..Address::default() };
        let found = |address: &Address, day| code.row(address, day).map(|r| r.rates[0].value.to_string());
        assert_eq!(found(&ontario, start.plus(-1)).as_deref(), Some("0.13"));
        // the general row comes first in the new file, so it wins
        assert_eq!(found(&ontario, start).as_deref(), Some("0.06"));
        assert_eq!(found(&Address { country: "France".into(), ..Address::default() }, start), None);
        assert_eq!(found(&ontario, Day::from_ymd(2023, 12, 31)), None);
    }

    #[test]
    fn the_date_rule_and_unknown_codes() {
        let book = RateBook {
            codes: BTreeMap::from([(
                "GST".to_owned(),
                TaxCode { periods: vec![RatePeriod { start: Day::from_ymd(2024, 1, 1), rows: vec![row(1, "Canada", "", "0.05")] }] },
            )]),
            address: Address { country: "Canada".into(), ..Address::default() },
            date_rule: TaxDateRule::ServiceEnd,
            exemption: Exemption::default(),
        };
        let dates = TaxDates {
            document: Day::from_ymd(2023, 1, 1),
            service_start: Day::from_ymd(2023, 6, 1),
            service_end: Some(Day::from_ymd(2024, 5, 31)),
        };
        let found = book.find("GST", &dates).unwrap();
        assert_eq!((found.rates.len(), found.date), (1, Day::from_ymd(2024, 5, 31)));
        assert!(book.find("GST", &TaxDates { service_end: None, ..dates }).unwrap().rates.is_empty());
        assert_eq!(book.find("VAT", &dates).unwrap_err().rejection().unwrap().code, "58500740");
    }

    #[test]
    fn rows_of_a_file_are_checked() {
        row(1, "France", "", "0.2").check().unwrap();
        assert!(row(1, "", "", "0.2").check().is_err());
        assert!(row(1, "United States", "", "0.2").check().is_err());
        let mut many = row(1, "France", "", "0.2");
        many.rates = vec![many.rates[0].clone(); 4];
        assert!(many.check().is_err());
    }
}
