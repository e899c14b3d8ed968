"""Fixtures. The server is started by scripts/sdk-suite, which says in the environment where it is."""

import os
from dataclasses import dataclass

import pytest

from harness.sdk import Ledger, Sdk


@dataclass(frozen=True)
class Server:
    """A running server and the credentials of its first start."""

    host: str
    client_id: str
    client_secret: str
    user: str
    password: str


@pytest.fixture(scope="session")
def server():
    names = ["HOST", "CLIENT_ID", "CLIENT_SECRET", "USER", "PASSWORD"]
    values = [os.environ.get(f"ACCRUAL_SDK_{n}") for n in names]
    if not all(values):
        pytest.exit("no server: run scripts/sdk-suite", returncode=2)
    return Server(*values)


@pytest.fixture(scope="session")
def ledger():
    return Ledger()


@pytest.fixture(scope="session")
def sdk(server, ledger):
    """The SDK, logged in."""
    made = Sdk(server.host, server.client_id, server.client_secret, ledger)
    made.client.refresh_token()
    assert made.client.token["access_token"], "the SDK got no token"
    return made


@pytest.fixture
def file(tmp_path):
    """The path of a file that holds this: the SDK takes names from paths."""

    def made(name, content):
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return made


def pytest_collection_modifyitems(items):
    """What looks back at the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_whole.py")
