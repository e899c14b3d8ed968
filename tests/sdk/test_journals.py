"""Journal entries by hand, exchange rates, and the revenue accounts of a charge."""

import pytest

from harness.given import NOWHERE, make_charge, name
from test_accounting import make_code, make_period, next_month


@pytest.fixture(scope="module")
def period(sdk):
    return make_period(sdk)[1]


def entry(period, debit="12.34", credit="12.34", **other):
    items = [
        {"accountingCodeName": "Cash", "accountingCodeType": "Cash", "amount": debit, "type": "Debit"},
        {"accountingCodeName": "Sales Revenue", "accountingCodeType": "SalesRevenue", "amount": credit, "type": "Credit", "notes": "n"},
    ]
    given = {"accountingPeriodName": period["name"], "currency": "USD", "journalEntryDate": period["startDate"], "journalEntryItems": items}
    return given | {"notes": "By hand"} | other


def test_create_journal_entry_and_read_it_back(sdk, period):
    made = sdk.create_summary_journal_entry(request=entry(period))["journalEntryNumber"]
    assert made.startswith("JE-")
    read = sdk.get_summary_journal_entry(je_number=made)
    assert (read["number"], read["status"], read["currency"], read["notes"]) == (made, "Created", "USD", "By hand")
    assert (read["accountingPeriodName"], read["journalEntryDate"]) == (period["name"], period["startDate"])
    assert {(i["type"], i["accountingCodeName"], i["amount"]) for i in read["journalEntryItems"]} == {
        ("Debit", "Cash", "12.34"),
        ("Credit", "Sales Revenue", "12.34"),
    }


def test_create_journal_entry_refuses(sdk, period):
    for wrong in (
        entry(period, credit="12.33"),
        entry(period, debit="1.005", credit="1.005"),
        entry(period, currency="XXZ"),
        entry(period, accountingPeriodName="none of this name"),
        entry(period, accountingPeriodName="Open-Ended"),
        entry(period, journalEntryDate=next_month(sdk)["endDate"]),
        entry(period, journalEntryItems=[]),
    ):
        answer = sdk.call("create_summary_journal_entry", request=wrong)
        sdk.refused("create_summary_journal_entry", 404 if answer.status == 404 else 400, request=wrong)


def test_change_cancel_and_delete_journal_entry(sdk, period):
    made = sdk.create_summary_journal_entry(request=entry(period))["journalEntryNumber"]
    sdk.update_basic_summary_journal_entry(je_number=made, request={"notes": "Changed", "transferredToAccounting": "Processing"})
    read = sdk.get_summary_journal_entry(je_number=made)
    assert (read["notes"], read["transferredToAccounting"]) == ("Changed", "Processing")
    sdk.refused("cancel_summary_journal_entry", 400, None, je_number=made)
    sdk.update_basic_summary_journal_entry(je_number=made, request={"transferredToAccounting": "No"})
    sdk.refused("delete_summary_journal_entry", 400, None, je_number=made)
    sdk.cancel_summary_journal_entry(je_number=made)
    assert sdk.get_summary_journal_entry(je_number=made)["status"] == "Cancelled"
    sdk.delete_summary_journal_entry(je_number=made)
    for op in ("get", "cancel", "delete"):
        sdk.refused(f"{op}_summary_journal_entry", 404, 40, je_number=made)
    sdk.refused("update_basic_summary_journal_entry", 404, 40, je_number="JE-none", request={"notes": "x"})


def test_custom_exchange_rates(sdk):
    read = sdk.get_custom_exchange_rates(currency="USD", start_date="2024-01-01", end_date="2024-01-31")
    assert isinstance(read["rates"], list)
    for wrong in ({"start_date": "2024-13-01"}, {"end_date": "2023-01-01"}, {"currency": "usd"}):
        given = {"currency": "USD", "start_date": "2024-01-01", "end_date": "2024-01-31"}
        sdk.refused("get_custom_exchange_rates", 400, 20, **(given | wrong))


def test_revenue_accounts_of_a_charge(sdk):
    kinds = {
        "adjustmentLiabilityAccount": "AdjustmentLiabilities",
        "adjustmentRevenueAccount": "AdjustmentRevenue",
        "contractAssetAccount": "ContractAssets",
        "contractLiabilityAccount": "ContractLiabilities",
        "recognizedRevenueAccount": "SalesRevenue",
        "unbilledReceivablesAccount": "UnbilledReceivables",
    }
    body = {field: make_code(sdk, kind)[1]["name"] for field, kind in kinds.items()}
    sdk.put_rev_pro_accounting_codes(body=body | {"productRatePlanChargeId": make_charge(sdk)})
    answer = sdk.call("put_rev_pro_accounting_codes", body=body | {"productRatePlanChargeId": NOWHERE})
    sdk.refused("put_rev_pro_accounting_codes", 404 if answer.status == 404 else 400, body=body | {"productRatePlanChargeId": NOWHERE})
    sdk.refused("put_rev_pro_accounting_codes", 400, body={"productRatePlanChargeId": make_charge(sdk), **body, "contractAssetAccount": name("none")})
