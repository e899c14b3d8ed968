//! Settings of the tenant, its entities, its organizations as the billing interface knows them, and the permissions that
//! roles can hold.

use crate::billing::headers::hyphenated;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Input, Method, Operation, json, path};
use accrual_app::system::{Entity, System, entity_id};
use accrual_app::{Organization, Permission, config};
use accrual_base::{Error, PeriodId, Result};
use accrual_model::{Query, TextEnum};

use axum::http::StatusCode;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const BASE: Operation = Operation { group: "Tenant", ..ADMINISTRATION };
const WRONG: &str = r#"{"error":{"code":"tenant.time_zone","message":"There is no such time zone …","column":"timeZone"}}"#;
const SETTINGS: &str = r#"{"id":1,"version":2,"name":"default","apiEnabled":true,"defaultVersion":"2025-08-12","timeZone":"Europe/Berlin","rateClass":"Unlimited","entity":"Global"}"#;
const ENTITY: &str =
    r#"{"id":"0123456789ab8def8123456789abcdef","name":"EMEA","parent":"Global","tenant":"default_e1","enabled":true,"settings":{}}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "get_tenant",
        summary: "The settings of the tenant: API on or off, default version, time zone, limits",
        path: "/accrual/v1/tenant",
        answers: &[json(200, "The settings.", SETTINGS)],
        handler: Some(|call| get_tenant(call).boxed()),
        ..BASE
    },
    Operation {
        id: "update_tenant",
        summary: "Changes settings of the tenant; with version, only what was read",
        method: Method::Patch,
        path: "/accrual/v1/tenant",
        input: Input::Json(r#"{"defaultVersion":"2025-08-12","timeZone":"Europe/Berlin","rateClass":"Production"}"#),
        answers: &[json(200, "Changed.", SETTINGS), json(400, "A wrong value.", WRONG)],
        handler: Some(|call| update_tenant(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_entities",
        summary: "The entities of the tenant, the global one first",
        path: "/accrual/v1/entities",
        answers: &[json(
            200,
            "The entities.",
            r#"{"data":[{"id":"0123456789ab8def8123456789abcdef","name":"Global","tenant":"default","enabled":true}]}"#,
        )],
        handler: Some(|call| list_entities(call).boxed()),
        ..BASE
    },
    Operation {
        id: "create_entity",
        summary: "Makes an entity: data, settings and numbers of its own under the users of the tenant",
        method: Method::Post,
        path: "/accrual/v1/entities",
        input: Input::Json(r#"{"name":"EMEA","parent":"Global","firstPeriod":"2024-01"}"#),
        answers: &[json(201, "Made.", ENTITY), json(409, "The name is taken.", WRONG)],
        handler: Some(|call| create_entity(call).boxed()),
        ..BASE
    },
    Operation {
        id: "update_entity",
        summary: "Changes the settings, the name or the parent of an entity",
        method: Method::Patch,
        path: "/accrual/v1/entities/{name}",
        parameters: &[path("name", "string", "Name or id of the entity.")],
        input: Input::Json(r#"{"entity":"Europe","parent":"Global","timeZone":"Europe/Berlin"}"#),
        answers: &[json(200, "Changed.", SETTINGS), json(404, "No such entity.", WRONG)],
        handler: Some(|call| update_entity(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_organizations",
        summary: "The organizations with the ids the billing interface knows them by",
        path: "/accrual/v1/organizations",
        answers: &[json(
            200,
            "The organizations.",
            r#"{"data":[{"id":"01234567-89ab-8def-8123-456789abcdef","number":1,"label":"Main","enabled":true}]}"#,
        )],
        handler: Some(|call| list_organizations(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_permissions",
        summary: "Every permission a role can hold, by category, with the standard user's grant",
        path: "/accrual/v1/permissions",
        answers: &[json(
            200,
            "The permissions.",
            r#"{"data":[{"permission":"Post Invoices","category":"Billing","area":"Invoices","standardUser":true}]}"#,
        )],
        handler: Some(|call| list_permissions(call).boxed()),
        ..BASE
    },
];

/// Runs blocking work on the system, for the tenant of the session.
async fn on_system<T: Send + 'static>(call: &Call, work: impl FnOnce(&System, &str) -> Result<T> + Send + 'static) -> Result<T> {
    let (system, tenant) = (Arc::clone(&call.api.system), call.session()?.home.name.clone());
    crate::call::blocking(move || work(&system, &tenant)).await
}

async fn get_tenant(call: Call) -> Answered {
    Ok(dialect::ok(&on_system(&call, |system, tenant| system.tenant_settings(tenant)).await?))
}

async fn update_tenant(call: Call) -> Answered {
    let (body, context) = (call.json::<Value>().await?, call.context()?);
    Ok(dialect::ok(&on_system(&call, move |system, tenant| system.update_tenant(&context, tenant, body)).await?))
}

fn shown(entity: &Entity) -> Value {
    json!({
        "id": entity.id, "name": entity.name, "parent": entity.parent, "tenant": entity.store, "enabled": entity.enabled,
    })
}

async fn list_entities(call: Call) -> Answered {
    let data = on_system(&call, |system, tenant| Ok(system.entities(tenant).iter().map(shown).collect::<Vec<_>>())).await?;
    Ok(dialect::ok(&json!({"data": data})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewEntity {
    name: String,
    parent: Option<String>,
    first_period: Option<String>,
}

async fn create_entity(call: Call) -> Answered {
    let (new, context) = (call.json::<NewEntity>().await?, call.context()?);
    let period = new.first_period.as_deref().map(PeriodId::parse).transpose()?;
    let made = on_system(&call, move |system, tenant| {
        let made = system.create_entity(&context, tenant, &new.name, new.parent.as_deref(), period)?;
        let id = entity_id(&made.name);
        let entities = system.entities(tenant);
        let mut entity = entities.iter().find(|e| e.id == id).map_or(Value::Null, shown);
        if let Some(fields) = entity.as_object_mut() {
            fields.insert("settings".to_owned(), system.tenant_settings(&made.name)?);
        }
        Ok(entity)
    });
    Ok(dialect::answer(StatusCode::CREATED, &made.await?))
}

async fn update_entity(call: Call) -> Answered {
    let (name, body, context) = (call.part("name")?.to_owned(), call.json::<Value>().await?, call.context()?);
    let changed = on_system(&call, move |system, tenant| {
        let plain = name.replace('-', "").to_lowercase();
        let entities = system.entities(tenant);
        let found = entities.iter().find(|e| e.id == plain || e.name.eq_ignore_ascii_case(&name));
        let missing = || Error::not_found("entity.unknown", "There is no such entity.").with_value(&name);
        system.update_tenant(&context, &found.ok_or_else(missing)?.store, body)
    });
    Ok(dialect::ok(&changed.await?))
}

async fn list_organizations(call: Call) -> Answered {
    let all = call.blocking(|tenant| config::list(tenant, "organization", &Query::default())).await?;
    let one = |o: &Value| {
        let id = o["id"].as_i64().map(|n| hyphenated(&Organization::uid(n)));
        json!({"id": id, "number": o["id"], "label": o["name"], "code": o["code"], "enabled": o["enabled"]})
    };
    Ok(dialect::ok(&json!({"data": all.iter().map(one).collect::<Vec<_>>()})))
}

async fn list_permissions(_call: Call) -> Answered {
    let one =
        |p: Permission| json!({"permission": p.name(), "category": p.category().text(), "area": p.area(), "standardUser": p.standard()});
    Ok(dialect::ok(&json!({"data": Permission::all().map(one).collect::<Vec<_>>()})))
}
