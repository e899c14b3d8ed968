//! Limits of requests with several invoices (reference section 1.1).

use crate::field::{INVOICES, ITEMS};
use crate::limits;
use accrual_base::Result;

/// Checks a batch by the number of items of each invoice.
///
/// # Errors
/// Rejects an empty batch, more than 50 invoices and more than 1,000 items together.
pub fn check_batch(items: &[usize]) -> Result<()> {
    if items.is_empty() {
        return Err(INVOICES.missing("The request has no invoices."));
    }
    if items.len() > limits::BATCH {
        let why = format!("A request has at most {} invoices; send the rest in another.", limits::BATCH);
        return Err(INVOICES.invalid(why).with_value(&items.len().to_string()));
    }
    let sum: usize = items.iter().sum();
    if sum > limits::ITEMS {
        let why = format!("The invoices of a request have at most {} items together; send the rest in another.", limits::ITEMS);
        return Err(ITEMS.invalid(why).with_value(&sum.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_invoices_and_a_thousand_items() {
        check_batch(&[20; 50]).unwrap();
        for (items, code) in [(vec![1; 51], "58491320"), (vec![501, 500], "58490320"), (vec![], "58491322")] {
            assert_eq!(check_batch(&items).unwrap_err().rejection().unwrap().code, code);
        }
    }
}
