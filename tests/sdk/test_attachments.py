"""Attachments of accounts and invoices, and their files."""

import pytest

from harness.given import NOWHERE, make_account, make_invoice

CONTENT = "a,b\n1,2\nü,é\n".encode()


@pytest.fixture(scope="module")
def owner(sdk):
    return make_account(sdk)


@pytest.fixture
def attach(sdk, file):
    def made(owner, name="list.csv", kind="Account"):
        given = {"associated_object_type": kind, "associated_object_key": owner, "description": "A list"}
        return sdk.post_attachments(file=file(name, CONTENT), **given)

    return made


def test_post_attachment_and_read_it_back(sdk, owner, attach):
    made = attach(owner["accountNumber"])
    read = sdk.get_attachments(attachment_id=made["id"])
    assert (read["id"], read["fileId"], read["fileName"], read["description"]) == (made["id"], made["fileId"], "list.csv", "A list")
    assert sdk.get_files(file_id=made["fileId"]).raw == CONTENT
    listed = sdk.get_attachments_list(object_type="account", object_key=owner["accountId"], page_size=40)["attachments"]
    assert made["id"] in {a["id"] for a in listed}


def test_attachment_of_an_invoice(sdk, owner, attach):
    invoice = make_invoice(sdk, owner["accountId"])["id"]
    made = attach(invoice, kind="Invoice", name="scan.pdf")
    listed = sdk.get_attachments_list(object_type="invoice", object_key=invoice)["attachments"]
    assert [a["id"] for a in listed] == [made["id"]]


def test_put_and_delete_attachment(sdk, owner, attach):
    made = attach(owner["accountId"])["id"]
    sdk.put_attachments(attachment_id=made, request={"description": "Changed", "fileName": "renamed.csv"})
    read = sdk.get_attachments(attachment_id=made)
    assert (read["description"], read["fileName"]) == ("Changed", "renamed.csv")
    sdk.delete_attachments(attachment_id=made)
    sdk.refused("get_attachments", 404, 40, attachment_id=made)


def test_attachments_refuse(sdk, owner, file):
    def refuse(status, **change):
        given = {"associated_object_type": "Account", "associated_object_key": owner["accountId"], "file": file("list.csv", CONTENT)}
        sdk.refused("post_attachments", status, **(given | change))

    refuse(404, associated_object_key=NOWHERE)
    refuse(400, associated_object_type="Nonsense")
    refuse(400, file=file("program.exe", b"MZ"))
    refuse(400, file=file("large.csv", b"x" * ((4 << 20) + 1)))
    sdk.refused("get_attachments_list", 404, 40, object_type="account", object_key=NOWHERE)
    sdk.refused("put_attachments", 404, 40, attachment_id=NOWHERE, request={"description": "x"})
    sdk.refused("delete_attachments", 404, 40, attachment_id=NOWHERE)
