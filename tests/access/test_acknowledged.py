"""A serious incident is acknowledged once, by who may act on it, for every wall, and the trail says who."""

from __future__ import annotations

import sqlite3

import pytest

from data.ops import SCHEMA_VERSION, STEPS, Ops
from tests.access.small_app import serve_small_app
from tests.published import at, incident, open_store

AS_OF_AT = at("2026-11-20 10:00")
INCIDENTS = [
    incident(1, at("2026-11-20 09:50"), grid_id="g1", department_id="d1", severity_level=4),
    incident(2, at("2026-11-20 09:55"), grid_id="g3", department_id="d2", severity_level=4),
]


@pytest.fixture
def house(tmp_path, accounts_file):
    (tmp_path / "data").mkdir()
    (tmp_path / "app").mkdir()
    store = open_store(tmp_path / "data", INCIDENTS, as_of_at=AS_OF_AT)
    yield serve_small_app(tmp_path / "app", accounts_file, store=store)
    store.close()


def _say(house, account: str, incident_id: object):
    return house.client(account).post("/acknowledged", json={"incident_id": incident_id})


def test_who_acts_on_cases_acknowledges_and_every_wall_hears_it(house):
    assert house.client("wall").get("/acknowledged").json() == {"incidents": []}
    assert _say(house, "leader", "i1").json() == {"is_first": True}
    assert _say(house, "analyst", "i1").json() == {"is_first": False}
    told = house.client("wall").get("/acknowledged").json()["incidents"]
    assert [each["incident_id"] for each in told] == ["i1"]
    trail = Ops(house.home / "ops.sqlite").rows(
        "SELECT actor_name, target_text FROM audit WHERE action_code = 'acknowledge'"
    )
    assert [tuple(row) for row in trail] == [("leader", "i1")]


@pytest.mark.parametrize("account", ["wall", "operator", "auditor"])
def test_who_only_looks_may_not_say_it_was_seen(house, account):
    assert _say(house, account, "i1").status_code == 403
    assert house.client("leader").get("/acknowledged").json() == {"incidents": []}


def test_an_incident_of_others_does_not_exist(house):
    # The department account sees d1 only: incident 2 belongs to d2.
    assert _say(house, "department", "i2").status_code == 404
    assert _say(house, "department", "i1").json() == {"is_first": True}


@pytest.mark.parametrize("value", [None, "", 7, "x" * 301, {"a": 1}])
def test_nonsense_is_refused(house, value):
    assert _say(house, "leader", value).status_code == 400


def test_a_stranger_learns_nothing_and_another_site_says_nothing(house):
    assert house.client().get("/acknowledged").status_code == 401
    foreign = house.client("leader").post(
        "/acknowledged", json={"incident_id": "i1"}, headers={"origin": "http://evil.example"}
    )
    assert foreign.status_code == 403


def test_a_book_of_the_first_release_is_brought_up_to_date(tmp_path):
    path = tmp_path / "ops.sqlite"
    book = sqlite3.connect(path)
    book.executescript(STEPS[0])
    book.execute("PRAGMA user_version = 1")
    book.close()
    again = Ops(path)
    assert again.row("PRAGMA user_version")[0] == SCHEMA_VERSION == len(STEPS)
    assert again.rows("SELECT * FROM acknowledgement") == []
    again.close()
