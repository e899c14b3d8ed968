"""Products, rate plans, charges with their tiers, and catalog groups."""

from decimal import Decimal

import pytest

from harness.given import NOWHERE, charge, make_charge, make_plan, make_product, name, number, product


@pytest.fixture
def plan(sdk):
    return make_plan(sdk)


def test_create_product_and_read_it_back(sdk):
    sent = product(SKU=number("SKU"), Description="A product", Category="Base Products", ProductNumber=number("PC"))
    made = sdk.create_product(create_request=sent)
    assert len(made["Id"]) == 32
    for key in (made["Id"], sent["SKU"]):
        read = sdk.get_product(product_key=key)
        assert (read["id"], read["sku"], read["name"]) == (made["Id"], sent["SKU"], sent["Name"])
        assert (read["description"], read["category"]) == ("A product", "Base Products")
        assert (read["effectiveStartDate"], read["effectiveEndDate"]) == ("2020-01-01", "2040-12-31")
        assert read["productNumber"] == sent["ProductNumber"]


def test_create_product_gives_a_sku_by_itself(sdk):
    made = sdk.create_product(create_request=product())
    assert sdk.get_product(product_key=made["Id"])["sku"].startswith("SKU-")


def test_create_product_refuses(sdk):
    sku = number("SKU")
    make_product(sdk, SKU=sku)
    sdk.refused("create_product", 400, "DUPLICATE_VALUE", sku, create_request=product(SKU=sku))
    sdk.refused("create_product", 400, "MISSING_REQUIRED_VALUE", "Name", create_request={k: v for k, v in product().items() if k != "Name"})
    backwards = product(EffectiveStartDate="2030-01-01", EffectiveEndDate="2020-01-01")
    sdk.refused("create_product", 400, "INVALID_VALUE", create_request=backwards)
    sdk.refused("create_product", 400, "INVALID_VALUE", "Category", create_request=product(Category="Nonsense"))


def test_unknown_fields_are_ignored_or_refused(sdk):
    made = sdk.create_product(create_request=product(Colour="red"))
    assert "red" not in sdk.get_product(product_key=made["Id"]).text
    answer = sdk.refused("create_product", 400, create_request=product(Colour="red"), reject_unknown_fields=True)
    assert answer.json == {"message": "Error - unrecognised fields"}


def test_update_product(sdk):
    made = make_product(sdk)
    new = name("Renamed")
    assert sdk.update_product(id=made, modify_request={"Name": new, "Description": "Changed"})["Id"] == made
    read = sdk.get_product(product_key=made)
    assert (read["name"], read["description"]) == (new, "Changed")
    sdk.refused("update_product", 404, "INVALID_ID", id=NOWHERE, modify_request={"Name": new})
    sdk.refused("update_product", 400, "INVALID_VALUE", id=made, modify_request={"EffectiveEndDate": "2019-01-01"})


def test_delete_product(sdk):
    made = make_product(sdk)
    assert sdk.delete_product(id=made)["id"] == made
    sdk.refused("get_product", 404, 40, product_key=made)
    sdk.refused("delete_product", 200, "INVALID_ID", id=made)


def test_get_products_in_pages(sdk):
    """Every product once, over all pages, also when the page is small."""
    mine = {make_product(sdk) for _ in range(5)}
    found, page = [], 1
    while True:
        answer = sdk.get_products(page=page, page_size=2)
        found += [p["id"] for p in answer["products"]]
        if "nextPage" not in answer.json:
            break
        assert len(answer["products"]) == 2 and answer["nextPage"].startswith("http")
        assert f"page={page + 1}" in answer["nextPage"] and "pageSize=2" in answer["nextPage"]
        page += 1
        assert page < 500
    assert len(found) == len(set(found)) and mine <= set(found)


def test_get_products_holds_plans_and_charges(sdk):
    made = make_product(sdk)
    plan = make_plan(sdk, made)
    make_charge(sdk, plan, 12.5)
    read = sdk.get_product(product_key=made)
    assert read["id"] == made
    plans = sdk.get_rate_plans_by_product(product_key=made)["productRatePlans"]
    assert [p["id"] for p in plans] == [plan]


def test_create_rate_plan_and_read_it_back(sdk):
    made = make_product(sdk)
    sent = {"Name": name("Plan"), "ProductId": made, "Description": "A plan", "EffectiveStartDate": "2021-01-01", "EffectiveEndDate": "2030-01-01"}
    plan = sdk.create_product_rate_plan(create_request=sent)["Id"]
    read = sdk.get_product_rate_plan(id=plan)
    assert (read["id"], read["name"], read["description"], read["status"]) == (plan, sent["Name"], "A plan", "Active")
    assert (read["effectiveStartDate"], read["effectiveEndDate"]) == ("2021-01-01", "2030-01-01")
    assert read["productRatePlanNumber"].startswith("PRP-")


def test_create_rate_plan_refuses(sdk):
    sdk.refused("create_product_rate_plan", 404, "INVALID_ID", create_request={"Name": "x", "ProductId": NOWHERE})
    sdk.refused("create_product_rate_plan", 400, "MISSING_REQUIRED_VALUE", "Name", create_request={"ProductId": make_product(sdk)})
    sdk.refused("get_product_rate_plan", 404, 40, id=NOWHERE)
    sdk.refused("get_rate_plans_by_product", 404, 40, product_key=NOWHERE)


def test_update_rate_plan(sdk, plan):
    new = name("Renamed")
    assert sdk.update_product_rate_plan(id=plan, modify_request={"Name": new})["Id"] == plan
    assert sdk.get_product_rate_plan(id=plan)["name"] == new
    sdk.refused("update_product_rate_plan", 404, "INVALID_ID", id=NOWHERE, modify_request={"Name": new})


def test_rate_plans_by_external_id(sdk):
    answer = sdk.call("get_product_rate_plans_by_external_id", external_id="none-of-this-name")
    if answer.status == 404:
        sdk.refused("get_product_rate_plans_by_external_id", 404, 40, external_id="none-of-this-name")
    else:
        assert sdk.get_product_rate_plans_by_external_id(external_id="none-of-this-name")["productRatePlans"] == []
        sdk.refused("get_product_rate_plans_by_external_id", 400, 20, external_id="x", zuora_org_ids="nonsense")


def test_delete_rate_plan(sdk, plan):
    assert sdk.delete_product_rate_plan(id=plan)["id"] == plan
    sdk.refused("get_product_rate_plan", 404, 40, id=plan)
    sdk.refused("delete_product_rate_plan", 200, "INVALID_ID", id=plan)


def test_create_charge_and_read_it_back(sdk, plan):
    sent = charge(plan, 19.99, ChargeType="Recurring", BillingTiming="In Advance", ListPriceBase="Per Billing Period", Description="Monthly")
    made = sdk.create_product_rate_plan_charge(create_request=sent)["Id"]
    read = sdk.get_product_rate_plan_charge(id=made)
    assert read["Id"] == made
    for field in ("ProductRatePlanId", "Name", "ChargeModel", "ChargeType", "BillCycleType", "BillingPeriod", "BillingTiming", "TriggerEvent"):
        assert read[field] == sent[field], field
    assert read["UseDiscountSpecificAccountingCode"] is False and read["Description"] == "Monthly"
    only = sdk.get_product_rate_plan_charge(id=made, fields="Id,Name")
    assert set(only.json) == {"Id", "Name"}


def test_create_charge_refuses(sdk, plan):
    def refuse(code, says=(), **change):
        body = {k: v for k, v in charge(plan, **change).items() if v is not None}
        sdk.refused("create_product_rate_plan_charge", 404 if code == "INVALID_ID" else 400, code, says, create_request=body)

    refuse("INVALID_VALUE", "ChargeModel", ChargeModel="Free Pricing")
    refuse("MISSING_REQUIRED_VALUE", "Name", Name=None)
    refuse("INVALID_ID", "ProductRatePlanId", ProductRatePlanId=NOWHERE)
    refuse("INVALID_VALUE", BillCycleType="SpecificDayofMonth", BillCycleDay=32)
    refuse(None, ProductRatePlanChargeTierData={"ProductRatePlanChargeTier": []})
    sdk.refused("get_product_rate_plan_charge", 404, id=NOWHERE)


def test_update_charge(sdk, plan):
    made = make_charge(sdk, plan, 10)
    body = charge(plan, 11, Name=name("Renamed"), Description="Changed")
    assert sdk.update_product_rate_plan_charge(id=made, modify_request=body)["Id"] == made
    read = sdk.get_product_rate_plan_charge(id=made)
    assert (read["Name"], read["Description"]) == (body["Name"], "Changed")
    sdk.refused("update_product_rate_plan_charge", 404, "INVALID_ID", id=NOWHERE, modify_request=body)


def test_delete_charge(sdk, plan):
    made = make_charge(sdk, plan)
    assert sdk.delete_product_rate_plan_charge(id=made)["id"] == made
    sdk.refused("get_product_rate_plan_charge", 404, id=made)
    sdk.refused("delete_product_rate_plan_charge", 200, "INVALID_ID", id=made)


def tiers(sdk, charge_id):
    """The tiers of a charge, in their order."""
    read = sdk.query_product_rate_plan_charge_tiers(filter=[f"productrateplanchargeid.EQ:{charge_id}"])
    return sorted(read["data"], key=lambda t: t["tier"])


def test_read_and_price_a_tier(sdk, plan):
    rows = [
        {"Currency": "USD", "StartingUnit": 0, "EndingUnit": 10, "Price": 5, "PriceFormat": "Per Unit"},
        {"Currency": "USD", "StartingUnit": 11, "Price": 4.123456789, "PriceFormat": "Per Unit"},
    ]
    body = {"ChargeModel": "Tiered Pricing", "UOM": "Each", "ChargeType": "Usage", "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": rows}}
    made = make_charge(sdk, plan, **body)
    found = tiers(sdk, made)
    assert [(t["tier"], t["price"]) for t in found] == [(1, 5), (2, Decimal("4.123456789"))]
    last = found[1]["id"]
    read = sdk.get_product_rate_plan_charge_tier(id=last)
    assert (read["Tier"], read["StartingUnit"], read["Price"], read["PriceFormat"]) == (2, 11, Decimal("4.123456789"), "Per Unit")
    assert read.get("EndingUnit") is None
    sdk.update_product_rate_plan_charge_tier(id=last, modify_request={"Price": 3.5})
    assert sdk.get_product_rate_plan_charge_tier(id=last)["Price"] == Decimal("3.5")
    sdk.refused("get_product_rate_plan_charge_tier", 404, id=NOWHERE)
    sdk.refused("update_product_rate_plan_charge_tier", 404, "INVALID_ID", id=NOWHERE, modify_request={"Price": 1})


def test_finance_information_of_a_charge(sdk, plan):
    made = make_charge(sdk, plan)
    code = name("Deferred")
    sdk.create_accounting_code(request={"name": code, "type": "DeferredRevenue"})
    body = {"deferredRevenueAccountingCode": code}
    sdk.update_product_rate_plan_charge_finance_information(product_rate_plan_charge_key=made, body=body)
    read = sdk.get_product_rate_plan_charge(id=made)
    assert read["DeferredRevenueAccount"] == code
    op = "update_product_rate_plan_charge_finance_information"
    sdk.refused(op, 404, 40, product_rate_plan_charge_key=NOWHERE, body=body)
    answer = sdk.call(op, product_rate_plan_charge_key=made, body={"deferredRevenueAccountingCode": "no such code"})
    assert answer.status in (400, 404)


def test_catalog_groups(sdk):
    made = make_product(sdk)
    basic, better, best = (make_plan(sdk, made) for _ in range(3))
    sent = {"name": name("Group"), "description": "Upgrades", "type": "Grading", "productRatePlans": [{"id": basic, "grade": 1}, {"id": better, "grade": 2}]}
    group = sdk.create_catalog_group(request=sent)
    assert (group["name"], group["description"], group["type"]) == (sent["name"], "Upgrades", "Grading")
    for key in (group["id"], group["catalogGroupNumber"]):
        read = sdk.get_catalog_group(catalog_group_key=key)
        assert [(p["id"], p["grade"]) for p in sorted(read["productRatePlans"], key=lambda p: p["grade"])] == [(basic, 1), (better, 2)]
    changed = sdk.update_catalog_group(catalog_group_key=group["id"], request={"add": [{"id": best, "grade": 3}], "remove": [{"id": basic}]})
    assert {p["id"] for p in changed["productRatePlans"]} == {better, best}
    listed = sdk.get_catalog_groups(page_size=40)["catalogGroups"]
    assert group["id"] in {g["id"] for g in listed}
    sdk.delete_catalog_group(catalog_group_key=group["id"])
    sdk.refused("get_catalog_group", 404, 40, catalog_group_key=group["id"])


def test_catalog_groups_refuse(sdk):
    sdk.refused("create_catalog_group", 400, 22, "name", request={"description": "no name"})
    sdk.refused("create_catalog_group", 404, 40, request={"name": name("Group"), "productRatePlans": [{"id": NOWHERE, "grade": 1}]})
    for op, body in (("update_catalog_group", {"request": {"name": "x"}}), ("delete_catalog_group", {})):
        sdk.refused(op, 404, 40, catalog_group_key=NOWHERE, **body)
    twice = name("Group")
    sdk.create_catalog_group(request={"name": twice})
    sdk.refused("create_catalog_group", 400, None, request={"name": twice})
