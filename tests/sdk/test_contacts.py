"""Contacts: create, change, move, scrub, delete, and the snapshot of a posted document."""

import pytest

from harness.given import NOWHERE, contact, make_account, make_invoice

EVERYTHING = {
    "address1": "1 Analytical Way",
    "address2": "Floor 2",
    "city": "London",
    "contactDescription": "The first",
    "country": "United Kingdom",
    "county": "Middlesex",
    "fax": "1",
    "firstName": "Ada",
    "homePhone": "2",
    "lastName": "Lovelace",
    "mobilePhone": "3",
    "nickname": "Countess",
    "otherPhone": "4",
    "otherPhoneType": "Work",
    "personalEmail": "ada@example.org",
    "state": "London",
    "taxRegion": "South",
    "workEmail": "ada@example.com",
    "workPhone": "5",
    "zipCode": "SW1",
}


@pytest.fixture
def owner(sdk):
    return make_account(sdk)


def test_create_contact_and_read_it_back(sdk, owner):
    for key in ("accountId", "accountNumber"):
        made = sdk.create_contact(request=EVERYTHING | {key: owner[key]})
        read = sdk.get_contact(contact_id=made["id"])
        for answer in (made, read):
            assert {k: answer[k] for k in EVERYTHING} == EVERYTHING
            assert (answer["accountId"], answer["accountNumber"]) == (owner["accountId"], owner["accountNumber"])


@pytest.mark.parametrize(
    ("change", "status", "category"),
    [
        ({"firstName": None}, 400, 22),
        ({"lastName": None}, 400, 22),
        ({"accountId": None}, 400, None),
        ({"accountId": NOWHERE}, 404, 40),
        ({"country": "Atlantis"}, 400, 20),
        ({"country": "United States", "state": "Atlantis"}, 400, 20),
        ({"firstName": "x" * 101}, 400, 20),
    ],
)
def test_create_contact_refuses(sdk, owner, change, status, category):
    body = {k: v for k, v in (contact(accountId=owner["accountId"]) | change).items() if v is not None}
    sdk.refused("create_contact", status, category, request=body)


def test_update_contact(sdk, owner):
    changed = sdk.update_contact(contact_id=owner["billToContactId"], request={"city": "Turin", "nickname": "Countess"})
    assert (changed["city"], changed["nickname"], changed["firstName"]) == ("Turin", "Countess", "Ada")
    assert sdk.get_contact(contact_id=owner["billToContactId"])["city"] == "Turin"
    sdk.refused("update_contact", 404, 40, contact_id=NOWHERE, request={"city": "Turin"})
    sdk.refused("update_contact", 400, 20, "country", contact_id=owner["billToContactId"], request={"country": "Atlantis"})


def test_get_contact_refuses_what_is_not_there(sdk):
    sdk.refused("get_contact", 404, 50000040, contact_id=NOWHERE)


def test_transfer_contact(sdk, owner):
    other = make_account(sdk)
    made = sdk.create_contact(request=contact(accountId=owner["accountId"]))
    body = {"destinationAccountKey": other["accountNumber"]}
    sdk.transfer_contact(contact_id=made["id"], transfer_contact_request=body)
    assert sdk.get_contact(contact_id=made["id"])["accountId"] == other["accountId"]
    sdk.refused("transfer_contact", 404, 40, contact_id=NOWHERE, transfer_contact_request=body)
    # a contact that has a role stays
    sdk.refused("transfer_contact", 400, None, contact_id=owner["billToContactId"], transfer_contact_request=body)


def test_scrub_contact(sdk, owner):
    made = sdk.create_contact(request=contact(accountId=owner["accountId"], firstName="Personal"))
    sdk.scrub_contact(contact_id=made["id"])
    read = sdk.get_contact(contact_id=made["id"])
    assert "Personal" not in read.text and "ada@example.com" not in read.text
    sdk.refused("scrub_contact", 404, 40, contact_id=NOWHERE)


def test_delete_contact(sdk, owner):
    made = sdk.create_contact(request=contact(accountId=owner["accountId"]))
    sdk.delete_contact(contact_id=made["id"])
    sdk.refused("get_contact", 404, 40, contact_id=made["id"])
    sdk.refused("delete_contact", 404, 40, contact_id=made["id"])
    # the bill-to contact of an account stays
    sdk.refused("delete_contact", 400, None, contact_id=owner["billToContactId"])


def test_get_contact_snapshot(sdk, owner):
    """A posted invoice keeps its contacts as they were."""
    sdk.refused("get_contact_snapshot", 404, 40, contact_snapshot_id=NOWHERE)
    made = make_invoice(sdk, owner["accountId"], billToContactId=owner["billToContactId"], status="Posted")
    snapshot = sdk.get_invoice(invoice_key=made["id"])["billToContactSnapshotId"]
    sdk.update_contact(contact_id=owner["billToContactId"], request={"city": "Turin"})
    read = sdk.get_contact_snapshot(contact_snapshot_id=snapshot)
    assert (read["contactId"], read["firstName"], read["city"]) == (owner["billToContactId"], "Ada", "San Mateo")
