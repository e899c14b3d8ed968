//! The SSP hierarchy of a grouping template.

use super::missing;
use accrual_base::{Decimal, Result};
use accrual_objects::revenue::{self as noun, ResidualBasis, SspMethod, SspPrice, SspStep, SspTemplate, SspType};
use accrual_revenue::ssp::{Hierarchy, Measure, PricePoint, Range, ResidualRow, Row, Template, Value};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;

/// Joins the values of a stratification row as the engine joins those of a line.
const SEPARATOR: &str = "\u{1f}";

/// The templates of the steps, in their order, with their prices.
///
/// # Errors
/// `collection.setup` when a step names a template that is not there, or a price lacks a figure.
pub(super) fn load(tx: &mut dyn Read, steps: &[SspStep]) -> Result<Hierarchy> {
    let templates = typed::all::<SspTemplate>(tx)?;
    let mut prices: BTreeMap<String, Vec<SspPrice>> = BTreeMap::new();
    for price in typed::all::<SspPrice>(tx)? {
        prices.entry(price.data.template.clone()).or_default().push(price.data);
    }
    let mut hierarchy = Vec::with_capacity(steps.len());
    for step in steps {
        let found = templates.iter().find(|t| t.data.name == step.template);
        let found =
            found.ok_or_else(|| missing(format!("The SSP hierarchy names the template {:?}, which does not exist.", step.template)))?;
        if found.data.enabled {
            hierarchy.push(template(found.id, &found.data, prices.remove(&step.template).unwrap_or_default(), step)?);
        }
    }
    Ok(Hierarchy(hierarchy))
}

fn template(id: i64, t: &SspTemplate, prices: Vec<SspPrice>, step: &SspStep) -> Result<Template> {
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    if t.method == SspMethod::PercentOfList {
        let percent = t.percent.ok_or_else(|| missing(format!("The SSP template {:?} has no percentage.", t.name)))?;
        rows.insert(String::new(), vec![Row { from: None, to: None, value: Value::Percent(percent), range: None, residual: None }]);
    }
    for price in prices {
        rows.entry(price.values.join(SEPARATOR)).or_default().push(row(t, &price)?);
    }
    Ok(Template { id, fields: t.fields.clone(), rows, below: point(step.below), above: point(step.above), within: point(step.within) })
}

fn row(t: &SspTemplate, p: &SspPrice) -> Result<Row> {
    let value = if t.method == SspMethod::Amount { Value::Amount(p.price) } else { Value::Percent(p.price) };
    let residual = if t.ssp_type == SspType::Residual {
        Some(ResidualRow {
            minimum: measure(t, p.minimum_basis, p.minimum)?,
            weight: measure(t, p.weight_basis, p.weight)?,
            alternative: measure(t, p.alternative_basis, p.alternative)?,
        })
    } else {
        None
    };
    let range = p.below.zip(p.above).map(|(below, above)| Range { below, above });
    Ok(Row { from: p.effective_from, to: p.effective_to, value, range, residual })
}

fn measure(t: &SspTemplate, basis: Option<ResidualBasis>, figure: Option<Decimal>) -> Result<Measure> {
    let absent = || missing(format!("A price of the residual SSP template {:?} lacks minimum, weight or alternative.", t.name));
    Ok(match basis.ok_or_else(absent)? {
        ResidualBasis::Custom => Measure::Custom(figure.ok_or_else(absent)?),
        ResidualBasis::ListPrice => Measure::ListPrice(figure.ok_or_else(absent)?),
        ResidualBasis::SellPrice => Measure::SellPrice,
    })
}

fn point(point: noun::PricePoint) -> PricePoint {
    match point {
        noun::PricePoint::Below => PricePoint::Below,
        noun::PricePoint::Mid => PricePoint::Mid,
        noun::PricePoint::Above => PricePoint::Above,
        noun::PricePoint::SellPrice => PricePoint::Price,
    }
}
