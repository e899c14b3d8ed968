"""Which operations the server says it has built."""

import functools
import json

import urllib3

from . import reference

PREFIX = "billing_"


@functools.cache
def operations(host):
    """The names of the billing operations with code behind them, as far as the SDK has them too.

    Older calls on objects, and those on revenue schedules, are not in it: tests over HTTP exercise them.
    """
    document = json.loads(urllib3.PoolManager().request("GET", f"{host}/openapi.json").data)
    described = [o for item in document["paths"].values() for o in item.values()]
    names = {o["operationId"] for o in described if o["x-accrual-operation"].startswith(PREFIX) and o["x-accrual-built"]}
    return names & reference.operations().keys()
