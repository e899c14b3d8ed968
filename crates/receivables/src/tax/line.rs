//! Tax lines: as a caller sends them and as a document keeps them (reference sections 1.2 and 4.1).

use super::{RateType, TaxMode};
use crate::amount::exact;
use crate::field::{EXEMPT_AMOUNT, TAX_AMOUNT, TAX_ITEM_CODE, TAX_ITEM_MODE, TAX_NAME, TAX_RATE};
use crate::invoice::Settlement;
use accrual_base::{Currency, Day, Decimal, Result};

/// A tax line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxLine {
    pub name: String,
    pub code: String,
    pub jurisdiction: String,
    pub location_code: String,
    /// A fraction, or the fee in major units.
    pub rate: Decimal,
    pub kind: RateType,
    pub mode: TaxMode,
    pub date: Day,
    /// Minor units.
    pub amount: i64,
    /// Tax not charged because of an exemption, in minor units.
    pub exempt: i64,
    pub settlement: Settlement,
}

/// A tax line as a caller sends it with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTaxItem {
    pub name: String,
    pub code: String,
    pub amount: Decimal,
    pub date: Day,
    pub mode: TaxMode,
    pub rate: Decimal,
    pub kind: RateType,
    pub exempt: Decimal,
    pub jurisdiction: String,
    pub location_code: String,
}

impl NewTaxItem {
    /// Checks what only tax items sent with an item have to be.
    ///
    /// # Errors
    /// Rejects a missing code and the mode TaxInclusive.
    pub(crate) fn check_with_item(&self) -> Result<()> {
        if self.code.is_empty() {
            return Err(TAX_ITEM_CODE.missing("A tax item needs a tax code."));
        }
        if self.mode != TaxMode::Exclusive {
            let why = "The tax mode of a tax item sent with an item is TaxExclusive.";
            return Err(TAX_ITEM_MODE.invalid(why).with_value(self.mode.name()));
        }
        Ok(())
    }

    /// The line of the document; nothing is recalculated. `item` is the amount of the item it belongs to.
    ///
    /// # Errors
    /// Rejects an empty name, a negative rate, a negative tax on an item that is not negative, and amounts with too many decimals.
    pub fn line(&self, item: i64, currency: Currency) -> Result<TaxLine> {
        if self.name.is_empty() {
            return Err(TAX_NAME.missing("A tax item needs a name."));
        }
        if self.rate < Decimal::ZERO {
            return Err(TAX_RATE.invalid("A tax rate is not negative.").with_value(&self.rate.to_string()));
        }
        let amount = exact(&TAX_AMOUNT, self.amount, currency)?;
        if amount < 0 && item >= 0 {
            return Err(TAX_AMOUNT.invalid("A tax may be negative only on a negative item.").with_value(&self.amount.to_string()));
        }
        Ok(TaxLine {
            name: self.name.clone(),
            code: self.code.clone(),
            jurisdiction: self.jurisdiction.clone(),
            location_code: self.location_code.clone(),
            rate: self.rate,
            kind: self.kind,
            mode: self.mode,
            date: self.date,
            amount,
            exempt: exact(&EXEMPT_AMOUNT, self.exempt, currency)?,
            settlement: Settlement::default(),
        })
    }
}
