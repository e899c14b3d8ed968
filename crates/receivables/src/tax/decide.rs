//! Where the tax of an item comes from (reference section 1.2, tax decision per item).

use super::TaxMode;
use crate::field::{TAX_CODE, TAX_ITEMS, TAX_MODE};
use crate::limits;
use accrual_base::Result;

/// The decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Taxation {
    #[default]
    None,
    /// The caller's tax items, on top of the amount.
    Given,
    /// The engine of the tax code.
    Engine { code: String, mode: TaxMode },
}

/// Decides from what an item carries. `items` is the number of tax items sent, when the field is there.
///
/// # Errors
/// Rejects tax items together with a tax code or mode, more than five of them, and only one of code and mode.
pub fn decide(items: Option<usize>, code: Option<&str>, mode: Option<TaxMode>) -> Result<Taxation> {
    let code = code.filter(|c| !c.is_empty());
    match items {
        Some(count) if count > limits::TAX_ITEMS => Err(TAX_ITEMS.invalid(format!("An item has at most {} tax items.", limits::TAX_ITEMS))),
        Some(count) if count > 0 => match (code, mode) {
            (None, None) => Ok(Taxation::Given),
            (Some(_), _) => Err(TAX_CODE.invalid("Leave the tax code of an item empty when it brings its own tax items.")),
            (None, Some(_)) => Err(TAX_MODE.invalid("Leave the tax mode of an item empty when it brings its own tax items.")),
        },
        _ => match (code, mode) {
            (None, None) => Ok(Taxation::None),
            (Some(code), Some(mode)) => Ok(Taxation::Engine { code: code.to_owned(), mode }),
            (Some(_), None) => Err(TAX_MODE.missing("An item with a tax code needs a tax mode, TaxExclusive or TaxInclusive.")),
            (None, Some(_)) => Err(TAX_CODE.missing("An item with a tax mode needs a tax code.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        let engine = Taxation::Engine { code: "VAT".into(), mode: TaxMode::Inclusive };
        type Row = (Option<usize>, Option<&'static str>, Option<TaxMode>, Result<Taxation, &'static str>);
        let rows: [Row; 8] = [
            (Some(1), None, None, Ok(Taxation::Given)),
            (None, Some("VAT"), Some(TaxMode::Inclusive), Ok(engine)),
            (None, None, None, Ok(Taxation::None)),
            (Some(0), Some(""), None, Ok(Taxation::None)),
            (None, Some("VAT"), None, Err("58500822")),
            (None, None, Some(TaxMode::Exclusive), Err("58500722")),
            (Some(1), Some("VAT"), Some(TaxMode::Exclusive), Err("58500720")),
            (Some(6), None, None, Err("58500920")),
        ];
        for (items, code, mode, wanted) in rows {
            let found = decide(items, code, mode);
            assert_eq!(found.as_ref().map_err(|e| e.rejection().unwrap().code), wanted.as_ref().map_err(|c| *c), "{items:?} {code:?}");
        }
    }
}
