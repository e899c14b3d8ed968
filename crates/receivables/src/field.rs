//! The fields of invoices that a rule can refuse, with their numbers.
//!
//! 584900, 592100 and 599900 are the numbers in use in the field; the others are allotted here, one a field.

use accrual_base::{Field, field};

// the document
pub const ACCOUNT: Field = field!("accountId", "584900");
pub const INVOICE_DATE: Field = field!("invoiceDate", "584901");
pub const DUE_DATE: Field = field!("dueDate", "584902");
pub const ITEMS: Field = field!("invoiceItems", "584903");
pub const NUMBER: Field = field!("invoiceNumber", "584904");
pub const CUSTOM_RATES: Field = field!("customRates", "584905");
pub const PAYMENT_TERM: Field = field!("paymentTerm", "584906");
pub const TOTAL: Field = field!("amount", "584907");
pub const BILL_TO: Field = field!("billToContact", "584908");
pub const SOLD_TO: Field = field!("soldToContact", "584909");
pub const SHIP_TO: Field = field!("shipToContact", "584910");
pub const SOLD_TO_SAME: Field = field!("soldToSameAsBillTo", "584911");
pub const SHIP_TO_SAME: Field = field!("shipToSameAsBillTo", "584912");
pub const INVOICES: Field = field!("invoices", "584913");
pub const STATUS: Field = field!("status", "592100");
pub const TRANSFER: Field = field!("transferredToAccounting", "592101");
pub const CURRENCY: Field = field!("currency", "584914");

// an item
pub const AMOUNT: Field = field!("amount", "585001");
pub const QUANTITY: Field = field!("quantity", "585002");
pub const UNIT_PRICE: Field = field!("unitPrice", "585003");
pub const CHARGE_NAME: Field = field!("chargeName", "585004");
pub const SERVICE_START: Field = field!("serviceStartDate", "585005");
pub const SERVICE_END: Field = field!("serviceEndDate", "585006");
pub const TAX_CODE: Field = field!("taxCode", "585007");
pub const TAX_MODE: Field = field!("taxMode", "585008");
pub const TAX_ITEMS: Field = field!("taxItems", "585009");
pub const DISCOUNT_ITEMS: Field = field!("discountItems", "585010");
pub const ITEM_ID: Field = field!("id", "585011");

// a tax item
pub const TAX_AMOUNT: Field = field!("taxAmount", "585101");
pub const TAX_RATE: Field = field!("taxRate", "585102");
pub const TAX_ITEM_MODE: Field = field!("taxMode", "585103");
pub const EXEMPT_AMOUNT: Field = field!("exemptAmount", "585104");
pub const TAX_NAME: Field = field!("name", "585105");
pub const TAX_ITEM_CODE: Field = field!("taxCode", "585106");

// reversal, write-off, split
pub const REASON: Field = field!("reasonCode", "599900");
pub const MEMO_DATE: Field = field!("memoDate", "599901");
pub const APPLY_DATE: Field = field!("applyEffectiveDate", "599902");
pub const WRITE_OFF_ITEMS: Field = field!("items", "599903");
pub const WRITE_OFF_AMOUNT: Field = field!("amount", "599904");
pub const REVENUE_IMPACTING: Field = field!("revenueImpacting", "599905");
pub const NON_REVENUE_CODE: Field = field!("nonRevenueWriteOffAccountingCode", "599906");
pub const REVERSAL: Field = field!("invoiceId", "599907");
pub const SPLIT_TYPE: Field = field!("splitType", "599910");
pub const SPLITS: Field = field!("splits", "599911");
pub const SPLIT_PERCENTAGE: Field = field!("splitPercentage", "599912");

// sequence sets
pub const SET_NAME: Field = field!("name", "584920");
pub const PREFIX: Field = field!("prefix", "584921");
pub const START_NUMBER: Field = field!("startNumber", "584922");

// money
pub const APPLIED: Field = field!("amount", "585201");
pub const EXCHANGE_RATE: Field = field!("customFxRate", "585301");
