//! Control totals: how many cells of a column are filled, and what its numbers add up to.

use crate::record::Number;
use accrual_base::{Decimal, Error, Result};

/// One running control total. Numbers are added whatever their currency: it is a check on the file.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    pub count: u64,
    /// Sum of the mantissas, by number of decimals.
    sums: Vec<i128>,
}

impl Totals {
    /// Counts a cell and adds it when it is a number.
    ///
    /// # Errors
    /// A rejection when the sum no longer fits.
    pub fn add(&mut self, number: Option<Number>) -> Result<()> {
        self.count += 1;
        if let Some(n) = number {
            let at = usize::from(n.scale);
            if self.sums.len() <= at {
                self.sums.resize(at + 1, 0);
            }
            self.sums[at] = self.sums[at].checked_add(n.mantissa).ok_or_else(too_large)?;
        }
        Ok(())
    }
    /// The sum.
    ///
    /// # Errors
    /// A rejection when it has more digits than a decimal holds.
    pub fn sum(&self) -> Result<Decimal> {
        let mut sum = Decimal::ZERO;
        for (scale, mantissa) in (0u32..).zip(&self.sums) {
            let part = Decimal::try_from_i128_with_scale(*mantissa, scale).map_err(|_| too_large())?;
            sum = sum.checked_add(part).ok_or_else(too_large)?;
        }
        Ok(sum.normalize())
    }
}

fn too_large() -> Error {
    Error::invalid("upload.control_total", "The control total of the column is too large to be exact.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_scale_add_up_exactly() {
        let mut t = Totals::default();
        for (mantissa, scale) in [(1050, 2), (5, 1), (-1, 3)] {
            t.add(Some(Number { mantissa, scale })).unwrap();
        }
        t.add(None).unwrap();
        assert_eq!((t.count, t.sum().unwrap().to_string()), (4, "10.999".to_owned()));
        t.add(Some(Number { mantissa: i128::MAX, scale: 0 })).unwrap();
        assert!(t.sum().is_err());
        assert!(t.add(Some(Number { mantissa: 1, scale: 0 })).is_err());
    }
}
