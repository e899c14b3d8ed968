"""Accounting codes, accounting periods and sequence sets."""

import datetime
import time

import pytest

from harness.given import NOWHERE, make_account, make_invoice, name, number


def make_code(sdk, kind="OtherRevenue", **other):
    sent = {"name": name("Code"), "type": kind, "glAccountName": "GL", "glAccountNumber": "4000", "notes": "n"} | other
    return sdk.create_accounting_code(request=sent)["id"], sent


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("Cash", "Assets"),
        ("DeferredRevenue", "Liabilities"),
        ("OtherEquity", "Equity"),
        ("SalesRevenue", "Revenue"),
        ("BadDebt", "Expenses"),
        ("ContractAssets", "Assets"),
        ("ContractLiabilities", "Liabilities"),
        ("UnbilledReceivables", "Assets"),
        ("AdjustmentLiabilities", "Liabilities"),
        ("AdjustmentRevenue", "Revenue"),
    ],
)
def test_create_accounting_code_and_read_it_back(sdk, kind, category):
    made, sent = make_code(sdk, kind)
    read = sdk.get_accounting_code(ac_id=made)
    assert {k: read[k] for k in sent} == sent
    assert (read["id"], read["category"], read["status"]) == (made, category, "Active")


def test_create_accounting_code_refuses(sdk):
    _, taken = make_code(sdk)
    sdk.refused("create_accounting_code", 400, None, request=taken)
    sdk.refused("create_accounting_code", 400, 20, "type", request={"name": name("Code"), "type": "Nonsense"})
    sdk.refused("create_accounting_code", 400, 22, "name", request={"type": "Cash"})
    sdk.refused("create_accounting_code", 400, 20, "name", request={"name": "x" * 101, "type": "Cash"})


def test_update_accounting_code(sdk):
    made, _ = make_code(sdk)
    changed = {"name": name("Renamed"), "notes": "changed", "glAccountNumber": "4711"}
    sdk.update_accounting_code(ac_id=made, request=changed)
    read = sdk.get_accounting_code(ac_id=made)
    assert {k: read[k] for k in changed} == changed
    sdk.refused("update_accounting_code", 404, 40, ac_id=NOWHERE, request=changed)


def test_deactivate_activate_and_delete_accounting_code(sdk):
    made, _ = make_code(sdk)
    sdk.refused("delete_accounting_code", 400, 30, ac_id=made)
    sdk.deactivate_accounting_code(ac_id=made)
    assert sdk.get_accounting_code(ac_id=made)["status"] == "Inactive"
    sdk.activate_accounting_code(ac_id=made)
    assert sdk.get_accounting_code(ac_id=made)["status"] == "Active"
    sdk.deactivate_accounting_code(ac_id=made)
    sdk.delete_accounting_code(ac_id=made)
    sdk.refused("get_accounting_code", 404, 50000040, ac_id=made)
    for op in ("delete", "activate", "deactivate"):
        sdk.refused(f"{op}_accounting_code", 404, 40, ac_id=NOWHERE)


def test_get_all_accounting_codes_in_pages(sdk):
    mine = {make_code(sdk)[0] for _ in range(3)}
    found, page = [], 1
    while True:
        answer = sdk.get_all_accounting_codes(page=page, page_size=20)
        found += [c["id"] for c in answer["accountingCodes"]]
        if "nextPage" not in answer.json:
            break
        page += 1
        assert page < 100
    assert len(found) == len(set(found)) and mine <= set(found)


def periods(sdk):
    """All periods in order of their start."""
    found, page = [], 1
    while True:
        answer = sdk.get_all_accounting_periods(page=page, page_size=40)
        found += answer["accountingPeriods"]
        if "nextPage" not in answer.json:
            return sorted(found, key=lambda p: p["startDate"])
        page += 1


def next_month(sdk):
    """Name and dates of the month behind the last dated period."""
    dated = [p for p in periods(sdk) if p.get("endDate")]
    start = datetime.date.fromisoformat(dated[-1]["endDate"]) + datetime.timedelta(days=1) if dated else datetime.date(2024, 1, 1)
    after = (start.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    end = after - datetime.timedelta(days=1)
    return {"name": f"{start:%b} {start.year}", "startDate": start.isoformat(), "endDate": end.isoformat(), "fiscalYear": start.year, "notes": "n"}


def make_period(sdk):
    sent = next_month(sdk)
    return sdk.create_accounting_period(request=sent)["id"], sent


def test_create_accounting_period_and_read_it_back(sdk):
    made, sent = make_period(sdk)
    read = sdk.get_accounting_period(ap_id=made)
    assert {k: read[k] for k in sent} == sent
    assert (read["id"], read["status"]) == (made, "Open")
    listed = periods(sdk)
    assert made in {p["id"] for p in listed}
    open_ended = [p for p in listed if p["name"] == "Open-Ended"]
    assert len(open_ended) == 1 and open_ended[0].get("endDate") is None and str(open_ended[0]["fiscalYear"]) == "0"
    assert open_ended[0]["startDate"] > sent["endDate"], "it starts the day after the last dated period"


def test_create_accounting_period_refuses(sdk):
    make_period(sdk)
    following = next_month(sdk)
    gap = following | {"startDate": following["endDate"][:8] + "02"}
    sdk.refused("create_accounting_period", 400, None, request=gap)
    sdk.refused("create_accounting_period", 400, 22, "fiscalYear", request={k: v for k, v in following.items() if k != "fiscalYear"})
    backwards = following | {"endDate": "2000-01-01"}
    sdk.refused("create_accounting_period", 400, None, request=backwards)
    taken = periods(sdk)[0]["name"]
    sdk.refused("create_accounting_period", 400, None, request=following | {"name": taken})


def test_update_and_delete_accounting_period(sdk):
    made, _ = make_period(sdk)
    changed = {"name": name("Renamed"), "notes": "changed"}
    sdk.update_accounting_period(ap_id=made, request=changed)
    read = sdk.get_accounting_period(ap_id=made)
    assert {k: read[k] for k in changed} == changed
    sdk.delete_accounting_period(ap_id=made)
    sdk.refused("get_accounting_period", 404, 40, ap_id=made)
    sdk.refused("update_accounting_period", 404, 40, ap_id=NOWHERE, request=changed)
    sdk.refused("delete_accounting_period", 404, 40, ap_id=NOWHERE)
    dated = [p for p in periods(sdk) if p.get("endDate")]
    if len(dated) > 1:
        sdk.refused("delete_accounting_period", 400, 30, ap_id=dated[0]["id"])
    open_ended = next(p["id"] for p in periods(sdk) if p["name"] == "Open-Ended")
    sdk.refused("delete_accounting_period", 400, 30, ap_id=open_ended)


def wait_for(sdk, period, status):
    for _ in range(100):
        read = sdk.get_accounting_period(ap_id=period)
        if read["status"] == status:
            return read
        time.sleep(0.1)
    raise AssertionError(f"the period did not become {status}: {read}")


def wait_for_balance(sdk, period):
    """Closing runs a trial balance of its own, and nothing else goes on meanwhile."""
    for _ in range(300):
        state = sdk.get_accounting_period(ap_id=period)["runTrialBalanceStatus"]
        if state in ("Completed", "Error"):
            break
        time.sleep(0.1)
    assert state == "Completed", state


def test_run_trial_balance_close_and_reopen(sdk):
    make_period(sdk)
    dated = [p for p in periods(sdk) if p.get("endDate") and p["status"] == "Open"]
    first = dated[0]["id"]
    sdk.run_trial_balance(ap_id=first)
    wait_for_balance(sdk, first)
    if len(dated) > 1:
        sdk.refused("close_accounting_period", 400, 30, ap_id=dated[1]["id"])
    sdk.pending_close_accounting_period(ap_id=first)
    wait_for(sdk, first, "PendingClose")
    wait_for_balance(sdk, first)
    sdk.reopen_accounting_period(ap_id=first)
    assert sdk.get_accounting_period(ap_id=first)["status"] == "Open"
    sdk.close_accounting_period(ap_id=first)
    wait_for(sdk, first, "Closed")
    wait_for_balance(sdk, first)
    sdk.refused("run_trial_balance", 400, 30, ap_id=first)
    sdk.reopen_accounting_period(ap_id=first)
    assert sdk.get_accounting_period(ap_id=first)["status"] == "Open"
    for op in ("run_trial_balance", "pending_close_accounting_period", "close_accounting_period", "reopen_accounting_period", "get_accounting_period"):
        sdk.refused(op, 404, 40, ap_id=NOWHERE)
    open_ended = next(p["id"] for p in periods(sdk) if p["name"] == "Open-Ended")
    sdk.refused("close_accounting_period", 400, 30, ap_id=open_ended)
    sdk.refused("reopen_accounting_period", 400, 30, ap_id=first)


def sequence_set(**other):
    """Prefixes that no other set has, so that numbers begin at the start."""
    mark = number("Q").replace("-", "")
    prefixes = {kind: {"prefix": f"{mark}{short}-", "startNumber": 7} for kind, short in (("invoice", "I"), ("creditMemo", "C"), ("debitMemo", "D"))}
    return {"name": mark} | prefixes | other


def make_sequence_set(sdk):
    sent = sequence_set()
    return sdk.create_sequence_sets(request={"sequenceSets": [sent]})["sequenceSets"][0]["id"], sent


def test_create_sequence_sets_and_read_them_back(sdk):
    sent = [sequence_set(), sequence_set(payment={"prefix": "PAYS-", "startNumber": 1})]
    made = sdk.create_sequence_sets(request={"sequenceSets": sent})["sequenceSets"]
    assert [m["name"] for m in made] == [s["name"] for s in sent]
    for m, s in zip(made, sent):
        read = sdk.get_sequence_set(id=m["id"])
        assert {k: read[k] for k in s} == s
    listed = sdk.get_sequence_sets(name=sent[0]["name"])["sequenceSets"]
    assert [s["id"] for s in listed] == [made[0]["id"]]
    assert "DEFAULT" in {s["name"] for s in sdk.get_sequence_sets(page_size=40)["sequenceSets"]}


def test_create_sequence_sets_refuses(sdk):
    def refuse(status=400, category=None, **change):
        body = {k: v for k, v in (sequence_set() | change).items() if v is not None}
        sdk.refused("create_sequence_sets", status, category, request={"sequenceSets": [body]})

    refuse(category=20, name="x" * 16)
    refuse(category=20, name="under_score")
    refuse(category=22, invoice=None)
    refuse(invoice={"prefix": "-A", "startNumber": 1})
    refuse(invoice={"prefix": "TMP-INV-", "startNumber": 1})
    refuse(name="DEFAULT")
    sdk.refused("get_sequence_set", 404, 40, id=NOWHERE)


def test_get_sequence_sets_by_a_name_that_no_set_has(sdk):
    answer = sdk.call("get_sequence_sets", name="no-such-set")
    assert answer.status in (200, 404) and answer.json.get("sequenceSets", []) == []


def test_update_and_delete_sequence_set(sdk):
    made, sent = make_sequence_set(sdk)
    renamed = number("R").replace("-", "")
    sdk.update_sequence_set(id=made, request={"name": renamed})
    read = sdk.get_sequence_set(id=made)
    assert (read["name"], read["invoice"]) == (renamed, sent["invoice"])
    sdk.delete_sequence_set(id=made)
    sdk.refused("get_sequence_set", 404, 40, id=made)
    sdk.refused("delete_sequence_set", 404, 40, id=NOWHERE)
    sdk.refused("update_sequence_set", 404, 40, id=NOWHERE, request={"name": renamed})
    default = next(s["id"] for s in sdk.get_sequence_sets(name="DEFAULT")["sequenceSets"] if s["name"] == "DEFAULT")
    sdk.refused("delete_sequence_set", 400, 30, id=default)


def test_a_sequence_set_numbers_invoices(sdk):
    made, sent = make_sequence_set(sdk)
    account = make_account(sdk, sequenceSetId=made)
    numbers = [make_invoice(sdk, account["accountId"])["invoiceNumber"] for _ in range(2)]
    assert numbers == [f"{sent['invoice']['prefix']}{n:08}" for n in (7, 8)]
    sdk.refused("delete_sequence_set", 400, 30, id=made)
