//! Exchange rates the tenant brings.

use crate::billing::handle::success;
use crate::billing::json::Json;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::{Listing, exchange_rate};
use accrual_base::{DateFormat, Day, Error, Result};
use accrual_model::Value;
use futures_util::FutureExt;

pub const BUILT: &[Built] = &[Built {
    operation: "get_custom_exchange_rates",
    handler: |call| list(call).boxed(),
    scope: Scope::BillingRead,
    input: Input::None,
    answers: &[json(
        200,
        "The rates to the currency, by day. `inverse` says that an amount is multiplied by its rate.",
        r#"{"success":true,"rateSetName":"Custom","inverse":true,"rates":[]}"#,
    )],
}];

fn day(call: &Call, name: &'static str) -> Result<Day> {
    let text = call.need_query(name)?;
    let wrong = || Error::invalid("query.date", "A date that exists is written YYYY-MM-DD.").in_column(name).with_value(text);
    DateFormat::YyyyMmDd.parse(text).ok_or_else(wrong)
}

async fn list(call: Call) -> Answered {
    let (first, last) = (day(&call, "startDate")?, day(&call, "endDate")?);
    let currency = call.part("currency")?.to_owned();
    let found = call.look(move |tenant, context| exchange_rate::list(tenant, context, &currency, first, last)).await?;
    let name = found.records.first().and_then(|r| found.descriptor.value(&r.data, "rate_set_name").as_text());
    success(Json::object([
        ("rateSetName", Json::from(name.unwrap_or("Custom"))),
        ("inverse", true.into()),
        ("rates", by_day(&found).into()),
    ]))
}

/// `{"2024-01-15": {"EUR": "1.09", "providerExchangeRateDate": "2024-01-14"}}` for each day.
fn by_day(found: &Listing) -> Vec<Json> {
    let mut days: Vec<(String, Vec<(String, Json)>)> = Vec::new();
    for record in &found.records {
        let value = |field| found.descriptor.value(&record.data, field);
        let (Value::Date(day), Value::Decimal(rate)) = (value("rate_date"), value("rate")) else { continue };
        let day = day.to_string();
        if days.last().is_none_or(|(last, _)| *last != day) {
            days.push((day, Vec::new()));
        }
        let Some((_, rates)) = days.last_mut() else { continue };
        let from = value("from_currency").as_text().unwrap_or_default();
        rates.push((from.to_owned(), Json::Text(rate.normalize().to_string())));
        if let Value::Date(provider) = value("provider_exchange_rate_date")
            && !rates.iter().any(|(name, _)| name == "providerExchangeRateDate")
        {
            rates.push(("providerExchangeRateDate".to_owned(), (*provider).into()));
        }
    }
    days.into_iter().map(|(day, rates)| Json::object([(day, Json::Object(rates))])).collect()
}
