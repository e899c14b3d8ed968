//! The fields of invoices that a rule can refuse, with their numbers.
//!
//! 584900, 592100 and 599900 are the numbers in use in the field; the others are allotted here, one a field.

use accrual_base::{Field, field};

/// Declares the fields and the list of them all.
macro_rules! fields {
    ($($constant:ident: $name:literal, $number:literal;)+) => {
        $(pub const $constant: Field = field!($name, $number);)+

        /// Every field, for the list of codes in the documentation.
        pub const ALL: &[Field] = &[$($constant),+];
    };
}

fields! {
    // the document
    ACCOUNT: "accountId", "584900";
    INVOICE_DATE: "invoiceDate", "584901";
    DUE_DATE: "dueDate", "584902";
    ITEMS: "invoiceItems", "584903";
    NUMBER: "invoiceNumber", "584904";
    CUSTOM_RATES: "customRates", "584905";
    PAYMENT_TERM: "paymentTerm", "584906";
    TOTAL: "amount", "584907";
    BILL_TO: "billToContact", "584908";
    SOLD_TO: "soldToContact", "584909";
    SHIP_TO: "shipToContact", "584910";
    SOLD_TO_SAME: "soldToSameAsBillTo", "584911";
    SHIP_TO_SAME: "shipToSameAsBillTo", "584912";
    INVOICES: "invoices", "584913";
    STATUS: "status", "592100";
    TRANSFER: "transferredToAccounting", "592101";
    CURRENCY: "currency", "584914";
    SEQUENCE_SET: "sequenceSet", "584915";
    INVOICE_KEY: "invoiceId", "584916";
    E_INVOICE: "eInvoiceStatus", "584917";

    // an item
    AMOUNT: "amount", "585001";
    QUANTITY: "quantity", "585002";
    UNIT_PRICE: "unitPrice", "585003";
    CHARGE_NAME: "chargeName", "585004";
    SERVICE_START: "serviceStartDate", "585005";
    SERVICE_END: "serviceEndDate", "585006";
    TAX_CODE: "taxCode", "585007";
    TAX_MODE: "taxMode", "585008";
    TAX_ITEMS: "taxItems", "585009";
    DISCOUNT_ITEMS: "discountItems", "585010";
    ITEM_ID: "id", "585011";
    ACCOUNTING_CODE: "accountingCode", "585012";
    CATALOG_CHARGE: "productRatePlanChargeId", "585013";
    SKU: "sku", "585014";

    // a tax item
    TAX_AMOUNT: "taxAmount", "585101";
    TAX_RATE: "taxRate", "585102";
    TAX_ITEM_MODE: "taxMode", "585103";
    EXEMPT_AMOUNT: "exemptAmount", "585104";
    TAX_NAME: "name", "585105";
    TAX_ITEM_CODE: "taxCode", "585106";
    TAX_DATE: "taxDate", "585107";
    TAX_RATE_TYPE: "taxRateType", "585108";
    JURISDICTION: "jurisdiction", "585109";

    // reversal, write-off, split
    REASON: "reasonCode", "599900";
    MEMO_DATE: "memoDate", "599901";
    APPLY_DATE: "applyEffectiveDate", "599902";
    WRITE_OFF_ITEMS: "items", "599903";
    WRITE_OFF_AMOUNT: "amount", "599904";
    REVENUE_IMPACTING: "revenueImpacting", "599905";
    NON_REVENUE_CODE: "nonRevenueWriteOffAccountingCode", "599906";
    REVERSAL: "invoiceId", "599907";
    SPLIT_TYPE: "splitType", "599910";
    SPLITS: "splits", "599911";
    SPLIT_PERCENTAGE: "splitPercentage", "599912";

    // sequence sets
    SET_NAME: "name", "584920";
    PREFIX: "prefix", "584921";
    START_NUMBER: "startNumber", "584922";

    // money
    APPLIED: "amount", "585201";
    EXCHANGE_RATE: "customFxRate", "585301";
}
