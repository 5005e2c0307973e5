"""The audit trail: what is written down, and that no hand on the file goes unseen."""

from __future__ import annotations

import sqlite3

import pytest

from access.audit import Audit, Event
from data.ops import Ops, OpsError
from tests.access.small_app import call_body

KEY = b"k" * 32


@pytest.fixture
def trail(tmp_path):
    ops = Ops(tmp_path / "ops.sqlite")
    audit = Audit(ops, KEY)
    for number in range(6):
        audit.record(Event("view", target=f"/page-{number}", actor="boss", role="leader"))
    yield audit
    ops.close()


def tamper(audit: Audit, *statements: str) -> tuple[str, ...]:
    with sqlite3.connect(audit._ops.path) as other:
        for statement in statements:
            other.execute(statement)
    other.close()
    return audit.verify().faults


def test_an_untouched_trail_is_intact(trail):
    verdict = trail.verify()
    assert (verdict.row_count, verdict.faults) == (6, ())


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE audit SET actor_name = 'other' WHERE seq_no = 3"],
        ["UPDATE audit SET is_success = 0 WHERE seq_no = 6"],
        ["DELETE FROM audit WHERE seq_no = 3"],
        ["DELETE FROM audit WHERE seq_no = 1"],
        ["DELETE FROM audit WHERE seq_no >= 5"],
        ["DELETE FROM audit"],
        [
            "UPDATE audit SET seq_no = -1 WHERE seq_no = 2",
            "UPDATE audit SET seq_no = 2 WHERE seq_no = 3",
            "UPDATE audit SET seq_no = 3 WHERE seq_no = -1",
        ],
        ["DELETE FROM audit WHERE seq_no = 4", "UPDATE audit SET seq_no = seq_no - 1 WHERE seq_no > 4"],
        [
            "INSERT INTO audit SELECT 7, at, 'forged', role_code, source_text, action_code, target_text,"
            " is_success, detail_text, row_hash, row_hash FROM audit WHERE seq_no = 6"
        ],
        ["UPDATE audit SET row_hash = (SELECT row_hash FROM audit WHERE seq_no = 1) WHERE seq_no = 6"],
    ],
    ids=[
        "edit",
        "edit last",
        "delete",
        "first",
        "cut",
        "cut all",
        "reorder",
        "close the gap",
        "forge",
        "hash",
    ],
)
def test_every_tampering_is_found(trail, statements):
    assert tamper(trail, *statements)


def test_a_lost_anchor_is_found(trail):
    trail.head_path.unlink()
    assert trail.verify().faults


def test_another_key_cannot_continue_the_trail(trail):
    Audit(trail._ops, b"x" * 32).record(Event("view"))
    assert trail.verify().faults


def test_two_processes_write_one_chain(trail):
    other_ops = Ops(trail._ops.path)
    other = Audit(other_ops, KEY)
    for number in range(10):
        (trail if number % 2 else other).record(Event("view", target=str(number)))
    other_ops.close()
    assert trail.verify().faults == ()
    assert trail.verify().row_count == 16


def test_an_anchor_one_row_behind_is_no_alarm(trail):
    kept = trail.head_path.read_text()
    trail.record(Event("view"))
    trail.head_path.write_text(kept)  # what a crash between commit and anchor leaves
    assert trail.verify().faults == ()


def test_sign_ins_denials_and_views_are_written_down(served):
    client = served.client()
    client.post("/login", data={"username": "wall", "password": "Wrong-pass-1"})
    client.post("/login", data={"username": "wall", "password": "Long-enough-4-all"})
    client.get("/")
    client.get("/cases")
    client.post("/_dash-update-component", json=call_body("cases"))
    client.post("/_dash-update-component", json={**call_body(), "inputs": []})
    client.post("/_dash-update-component", json=call_body("stage"))
    client.post("/_dash-update-component", json=call_body(), headers={"origin": "http://evil.example"})
    client.post("/logout")
    ops = Ops(served.home / "ops.sqlite")
    rows = [
        (row["action_code"], row["actor_name"], row["target_text"], row["is_success"])
        for row in ops.rows("SELECT * FROM audit ORDER BY seq_no")
    ]
    ops.close()
    assert rows == [
        ("start", "server", "", 1),
        ("login", "-", "wall", 0),
        ("login", "wall", "wall", 1),
        ("view", "wall", "/", 1),
        ("denied", "wall", "/cases", 0),
        ("denied", "wall", "/_dash-update-component", 0),
        ("denied", "wall", "/_dash-update-component", 0),
        ("view", "wall", "/ /", 1),
        ("denied", "-", "/_dash-update-component", 0),
        ("logout", "wall", "", 1),
    ]


def test_the_book_is_readable_by_its_owner_only(tmp_path):
    Ops(tmp_path / "ops.sqlite").close()
    assert (tmp_path / "ops.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_newer_book_is_refused(tmp_path):
    path = tmp_path / "ops.sqlite"
    with sqlite3.connect(path) as book:
        book.execute("PRAGMA user_version = 99")
    book.close()
    with pytest.raises(OpsError, match="newer than this program"):
        Ops(path)
    (tmp_path / "no.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(OpsError, match="cannot be used"):
        Ops(tmp_path / "no.sqlite")
