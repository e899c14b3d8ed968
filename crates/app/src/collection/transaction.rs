//! A staged record as the transaction the engine takes.

use accrual_base::{Currency, Day, Decimal, Error, Result};
use accrual_revenue::attributes::Attributes;
use accrual_revenue::collect::{Link, Transaction};
use accrual_revenue::contract::{Averaging, CreditRule, Ramp, Rates, SecondLevel, TransactionType};
use accrual_revenue::fields::{self as f, FieldId};
use accrual_revenue::record::{Number, Record, Value};
use accrual_revenue::stage;

/// A staged row as the store holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged<'a> {
    pub id: i64,
    pub upload: i64,
    pub org: i64,
    pub kind: TransactionType,
    /// The day that decides its period.
    pub due: Day,
    pub record: &'a [u8],
}

/// What the row refers to, as found in the store and in the chunk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    pub order: Link,
    pub original_order: Link,
    pub original_bill: Link,
    /// The row says word for word what the line's latest order row said.
    pub repeats_source: bool,
}

/// The fields a transaction is made of, ascending.
const FIELDS: [FieldId; 22] = [
    f::INV_QTY,
    f::CREDIT_RULE,
    f::ORD_QTY,
    f::EXT_LST_PRC,
    f::EXT_SLL_PRC,
    f::CURR,
    f::F_CUR,
    f::F_EX_RATE,
    f::G_EX_RATE,
    f::START_DATE,
    f::END_DATE,
    f::DURATION,
    f::TERM,
    f::CV_ELIGIBLE_FLAG,
    f::CV_ELIGIBLE_LVL2_FLAG,
    f::CANCEL_FLAG,
    f::UNBILL_FLAG,
    f::RAMP_DEAL_REF,
    f::AVG_PRCING_MTHD,
    f::LVL2_ALLOC_PCT,
    f::SO_GROUP,
    f::EXT_SSP,
];

/// Where a field stands among [`FIELDS`], by its id, or behind them all: every row asks for each of them.
const POSITIONS: [usize; 256] = {
    let mut positions = [FIELDS.len(); 256];
    let mut at = 0;
    while at < FIELDS.len() {
        positions[FIELDS[at].0 as usize] = at;
        at += 1;
    }
    positions
};

/// Those fields of one record, read in one pass.
struct Fields<'a>([Option<Value<'a>>; FIELDS.len()]);

impl<'a> Fields<'a> {
    fn read(record: Record<'a>) -> Result<Self> {
        record.select(&FIELDS).map(Self)
    }
    fn get(&self, field: FieldId) -> Option<Value<'a>> {
        let at = *POSITIONS.get(usize::from(field.0))?;
        self.0.get(at).copied().flatten()
    }
    fn text(&self, field: FieldId) -> Option<&'a str> {
        match self.get(field) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
    fn number(&self, field: FieldId) -> Option<Number> {
        if let Some(Value::Number(number)) = self.get(field) { Some(number) } else { None }
    }
    fn day(&self, field: FieldId) -> Option<Day> {
        if let Some(Value::Date(day)) = self.get(field) { Some(day) } else { None }
    }
    fn decimal(&self, field: FieldId) -> Result<Option<Decimal>> {
        self.number(field).map(Number::decimal).transpose()
    }
    fn is(&self, field: FieldId, value: &str) -> bool {
        self.text(field).is_some_and(|t| t.eq_ignore_ascii_case(value))
    }
    fn amount(&self, field: FieldId, currency: Currency) -> Result<Option<i64>> {
        let Some(number) = self.number(field) else { return Ok(None) };
        number.minor(currency.exponent()).map(Some).ok_or_else(|| {
            Error::invalid("RPRO-00009", format!("The amount has more decimals than {currency} allows or is too large."))
                .in_column(f::line_fields().name(field))
        })
    }
    fn currency(&self, field: FieldId) -> Result<Currency> {
        let code = self.text(field).unwrap_or_default();
        Currency::named(code).ok_or_else(|| {
            Error::invalid("RPRO-00009", "The currency is not an ISO 4217 code.").in_column(f::line_fields().name(field)).with_value(code)
        })
    }
}

/// Makes the transaction of a row.
///
/// # Errors
/// A rejection with the staging code when a value does not fit: staging lets none through, but setup may have
/// changed since. A fault when the record is broken.
pub(super) fn transaction<'a>(
    row: &Staged<'a>,
    links: Links,
    account_set: i64,
    reporting: Currency,
    attributes: &'a dyn Attributes,
) -> Result<Transaction<'a>> {
    let fields = Fields::read(Record::new(row.record))?;
    let (currency, functional) = (fields.currency(f::CURR)?, fields.currency(f::F_CUR)?);
    let quantity = if row.kind == TransactionType::Order { f::ORD_QTY } else { f::INV_QTY };
    let start = fields.day(f::START_DATE);
    Ok(Transaction {
        id: row.id,
        kind: row.kind,
        order: links.order,
        original_order: links.original_order,
        original_bill: links.original_bill,
        org: row.org,
        account_set,
        currency,
        functional,
        rates: rates(&fields, currency, functional, reporting)?,
        date: row.due,
        start,
        end: end(&fields, start)?,
        quantity: needed(row.kind, quantity, fields.decimal(quantity)?)?,
        // a line without a term has one term unit: nothing makes the field mandatory
        term: fields.decimal(f::TERM)?.unwrap_or(Decimal::ONE),
        list: needed(row.kind, f::EXT_LST_PRC, fields.amount(f::EXT_LST_PRC, currency)?)?,
        sell: needed(row.kind, f::EXT_SLL_PRC, fields.amount(f::EXT_SLL_PRC, currency)?)?,
        ssp: fields.amount(f::EXT_SSP, currency)?,
        eligible: eligible(&fields),
        right_to_bill: fields.is(f::UNBILL_FLAG, "Y"),
        cancelled: fields.is(f::CANCEL_FLAG, "Y"),
        credit_rule: match fields.text(f::CREDIT_RULE) {
            Some(rule) if rule.eq_ignore_ascii_case("L") => CreditRule::LastFirst,
            Some(rule) if rule.eq_ignore_ascii_case("F") => CreditRule::FixedDuration,
            _ => CreditRule::Prorate,
        },
        second_level: second_level(&fields)?,
        ramp: fields.text(f::RAMP_DEAL_REF).map(|group| Ramp {
            group: group.to_owned(),
            averaging: if fields.is(f::AVG_PRCING_MTHD, "Term") { Averaging::Term } else { Averaging::Volume },
        }),
        repeats_source: links.repeats_source,
        attributes,
    })
}

/// A value; when it is missing, zero where the type of the row has no use for it, else the refusal of staging.
fn needed<T: Default>(kind: TransactionType, field: FieldId, value: Option<T>) -> Result<T> {
    let Some(value) = value else {
        let name = f::line_fields().name(field);
        return match stage::refuses_without(kind, field) {
            Some(code) => {
                let message = format!("{name} is missing; it is mandatory on {}.", stage::type_name(kind));
                Err(Error::invalid(code, message).in_column(name))
            }
            None => Ok(T::default()),
        };
    };
    Ok(value)
}

/// A rate that is not needed is one; one that is needed and missing is refused (RPRO-00076).
fn rates(fields: &Fields<'_>, currency: Currency, functional: Currency, reporting: Currency) -> Result<Rates> {
    let rate = |field: FieldId, from: Currency, to: Currency| match fields.decimal(field)? {
        Some(rate) => Ok(rate),
        None if from == to => Ok(Decimal::ONE),
        None => Err(Error::invalid("RPRO-00076", format!("The exchange rate from {from} to {to} is missing."))
            .in_column(f::line_fields().name(field))),
    };
    Ok(Rates { functional: rate(f::F_EX_RATE, currency, functional)?, reporting: rate(f::G_EX_RATE, functional, reporting)? })
}

/// The end given, or start and duration in days, both included (reference section 1.4, *Dates*).
fn end(fields: &Fields<'_>, start: Option<Day>) -> Result<Option<Day>> {
    if let Some(end) = fields.day(f::END_DATE) {
        return Ok(Some(end));
    }
    let (Some(start), Some(duration)) = (start, fields.number(f::DURATION)) else { return Ok(None) };
    let days = duration.minor(0).and_then(|d| i32::try_from(d).ok()).filter(|d| (1..=100_000).contains(d));
    let days =
        days.ok_or_else(|| Error::invalid("RPRO-00068", "The duration must be a whole number of days above zero.").in_column("DURATION"))?;
    Ok(Some(start.plus(days - 1)))
}

fn second_level(fields: &Fields<'_>) -> Result<Option<SecondLevel>> {
    if !fields.is(f::CV_ELIGIBLE_LVL2_FLAG, "Y") {
        return Ok(None);
    }
    Ok(Some(SecondLevel {
        group: fields.text(f::SO_GROUP).map(str::to_owned),
        percent: fields.decimal(f::LVL2_ALLOC_PCT)?.unwrap_or_default(),
    }))
}

/// Whether a line takes part in relative allocation: the flag says so (reference section 3.3). Blank means no, but for
/// a line that brings its own SSP, which has no other use (inferred).
fn eligible(fields: &Fields<'_>) -> bool {
    match fields.text(f::CV_ELIGIBLE_FLAG) {
        Some(flag) => flag.eq_ignore_ascii_case("Y"),
        None => fields.number(f::EXT_SSP).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_revenue::attributes::NoAttributes;
    use accrual_revenue::record::RecordBuilder;

    fn row(fill: impl FnOnce(&mut RecordBuilder) -> Result<()>) -> Staged<'static> {
        let mut b = RecordBuilder::new();
        fill(&mut b).unwrap();
        Staged {
            id: 7,
            upload: 1,
            org: 1,
            kind: TransactionType::Order,
            due: Day::from_ymd(2024, 1, 15),
            record: b.bytes().to_vec().leak(),
        }
    }
    /// What every order row has.
    fn order(b: &mut RecordBuilder, currency: &str) -> Result<()> {
        b.number(f::ORD_QTY, n(1, 0))?;
        b.number(f::EXT_LST_PRC, n(1200, 0))?;
        b.number(f::EXT_SLL_PRC, n(1000, 0))?;
        b.text(f::CURR, currency)?;
        b.text(f::F_CUR, "USD")
    }
    fn n(mantissa: i128, scale: u8) -> Number {
        Number { mantissa, scale }
    }

    #[test]
    fn an_order_row_becomes_a_transaction() {
        let staged = row(|b| {
            b.number(f::ORD_QTY, n(2, 0))?;
            b.number(f::EXT_LST_PRC, n(1200, 0))?;
            b.number(f::EXT_SLL_PRC, n(100_050, 2))?;
            b.text(f::CURR, "EUR")?;
            b.text(f::F_CUR, "USD")?;
            b.number(f::F_EX_RATE, n(11, 1))?;
            b.date(f::START_DATE, Day::from_ymd(2024, 1, 1))?;
            b.number(f::DURATION, n(366, 0))?;
            b.text(f::CV_ELIGIBLE_FLAG, "Y")
        });
        let t = transaction(&staged, Links::default(), 3, Currency::USD, &NoAttributes).unwrap();
        assert_eq!((t.list, t.sell, t.ssp), (120_000, 100_050, None));
        assert_eq!(t.end, Some(Day::from_ymd(2024, 12, 31)));
        assert_eq!((t.rates.functional.to_string().as_str(), t.rates.reporting), ("1.1", Decimal::ONE));
        assert!(t.eligible && !t.right_to_bill && !t.cancelled);
        assert_eq!((t.term, t.account_set), (Decimal::ONE, 3));
    }

    #[test]
    fn a_blank_flag_is_eligible_only_with_an_ssp_of_its_own() {
        let eligible = |flag: Option<&str>, ssp: bool| {
            let staged = row(|b| {
                order(b, "USD")?;
                flag.map_or(Ok(()), |flag| b.text(f::CV_ELIGIBLE_FLAG, flag))?;
                if ssp { b.number(f::EXT_SSP, n(5, 0)) } else { Ok(()) }
            });
            transaction(&staged, Links::default(), 0, Currency::USD, &NoAttributes).unwrap().eligible
        };
        assert_eq!(
            [eligible(None, false), eligible(None, true), eligible(Some("N"), true), eligible(Some("Y"), false)],
            [false, true, false, true]
        );
    }

    #[test]
    fn a_needed_rate_that_is_missing_is_refused() {
        let staged = row(|b| order(b, "EUR"));
        let refused = transaction(&staged, Links::default(), 0, Currency::USD, &NoAttributes).err().unwrap();
        assert_eq!(refused.rejection().unwrap().code, "RPRO-00076");
    }

    #[test]
    fn what_the_type_needs_is_refused_when_it_is_missing() {
        for (left_out, code) in [(f::ORD_QTY, "RPRO-00072"), (f::EXT_LST_PRC, "RPRO-00711"), (f::EXT_SLL_PRC, "RPRO-00059")] {
            let staged = row(|b| {
                for field in [f::ORD_QTY, f::EXT_LST_PRC, f::EXT_SLL_PRC].into_iter().filter(|field| *field != left_out) {
                    b.number(field, n(1, 0))?;
                }
                b.text(f::CURR, "USD")?;
                b.text(f::F_CUR, "USD")
            });
            let refused = transaction(&staged, Links::default(), 0, Currency::USD, &NoAttributes).err().unwrap();
            assert_eq!(refused.rejection().unwrap().code, code);
        }
        let invoice = Staged {
            kind: TransactionType::Invoice,
            ..row(|b| {
                b.number(f::INV_QTY, n(1, 0))?;
                b.number(f::EXT_SLL_PRC, n(5, 0))?;
                b.text(f::CURR, "USD")?;
                b.text(f::F_CUR, "USD")
            })
        };
        let taken = transaction(&invoice, Links::default(), 0, Currency::USD, &NoAttributes).unwrap();
        assert_eq!((taken.sell, taken.list), (500, 0), "an invoice has no use for a list price");
    }
}
