//! The keys a row is planned by: made once, while it is staged, and kept packed with its chunk.
//!
//! What a row groups by depends on the grouping template and on the open period. Staging uses the default template and
//! the period open then; a collection under other rules reads the rows again. Both make the same keys, by [`of_record`]
//! or [`of_row`].

use super::attributes::{RecordAttributes, RowAttributes};
use accrual_base::{Error, PeriodId, Result, hash};
use accrual_revenue::attributes::Attributes;
use accrual_revenue::fields::{self as f, FieldId};
use accrual_revenue::grouping::{self, Rule};
use accrual_revenue::record::{Record, Value};
use accrual_revenue::upload::Row;

/// The rules keys are made by.
#[derive(Clone, Debug)]
pub(crate) struct KeyRules {
    grouping: Vec<Rule>,
    open: PeriodId,
}

impl KeyRules {
    pub fn new(grouping: Vec<Rule>, open: PeriodId) -> Self {
        Self { grouping, open }
    }
    /// Stands for the rules: equal rules have equal ones. The number in front is the version of the packing.
    pub fn fingerprint(&self) -> i64 {
        let by_period = self.grouping.iter().any(|rule| rule.window == grouping::Window::CreationPeriod);
        let open = if by_period { self.open.0 } else { 0 };
        hash::key(&format!("1 {:?} {open}", self.grouping))
    }
    fn group(&self, row: &dyn Attributes) -> Option<i64> {
        // a row without a grouping key stands alone until the chunk refuses it
        grouping::key(&self.grouping, row, self.open).ok().map(|key| hash::key(&key))
    }
}

/// The keys of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowKeys {
    /// The stored number of its type.
    pub kind: u8,
    /// The day that decides its period.
    pub due: i32,
    /// Of SO_LINE_ID, ORIG_SO_LINE_ID, INV_LINE_ID and ORIG_INV_LINE_ID.
    pub ids: [Option<i64>; 4],
    pub group: Option<i64>,
}

const IDS: [FieldId; 4] = [f::SO_LINE_ID, f::ORIG_SO_LINE_ID, f::INV_LINE_ID, f::ORIG_INV_LINE_ID];

/// Keys of a stored row.
///
/// # Errors
/// A fault when the record is broken.
pub(super) fn of_record(record: &[u8], kind: u8, due: i32, rules: &KeyRules) -> Result<RowKeys> {
    let record = Record::new(record);
    let key = |value| match value {
        Some(Value::Text(text)) if !text.is_empty() => Some(hash::key(text)),
        _ => None,
    };
    Ok(RowKeys { kind, due, ids: record.select(&IDS)?.map(key), group: rules.group(&RecordAttributes(record)) })
}

/// Keys of a row that is being staged.
pub(crate) fn of_row(row: &Row<'_>, kind: u8, due: i32, rules: &KeyRules) -> RowKeys {
    let key = |field| row.text(field).filter(|text| !text.is_empty()).map(hash::key);
    RowKeys { kind, due, ids: IDS.map(key), group: rules.group(&RowAttributes(*row)) }
}

impl RowKeys {
    /// Appends the keys: the type, which keys there are, the day, the keys; whole numbers in their 4 or 8 bytes.
    pub fn pack(&self, out: &mut Vec<u8>) {
        let all = self.all();
        let there = (0..).zip(all).fold(0u8, |bits, (at, key)| bits | u8::from(key.is_some()) << at);
        out.extend_from_slice(&[self.kind, there]);
        out.extend_from_slice(&self.due.to_le_bytes());
        all.into_iter().flatten().for_each(|key| out.extend_from_slice(&key.to_le_bytes()));
    }

    fn all(&self) -> [Option<i64>; 5] {
        let [line, order, bill, original] = self.ids;
        [line, order, bill, original, self.group]
    }

    /// Takes the keys of one row off the front.
    ///
    /// # Errors
    /// A fault when they are broken.
    pub fn unpack(bytes: &mut &[u8]) -> Result<Self> {
        let [kind, there] = take(bytes)?;
        let due = i32::from_le_bytes(take(bytes)?);
        let mut next = |at: u8| if there & 1 << at == 0 { Ok(None) } else { take(bytes).map(|key| Some(i64::from_le_bytes(key))) };
        Ok(Self { kind, due, ids: [next(0)?, next(1)?, next(2)?, next(3)?], group: next(4)? })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N]> {
    let (front, rest) = bytes.split_first_chunk::<N>().ok_or_else(|| Error::fault("packed keys of staged rows end too early"))?;
    *bytes = rest;
    Ok(*front)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::{Day, Decimal};
    use accrual_revenue::record::RecordBuilder;
    use accrual_revenue::upload::TypedRow;
    use proptest::prelude::*;

    fn rules() -> KeyRules {
        let rule = |fields: &[&str], window| Rule { fields: fields.iter().map(|f| (*f).to_owned()).collect(), window };
        let grouping = vec![
            rule(&["SO_NUM", "NUM1"], grouping::Window::Always),
            rule(&["CT_DATE"], grouping::Window::CreationPeriod),
            rule(&["CUST_NUM"], grouping::Window::Always),
        ];
        KeyRules::new(grouping, PeriodId(202_401))
    }

    proptest! {
        #[test]
        fn a_row_and_its_record_have_the_same_keys(
            texts in prop::collection::vec("[a-zA-Z0-9 ]{0,6}", 6),
            number in prop::option::of((-10_000i64..10_000, 0u32..4)),
            date in prop::option::of(10_000i32..20_000),
            kind in 0u8..5,
            due in -1_000_000i32..1_000_000,
        ) {
            let mut row = TypedRow::line();
            for (field, text) in [f::SO_LINE_ID, f::ORIG_SO_LINE_ID, f::INV_LINE_ID, f::ORIG_INV_LINE_ID, f::SO_NUM, f::CUST_NUM].into_iter().zip(&texts) {
                row.text(field, text).unwrap();
            }
            if let Some((mantissa, scale)) = number {
                row.number(f::NUM1, Decimal::new(mantissa, scale)).unwrap();
            }
            if let Some(day) = date {
                row.date(f::CT_DATE, Day::from_epoch(day));
            }
            let mut builder = RecordBuilder::new();
            row.row().encode(&mut builder).unwrap();
            let keys = of_row(&row.row(), kind, due, &rules());
            prop_assert_eq!(keys, of_record(builder.bytes(), kind, due, &rules()).unwrap());
            let mut packed = Vec::new();
            keys.pack(&mut packed);
            RowKeys::default().pack(&mut packed);
            let mut rest = packed.as_slice();
            prop_assert_eq!(RowKeys::unpack(&mut rest).unwrap(), keys);
            prop_assert_eq!(RowKeys::unpack(&mut rest).unwrap(), RowKeys::default());
            prop_assert!(rest.is_empty());
            prop_assert!(RowKeys::unpack(&mut rest).is_err());
        }
    }

    #[test]
    fn other_rules_have_another_fingerprint() {
        let other = KeyRules::new(rules().grouping, PeriodId(202_402));
        assert_eq!(rules().fingerprint(), rules().fingerprint());
        assert_ne!(rules().fingerprint(), other.fingerprint());
        assert_ne!(KeyRules::new(Vec::new(), PeriodId(202_401)).fingerprint(), rules().fingerprint());
    }
}
