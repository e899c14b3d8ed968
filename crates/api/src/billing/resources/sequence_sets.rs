//! Sequence sets: how documents are numbered.

use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::render::{record, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::sequence_set::{self, SequenceSetCreate, SequenceSetDelete, SequenceSetUpdate};
use accrual_base::Result;
use accrual_model::Filter;
use futures_util::FutureExt;

const SET: Spelling = Spelling::plain("sequence_set");
const CREATE: Spelling = Spelling { parts: &[("sets", "sequenceSets", &SET)], ..Spelling::plain("sequence_set") };
const MODEL: &str = "GetSequenceSetResponse";

const ONE: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1d","name":"EMEA","invoice":{"prefix":"EINV","startNumber":1},"creditMemo":{"prefix":"ECM","startNumber":1},"debitMemo":{"prefix":"EDM","startNumber":1}}"#;
const SOME: &str = r#"{"success":true,"sequenceSets":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1d","name":"EMEA","invoice":{"prefix":"EINV","startNumber":1},"creditMemo":{"prefix":"ECM","startNumber":1},"debitMemo":{"prefix":"EDM","startNumber":1}}]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_sequence_sets",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"sequenceSets":[{"name":"EMEA","invoice":{"prefix":"EINV","startNumber":1},"creditMemo":{"prefix":"ECM","startNumber":1},"debitMemo":{"prefix":"EDM","startNumber":1}}]}"#,
        ),
        answers: &[json(200, "The sets, in the order they were sent; all or none are made.", SOME)],
    },
    Built {
        operation: "get_sequence_sets",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "A page of sets.", SOME)],
    },
    Built {
        operation: "get_sequence_set",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The set.", ONE)],
    },
    Built {
        operation: "update_sequence_set",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"invoice":{"prefix":"EINV","startNumber":1000}}"#),
        answers: &[json(200, "It is changed.", r#"{"success":true}"#)],
    },
    Built {
        operation: "delete_sequence_set",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", r#"{"success":true}"#)],
    },
];

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    let sets = body.parts("sequenceSets").map(|set| set.fields(&SET, &[])).collect::<Result<Vec<_>>>()?;
    let made = call.execute(SequenceSetCreate { sets }).await.map_err(|e| CREATE.explain(e))?;
    let read = move |tenant: &accrual_app::Tenant, context: &accrual_app::Context| {
        made.iter().map(|set| sequence_set::get(tenant, context, &set.id)).collect::<Result<Vec<_>>>()
    };
    let (sets, manner) = (call.look(read).await?, call.v1()?);
    let shown = sets.iter().map(|set| view(MODEL, set, &SET, &manner)).collect::<Result<Vec<_>>>()?;
    success(Json::object([("sequenceSets", Json::List(shown))]))
}

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, USUAL, MOST);
    let name = call.query("name").map(str::to_owned);
    let query = page.query(Filter::All(Vec::new()));
    let mut found = call.look(move |tenant, context| sequence_set::list(tenant, context, name.as_deref(), query)).await?;
    let (more, manner) = (page.cut(&mut found.records), call.v1()?);
    let shown = found.records.iter().map(|r| record(MODEL, &found.descriptor, r, &SET, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "sequenceSets", shown, more))
}

async fn get(call: Call) -> Answered {
    let key = call.part("id")?.to_owned();
    let found = call.look(move |tenant, context| sequence_set::get(tenant, context, &key)).await?;
    success(view(MODEL, &found, &SET, &call.v1()?)?)
}

async fn update(call: Call) -> Answered {
    let fields = call.input().await?.fields(&SET, &[])?;
    let set = call.part("id")?.to_owned();
    call.execute(SequenceSetUpdate { set, fields }).await.map_err(|e| SET.explain(e))?;
    done()
}

async fn delete(call: Call) -> Answered {
    let set = call.part("id")?.to_owned();
    call.execute(SequenceSetDelete { set }).await?;
    done()
}
