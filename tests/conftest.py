"""What every test may use; what no test may do: talk to another machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scripts.prepare import find_browser

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.", "::1", "localhost")

settings.register_profile(
    "project",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")


# Folders whose tests share what is dear to make (a loaded town, a served app, a city): they stay in one process.
TOGETHER = ("browser", "cities", "contracts", "synth")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item):
    """Tells processes that share the work (`-n`) which tests belong together: a folder's or a module's."""
    folder, *rest = Path(item.location[0]).parts[1:]
    item.add_marker(pytest.mark.xdist_group(folder if folder in TOGETHER else "/".join([folder, *rest])))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Puts slow tests last, so that a quick failure is seen early; each half keeps its random order."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(autouse=True)
def _no_foreign_connection(monkeypatch):
    """Refuses every connection that would leave the machine."""
    connect = socket.socket.connect

    def connect_here(self, address):
        host = address[0] if isinstance(address, tuple) else ""
        if host and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the cities' open data (`COCKPIT_DATA`, else beside the repository); skips when absent."""
    folder = Path(os.environ.get("COCKPIT_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no open data of cities at {folder}")
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str:
    """A Chromium that starts."""
    path = find_browser()
    assert path, "no Chromium: `make test` provides one"
    return path
