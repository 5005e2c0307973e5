"""Prevention: coverage by road length, devices, forces, stock, plans, counts of people; hand-written files to the door."""

from __future__ import annotations

import math

import pytest

from data.query import count_rows, fetch, fetch_exclusions, fetch_rows
from data.request import EVERYTHING, Filters, Request
from tests.golden.prevention_world import HOME, NOW, files, place
from tests.module_town import open_module_town
from tests.published import at

LOST = {"unreadable": 1, "outside": 1}
NEGATIVE = {"negative": 1}
# value, n, exclusions; over all time, as of 2026-11-20 10:00
EXPECTED = {
    # R1 300 m, R2 200 m; R5 is not open yet. R1 falls into 0-50-100-150-210-290-300, R2 into 0-90-200: 8 pieces
    "road_km": (0.5, 8, LOST),
    # A alone is up: R1 0-100
    "road_seen_pct": (20, 8, LOST),
    # A, B, C look at R1 0-150 and 210-290 (A and B overlap on 50 m); E is gone: 230 of 500
    "road_installed_pct": (46, 8, LOST),
    "key_road_seen_pct": (100 / 3, 6, {"outside": 1}),
    "key_road_installed_pct": (100 * 230 / 300, 6, {"outside": 1}),
    "road_unseen_km": (0.4, 8, LOST),
    # A B C D F; E was taken away
    "device_count": (5, 5, {}),
    # up A D, down B C; F unknown
    "device_online_pct": (50, 4, {}),
    "device_unknown_count": (1, 5, {}),
    # B for 48 h; C only for 6
    "device_overdue_count": (1, 5, {}),
    "device_viewless_count": (1, 5, {}),
    # hours until 11-20 10:00, up of watched: A 466/466, B 418/466, C 244/250, D 466/466, E 360/360 (to 11-16)
    "device_uptime_pct": (100 * 1954 / 2008, 83, {}),
    # K1 K2 K3 K5
    "device_alert_count": (4, 4, NEGATIVE),
    # K1 of K1, K2
    "device_alert_true_pct": (50, 2, NEGATIVE),
    # P1 P2 P4
    "force_resource_count": (3, 3, {}),
    # P1, P4 (to the day)
    "force_verified_pct": (200 / 3, 3, {}),
    "callup_count": (3, 3, NEGATIVE),
    "callup_answered_pct": (200 / 3, 3, NEGATIVE),
    # 40 min in time, 90 not, one never
    "callup_in_time_pct": (100 / 3, 3, NEGATIVE),
    # people: 5 and 10 called, 4 came; P2 are pieces
    "callup_shortfall_pct": (100 * 11 / 15, 15, NEGATIVE),
    # 40 | 90 | 120+: S 2/3, 1/3
    "callup_assembled_minutes_p50": (90, 3, {}),
    # 1 | 4 | 30 | 60+: S 3/4, 1/2
    "device_alert_answer_minutes_p50": (4, 4, {}),
    # masks of the town 100 < 200; suits are enough; the community's masks have no minimum
    "stock_below_minimum_count": (1, 2, {}),
    # 100/50, 50/5, 30/10
    "stock_cover_days": (2, 3, {}),
    "stock_median_cover_days": (3, 3, {}),
    "stock_expiring_count": (1, 3, {}),
    "stock_counted_pct": (200 / 3, 3, {}),
    # YA1 of YA1, YA2 (2025-01), YA3 (never); YA4 is withdrawn
    "plan_drilled_pct": (100 / 3, 3, {}),
    "plan_drill_count": (2, 2, {}),
    "plan_finding_fixed_pct": (80, 5, {}),
    # the cold; the epidemic level was lifted, peace is none
    "alert_level_count": (1, 1, {}),
    # 12 + 5 + 4 of the platform, 300 codes, 40 questions
    "epidemic_raised_count": (361, 361, {}),
    # only the platform tells what was dealt with
    "epidemic_done_pct": (100 * 20 / 21, 21, {}),
    # LZ1 20 of 30, LZ2 15 of 15 (90 days to the day)
    "household_fresh_pct": (100 * 35 / 45, 45, {}),
    "household_stale_count": (10, 45, {}),
    # 50 + 8 + 2 and 30 from a grid nobody knows
    "flow_in_count": (90, 90, {}),
    "flow_out_count": (90, 90, {}),
    "flow_net_count": (0, 180, {}),
}
BEYOND = {"callup_assembled_minutes_p90": 120, "device_alert_answer_minutes_p90": 60}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("prevention"), files(), now=NOW)
    yield opened
    opened.close()


def ask(store, metric, *, by=(), filters=None, as_of_at=None):
    return fetch(Request(metric, by, filters or Filters(), as_of_at), scope=EVERYTHING, store=store)


def values(store, metric, by, **more):
    frame = ask(store, metric, by=(by,), **more).frame
    return {key: value for key, value in zip(frame[by], frame["value"], strict=True) if value == value}


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, excluded = EXPECTED[metric]
    answer = ask(store, metric)
    assert (answer.row["n"], answer.exclusions) == (n, excluded)
    assert answer.row["value"] == pytest.approx(value, abs=2e-3 if "road" in metric else None)


@pytest.mark.parametrize("metric", sorted(BEYOND))
def test_a_percentile_the_curve_does_not_reach_is_told_so(metric, store):
    row = ask(store, metric).row
    assert (row["value"], row["flag"], row["lower"]) == (None, "beyond", BEYOND[metric])


def test_unknown_devices_are_told_as_bounds(store):
    row = ask(store, "device_online_pct").row
    assert (row["lower"], row["upper"]) == (40, 60)


def test_what_was_seen_is_told_of_a_past_instant(store):
    # 11-15 12:00: A B C E up: R1 230 m and R2 110 m of 500
    assert ask(store, "road_seen_pct", as_of_at=at("2026-11-15 12:00")).row["value"] == pytest.approx(
        68, abs=2e-3
    )
    # 11-19: B is down: R1 0-100 and 210-290
    assert ask(store, "road_seen_pct", as_of_at=at("2026-11-19 12:00")).row["value"] == pytest.approx(
        36, abs=2e-3
    )


def test_the_rows_of_the_roads_are_its_kilometres(store):
    rows = fetch_rows(Request("road_seen_pct"), scope=EVERYTHING, store=store)
    metres = rows.groupby("side_code")["length_m"].sum()
    assert metres["seen"] == pytest.approx(100, abs=0.01)
    assert metres["blind"] == pytest.approx(130, abs=0.01)
    assert metres["unseen"] == pytest.approx(270, abs=0.01)
    assert set(rows.loc[rows["excluded_code"].isna(), "grid_id"]) == {HOME}
    assert (
        list(fetch_exclusions(Request("road_seen_pct"), scope=EVERYTHING, store=store)["piece_id"].str[:15])
        != []
    )


def test_uptime_follows_the_period(store):
    # 11-18 00:00 to 11-19 00:00: A C D 24 h up; B 10 h
    day = Filters(at("2026-11-18 00:00"), at("2026-11-19 00:00"))
    assert ask(store, "device_uptime_pct", filters=day).row["value"] == pytest.approx(100 * 82 / 96)


def test_reach_is_lead_time_plus_way_of_the_first_entry(store):
    areas = store.execute("SELECT area_id, lon, lat FROM dim_area WHERE level_code = 'grid'")
    here, there = place(0, 0), place(300, 0)

    def minutes(area, point, lead):
        step = [math.radians(b - a) for a, b in zip((area.lon, area.lat), point, strict=True)]
        half = (
            math.sin(step[1] / 2) ** 2
            + math.cos(math.radians(area.lat)) * math.cos(math.radians(point[1])) * math.sin(step[0] / 2) ** 2
        )
        return lead + 2 * 6371.0088 * math.asin(math.sqrt(half)) * 1.35 * 2.5

    people = {a.area_id: min(minutes(a, here, 10), minutes(a, there, 15)) for a in areas.itertuples()}
    things = {a.area_id: minutes(a, here, 20) for a in areas.itertuples()}
    found = values(store, "force_reach_minutes", "resource_base_code")
    assert found == pytest.approx(
        {"professionals": max(people.values()), "supplies": max(things.values())}, rel=1e-3
    )
    one = Filters(area_id="G050")
    assert values(store, "force_reach_minutes", "resource_base_code", filters=one) == pytest.approx(
        {"professionals": people["G050"], "supplies": things["G050"]}, rel=1e-3
    )
    near = sum(each <= 30 for each in (*people.values(), *things.values()))
    row = ask(store, "force_reach_within_pct").row
    assert (row["n"], row["value"]) == (250, pytest.approx(100 * near / 250))


def test_few_people_are_never_told(store):
    row = ask(store, "epidemic_abnormal_count").row  # 1 + 3
    assert (row["value"], row["n"], row["flag"]) == (None, 0, "suppressed")
    # the smallest of the others is kept back too, or the total less the rest would tell the few
    assert values(store, "epidemic_raised_count", "epidemic_item_code") == {
        "health_code": 300,
        "online_doctor": 40,
    }
    assert values(store, "flow_in_count", "flow_pair_id") == {"G001>G002": 50, None: 30}
    rows = fetch_rows(Request("epidemic_raised_count"), scope=EVERYTHING, store=store)
    assert sorted(rows["told_count"].dropna()) == [12, 40, 300]
    assert "raised_count" not in rows.columns


def test_flow_counts_a_passage_where_it_leads_and_where_it_comes_from(store):
    # G001: in 8 + 2 + 30, out 50
    one = Filters(area_id="G001")
    assert [ask(store, f"flow_{way}_count", filters=one).row["value"] for way in ("in", "out", "net")] == [
        40,
        50,
        -10,
    ]


def test_a_past_count_of_the_stock_and_of_the_records_can_be_asked(store):
    then = at("2026-10-20 12:00")
    assert ask(store, "stock_below_minimum_count", as_of_at=then).row["value"] == 0  # 500 masks
    assert ask(store, "household_fresh_pct", as_of_at=then).row["value"] == pytest.approx(100 * 15 / 45)
    assert values(store, "alert_level_count", "alert_field_code", as_of_at=then) == {"epidemic": 1}


def test_nothing_personal_is_listed(store):
    rows = fetch_rows(Request("force_resource_count"), scope=EVERYTHING, store=store)
    assert count_rows(Request("force_resource_count"), scope=EVERYTHING, store=store) == len(rows) == 3
    assert not rows.astype(str).apply(lambda column: column.str.contains("138000")).any(axis=None)
    assert set(rows["contact_post_name"]) == {"值班岗"}
