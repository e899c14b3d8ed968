//! Accounting codes that items name.

use crate::billing::records;
use accrual_base::{Error, Result, error::Kind};
use accrual_objects::billing::{AccountingCode, AccountingCodeStatus, AccountingCodeType, InvoiceItem, TaxationItem};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The codes of a command, each looked up once.
#[derive(Debug, Default)]
pub(in crate::billing) struct Codes {
    by_name: BTreeMap<String, (String, AccountingCodeType)>,
}

impl Codes {
    /// The id of an active code by its name; of one of these types when any are named.
    ///
    /// # Errors
    /// Rejects, in the column of the field, a code that does not exist, is not active or is of another type.
    pub fn find(&mut self, tx: &mut dyn Read, field: &str, name: &str, types: &[AccountingCodeType]) -> Result<String> {
        let refuse = |kind, code, message: String| Err(Error::rejected(kind, code, message).in_column(field.to_owned()).with_value(name));
        if !self.by_name.contains_key(name) {
            let Some(code) = typed::find::<AccountingCode>(tx, "name", name)? else {
                return refuse(Kind::NotFound, "58501240", "There is no accounting code of this name.".to_owned());
            };
            if code.status != AccountingCodeStatus::Active {
                return refuse(Kind::Conflict, "58501230", "The accounting code is not active.".to_owned());
            }
            self.by_name.insert(name.to_owned(), (code.uid.clone(), code.r#type));
        }
        let Some((id, kind)) = self.by_name.get(name) else { return Err(Error::fault("an accounting code got lost")) };
        if !types.is_empty() && !types.contains(kind) {
            let wanted: Vec<&str> = types.iter().map(|t| accrual_model::TextEnum::text(*t)).collect();
            let message =
                format!("The accounting code is of the type {}, not {}.", accrual_model::TextEnum::text(*kind), wanted.join(" or "));
            return refuse(Kind::Invalid, "58501220", message);
        }
        Ok(id.clone())
    }

    /// Sets the codes an item names.
    ///
    /// # Errors
    /// As [`Codes::find`]; rejects names of fields that are none.
    pub fn item(&mut self, tx: &mut dyn Read, names: &BTreeMap<String, String>, item: &mut InvoiceItem) -> Result<()> {
        use AccountingCodeType as T;
        for (field, name) in names.iter().filter(|(_, name)| !name.is_empty()) {
            let (slot, types): (&mut Option<String>, &[T]) = match field.as_str() {
                "accountingCode" => {
                    self.find(tx, field, name, &[])?;
                    item.accounting_code = Some(name.clone());
                    continue;
                }
                "accountsReceivableAccountingCode" => (&mut item.account_receivable_accounting_code_id, &[T::AccountsReceivable]),
                "deferredRevenueAccountingCode" => (&mut item.deferred_revenue_accounting_code_id, &[T::DeferredRevenue]),
                "recognizedRevenueAccountingCode" => {
                    (&mut item.recognized_revenue_accounting_code_id, &[T::SalesRevenue, T::SalesDiscounts, T::OtherRevenue])
                }
                "adjustmentLiabilityAccountingCode" => (&mut item.adjustment_liability_accounting_code_id, &[T::AdjustmentLiabilities]),
                "adjustmentRevenueAccountingCode" => (&mut item.adjustment_revenue_accounting_code_id, &[T::AdjustmentRevenue]),
                "contractAssetAccountingCode" => (&mut item.contract_asset_accounting_code_id, &[T::ContractAssets]),
                "contractLiabilityAccountingCode" => (&mut item.contract_liability_accounting_code_id, &[T::ContractLiabilities]),
                "contractRecognizedRevenueAccountingCode" => {
                    (&mut item.contract_recognized_revenue_accounting_code_id, &[T::SalesRevenue, T::OtherRevenue])
                }
                "unbilledReceivablesAccountingCode" => (&mut item.unbilled_receivables_accounting_code_id, &[T::UnbilledReceivables]),
                _ => return Err(unknown(field)),
            };
            *slot = Some(self.find(tx, field, name, types)?);
        }
        Ok(())
    }

    /// Sets the codes a tax line names.
    ///
    /// # Errors
    /// As [`Codes::item`].
    pub fn tax(&mut self, tx: &mut dyn Read, names: &BTreeMap<String, String>, line: &mut TaxationItem) -> Result<()> {
        use AccountingCodeType as T;
        for (field, name) in names.iter().filter(|(_, name)| !name.is_empty()) {
            match field.as_str() {
                "accountsReceivableAccountingCode" => {
                    line.account_receivable_accounting_code_id = Some(self.find(tx, field, name, &[T::AccountsReceivable])?);
                }
                "salesTaxPayableAccountingCode" => {
                    line.sales_tax_payable_accounting_code_id = Some(self.find(tx, field, name, &[T::SalesTaxPayable])?);
                    line.accounting_code = Some(name.clone());
                }
                _ => return Err(unknown(field)),
            }
        }
        Ok(())
    }
}

fn unknown(field: &str) -> Error {
    Error::invalid("object.unknown_field", "There is no such accounting code of an item.").in_column(field.to_owned())
}

/// The codes of a tenant by id, for showing the names of those that items keep.
///
/// # Errors
/// A fault from the database.
pub(in crate::billing) fn names(
    tx: &mut dyn Read,
    ids: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, (String, AccountingCodeType)>> {
    let mut known: BTreeMap<String, (String, AccountingCodeType)> = BTreeMap::new();
    for id in ids {
        if let Entry::Vacant(free) = known.entry(id) {
            let code = records::typed::<AccountingCode>(tx, free.key())?;
            free.insert((code.data.name, code.data.r#type));
        }
    }
    Ok(known)
}
