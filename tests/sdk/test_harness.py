"""The check itself: it finds what is wrong and nothing else."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from harness import checker, envelopes, reference
from harness.sdk import no_key_twice, same


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("CreateAccountResponse", {"success": True, "accountId": "a", "field__c": 1}),
        ("InvoiceItemsResponse", {"success": True, "invoiceItems": [{"chargeAmount": "1.5", "quantity": Decimal("1.5"), "serviceStartDate": "2024-02-29"}]}),
        ("List[SaveResult]", [{"Success": True, "Id": "a"}, {"Success": False, "Errors": [{"Code": "A", "Message": "b"}]}]),
        ("GetAccountingCodeResponse", {"type": "Cash", "segmentConstantValues": {"a": 1}}),
        ("GetCustomExchangeRatesType", {"success": True, "rates": [{"2024-01-01": {}}]}),
    ],
)
def test_good_values_pass(kind, value):
    assert checker.problems(value, kind) == []


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("CreateAccountResponse", {"accountId": 1}, "$.accountId: 1 is no string"),
        ("CreateAccountResponse", {"colour": "red"}, "no field colour"),
        ("CreateAccountResponse", [], "where CreateAccountResponse should be"),
        ("InvoiceItemsResponse", {"invoiceItems": [{"chargeAmount": Decimal("1.5")}]}, "$.invoiceItems[0].chargeAmount"),
        ("InvoiceItemsResponse", {"invoiceItems": [{"serviceStartDate": "2023-02-29"}]}, "is no date"),
        ("InvoiceItemsResponse", {"invoiceItems": [{"success": True}]}, "no field success"),
        ("GetAccountingCodeResponse", {"type": "Gold"}, "is none of"),
        ("InvoiceResponse", {"amount": "1.50"}, "is no number"),
        ("InvoiceResponse", {"autoPay": "true"}, "is no boolean"),
        ("List[SaveResult]", {"Success": True}, "where a list should be"),
        ("NoSuchModel", {}, "no model NoSuchModel"),
    ],
)
def test_bad_values_are_found(kind, value, says):
    found = checker.problems(value, kind)
    assert len(found) == 1 and says in found[0], found


def test_moments():
    for good in ("2024-01-31", "2024-01-31 10:00:00", "2024-01-31T10:00:00Z", "2024-01-31T10:00:00.123+01:00"):
        assert checker.date(good), good
    for bad in ("2024-1-31", "31.1.2024", "2024-01-31T10:00", "", None, 20240131):
        assert not checker.date(bad), bad


def test_shapes_of_refusals():
    def wrong(operation, body, status=400):
        answer = SimpleNamespace(json=body, status=status, text=str(body), headers={"zuora-request-id": "r"})
        return envelopes.problems(reference.operations()[operation], answer)

    good = {"success": False, "processId": "P", "requestId": "r", "reasons": [{"code": 50000040, "message": "m"}]}
    assert wrong("get_account", good) == []
    for bad in ({}, good | {"success": True}, good | {"requestId": "other"}, good | {"reasons": []}, good | {"more": 1}):
        assert wrong("get_account", bad), bad
    assert wrong("get_account", good | {"reasons": [{"code": "50000040", "message": "m"}]}), "a code is a number on the wire"
    assert wrong("query_accounts", {"reasons": good["reasons"], "requestId": "r"}) == [] != wrong("query_accounts", good)
    assert wrong("create_product", {"Success": False, "Errors": [{"Code": "INVALID_VALUE", "Message": "m"}]}) == []
    assert wrong("delete_product", {"success": False, "errors": [{"Code": "INVALID_ID", "Message": "m"}]}) == []
    assert wrong("action_post_query", {"FaultCode": "MALFORMED_QUERY", "FaultMessage": "m"}) == []
    assert wrong("get_account", {"message": "m"}, 401) == [] != wrong("get_account", good, 401)


def test_what_is_sent():
    assert same({"a": [1.5, {"b": "c"}]}, {"a": [1.5, {"b": "c"}], "default": 1})
    assert not same({"a": 1}, {}) and not same({"a": [1, 2]}, {"a": [1]})
    with pytest.raises(AssertionError):
        no_key_twice([("a", 1), ("a", 2)])


def test_the_tables_fit_together():
    """Every answer of a success is made of models that are there."""
    for operation in reference.operations().values():
        for status, kind in operation.answers.items():
            if status in (200, 201, 202) and kind[0].isupper() and not kind.startswith(("List[", "Dict[")):
                assert kind in reference.models(), f"{operation.name}: {kind}"
    assert len(reference.operations()) == 667 and len(reference.queries()) == 64
