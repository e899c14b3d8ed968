//! Products, plans and charges as these calls answer them: names in camel case, values in words with underscores.

use super::spelling::{CHARGE, PRODUCT};
use crate::billing::json::Json;
use crate::billing::render::Manner;
use crate::billing::resources::catalog::status;
use accrual_app::billing::catalog::{ChargeTree, PlanTree, Plans, by_currency};
use accrual_app::billing::{View, noun};
use accrual_base::{Day, Result};
use accrual_model::{Descriptor, Record, Value};

/// A record that is read field by field.
struct Row<'r> {
    descriptor: &'r Descriptor,
    record: &'r Record,
}

impl Row<'_> {
    fn value(&self, field: &str) -> &Value {
        self.descriptor.value(&self.record.data, field)
    }
    fn json(&self, field: &str) -> Json {
        match self.value(field) {
            Value::Text(v) => v.as_str().into(),
            Value::Bool(v) => (*v).into(),
            Value::Int(v) => (*v).into(),
            Value::Decimal(v) => v.normalize().into(),
            Value::Date(v) => (*v).into(),
            Value::Json(v) => v.into(),
            Value::Null | Value::Instant(_) => Json::Null,
        }
    }
    /// A value of a choice, as these calls spell it.
    fn word(&self, field: &str, spelling: &crate::billing::spelling::Spelling) -> Json {
        let name = self.descriptor.field(field).map_or("", |f| f.name());
        self.value(field).as_text().map_or(Json::Null, |v| spelling.their_value(name, v).into())
    }
    fn custom(&self) -> Json {
        let fields = self.descriptor.fields.iter().filter(|f| f.custom);
        Json::Object(fields.map(|f| (f.name().to_owned(), self.json(&f.names.table))).collect())
    }
    /// Who made and changed it, and when.
    fn stamps(&self, manner: &Manner) -> Json {
        let r = self.record;
        Json::object([
            ("createdById", r.created_by.clone()),
            ("createdTime", manner.time(r.created_at)),
            ("updatedById", r.updated_by.clone()),
            ("updatedTime", manner.time(r.updated_at)),
        ])
    }
}

/// A product; with its plans when they are given.
pub fn product(view: &View, plans: Option<&Plans>, manner: &Manner, today: Day) -> Result<Json> {
    let row = Row { descriptor: &view.descriptor, record: &view.record };
    let shown = Json::object([("id", Json::from(view.record.uid.as_str()))])
        .with("productNumber", row.json("product_number"))
        .with("sku", row.json("sku"))
        .with("name", row.json("name"))
        .with("description", row.json("description"))
        .with("category", row.word("category", &PRODUCT))
        .with("startDate", row.json("effective_start_date"))
        .with("endDate", row.json("effective_end_date"))
        .with("allowFeatureChanges", row.json("allow_feature_changes"))
        .with("state", "product_active")
        .with("customFields", row.custom());
    let trees = match plans {
        Some(found) => found.plans.iter().map(|p| plan(found, p, true, manner, today)).collect::<Result<Vec<_>>>()?,
        None => Vec::new(),
    };
    Ok(shown.with("productRatePlans", trees).and(row.stamps(manner)))
}

/// A plan, with its charges when they are asked for.
pub fn plan(found: &Plans, tree: &PlanTree, charges: bool, manner: &Manner, today: Day) -> Result<Json> {
    let row = Row { descriptor: &found.plan_descriptor, record: &tree.plan };
    let shown = Json::object([("id", Json::from(tree.plan.uid.as_str()))])
        .with("productId", row.json("product_id"))
        .with("productRatePlanNumber", row.json("product_rate_plan_number"))
        .with("name", row.json("name"))
        .with("description", row.json("description"))
        .with("startDate", row.json("effective_start_date"))
        .with("endDate", row.json("effective_end_date"))
        .with("activeCurrencies", row.json("active_currencies"))
        .with("grade", row.json("grade"))
        .with("state", state(status(&found.plan_descriptor, &tree.plan, today)))
        .with("customFields", row.custom());
    let trees = match charges {
        true => tree.charges.iter().map(|c| charge(found, c, manner)).collect::<Result<Vec<_>>>()?,
        false => Vec::new(),
    };
    Ok(shown.with("productRatePlanCharges", trees).and(row.stamps(manner)))
}

fn state(status: &str) -> &'static str {
    match status {
        "Active" => "active",
        "Expired" => "expired",
        _ => "not_started",
    }
}

/// The accounts of a charge: our field, and the name in answers.
const ACCOUNTS: [(&str, &str); 9] = [
    ("account_receivable_accounting_code_id", "accountsReceivableAccount"),
    ("deferred_revenue_accounting_code_id", "deferredRevenueAccount"),
    ("recognized_revenue_accounting_code_id", "recognizedRevenueAccount"),
    ("adjustment_liability_accounting_code_id", "adjustmentLiabilityAccount"),
    ("adjustment_revenue_accounting_code_id", "adjustmentRevenueAccount"),
    ("contract_asset_accounting_code_id", "contractAssetAccount"),
    ("contract_liability_accounting_code_id", "contractLiabilityAccount"),
    ("contract_recognized_revenue_accounting_code_id", "contractRecognizedRevenueAccount"),
    ("unbilled_receivables_accounting_code_id", "unbilledReceivablesAccount"),
];

/// A charge with its prices and accounts.
pub fn charge(found: &Plans, tree: &ChargeTree, manner: &Manner) -> Result<Json> {
    let row = Row { descriptor: &found.charge_descriptor, record: &tree.charge };
    let mut accounting = Json::Object(Vec::new()).with("accountingCode", row.json("accounting_code"));
    for (field, name) in ACCOUNTS {
        let code = row.value(field).as_text().and_then(|id| found.codes.get(id));
        accounting = accounting.with(name, code.map(|c| c.name.as_str())).with(&format!("{name}Type"), code.map(|c| c.kind.as_str()));
    }
    let cycle = Json::object([("type", row.word("bill_cycle_type", &CHARGE))])
        .with("dayOfMonth", row.json("bill_cycle_day"))
        .with("dayOfWeek", row.word("weekly_bill_cycle_day", &CHARGE))
        .with("period", row.word("billing_period", &CHARGE))
        .with("specificPeriod", row.json("specific_billing_period"))
        .with("periodAlignment", row.word("billing_period_alignment", &CHARGE))
        .with("timing", row.word("billing_timing", &CHARGE));
    let revenue = Json::object([("revenueRecognitionRuleName", row.json("revenue_recognition_rule_name"))])
        .with("revenueRecognitionCode", row.json("rev_rec_code"))
        .with("excludeItemBillingFromRevenueAccounting", row.json("exclude_item_billing_from_revenue_accounting"))
        .with("excludeItemBookingFromRevenueAccounting", row.json("exclude_item_booking_from_revenue_accounting"))
        .with("legacyReporting", row.json("legacy_revenue_reporting"));
    let taxable = row.value("taxable").as_bool() == Some(true);
    Ok(Json::object([("id", Json::from(tree.charge.uid.as_str()))])
        .with("productRatePlanId", row.json("product_rate_plan_id"))
        .with("productRatePlanChargeNumber", row.json("product_rate_plan_charge_number"))
        .with("name", row.json("name"))
        .with("description", row.json("description"))
        .with("chargeModel", row.word("charge_model", &CHARGE))
        .with("chargeType", row.word("charge_type", &CHARGE))
        .with("triggerEvent", row.word("trigger_event", &CHARGE))
        .with("endDateCondition", row.word("end_date_condition", &CHARGE))
        .with("upToPeriodsType", row.word("up_to_periods_type", &CHARGE))
        .with("upToPeriods", row.json("up_to_periods"))
        .with("unitOfMeasure", row.json("uom"))
        .with("defaultQuantity", row.json("default_quantity"))
        .with("listPriceBase", row.word("list_price_base", &CHARGE))
        .with("specificListPriceBase", row.json("specific_list_price_base"))
        .with("taxable", taxable)
        .with("taxMode", if taxable { row.word("tax_mode", &CHARGE) } else { "non_taxable".into() })
        .with("taxCode", row.json("tax_code"))
        .with("billCycle", cycle)
        .with("pricing", pricing(&row, &tree.tiers)?)
        .with("overageOptions", Json::object([("includedUnits", row.json("included_units"))]))
        .with("accounting", accounting)
        .with("revenue", revenue)
        .with("attributes", Json::List(Vec::new()))
        .with("rateCards", Json::List(Vec::new()))
        .with("customFields", row.custom())
        .and(row.stamps(manner)))
}

/// The prices: one a currency in maps, ranges of units in `tiers`.
fn pricing(charge: &Row<'_>, tiers: &[Record]) -> Result<Json> {
    let descriptor = noun("product_rate_plan_charge_tier")?;
    let model = charge.value("charge_model").as_text().unwrap_or_default();
    let flat = matches!(model, "Flat Fee Pricing");
    let ranged = matches!(
        model,
        "Volume Pricing" | "Tiered Pricing" | "Tiered with Overage Pricing" | "HighWatermarkVolumePricing" | "HighWatermarkTieredPricing"
    );
    let (mut flats, mut units, mut discounts) = (Vec::new(), Vec::new(), Vec::new());
    let mut percentage = Json::Null;
    let mut ranges: Vec<Range> = Vec::new();
    for (currency, rows) in by_currency(tiers) {
        for record in rows {
            let row = Row { descriptor, record };
            if !row.value("discount_percentage").is_null() {
                percentage = row.json("discount_percentage");
            } else if !row.value("discount_amount").is_null() {
                discounts.push((currency.to_owned(), row.json("discount_amount")));
            } else if ranged {
                range(&mut ranges, &row, currency);
            } else if flat {
                flats.push((currency.to_owned(), row.json("price")));
            } else {
                units.push((currency.to_owned(), row.json("price")));
            }
        }
    }
    let tiers = ranges.into_iter().map(|(_, head, amounts)| match head_is_flat(&head) {
        true => head.with("flatAmounts", Json::Object(amounts)).with("unitAmounts", Json::Object(Vec::new())),
        false => head.with("flatAmounts", Json::Object(Vec::new())).with("unitAmounts", Json::Object(amounts)),
    });
    Ok(Json::object([
        ("flatAmounts", Json::Object(flats)),
        ("unitAmounts", Json::Object(units)),
        ("discountAmounts", Json::Object(discounts)),
        ("discountPercentage", percentage),
        ("tiers", Json::List(tiers.collect())),
    ]))
}

fn head_is_flat(head: &Json) -> bool {
    matches!(head, Json::Object(members) if members.iter().any(|(n, v)| n == "priceFormat" && *v == Json::from("price_format_flat_fee")))
}

/// A tier: its number, what it shows, its prices by currency.
type Range = (i64, Json, Vec<(String, Json)>);

/// Adds the price of a range in one currency to those of the same range in others.
fn range(ranges: &mut Vec<Range>, row: &Row<'_>, currency: &str) {
    let number = row.value("tier").as_int().unwrap_or_default();
    let format = if row.value("price_format").as_text() == Some("Flat Fee") { "price_format_flat_fee" } else { "price_format_per_unit" };
    let head = Json::object([("tier", Json::Text(number.to_string()))])
        .with("from", row.json("starting_unit"))
        .with("upTo", row.json("ending_unit"))
        .with("priceFormat", format)
        .with("overage", row.json("is_overage_price"));
    let amount = (currency.to_owned(), row.json("price"));
    match ranges.iter_mut().find(|(n, known, _)| *n == number && *known == head) {
        Some((_, _, amounts)) => amounts.push(amount),
        None => ranges.push((number, head, vec![amount])),
    }
}
