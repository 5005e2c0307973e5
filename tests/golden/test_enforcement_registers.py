"""Recurrence, repeats, frequent places, whistles and alerts: from feed files to the door, with the arithmetic."""

from __future__ import annotations

import pytest

from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request
from tests.golden.enforcement_world import NOW, files
from tests.module_town import open_module_town

# value, n, exclusions; over all time
EXPECTED = {
    # closed and watched for 30 days: C1 (C2 came), C2 (C3 came), C3 (nothing within 50 m: C4 is 66 m away); C5 has no place
    "recurrence_pct": (200 / 3, 3, {"not_placed": 1}),
    # C1 C7 C2 C8 C5 C3 C4: a told again on 10-05 at 10 and at 11, the second time of the same case
    "repeat_report_pct": (200 / 7, 7, {}),
    "chasing_report_pct": (100 / 7, 7, {}),
    # three cases in October, C6 not being one
    "hotspot_count": (1, 1, {}),
    "hotspot_many_count": (0, 0, {}),
    "whistle_count": (3, 3, {}),
    "whistle_call_count": (5, 5, {}),
    # B1 in time, B2 late, B3 never; B5 not due; B4 came before it was called; B6 of no whistle
    "whistle_arrival_pct": (100 / 3, 3, {"negative": 1, "no_whistle": 1}),
    "whistle_absent_pct": (100 / 3, 3, {"negative": 1, "no_whistle": 1}),
    "whistle_absent_count": (1, 1, {"negative": 1, "no_whistle": 1}),
    "whistle_late_count": (1, 1, {"negative": 1, "no_whistle": 1}),
    # W1 20 min, W3 watched for 10, W2 excluded: at 20 the only one still at risk is over
    "whistle_first_minutes_p50": (20, 2, {}),
    "whistle_first_minutes_p90": (20, 2, {}),
    # to be settled by 10-27 and 11-01: W1 was
    "whistle_settled_pct": (50, 2, {}),
    "alert_count": (5, 5, {}),
    "alert_reviewed_pct": (80, 5, {}),
    "alert_confirmed_count": (2, 2, {}),
    "alert_handled_count": (1, 1, {}),
    # V2 of V1 V2 V5; V3 may be either: 1/4 to 2/4
    "alert_false_pct": (100 / 3, 3, {}),
    "alert_handled_pct": (50, 2, {}),
    "alert_noticed_pct": (50, 2, {}),
    "alert_unproven_pct": (50, 2, {}),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("registers"), files(), now=NOW)
    yield opened
    opened.close()


def ask(store, metric, by=()):
    return fetch(Request(metric, by, Filters()), scope=EVERYTHING, store=store)


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, excluded = EXPECTED[metric]
    answer = ask(store, metric)
    assert (answer.row["n"], answer.exclusions) == (n, excluded)
    assert answer.row["value"] == pytest.approx(value)


def test_an_alert_nobody_looked_at_widens_the_bounds(store):
    row = ask(store, "alert_false_pct").row
    assert (row["lower"], row["upper"]) == (25, 50)


def test_a_recurrence_leads_to_the_case_that_came_back(store):
    rows = fetch_rows(
        Request("recurrence_pct", filters=Filters()), scope=EVERYTHING, store=store, side="recurred"
    )
    found = dict(zip(rows["incident_id"], rows["later_incident_id"], strict=True))
    assert found == {"citizen_report:C1": "citizen_report:C2", "citizen_report:C2": "citizen_report:C3"}


def test_duplicates_before_the_closure_change_no_recurrence(tmp_path, store):
    bare = open_module_town(tmp_path, files(without=frozenset({"C7", "C8"})), now=NOW)
    assert ask(bare, "report_count").row["value"] == ask(store, "report_count").row["value"] - 2
    for metric in ("recurrence_pct", "hotspot_count", "case_closed_count"):
        assert ask(bare, metric).row["value"] == ask(store, metric).row["value"]
    bare.close()


def test_the_same_case_after_the_closure_is_a_recurrence(tmp_path, store):
    # without C2 and C8 nothing follows C1 within 30 days but C3
    bare = open_module_town(tmp_path, files(without=frozenset({"C2", "C8"})), now=NOW)
    rows = fetch_rows(
        Request("recurrence_pct", filters=Filters()), scope=EVERYTHING, store=bare, side="recurred"
    )
    assert list(rows["later_incident_id"]) == ["citizen_report:C3"]
    bare.close()


def test_who_did_not_come_is_listed_by_department(store):
    rows = fetch_rows(
        Request("whistle_absent_count", filters=Filters()), scope=EVERYTHING, store=store, side="absent"
    )
    assert list(rows["department_id"]) == ["construction"]
    frame = ask(store, "whistle_arrival_pct", by=("department_id",)).frame
    known = frame[frame["value"].notna()]
    found = dict(zip(known["department_id"], known["value"], strict=True))
    assert found == {"police": 100, "housing": 0, "construction": 0}


def test_a_whistle_knows_its_incident_and_grid(store):
    rows = store.execute("SELECT whistle_key, incident_id, grid_id FROM mart_whistle ORDER BY whistle_key")
    assert list(rows["whistle_key"]) == ["W1", "W2", "W3"]
    assert rows["incident_id"][0] == "citizen_report:C3"
    assert set(rows["grid_id"]) == {"G001"}


def test_no_hash_of_a_person_is_published(store):
    columns = store.execute("SELECT DISTINCT column_name AS c FROM information_schema.columns")["c"]
    assert not {"reporter_hash", "comment_text", "matter_text"} & set(columns)
