"""The older calls on many objects, their queries, and descriptions."""

import xml.etree.ElementTree as ElementTree

import pytest
import urllib3

from harness.given import NOWHERE, make_account, name, number, product


def create(sdk, kind, objects, **more):
    return sdk.action_post_create(create_request={"type": kind, "objects": objects}, **more).json


def query(sdk, text, size=2000):
    return sdk.action_post_query(query_request={"queryString": text, "conf": {"batchSize": size}})


def test_create_update_and_delete_each_row_by_itself(sdk):
    good, bad = product(SKU=number("SKU")), product(Category="Nonsense")
    made = create(sdk, "Product", [good, bad, product()])
    assert [m["Success"] for m in made] == [True, False, True]
    assert made[1]["Errors"][0]["Code"] == "INVALID_VALUE" and "Category" in made[1]["Errors"][0]["Message"]
    ids = [made[0]["Id"], made[2]["Id"]]
    new = name("Renamed")
    changes = [{"Id": ids[0], "Name": new, "fieldsToNull": ["Description"]}, {"Id": NOWHERE, "Name": "x"}]
    changed = sdk.action_postupdate(update_request={"type": "Product", "objects": changes}).json
    assert [c["Success"] for c in changed] == [True, False]
    assert query(sdk, f"select Name from Product where Id = '{ids[0]}'")["records"] == [{"Id": ids[0], "Name": new}]
    gone = sdk.action_post_delete(delete_request={"type": "Product", "ids": [*ids, NOWHERE]}).json
    assert [g["success"] for g in gone] == [True, True, False] and gone[0]["id"] == ids[0]


def test_calls_refuse(sdk):
    create = {"type": "Nonsense", "objects": [{"Name": "x"}]}
    sdk.refused("action_post_create", 400, create_request=create)
    sdk.refused("action_postupdate", 400, update_request={"type": "Nonsense", "objects": [{"Id": NOWHERE}]})
    sdk.refused("action_post_delete", 400, delete_request={"type": "Nonsense", "ids": [NOWHERE]})
    sdk.refused("action_post_create", 400, "MAX_RECORDS_EXCEEDED", create_request={"type": "Product", "objects": [product()] * 51})


def test_query(sdk):
    mark = number("Z")
    made = [make_account(sdk, name=f"{mark} {n}", billCycleDay=n)["accountId"] for n in (1, 2, 3)]
    found = query(sdk, f"select Id, Name, BillCycleDay from Account where Name like '{mark}%' and BillCycleDay >= 2")
    assert (found["size"], found["done"], "queryLocator" in found.json) == (2, True, False)
    assert sorted((r["Id"], r["BillCycleDay"]) for r in found["records"]) == sorted(zip(made[1:], (2, 3)))
    either = query(sdk, f"select Id from Account where Id = '{made[0]}' or Id = '{made[2]}'")
    assert {r["Id"] for r in either["records"]} == {made[0], made[2]}
    nothing = query(sdk, "select Id from Account where Name = 'none of this name'")
    assert nothing.json == {"size": 0, "done": True, "records": []}


@pytest.mark.parametrize(
    "text",
    [
        "select * from Account",
        "select Id from Nonsense",
        "select Nonsense from Account",
        "select Id from Account where Name like '%x%'",
        "select Id from Account where Name = 'x' order by Name",
        "select Id from Account where (Name = 'x')",
        "select Id from Account where Name = 'unfinished",
        "nonsense",
        "",
    ],
)
def test_query_refuses(sdk, text):
    answer = sdk.refused("action_post_query", 400, query_request={"queryString": text})
    assert answer["FaultCode"] in ("MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE", "INVALID_VALUE", "MISSING_REQUIRED_VALUE")


def test_query_more(sdk):
    mark = number("More")
    made = {make_account(sdk, name=f"{mark} {n}")["accountId"] for n in range(5)}
    page = query(sdk, f"select Id from Account where Name like '{mark}%'", size=2)
    assert (page["size"], page["done"], len(page["records"])) == (5, False, 2)
    found = [r["Id"] for r in page["records"]]
    while not page["done"]:
        page = sdk.action_postquery_more(query_more_request={"queryLocator": page["queryLocator"], "conf": {"batchSize": 2}})
        found += [r["Id"] for r in page["records"]]
        assert len(found) <= 5
    assert len(found) == 5 and set(found) == made
    answer = sdk.refused("action_postquery_more", 400, query_more_request={"queryLocator": f"{NOWHERE}-2000"})
    assert "QUERY_LOCATOR" in answer["FaultCode"].upper().replace("QUERYLOCATOR", "QUERY_LOCATOR")


def described(sdk, kind):
    """A description: text in XML, which the SDK asks for and reads as a JSON text."""
    answer = sdk.get_describe(object=kind)
    assert answer.data == answer.json
    return ElementTree.fromstring(answer.json.encode())


@pytest.mark.parametrize("kind", ["Account", "Contact", "Product", "ProductRatePlan", "ProductRatePlanCharge", "Invoice", "InvoiceItem"])
def test_describe(sdk, kind):
    root = described(sdk, kind)
    assert (root.tag, root.findtext("name")) == ("object", kind)
    fields = {f.findtext("name"): f for f in root.find("fields")}
    assert {"Id", "UpdatedDate"} <= fields.keys() and root.find("related-objects") is not None
    for f in fields.values():
        assert f.findtext("type") in {"boolean", "date", "datetime", "decimal", "integer", "picklist", "text", "timestamp", "ZOQL"}
        assert f.findtext("required") in ("true", "false") and f.find("contexts") is not None
    for key in ("Id", "UpdatedDate"):
        assert "export" in [c.text for c in fields[key].find("contexts")]


def test_other_clients_get_descriptions_in_xml(sdk, server):
    http = urllib3.PoolManager()
    headers = {"apiAccessKeyId": server.user, "apiSecretAccessKey": server.password}
    for accept in (None, "*/*", "text/xml"):
        answer = http.request("GET", f"{server.host}/v1/describe/Account", headers=headers | ({"Accept": accept} if accept else {}))
        assert answer.headers["content-type"].lower().replace(" ", "") == "text/xml;charset=utf-8"
        assert ElementTree.fromstring(answer.data).findtext("name") == "Account"
    listed = http.request("GET", f"{server.host}/v1/describe", headers=headers)
    assert "Account" in [o.findtext("name") for o in ElementTree.fromstring(listed.data)]


def test_describe_refuses_what_is_not_there(sdk):
    answer = sdk.call("get_describe", object="Nonsense")
    assert answer.status == 404 and ElementTree.fromstring(answer.json.encode()) is not None
    sdk.ledger.refused.add("get_describe")


def test_selected_fields_can_be_queried(sdk):
    """What a description calls selectable can be selected."""
    root = described(sdk, "Account")
    names = [f.findtext("name") for f in root.find("fields") if f.findtext("selectable") == "true"]
    made = make_account(sdk)["accountId"]
    read = query(sdk, f"select {', '.join(names)} from Account where Id = '{made}'")["records"]
    assert [r["Id"] for r in read] == [made] and set(read[0]) <= set(names) | {"Id"}
