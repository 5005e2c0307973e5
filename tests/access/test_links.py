"""Splitting and merging by hand: by who may, of own rows only, with a reason, as a row of its own feed."""

from __future__ import annotations

import json

import pytest

from data.ops import Ops
from tests.access.small_app import serve_small_app
from tests.published import at, incident, open_store, report

SIGNAL = at("2026-11-20 09:00")
INCIDENTS = [
    incident(1, SIGNAL, grid_id="g1", department_id="d1", report_count=3),
    incident(2, SIGNAL, grid_id="g3", department_id="d2"),
]
REPORTS = [
    *(report(INCIDENTS[0], number=number, report_id=f"r{number}") for number in (1, 2, 3)),
    report(INCIDENTS[1], report_id="r4"),
]


@pytest.fixture
def house(tmp_path, accounts_file):
    (tmp_path / "data").mkdir()
    (tmp_path / "app").mkdir()
    store = open_store(tmp_path / "data", INCIDENTS, reports=REPORTS, as_of_at=at("2026-11-20 10:00"))
    yield serve_small_app(tmp_path / "app", accounts_file, store=store)
    store.close()


def _say(house, account: str, **told: object):
    return house.client(account).post("/links/decided", json={"reason": "同一现场", **told})


def _written(house) -> list[dict]:
    files = sorted((house.home / "landing" / "link_decision").glob("link_decision_*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_report_is_set_apart_from_all_others_of_its_incident(house):
    assert _say(house, "analyst", report="r2", verdict="apart").json() == {"pair_count": 2}
    rows = _written(house)
    assert {(row["report_a"], row["report_b"]) for row in rows} == {("r1", "r2"), ("r2", "r3")}
    assert {(row["verdict"], row["role"], row["reason"]) for row in rows} == {
        ("apart", "analyst", "同一现场")
    }
    trail = Ops(house.home / "ops.sqlite").rows(
        "SELECT actor_name FROM audit WHERE action_code = 'link_decision'"
    )
    assert [row["actor_name"] for row in trail] == ["analyst"]


def test_two_reports_are_named_one_incident(house):
    assert _say(house, "leader", report="r4", other="r1", verdict="same").json() == {"pair_count": 1}
    assert [(row["report_a"], row["report_b"]) for row in _written(house)] == [("r1", "r4")]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"report": "r4", "verdict": "apart"}, 400),  # alone already
        ({"report": "r1", "verdict": "same"}, 400),  # with whom?
        ({"report": "r1", "other": "r1", "verdict": "same"}, 400),
        ({"report": "r1", "other": "r9", "verdict": "same"}, 404),
        ({"report": "r1", "other": "r4", "verdict": "maybe"}, 400),
        ({"report": "r1", "other": "r4", "verdict": "same", "reason": " \u202e "}, 400),
        ({"report": 7, "verdict": "apart"}, 400),
        ({"report": "x" * 301, "verdict": "apart"}, 400),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(house, told, status):
    assert _say(house, "leader", **told).status_code == status
    assert _written(house) == []


@pytest.mark.parametrize("account", ["wall", "operator", "auditor", "department", "grid_worker"])
def test_who_may_not_decide_is_refused(house, account):
    assert _say(house, account, report="r2", verdict="apart").status_code == 403
    assert _written(house) == []
