//! What a charge must say, by its type, model and billing rules (reference sections 3.2 and 9.1).

use super::{ChargeModel, ChargeType, ProductRatePlanCharge, refused};
use accrual_model::{Rejection, TextEnum};

pub(super) fn rules(charge: &ProductRatePlanCharge) -> Vec<Rejection> {
    let mut wrong = Vec::new();
    if !charge.charge_model.serves(charge.charge_type) {
        let message = format!("A {} charge cannot have the model {}.", charge.charge_type.text(), charge.charge_model.text());
        wrong.push(refused("product_rate_plan_charge.model", "charge_model", message));
    }
    billing(charge, &mut wrong);
    ends(charge, &mut wrong);
    quantities(charge, &mut wrong);
    usage(charge, &mut wrong);
    discount(charge, &mut wrong);
    tax(charge, &mut wrong);
    wrong
}

/// A field that another one asks for.
fn needed(wrong: &mut Vec<Rejection>, missing: bool, field: &'static str, message: &str) {
    if missing {
        wrong.push(refused("product_rate_plan_charge.required", field, message));
    }
}

fn refuse(wrong: &mut Vec<Rejection>, broken: bool, code: &'static str, field: &'static str, message: &str) {
    if broken {
        wrong.push(refused(code, field, message));
    }
}

fn billing(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    let by_day = charge.bill_cycle_type == "SpecificDayofMonth";
    needed(wrong, by_day && charge.bill_cycle_day.is_none(), "bill_cycle_day", "A specific day of the month is named.");
    let by_weekday = charge.bill_cycle_type == "SpecificDayofWeek";
    needed(wrong, by_weekday && charge.weekly_bill_cycle_day.is_none(), "weekly_bill_cycle_day", "A specific day of the week is named.");
    let period = charge.billing_period.as_deref();
    let periodic = charge.charge_type != ChargeType::OneTime;
    needed(wrong, periodic && period.is_none(), "billing_period", "A recurring or usage charge has a billing period.");
    let specific = period.is_some_and(|p| p.starts_with("Specific "));
    let message = "A specific billing period says how many months, weeks or days it has.";
    needed(wrong, specific && charge.specific_billing_period.is_none(), "specific_billing_period", message);
    let base = charge.list_price_base.as_deref();
    let months = base == Some("Per Specific Months") && charge.specific_list_price_base.is_none();
    needed(wrong, months, "specific_list_price_base", "A price per specific months says how many.");
    // 100 a month billed for the term: 600 for six months, 1200 for twelve
    let exempt = charge.charge_model.is_discount()
        || charge.charge_model == ChargeModel::Delivery
        || charge.charge_function.as_deref() == Some("Prepayment");
    let clash = period == Some("Subscription Term") && matches!(base, None | Some("Per Billing Period")) && !exempt;
    let message = "A charge billed for the whole term has a price per month, week or year.";
    refuse(
        wrong,
        clash && charge.charge_type == ChargeType::Recurring,
        "product_rate_plan_charge.list_price_base",
        "list_price_base",
        message,
    );
    let timing = charge.billing_timing.as_deref();
    let advance = charge.charge_type == ChargeType::Usage && timing == Some("In Advance");
    refuse(wrong, advance, "product_rate_plan_charge.timing", "billing_timing", "Usage is billed in arrears.");
    let arrears = charge.charge_type == ChargeType::OneTime && timing == Some("In Arrears");
    refuse(wrong, arrears, "product_rate_plan_charge.timing", "billing_timing", "Only a recurring charge is billed in arrears by choice.");
}

fn ends(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    let fixed = charge.end_date_condition == "FixedPeriod";
    needed(wrong, fixed && charge.up_to_periods.is_none(), "up_to_periods", "A fixed period says how many periods it has.");
    let percent = charge.price_change_option.as_deref() == Some("SpecificPercentageValue") && charge.price_increase_percentage.is_none();
    needed(wrong, percent, "price_increase_percentage", "A price change by a percentage says which.");
}

fn quantities(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    let (least, most) = (charge.min_quantity, charge.max_quantity);
    let bounds = matches!((least, most), (Some(least), Some(most)) if most < least);
    refuse(wrong, bounds, "product_rate_plan_charge.quantity", "max_quantity", "The greatest quantity is below the least.");
    let outside = charge.default_quantity.is_some_and(|q| least.is_some_and(|l| q < l) || most.is_some_and(|m| q > m));
    let message = "The default quantity lies between the least and the greatest.";
    refuse(wrong, outside && !bounds, "product_rate_plan_charge.quantity", "default_quantity", message);
    let included = charge.charge_model == ChargeModel::Overage && charge.included_units.is_none();
    needed(wrong, included, "included_units", "Overage pricing says how many units are included.");
}

fn usage(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    let usage = charge.charge_type == ChargeType::Usage;
    let measured = usage && charge.charge_model != ChargeModel::FlatFee;
    needed(wrong, measured && charge.uom.is_none(), "uom", "A usage charge names its unit of measure.");
    let grouped = charge.rating_group.as_deref().is_some_and(|g| g != "ByBillingPeriod");
    let groups = usage && matches!(charge.charge_model, ChargeModel::PerUnit | ChargeModel::Volume | ChargeModel::Tiered);
    let message = "Usage is rated in groups only with per unit, volume and tiered pricing.";
    refuse(wrong, grouped && !groups, "product_rate_plan_charge.rating_group", "rating_group", message);
    let window = charge.smoothing_model.as_deref() == Some("RollingWindow") && charge.number_of_period.is_none();
    needed(wrong, window, "number_of_period", "A rolling window says how many periods it has.");
}

fn discount(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    if charge.charge_model.is_discount() {
        needed(wrong, charge.apply_discount_to.is_none(), "apply_discount_to", "A discount says which kinds of charges it applies to.");
        needed(
            wrong,
            charge.discount_level.is_none(),
            "discount_level",
            "A discount says whether it is for plan, subscription or account.",
        );
        let message = "A discount says whether it has accounting codes of its own.";
        needed(wrong, charge.use_discount_specific_accounting_code.is_none(), "use_discount_specific_accounting_code", message);
    } else {
        let given = charge.apply_discount_to.is_some() || charge.discount_level.is_some();
        refuse(wrong, given, "product_rate_plan_charge.discount", "discount_level", "Only a discount applies to other charges.");
    }
}

fn tax(charge: &ProductRatePlanCharge, wrong: &mut Vec<Rejection>) {
    needed(wrong, charge.taxable && charge.tax_mode.is_none(), "tax_mode", "A taxable charge says whether its price includes tax.");
    needed(wrong, charge.taxable && charge.tax_code.is_none(), "tax_code", "A taxable charge has a tax code.");
}
