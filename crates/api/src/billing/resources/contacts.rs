//! Contacts and their snapshots.

use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::render::{Manner, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::contact::{self, ContactCreate, ContactDelete, ContactScrub, ContactTransfer, ContactUpdate};
use accrual_app::billing::{View, account};
use accrual_base::Result;
use futures_util::FutureExt;

/// How bodies spell a contact. Answers show the postal code under both of its names.
pub const CONTACT: Spelling = Spelling {
    noun: "contact",
    fields: &[("nickName", "nickname"), ("postalCode", "zipCode"), ("description", "contactDescription")],
    values: &[],
    parts: &[],
};
const SNAPSHOT: Spelling = Spelling { noun: "contact_snapshot", fields: &[("nickName", "nickname")], values: &[], parts: &[] };

const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","accountId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","accountNumber":"A00000001","firstName":"Ada","lastName":"Lovelace","country":"United States","state":"California","zipCode":"94105"}"#;
const DONE: &str = r#"{"success":true}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_contact",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"accountNumber":"A00000001","firstName":"Ada","lastName":"Lovelace","country":"United States","state":"California","zipCode":"94105"}"#,
        ),
        answers: &[json(200, "The contact.", SHOWN)],
    },
    Built {
        operation: "get_contact",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The contact.", SHOWN)],
    },
    Built {
        operation: "update_contact",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"workEmail":"ada@example.com"}"#),
        answers: &[json(200, "The contact after the change.", SHOWN)],
    },
    Built {
        operation: "delete_contact",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", DONE)],
    },
    Built {
        operation: "transfer_contact",
        handler: |call| transfer(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"destinationAccountKey":"A00000002"}"#),
        answers: &[json(200, "It belongs to the other account.", DONE)],
    },
    Built {
        operation: "scrub_contact",
        handler: |call| scrub(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "What was personal is overwritten, here and in its snapshots.", DONE)],
    },
    Built {
        operation: "get_contact_snapshot",
        handler: |call| snapshot(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The contact as it was when a document was posted.",
            r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c","contactId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","firstName":"Ada","lastName":"Lovelace"}"#,
        )],
    },
];

/// A contact as answers show it, with the number of its account.
pub(super) fn shown(model: &str, contact: &View, account: Option<&str>, manner: &Manner) -> Result<Json> {
    let mut shown = view(model, contact, &CONTACT, manner)?;
    if let Json::Object(members) = &mut shown {
        members.retain(|(name, _)| name != "accountNumber");
        let at = members.iter().position(|(name, _)| name == "accountId").map_or(members.len(), |at| at + 1);
        members.insert(at, ("accountNumber".to_owned(), account.into()));
    }
    Ok(shown)
}

async fn read(call: &Call, id: String) -> Answered {
    let (contact, account) = call
        .look(move |tenant, context| {
            let contact = contact::get(tenant, context, &id)?;
            let account = contact.text("account_id").map(|id| account::number(tenant, id)).transpose()?.flatten();
            Ok((contact, account))
        })
        .await?;
    success(shown("ContactResponse", &contact, account.as_deref(), &call.v1()?)?)
}

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    let account = match (body.text("accountId"), body.text("accountNumber")) {
        (Some(_), Some(_)) => return Err(body.refuse("accountNumber", "Give accountId or accountNumber, not both.")),
        (Some(key), None) | (None, Some(key)) => key.to_owned(),
        (None, None) => return Err(body.missing("accountId")),
    };
    let fields = body.fields(&CONTACT, &["accountId", "accountNumber"])?;
    let made = call.execute(ContactCreate { account, fields }).await.map_err(|e| CONTACT.explain(e))?;
    read(&call, made.id).await
}

async fn get(call: Call) -> Answered {
    let id = call.part("contactId")?.to_owned();
    read(&call, id).await
}

async fn update(call: Call) -> Answered {
    let fields = call.input().await?.fields(&CONTACT, &[])?;
    let id = call.part("contactId")?.to_owned();
    call.execute(ContactUpdate { id: id.clone(), fields }).await.map_err(|e| CONTACT.explain(e))?;
    read(&call, id).await
}

async fn delete(call: Call) -> Answered {
    let id = call.part("contactId")?.to_owned();
    call.execute(ContactDelete { id }).await?;
    done()
}

async fn transfer(call: Call) -> Answered {
    let account = call.input().await?.need_text("destinationAccountKey")?.to_owned();
    let id = call.part("contactId")?.to_owned();
    call.execute(ContactTransfer { id, account }).await?;
    done()
}

async fn scrub(call: Call) -> Answered {
    let id = call.part("contactId")?.to_owned();
    call.execute(ContactScrub { id }).await?;
    done()
}

async fn snapshot(call: Call) -> Answered {
    let id = call.part("contact-snapshot-id")?.to_owned();
    let found = call.look(move |tenant, context| contact::get_snapshot(tenant, context, &id)).await?;
    success(view("ContactSnapshotResponse", &found, &SNAPSHOT, &call.v1()?)?)
}
