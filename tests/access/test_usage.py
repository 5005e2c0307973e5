"""Page views become a feed: counted by hour, page and role from the trail, without a name, and only when there is news."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from access.audit import Audit, Event
from access.policy import PolicyBook
from data.ops import Ops
from serve.usage import FEED, UsageFeed
from tests.apart import apart

KEY = b"k" * 32
NOW = datetime(2026, 11, 20, 9, 30)
# Who opened what, when, and whether the door let them in.
VIEWS = (
    ("wang", "leader", "/safety", NOW - timedelta(minutes=5), True),
    ("li", "leader", "/safety/", NOW - timedelta(minutes=4), True),  # the same page
    ("zhao", "analyst", "/safety", NOW - timedelta(minutes=3), True),
    ("wang", "leader", "/safety", NOW - timedelta(hours=1), True),  # another hour
    ("wang", "leader", "/grid/G001", NOW - timedelta(minutes=2), True),  # one page for every grid
    ("guest", "wall", "/safety", NOW - timedelta(minutes=2), False),  # kept out
    ("wang", "leader", "/no-such-page", NOW - timedelta(minutes=2), True),
    (
        "wang",
        "leader",
        "/safety",
        NOW - timedelta(days=3, minutes=31),
        True,
    ),  # an hour before the window begins
)


@pytest.fixture
def trail(tmp_path):
    ops = Ops(tmp_path / "ops.sqlite")
    times = iter([at.replace(tzinfo=UTC).timestamp() for *_, at, _ in VIEWS])
    audit = Audit(ops, KEY, lambda: next(times))
    for who, role, path, _, is_in in VIEWS:
        audit.record(Event("view", actor=who, role=role, target=path, is_success=is_in))
    yield ops
    ops.close()


@pytest.fixture
def feed(trail, tmp_path) -> UsageFeed:
    book = PolicyBook()
    book.declare_page("safety", path="/safety", permission="modules")
    book.declare_page("grid", path="/grid/<id>", permission="modules")
    return UsageFeed(trail, book=book, landing=tmp_path / "landing", now=lambda: NOW)


def _rows(path) -> list[tuple]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(set(line) == {"hour", "page", "role", "views"} for line in lines), (
        "nothing but counts leaves the trail"
    )
    return [(line["hour"], line["page"], line["role"], line["views"]) for line in lines]


def test_views_are_counted_by_hour_page_and_role_without_names(feed, tmp_path):
    path = feed.write()
    assert path == tmp_path / "landing" / FEED / "page_usage_20261120093000.jsonl"
    assert _rows(path) == [
        ("2026-11-20 08:00:00", "safety", "leader", 1),
        ("2026-11-20 09:00:00", "grid", "leader", 1),
        ("2026-11-20 09:00:00", "safety", "analyst", 1),
        ("2026-11-20 09:00:00", "safety", "leader", 2),
    ]
    assert "wang" not in path.read_text(encoding="utf-8")
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no half-written file is left"


def test_nothing_new_writes_no_file_and_a_new_view_tells_its_hour_again(feed, trail):
    assert feed.write() is not None
    assert feed.write() is None
    at = (NOW - timedelta(minutes=1)).replace(tzinfo=UTC).timestamp()
    Audit(trail, KEY, lambda: at).record(Event("view", actor="li", role="leader", target="/safety"))
    assert _rows(feed.write())[-1] == ("2026-11-20 09:00:00", "safety", "leader", 3)


def test_a_trail_without_views_writes_nothing(tmp_path):
    ops = Ops(tmp_path / "empty.sqlite")
    silent = UsageFeed(ops, book=PolicyBook(), landing=tmp_path / "landing", now=lambda: NOW)
    assert silent.write() is None
    assert not (tmp_path / "landing").exists()
    ops.close()


def test_a_disk_that_refuses_once_does_not_end_the_feed(feed, monkeypatch, caplog):
    calls = []

    def refuse():
        calls.append(len(calls))
        if len(calls) == 1:
            raise OSError("no space left")

    monkeypatch.setattr(feed, "write", refuse)
    monkeypatch.setattr("serve.usage.EVERY_S", 0)

    async def run():
        await feed.start()
        while len(calls) < 3:
            await asyncio.sleep(0.001)
        await feed.stop()

    apart(run)
    assert len(calls) >= 3
    assert "could not be written" in caplog.text
