"""The official SDK with a recorder in its transport.

`sdk.create_account(request={…})` calls the operation of that name, expects it to succeed, compares the raw answer with
the reference and remembers that the operation was exercised. `sdk.refused("create_account", 400, 50000020, request={…})`
expects a refusal in the shape of the family. Bodies are written as JSON and become the SDK's own models.
"""

import functools
import inspect
import json
import typing
from dataclasses import dataclass, field
from decimal import Decimal

import pydantic
import pytest
import zuora_sdk
from zuora_sdk.exceptions import ApiException
from zuora_sdk.zuora_client import ZuoraClient

from . import built, checker, envelopes, reference

INTEGER_HEADERS = ("ratelimit-remaining", "ratelimit-reset", "concurrency-limit-limit", "concurrency-limit-remaining")


@dataclass
class Answer:
    """One exchange as it went over the wire."""

    method: str
    url: str
    sent: object
    status: int
    headers: typing.Mapping
    raw: bytes
    data: object = None
    exception: Exception | None = None

    @property
    def text(self):
        return self.raw.decode("utf-8", "replace")

    @functools.cached_property
    def json(self):
        """The body with exact decimals; None where it is no JSON."""
        try:
            return json.loads(self.raw, parse_float=Decimal, object_pairs_hook=no_key_twice)
        except ValueError:
            return None

    @property
    def code(self):
        return envelopes.code(self)

    def __getitem__(self, key):
        return self.json[key]

    def get(self, key, default=None):
        return self.json.get(key, default)

    def __str__(self):
        return f"{self.method} {self.url} with {json.dumps(self.sent, default=str)[:400]} answered {self.status} {self.text[:1200]}"


def no_key_twice(pairs):
    found = dict(pairs)
    assert len(found) == len(pairs), f"a key stands twice in {[k for k, _ in pairs]}"
    return found


class Recorder(zuora_sdk.ApiClient):
    """The SDK's client; keeps what went out and what came back."""

    last = None

    def call_api(self, method, url, header_params=None, body=None, post_params=None, _request_timeout=None):
        response = super().call_api(method, url, header_params, body, post_params, _request_timeout)
        raw = response.read()
        headers = {k.lower(): v for k, v in response.getheaders().items()}
        self.last = Answer(method, url, body, response.status, headers, raw)
        return response


@dataclass
class Ledger:
    """Which operations did what in this run."""

    succeeded: set = field(default_factory=set)
    refused: set = field(default_factory=set)


class Sdk:
    """One client of one server."""

    def __init__(self, host, client_id, client_secret, ledger, timeout=30.0):
        self.host, self.ledger = host, ledger
        configuration = zuora_sdk.Configuration(host=host)
        self.client = ZuoraClient(client_id, client_secret, None, configuration)
        # in the place of the client it made itself, before anything is sent
        self.client.api_client = Recorder(configuration)
        self.client.set_request_timeout(timeout)
        self.classes = {
            name: cls
            for cls in vars(zuora_sdk).values()
            if inspect.isclass(cls) and cls.__name__.endswith("Api") and cls.__module__.startswith("zuora_sdk.api.")
            for name in vars(cls)
            if not name.startswith("_")
        }

    def __getattr__(self, operation):
        if operation.startswith("_"):
            raise AttributeError(operation)
        return functools.partial(self.ok, operation)

    def call(self, name, /, **arguments):
        """The answer of an operation, whatever it is. An argument that the SDK itself refuses fails the test.

        A test ends as skipped at an operation that the server does not list as built.
        """
        method = getattr(self.classes[name](self.client.api_client), f"{name}_with_http_info")
        recorder = self.client.api_client
        recorder.last = None
        given = {k: as_model(method, k, v) for k, v in arguments.items()}
        result, error = None, None
        try:
            result = method(**given)
        except ApiException as e:
            error = e
        except pydantic.ValidationError as e:
            # what left is on record; a client that cannot read the answer is a finding
            assert recorder.last is not None, f"{name} was not sent: {e}"
            raise AssertionError(f"the SDK cannot read the answer: {e}\n{recorder.last}") from e
        answer = recorder.last
        answer.data = result.data if result is not None else None
        answer.exception = error
        if answer.status == 501 and name not in built.operations(self.host):
            pytest.skip(f"{name} is not built")
        for k, v in arguments.items():
            if isinstance(v, (dict, list)) and v and answer.sent is not None and k.endswith(("request", "body")):
                assert same(v, answer.sent), f"the SDK sends {answer.sent}, not {v}"
        check_headers(answer)
        return answer

    def ok(self, name, /, **arguments):
        """The answer of an operation that must succeed, compared with the reference."""
        answer = self.call(name, **arguments)
        operation = reference.operations()[name]
        assert 200 <= answer.status < 300 and not says_failure(answer.json), str(answer)
        found = conformity(operation, answer)
        assert not found, "\n".join([*found, str(answer)])
        # a description is XML, which this SDK does not read; nothing else may raise
        unread = answer.exception is not None and answer.headers.get("content-type", "").startswith("text/xml")
        assert answer.exception is None or unread, f"{answer.exception}\n{answer}"
        self.ledger.succeeded.add(name)
        return answer

    def refused(self, name, status, code=None, says=(), /, **arguments):
        """The refusal of an operation: its status, its code (or only the category, two digits), and its shape."""
        answer = self.call(name, **arguments)
        operation = reference.operations()[name]
        assert answer.status == status, str(answer)
        if 200 <= answer.status < 300:
            assert says_failure(answer.json), str(answer)
        else:
            assert isinstance(answer.exception, ApiException) and answer.exception.status == status, str(answer)
        found = envelopes.problems(operation, answer)
        assert not found, "\n".join([*found, str(answer)])
        if code is not None:
            got = answer.code
            fits = got % 100 == code if isinstance(code, int) and code < 100 else got == code
            assert fits, f"{got} where {code} should be: {answer}"
        for text in [says] if isinstance(says, str) else says:
            assert text in answer.text, f"{text!r} is not said: {answer}"
        self.ledger.refused.add(name)
        return answer


def says_failure(body):
    """A list of results says so when all of them do."""
    if isinstance(body, list):
        return bool(body) and all(says_failure(b) for b in body)
    return isinstance(body, dict) and (body.get("success") is False or body.get("Success") is False)


def conformity(operation, answer):
    """What of a success is not as the reference declares."""
    kind = operation.answers.get(answer.status)
    if kind is None:
        return [f"status {answer.status} is not among the declared {sorted(operation.answers)}"]
    if kind == "none":
        return [f"a body where none is declared: {answer.text[:80]!r}"] if answer.raw else []
    media = answer.headers.get("content-type", "").split(";")[0].strip()
    if media not in operation.media and kind != "bytearray":
        return [f"content type {media!r} is not among the declared {operation.media}"]
    if kind in ("str", "bytearray"):
        return [] if answer.raw else ["an empty body"]
    if answer.json is None:
        return ["the body is no JSON"]
    found = checker.problems(answer.json, kind)
    declared = reference.models().get(kind)
    if declared and "success" in declared.fields and isinstance(answer.json, dict) and answer.json.get("success") is not True:
        found.append("success is not true")
    return found


def check_headers(answer):
    """What every answer carries, and what the SDK turns into integers."""
    assert len(answer.headers.get("zuora-request-id", "")) == 36, str(answer)
    for name in INTEGER_HEADERS:
        if name in answer.headers:
            assert answer.headers[name].isascii() and answer.headers[name].isdigit(), f"{name}: {answer.headers[name]!r}"


def as_model(method, parameter, value):
    """JSON as the model the SDK's method asks for."""
    parameters = inspect.signature(method).parameters
    assert parameter in parameters, f"{method.__name__} has {sorted(p for p in parameters if not p.startswith('_'))}, no {parameter}"
    return convert(parameters[parameter].annotation, value)


def convert(annotation, value):
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return convert(inner[0], value)
    if origin is typing.Union:
        return convert(next(i for i in inner if i is not type(None)), value)
    if origin is list and isinstance(value, list):
        return [convert(inner[0], v) for v in value]
    if inspect.isclass(annotation) and hasattr(annotation, "from_dict") and isinstance(value, dict):
        return annotation.from_dict(value)
    return value


def same(given, sent):
    """Whether what was sent is what the test wrote; the SDK adds the defaults of its models."""
    if isinstance(given, dict):
        return isinstance(sent, dict) and given.keys() <= sent.keys() and all(same(v, sent[k]) for k, v in given.items())
    if isinstance(given, list):
        return isinstance(sent, list) and len(given) == len(sent) and all(map(same, given, sent))
    return str(given) == str(sent)
