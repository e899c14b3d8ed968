//! Tax codes and rates that a document is taxed by.

use super::document::Document;
use super::facts::Facts;
use crate::billing::records;
use accrual_base::{Decimal, Error, Result};
use accrual_model::{Object, Stored};
use accrual_objects::billing::{Account, Contact, Invoice, TaxCode, TaxDateBasis, TaxRate, TaxRatePeriod, TaxRateType};
use accrual_receivables::tax::{self, Address, Exemption, ExemptionStatus, Rate, RateBook, RatePeriod, RateRow, RateType, TaxDateRule};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::{BTreeMap, BTreeSet};

/// The rates of a command, and what tax of each code is booked to.
#[derive(Debug, Default)]
pub(super) struct Taxes {
    pub book: RateBook,
    /// Ids of the accounting codes of sales tax, by tax code.
    pub payable: BTreeMap<String, String>,
}

impl Taxes {
    /// Loads what these tax codes need for a document of the account. Nothing when there are none: most documents bring
    /// their tax or have no tax.
    ///
    /// # Errors
    /// A fault from the database. A code that is unknown or not active is left out: the engine says which item names it.
    pub fn load(tx: &mut dyn Read, facts: &Facts, account: &Stored<Account>, invoice: &Invoice, codes: &BTreeSet<String>) -> Result<Self> {
        if codes.is_empty() {
            return Ok(Self::default());
        }
        let contact = invoice.sold_to_contact_id.as_ref().or(account.sold_to_id.as_ref()).or(account.bill_to_id.as_ref());
        let contact = contact.map(|id| records::typed::<Contact>(tx, id)).transpose()?;
        let address = contact.as_ref().map(|c| address(&c.data)).unwrap_or_default();
        let date_rule = facts.rules.tax_dates.as_ref().and_then(|all| all.get(&address.country)).copied().unwrap_or_default();
        let mut taxes = Self {
            book: RateBook {
                codes: BTreeMap::new(),
                address,
                date_rule: match date_rule {
                    TaxDateBasis::DocumentDate => TaxDateRule::DocumentDate,
                    TaxDateBasis::ServiceStartDate => TaxDateRule::ServiceStart,
                    TaxDateBasis::ServiceEndDate => TaxDateRule::ServiceEnd,
                },
                exemption: exemption(account),
            },
            payable: BTreeMap::new(),
        };
        for code in codes {
            taxes.code(tx, code)?;
        }
        Ok(taxes)
    }

    /// Writes on the tax lines of the engine what they are booked to.
    pub fn book_to(&self, document: &mut Document) {
        let lines = document.items.iter_mut().flat_map(|n| n.taxes.iter_mut().chain(n.discounts.iter_mut().flat_map(|d| &mut d.taxes)));
        for line in lines.filter(|line| line.sales_tax_payable_accounting_code_id.is_none()) {
            let payable = line.tax_code.as_ref().and_then(|code| self.payable.get(code)).cloned();
            line.sales_tax_payable_accounting_code_id = payable;
        }
    }

    fn code(&mut self, tx: &mut dyn Read, name: &str) -> Result<()> {
        let Some(code) = typed::find::<TaxCode>(tx, "name", name)?.filter(|code| code.active) else { return Ok(()) };
        if let Some(payable) = &code.sales_tax_payable_accounting_code_id {
            self.payable.insert(name.to_owned(), payable.clone());
        }
        let mut periods = Vec::new();
        for record in records::children(tx, TaxRatePeriod::descriptor(), "tax_code_id", &code.uid)? {
            let period: Stored<TaxRatePeriod> = record.typed()?;
            let Some(start) = period.start_date else { continue };
            let rows = records::children(tx, TaxRate::descriptor(), "tax_rate_period_id", &period.uid)?;
            let rows = rows.into_iter().map(|r| row(&TaxRate::from_values(r.data)?)).collect::<Result<Vec<RateRow>>>()?;
            periods.push(RatePeriod { start, rows });
            // nothing is taxed from the day after its end until the next period begins
            if let Some(end) = period.end_date {
                periods.push(RatePeriod { start: end.plus(1), rows: Vec::new() });
            }
        }
        // of a gap and a period that begin on one day, the period counts
        periods.sort_by_key(|p| (p.start, !p.rows.is_empty()));
        self.book.codes.insert(name.to_owned(), tax::TaxCode { periods });
        Ok(())
    }
}

fn address(contact: &Contact) -> Address {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Address {
        country: text(&contact.country),
        state: text(&contact.state),
        county: text(&contact.county),
        city: text(&contact.city),
        postal_code: text(&contact.postal_code),
        tax_region: text(&contact.tax_region),
    }
}

fn exemption(account: &Account) -> Exemption {
    let status = match account.tax_exempt_status.as_str() {
        "Yes" => ExemptionStatus::Yes,
        "PendingVerification" => ExemptionStatus::PendingVerification,
        _ => ExemptionStatus::No,
    };
    Exemption { status, effective: account.tax_exempt_effective_date, expires: account.tax_exempt_expiration_date }
}

fn row(rate: &TaxRate) -> Result<RateRow> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let rates = rate.taxes.iter().map(|tax| {
        let value = Decimal::from_str_exact(&tax.rate).map_err(|e| Error::fault_from(format!("the tax rate {:?}", tax.rate), e))?;
        Ok(Rate {
            name: tax.name.clone(),
            value,
            kind: match tax.kind {
                TaxRateType::Percentage => RateType::Percentage,
                TaxRateType::FlatFee => RateType::FlatFee,
            },
            jurisdiction: tax.jurisdiction.clone(),
            location_code: String::new(),
        })
    });
    Ok(RateRow {
        place: Address {
            country: rate.country.clone(),
            state: text(&rate.state),
            county: text(&rate.county),
            city: text(&rate.city),
            postal_code: text(&rate.postal_code),
            tax_region: text(&rate.tax_region),
        },
        order: u32::try_from(rate.tax_order).map_err(|_| Error::fault("a tax order out of range"))?,
        rates: rates.collect::<Result<_>>()?,
    })
}
