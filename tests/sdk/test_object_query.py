"""Object Query: every built resource by list and by key, with each of its expands, filters and sorts."""

import pytest

from harness import built, checker, reference
from harness.given import NOWHERE, contact, make_account, make_charge, make_invoice, make_plan, make_product, name, number

TAX = {
    "name": "VAT",
    "taxAmount": 7.7,
    "taxCode": "VAT-7",
    "taxDate": "2024-03-15",
    "taxMode": "TaxExclusive",
    "taxRate": 0.077,
    "taxRateType": "Percentage",
}


@pytest.fixture(scope="module")
def world(sdk):
    """A few records of everything that can be built from here."""
    known = built.operations(sdk.host)
    made = {}
    if "create_account" in known:
        made["accounts"] = [make_account(sdk, soldToContact=contact(firstName=f"Sold {i}"), batch=f"Batch{i}") for i in (1, 2, 3)]
    if "create_product_rate_plan_charge" in known:
        made["product"] = make_product(sdk, SKU=number("SKU"))
        plan = make_plan(sdk, made["product"])
        for price in (10, 20):
            make_charge(sdk, plan, price)
    if "create_standalone_invoice" in known:
        items = [{"chargeName": "Taxed", "amount": 100, "serviceStartDate": "2024-03-01", "taxItems": [TAX]}]
        for account, status in zip(made["accounts"], ("Draft", "Posted", "Draft")):
            to = account["billToContactId"]
            make_invoice(sdk, account["accountId"], status=status, invoiceItems=items, billToContactId=to)
    return made


RESOURCES = sorted(reference.queries())


def asked(sdk, resource, by_key=False):
    """The operation of a resource; a test ends as skipped when it is not built."""
    operation = reference.queries()[resource].operation(by_key)
    if operation not in built.operations(sdk.host):
        pytest.skip(f"{operation} is not built")
    return operation


def some(sdk, resource, **more):
    """One page of a resource; lists that need a filter get one that holds for everything."""
    operation = asked(sdk, resource)
    everything = {"filter": ["updateddate.GE:2000-01-01T00:00:00Z"]}
    return sdk.ok(operation, **(everything | more))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("resource", RESOURCES)
def test_list_and_by_key(sdk, resource):
    page = some(sdk, resource, page_size=50)
    query = reference.queries()[resource]
    by_key = asked(sdk, resource, by_key=True)
    for record in page["data"][:3]:
        read = sdk.ok(by_key, key=record["id"])
        assert read.json == record, "a record reads the same by its key"
    if not page["data"]:
        pytest.skip(f"no {resource} can be made yet")
    record = page["data"][0]
    numbers = {"accounts": "accountNumber", "invoices": "invoiceNumber", "products": "sKU"}
    if resource in numbers and set(query.keys) & {"number", "sku"}:
        assert sdk.ok(by_key, key=record[numbers[resource]])["id"] == record["id"]


@pytest.mark.parametrize("resource", RESOURCES)
def test_by_key_refuses_what_is_not_there(sdk, resource):
    sdk.refused(asked(sdk, resource, by_key=True), 404, 50000040, key=NOWHERE)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_expand(sdk, resource):
    """Each path of expands is answered, and what comes back has the type the reference declares."""
    for path in reference.queries()[resource].expands:
        operation = asked(sdk, resource)
        answer = sdk.call(operation, expand=[path], page_size=10, filter=["updateddate.GE:2000-01-01T00:00:00Z"])
        if answer.status == 501 or (answer.status == 400 and "not built" in answer.text):
            continue
        some(sdk, resource, expand=[path], page_size=10)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_sort(sdk, resource):
    """In order, in both directions, and the same records."""
    for field in reference.queries()[resource].sorts:
        up, down = (some(sdk, resource, sort=[f"{field}.{way}"], page_size=50)["data"] for way in ("ASC", "DESC"))
        for way, rows in (("ASC", up), ("DESC", down)):
            key = next((k for r in rows for k in r if k.lower() == field), None)
            values = [r[key] for r in rows if key in r and not isinstance(r[key], str)]
            assert values == sorted(values, reverse=way == "DESC"), f"{resource} by {field} {way}"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_filter(sdk, resource):
    """Each field equals its own value, and nothing that answers differs from it."""
    query = reference.queries()[resource]
    rows = some(sdk, resource, page_size=50)["data"]
    for field in query.filters:
        record = next((r for r in rows if any(k.lower() == field for k in r)), None)
        if record is None:
            continue
        key = next(k for k in record if k.lower() == field)
        value = record[key]
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if isinstance(value, str) and "T" in value and checker.is_moment(value):
            # shown to the second, kept more exactly
            found = some(sdk, resource, page_size=50, filter=[f"{field}.GE:{text}", f"id.EQ:{record['id']}"])["data"]
            assert [r["id"] for r in found] == [record["id"]], f"{resource}: {field}.GE:{text}"
            continue
        found = some(sdk, resource, page_size=50, filter=[f"{field}.EQ:{text}"] + (["id.EQ:" + record["id"]] if field != "id" else []))["data"]
        assert [r["id"] for r in found] == [record["id"]], f"{resource}: {field}.EQ:{text}"
        assert found[0][key] == value


@pytest.mark.parametrize("resource", RESOURCES)
def test_lists_refuse(sdk, resource):
    operation = asked(sdk, resource)
    for wrong in (
        {"filter": ["nosuchfield.EQ:1"]},
        {"filter": ["id.XX:1"]},
        {"filter": ["id"]},
        {"sort": ["nosuchfield.ASC"]},
        {"sort": ["id.SIDEWAYS"]},
        {"expand": ["nosuchthing"]},
        {"cursor": "bm9uc2Vuc2U="},
        {"filter": ["updateddate.GE:yesterday"]},
    ):
        more = {} if "filter" in wrong else {"filter": ["updateddate.GE:2000-01-01T00:00:00Z"]}
        sdk.refused(operation, 400, 50000027, **(more | wrong))


def test_pages_hold_every_record_once(sdk, world):
    """Also when records are made while a client reads."""
    mark = name("Paged")
    mine = [make_account(sdk, name=f"{mark} {i}")["accountId"] for i in range(7)]
    found, cursor, pages = [], None, 0
    while True:
        page = sdk.query_accounts(page_size=3, filter=[f"name.SW:{mark}"], **({"cursor": cursor} if cursor else {}))
        found += [a["id"] for a in page["data"]]
        pages += 1
        if "nextPage" not in page.json:
            break
        cursor = page["nextPage"]
        make_account(sdk, name=f"{mark} later {pages}")
        assert pages < 20
    assert len(found) == len(set(found)) and set(mine) <= set(found)


def test_operators(sdk):
    mark = number("Op")
    made = {n: make_account(sdk, name=f"{mark} {n}", billCycleDay=n)["accountId"] for n in (1, 5, 9)}

    def days(*filters):
        rows = sdk.query_accounts(page_size=50, filter=[f"name.SW:{mark}", *filters])["data"]
        assert {r["id"] for r in rows} <= set(made.values())
        return sorted(r["billCycleDay"] for r in rows)

    assert days() == [1, 5, 9]
    assert days("billcycleday.EQ:5") == [5] and days("billCycleDay.NE:5") == [1, 9]
    assert days("billcycleday.LT:5") == [1] and days("billcycleday.LE:5") == [1, 5]
    assert days("billcycleday.GT:5") == [9] and days("billcycleday.GE:5") == [5, 9]
    assert days("billcycleday.IN:[1,9]") == [1, 9] and days("billcycleday.IN:[2]") == []
    assert days(f"name.eq:{mark.upper()} 5") == [5], "texts are compared without case"
    assert days("crmid.EQ:null") == [1, 5, 9] and days("crmid.NE:null") == []


def test_fields_and_null_fields(sdk, world):
    account = world["accounts"][0]["accountId"]
    only = sdk.query_accounts(filter=[f"id.EQ:{account}"], fields=["name,currency"])["data"][0]
    assert {"name", "currency"} <= set(only) <= {"name", "currency", "id"}
    without, with_nulls = (sdk.query_account_by_key(key=account, include_null_fields=n) for n in (False, True))
    assert None not in without.json.values()
    nulls = {k for k, v in with_nulls.json.items() if v is None}
    assert nulls and {k: v for k, v in with_nulls.json.items() if k not in nulls} == without.json


def test_expands_of_two_levels(sdk, world):
    account = world["accounts"][0]
    read = sdk.query_account_by_key(key=account["accountId"], expand=["billto", "soldto,invoices"])
    assert (read["billTo"]["id"], read["soldTo"]["firstName"]) == (account["billToContactId"], "Sold 1")
    assert [i["accountId"] for i in read["invoices"]] == [account["accountId"]]
    product = sdk.query_product_by_key(key=world["product"], expand=["productrateplans.productrateplancharges.productrateplanchargetiers"])
    charges = product["productRatePlans"][0]["productRatePlanCharges"]
    assert sorted(t["price"] for c in charges for t in c["productRatePlanChargeTiers"]) == [10, 20]
