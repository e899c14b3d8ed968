"""Tokens: as the SDK asks for them, as it refreshes them, and as other clients send credentials."""

import datetime
import json
import time

import pytest
import urllib3
import zuora_sdk
from zuora_sdk.zuora_client import ZuoraClient

from harness import built
from harness.sdk import Recorder, Sdk

GRANT = "client_credentials"
# an operation that every version of the server knows
PROBE = "/v1/accounting-codes"


def credentials(server, **other):
    return {"client_id": server.client_id, "client_secret": server.client_secret, "grant_type": GRANT} | other


@pytest.fixture
def anonymous(server, ledger):
    """The SDK before it has a token."""
    return Sdk(server.host, server.client_id, server.client_secret, ledger)


def status(server, **headers):
    """What a request with these headers and nothing else is answered."""
    return urllib3.PoolManager().request("GET", server.host + PROBE, headers=headers, retries=False).status


def test_create_token_answers_a_token_that_works(server, anonymous):
    answer = anonymous.create_token(**credentials(server))
    assert answer["token_type"] == "bearer"
    assert 3500 < answer["expires_in"] <= 3599
    assert len(answer["jti"]) == 32
    assert {s.split(".")[0] for s in answer["scope"].split(" ")} == {"user", "entity", "service", "tenant"}
    assert answer.data.access_token == answer["access_token"] and answer.data.expires_in == answer["expires_in"]
    assert status(server, Authorization=f"Bearer {answer['access_token']}") not in (401, 403)
    assert status(server, Authorization=f"bearer {answer['access_token']}") not in (401, 403)


def test_each_token_is_another_and_ends_none_of_the_others(server, anonymous):
    first, second = (anonymous.create_token(**credentials(server)) for _ in range(2))
    assert first["jti"] != second["jti"] and first["access_token"] != second["access_token"]
    for token in (first, second):
        assert status(server, Authorization=f"Bearer {token['access_token']}") != 401


@pytest.mark.parametrize("wrong", [{"client_secret": "wrong"}, {"client_id": "00000000-0000-4000-8000-0000000000ff"}])
def test_create_token_refuses_wrong_credentials(server, anonymous, wrong):
    answer = anonymous.refused("create_token", 401, 90000011, **credentials(server, **wrong))
    assert answer["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_create_token_refuses_other_grants(server, anonymous):
    answer = anonymous.refused("create_token", 400, 20, **credentials(server, grant_type="password"))
    assert answer["error"] == "unsupported_grant_type"


def test_the_sdk_refreshes_its_token_while_it_works(server, ledger):
    """A background thread asks again with the old token in its headers, and the old one stays good."""
    client = ZuoraClient(server.client_id, server.client_secret, None, zuora_sdk.Configuration(host=server.host))
    client._refresh_interval = 1
    client.initialize()
    first = client.token["access_token"]
    assert first and not client.is_token_expired()
    assert client.token["expires_at"] > datetime.datetime.now() + datetime.timedelta(minutes=55)
    try:
        deadline = time.monotonic() + 20
        while client.token["access_token"] == first and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        client.stop_auto_auth()
    assert client.token["access_token"] != first, "the refresh was refused"
    for token in (first, client.token["access_token"]):
        assert status(server, Authorization=f"Bearer {token}") != 401


def test_a_bad_token_is_refused_in_the_shape_of_the_gateway(server, ledger, sdk):
    other = Sdk(server.host, server.client_id, server.client_secret, ledger)
    for token in ("nonsense", sdk.client.token["access_token"][:-2] + "xx", ""):
        other.client.api_client.set_default_header("Authorization", f"Bearer {token}")
        answer = other.call("get_all_accounting_codes")
        assert (answer.status, answer.json) == (401, {"message": "Authentication error"})
        assert [s.split(" ")[0] for s in answer.headers["www-authenticate"].split(", ")] == ["Basic", "ZSession", "Bearer"]


def test_credentials_of_older_clients(server):
    """Key headers and Basic, with the name and password of a user or the id and secret of a client."""
    basic = urllib3.make_headers
    for name, secret in ((server.user, server.password), (server.client_id, server.client_secret)):
        keys = {"apiAccessKeyId": name, "apiSecretAccessKey": secret}
        assert status(server, **keys) not in (401, 403)
        assert status(server, **basic(basic_auth=f"{name}:{secret}")) not in (401, 403)
        assert status(server, **keys | {"apiSecretAccessKey": "wrong"}) == 401
        assert status(server, **basic(basic_auth=f"{name}:wrong")) == 401
    assert status(server, apiAccessKeyId=server.user) == 401
    assert status(server) == 401


def test_old_clients_get_200_and_success_false(server):
    """Without a version header the oldest version holds: a refusal of the operation is a 200."""
    if "get_account" not in built.operations(server.host):
        pytest.skip("accounts are not built")
    http = urllib3.PoolManager()
    headers = {"apiAccessKeyId": server.user, "apiSecretAccessKey": server.password}
    for prefix in ("/v1", "/rest/v1", "/apps/v1"):
        answer = http.request("GET", f"{server.host}{prefix}/accounts/A-none", headers=headers)
        body = json.loads(answer.data)
        assert (answer.status, body["success"], body["reasons"][0]["code"] % 100) == (200, False, 40)


def test_limits_are_plain_integers(sdk):
    """The SDK turns these headers into integers; anything else in them breaks it."""
    answer = sdk.call("get_all_accounting_codes")
    for name in ("ratelimit-remaining", "ratelimit-reset", "concurrency-limit-limit", "concurrency-limit-remaining"):
        assert answer.headers[name].isdigit(), name
    read = answer.exception or sdk.classes["get_all_accounting_codes"](sdk.client.api_client).get_all_accounting_codes_with_http_info()
    assert read.rate_limit_remaining == int(answer.headers["ratelimit-remaining"]) or answer.exception is None
    assert read.concurrency_limit_limit == int(answer.headers["concurrency-limit-limit"]) == 80
    assert read.rate_limit_remaining > 0
    assert len(read.zuora_request_id) == 36


def test_a_track_id_comes_back(sdk):
    answer = sdk.call("get_all_accounting_codes", zuora_track_id="track 1/2.3-4_5")
    assert answer.headers["zuora-track-id"] == "track 1/2.3-4_5"
    assert "zuora-track-id" not in sdk.call("get_all_accounting_codes").headers


def test_the_sdk_says_who_it_is(sdk):
    assert isinstance(sdk.client.api_client, Recorder)
    assert sdk.client.get_zuora_version("none") == "2025-08-12"
