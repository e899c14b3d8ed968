"""Accounts: what was sent comes back, contacts by three ways, changes, deletion, and every refusal."""

import pytest

from harness.given import NOWHERE, account, contact, make_account, name, number

ID = 32


def test_create_account_and_read_it_back(sdk):
    sent = account(
        accountNumber=number("SDK"),
        notes="Notes with ünïcode",
        batch="Batch7",
        crmId="crm-1",
        autoPay=False,
        billCycleDay=15,
        invoiceDeliveryPrefsEmail=True,
        invoiceDeliveryPrefsPrint=False,
        additionalEmailAddresses=["one@example.com", "two@example.com"],
        salesRep="Grace",
        purchaseOrderNumber="PO-77",
        customerServiceRepName="Joan",
    )
    made = sdk.create_account(request=sent)
    assert len(made["accountId"]) == len(made["billToContactId"]) == ID
    assert made["accountNumber"] == sent["accountNumber"]
    by_id, by_number = (sdk.get_account(account_key=k) for k in (made["accountId"], made["accountNumber"]))
    basic, billing = by_id["basicInfo"], by_id["billingAndPayment"]
    assert basic == by_number["basicInfo"]
    assert basic["id"] == made["accountId"] and basic["status"] == "Active"
    for field in ("name", "accountNumber", "notes", "batch", "crmId", "salesRep", "purchaseOrderNumber", "customerServiceRepName"):
        assert basic[field] == sent[field], field
    for field in ("currency", "billCycleDay", "autoPay", "invoiceDeliveryPrefsEmail", "invoiceDeliveryPrefsPrint", "additionalEmailAddresses"):
        assert billing[field] == sent[field], field
    assert by_id.data.basic_info.name == sent["name"], "the SDK's object says the same"
    to = by_id["billToContact"]
    for field in ("firstName", "lastName", "city", "state", "country", "zipCode", "workEmail"):
        assert to[field] == sent["billToContact"][field], field
    assert by_id["soldToContact"]["id"] == made["billToContactId"] == to["id"]
    metrics = by_id["metrics"]
    assert {metrics[f] for f in ("balance", "totalInvoiceBalance", "creditBalance", "unappliedPaymentAmount")} == {0}


def test_create_account_numbers_accounts_by_itself(sdk):
    first, second = (make_account(sdk)["accountNumber"] for _ in range(2))
    assert first[0] == second[0] == "A" and int(second[1:]) == int(first[1:]) + 1


def test_create_account_with_contacts_of_its_own(sdk):
    made = make_account(sdk, soldToContact=contact(firstName="Charles"), shipToContact=contact(firstName="Mary"))
    ids = [made[f"{role}ContactId"] for role in ("billTo", "soldTo", "shipTo")]
    assert len(set(ids)) == 3
    read = sdk.get_account(account_key=made["accountId"])
    assert [read[f"{role}Contact"]["firstName"] for role in ("billTo", "soldTo", "shipTo")] == ["Ada", "Charles", "Mary"]


def test_create_account_takes_the_bill_to_contact_for_others(sdk):
    made = make_account(sdk, soldToSameAsBillTo=True, shipToSameAsBillTo=True)
    read = sdk.get_account(account_key=made["accountNumber"])
    assert {read[f"{role}Contact"]["id"] for role in ("billTo", "soldTo", "shipTo")} == {made["billToContactId"]}


def test_create_account_with_tax_information(sdk):
    tax = {"exemptStatus": "Yes", "exemptCertificateId": "C-1", "exemptEffectiveDate": "2024-01-01", "VATId": "DE123", "companyCode": "CO"}
    made = make_account(sdk, taxInfo=tax)
    assert {k: sdk.get_account(account_key=made["accountId"])["taxInfo"][k] for k in tax} == tax


@pytest.mark.parametrize(
    ("change", "category", "says"),
    [
        ({"currency": "XXZ"}, 20, "currency"),
        ({"billCycleDay": 32}, 20, "billCycleDay"),
        ({"billToContact": None}, 22, "billToContact"),
        ({"name": None}, 22, "name"),
        ({"batch": "Batch99"}, 20, "batch"),
        ({"name": "x" * 256}, 20, "name"),
        ({"parentId": NOWHERE}, 40, "parentId"),
        ({"sequenceSetId": NOWHERE}, 40, "sequenceSetId"),
        ({"billToContact": contact(country="Atlantis")}, 20, "country"),
        ({"soldToSameAsBillTo": True, "soldToContact": contact()}, None, "soldTo"),
    ],
)
def test_create_account_refuses(sdk, change, category, says):
    body = {k: v for k, v in (account() | change).items() if v is not None}
    sdk.refused("create_account", 404 if category == 40 else 400, category, says, request=body)


def test_create_account_refuses_a_number_that_is_taken(sdk):
    taken = make_account(sdk)["accountNumber"]
    sdk.refused("create_account", 400, None, taken, request=account(accountNumber=taken))


def test_create_account_answers_a_repeated_key_with_the_first_account(sdk):
    key, body = number("key"), account()
    first, second = (sdk.create_account(request=body, idempotency_key=key) for _ in range(2))
    assert first.raw == second.raw
    sdk.refused("create_account", 422, request=account(), idempotency_key=key)


def test_update_account(sdk):
    made = make_account(sdk)
    sent = {"name": name("Renamed"), "notes": "changed", "batch": "Batch2", "billCycleDay": 28, "invoiceDeliveryPrefsPrint": True}
    sdk.update_account(account_key=made["accountNumber"], request=sent)
    read = sdk.get_account(account_key=made["accountId"])
    assert (read["basicInfo"]["name"], read["basicInfo"]["notes"], read["basicInfo"]["batch"]) == (sent["name"], "changed", "Batch2")
    assert (read["billingAndPayment"]["billCycleDay"], read["billingAndPayment"]["invoiceDeliveryPrefsPrint"]) == (28, True)


def test_update_account_moves_a_role_to_another_contact(sdk):
    made = make_account(sdk)
    other = sdk.create_contact(request=contact(accountId=made["accountId"], firstName="Other"))
    sdk.update_account(account_key=made["accountId"], request={"soldToContactId": other["id"]})
    read = sdk.get_account(account_key=made["accountId"])
    assert (read["billToContact"]["id"], read["soldToContact"]["id"]) == (made["billToContactId"], other["id"])


def test_update_account_refuses(sdk):
    made = make_account(sdk)
    sdk.refused("update_account", 404, 40, account_key=NOWHERE, request={"name": "x"})
    sdk.refused("update_account", 400, 20, "billCycleDay", account_key=made["accountId"], request={"billCycleDay": 40})
    stranger = make_account(sdk)["billToContactId"]
    answer = sdk.call("update_account", account_key=made["accountId"], request={"billToContactId": stranger})
    assert answer.status in (400, 404), "a contact of another account"
    assert sdk.get_account(account_key=made["accountId"])["billToContact"]["id"] == made["billToContactId"]


def test_get_account_refuses_what_is_not_there(sdk):
    for key in (NOWHERE, "A-none", "x" * 200, "with space", "ünïcode"):
        sdk.refused("get_account", 404, 50000040, account_key=key)


def test_get_account_summary(sdk):
    made = make_account(sdk)
    read = sdk.get_account_summary(account_key=made["accountNumber"])
    basic = read["basicInfo"]
    assert (basic["id"], basic["status"], basic["currency"], basic["billCycleDay"]) == (made["accountId"], "Active", "USD", 1)
    assert read["billToContact"]["id"] == made["billToContactId"]
    assert [read.get(f, []) for f in ("invoices", "payments", "subscriptions")] == [[], [], []]
    sdk.refused("get_account_summary", 404, 40, account_key=NOWHERE)


def test_delete_account(sdk):
    made = make_account(sdk)
    gone = sdk.delete_account(account_key=made["accountId"])
    assert gone["id"] == made["accountId"]
    left = sdk.call("get_account", account_key=made["accountId"])
    assert left.status == 404 or left["basicInfo"]["status"] == "Canceled"
    sdk.refused("delete_account", 404, 40, account_key=NOWHERE)


def test_payment_methods_of_an_account(sdk):
    made = make_account(sdk)
    read = sdk.get_account_payment_methods(account_key=made["accountId"])
    assert read.get("defaultPaymentMethodId") is None
    sdk.refused("get_account_payment_methods", 404, 40, account_key=NOWHERE)


def test_default_payment_method_of_an_account(sdk):
    sdk.refused("get_account_default_payment_method", 404, 40, account_key=NOWHERE)
