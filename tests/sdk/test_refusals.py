"""Refusals that many operations share: lists, which have no key and no body to be wrong."""

import pytest

from harness import built, reference
from harness.envelopes import family

LISTS = [o.name for o in reference.operations().values() if o.method == "GET" and not o.keys and family(o) in ("v1", "query")]
# what such an operation cannot do without
NEEDS = {
    "get_invoice_pdf_status": {"invoice_keys": "none"},
    "get_billing_documents": {"account_id": "none"},
    "get_e_invoicing_mandates": {"country_code": "DE", "process_type": "B2B", "provider": "x"},
}


@pytest.mark.parametrize("operation", LISTS)
def test_lists_refuse_organizations_that_are_none(sdk, server, operation):
    if operation not in built.operations(server.host):
        pytest.skip(f"{operation} is not built")
    sdk.refused(operation, 400, 20, "Zuora-Org-Ids", zuora_org_ids="nonsense", **NEEDS.get(operation, {}))
