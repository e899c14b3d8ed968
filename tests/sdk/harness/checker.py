"""Compares a JSON value with a type of the reference. Answers what does not hold, each with its place."""

import datetime
import re
from decimal import Decimal

from . import reference

# keys of fields that clients add, or that connectors do
OWN = re.compile(r"__(c|NS|QT)$")
# keys of the common envelope: part of every answer, whether the model repeats them or not
COMMON = {"success", "processId", "requestId", "reasons"}
# fields that the reference documents elsewhere and these models leave out: the place of an element of a batch, whether an
# invoice is reversed, and fields of objects that the older calls answer whole
MISSED = {
    "InvoiceResponse": {"objectIndex", "reversed"},
    "InvoicePostResponse": {"objectIndex"},
    "GetProductRatePlanChargeResponse": {"ProductRatePlanChargeNumber"},
    "ProductRatePlan": {"ExternalIdSourceSystem", "externallyManagedPlanIds"},
    "GetProductRatePlanChargeTierResponse": {"Active", "IsOveragePrice", "ProductRatePlanChargeId"},
}
# typed as texts, and numbers on the wire
CODES = {("FailedReason", "code")}
# a model of which a key stands for any date
DATED = {"GetCustomExchangeRatesDataType": "DATE"}


def problems(value, kind, place="$", allowed=()):
    """Everything about `value` that is not as `kind` says."""
    if (inner := wrapped(kind, "array", "List")) is not None:
        if not isinstance(value, list):
            return [f"{place}: {shown(value)} where a list should be"]
        return [p for i, v in enumerate(value) for p in problems(v, inner, f"{place}[{i}]", allowed)]
    if (inner := wrapped(kind, "map", "Dict")) is not None:
        if not isinstance(value, dict):
            return [f"{place}: {shown(value)} where an object should be"]
        return [p for k, v in value.items() for p in problems(v, inner, f"{place}.{k}")]
    if kind in SCALARS:
        if not SCALARS[kind](value):
            return [f"{place}: {shown(value)} is no {kind}"]
        if allowed and str(value) not in allowed:
            return [f"{place}: {shown(value)} is none of {', '.join(allowed)}"]
        return []
    model = reference.models().get(kind)
    return [f"{place}: no model {kind} is known"] if model is None else of_model(value, model, place)


def of_model(value, model, place):
    """A value against one model."""
    if model.allowed:
        good = isinstance(value, str) and value in model.allowed
        return [] if good else [f"{place}: {shown(value)} is none of {', '.join(model.allowed)}"]
    if not isinstance(value, dict):
        return [f"{place}: {shown(value)} where {model.name} should be"]
    if model.name in DATED:
        inner = model.fields[DATED[model.name]].kind
        wrong = [f"{place}: {k} is no date" for k in value if not date(k)]
        return wrong + [p for k, v in value.items() for p in problems(v, inner, f"{place}.{k}")]
    found = [f"{place}: {model.name} has no field {k}" for k in value if not declared(k, model, place)]
    for f in model.fields.values():
        if (model.name, f.name) in CODES and whole(value.get(f.name)):
            continue
        if value.get(f.name) is not None:
            found += problems(value[f.name], f.kind, f"{place}.{f.name}", f.allowed)
        elif f.required:
            found.append(f"{place}.{f.name}: is required and missing")
    return found


def declared(key, model, place):
    if key in model.fields or key in MISSED.get(model.name, ()):
        return True
    return OWN.search(key) is not None or (place == "$" and key in COMMON)


def wrapped(kind, *wrappers):
    """`array<X>` and `List[X]` → `X`."""
    for w in wrappers:
        if kind.startswith((f"{w}<", f"{w}[")):
            inner = kind[len(w) + 1 : -1]
            return inner.removeprefix("str,")
    return None


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def date(value):
    """A day, or a day with a time: the reference types both as dates."""
    if not isinstance(value, str):
        return False
    try:
        datetime.date.fromisoformat(value) if len(value) == 10 else moment(value)
    except ValueError:
        return False
    return True


def moment(text):
    """A point in time in one of the forms the reference shows. Raises ValueError for others."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", text):
        raise ValueError(text)
    return datetime.datetime.fromisoformat(text)


def is_moment(value):
    try:
        return isinstance(value, str) and bool(moment(value))
    except ValueError:
        return False


SCALARS = {
    "string": lambda v: isinstance(v, str),
    "str": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": whole,
    "number": lambda v: whole(v) or isinstance(v, Decimal),
    "date": date,
    "datetime": is_moment,
    "binary": lambda v: isinstance(v, str),
    "any": lambda v: True,
    "object": lambda v: True,
}


def shown(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
