"""Makes the tables beside it from a machine-readable copy of the reference: names and types, nothing else.

    python3 make.py MODELS.jsonl OPERATION-RESPONSES.tsv OBJECT-QUERY.tsv

models.tsv holds what answers are made of, a model a line: `name`, then either fields (`name:type`, `!` after the name of
a required one, `=a|b` after the type of an enumeration), or `=a|b` for an enumeration, or `~A|B` for one of several.
answers.tsv holds operation, media types it answers with, and `status=type` for each declared answer.
queries.tsv holds for each resource of Object Query: forms of its key, expands, fields to filter by, fields to sort by.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODEL = re.compile(r"\b[A-Z]\w+")


def line(model):
    if model.get("kind") == "enum":
        cells = ["=" + "|".join(map(str, model["enum"]))]
    elif model.get("oneOf"):
        cells = ["~" + "|".join(model["oneOf"])]
    else:
        cells = [field(f) for f in model["fields"]]
    return "\t".join([model["name"], *cells])


def field(f):
    allowed = "=" + "|".join(map(str, f["enum"])) if f.get("enum") else ""
    return f["name"] + ("!" if f["required"] else "") + ":" + f["type"] + allowed


def query(row):
    resource, _, _, keys, expands, _, _, _, filters, sorts, *_ = row.split("\t")
    return "\t".join([resource, keys, expands.replace("N/A", ""), filters, filters if sorts == "=" else sorts])


def main(models_file, answers_file, queries_file):
    models = {m["name"]: m for m in map(json.loads, Path(models_file).read_text().splitlines())}
    answers, to_do = [], []
    for row in Path(answers_file).read_text().splitlines()[1:]:
        _, operation, _, media, statuses = row.split("\t")
        # one row of the reference lists its fields among its media types
        kinds = " ".join(part for part in media.split(" ") if "/" in part)
        answers.append("\t".join([operation, kinds, statuses]))
        to_do += MODEL.findall(re.sub(r"\d+=", "", statuses))
    wanted = set()
    while to_do:
        name = to_do.pop()
        if name in wanted or name not in models:
            continue
        wanted.add(name)
        to_do += models[name].get("oneOf", [])
        for f in models[name].get("fields", []):
            to_do += MODEL.findall(f["type"])
    (HERE / "models.tsv").write_text("".join(line(models[n]) + "\n" for n in sorted(wanted)))
    (HERE / "answers.tsv").write_text("".join(a + "\n" for a in sorted(answers)))
    (HERE / "queries.tsv").write_text("".join(query(row) + "\n" for row in Path(queries_file).read_text().splitlines()[1:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
