//! Accounts.

use super::contacts::{self, CONTACT};
use crate::billing::handle::{done, success};
use crate::billing::input::Given;
use crate::billing::json::Json;
use crate::billing::render::{Manner, part, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::account::{self, AccountCreate, AccountDelete, AccountUpdate, AccountView, ContactOf};
use accrual_app::billing::{Fields, View};
use accrual_base::{Error, Result};
use futures_util::FutureExt;

/// How bodies spell an account.
pub const ACCOUNT: Spelling = Spelling {
    noun: "account",
    fields: &[
        ("salesRepName", "salesRep"),
        ("billToId", "billToContactId"),
        ("soldToId", "soldToContactId"),
        ("shipToId", "shipToContactId"),
        ("taxCompanyCode", "taxInfo.companyCode"),
        ("taxExemptEntityUseCode", "taxInfo.exemptEntityUseCode"),
        ("taxExemptCertificateID", "taxInfo.exemptCertificateId"),
        ("taxExemptCertificateType", "taxInfo.exemptCertificateType"),
        ("taxExemptDescription", "taxInfo.exemptDescription"),
        ("taxExemptEffectiveDate", "taxInfo.exemptEffectiveDate"),
        ("taxExemptExpirationDate", "taxInfo.exemptExpirationDate"),
        ("taxExemptIssuingJurisdiction", "taxInfo.exemptIssuingJurisdiction"),
        ("taxExemptStatus", "taxInfo.exemptStatus"),
        ("vATId", "taxInfo.VATId"),
        ("mrr", "contractedMrr"),
        ("unappliedBalance", "unappliedPaymentAmount"),
    ],
    values: &[],
    parts: &[("billTo", "billToContact", &CONTACT), ("soldTo", "soldToContact", &CONTACT), ("shipTo", "shipToContact", &CONTACT)],
};

const CREATE: &str = r#"{"name":"Aperture Science","currency":"USD","billCycleDay":1,"paymentTerm":"Net 30","billToContact":{"firstName":"Ada","lastName":"Lovelace","country":"United States","state":"California"},"taxInfo":{"exemptStatus":"No"}}"#;
const SHOWN: &str = r#"{"success":true,"basicInfo":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","accountNumber":"A00000001","name":"Aperture Science","status":"Active","batch":"Batch1"},"billingAndPayment":{"billCycleDay":1,"currency":"USD","paymentTerm":"Net 30","autoPay":false},"metrics":{"balance":0.00,"totalInvoiceBalance":0.00},"billToContact":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","firstName":"Ada","lastName":"Lovelace"},"taxInfo":{"exemptStatus":"No"}}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_account",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(CREATE),
        answers: &[json(
            200,
            "Ids of the account and of its contacts. With a bill-to contact it is active at once.",
            r#"{"success":true,"accountId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","accountNumber":"A00000001","billToContactId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","soldToContactId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#,
        )],
    },
    Built {
        operation: "get_account",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The account with its contacts, balances and tax information.", SHOWN)],
    },
    Built {
        operation: "get_account_summary",
        handler: |call| summary(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The account at a glance, with its last invoices.",
            r#"{"success":true,"basicInfo":{"accountNumber":"A00000001","balance":"0.00","currency":"USD"},"invoices":[],"payments":[],"subscriptions":[],"usage":[]}"#,
        )],
    },
    Built {
        operation: "update_account",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"notes":"Pays late.","billToContact":{"workEmail":"ada@example.com"}}"#),
        answers: &[json(200, "It is changed.", r#"{"success":true}"#)],
    },
    Built {
        operation: "get_account_payment_methods",
        handler: |call| payment_methods(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The payment methods of the account: none, since none can be made yet.",
            r#"{"success":true,"defaultPaymentMethodId":null,"paymentGateway":null}"#,
        )],
    },
    Built {
        operation: "get_account_default_payment_method",
        handler: |call| default_payment_method(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            404,
            "The account has no default payment method; none can be made yet.",
            r#"{"success":false,"reasons":[{"code":50000040,"message":"…"}]}"#,
        )],
    },
    Built {
        operation: "delete_account",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(
            200,
            "The account is canceled. The work is done when the answer comes, so there is no job to ask for.",
            r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","jobStatus":"Completed"}"#,
        )],
    },
];

/// Parts of the body that verbs take apart from the account's own fields.
const APART: &[&str] = &[
    "billToContact",
    "soldToContact",
    "shipToContact",
    "soldToSameAsBillTo",
    "shipToSameAsBillTo",
    "parentAccountNumber",
    "sequenceSetName",
    "communicationProfileName",
];

/// What a body says of a thing by its id and by its number or name: one of the two, into the field of the id.
const BY_NAME: [(&str, &str); 3] =
    [("parentId", "parentAccountNumber"), ("sequenceSetId", "sequenceSetName"), ("communicationProfileId", "communicationProfileName")];

fn account_fields(body: &Given) -> Result<Fields> {
    if body.text("defaultPaymentMethodId").is_some() {
        let message = "There is no such payment method; none can be made yet.";
        return Err(Error::invalid("object.reference", message).in_column(body.at("defaultPaymentMethodId")));
    }
    let mut fields = body.fields(&ACCOUNT, APART)?;
    for (id, name) in BY_NAME {
        match (body.text(id), body.text(name)) {
            (Some(_), Some(_)) => return Err(body.refuse(name, format!("Give {id} or {name}, not both."))),
            (None, Some(text)) => fields.set(id, text),
            _ => {}
        }
    }
    Ok(fields)
}

fn contact_fields(body: &Given, name: &str) -> Result<Option<Fields>> {
    body.part(name).map(|part| part.fields(&CONTACT, &[])).transpose()
}

/// A contact that may be the same as the bill-to.
fn contact_of(body: &Given, name: &str, same: &str) -> Result<ContactOf> {
    match (contact_fields(body, name)?, body.flag(same).unwrap_or(false)) {
        (Some(_), true) => Err(body.refuse(same, format!("Give {name}, or say that it is the same as the bill-to contact; not both."))),
        (Some(fields), false) => Ok(ContactOf::New(fields)),
        (None, true) => Ok(ContactOf::SameAsBillTo),
        (None, false) => Ok(ContactOf::Unsaid),
    }
}

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    let command = AccountCreate {
        account: account_fields(&body)?,
        bill_to: contact_fields(&body, "billToContact")?,
        sold_to: contact_of(&body, "soldToContact", "soldToSameAsBillTo")?,
        ship_to: contact_of(&body, "shipToContact", "shipToSameAsBillTo")?,
    };
    let made = call.execute(command).await.map_err(|e| ACCOUNT.explain(e))?;
    let id = made.id.clone();
    let found = call.look(move |tenant, context| account::get(tenant, context, &id)).await?;
    let contact = |view: &Option<View>| view.as_ref().map(|v| v.record.uid.clone());
    success(
        Json::object([("accountId", Json::from(made.id)), ("accountNumber", made.number.into())])
            .with_some("billToContactId", contact(&found.bill_to))
            .with_some("soldToContactId", contact(&found.sold_to))
            .with_some("shipToContactId", contact(&found.ship_to)),
    )
}

/// The contacts of an account, null for those it has not.
fn contacts_of(found: &AccountView, manner: &Manner) -> Result<Json> {
    let number = found.account.text("account_number");
    let shown = |contact: &Option<View>| contact.as_ref().map(|c| contacts::shown("Contact", c, number, manner)).transpose();
    Ok(Json::object([
        ("billToContact", Json::from(shown(&found.bill_to)?)),
        ("soldToContact", shown(&found.sold_to)?.into()),
        ("shipToContact", shown(&found.ship_to)?.into()),
    ]))
}

async fn get(call: Call) -> Answered {
    let key = call.part("account-key")?.to_owned();
    let found = call.look(move |tenant, context| account::get(tenant, context, &key)).await?;
    let manner = call.v1()?;
    let shown = |model: &str, below: &str| part(model, below, &found.account, &ACCOUNT, &manner);
    let metrics = shown("AccountMetrics", "")?;
    success(
        Json::object([
            ("basicInfo", view("AccountBasicInfo", &found.account, &ACCOUNT, &manner)?),
            ("billingAndPayment", shown("AccountBillingAndPayment", "")?),
            ("metrics", metrics.clone()),
            ("metricsData", Json::List(vec![metrics])),
            ("taxInfo", shown("TaxInfo", "taxInfo")?),
        ])
        .and(contacts_of(&found, &manner)?),
    )
}

async fn summary(call: Call) -> Answered {
    let key = call.part("account-key")?.to_owned();
    let (found, invoices) = call.look(move |tenant, context| account::summary(tenant, context, &key)).await?;
    let (manner, invoice) = (call.v1()?, Spelling::plain("invoice"));
    let invoices = invoices.iter().map(|i| part("AccountSummaryInvoice", "", i, &invoice, &manner)).collect::<Result<Vec<_>>>()?;
    let nothing = || Json::List(Vec::new());
    success(
        Json::object([
            ("basicInfo", view("AccountSummaryBasicInfo", &found.account, &ACCOUNT, &manner)?),
            ("taxInfo", part("TaxInfo", "taxInfo", &found.account, &ACCOUNT, &manner)?),
        ])
        .and(contacts_of(&found, &manner)?)
        .with("invoices", invoices)
        // an account cannot have any yet
        .with("payments", nothing())
        .with("subscriptions", nothing())
        .with("usage", nothing()),
    )
}

async fn update(call: Call) -> Answered {
    let body = call.input().await?;
    let command = AccountUpdate {
        account: call.part("account-key")?.to_owned(),
        fields: account_fields(&body)?,
        bill_to: contact_fields(&body, "billToContact")?,
        sold_to: contact_fields(&body, "soldToContact")?,
        ship_to: contact_fields(&body, "shipToContact")?,
    };
    call.execute(command).await.map_err(|e| ACCOUNT.explain(e))?;
    done()
}

async fn delete(call: Call) -> Answered {
    let account = call.part("account-key")?.to_owned();
    let gone = call.execute(AccountDelete { account }).await?;
    success(Json::object([("id", gone.id.as_str()), ("jobStatus", "Completed")]))
}

/// No account can have one yet: the answer is what that leaves.
async fn payment_methods(call: Call) -> Answered {
    let key = call.part("account-key")?.to_owned();
    let found = call.look(move |tenant, context| account::get(tenant, context, &key)).await?;
    let gateway = found.account.text("payment_gateway");
    success(Json::object([("defaultPaymentMethodId", Json::Null), ("paymentGateway", gateway.into())]))
}

async fn default_payment_method(call: Call) -> Answered {
    let key = call.part("account-key")?.to_owned();
    let found = call.look(move |tenant, context| account::get(tenant, context, &key)).await?;
    let number = found.account.text("account_number").unwrap_or_default();
    Err(Error::not_found("account.payment_method", format!("The account {number} has no default payment method.")))
}
