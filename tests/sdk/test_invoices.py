"""Standalone invoices: creation in every form, items, tax, dates, numbers, batches, changes and refusals."""

from decimal import Decimal

import pytest

from harness.given import NOWHERE, contact, invoice, make_account, make_charge, make_invoice, name, number

ZERO = ("adjustmentAmount", "creditMemoAmount", "creditBalanceAdjustmentAmount", "paymentAmount", "refundAmount")
TAX = {
    "name": "City tax",
    "taxAmount": 8.25,
    "taxCode": "CITY",
    "taxDate": "2024-03-15",
    "taxMode": "TaxExclusive",
    "taxRate": 0.0825,
    "taxRateType": "Percentage",
    "jurisdiction": "San Mateo",
    "locationCode": "SM-1",
}


@pytest.fixture(scope="module")
def account(sdk):
    return make_account(sdk, name=name("Invoiced"))["accountId"]


def items_of(sdk, key):
    return sdk.get_invoice_items(invoice_key=key, page_size=40)["invoiceItems"]


def amounts(record):
    return tuple(Decimal(record[k]) for k in ("amountWithoutTax", "taxAmount", "amount", "balance"))


def test_create_invoice_and_read_it_back(sdk, account):
    sent = invoice(account, comments="First", autoPay=False, dueDate="2024-04-30", invoiceNumber=number("N"))
    sent["invoiceItems"] = [
        {
            "chargeName": "Consulting",
            "amount": 250.5,
            "quantity": 2.5,
            "unitPrice": 100.2,
            "uom": "Hour",
            "sku": number("ITEM"),
            "description": "By the hour",
            "itemType": "Service",
            "bookingReference": "B-1",
            "purchaseOrderNumber": "PO-1",
            "serviceStartDate": "2024-03-01",
            "serviceEndDate": "2024-03-31",
            "revRecStartDate": "2024-03-02",
            "revRecTriggerCondition": "Contract Effective Date",
            "excludeItemBillingFromRevenueAccounting": True,
        },
        {"chargeName": "Setup", "amount": 49.5, "serviceStartDate": "2024-03-01"},
    ]
    made = sdk.create_standalone_invoice(request=sent)
    assert made["invoiceNumber"] == sent["invoiceNumber"] and len(made["id"]) == 32
    assert amounts(made) == (300, 0, 300, 300)
    read = sdk.get_invoice(invoice_key=made["id"])
    assert sdk.get_invoice(invoice_key=sent["invoiceNumber"])["id"] == made["id"]
    for field in ("accountId", "comments", "autoPay", "dueDate", "invoiceDate", "invoiceNumber"):
        assert read[field] == sent[field], field
    assert (read["status"], read["source"], read["sourceType"], read["currency"]) == ("Draft", "API", "Standalone", "USD")
    assert [read[k] for k in ZERO] == [0] * 5 and amounts(read) == (300, 0, 300, 300)
    assert [read[k] for k in ("includesOneTime", "includesRecurring", "includesUsage")] == [True] * 3
    assert (read["taxStatus"], read["transferredToAccounting"]) == ("Complete", "No")
    assert read.data.amount == 300, "the SDK's object says the same"
    first, second = sorted(items_of(sdk, made["id"]), key=lambda i: i["chargeName"])
    for field in ("chargeName", "sku", "description", "itemType", "bookingReference", "purchaseOrderNumber", "serviceStartDate", "serviceEndDate", "revRecStartDate"):
        assert first[field] == sent["invoiceItems"][0][field], field
    assert (Decimal(first["quantity"]), Decimal(first["unitPrice"]), first["unitOfMeasure"]) == (Decimal("2.5"), Decimal("100.2"), "Hour")
    assert (Decimal(first["chargeAmount"]), Decimal(first["balance"]), Decimal(first["taxAmount"])) == (Decimal("250.5"), Decimal("250.5"), 0)
    assert (first["processingType"], first["excludeItemBillingFromRevenueAccounting"]) == ("Charge", True)
    assert second.get("serviceEndDate") is None and Decimal(second["chargeAmount"]) == Decimal("49.5")


def test_create_invoice_from_the_catalog(sdk, account):
    charge = make_charge(sdk, price=75, Name=name("Listed"))
    listed = sdk.get_product_rate_plan_charge(id=charge)["Name"]
    item = {"productRatePlanChargeId": charge, "amount": 75, "serviceStartDate": "2024-03-01", "chargeName": "ignored"}
    made = make_invoice(sdk, account, invoiceItems=[item])
    read = items_of(sdk, made["id"])[0]
    assert (read["productRatePlanChargeId"], read["chargeName"]) == (charge, listed)


def test_create_invoice_with_tax_lines_of_its_own(sdk, account):
    item = {"chargeName": "Taxed", "amount": 100, "serviceStartDate": "2024-03-01", "taxItems": [TAX, TAX | {"name": "State tax", "taxAmount": 1.75}]}
    made = make_invoice(sdk, account, invoiceItems=[item])
    assert amounts(made) == (100, 10, 110, 110)
    read = items_of(sdk, made["id"])[0]
    assert (Decimal(read["chargeAmount"]), Decimal(read["taxAmount"])) == (100, 10)
    lines = sdk.get_taxation_items_of_invoice_item(invoice_key=made["id"], item_id=read["id"])["data"]
    by_name = {t["name"]: t for t in lines}
    assert {n: t["taxAmount"] for n, t in by_name.items()} == {"City tax": Decimal("8.25"), "State tax": Decimal("1.75")}
    city = by_name["City tax"]
    for field in ("taxCode", "taxDate", "taxRateType", "jurisdiction", "locationCode"):
        assert city[field] == TAX[field], field
    assert city["taxRate"] == Decimal("0.0825") and city["balance"] == Decimal("8.25")
    sdk.refused("get_taxation_items_of_invoice_item", 404, 40, invoice_key=NOWHERE, item_id=read["id"])
    sdk.refused("get_taxation_items_of_invoice_item", 404, 40, invoice_key=made["id"], item_id=NOWHERE)


def test_create_invoice_with_discounts(sdk, account):
    item = {
        "chargeName": "Listed",
        "amount": 100,
        "serviceStartDate": "2024-03-01",
        "discountItems": [{"chargeName": "Ten off", "amount": -10}, {"chargeName": "One off", "amount": -1.01}],
    }
    made = make_invoice(sdk, account, invoiceItems=[item])
    assert amounts(made) == (Decimal("88.99"), 0, Decimal("88.99"), Decimal("88.99"))
    read = items_of(sdk, made["id"])
    charge = next(i for i in read if i["processingType"] == "Charge")
    discounts = [i for i in read if i["processingType"] == "Discount"]
    assert sorted(Decimal(d["chargeAmount"]) for d in discounts) == [-10, Decimal("-1.01")]
    assert {d["appliedToItemId"] for d in discounts} == {charge["id"]}


def test_create_invoice_with_contacts(sdk):
    owner = make_account(sdk)
    made = make_invoice(sdk, owner["accountId"], billToContactId=owner["billToContactId"], soldToContact=contact(firstName="Inline"), shipToSameAsBillTo=True)
    read = sdk.get_invoice(invoice_key=made["id"])
    assert read["billToContactId"] == read["shipToContactId"] == owner["billToContactId"]
    inline = sdk.get_contact(contact_id=read["soldToContactId"])
    assert (inline["firstName"], inline["accountId"]) == ("Inline", owner["accountId"])


def test_due_date_follows_the_payment_term(sdk):
    net = make_account(sdk, paymentTerm="Net 30")["accountId"]
    assert make_invoice(sdk, net, invoiceDate="2024-08-01")["dueDate"] == "2024-08-31"
    assert make_invoice(sdk, net, invoiceDate="2024-08-01", paymentTerm="Due Upon Receipt")["dueDate"] == "2024-08-01"


def test_amounts_have_the_decimals_of_their_currency(sdk):
    yen = make_account(sdk, currency="JPY")["accountId"]
    made = make_invoice(sdk, yen, amounts=(1000, 1))
    assert (made["currency"], made["amount"]) == ("JPY", 1001)
    sdk.refused("create_standalone_invoice", 400, 20, "amount", request=invoice(yen, amounts=(1.5,)))


def test_create_invoice_posted(sdk, account):
    made = make_invoice(sdk, account, amounts=(12.34,), status="Posted")
    read = sdk.get_invoice(invoice_key=made["id"])
    assert (read["status"], read["balance"]) == ("Posted", Decimal("12.34")) and read["postedDate"] and read["postedBy"]


@pytest.mark.parametrize(
    ("change", "category", "says"),
    [
        ({"invoiceDate": None}, 22, "invoiceDate"),
        ({"invoiceItems": None}, 22, "invoiceItems"),
        ({"accountId": None}, None, "account"),
        ({"accountId": NOWHERE}, 40, "account"),
        ({"invoiceDate": "2024-13-01"}, 20, "invoiceDate"),
        ({"invoiceDate": "12000-01-01"}, 20, "invoiceDate"),
        ({"status": "Paid"}, 20, "status"),
        ({"currency": "XXZ"}, 20, "currency"),
        ({"paymentTerm": "Net 12345"}, None, "paymentTerm"),
        ({"sequenceSet": "none of this name"}, None, "sequenceSet"),
        ({"invoiceNumber": "with space"}, 20, "invoiceNumber"),
        ({"comments": "x" * 256}, 20, "comments"),
        ({"billToContactId": NOWHERE}, 40, "billToContactId"),
        ({"billToContactId": NOWHERE, "billToContact": contact()}, None, "billToContact"),
        ({"soldToSameAsBillTo": True}, None, "soldToSameAsBillTo"),
        ({"transferredToAccounting": "Maybe"}, 20, "transferredToAccounting"),
        ({"customRates": [{"currency": "EUR", "customFxRate": 1}] * 3}, None, "customRates"),
    ],
)
def test_create_invoice_refuses(sdk, account, change, category, says):
    body = {k: v for k, v in (invoice(account) | change).items() if v is not None}
    answer = sdk.call("create_standalone_invoice", request=body)
    sdk.refused("create_standalone_invoice", 404 if answer.status == 404 else 400, category, says, request=body)


@pytest.mark.parametrize(
    ("change", "category", "says"),
    [
        ({"amount": None}, 22, "invoiceItems[0].amount"),
        ({"serviceStartDate": None}, 22, "invoiceItems[0].serviceStartDate"),
        ({"chargeName": None}, 22, "invoiceItems[0].chargeName"),
        ({"amount": 1e16}, 20, "invoiceItems[0].amount"),
        ({"amount": 9223372036854775808}, 20, "invoiceItems[0].amount"),
        ({"amount": 1.001}, 20, "invoiceItems[0].amount"),
        ({"amount": -1}, 30, ""),
        ({"serviceEndDate": "2024-02-01"}, None, "invoiceItems[0].serviceEndDate"),
        ({"productRatePlanChargeId": NOWHERE}, 40, "invoiceItems[0].productRatePlanChargeId"),
        ({"taxCode": "ONLY"}, None, "invoiceItems[0].tax"),
        ({"taxMode": "TaxMaybe", "taxCode": "X"}, 20, "invoiceItems[0].taxMode"),
        ({"accountingCode": "none of this name"}, None, "invoiceItems[0].accountingCode"),
        ({"taxItems": [TAX] * 6}, None, "invoiceItems[0].taxItems"),
        ({"taxItems": [TAX | {"taxMode": "TaxInclusive"}]}, None, "invoiceItems[0].taxItems[0].taxMode"),
        ({"discountItems": [{"chargeName": "d", "amount": -1}] * 11}, None, "invoiceItems[0].discountItems"),
        ({"bookingReference": "x" * 101}, 20, "invoiceItems[0].bookingReference"),
        ({"revRecTriggerCondition": "Full moon"}, 20, "invoiceItems[0].revRecTriggerCondition"),
    ],
)
def test_create_invoice_refuses_an_item(sdk, account, change, category, says):
    item = {"chargeName": "Item", "amount": 1, "serviceStartDate": "2024-03-01"} | change
    body = invoice(account, invoiceItems=[{k: v for k, v in item.items() if v is not None}])
    answer = sdk.call("create_standalone_invoice", request=body)
    sdk.refused("create_standalone_invoice", 404 if answer.status == 404 else 400, category, says, request=body)


def test_create_invoice_refuses_too_many_items_and_a_taken_number(sdk, account):
    sdk.refused("create_standalone_invoice", 400, None, "1000", request=invoice(account, amounts=(1,) * 1001))
    taken = make_invoice(sdk, account)["invoiceNumber"]
    sdk.refused("create_standalone_invoice", 400, None, taken, request=invoice(account, invoiceNumber=taken))


def test_create_invoice_answers_a_repeated_key_with_the_first(sdk, account):
    key, body = number("key"), invoice(account)
    first, second = (sdk.create_standalone_invoice(request=body, idempotency_key=key) for _ in range(2))
    assert first.raw == second.raw
    bad = invoice(account, invoiceDate="2024-13-01")
    failed = [sdk.refused("create_standalone_invoice", 400, request=bad, idempotency_key=key + "-bad") for _ in range(2)]
    assert failed[0].raw == failed[1].raw, "failures are kept as well"


def test_batch_of_invoices_each_by_itself(sdk, account):
    good, bad = invoice(account, amounts=(1.25, 2.5)), invoice(NOWHERE)
    answer = sdk.bulk_create_standalone_invoices(request={"invoices": [good, bad, good]})
    results = answer["invoices"]
    assert [r["success"] for r in results] == [True, False, True]
    assert [r["amount"] for r in results if r["success"]] == [Decimal("3.75")] * 2
    assert results[1]["reasons"][0]["code"] % 100 in (20, 40) and results[1]["objectIndex"] == 1


def test_batch_of_invoices_all_or_nothing(sdk):
    fresh = make_account(sdk)["accountId"]
    good, bad = invoice(fresh), invoice(fresh, accountId=NOWHERE)
    answer = sdk.call("bulk_create_standalone_invoices", request={"invoices": [good, bad], "useSingleTransaction": True})
    assert answer.json["success"] is False or not any(r["success"] for r in answer["invoices"])
    assert sdk.query_invoices(filter=[f"accountid.EQ:{fresh}"])["data"] == []
    made = sdk.bulk_create_standalone_invoices(request={"invoices": [good] * 50, "useSingleTransaction": True})["invoices"]
    assert len({m["invoiceNumber"] for m in made}) == 50


def test_batch_of_invoices_refuses_too_many(sdk, account):
    for bodies in ([invoice(account)] * 51, [invoice(account, amounts=(1,) * 501)] * 2):
        sdk.refused("bulk_create_standalone_invoices", 400, None, request={"invoices": bodies})


def test_update_invoice(sdk, account):
    made = make_invoice(sdk, account, amounts=(10, 20))
    first, second = sorted(items_of(sdk, made["id"]), key=lambda i: i["chargeName"])
    changes = [
        {"id": first["id"], "amount": 15, "unitPrice": 15, "description": "more"},
        {"id": second["id"], "delete": True},
        {"chargeName": "Added", "amount": 7.5, "unitPrice": 7.5, "serviceStartDate": "2024-03-05"},
    ]
    answer = sdk.update_invoice(invoice_key=made["id"], request={"comments": "changed", "invoiceItems": changes})
    assert (answer["amount"], answer["comment"], answer["number"]) == (Decimal("22.5"), "changed", made["invoiceNumber"])
    read = items_of(sdk, made["id"])
    assert {(i["chargeName"], Decimal(i["chargeAmount"])) for i in read} == {("Item 1", Decimal(15)), ("Added", Decimal("7.5"))}
    moved = sdk.update_invoice(invoice_key=made["id"], request={"invoiceDate": "2024-04-01"})
    assert moved["invoiceDate"] == "2024-04-01"


def test_update_invoice_refuses(sdk, account):
    made = make_invoice(sdk, account)
    sdk.refused("update_invoice", 404, 40, invoice_key=NOWHERE, request={"comments": "x"})
    both = {"invoiceDate": "2024-04-01", "dueDate": "2024-05-01"}
    sdk.refused("update_invoice", 400, None, "dueDate", invoice_key=made["id"], request=both)
    sdk.refused("update_invoice", 404, 40, "invoiceItems[0].id", invoice_key=made["id"], request={"invoiceItems": [{"id": NOWHERE, "amount": 1, "unitPrice": 1}]})
    posted = make_invoice(sdk, account, status="Posted")
    item = items_of(sdk, posted["id"])[0]["id"]
    sdk.refused("update_invoice", 400, 30, invoice_key=posted["id"], request={"invoiceItems": [{"id": item, "amount": 1, "unitPrice": 1}]})
    assert sdk.get_invoice(invoice_key=posted["id"])["amount"] == 100


def test_update_many_invoices(sdk, account):
    made = [make_invoice(sdk, account)["id"] for _ in range(3)]
    sdk.bulk_update_invoices(request={"invoices": [{"id": m, "comments": f"bulk {i}"} for i, m in enumerate(made)]})
    assert [sdk.get_invoice(invoice_key=m)["comments"] for m in made] == ["bulk 0", "bulk 1", "bulk 2"]
    sdk.refused("bulk_update_invoices", 400, None, request={"invoices": [{"id": made[0], "comments": "x"}] * 51})
    sdk.refused("bulk_update_invoices", 404, 40, request={"invoices": [{"id": NOWHERE, "comments": "x"}]})


def test_items_in_pages(sdk, account):
    made = make_invoice(sdk, account, amounts=tuple(range(1, 46)))
    pages = [sdk.get_invoice_items(invoice_key=made["id"], page=p, page_size=20) for p in (1, 2, 3)]
    assert [len(p["invoiceItems"]) for p in pages] == [20, 20, 5]
    assert ["nextPage" in p.json for p in pages] == [True, True, False]
    found = [Decimal(i["chargeAmount"]) for p in pages for i in p["invoiceItems"]]
    assert sorted(found) == list(range(1, 46)) and sum(found) == made["amount"]
    for op in ("get_invoice", "get_invoice_items", "get_invoice_application_parts", "get_invoice_files"):
        sdk.refused(op, 404, 50000040, invoice_key=NOWHERE)


def test_billing_documents_of_an_account(sdk):
    owner = make_account(sdk)
    made = [make_invoice(sdk, owner["accountId"], invoiceDate=f"2024-03-0{d}", amounts=(d,)) for d in (1, 2)]
    read = sdk.get_billing_documents(account_id=owner["accountId"])["documents"]
    assert [(d["id"], d["amount"], d["documentType"], d["status"]) for d in read] == [(m["id"], m["amount"], "Invoice", "Draft") for m in reversed(made)]
    assert sdk.get_billing_documents(account_number=owner["accountNumber"], status="Posted")["documents"] == []
    sdk.refused("get_billing_documents", 404, 40, account_id=NOWHERE)
