"""Reads business views as the usual extractors do, with nothing but Python's standard library.

    extractor.py URL USER PASSWORD ROLE CLIENT VIEW KEY[,KEY...] FORMAT PAGE_SIZE [FROM TO]

Authenticates, asks for the number of rows, reads page after page with the continuation token until the server says
that there are no more, merges by key and prints one JSON object: count, pages, columns, rows (by key), sums of the
columns AMOUNT, DR_AMOUNT and CR_AMOUNT as text of exact decimals.
"""

import base64
import csv
import gzip
import io
import json
import sys
import time
import urllib.error
import urllib.request
from decimal import Decimal

RETRIES = 60


def request(url, headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60)
    except urllib.error.HTTPError as error:
        return error


def authenticate(url, user, password, role, client):
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "role": role, "clientname": client, "Content-Type": "application/json"}
    call = urllib.request.Request(f"{url}/api/integration/v1/authenticate", data=b"", headers=headers, method="POST")
    with urllib.request.urlopen(call, timeout=60) as response:
        # extractors look the header up by its exact spelling, in the list of headers as they came
        names = [name for name, _ in response.getheaders()]
        assert "Revpro-Token" in names, names
        body = json.load(response)
        assert body == {"Message": "Token Generated", "status": "success"}, body
        return dict(response.getheaders())["Revpro-Token"]


def page(url, token, view, window, number, size, output, continuation):
    """The rows of a page, the continuation token; None past the end."""
    headers = {"token": token, "Content-Type": "application/json"}
    if continuation:
        headers["Continuation-Token"] = continuation
    target = f"{url}/api/integration/v2/biviews/{view}?clientId=1{window}&pagenum={number}&pageSize={size}&outputType={output}"
    for _ in range(RETRIES):
        response = request(target, headers)
        body = response.read()
        if response.status == 200:
            text = gzip.decompress(body) if output == "gzip" else body
            rows = list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))
            return rows, response.headers["Continuation-Token"] or continuation
        if response.status in (204, 404):
            if response.status == 404:
                assert b"This page will not exist" in body, body
            return None, continuation
        if response.status == 400 and b"not yet cached" in body:
            time.sleep(0.1)
            continue
        raise SystemExit(f"{response.status}: {body!r}")
    raise SystemExit("the page never came")


def main():
    url, user, password, role, client, view, keys, output, size = sys.argv[1:10]
    window = f"&fromDate={sys.argv[10]}&toDate={sys.argv[11]}" if len(sys.argv) > 11 else ""
    token = authenticate(url, user, password, role, client)
    count = json.load(request(f"{url}/api/integration/v2/biviews/count/{view}?clientId=1{window}", {"token": token}))["count"]
    columns = json.load(request(f"{url}/api/integration/v2/biviews/{view}/describe-columns", {"token": token}))
    merged, pages, continuation, latest = {}, 0, None, {}
    while True:
        rows, continuation = page(url, token, view, window, pages + 1, size, output, continuation)
        if rows is None:
            break
        pages += 1
        for row in rows:
            key = tuple(row[k] for k in keys.split(","))
            if row["INCR_UPDT_DT"] >= latest.get(key, ""):
                latest[key], merged[key] = row["INCR_UPDT_DT"], row
    sums = {}
    for name in ("AMOUNT", "DR_AMOUNT", "CR_AMOUNT"):
        if name in [c["column_name"] for c in columns]:
            sums[name] = str(sum((Decimal(row[name] or "0") for row in merged.values()), Decimal(0)))
    print(json.dumps({"count": count, "pages": pages, "columns": [c["column_name"] for c in columns], "rows": len(merged), "sums": sums}))


main()
