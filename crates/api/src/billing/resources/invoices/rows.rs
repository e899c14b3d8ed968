//! The rows of the operations on invoices.

use crate::billing::rows::Built;
use crate::table::{Input, Scope, json};
use futures_util::FutureExt;

const CREATE: &str = r#"{"accountNumber":"A00000001","invoiceDate":"2024-03-10","invoiceItems":[{"chargeName":"Set-up","amount":100.00,"serviceStartDate":"2024-03-01","taxItems":[{"name":"State tax","taxAmount":8.25,"taxCode":"Sales","taxDate":"2024-03-10","taxMode":"TaxExclusive","taxRate":0.0825,"taxRateType":"Percentage"}]}]}"#;
const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","invoiceNumber":"INV00000001","accountId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","amount":108.25,"amountWithoutTax":100.00,"taxAmount":8.25,"balance":108.25,"currency":"USD","invoiceDate":"2024-03-10","dueDate":"2024-04-09","source":"API","sourceType":"Standalone","status":"Draft","taxStatus":"Complete"}"#;
const DONE: &str = r#"{"success":true}"#;
const JOB: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","jobStatus":"Completed"}"#;
const MEMO: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","creditMemo":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a30"},"jobStatus":"Completed"}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_standalone_invoice",
        handler: |call| super::create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(CREATE),
        answers: &[json(200, "The invoice.", SHOWN)],
    },
    Built {
        operation: "bulk_create_standalone_invoices",
        handler: |call| super::create_batch(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"useSingleTransaction":false,"invoices":[{"accountNumber":"A00000001","invoiceDate":"2024-03-10","invoiceItems":[{"chargeName":"Set-up","amount":100.00,"serviceStartDate":"2024-03-01"}]}]}"#,
        ),
        answers: &[json(
            200,
            "The invoices in the order of the request; one that was refused has its reasons and its place.",
            r#"{"success":true,"invoices":[{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","invoiceNumber":"INV00000001","amount":100.00}]}"#,
        )],
    },
    Built {
        operation: "get_invoice",
        handler: |call| super::get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The invoice.", SHOWN)],
    },
    Built {
        operation: "get_invoice_items",
        handler: |call| super::items(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "Its items with their tax lines, oldest first.",
            r#"{"success":true,"invoiceItems":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","chargeName":"Set-up","chargeAmount":"100.00","taxAmount":"8.25","balance":"100.00","quantity":1,"serviceStartDate":"2024-03-01","taxationItems":{"data":[]}}]}"#,
        )],
    },
    Built {
        operation: "get_taxation_items_of_invoice_item",
        handler: |call| super::tax_lines(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The tax lines of the item.",
            r#"{"success":true,"data":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a22","name":"State tax","taxAmount":8.25,"balance":8.25,"taxRate":0.0825,"taxRateType":"Percentage"}]}"#,
        )],
    },
    Built {
        operation: "get_invoice_application_parts",
        handler: |call| super::parts(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "What settles the invoice now.",
            r#"{"success":true,"applicationParts":[{"appliedAmount":108.25,"creditMemoId":"018d0b9c2f7d7a1e9b3c5d6e7f809a30"}]}"#,
        )],
    },
    Built {
        operation: "update_invoice",
        handler: |call| super::update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"comments":"Second try.","invoiceItems":[{"chargeName":"Training","amount":50,"unitPrice":50,"serviceStartDate":"2024-03-01"}]}"#,
        ),
        answers: &[json(
            200,
            "The invoice after the change.",
            r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","number":"INV00000001","amount":158.25,"comment":"Second try."}"#,
        )],
    },
    Built {
        operation: "bulk_update_invoices",
        handler: |call| super::update_batch(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"invoices":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","autoPay":true}]}"#),
        answers: &[json(200, "All are changed.", DONE)],
    },
    Built {
        operation: "post_invoice",
        handler: |call| super::post(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"invoiceDate":"2024-03-15"}"#),
        answers: &[json(200, "It is posted. The work is done when the answer comes, so there is no job to ask for.", JOB)],
    },
    Built {
        operation: "bulk_post_invoices",
        handler: |call| super::post_batch(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"invoices":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20"}]}"#),
        answers: &[json(
            200,
            "What became of each.",
            r#"{"success":true,"invoices":[{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20"}]}"#,
        )],
    },
    Built {
        operation: "cancel_invoice",
        handler: |call| super::cancel(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is canceled.", JOB)],
    },
    Built {
        operation: "unpost_invoice",
        handler: |call| super::unpost(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(
            200,
            "It is a draft again.",
            r#"{"success":true,"jobStatus":"Completed","invoice":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","status":"Draft"}}"#,
        )],
    },
    Built {
        operation: "delete_invoice",
        handler: |call| super::delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(
            200,
            "It is gone.",
            r#"{"success":true,"objectId":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","objectType":"Invoice","operationType":"Delete","status":"Completed"}"#,
        )],
    },
    Built {
        operation: "reverse_invoice",
        handler: |call| super::reverse(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"memoDate":"2024-03-15","comment":"Wrong customer."}"#),
        answers: &[json(200, "The credit memo that takes it back.", MEMO)],
    },
    Built {
        operation: "write_off_invoice",
        handler: |call| super::write_off(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"memoDate":"2024-03-15","comment":"Bankrupt."}"#),
        answers: &[json(
            200,
            "The credit memo of what was open.",
            r#"{"success":true,"creditMemo":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a30"}}"#,
        )],
    },
    Built {
        operation: "split_invoice",
        handler: |call| super::split(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"splitType":"Percentage","splits":[{"splitPercentage":50,"invoiceDate":"2024-03-15","paymentTerm":"Net 30"},{"splitPercentage":50,"invoiceDate":"2024-04-15","paymentTerm":"Net 30"}]}"#,
        ),
        answers: &[json(200, "The parts are made. Standalone invoices cannot be split.", JOB)],
    },
    Built {
        operation: "create_invoice_taxation_items",
        handler: |call| super::create_tax_lines(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"taxationItems":[{"invoiceItemId":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","name":"State tax","jurisdiction":"California","taxAmount":8.25,"taxDate":"2024-03-10","taxRate":0.0825,"taxRateType":"Percentage"}]}"#,
        ),
        answers: &[json(
            200,
            "The tax lines.",
            r#"{"success":true,"taxationItems":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a22","name":"State tax","taxAmount":8.25}]}"#,
        )],
    },
];
