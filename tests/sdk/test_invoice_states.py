"""What becomes of an invoice: posted, cancelled, deleted, unposted, reversed, written off, split, sent, printed."""

import re
import time
from decimal import Decimal

import pytest

from harness.given import NOWHERE, make_account, make_invoice, name


@pytest.fixture(scope="module")
def account(sdk):
    return make_account(sdk, name=name("States"))["accountId"]


def state(sdk, key):
    read = sdk.get_invoice(invoice_key=key)
    return read["status"], read["balance"]


def balance(sdk, account):
    return sdk.get_account(account_key=account)["metrics"]["totalInvoiceBalance"]


def test_post_invoice(sdk):
    owner = make_account(sdk)["accountId"]
    made = make_invoice(sdk, owner, amounts=(10, 0.5))
    assert balance(sdk, owner) == 0, "drafts do not count"
    answer = sdk.post_invoice(invoice_key=made["id"], post_async_invoice_request={"invoiceDate": "2024-03-20"})
    assert answer["id"] == made["id"]
    read = sdk.get_invoice(invoice_key=made["invoiceNumber"])
    assert (read["status"], read["invoiceDate"], read["balance"]) == ("Posted", "2024-03-20", Decimal("10.5"))
    assert balance(sdk, owner) == Decimal("10.5")
    sdk.refused("post_invoice", 400, 59210020, invoice_key=made["id"], post_async_invoice_request={"invoiceDate": "2024-03-20"})
    sdk.refused("post_invoice", 404, 40, invoice_key=NOWHERE, post_async_invoice_request={"invoiceDate": "2024-03-20"})


def test_post_many_invoices(sdk, account):
    made = [make_invoice(sdk, account)["id"] for _ in range(2)]
    answer = sdk.bulk_post_invoices(request={"invoices": [{"id": made[0]}, {"id": NOWHERE}, {"id": made[1], "invoiceDate": "2024-03-21"}]})
    assert [r["success"] for r in answer["invoices"]] == [True, False, True]
    assert [state(sdk, m)[0] for m in made] == ["Posted", "Posted"]
    assert sdk.get_invoice(invoice_key=made[1])["invoiceDate"] == "2024-03-21"
    sdk.refused("bulk_post_invoices", 400, None, request={"invoices": [{"id": made[0]}] * 51})


def test_cancel_and_delete_invoice(sdk, account):
    made = make_invoice(sdk, account)
    sdk.refused("delete_invoice", 400, None, invoice_key=made["id"])
    sdk.cancel_invoice(invoice_key=made["id"])
    assert state(sdk, made["id"])[0] == "Canceled"
    sdk.refused("cancel_invoice", 400, None, invoice_key=made["id"])
    gone = sdk.delete_invoice(invoice_key=made["id"])
    assert gone.get("objectId", made["id"]) == made["id"]
    sdk.refused("get_invoice", 404, 40, invoice_key=made["id"])
    again = make_invoice(sdk, account, invoiceNumber=made["invoiceNumber"])
    assert again["invoiceNumber"] == made["invoiceNumber"], "the number of a deleted invoice is free"
    for op in ("cancel_invoice", "delete_invoice"):
        sdk.refused(op, 404, 40, invoice_key=NOWHERE)


def test_unpost_invoice_needs_the_tenants_leave(sdk):
    owner = make_account(sdk)["accountId"]
    posted = make_invoice(sdk, owner, status="Posted")["id"]
    sdk.refused("unpost_invoice", 403, 59210010, "Cancel Posted Billing Document", invoice_key=posted)
    assert state(sdk, posted)[0] == "Posted" and balance(sdk, owner) == 100


def test_reverse_invoice(sdk):
    owner = make_account(sdk)["accountId"]
    made = make_invoice(sdk, owner, amounts=(100, 23.45), status="Posted")["id"]
    answer = sdk.reverse_invoice(invoice_key=made, request={"memoDate": "2024-03-31", "applyEffectiveDate": "2024-03-31", "comment": "wrong"})
    assert len(answer["creditMemo"]["id"]) == 32
    assert state(sdk, made) == ("Posted", 0) and balance(sdk, owner) == 0
    read = sdk.get_invoice(invoice_key=made)
    assert read["creditMemoAmount"] in (Decimal("123.45"), Decimal("-123.45"))
    parts = sdk.get_invoice_application_parts(invoice_key=made)["applicationParts"]
    assert [(p["creditMemoId"], p["appliedAmount"]) for p in parts] == [(answer["creditMemo"]["id"], Decimal("123.45"))]
    sdk.refused("reverse_invoice", 400, 30, invoice_key=made, request={"comment": "again"})
    sdk.refused("reverse_invoice", 404, 40, invoice_key=NOWHERE, request={"comment": "x"})
    draft = make_invoice(sdk, owner)["id"]
    sdk.refused("reverse_invoice", 400, None, invoice_key=draft, request={"comment": "x"})
    posted = make_invoice(sdk, owner, status="Posted")["id"]
    sdk.refused("reverse_invoice", 400, None, "memoDate", invoice_key=posted, request={"memoDate": "2024-01-01"})


def test_write_off_invoice(sdk):
    owner = make_account(sdk)["accountId"]
    made = make_invoice(sdk, owner, amounts=(10, 20.01), status="Posted")["id"]
    answer = sdk.write_off_invoice(invoice_key=made, request={"memoDate": "2024-03-31", "comment": "lost"})
    assert len(answer["creditMemo"]["id"]) == 32 and state(sdk, made) == ("Posted", 0) and balance(sdk, owner) == 0
    items = sdk.get_invoice_items(invoice_key=made)["invoiceItems"]
    assert [Decimal(i["balance"]) for i in items] == [0, 0]
    draft = make_invoice(sdk, owner)["id"]
    sdk.refused("write_off_invoice", 400, None, invoice_key=draft, request={"memoDate": "2024-03-31"})
    sdk.refused("write_off_invoice", 404, 40, invoice_key=NOWHERE, request={"comment": "x"})


def test_write_off_invoice_as_a_job(sdk, account):
    made = make_invoice(sdk, account, amounts=(5,), status="Posted")["id"]
    job = sdk.create_invoice_write_off_async(invoice_key=made, request={"memoDate": "2024-03-31"})["id"]
    for _ in range(100):
        read = sdk.get_invoice_write_off_async_job(async_job_id=job)
        if read["status"] in ("Processed", "Error"):
            break
        time.sleep(0.1)
    assert (read["status"], read["referenceId"], read["referenceType"]) == ("Processed", made, "Invoice")
    assert state(sdk, made) == ("Posted", 0)
    sdk.refused("create_invoice_write_off_async", 404, 40, invoice_key=NOWHERE, request={"comment": "x"})
    sdk.refused("get_invoice_write_off_async_job", 404, 40, async_job_id=NOWHERE)


def test_split_invoice_refuses_standalone_invoices(sdk, account):
    made = make_invoice(sdk, account)["id"]
    parts = [{"splitPercentage": 50, "invoiceDate": "2024-03-15", "paymentTerm": "Net 30"}] * 2
    sdk.refused("split_invoice", 400, None, invoice_key=made, request={"splitType": "Percentage", "splits": parts})
    sdk.refused("split_invoice", 404, 40, invoice_key=NOWHERE, request={"splits": parts})


def test_taxation_items_of_a_draft(sdk, account):
    made = make_invoice(sdk, account)["id"]
    item = sdk.get_invoice_items(invoice_key=made)["invoiceItems"][0]["id"]
    line = {"invoiceItemId": item, "name": "VAT", "jurisdiction": "DE", "taxAmount": 19, "taxDate": "2024-03-15", "taxRate": 0.19, "taxRateType": "Percentage", "taxCode": "VAT"}
    answer = sdk.create_invoice_taxation_items(invoice_key=made, body={"taxationItems": [line]})
    tax = answer["taxationItems"][0]
    assert (tax["invoiceItemId"], tax["name"], tax["taxAmount"], tax["taxRate"]) == (item, "VAT", 19, Decimal("0.19"))
    read = sdk.get_invoice(invoice_key=made)
    assert (read["taxAmount"], read["amount"], read["amountWithoutTax"]) == (19, 119, 100)
    changed = sdk.put_taxation_item(id=tax["id"], body={"taxAmount": 7.5, "taxRate": 0.075, "name": "Reduced"})
    assert (changed["name"], changed["taxAmount"]) == ("Reduced", Decimal("7.5"))
    assert sdk.get_taxation_item(id=tax["id"])["taxRate"] == Decimal("0.075")
    assert sdk.get_invoice(invoice_key=made)["amount"] == Decimal("107.5")
    sdk.delete_taxation_item(id=tax["id"])
    sdk.refused("get_taxation_item", 404, 40, id=tax["id"])
    assert sdk.get_invoice(invoice_key=made)["amount"] == 100
    sdk.refused("create_invoice_taxation_items", 404, 40, invoice_key=NOWHERE, body={"taxationItems": [line]})
    sdk.refused("create_invoice_taxation_items", 404, 40, invoice_key=made, body={"taxationItems": [line | {"invoiceItemId": NOWHERE}]})
    sdk.refused("put_taxation_item", 404, 40, id=NOWHERE, body={"name": "x"})
    sdk.refused("delete_taxation_item", 404, 40, id=NOWHERE)


def test_taxation_item_of_the_older_call(sdk, account):
    made = make_invoice(sdk, account)["id"]
    item = sdk.get_invoice_items(invoice_key=made)["invoiceItems"][0]["id"]
    body = {"InvoiceItemId": item, "Jurisdiction": "DE", "Name": "VAT", "TaxAmount": 1.9, "TaxDate": "2024-03-15", "TaxRate": 0.019, "TaxRateType": "Percentage", "TaxCode": "VAT"}
    tax = sdk.create_taxation_item(create_request=body)["Id"]
    assert sdk.get_taxation_item(id=tax)["taxAmount"] == Decimal("1.9")
    assert sdk.get_invoice(invoice_key=made)["amount"] == Decimal("101.9")
    sdk.refused("create_taxation_item", 404, "INVALID_ID", create_request=body | {"InvoiceItemId": NOWHERE})
    sdk.post_invoice(invoice_key=made, post_async_invoice_request={"invoiceDate": "2024-03-15"})
    sdk.refused("delete_taxation_item", 400, None, id=tax)


def pdf_of(sdk, key):
    """Waits for the PDF of an invoice and downloads it."""
    for _ in range(200):
        read = sdk.get_invoice_pdf_status(invoice_keys=key)["invoiceFiles"][0]
        if read["pdfGenerationStatus"] not in ("Pending", "Processing", "N/A"):
            break
        time.sleep(0.1)
    assert read["pdfGenerationStatus"] == "Generated", read
    files = sdk.get_invoice_files(invoice_key=key)["invoiceFiles"]
    newest = files[0]
    assert newest["versionNumber"] == max(f["versionNumber"] for f in files)
    return sdk.get_files(file_id=re.search(r"/files/([^/?]+)", newest["pdfFileUrl"]).group(1))


def test_pdf_of_a_posted_invoice(sdk, account):
    made = make_invoice(sdk, account, amounts=(1234.56,), status="Posted")
    pdf = pdf_of(sdk, made["id"])
    assert pdf.raw.startswith(b"%PDF-") and b"%%EOF" in pdf.raw[-1024:]
    assert pdf.headers["content-type"].startswith("application/pdf")
    assert bytes(pdf.data) == pdf.raw, "the SDK hands out the same bytes"
    sdk.refused("get_files", 404, 40, file_id=NOWHERE)
    answer = sdk.call("get_invoice_pdf_status", invoice_keys=NOWHERE)
    assert answer.status == 404 or answer["invoiceFiles"][0]["errorMessage"]


def test_upload_a_file_to_an_invoice(sdk, account, file):
    made = make_invoice(sdk, account)["id"]
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    answer = sdk.upload_file_for_invoice(invoice_key=made, file=file("scan.pdf", content))
    assert sdk.get_files(file_id=answer["fileId"]).raw == content
    sdk.refused("upload_file_for_invoice", 404, 40, invoice_key=NOWHERE, file=file("scan.pdf", content))
    sdk.refused("upload_file_for_invoice", 400, None, invoice_key=made, file=file("scan.txt", b"no PDF"))
    sdk.refused("upload_file_for_invoice", 400, None, invoice_key=made, file=file("large.pdf", b"%PDF-1.4" + b" " * (5 << 20)))


def test_email_an_invoice(sdk, account):
    made = make_invoice(sdk, account, status="Posted")["id"]
    sdk.refused("email_invoice", 404, 40, invoice_key=NOWHERE, request={"emailAddresses": "a@example.com"})
    sdk.refused("email_invoice", 400, None, "emailAddresses", invoice_key=made, request={"emailAddresses": "no address"})
    draft = make_invoice(sdk, account)["id"]
    sdk.refused("email_invoice", 400, None, invoice_key=draft, request={"emailAddresses": "a@example.com"})
