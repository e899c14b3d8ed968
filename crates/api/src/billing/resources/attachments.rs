//! Attachments.

use super::files;
use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::Page;
use crate::billing::render::{record, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::attachment::{self, AttachmentCreate, AttachmentDelete, AttachmentUpdate};
use accrual_base::Result;
use accrual_model::Filter;
use futures_util::FutureExt;

const ATTACHMENT: Spelling =
    Spelling { noun: "attachment", fields: &[("createdById", "createdBy"), ("updatedById", "updatedBy")], values: &[], parts: &[] };

/// Rows of a page unless it says otherwise, and at most.
const PAGE: (u32, u32) = (20, 40);
const MODEL: &str = "GetAttachmentResponse";

const DONE: &str = r#"{"success":true}"#;
const SHOWN: &str = r#"{"success":true,"createdBy":"018d0b9c2f7d7a1e9b3c5d6e7f809a10","createdOn":"2026-01-15 12:00:00","description":"The signed order","fileContentType":"application/pdf","fileId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","fileName":"order.pdf","id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c","updatedBy":"018d0b9c2f7d7a1e9b3c5d6e7f809a10","updatedOn":"2026-01-15 12:00:00"}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "post_attachments",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::File,
        answers: &[json(
            200,
            "The attachment and its file.",
            r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c","fileId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#,
        )],
    },
    Built {
        operation: "get_attachments",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The attachment.", SHOWN)],
    },
    Built {
        operation: "get_attachments_list",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The attachments of the object, oldest first.",
            r#"{"success":true,"attachments":[{"fileId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","fileName":"order.pdf","id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c"}]}"#,
        )],
    },
    Built {
        operation: "put_attachments",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"fileName":"contract.pdf","description":"Signed by both"}"#),
        answers: &[json(200, "It is changed.", DONE)],
    },
    Built {
        operation: "delete_attachments",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone, with its file.", DONE)],
    },
];

async fn create(call: Call) -> Answered {
    let object_type = call.need_query("associatedObjectType")?.to_owned();
    let object_key = call.need_query("associatedObjectKey")?.to_owned();
    let description = call.query("description").filter(|d| !d.is_empty()).map(str::to_owned);
    let (content, file_name) = files::receive(&call).await?;
    let command = AttachmentCreate { object_type, object_key, file_name, description, content: content.clone() };
    let made = files::keep(&call, content, command).await.map_err(|e| ATTACHMENT.explain(e))?;
    success(Json::object([("id", Json::from(made.id)), ("fileId", made.file_id.into())]))
}

async fn get(call: Call) -> Answered {
    let id = call.part("attachment-id")?.to_owned();
    let found = call.look(move |tenant, context| attachment::get(tenant, context, &id)).await?;
    success(view(MODEL, &found, &ATTACHMENT, &call.v1()?)?)
}

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, PAGE.0, PAGE.1);
    let (kind, key) = (call.part("object-type")?.to_owned(), call.part("object-key")?.to_owned());
    let query = page.query(Filter::All(Vec::new()));
    let mut found = call.look(move |tenant, context| attachment::list(tenant, context, &kind, &key, query)).await?;
    let more = page.cut(&mut found.records);
    let manner = call.v1()?;
    let rows = found.records.iter().map(|r| record(MODEL, found.descriptor, r, &ATTACHMENT, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "attachments", rows, more))
}

async fn update(call: Call) -> Answered {
    let body = call.input().await?;
    let file_name = body.text("fileName").map(str::to_owned);
    let description = (body.says("description")).then(|| body.text("description").map(str::to_owned));
    let id = call.part("attachment-id")?.to_owned();
    call.execute(AttachmentUpdate { id, file_name, description }).await.map_err(|e| ATTACHMENT.explain(e))?;
    done()
}

async fn delete(call: Call) -> Answered {
    let id = call.part("attachment-id")?.to_owned();
    call.execute(AttachmentDelete { id }).await?;
    done()
}
