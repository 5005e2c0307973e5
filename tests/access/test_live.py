"""The live stream over a real socket: heard within a moment, by many, only by those signed in."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from access.accounts import Accounts
from access.incoming import COOKIE
from access.sessions import Sessions
from data.ops import Ops


@contextmanager
def listening(served):
    """Yields the base address of a real server for the small app."""
    config = uvicorn.Config(
        served.guard, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < limit, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def cookie_of(served, name="leader") -> dict:
    return {COOKIE: served.client(name).cookies[COOKIE]}


def publish(served, number: int) -> float:
    """Swaps CURRENT the way the publisher does; returns when."""
    served.house.store.number = number
    temporary = served.home / "published" / "CURRENT.new"
    temporary.write_text(json.dumps({"generation": number}))
    temporary.replace(served.home / "published" / "CURRENT")
    return time.monotonic()


def messages(lines):
    return (json.loads(line[6:]) for line in lines if line.startswith("data: "))


@pytest.mark.parametrize("listeners", [1, 40])
def test_a_new_generation_is_heard_within_a_moment(served, listeners):
    cookies, heard, ready = cookie_of(served), [], threading.Barrier(listeners + 1)

    def listen(base):
        with httpx.stream("GET", f"{base}/events", cookies=cookies, timeout=20) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            said = messages(answer.iter_lines())
            first = next(said)
            assert first["generation"] == 1
            assert first["as_of_at"] == "2026-11-22T08:00:00Z"
            assert first["server_now"].endswith("Z")
            ready.wait(20)
            for message in said:
                if message["generation"] == 2:
                    heard.append(time.monotonic())
                    return

    with listening(served) as base:
        threads = [threading.Thread(target=listen, args=(base,)) for _ in range(listeners)]
        for thread in threads:
            thread.start()
        ready.wait(20)
        begun = publish(served, 2)
        for thread in threads:
            thread.join(20)
    assert len(heard) == listeners
    # 40 ms of looking, the rest is 40 test threads on a busy machine.
    assert min(heard) - begun < 0.3
    assert max(heard) - begun < 1.5


def test_the_stream_ends_with_the_session(served, monkeypatch):
    monkeypatch.setattr("serve.live.HEARTBEAT_S", 0.2)
    cookies = cookie_of(served)
    with (
        listening(served) as base,
        httpx.stream("GET", f"{base}/events", cookies=cookies, timeout=20) as answer,
    ):
        lines = answer.iter_lines()
        next(messages(lines))
        beat = next(messages(lines))
        assert beat["generation"] == 1
        ops = Ops(served.home / "ops.sqlite")
        Accounts(ops).disable("leader")
        ops.close()
        assert "event: signed_out" in list(lines)


def test_a_current_file_that_cannot_be_opened_stops_nothing(served, monkeypatch):
    def broken():
        raise RuntimeError("half written")

    with listening(served) as base:
        monkeypatch.setattr(served.house.store, "refresh", broken)
        publish(served, 5)
        time.sleep(0.3)
        assert httpx.get(f"{base}/healthz").status_code == 200
        assert httpx.get(f"{base}/", cookies=cookie_of(served)).status_code == 200


def test_listening_keeps_no_session_alive(served):
    cookies = cookie_of(served)
    ops = Ops(served.home / "ops.sqlite")
    before = ops.row("SELECT seen_at FROM session")["seen_at"]
    ops.write("UPDATE session SET seen_at = datetime('now', '-10 minutes') || '.000000'")
    aged = ops.row("SELECT seen_at FROM session")["seen_at"]
    with listening(served) as base:
        with httpx.stream("GET", f"{base}/events", cookies=cookies, timeout=20) as answer:
            next(messages(answer.iter_lines()))
        assert ops.row("SELECT seen_at FROM session")["seen_at"] == aged < before
        httpx.get(f"{base}/", cookies=cookies)
        assert ops.row("SELECT seen_at FROM session")["seen_at"] > aged
    assert Sessions(ops).find(cookies[COOKIE], source="x")
    ops.close()
