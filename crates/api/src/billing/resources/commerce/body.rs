//! Bodies of products, plans and charges as the parts that verbs take.

use super::spelling::{CHARGE, PLAN, PRODUCT};
use crate::billing::input::{Entry, Given};
use crate::billing::json::Json;
use crate::billing::spelling::Spelling;
use accrual_app::billing::Fields;
use accrual_app::billing::catalog::{ChargeParts, PlanParts};
use accrual_base::{Decimal, Error, Result};
use accrual_model::Value;

/// The dates of a change may be written in the spelling of answers too.
const DATES: [(&str, &str); 2] = [("startDate", "effectiveStartDate"), ("endDate", "effectiveEndDate")];

/// The fields of an object, its custom fields and dates among them.
fn fields(body: &Given, spelling: &Spelling, apart: &[&str]) -> Result<Fields> {
    let mut left = vec!["custom_fields", "startDate", "endDate"];
    left.extend(apart);
    let mut fields = body.fields(spelling, &left)?;
    for (theirs, ours) in DATES {
        if body.says(theirs) {
            fields.set(ours, body.day(theirs).map_or(Value::Null, Value::from));
        }
    }
    let Some(Json::Object(custom)) = body.any("custom_fields") else { return Ok(fields) };
    for (name, value) in custom {
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(v) => Value::Bool(*v),
            Json::Text(v) => Value::from(v.as_str()),
            Json::Number(v) => Value::Decimal(number(body, "custom_fields", v)?),
            Json::List(_) | Json::Object(_) => {
                let message = format!("The custom field {name} holds one value, not {}.", value.noun());
                return Err(body.refuse("custom_fields", message));
            }
        };
        fields.set(name.as_str(), value);
    }
    Ok(fields)
}

fn number(body: &Given, name: &str, digits: &str) -> Result<Decimal> {
    Decimal::from_str_exact(digits).map_err(|_| body.refuse(name, format!("{digits} is no decimal number of at most 28 digits.")))
}

/// The fields of a product; its plans are apart.
pub fn product(body: &Given) -> Result<Fields> {
    fields(body, &PRODUCT, &["plans", "id"])
}

/// The plans of a body with their charges.
pub fn plans(body: &Given) -> Result<Vec<PlanParts>> {
    body.parts("plans").map(plan).collect()
}

pub fn plan(body: &Given) -> Result<PlanParts> {
    let charges = body.parts("charges").map(charge).collect::<Result<Vec<_>>>()?;
    Ok(PlanParts { fields: plan_fields(body)?, charges })
}

pub fn plan_fields(body: &Given) -> Result<Fields> {
    fields(body, &PLAN, &["charges", "product_key", "id"])
}

pub fn charge(body: &Given) -> Result<ChargeParts> {
    let prices = prices(body)?.unwrap_or_default();
    Ok(ChargeParts { fields: charge_fields(body)?, tiers: prices })
}

/// The fields of a charge. What is priced by attributes is not built.
pub fn charge_fields(body: &Given) -> Result<Fields> {
    body.refuse_unbuilt(&["formula"])?;
    for name in ["attributes", "rate_cards"] {
        let empty = |json: &Json| matches!(json, Json::List(items) if items.is_empty());
        if body.any(name).is_some_and(|json| !empty(json)) {
            return Err(body.unbuilt(name));
        }
    }
    let apart = ["pricing", "tax_mode", "discount_options", "formula", "attributes", "rate_cards", "id"];
    let mut fields = fields(body, &CHARGE, &apart)?;
    if let Some(mode) = body.text("tax_mode") {
        let taxable = mode != "non_taxable";
        fields.set("taxable", taxable);
        fields.set("taxMode", if taxable { Value::from(CHARGE.our_value("taxMode", mode)) } else { Value::Null });
    }
    if let Some(discount) = body.part("discount_options") {
        fields.set("discountLevel", discount.text("level").map_or(Value::Null, Value::from));
        fields.set("applyDiscountTo", applies_to(discount)?);
        fields.set("useDiscountSpecificAccountingCode", false);
    }
    // the objects show these two by name as well
    if let Some(accounting) = body.part("accounting") {
        for (theirs, ours) in
            [("deferred_revenue_account", "deferredRevenueAccount"), ("recognized_revenue_account", "recognizedRevenueAccount")]
        {
            if accounting.says(theirs) {
                fields.set(ours, accounting.text(theirs).map_or(Value::Null, Value::from));
            }
        }
    }
    Ok(fields)
}

/// The kinds of charges a discount is for, in one word as the noun keeps them.
fn applies_to(discount: &Given) -> Result<Value> {
    let mut word = String::new();
    for (kind, part) in [("one_time", "ONETIME"), ("recurring", "RECURRING"), ("usage", "USAGE")] {
        if discount.texts("apply_to").any(|k| k == kind) {
            word.push_str(part);
        }
    }
    if let Some(odd) = discount.texts("apply_to").find(|k| !["one_time", "recurring", "usage"].contains(k)) {
        return Err(discount.refuse("apply_to", format!("{odd:?} is no kind of charge: one_time, recurring, usage.")));
    }
    Ok(if word.is_empty() { Value::Null } else { word.into() })
}

/// The prices of a body; nothing when it says nothing of them.
pub fn prices(body: &Given) -> Result<Option<Vec<Fields>>> {
    let Some(pricing) = body.part("pricing") else { return Ok(None) };
    let mut prices = Vec::new();
    for (name, field) in [("flat_amounts", "price"), ("unit_amounts", "price"), ("discount_amounts", "discountAmount")] {
        for (currency, amount) in amounts(pricing, name)? {
            prices.push(Fields::default().with("currency", currency).with(field, amount));
        }
    }
    if let Some(percentage) = pricing.decimal("discount_percentage") {
        prices.push(Fields::default().with("discountPercentage", percentage));
    }
    for tier in pricing.parts("tiers") {
        prices.extend(range(tier)?);
    }
    Ok(Some(prices))
}

/// A range of units with its price in each currency.
fn range(tier: &Given) -> Result<Vec<Fields>> {
    let flat = tier.text("price_format") == Some("price_format_flat_fee");
    let (least, most) = (amounts(tier, "min_amounts")?, amounts(tier, "max_amounts")?);
    let mut found = Vec::new();
    for (currency, amount) in amounts(tier, if flat { "flat_amounts" } else { "unit_amounts" })? {
        let mut fields = Fields::default().with("priceFormat", if flat { "Flat Fee" } else { "Per Unit" }).with("price", amount);
        for (name, field) in [("from", "startingUnit"), ("up_to", "endingUnit"), ("tier", "tier")] {
            match tier.entry(name) {
                Some(Entry::Integer(number)) => fields.set(field, *number),
                Some(Entry::Number(number)) => fields.set(field, *number),
                _ => {}
            }
        }
        for (bounds, field) in [(&least, "minimumAmount"), (&most, "maximumAmount")] {
            if let Some((_, amount)) = bounds.iter().find(|(c, _)| *c == currency) {
                fields.set(field, *amount);
            }
        }
        found.push(fields.with("currency", currency));
    }
    if found.is_empty() {
        return Err(tier.missing(if flat { "flat_amounts" } else { "unit_amounts" }));
    }
    Ok(found)
}

/// Amounts by currency.
fn amounts(given: &Given, name: &str) -> Result<Vec<(String, Decimal)>> {
    let Some(Json::Object(members)) = given.any(name) else { return Ok(Vec::new()) };
    let amount = |(currency, json): &(String, Json)| match json {
        Json::Number(digits) | Json::Text(digits) => Ok((currency.clone(), number(given, name, digits)?)),
        other => Err(given.refuse(name, format!("The amount in {currency} must be a number, not {}.", other.noun()))),
    };
    members.iter().map(amount).collect::<Result<_, Error>>()
}
