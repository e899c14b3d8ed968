"""The reference's tables: what each operation answers, and what those answers are made of."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
SERVER = Path(__file__).parents[3] / "crates/api/data"


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    allowed: tuple


@dataclass(frozen=True)
class Model:
    """A model has fields, or it is a choice of values, or the file does not say what is in it."""

    name: str
    fields: dict
    allowed: tuple = ()


@dataclass(frozen=True)
class Operation:
    """One line of the operation list, with its declared answers by status."""

    name: str
    method: str
    path: str
    media: tuple
    answers: dict

    @property
    def keys(self):
        """The names of the parts of its path."""
        return re.findall(r"{([^}]+)}", self.path)


def _rows(file):
    return [line.split("\t") for line in file.read_text().splitlines()]


def _field(name, text):
    """The text is a type, then `!` for a required field, most characters as a number, `=a|b` for the only values."""
    kind, _, rules = text.partition(" ")
    allowed = rules.partition("=")[2]
    return Field(name, kind, rules.startswith("!"), tuple(allowed.split("|")) if allowed else ())


@functools.cache
def models():
    """Every model by its name, as the reference has it: what the server changes of it stands in another file."""
    found = {}
    for cells in _rows(SERVER / "billing-models.tsv"):
        if cells[0]:
            last = Model(cells[0], {}, tuple(cells[1][1:].split("|")) if len(cells) > 1 else ())
            found[last.name] = last
        else:
            field = _field(*cells[1:])
            last.fields[field.name] = field
    return found


@functools.cache
def operations():
    """Every operation by its name."""
    answers = {name: (media, statuses) for name, media, statuses in _rows(DATA / "answers.tsv")}
    found = {}
    for name, method, path, *_ in _rows(SERVER / "billing-operations.tsv")[1:]:
        media, statuses = answers[name]
        by_status = {int(status): kind for status, kind in (pair.split("=") for pair in statuses.split(" ") if pair)}
        found[name] = Operation(name, method, path, tuple(m.rstrip(";") for m in media.split(" ")), by_status)
    return found


@dataclass(frozen=True)
class Query:
    """One resource of Object Query."""

    resource: str
    keys: tuple
    expands: tuple
    filters: tuple
    sorts: tuple

    def operation(self, by_key):
        """The name of its list, or of its call by key."""
        path = f"/object-query/{self.resource}" + ("/{key}" if by_key else "")
        return next(o.name for o in operations().values() if o.path == path)


@functools.cache
def queries():
    """Every resource of Object Query by its name, custom objects left out."""
    rows = [row for row in _rows(DATA / "queries.tsv") if not row[0].startswith("{")]
    return {r: Query(r, tuple(k.split(",")), tuple(filter(None, e.split(","))), tuple(f.split()), tuple(s.split())) for r, k, e, f, s in rows}
