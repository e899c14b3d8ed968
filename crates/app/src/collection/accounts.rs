//! The account strings of a row: its own, completed by the book's account assignment, interned as one set.

use accrual_base::Result;
use accrual_revenue::fields::{self as f, FieldId};
use accrual_revenue::record::{Record, Value};
use accrual_store::{Commit, Lane, StoreHandle, accounts};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Account types in the order in which a set spells them, with the staged field that gives each.
pub(crate) const TYPES: [(char, FieldId); 12] = [
    ('L', f::DEF_SEGMENTS),
    ('R', f::REV_SEGMENTS),
    ('A', f::AL_ACCOUNT),
    ('X', f::AR_ACCOUNT),
    ('U', f::UB_LIAB_ACCT),
    ('S', f::CA_ACCOUNT),
    ('C', f::CONTRA_AR_ACCT),
    ('M', f::CI_ACCOUNT),
    ('E', f::LT_DEF_ACNT),
    ('F', f::LT_DEF_ADJ_ACCT),
    ('P', f::PAYABLES_ACCT),
    ('I', f::IC_ACCOUNT),
];

/// Account strings by type for lines that bring none, per company code; `""` is for every other company.
#[derive(Clone, Debug, Default)]
pub struct AccountDefaults(pub BTreeMap<String, BTreeMap<char, String>>);

impl AccountDefaults {
    fn account(&self, company: &str, letter: char) -> Option<&str> {
        let of = |code: &str| self.0.get(code).and_then(|types| types.get(&letter)).map(String::as_str);
        of(company).or_else(|| of(""))
    }
}

/// The set of a row in its stored form: a JSON object with the letters in the order of [`TYPES`].
///
/// # Errors
/// A fault when the record is broken.
pub(super) fn segments(record: Record<'_>, defaults: &AccountDefaults) -> Result<String> {
    let mut own: [&str; TYPES.len()] = [""; TYPES.len()];
    let mut company = "";
    for entry in record.iter() {
        let (id, Value::Text(text)) = entry? else { continue };
        if id == f::COMPANY_CODE {
            company = text;
        }
        if let Some(at) = TYPES.iter().position(|(_, field)| *field == id) {
            own[at] = text;
        }
        if id > f::LT_DEF_ADJ_ACCT {
            break;
        }
    }
    let mut set = String::with_capacity(160);
    set.push('{');
    for (at, (letter, _)) in TYPES.iter().enumerate() {
        let account = if own[at].is_empty() { defaults.account(company, *letter).unwrap_or("") } else { own[at] };
        if account.is_empty() {
            continue;
        }
        if set.len() > 1 {
            set.push(',');
        }
        set.push('"');
        set.push(*letter);
        set.push_str("\":");
        push_json(&mut set, account);
    }
    set.push('}');
    Ok(set)
}

/// Appends a JSON string; nearly no account needs escapes.
fn push_json(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Appends what decides a row's set: its company and its own accounts, whose fields stand side by side. Equal bytes mean
/// equal sets.
fn deciding(record: Record<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(Value::Text(company)) = record.get(f::COMPANY_CODE)? {
        out.extend_from_slice(company.as_bytes());
    }
    // no UTF-8 text holds this byte
    out.push(0xff);
    record.fingerprint(f::DEF_SEGMENTS, f::LT_DEF_ADJ_ACCT, out)
}

/// Ids of account sets, remembered by what rows say and by the set itself.
#[derive(Debug, Default)]
pub(super) struct Interner {
    ids: HashMap<String, i64>,
    rows: HashMap<Vec<u8>, i64>,
}

/// Most rows remembered by what they say: beyond that their sets are made each time.
const REMEMBERED: usize = 100_000;

impl Interner {
    /// Starts with every set there is.
    ///
    /// # Errors
    /// A fault from the database.
    pub fn load(store: &StoreHandle) -> Result<Self> {
        let ids = store.read(|tx| accounts::all(tx))?.into_iter().map(|(id, set)| (set, id)).collect();
        Ok(Self { ids, rows: HashMap::new() })
    }

    /// The id of each row's set; new sets get theirs in one small write.
    ///
    /// # Errors
    /// A fault from the database or of a broken record.
    pub fn ids(&mut self, store: &StoreHandle, records: &[Record<'_>], defaults: &AccountDefaults) -> Result<Vec<i64>> {
        let known = &self.rows;
        let find = |key: &mut Vec<u8>, record: &Record<'_>| {
            key.clear();
            deciding(*record, key)?;
            Ok(known.get(key.as_slice()).copied())
        };
        let found: Vec<Option<i64>> = records.par_iter().map_init(Vec::new, |key, r| find(key, r)).collect::<Result<_>>()?;
        if found.iter().all(Option::is_some) {
            return Ok(found.into_iter().flatten().collect());
        }
        let missing = || records.iter().zip(&found).filter(|(_, id)| id.is_none()).map(|(record, _)| *record);
        let sets = missing().map(|record| segments(record, defaults)).collect::<Result<Vec<String>>>()?;
        self.prepare(store, &sets)?;
        for (record, set) in missing().zip(&sets) {
            if self.rows.len() < REMEMBERED {
                let mut key = Vec::with_capacity(96);
                deciding(record, &mut key)?;
                let id = self.id(set)?;
                self.rows.insert(key, id);
            }
        }
        let mut sets = sets.iter();
        found.iter().map(|id| id.map_or_else(|| sets.next().map_or_else(|| Err(unprepared()), |set| self.id(set)), Ok)).collect()
    }

    /// Makes sure that all of these have an id.
    fn prepare(&mut self, store: &StoreHandle, sets: &[String]) -> Result<()> {
        let fresh: BTreeSet<&String> = sets.iter().filter(|s| !self.ids.contains_key(*s)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let fresh: Vec<String> = fresh.into_iter().cloned().collect();
        let wanted = fresh.clone();
        let ids = store.write(Lane::Small, move |tx| accounts::intern(tx, &wanted).map(Commit::Keep))?;
        self.ids.extend(fresh.into_iter().zip(ids));
        Ok(())
    }

    fn id(&self, set: &str) -> Result<i64> {
        self.ids.get(set).copied().ok_or_else(unprepared)
    }
}

fn unprepared() -> accrual_base::Error {
    accrual_base::Error::fault("an account set was not prepared")
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_revenue::record::RecordBuilder;

    #[test]
    fn the_deciding_fields_are_those_of_the_types() {
        assert!(TYPES.iter().all(|(_, field)| (f::DEF_SEGMENTS..=f::LT_DEF_ADJ_ACCT).contains(field)));
    }

    #[test]
    fn a_line_takes_its_own_accounts_and_the_defaults_of_its_company() {
        let defaults = AccountDefaults(BTreeMap::from([
            (String::new(), BTreeMap::from([('L', "2100".to_owned()), ('R', "4000".to_owned())])),
            ("US".to_owned(), BTreeMap::from([('R', "4100".to_owned())])),
        ]));
        let set = |fill: &dyn Fn(&mut RecordBuilder)| {
            let mut b = RecordBuilder::new();
            fill(&mut b);
            segments(Record::new(b.bytes()), &defaults).unwrap()
        };
        assert_eq!(set(&|_| ()), r#"{"L":"2100","R":"4000"}"#);
        let own = set(&|b| {
            b.text(f::COMPANY_CODE, "US").unwrap();
            b.text(f::DEF_SEGMENTS, "01-\"x\"").unwrap();
            b.text(f::CA_ACCOUNT, "1500").unwrap();
        });
        assert_eq!(own, r#"{"L":"01-\"x\"","R":"4100","S":"1500"}"#);
    }
}
