"""Bodies of requests, and records made of them. Every one is new, so that no test stands in the way of another."""

import itertools

_count = itertools.count(1)
NOWHERE = "0123456789abcdef0123456789abcdef"


def name(what):
    """A text that no other test uses."""
    return f"{what} {next(_count)}"


def number(prefix):
    """As `name`, without a blank."""
    return f"{prefix}-{next(_count):05}"


def contact(**other):
    given = {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "address1": "1 Analytical Way",
        "city": "San Mateo",
        "state": "California",
        "country": "United States",
        "zipCode": "94403",
        "workEmail": "ada@example.com",
    }
    return given | other


def account(**other):
    return {"name": name("Account"), "currency": "USD", "billCycleDay": 1, "billToContact": contact()} | other


def make_account(sdk, **other):
    """An active account: the answer of its creation."""
    return sdk.create_account(request=account(**other))


def product(**other):
    return {"Name": name("Product"), "EffectiveStartDate": "2020-01-01", "EffectiveEndDate": "2040-12-31"} | other


def make_product(sdk, **other):
    """The id of a new product."""
    return sdk.create_product(create_request=product(**other))["Id"]


def make_plan(sdk, product_id=None, **other):
    """The id of a new rate plan, of a new product unless one is named."""
    body = {"Name": name("Plan"), "ProductId": product_id or make_product(sdk), "EffectiveStartDate": "2020-01-01"}
    return sdk.create_product_rate_plan(create_request=body | {"EffectiveEndDate": "2040-12-31"} | other)["Id"]


def charge(plan_id, price=100, **other):
    tier = {"Currency": "USD", "Price": price}
    given = {
        "ProductRatePlanId": plan_id,
        "Name": name("Charge"),
        "ChargeModel": "Flat Fee Pricing",
        "ChargeType": "OneTime",
        "BillCycleType": "DefaultFromCustomer",
        "BillingPeriod": "Month",
        "TriggerEvent": "ContractEffective",
        "UseDiscountSpecificAccountingCode": False,
        "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": [tier]},
    }
    return given | other


def make_charge(sdk, plan_id=None, price=100, **other):
    """The id of a new charge, of a new plan unless one is named."""
    body = charge(plan_id or make_plan(sdk), price, **other)
    return sdk.create_product_rate_plan_charge(create_request=body)["Id"]


def invoice(account_id, amounts=(100,), **other):
    """A standalone invoice without the catalog, an item for each amount."""
    items = [{"chargeName": f"Item {i}", "amount": a, "serviceStartDate": "2024-03-01"} for i, a in enumerate(amounts, 1)]
    return {"accountId": account_id, "invoiceDate": "2024-03-15", "invoiceItems": items} | other


def make_invoice(sdk, account_id=None, amounts=(100,), **other):
    """The answer of a new invoice, a draft unless `status` says otherwise."""
    account_id = account_id or make_account(sdk)["accountId"]
    return sdk.create_standalone_invoice(request=invoice(account_id, amounts, **other))
