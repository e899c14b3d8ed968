//! A charge of the catalog as it is read.

use crate::billing::json::Json;
use crate::billing::render::{Manner, record};
use crate::billing::spelling::Spelling;
use accrual_app::billing::catalog::{ChargeTree, CodeName, Plans, by_currency};
use accrual_app::billing::noun;
use accrual_base::{Decimal, Result};
use accrual_model::{Descriptor, Record, Value};

/// How the catalog's answers spell a charge: words joined where the objects have spaces.
pub const CHARGE: Spelling = Spelling {
    noun: "product_rate_plan_charge",
    fields: &[("chargeType", "type"), ("chargeModel", "model"), ("uOM", "uom"), ("numberOfPeriod", "numberOfPeriods")],
    values: &[
        ("chargeModel", "Flat Fee Pricing", "FlatFee"),
        ("chargeModel", "Per Unit Pricing", "PerUnit"),
        ("chargeModel", "Overage Pricing", "Overage"),
        ("chargeModel", "Volume Pricing", "Volume"),
        ("chargeModel", "Tiered Pricing", "Tiered"),
        ("chargeModel", "Tiered with Overage Pricing", "TieredWithOverage"),
        ("chargeModel", "Discount-Fixed Amount", "DiscountFixedAmount"),
        ("chargeModel", "Discount-Percentage", "DiscountPercentage"),
        ("chargeModel", "Delivery Pricing", "Delivery"),
        ("billingPeriod", "Semi-Annual", "Semi_Annual"),
        ("billingPeriod", "Specific Months", "Specific_Months"),
        ("billingPeriod", "Specific Weeks", "Specific_Weeks"),
        ("billingPeriod", "Specific Days", "Specific_Days"),
        ("billingPeriod", "Subscription Term", "Subscription_Term"),
        ("billingTiming", "In Advance", "IN_ADVANCE"),
        ("billingTiming", "In Arrears", "IN_ARREARS"),
        ("endDateCondition", "SubscriptionEnd", "Subscription_End"),
        ("endDateCondition", "FixedPeriod", "Fixed_Period"),
        ("endDateCondition", "OneTime", "One_Time"),
        ("listPriceBase", "Per Billing Period", "Per_Billing_Period"),
        ("listPriceBase", "Per Month", "Per_Month"),
        ("listPriceBase", "Per Week", "Per_Week"),
        ("listPriceBase", "Per Year", "Per_Year"),
        ("listPriceBase", "Per Specific Months", "Per_Specific_Months"),
        ("listPriceBase", "Per Validity Period", "Per_Validity_Period"),
        ("upToPeriodsType", "Billing Periods", "Billing_Periods"),
    ],
    parts: &[],
};
const TIER: Spelling = Spelling {
    noun: "product_rate_plan_charge_tier",
    fields: &[],
    values: &[("priceFormat", "Per Unit", "PerUnit"), ("priceFormat", "Flat Fee", "FlatFee")],
    parts: &[],
};

/// The accounting codes of a charge: the field that holds the id, the name in answers.
const CODES: [(&str, &str); 8] = [
    ("adjustment_liability_accounting_code_id", "adjustmentLiabilityAccountingCode"),
    ("adjustment_revenue_accounting_code_id", "adjustmentRevenueAccountingCode"),
    ("contract_asset_accounting_code_id", "contractAssetAccountingCode"),
    ("contract_liability_accounting_code_id", "contractLiabilityAccountingCode"),
    ("contract_recognized_revenue_accounting_code_id", "contractRecognizedRevenueAccountingCode"),
    ("deferred_revenue_accounting_code_id", "deferredRevenueAccountingCode"),
    ("recognized_revenue_accounting_code_id", "recognizedRevenueAccountingCode"),
    ("unbilled_receivables_accounting_code_id", "unbilledReceivablesAccountingCode"),
];

/// A charge with its prices and accounting codes.
pub fn charge(found: &Plans, tree: &ChargeTree, manner: &Manner) -> Result<Json> {
    let descriptor = &found.charge_descriptor;
    let mut shown = record("ProductRatePlanChargeRest", descriptor, &tree.charge, &CHARGE, manner)?;
    if let Json::Object(members) = &mut shown {
        // a number in an object of its own means nothing to a reader; the plain number stands below
        members.retain(|(name, _)| name != "specificListPriceBase");
    }
    let value = |field: &str| descriptor.value(&tree.charge.data, field);
    Ok(shown
        .with("billingDay", billing_day(descriptor, &tree.charge))
        .with("productDiscountApplyDetails", applies_to(value("product_discount_apply_detail_data")))
        .with("financeInformation", finance(found, descriptor, &tree.charge))
        .with("pricing", pricing(descriptor, tree, manner)?))
}

/// The way the bill cycle day is found, with the day where one is named.
fn billing_day(descriptor: &Descriptor, charge: &Record) -> Json {
    let value = |field: &str| descriptor.value(&charge.data, field);
    let kind = value("bill_cycle_type").as_text().unwrap_or_default();
    match (kind, value("bill_cycle_day").as_int(), value("weekly_bill_cycle_day").as_text()) {
        ("SpecificDayofMonth", Some(day), _) => format!("{kind}/{day}").into(),
        ("SpecificDayofWeek", _, Some(day)) => format!("{kind}/{day}").into(),
        _ => kind.into(),
    }
}

/// What a discount applies to, in this interface's spelling.
fn applies_to(details: &Value) -> Json {
    let Value::Json(serde_json::Value::Array(items)) = details else { return Json::List(Vec::new()) };
    let text = |item: &serde_json::Value, name: &str| item.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let shown = |item: &serde_json::Value| {
        Json::object([
            ("appliedProductRatePlanId", Json::from(text(item, "AppliedProductRatePlanId"))),
            ("appliedProductRatePlanChargeId", text(item, "AppliedProductRatePlanChargeId").into()),
        ])
    };
    Json::List(items.iter().map(shown).collect())
}

fn finance(found: &Plans, descriptor: &Descriptor, charge: &Record) -> Json {
    let mut shown = Json::Object(Vec::new());
    for (field, name) in CODES {
        let code = descriptor.value(&charge.data, field).as_text().and_then(|id| found.codes.get(id));
        let part = |of: fn(&CodeName) -> &String| code.map(|c| of(c).as_str());
        shown = shown.with(name, part(|c| &c.name)).with(&format!("{name}Type"), part(|c| &c.kind));
    }
    shown
}

/// The prices by currency. One price stands at the top; ranges stand in `tiers`, and the price beyond them is the
/// overage price.
fn pricing(descriptor: &Descriptor, tree: &ChargeTree, manner: &Manner) -> Result<Vec<Json>> {
    let model = descriptor.value(&tree.charge.data, "charge_model").as_text().unwrap_or_default();
    let ranged = matches!(
        model,
        "Volume Pricing" | "Tiered Pricing" | "Tiered with Overage Pricing" | "HighWatermarkVolumePricing" | "HighWatermarkTieredPricing"
    );
    let included = descriptor.value(&tree.charge.data, "included_units");
    let tier_descriptor = noun("product_rate_plan_charge_tier")?;
    let decimal = |tier: &Record, field: &str| match tier_descriptor.value(&tier.data, field) {
        Value::Decimal(v) => Some(*v),
        _ => None,
    };
    let mut shown = Vec::new();
    for (currency, tiers) in by_currency(&tree.tiers) {
        let beyond = tiers.iter().find(|t| tier_descriptor.value(&t.data, "is_overage_price").as_bool() == Some(true)).copied();
        let single = tiers.first().copied().filter(|_| !ranged);
        let of = |tier: Option<&Record>, field: &str| text(tier.and_then(|t| decimal(t, field)));
        let (price, overage) = match model {
            "Overage Pricing" => (Json::Null, of(single, "price")),
            _ => (of(single, "price"), of(beyond, "price")),
        };
        let mut ranges = Vec::new();
        for tier in tiers.iter().filter(|t| ranged && Some(t.id) != beyond.map(|b| b.id)) {
            ranges.push(record("GetProductRatePlanChargePricingTierType", tier_descriptor, tier, &TIER, manner)?);
        }
        shown.push(Json::object([
            ("currency", Json::from(currency)),
            ("price", price),
            ("tiers", if ranged { ranges.into() } else { Json::Null }),
            ("includedUnits", if let Value::Decimal(v) = included { text(Some(*v)) } else { Json::Null }),
            ("overagePrice", overage),
            ("discountPercentage", of(single, "discount_percentage")),
            ("discountAmount", of(single, "discount_amount")),
        ]));
    }
    Ok(shown)
}

/// A price as the model of prices has it: a text.
fn text(value: Option<Decimal>) -> Json {
    value.map_or(Json::Null, |v| Json::Text(v.normalize().to_string()))
}
