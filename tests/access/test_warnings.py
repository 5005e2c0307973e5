"""A warning is set aside with a reason, by who may act on it, is kept, and comes back when it renews."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from data.ops import Ops
from serve.warnings import read_dismissal, still_dismissed
from tests.access.small_app import serve_small_app
from tests.golden.forecast_world import NOW, forecast_files
from tests.module_town import open_module_town
from tests.published import at

GRID, TOWN = "burst_day:G016:theft", "burst_day:town:theft"
PATH = "/warnings/dismissed"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("warned"), forecast_files(), now=NOW)
    yield opened
    opened.close()


@pytest.fixture
def house(tmp_path, accounts_file, store):
    (tmp_path / "app").mkdir()
    return serve_small_app(tmp_path / "app", accounts_file, store=store)


def _say(house, account: str, **said: object):
    body = {"warning_id": GRID, "reason_code": "known_cause", "reason_text": "集市"} | said
    return house.client(account).post(PATH, json=body)


def test_it_is_kept_with_who_when_why_and_figures_and_the_trail_says_so(house):
    told = house.client("analyst").get(PATH).json()
    assert (told["standing"], told["history"], told["open_count"]) == ([], [], 3)
    assert told["worst"]["observed_count"] == 8 and "盗窃" in told["worst"]["label"]["zh"]
    assert _say(house, "analyst").json() == {"is_dismissed": True}
    told = house.client("leader").get(PATH).json()
    assert (told["standing"], told["open_count"]) == ([GRID], 2)
    (kept,) = told["history"]
    assert (kept["actor_name"], kept["reason_code"], kept["reason_text"]) == (
        "analyst",
        "known_cause",
        "集市",
    )
    assert (kept["observed_count"], kept["window_to_at"]) == (8, "2026-11-20 13:00:00")
    assert set(kept["label"]) == {"zh", "en"} and "盗窃" in kept["label"]["zh"]
    trail = Ops(house.home / "ops.sqlite").rows(
        "SELECT actor_name, target_text FROM audit WHERE action_code = 'dismiss_warning'"
    )
    assert [tuple(row) for row in trail] == [("analyst", f"{GRID} known_cause")]


@pytest.mark.parametrize("account", ["wall", "operator", "auditor"])
def test_who_only_looks_sets_nothing_aside(house, account):
    assert _say(house, account).status_code == 403
    assert house.client("leader").get(PATH).json()["history"] == []


def test_what_does_not_stand_cannot_be_set_aside(house):
    assert _say(house, "analyst", warning_id="burst_day:G017:theft").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"warning_id": ""},
        {"warning_id": 7},
        {"warning_id": "x" * 301},
        {"reason_code": "bored"},
        {"reason_text": "x" * 201},
        {"reason_text": 3},
        {"reason_code": "other", "reason_text": " \u202e "},
    ],
)
def test_nonsense_is_refused(house, wrong):
    assert _say(house, "analyst", **wrong).status_code == 400


def test_a_stranger_learns_nothing_and_another_site_says_nothing(house):
    assert house.client().get(PATH).status_code == 401
    foreign = house.client("leader").post(PATH, json={}, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_a_remark_loses_what_is_not_text():
    body = {"warning_id": GRID, "reason_code": "other", "reason_text": "\u202e已知\x00 "}
    assert read_dismissal(json.dumps(body).encode())["reason_text"] == "已知"
    assert read_dismissal(b"[]") == read_dismissal(b"{") == "body"


def _standing(since: str, count: int) -> pd.DataFrame:
    return pd.DataFrame([{"warning_id": GRID, "window_from_at": at(since), "observed_count": count}])


@pytest.mark.parametrize(
    ("since", "count", "holds"),
    [
        ("2026-11-20 20:00", 8, True),
        ("2026-11-20 20:59", 11, True),  # up to half as many again is the same warning
        ("2026-11-20 20:00", 12, False),  # half as many again: it has grown
        ("2026-11-20 21:00", 8, False),  # shares no time with the window set aside
    ],
)
def test_it_stays_aside_until_it_renews(since, count, holds):
    kept = [{"warning_id": GRID, "window_to_at": "2026-11-20 13:00:00", "observed_count": 8}]
    assert still_dismissed(_standing(since, count), kept) == ([GRID] if holds else [])


def test_the_newest_of_two_decides():
    newer = {"warning_id": GRID, "window_to_at": "2026-11-20 13:00:00", "observed_count": 12}
    assert still_dismissed(_standing("2026-11-20 20:00", 13), [newer, newer | {"observed_count": 8}]) == [
        GRID
    ]
