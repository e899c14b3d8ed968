//! The prices of a charge in order (reference sections 3.3 and 9.3).

use accrual_base::{Decimal, Error, Result};
use accrual_objects::billing::{ChargeModel, PriceFormat, Pricing, ProductRatePlanChargeTier as Tier};
use std::collections::BTreeMap;

/// Puts the prices of a charge in order: by currency, tiers numbered from 1, units without gap or overlap.
///
/// A tier that names no first unit starts after the last one of the tier before; the first at 0. The currencies come
/// in alphabetical order.
///
/// # Errors
/// What the model needs and a currency lacks, each with the currency.
pub fn arrange(model: ChargeModel, tiers: Vec<Tier>) -> Result<Vec<Tier>> {
    let mut currencies: BTreeMap<String, Vec<Tier>> = BTreeMap::new();
    for tier in tiers {
        currencies.entry(tier.currency.clone()).or_default().push(tier);
    }
    let mut out = Vec::new();
    for (currency, mut tiers) in currencies {
        match model.pricing() {
            Pricing::Single => single(&currency, &mut tiers, |t| t.price.is_some(), "price")?,
            Pricing::Discount if model == ChargeModel::DiscountPercentage => {
                single(&currency, &mut tiers, |t| t.discount_percentage.is_some() && t.discount_amount.is_none(), "discountPercentage")?;
            }
            Pricing::Discount => {
                single(&currency, &mut tiers, |t| t.discount_amount.is_some() && t.discount_percentage.is_none(), "discountAmount")?;
            }
            Pricing::Tiers => ranges(&currency, &mut tiers, model)?,
            Pricing::TiersWithOverage => with_overage(&currency, &mut tiers, model)?,
            Pricing::Elsewhere => number(&mut tiers),
        }
        out.append(&mut tiers);
    }
    Ok(out)
}

fn wrong(field: &str, message: String) -> Error {
    Error::invalid("product_rate_plan_charge_tier.pricing", message).in_column(field)
}

fn number(tiers: &mut [Tier]) {
    for (number, tier) in (1..).zip(tiers) {
        tier.tier = number;
    }
}

/// Exactly one price, or one discount.
fn single(currency: &str, tiers: &mut [Tier], priced: impl Fn(&Tier) -> bool, field: &str) -> Result<()> {
    match tiers {
        [one] if priced(one) => {
            one.tier = 1;
            Ok(())
        }
        [_] => Err(wrong(field, format!("The price in {currency} has exactly {field}."))),
        many => Err(wrong("tier", format!("This model has one price in {currency}, not {}.", many.len()))),
    }
}

/// Tiers with a price each: in the order of their numbers where they have some, otherwise as given.
fn ranges(currency: &str, tiers: &mut [Tier], model: ChargeModel) -> Result<()> {
    if tiers.iter().all(|t| t.tier > 0) {
        tiers.sort_by_key(|t| t.tier);
    }
    number(tiers);
    let last = tiers.len();
    let mut before: Option<Decimal> = None;
    for (at, tier) in (1..).zip(tiers.iter_mut()) {
        if tier.price.is_none() {
            return Err(wrong("price", format!("Tier {at} in {currency} has a price.")));
        }
        tier.price_format = Some(tier.price_format.unwrap_or(PriceFormat::PerUnit));
        let start = starts(currency, at, before, tier.starting_unit)?;
        tier.starting_unit = Some(start);
        match tier.ending_unit {
            None if at < last => {
                return Err(wrong("endingUnit", format!("Only the last tier in {currency} is without end, tier {at} is not.")));
            }
            Some(end) if end < start => {
                return Err(wrong("endingUnit", format!("Tier {at} in {currency} ends at {end}, before its first unit {start}.")));
            }
            Some(_) if at == last && matches!(model, ChargeModel::HighWatermarkVolume | ChargeModel::HighWatermarkTiered) => {
                return Err(wrong("endingUnit", format!("The last tier in {currency} is without end.")));
            }
            end => before = end,
        }
    }
    Ok(())
}

/// The first unit of a tier: where units are fractions a tier may start right at the end of the one before.
fn starts(currency: &str, at: usize, before: Option<Decimal>, given: Option<Decimal>) -> Result<Decimal> {
    let Some(before) = before else {
        let start = given.unwrap_or(Decimal::ZERO);
        return if start >= Decimal::ZERO && start <= Decimal::ONE {
            Ok(start)
        } else {
            Err(wrong("startingUnit", format!("The first tier in {currency} starts at 0 or 1, not {start}.")))
        };
    };
    let next = before.checked_add(Decimal::ONE).ok_or_else(|| wrong("endingUnit", format!("{before} units are too many.")))?;
    match given {
        None => Ok(next),
        Some(start) if start < before => Err(wrong(
            "startingUnit",
            format!("Tier {at} in {currency} starts at {start}, within the tier before, which ends at {before}."),
        )),
        Some(start) if start > next => {
            Err(wrong("startingUnit", format!("Units between {before} and {start} are in no tier in {currency}.")))
        }
        Some(start) => Ok(start),
    }
}

/// Tiers that all end, and one price for what is beyond.
fn with_overage(currency: &str, tiers: &mut [Tier], model: ChargeModel) -> Result<()> {
    tiers.sort_by_key(|t| t.is_overage_price);
    let bounded = tiers.iter().filter(|t| !t.is_overage_price).count();
    if tiers.len() != bounded + 1 || bounded == 0 {
        return Err(wrong("isOveragePrice", format!("The tiers in {currency} are followed by one overage price.")));
    }
    let (ranged, overage) = tiers.split_at_mut(bounded);
    ranges(currency, ranged, model)?;
    if ranged.iter().any(|t| t.ending_unit.is_none()) {
        return Err(wrong("endingUnit", format!("Every tier in {currency} ends, because overage follows.")));
    }
    for tier in overage {
        if tier.price.is_none() {
            return Err(wrong("price", format!("The overage in {currency} has a price.")));
        }
        tier.tier = i64::try_from(bounded + 1).map_err(|_| wrong("tier", "There are too many tiers.".to_owned()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
