"""The reference's tables: what each operation answers, and what those answers are made of."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
OPERATIONS = Path(__file__).parents[3] / "crates/api/data/billing-operations.tsv"


@dataclass(frozen=True)
class Field:
    name: str
    required: bool
    kind: str
    allowed: tuple = ()


@dataclass(frozen=True)
class Model:
    name: str
    fields: dict
    allowed: tuple = ()
    one_of: tuple = ()


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


def _field(cell):
    name, _, rest = cell.partition(":")
    kind, _, allowed = rest.partition("=")
    return Field(name.rstrip("!"), name.endswith("!"), kind, tuple(allowed.split("|")) if allowed else ())


def _model(name, cells):
    if cells and cells[0].startswith("="):
        return Model(name, {}, allowed=tuple(cells[0][1:].split("|")))
    if cells and cells[0].startswith("~"):
        return Model(name, {}, one_of=tuple(cells[0][1:].split("|")))
    return Model(name, {f.name: f for f in map(_field, cells)})


@functools.cache
def models():
    """Every model by its name."""
    return {name: _model(name, cells) for name, *cells in _rows(DATA / "models.tsv")}


@functools.cache
def operations():
    """Every operation by its name."""
    answers = {name: (media, statuses) for name, media, statuses in _rows(DATA / "answers.tsv")}
    found = {}
    for name, method, path, *_ in _rows(OPERATIONS)[1:]:
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
