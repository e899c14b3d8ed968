//! Charges of the product catalog that items name.

use crate::billing::records;
use accrual_base::{Error, Result};
use accrual_model::TextEnum;
use accrual_objects::billing::{ChargeModel, InvoiceItem, Product, ProductRatePlan, ProductRatePlanCharge};
use accrual_receivables::field::{CATALOG_CHARGE, SKU};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::{BTreeMap, BTreeSet};

/// A charge with what it belongs to.
#[derive(Debug)]
struct Offer {
    charge_id: String,
    charge: ProductRatePlanCharge,
    plan_id: String,
    product_id: String,
    product: Product,
}

/// The charges and SKUs of a command, each looked up once.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    offers: BTreeMap<String, Offer>,
    free_skus: BTreeSet<String>,
}

impl Catalog {
    fn offer(&mut self, tx: &mut dyn Read, key: &str) -> Result<&Offer> {
        if !self.offers.contains_key(key) {
            let unknown = |e: Error| match e.rejection() {
                Some(_) => CATALOG_CHARGE.absent("There is no such charge in the product catalog.").with_value(key),
                None => e,
            };
            let charge = records::typed::<ProductRatePlanCharge>(tx, key).map_err(unknown)?;
            let plan = records::typed::<ProductRatePlan>(tx, &charge.product_rate_plan_id)?;
            let product = records::typed::<Product>(tx, &plan.product_id)?;
            let offer =
                Offer { charge_id: charge.uid, charge: charge.data, plan_id: plan.uid, product_id: product.uid, product: product.data };
            self.offers.insert(key.to_owned(), offer);
        }
        self.offers.get(key).ok_or_else(|| Error::fault("a charge got lost"))
    }

    /// Writes what the charge of the catalog brings; it overrides what the caller said of the same fields. `taxed`: the item
    /// has no tax items of its own, so the charge decides its tax.
    ///
    /// # Errors
    /// Rejects a charge that does not exist, and any model but the flat fee, the price per unit and, of a discount, the
    /// fixed amount.
    pub fn fill(&mut self, tx: &mut dyn Read, key: &str, item: &mut InvoiceItem, taxed: bool, discount: bool) -> Result<()> {
        let offer = self.offer(tx, key)?;
        let charge = &offer.charge;
        let allowed = match charge.charge_model {
            ChargeModel::FlatFee | ChargeModel::PerUnit => true,
            ChargeModel::DiscountFixedAmount => discount,
            _ => false,
        };
        if !allowed {
            let why = format!("An item of a standalone invoice has a flat fee or a price per unit, not {}.", charge.charge_model.text());
            return Err(CATALOG_CHARGE.rule(why).with_value(key));
        }
        item.product_rate_plan_charge_id = Some(offer.charge_id.clone());
        item.product_rate_plan_id = Some(offer.plan_id.clone());
        item.product_id = Some(offer.product_id.clone());
        item.product_name = Some(offer.product.name.clone());
        item.product_description.clone_from(&offer.product.description);
        item.sku.clone_from(&offer.product.sku);
        item.charge_name = Some(charge.name.clone());
        item.charge_description.clone_from(&charge.description);
        item.charge_type = Some(charge.charge_type.text().to_owned());
        item.uom.clone_from(&charge.uom);
        let (code, mode) = if taxed && charge.taxable { (charge.tax_code.clone(), charge.tax_mode.clone()) } else { (None, None) };
        (item.tax_code, item.tax_mode) = (code, mode);
        item.accounting_code.clone_from(&charge.accounting_code);
        item.deferred_revenue_accounting_code_id.clone_from(&charge.deferred_revenue_accounting_code_id);
        item.recognized_revenue_accounting_code_id.clone_from(&charge.recognized_revenue_accounting_code_id);
        own(&mut item.account_receivable_accounting_code_id, &charge.account_receivable_accounting_code_id);
        own(&mut item.adjustment_liability_accounting_code_id, &charge.adjustment_liability_accounting_code_id);
        own(&mut item.adjustment_revenue_accounting_code_id, &charge.adjustment_revenue_accounting_code_id);
        own(&mut item.contract_asset_accounting_code_id, &charge.contract_asset_accounting_code_id);
        own(&mut item.contract_liability_accounting_code_id, &charge.contract_liability_accounting_code_id);
        own(&mut item.contract_recognized_revenue_accounting_code_id, &charge.contract_recognized_revenue_accounting_code_id);
        own(&mut item.unbilled_receivables_accounting_code_id, &charge.unbilled_receivables_accounting_code_id);
        own(&mut item.revenue_recognition_rule_name, &charge.revenue_recognition_rule_name);
        own(&mut item.rev_rec_code, &charge.rev_rec_code);
        item.source_item_type = Some("ProductRatePlanCharge".to_owned());
        Ok(())
    }

    /// The names of the codes that a charge brings by name only.
    pub fn code_names(&self, key: &str) -> BTreeMap<String, String> {
        let Some(offer) = self.offers.get(key) else { return BTreeMap::new() };
        let charge = &offer.charge;
        let by_name = [
            ("deferredRevenueAccountingCode", &charge.deferred_revenue_account, &charge.deferred_revenue_accounting_code_id),
            ("recognizedRevenueAccountingCode", &charge.recognized_revenue_account, &charge.recognized_revenue_accounting_code_id),
        ];
        let only = by_name.into_iter().filter(|(_, name, id)| name.is_some() && id.is_none());
        only.map(|(field, name, _)| (field.to_owned(), name.clone().unwrap_or_default())).collect()
    }

    /// Refuses the SKU of a product on an item that is not made from the catalog.
    ///
    /// # Errors
    /// As described.
    pub fn free_sku(&mut self, tx: &mut dyn Read, sku: &str) -> Result<()> {
        if self.free_skus.contains(sku) {
            return Ok(());
        }
        if typed::find::<Product>(tx, "sku", sku)?.is_some() {
            let why = "A product of the catalog has this SKU; name its charge, or use another SKU.";
            return Err(SKU.rule(why).with_value(sku));
        }
        self.free_skus.insert(sku.to_owned());
        Ok(())
    }
}

/// The caller's own value stays, the charge's comes where there is none.
fn own(slot: &mut Option<String>, charge: &Option<String>) {
    if slot.is_none() {
        slot.clone_from(charge);
    }
}
