//! Files of invoices, and sending them.

use super::files;
use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::Page;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::document::{self, FileState, InvoiceFileUpload};
use accrual_app::billing::email::{self, InvoiceEmail};
use accrual_base::{Error, Result};
use accrual_model::Filter;
use futures_util::FutureExt;

/// Rows of a page unless it says otherwise, and at most.
const PAGE: (u32, u32) = (20, 40);
/// Most invoices of one question.
const MOST: usize = 50;

const DONE: &str = r#"{"success":true}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "get_invoice_files",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The generated files, newest version first. Of a posted invoice the newest is what it says now.",
            r#"{"success":true,"invoiceFiles":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c","versionNumber":1,"pdfFileUrl":"/v1/files/018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}]}"#,
        )],
    },
    Built {
        operation: "get_invoice_pdf_status",
        handler: |call| status(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "Whether each invoice has its file.",
            r#"{"success":true,"invoiceFiles":[{"invoiceId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","invoiceNumber":"INV00000001","pdfGenerationStatus":"Generated","pdfFileUrl":"/v1/files/018d0b9c2f7d7a1e9b3c5d6e7f809a1b","createdOn":"2026-01-15 12:00:00","updatedOn":"2026-01-15 12:00:00"}]}"#,
        )],
    },
    Built {
        operation: "upload_file_for_invoice",
        handler: |call| upload(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::File,
        answers: &[json(200, "The file is kept.", r#"{"success":true,"fileId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#)],
    },
    Built {
        operation: "email_invoice",
        handler: |call| send(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"emailAddresses":"ada@example.com,accounts@example.com"}"#),
        answers: &[json(200, "It will be sent.", DONE)],
    },
];

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, PAGE.0, PAGE.1);
    let key = call.part("invoiceKey")?.to_owned();
    let query = page.query(Filter::All(Vec::new()));
    let mut files = call.look(move |tenant, context| document::files(tenant, context, &key, query)).await?.files;
    let more = page.cut(&mut files);
    let rows = files.into_iter().map(|f| {
        let version = f.data.version_number;
        Json::object([
            ("id", Json::from(f.uid)),
            ("versionNumber", version.map_or(Json::Null, Json::from)),
            ("pdfFileUrl", f.data.pdf_file_url.into()),
        ])
    });
    success(page.list(&call, "invoiceFiles", rows.collect(), more))
}

async fn status(call: Call) -> Answered {
    let keys: Vec<String> =
        call.need_query("invoiceKeys")?.split(',').map(str::trim).filter(|k| !k.is_empty()).map(str::to_owned).collect();
    if keys.is_empty() || keys.len() > MOST {
        let message = format!("invoiceKeys has from 1 to {MOST} ids or numbers of invoices, with commas between.");
        return Err(Error::invalid("query.query", message).in_column("invoiceKeys"));
    }
    let states = call.look(move |tenant, context| document::pdf_status(tenant, context, &keys)).await?;
    let manner = call.v1()?;
    let shown = states.into_iter().map(|state| {
        let FileState { invoice_id, invoice_number, state, url, error, created_at, updated_at } = state;
        let (category, text) = error.unzip();
        Json::object([
            ("invoiceId", Json::from(invoice_id)),
            ("invoiceNumber", invoice_number.into()),
            ("pdfGenerationStatus", state.name().into()),
            ("pdfFileUrl", url.as_deref().into()),
            ("errorCategory", category.into()),
            ("errorMessage", text.as_deref().into()),
            ("createdOn", created_at.map(|at| manner.time(at)).as_deref().into()),
            ("updatedOn", updated_at.map(|at| manner.time(at)).as_deref().into()),
        ])
    });
    success(Json::object([("invoiceFiles", Json::List(shown.collect()))]))
}

async fn upload(call: Call) -> Answered {
    let invoice = call.part("invoiceKey")?.to_owned();
    let (content, file_name) = files::receive(&call).await?;
    let command = InvoiceFileUpload { invoice, file_name, content: content.clone() };
    let file_id = files::keep(&call, content, command).await?;
    success(Json::object([("fileId", Json::from(file_id))]))
}

async fn send(call: Call) -> Answered {
    let body = call.input().await?;
    let tenant = call.tenant()?;
    let request = InvoiceEmail {
        tenant: tenant.name.clone(),
        invoice: call.part("invoiceKey")?.to_owned(),
        addresses: body.text("emailAddresses").map(str::to_owned),
        of_template: body.flag("useEmailTemplateSetting").unwrap_or(false),
        additional: body.flag("includeAdditionalEmailAddresses").unwrap_or(false),
        file: body.text("pdfFileId").map(str::to_owned),
        newest: None,
    };
    let request: Result<InvoiceEmail> = call.look(move |tenant, _| email::prepared(tenant, request)).await;
    call.execute(request?).await?;
    // whoever sends mail need not look for it
    tenant.wake.ring();
    done()
}
