"""The web process refuses to serve what is not fit to be served, with exit code 2 and a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from access.secret import WeakSecret
from data.server_settings import read_server_settings
from data.settings import SettingsError
from serve.assemble import enclose
from tests.access.small_app import PASSWORD, make_app, serve_small_app

ROOT = Path(__file__).resolve().parents[2]


def start(home: Path, **more: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "COCKPIT_HOME": str(home), "COCKPIT_TOWN": "stown", "COCKPIT_PORT": "18439", **more}
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"DASH_DEBUG": "true"}, "DASH_DEBUG"),
        ({"DASH_MCP_ENABLED": "1"}, "DASH_MCP_ENABLED"),
        ({"COCKPIT_TOWN": "nowhere"}, "nowhere"),
        ({"COCKPIT_PORT": "99999"}, "COCKPIT_PORT"),
        ({"COCKPIT_HOSTS": "*"}, "COCKPIT_HOSTS"),
        ({}, "nothing published yet"),
    ],
    ids=["debug", "mcp", "town", "port", "hosts", "empty home"],
)
def test_an_unfit_installation_is_not_served(tmp_path, more, said):
    done = start(tmp_path, **more)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_weak_key_is_not_served(served, monkeypatch):
    app, book = make_app([], served.gate, assets=served.home / "assets")
    monkeypatch.setenv("COCKPIT_SECRET_KEY", "changeme" * 8)
    with pytest.raises(WeakSecret, match="well known"):
        enclose(app, house=served.house, book=book)


def test_server_settings():
    plain = read_server_settings({})
    assert (plain.host, plain.port, plain.is_secure, plain.is_demo_forced) == (
        "127.0.0.1",
        8050,
        False,
        False,
    )
    given = read_server_settings({"COCKPIT_PORT": "81", "COCKPIT_HOSTS": "Wall.town, x", "COCKPIT_TLS": "1"})
    assert given.allowed_hosts >= {"wall.town", "x", "127.0.0.1"}
    assert given.is_secure
    for port in ("0", "-1", "x", "70000"):
        with pytest.raises(SettingsError, match="COCKPIT_PORT"):
            read_server_settings({"COCKPIT_PORT": port})


def test_behind_tls_cookies_are_secure_and_hsts_is_sent(tmp_path, accounts_file):
    served = serve_small_app(tmp_path, accounts_file, environ={"COCKPIT_TLS": "1"})
    answer = served.client().post("/login", data={"username": "leader", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_tidying_frees_cycles_and_spares_what_stays():
    """What was kept is not searched again, but is when the next time comes: its rubbish does not stay for ever."""
    import gc
    import weakref

    from serve.process import tidy

    class Held:
        pass

    one = Held()
    one.itself, seen = one, weakref.ref(one)
    tidy()
    assert seen() is not None
    assert gc.get_freeze_count() > 0
    del one
    gc.collect()
    assert seen() is not None, "frozen: the ordinary search passes it by"
    tidy()
    assert seen() is None
    gc.unfreeze()
