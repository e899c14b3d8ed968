//! Accounting codes (reference section 5.1).

use crate::field::{CODE, CODE_NAME, CODE_STATUS, CODE_TYPE};
use accrual_base::Result;

/// The side of the books a type belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Assets,
    Liabilities,
    Equity,
    Revenue,
    Expenses,
}

impl Category {
    pub fn name(self) -> &'static str {
        match self {
            Self::Assets => "Assets",
            Self::Liabilities => "Liabilities",
            Self::Equity => "Equity",
            Self::Revenue => "Revenue",
            Self::Expenses => "Expenses",
        }
    }
}

macro_rules! code_types {
    ($($category:ident: $($name:ident),+;)+) => {
        /// The type of an accounting code; its spelling on the wire is its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CodeType { $($($name),+),+ }

        impl CodeType {
            pub const ALL: &[Self] = &[$($(Self::$name),+),+];

            pub fn name(self) -> &'static str {
                match self { $($(Self::$name => stringify!($name)),+),+ }
            }
            pub fn category(self) -> Category {
                match self { $($(Self::$name)|+ => Category::$category),+ }
            }
        }
    };
}

code_types! {
    Assets: AccountsReceivable, OnAccountReceivable, Cash, OtherAssets, CustomerCashOnAccount, UnbilledReceivables, ContractAssets;
    Liabilities: DeferredRevenue, SalesTaxPayable, OtherLiabilities, ContractLiabilities, AdjustmentLiabilities;
    Equity: OtherEquity;
    Revenue: SalesRevenue, SalesDiscounts, OtherRevenue, AdjustmentRevenue;
    Expenses: BadDebt, OtherExpenses;
}

impl CodeType {
    /// Finds a type by its spelling; `On-Account Receivable` is known as well.
    ///
    /// # Errors
    /// Rejects any other spelling and lists those that exist.
    pub fn named(name: &str) -> Result<Self> {
        if name == "On-Account Receivable" {
            return Ok(Self::OnAccountReceivable);
        }
        Self::ALL.iter().copied().find(|t| t.name() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|t| t.name()).collect();
            CODE_TYPE.invalid(format!("Unknown type of accounting code; use one of {}.", known.join(", "))).with_value(name)
        })
    }
}

/// An accounting code as its rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub name: String,
    pub kind: CodeType,
    pub active: bool,
    /// Transactions have it.
    pub used: bool,
    /// A transaction type is assigned to it in the settings.
    pub assigned: bool,
}

/// Makes an active code.
///
/// # Errors
/// Rejects a name that is missing, longer than 100 characters or taken, and a second code for accounts receivable unless the
/// tenant may have several.
pub fn create(name: &str, kind: CodeType, others: &[Code], several_receivables: bool) -> Result<Code> {
    check_name(name, others)?;
    check_receivable(kind, others, several_receivables)?;
    Ok(Code { name: name.to_owned(), kind, active: true, used: false, assigned: false })
}

fn check_name(name: &str, others: &[Code]) -> Result<()> {
    if name.is_empty() {
        return Err(CODE_NAME.missing("An accounting code needs a name."));
    }
    if name.chars().count() > 100 {
        return Err(CODE_NAME.invalid("The name of an accounting code has at most 100 characters.").with_value(name));
    }
    if others.iter().any(|c| c.name == name) {
        return Err(CODE_NAME.rule("There is an accounting code of this name; choose another.").with_value(name));
    }
    Ok(())
}

fn check_receivable(kind: CodeType, others: &[Code], several: bool) -> Result<()> {
    if kind == CodeType::AccountsReceivable && !several && others.iter().any(|c| c.kind == kind) {
        return Err(CODE_TYPE.rule("There is an accounting code for accounts receivable, and there can be only one."));
    }
    Ok(())
}

impl Code {
    /// Changes name and type. `others` are the other codes.
    ///
    /// # Errors
    /// Rejects any change of a code in use, another type for accounts receivable, and what [`create`] rejects.
    pub fn update(&mut self, name: Option<&str>, kind: Option<CodeType>, others: &[Code], several_receivables: bool) -> Result<()> {
        if self.used {
            return Err(CODE.rule("The accounting code is in use and cannot be changed; create another.").with_value(&self.name));
        }
        if let Some(kind) = kind.filter(|k| *k != self.kind) {
            if self.kind == CodeType::AccountsReceivable {
                return Err(CODE_TYPE.rule("The type of the code for accounts receivable cannot be changed."));
            }
            check_receivable(kind, others, several_receivables)?;
        }
        if let Some(name) = name {
            check_name(name, others)?;
            name.clone_into(&mut self.name);
        }
        self.kind = kind.unwrap_or(self.kind);
        Ok(())
    }

    /// Activates a code.
    ///
    /// # Errors
    /// Rejects one that is active.
    pub fn activate(&mut self) -> Result<()> {
        if self.active {
            return Err(CODE_STATUS.rule("The accounting code is active already.").with_value(&self.name));
        }
        self.active = true;
        Ok(())
    }

    /// Deactivates a code.
    ///
    /// # Errors
    /// Rejects one that is inactive, the one for accounts receivable, and one with transactions or assigned to a transaction type.
    pub fn deactivate(&mut self) -> Result<()> {
        if !self.active {
            return Err(CODE_STATUS.rule("The accounting code is inactive already.").with_value(&self.name));
        }
        if self.kind == CodeType::AccountsReceivable {
            return Err(CODE.rule("The accounting code for accounts receivable cannot be deactivated.").with_value(&self.name));
        }
        if self.used || self.assigned {
            let why = "The accounting code has transactions or is assigned to a transaction type; it cannot be deactivated.";
            return Err(CODE.rule(why).with_value(&self.name));
        }
        self.active = false;
        Ok(())
    }

    /// Checks that a code may be deleted.
    ///
    /// # Errors
    /// Rejects an active code and one that was ever used.
    pub fn check_delete(&self) -> Result<()> {
        if self.active {
            return Err(CODE_STATUS.rule("Only an inactive accounting code can be deleted; deactivate it first.").with_value(&self.name));
        }
        if self.used {
            return Err(CODE.rule("The accounting code was used and cannot be deleted.").with_value(&self.name));
        }
        Ok(())
    }

    /// Checks that a code given for a purpose is active and of one of the types the purpose takes.
    ///
    /// # Errors
    /// As described.
    pub fn check_usable(&self, types: &[CodeType]) -> Result<()> {
        if !self.active {
            return Err(CODE.rule("The accounting code is inactive; activate it or give another.").with_value(&self.name));
        }
        if !types.contains(&self.kind) {
            let known: Vec<&str> = types.iter().map(|t| t.name()).collect();
            let why = format!("The accounting code has the type {}; give one of {}.", self.kind.name(), known.join(", "));
            return Err(CODE.invalid(why).with_value(&self.name));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().rejection().unwrap().code.to_owned()
    }

    #[test]
    fn types_have_spellings_and_categories() {
        for kind in CodeType::ALL {
            assert_eq!(CodeType::named(kind.name()).unwrap(), *kind);
        }
        assert_eq!(CodeType::ALL.len(), 19);
        assert_eq!(CodeType::named("On-Account Receivable").unwrap().category().name(), "Assets");
        assert_eq!(CodeType::SalesDiscounts.category(), Category::Revenue);
        assert_eq!(refused(CodeType::named("Rent")), "61010220");
    }

    #[test]
    fn the_life_of_a_code() {
        let receivable = create("AR", CodeType::AccountsReceivable, &[], false).unwrap();
        let others = [receivable.clone()];
        assert_eq!(refused(create("AR", CodeType::Cash, &others, false)), "61010130");
        assert_eq!(refused(create("", CodeType::Cash, &others, false)), "61010122");
        assert_eq!(refused(create(&"x".repeat(101), CodeType::Cash, &others, false)), "61010120");
        assert_eq!(refused(create("AR2", CodeType::AccountsReceivable, &others, false)), "61010230");
        create("AR2", CodeType::AccountsReceivable, &others, true).unwrap();
        let mut code = create("Sales", CodeType::SalesRevenue, &others, false).unwrap();
        assert_eq!(refused(code.activate()), "61010330");
        assert_eq!(refused(code.check_delete()), "61010330");
        code.update(Some("Sales 2"), Some(CodeType::OtherRevenue), &others, false).unwrap();
        assert_eq!(refused(code.update(None, Some(CodeType::AccountsReceivable), &others, false)), "61010230");
        code.deactivate().unwrap();
        assert_eq!(refused(code.deactivate()), "61010330");
        assert_eq!(refused(code.check_usable(&[CodeType::OtherRevenue])), "61010030");
        code.check_delete().unwrap();
        code.used = true;
        assert_eq!(refused(code.check_delete()), "61010030");
        assert_eq!(refused(code.update(Some("B"), None, &others, false)), "61010030");
        code.activate().unwrap();
        assert_eq!(refused(code.deactivate()), "61010030");
        assert_eq!(refused(code.check_usable(&[CodeType::Cash])), "61010020");
        let mut receivable = receivable;
        assert_eq!(refused(receivable.deactivate()), "61010030");
        assert_eq!(refused(receivable.update(None, Some(CodeType::Cash), &[], false)), "61010230");
    }
}
