//! A plan is on sale only while its product is.

use accrual_base::{Day, Error, Result};

/// First and last day; without bound when empty.
pub(super) type Days = (Option<Day>, Option<Day>);

/// Refuses days of a plan that are not within those of its product.
pub(super) fn within(plan: &str, inner: Days, outer: Days) -> Result<()> {
    let refuse = |column, message: String| Err(Error::invalid("product_rate_plan.dates", message).in_column(column));
    if let (Some(start), Some(bound)) = (inner.0, outer.0)
        && start < bound
    {
        return refuse("effectiveStartDate", format!("The rate plan {plan} starts on {start}, before its product on {bound}."));
    }
    if let (Some(end), Some(bound)) = (inner.1, outer.1)
        && end > bound
    {
        return refuse("effectiveEndDate", format!("The rate plan {plan} ends on {end}, after its product on {bound}."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_lies_within_its_product() {
        let day = |d: i32| Some(Day::from_epoch(d));
        for (inner, outer, fits) in [
            ((day(1), day(2)), (day(1), day(2)), true),
            ((None, None), (day(1), day(2)), true),
            ((day(0), None), (day(1), day(2)), false),
            ((day(1), day(3)), (day(1), day(2)), false),
            ((day(1), day(3)), (None, None), true),
        ] {
            assert_eq!(within("P", inner, outer).is_ok(), fits, "{inner:?} in {outer:?}");
        }
    }
}
