//! The tax of all the engine-taxed amounts of a document.

use super::redistribute::redistribute;
use super::{Rate, Settings, TaxLine, TaxMode, exclusive, inclusive};
use crate::field::TAX_CODE;
use crate::invoice::Settlement;
use accrual_base::{Day, Result};

/// The dates of an item that a rate may be looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxDates {
    pub document: Day,
    pub service_start: Day,
    pub service_end: Option<Day>,
}

/// What a source knows about a code on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub rates: Vec<Rate>,
    /// The tax date.
    pub date: Day,
    /// Nothing is charged; the tax is reported as exempt.
    pub exempt: bool,
}

/// Where rates come from.
pub trait TaxSource {
    /// The rates of a tax code for the dates of an item.
    ///
    /// # Errors
    /// Rejects a tax code that does not exist or cannot be used.
    fn find(&self, code: &str, dates: &TaxDates) -> Result<Found>;
}

/// A tenant without tax codes: every code is unknown.
pub struct NoRates;

impl TaxSource for NoRates {
    fn find(&self, code: &str, _: &TaxDates) -> Result<Found> {
        Err(TAX_CODE.absent("There is no active tax code of this name.").with_value(code))
    }
}

/// An amount to be taxed: net in exclusive, gross in inclusive mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taxable<'a> {
    pub amount: i64,
    pub code: &'a str,
    pub mode: TaxMode,
    pub dates: TaxDates,
}

/// An amount with its tax: in inclusive mode `net` and the lines (tax and exempt amounts) sum to what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxed {
    pub net: i64,
    pub lines: Vec<TaxLine>,
}

/// Taxes amounts one by one, then moves the odd cents of groups when the tenant wants that.
///
/// An exempt customer is charged the net amount of an inclusive item too: the tax becomes its exempt amount.
///
/// # Errors
/// What the source refuses; flat fees in inclusive mode; a fault on overflow.
pub fn compute(taxables: &[Taxable<'_>], source: &dyn TaxSource, settings: &Settings) -> Result<Vec<Taxed>> {
    let mut taxed = taxables.iter().map(|t| one(t, source, settings)).collect::<Result<Vec<Taxed>>>()?;
    if settings.redistribute {
        redistribute(taxables, &mut taxed, settings)?;
    }
    Ok(taxed)
}

fn one(taxable: &Taxable<'_>, source: &dyn TaxSource, settings: &Settings) -> Result<Taxed> {
    let found = source.find(taxable.code, &taxable.dates)?;
    let (net, taxes) = match taxable.mode {
        TaxMode::Exclusive => (taxable.amount, exclusive(taxable.amount, &found.rates, settings)?),
        TaxMode::Inclusive => {
            let carved = inclusive(taxable.amount, &found.rates, settings)?;
            (carved.net, carved.taxes)
        }
    };
    let line = |(rate, tax): (&Rate, i64)| TaxLine {
        name: rate.name.clone(),
        code: taxable.code.to_owned(),
        jurisdiction: rate.jurisdiction.clone(),
        location_code: rate.location_code.clone(),
        rate: rate.value,
        kind: rate.kind,
        mode: taxable.mode,
        date: found.date,
        amount: if found.exempt { 0 } else { tax },
        exempt: if found.exempt { tax } else { 0 },
        settlement: Settlement::default(),
    };
    Ok(Taxed { net, lines: found.rates.iter().zip(taxes).map(line).collect() })
}
