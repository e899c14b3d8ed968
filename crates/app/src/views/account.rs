//! The account strings of a line.

use accrual_base::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account strings of one set, by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSet {
    /// By letter - 'A'.
    accounts: [Option<Arc<str>>; 26],
}

impl AccountSet {
    /// Reads the stored form, a JSON object of letters and account strings.
    ///
    /// # Errors
    /// A fault when it is something else.
    pub fn parse(segments: &str) -> Result<Self> {
        let map: BTreeMap<String, String> =
            serde_json::from_str(segments).map_err(|e| Error::fault_from(format!("account set {segments:?} is not readable"), e))?;
        let mut set = Self::default();
        for (letter, account) in map {
            let index = letter.bytes().next().filter(u8::is_ascii_uppercase).map(|b| usize::from(b - b'A'));
            let slot = index.and_then(|i| set.accounts.get_mut(i));
            *slot.ok_or_else(|| Error::fault(format!("account set {segments:?} has an unknown type")))? = Some(account.into());
        }
        Ok(set)
    }
    /// A set of one account.
    pub(crate) fn of_one(letter: char, account: &str) -> Self {
        let mut set = Self::default();
        let slot = u32::from(letter).checked_sub(u32::from('A')).and_then(|i| set.accounts.get_mut(i as usize));
        if let Some(slot) = slot {
            *slot = Some(account.into());
        }
        set
    }
    /// The account string of a type; empty when the line has none.
    pub fn account(&self, letter: char) -> &str {
        u32::from(letter)
            .checked_sub(u32::from('A'))
            .and_then(|i| usize::try_from(i).ok())
            .and_then(|i| self.accounts.get(i)?.as_deref())
            .unwrap_or("")
    }
}

/// All account sets of a tenant.
#[derive(Clone, Debug, Default)]
pub struct AccountSets(BTreeMap<i64, Arc<AccountSet>>);

impl AccountSets {
    /// Loads every set: there are few, lines share them.
    ///
    /// # Errors
    /// A fault from the database.
    pub fn load(tx: &mut dyn accrual_store::Read) -> Result<Self> {
        let sets = accrual_store::accounts::all(tx)?;
        sets.into_iter().map(|(id, s)| Ok((id, Arc::new(AccountSet::parse(&s)?)))).collect::<Result<_>>().map(Self)
    }
    /// # Errors
    /// A fault for an id there is no set for.
    pub fn get(&self, id: i64) -> Result<&Arc<AccountSet>> {
        self.0.get(&id).ok_or_else(|| Error::fault(format!("account set {id} does not exist")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_answers_its_accounts_by_type() {
        let set = AccountSet::parse(r#"{"L":"01-2100","R":"01-4000"}"#).unwrap();
        assert_eq!((set.account('L'), set.account('R'), set.account('U'), set.account('é')), ("01-2100", "01-4000", "", ""));
        assert!(AccountSet::parse("[]").is_err());
    }
}
