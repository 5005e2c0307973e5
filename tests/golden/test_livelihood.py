"""Livelihood against hand-computed values, from the files to the door; who is few is not told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pyproj
import pytest
import shapely

from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from data.settings import TOWNS
from tests.golden.livelihood_world import NOW, livelihood_files
from tests.module_town import open_module_town
from tests.published import at

OCTOBER, PERIOD = Filters(at("2026-10-01 00:00"), None), Filters(at("2026-11-01 00:00"), None)
LISTED = {"withdrawn": 2}  # p12 and p15 left before the money was due or came
VOID = {"duplicate": 1, "harassing": 1}  # c5, c9
NET = {"unreasonable": 1, "out_of_remit": 1}  # c4, c8
CANCELLED = {"cancelled": 1}  # r5
EXPECTED = {
    # p01-p10, p13-p15, p16 (second), p17 twice; n are people: fifteen
    "payment_count": (16, 15, {}),
    "payment_people_count": (15, 15, {}),
    "payment_amount_yuan": (15 * 500 + 300, 15, {}),
    # Z16 by the bank, Z18 taken back; sixteen people were sent money
    "payment_reversed_count": (2, 16, {}),
    # p14 on no list, p15 off it, p17 twice, p18 taken back
    "payment_wrong_count": (4, 16, {}),
    "payment_wrong_yuan": (300 + 500 + 500, 16, {}),
    # due: p01-p11, p16, p17; not p13 (25 November). p11 was not paid
    "entitlement_paid_pct": (100 * 12 / 13, 13, LISTED),
    "entitlement_missed_count": (1, 13, LISTED),
    # within 60 s: p01-p08, p13, p17; not p09 (61 s), p10, p11, p16 (sent again after three days)
    # nor the ten who wait for MS01
    "entitlement_instant_pct": (100 * 10 / 24, 24, LISTED),
    # 5 s, nine times 10 s, 61 s: 14/25 left; p12 watched a day, nine a day and two hours; 2 d 23 h: 3/4 of that
    "entitlement_minutes_p50": (71 * 60, 25, {}),
    # 13 d: half of that; p11 watched fifteen days and two hours
    "entitlement_minutes_p90": ("beyond", 25, 362 * 60),
    # p11 (overdue), p10 (due on the 22nd) and nine more; eleven people
    "entitlement_waiting_count": (11, 11, {}),
    "entitlement_soon_count": (1, 11, {}),
    # p01-p10 on both lists, each line of both
    "entitlement_clash_count": (20, 24, LISTED),
    "elder_alert_count": (6, 6, {}),
    # a1, a2 in time; a3 a minute late, a4 never; a5 is not due
    "elder_contacted_pct": (50, 4, {"negative": 1}),
    # 10, 30, 31; a4 watched a day, a5 a quarter of an hour: 4/5, 2/3 of it, half of that
    "elder_contact_minutes_p50": (31, 5, {}),
    "elder_contact_minutes_p90": ("beyond", 5, 1440),
    "elder_false_alarm_pct": (75, 4, {}),
    "elder_true_count": (1, 4, {}),
    "elder_open_count": (2, 2, {}),
    "elder_open_overdue_count": (1, 2, {}),
    # d1 of d1 and d2; nobody knows of d3 and d4
    "elder_device_online_pct": (50, 2, {}),
    "elder_device_count": (4, 4, {}),
    "repair_count": (7, 7, CANCELLED),
    "repair_assigned_count": (6, 7, CANCELLED),
    "repair_finished_count": (5, 7, CANCELLED),
    "repair_answered_count": (4, 7, CANCELLED),
    # due: r1 (to the minute), r6, r7, r8 in time; r2, r3 late
    "repair_on_time_pct": (100 * 4 / 6, 6, CANCELLED),
    "repair_overdue_count": (1, 6, CANCELLED),
    # five days after the repair: r6 never, r7 and r8 asked; r1 and r2 not due
    "repair_asked_pct": (200 / 3, 3, {}),
    "repair_reached_pct": (100 / 3, 3, {}),
    "repair_satisfied_pct": (100, 1, {}),
    # 10 10 10 20 30 60; r4 watched 21 hours
    "repair_assign_minutes_p50": (20, 7, {}),
    "repair_assign_minutes_p90": ("beyond", 7, 21 * 60),
    # 1410 1421 1430 1430 1430; r3 watched three days and an hour
    "repair_finish_minutes_p50": (1430, 6, {}),
    "repair_finish_minutes_p90": ("beyond", 6, 73 * 60),
    # 60 119 1440 1440; r6 watched six days and four hours
    "repair_answer_minutes_p50": (1440, 5, {}),
    "repair_answer_minutes_p90": ("beyond", 5, 148 * 60),
    # c1 c2 c3 c4 c6 c7 c8 c10
    "complaint_count": (8, 8, VOID),
    "complaint_exempt_count": (2, 8, VOID),
    # c2 rings a second time
    "complaint_repeated_pct": (12.5, 8, VOID),
    # c1 c3 (to the minute) c6 c10 in time, c2 a minute late
    "complaint_response_pct": (80, 5, VOID | NET),
    # c8 was called within half an hour, but nobody signed for it: a contact alone is no answer
    "complaint_response_raw_pct": (100 * 4 / 7, 7, VOID),
    # of c1 c2 c3 c6 c10 two answered, one says solved
    "complaint_solved_pct": (50, 2, NET),
    "complaint_satisfied_pct": (50, 2, NET),
    "complaint_solved_raw_pct": (50, 2, {}),
    "complaint_satisfied_raw_pct": (50, 2, {}),
    "complaint_reached_pct": (40, 5, NET),
    "complaint_refused_count": (0, 5, NET),
    "complaint_invalid_count": (1, 5, NET),
    "complaint_unreached_count": (2, 5, NET),
    # 30 x 0.8 + 35 x 0.5 + 35 x 0.5
    "complaint_score": (59, 2, {"duplicate": 1, "harassing": 1, "unreasonable": 2, "out_of_remit": 2}),
    # eight calls, twenty midnights, 330,000 people
    "complaint_per_1000": (365_000 * 8 / (20 * 330_000), 8, VOID),
    "service_point_count": (8, 8, {}),
}
WISHED = {
    "wish_count": (4, 4, {}),
    "wish_claimed_count": (2, 4, {}),
    "wish_done_count": (2, 4, {}),
    # w1 in time, w2 after eight days, w3 never; w4 is not due
    "wish_claimed_pct": (100 / 3, 3, {"withdrawn": 1}),
    "wish_done_pct": (100 / 3, 3, {"withdrawn": 1}),
    # 5 d of three watched, 33 d of two
    "wish_done_minutes_p50": (33 * 1440, 5, {}),
    "wish_done_minutes_p90": ("beyond", 5, 36 * 1440 + 120),
}
BOUNDS = {
    "complaint_solved_pct": (20, 80),  # one yes; three of five did not answer
    "complaint_satisfied_raw_pct": (100 / 7, 600 / 7),
    "elder_device_online_pct": (25, 75),
    "repair_satisfied_pct": (100 / 3, 100),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("livelihood"), livelihood_files(), now=NOW)
    yield opened
    opened.close()


def _answer(store, metric, *, filters=PERIOD, by=(), scope=EVERYTHING):
    return fetch(Request(metric, by=by, filters=filters), scope=scope, store=store)


@pytest.mark.parametrize("metric", sorted(EXPECTED | WISHED))
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, more = (EXPECTED | WISHED)[metric]
    answer = _answer(store, metric, filters=OCTOBER if metric in WISHED else PERIOD)
    assert answer.row["n"] == n
    if value == "beyond":
        assert (answer.row["value"], answer.row["flag"], answer.row["lower"]) == (None, "beyond", more)
        return
    assert answer.row["value"] == pytest.approx(value)
    assert answer.exclusions == more


@pytest.mark.parametrize("metric", sorted(BOUNDS))
def test_who_did_not_answer_widens_the_bounds_and_is_never_content(metric, store):
    row = _answer(store, metric).row
    assert (row["lower"], row["upper"]) == pytest.approx(BOUNDS[metric])


def test_numbers_hold_for_the_registers_they_rest_on(store):
    assert _answer(store, "payment_count").as_of_at == at(NOW)
    assert _answer(store, "elder_device_count").as_of_at == at("2026-11-16 06:00")


def test_an_earlier_instant_knows_only_what_had_happened_by_then(store):
    def then(metric):
        request = Request(metric, filters=PERIOD, as_of_at=at("2026-11-05 23:00"))
        return fetch(request, scope=EVERYTHING, store=store).row["value"]

    # p01-p09, p14, p15, p17, p18 and the first try at p16: nothing had come back yet.
    assert (then("payment_count"), then("payment_reversed_count")) == (14, 0)
    assert then("payment_wrong_count") == 2  # p14 and p15


def test_the_reached_share_is_the_area_within_the_circle(store):
    """Recomputes with shapely what the model computes by cells: residents within 923 m of the one point of a kind."""
    shares = _reached_people(("service",)), _reached_people(("meal",)), _reached_people(("service", "meal"))
    rows = _answer(store, "service_reach_pct", by=("service_code",)).frame.set_index("service_code")["value"]
    assert rows["service"] == pytest.approx(100 * shares[0] / 330_000, rel=0.02)
    assert rows["meal"] == pytest.approx(100 * shares[1] / 330_000, rel=0.02)
    both = _answer(store, "service_full_reach_pct").row
    assert both["value"] == pytest.approx(100 * shares[2] / 330_000, rel=0.02)
    assert both["n"] == 330_000
    gaps = _answer(store, "service_gap_people_count").row["value"]
    assert gaps == pytest.approx(8 * 330_000 - 7 * shares[0] - shares[1], rel=0.02)


def _reached_people(kinds) -> float:
    metres = pyproj.Transformer.from_crs(4326, 4549, always_xy=True).transform
    places = {"service": (120.0735, 30.3255), "meal": (120.0835, 30.3255)}
    circles = [shapely.Point(metres(*places[kind])).buffer(1200 / 1.3) for kind in kinds]
    circle = shapely.intersection_all(circles)
    grids = json.loads((TOWNS / "stown" / "areas.geojson").read_text(encoding="utf-8"))["features"]
    with (TOWNS / "stown" / "area_facts.csv").open(encoding="utf-8") as handle:
        people = {row["area_id"]: float(row["population_count"]) for row in csv.DictReader(handle)}
    reached = 0.0
    for grid in grids:
        shape = shapely.transform(
            shapely.from_geojson(json.dumps(grid["geometry"])), metres, interleaved=False
        )
        reached += people[grid["properties"]["area_id"]] * shape.intersection(circle).area / shape.area
    return float(np.round(reached, 6))


def test_few_people_are_not_told_and_no_list_names_anybody(store):
    """All live in G001, so in one community: it is told, cut by policy it is not, nor is any grid."""
    areas = _answer(store, "payment_count", by=("community",)).frame
    assert sorted(areas["value"].dropna())[-1] == 16
    assert areas["flag"].isna().all()
    community = areas.loc[areas["value"] == 16, "community"].iloc[0]
    filters = replace(PERIOD, area_id=community)
    assert _answer(store, "payment_count", filters=filters).row["value"] == 16
    for by in (("grid",), ("community", "policy_id")):
        assert set(_answer(store, "payment_count", by=by).frame["flag"]) == {"suppressed"}
    picked = replace(filters, picked=(("policy_id", "MS07"),))
    assert _answer(store, "payment_count", filters=picked).row["flag"] == "suppressed"
    rows = fetch_rows(Request("payment_count", filters=filters), scope=EVERYTHING, store=store)
    assert len(rows) == 18  # policy, month and community are shared by more than ten
    assert set(rows["told_area_id"]) == {community}
    assert not {"person_no", "grid_id", "person_hash"} & set(rows.columns)


def test_a_handful_of_people_is_not_told_either_by_itself_or_by_subtraction(store):
    # By handling: everybody was paid without asking; p11's payment has not gone out. By fault: one to each.
    faults = _answer(store, "payment_count", by=("payment_fault_code",)).frame.set_index("payment_fault_code")
    assert faults.loc[["unlisted", "withdrawn", "twice"], "flag"].eq("suppressed").all()
    # One fault, taken back, has nobody who was paid in the end; the rest would give the faults away together.
    assert set(faults["flag"].dropna()) == {"suppressed"}


def test_a_visitor_of_one_grid_is_told_nothing_of_its_payments(store):
    mine = Scope(area_ids=frozenset({"G001"}))
    answer = _answer(store, "payment_people_count", scope=mine)
    assert (answer.row["value"], answer.row["flag"], answer.exclusions) == (None, "suppressed", {})
    assert count_rows(Request("payment_count", filters=PERIOD), scope=mine, store=store) == 0


def test_rows_are_the_number(store):
    wrong = fetch_rows(Request("payment_wrong_count", filters=PERIOD), scope=EVERYTHING, store=store)
    sides = wrong["side_code"].value_counts()
    assert (sides["wrong"], sides["taken_back"], sides["reversed"]) == (3, 1, 1)
    missed = Request("entitlement_missed_count", filters=PERIOD)
    assert count_rows(missed, scope=EVERYTHING, store=store, side="missed") == 1
    late = Request("complaint_response_pct", filters=PERIOD)
    assert count_rows(late, scope=EVERYTHING, store=store, side="late") == 1
    assert count_rows(late, scope=EVERYTHING, store=store, side="excluded") == 4


def test_few_alerts_and_devices_are_not_told_by_area_but_for_the_whole_town(store):
    # Six alerts and four devices, all in one grid or nowhere.
    for metric in ("elder_alert_count", "elder_contacted_pct", "elder_device_count"):
        assert _answer(store, metric).row["flag"] != "suppressed"
    for level in ("grid", "community"):
        told = _answer(store, "elder_alert_count", by=(level,)).frame
        assert told["value"].dropna().eq(0).all()


def test_an_area_the_town_does_not_have_has_nobody(store):
    answer = _answer(store, "payment_count", filters=Filters(area_id="nowhere"))
    assert answer.frame.empty or answer.row["n"] == 0
