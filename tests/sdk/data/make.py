"""Makes the tables beside it from a machine-readable copy of the reference: names and types, nothing else.

    python3 make.py OPERATION-RESPONSES.tsv OBJECT-QUERY.tsv

answers.tsv holds operation, media types it answers with, and `status=type` for each declared answer.
queries.tsv holds for each resource of Object Query: forms of its key, expands, fields to filter by, fields to sort by.
What answers are made of stands in crates/api/data/billing-models.tsv, which the server reads as well.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent


def rows(file):
    return [line.split("\t") for line in Path(file).read_text().splitlines()[1:]]


def answer(row):
    _, operation, _, media, statuses = row
    # one row of the reference lists its fields among its media types
    return "\t".join([operation, " ".join(part for part in media.split(" ") if "/" in part), statuses])


def query(row):
    resource, _, _, keys, expands, _, _, _, filters, sorts, *_ = row
    return "\t".join([resource, keys, expands.replace("N/A", ""), filters, filters if sorts == "=" else sorts])


def main(answers_file, queries_file):
    (HERE / "answers.tsv").write_text("".join(a + "\n" for a in sorted(map(answer, rows(answers_file)))))
    (HERE / "queries.tsv").write_text("".join(query(row) + "\n" for row in rows(queries_file)))


if __name__ == "__main__":
    main(*sys.argv[1:])
