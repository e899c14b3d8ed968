//! The worked cases: published and derived figures that the engine has to reproduce to the cent.
//!
//! Every file of `cases/` has a row in the table below and is run by it. `docs/reference/worked-cases.md` lists all
//! cases with those that wait for something not built. Figures marked inconsistent in their source are not forced:
//! the row then tests the recomputed ones that the file's notes give.
#![allow(clippy::unwrap_used)]

#[path = "cases/allocation.rs"]
mod allocation;
mod common;
#[path = "cases/entries.rs"]
mod entries;
#[path = "cases/grouping.rs"]
mod grouping;
#[path = "cases/schedule.rs"]
mod schedule;

use serde_json::Value;

/// A case file's name and what runs it.
type Case = (&'static str, fn(&Value));

const CASES: &[Case] = &[
    ("ratable_daily_partial_contract_151_days", schedule::published_151_days),
    ("derived_daily_151_days_single_rounding", schedule::daily),
    ("derived_daily_mid_month_leap_single_rounding", schedule::daily),
    ("derived_daily_single_month_partial", schedule::daily),
    ("ratable_immediate_open_period", schedule::method),
    ("ratable_immediate_start_date_future", schedule::method),
    ("ratable_mid_month", schedule::method),
    ("ratable_sliding", schedule::method),
    ("ratable_user_defined", schedule::method),
    ("adjustment_retrospective", schedule::raised_carve),
    ("derived_retrospective_new_line_in_march", schedule::joining_line),
    ("derived_retain_method_on_so_update", schedule::retain),
    ("psat_year_late_collection", schedule::late_collection),
    ("psat_year_amendment", schedule::amendment),
    ("waterfall_prior_current_future", schedule::waterfall),
    ("credit_rule_prorate", schedule::credit_rule),
    ("credit_rule_fixed", schedule::credit_rule),
    ("rollforward_jan_feb", schedule::rollforward),
    ("rollforward_carve_out_release", schedule::carve_out),
    ("alloc_multi_currency_functional", allocation::functional),
    ("alloc_residual_rssp", allocation::residual),
    ("alloc_second_level", allocation::second_level),
    ("ramp_volume", allocation::ramp),
    ("ie33_relative_ssp", allocation::relative),
    ("ie34b_residual", allocation::residual_of_a_bundle),
    ("ie52_loyalty_points", allocation::points),
    ("multi_currency_link_delink_six_scenarios", allocation::currency_choice),
    ("multi_currency_relink_after_posting", allocation::rebooked),
    ("je_so_update_upon_booking_rtb_n", entries::order_up_and_down),
    ("je_so_update_rtb_y_then_invoice", entries::right_to_bill_then_invoice),
    ("inv_overage_upon_billing", entries::overage_upon_billing),
    ("cmc_overage_booking_release", entries::overage_cancelled),
    ("cmr_invoice_based_entries", entries::return_on_invoice),
    ("cmr_so_based_entries", entries::return_on_order),
    ("cmc_proration_credit_on_so_line", entries::proration_credit),
    ("cm_impact_on_so", entries::effect_on_order),
    ("clca_right_to_bill_two_lines", entries::two_lines_billed),
    ("derived_unbilled_revenue_rebooked_at_bill_rate", entries::rebooked_at_bill_rate),
    ("derived_reports_tie_out_four_months", entries::four_months),
    ("ie38_contract_liability", entries::billed_before_delivery),
    ("ie39_contract_asset", entries::delivered_before_billing),
    ("pob_consolidated_grouping", grouping::consolidated),
    ("grouping_secondary_two_options", grouping::secondary_options),
];

fn file(name: &str) -> Value {
    let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))).expect("JSON")
}

#[test]
fn worked_cases() {
    let mut failed = Vec::new();
    for (name, run) in CASES {
        let case = file(name);
        if std::panic::catch_unwind(|| run(&case)).is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "cases that fail: {failed:?}");
}

#[test]
fn every_case_file_is_run() {
    let here = format!("{}/tests/cases", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".json") {
            assert!(CASES.iter().any(|(known, _)| *known == name), "{name} has no row");
        }
    }
}

/// A figure of a case in minor units of two decimals.
fn money(value: &Value) -> i64 {
    accrual_base::parse_minor(&value.to_string(), 2).expect("an amount of two decimals")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Amounts by period out of an object such as `{"202101": 102.65}`.
fn by_period(value: &Value) -> Vec<(i32, i64)> {
    value.as_object().expect("an object").iter().map(|(k, v)| (k.parse().expect("a period"), money(v))).filter(|(_, a)| *a != 0).collect()
}
