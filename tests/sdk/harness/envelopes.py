"""How each family of operations refuses. Answers what is wrong with the shape of a refusal."""

from . import checker



def family(operation):
    path, method = operation.path, operation.method
    if path == "/oauth/token":
        return "token"
    if path.startswith("/object-query/"):
        return "query"
    if path.startswith("/v1/object/"):
        return "object-delete" if method == "DELETE" else "object"
    if path.startswith("/v1/action/"):
        return "action"
    return "v1"


def problems(operation, answer):
    """What does not hold of a refusal."""
    body = answer.json
    # an operation may refuse with 403 itself, in its own shape
    itself = answer.status == 403 and isinstance(body, dict) and len(body) > 2
    if answer.status in (401, 403) and family(operation) != "token" and not itself:
        return gateway(answer)
    if not isinstance(body, dict):
        return [f"no JSON object in {answer.text[:80]!r}"]
    return SHAPES[family(operation)](body, answer)


def code(answer):
    """The code of a refusal, whatever its family."""
    body = answer.json
    for path in (("reasons", 0, "code"), ("Errors", 0, "Code"), ("errors", 0, "Code"), ("FaultCode",), ("code",)):
        value = body
        for step in path:
            if isinstance(step, int):
                value = value[step] if isinstance(value, list) and value else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def message(answer):
    """Every text of a refusal, as one."""
    return answer.text


def keys(body, *wanted):
    missing, more = set(wanted) - set(body), set(body) - set(wanted)
    return [f"the envelope lacks {sorted(missing)} and has {sorted(more)} beside"] if missing or more else []


def reasons(body):
    """The list of reasons: an integer of eight digits and a sentence each."""
    found = []
    for r in body.get("reasons") or [{}]:
        good = checker.whole(r.get("code")) and 10_000_000 <= r["code"] <= 99_999_999 and r.get("message")
        found += [] if good and set(r) == {"code", "message"} else [f"a reason is {r!r}"]
    return found


def v1(body, answer):
    found = keys(body, "success", "processId", "requestId", "reasons") + reasons(body)
    if body.get("success") is not False:
        found.append("success is not false")
    if body.get("requestId") != answer.headers.get("zuora-request-id"):
        found.append("requestId is not the header Zuora-Request-Id")
    return found


def query(body, answer):
    found = keys(body, "reasons", "requestId") + reasons(body)
    return found + ([] if body.get("requestId") == answer.headers.get("zuora-request-id") else ["requestId is another"])


def errors(success, key):
    """Shapes of single objects: a word and a text for each error."""

    def check(body, _answer):
        if body == {"records": [], "size": 0, "done": True} or (set(body) == {"message"} and isinstance(body["message"], str)):
            return []
        found = keys(body, success, key)
        for e in body.get(key) or [{}]:
            good = isinstance(e.get("Code"), str) and e["Code"].isupper() and e.get("Message")
            found += [] if good else [f"an error is {e!r}"]
        return found + ([] if body.get(success) is False else [f"{success} is not false"])

    return check


def action(body, _answer):
    found = keys(body, "FaultCode", "FaultMessage")
    return found + ([] if isinstance(body.get("FaultCode"), str) and body["FaultCode"].isupper() else ["FaultCode is no word"])


def token(body, _answer):
    words = {"invalid_client", "invalid_request", "unsupported_grant_type"}
    found = [] if body.get("error") in words else [f"error is {body.get('error')!r}"]
    return found + reasons(body) + ([] if body.get("message") else ["message is missing"])


def gateway(answer):
    wanted = {"message"} if answer.status == 401 else {"code", "message"}
    good = isinstance(answer.json, dict) and set(answer.json) == wanted
    return [] if good else [f"{answer.status} has {answer.text[:80]!r}"]


SHAPES = {
    "v1": v1,
    "query": query,
    "object": errors("Success", "Errors"),
    "object-delete": errors("success", "errors"),
    "action": action,
    "token": token,
}
