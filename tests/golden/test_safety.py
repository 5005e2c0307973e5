"""Safety codes, re-check duties, hazards, capacity: from hand-written files to the door, with the arithmetic."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request
from tests.golden.safety_world import LAT, LON, NOW, files
from tests.module_town import open_module_town
from tests.published import ModuleTable, at, incident, open_store

AS_OF_AT = at("2026-11-20 10:00")
FIRE_SHOP = "H220"
_TEXT = dict.fromkeys(("place_id", "place_name", "grid_id", "class8_code", "excluded_code"), "VARCHAR")
HISTORY_TYPES = _TEXT | {
    "colour_code": "VARCHAR",
    "recheck_days": "INTEGER",
    "valid_from_at": "TIMESTAMP",
    "valid_to_at": "TIMESTAMP",
    "last_check_at": "TIMESTAMP",
}
INSPECTION_TYPES = _TEXT | {"inspection_id": "VARCHAR", "inspected_at": "TIMESTAMP"}
HAZARD_TYPES = _TEXT | {"hazard_id": "VARCHAR", "found_at": "TIMESTAMP"}
# value, n, exclusions; over all time
EXPECTED = {
    # open: all but P6
    "place_count": (9, 9, {}),
    # of these not coded: P5
    "code_coverage_pct": (800 / 9, 9, {}),
    # P3 refused, P9 casualty, P10 licence void
    "code_red_count": (3, 9, {}),
    "code_yellow_count": (1, 9, {}),  # P2 by its score
    "code_green_count": (2, 9, {}),  # P1, P7
    "code_grey_count": (3, 9, {}),  # P5 never; P4 since 09-30, P8 since 05-19
    "code_expired_count": (2, 9, {}),
    # In time: P1 10-01; P2 10-31, 11-06 (yellow: 10-30 + 7 d); P3 11-11 (red); P7 11-19; P8 02-09, 03-03, 03-23 (below): 8
    # late: P1 10-20, P3 11-09 and 11-12, P8 03-06: 4
    # missed: P2 11-12, P3 11-19 14:00, P4 08-31, P8 04-19, P9 10-31, P10 11-11: 6
    # P8's third: found again 03-10, limit over 03-16 00:00, so yellow from then: due 03-23, not 04-09
    "recheck_on_time_pct": (100 * 8 / 18, 18, {"place_closed": 1}),
    "recheck_due_count": (18, 18, {"place_closed": 1}),
    "recheck_missed_count": (6, 6, {"place_closed": 1}),
    # waiting: P1 (11-24), P7 (12-10) and the six above
    "recheck_waiting_count": (8, 8, {}),
    "recheck_overdue_count": (6, 8, {}),
    "recheck_today_count": (0, 8, {}),
    "recheck_week_count": (1, 8, {}),
    "recheck_month_count": (2, 8, {}),
    "recheck_current_pct": (25, 8, {}),
    # green and expired 1 each: P1 P4 P7 P8; yellow 30/7: P2; red 30: P3 P9 P10
    "visits_needed_count": (4 + 30 / 7 + 90, 8, {}),
    # since 10-21 10:00: v2 v3 v4 v5 v6 v7 v8 v9
    "visits_made_count": (8, 8, {}),
    "visits_made_pct": (100 * 8 / (4 + 30 / 7 + 90), 8, {}),
    "visits_per_100_places": (100, 8, {}),
    "hazards_per_100_places": (100 * 3 / 8, 8, {}),  # a b c
    "hazards_per_100_visits": (100 * 3 / 8, 8, {}),
    # fifteen told, one twice, one at a stranger's
    "inspection_count": (13, 13, {"duplicate": 1, "unknown_place": 1}),
    "inspection_failed_pct": (100 * 5 / 13, 13, {"duplicate": 1, "unknown_place": 1}),
    "inspection_refused_pct": (100 / 13, 13, {"duplicate": 1, "unknown_place": 1}),
    "hazard_found_count": (5, 5, {}),
    "hazard_rectified_count": (4, 4, {}),
    # a d in time; c verified after 11-12, e after 03-15; b has no limit
    "hazard_on_time_pct": (50, 4, {"no_limit": 1}),
    # e was put right on 03-14: only c was not
    "hazard_rectified_on_time_pct": (75, 4, {"no_limit": 1}),
    "hazard_open_count": (1, 1, {}),
    "hazard_open_major_count": (0, 0, {}),
    "hazard_open_overdue_count": (0, 0, {}),
    # watched 90 days: d until 05-05, found again 03-10; e until 06-18; a and c not yet
    "hazard_relapse_pct": (50, 2, {}),
    # d 4320, c 7140, a 8640, e 14400, b 30240 and still open: S .8 .6 .4 .2
    "hazard_verify_minutes_p50": (8640, 5, {}),
    "drill_count": (2, 2, {}),
    # P3; P1's is older than 365 days
    "drill_covered_pct": (100 / 8, 8, {}),
    "accident_count": (1, 1, {}),
    "campaign_count": (1, 1, {}),  # Z1; X1 is no campaign about places
    "campaign_covered_pct": (50, 2, {}),  # in scope P2 and P3, visited P3
}
# the curve does not get there: 5 of 10 still waiting
BEYOND = {
    "recheck_overdue_minutes_p50": 10,
    "recheck_overdue_minutes_p90": 10,
    "hazard_verify_minutes_p90": 5,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    home = tmp_path_factory.mktemp("safety")
    opened = open_module_town(home, files(home), now=NOW)
    yield opened
    opened.close()


def ask(store, metric, *, by=(), as_of_at=None):
    return fetch(Request(metric, by, Filters(), as_of_at), scope=EVERYTHING, store=store)


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, excluded = EXPECTED[metric]
    answer = ask(store, metric)
    assert (answer.row["n"], answer.exclusions) == (n, excluded)
    assert answer.row["value"] == pytest.approx(value)


@pytest.mark.parametrize("metric", sorted(BEYOND))
def test_a_percentile_the_curve_does_not_reach_is_told_so(metric, store):
    row = ask(store, metric).row
    assert (row["value"], row["flag"], row["n"]) == (None, "beyond", BEYOND[metric])


def history(store, place):
    frame = store.execute(
        "SELECT * FROM mart_code_history WHERE place_id = ? ORDER BY valid_from_at", [place]
    )
    return list(frame.itertuples(index=False))


def stretches(store, place):
    """(from, colour, reason), runs of the same joined."""
    found = []
    for each in history(store, place):
        if not found or found[-1][1:] != (each.colour_code, each.colour_reason_code):
            found.append((str(each.valid_from_at)[5:16], each.colour_code, each.colour_reason_code))
    return found


def test_the_score_is_the_weighted_sum_of_its_parts(store):
    # P2: hazchem 90 + 100 people or more 6 + 3000 m2 or more 3 + hazardous goods 15, at most 100
    failed, passed = [row for row in history(store, "P2") if pd.notna(row.code_score)][1:3]
    assert failed.inherent_score == 100
    assert failed.hazard_score == pytest.approx(100 * (1 - math.exp(-1.2)), abs=0.05)  # two general hazards
    assert failed.behaviour_score == 5  # half of 2 in 20
    assert failed.event_score == 0
    assert failed.code_score == pytest.approx(0.3 * 100 + 0.3 * 69.88 + 0.2 * 5, abs=0.1)  # 51.96: yellow
    assert passed.code_score == pytest.approx(
        0.3 * 100 + 0.3 * 100 * (1 - math.exp(-0.6)), abs=0.1
    )  # 43.5: yellow still
    assert failed.rule_version == "2020-01-01"


def test_repeated_hazards_and_events_enter_the_score(store):
    again = next(row for row in history(store, "P8") if str(row.valid_from_at) == "2026-03-10 02:00:00")
    recent = 2 ** (37 / 90)  # found 02-01 and, repeated, 37 days later
    assert again.behaviour_score == pytest.approx(5 + 50 * recent / (1 + recent), abs=0.05)
    accident = next(row for row in history(store, "P9") if row.colour_code == "red")
    assert accident.event_score == pytest.approx(100 * (1 - math.exp(-2)), abs=0.05)


def test_a_code_goes_up_at_once_and_down_only_by_a_passed_check(store):
    assert stretches(store, "P3")[1:] == [
        ("10-10 02:00", "green", "checked"),
        ("11-10 02:00", "red", "major_hazard"),
        ("11-15 01:00", "green", "checked"),
        ("11-18 06:00", "red", "refused"),
    ]
    # P8 is yellow from the limit's end (03-15 24:00 local) to the passed check, then green, then nobody came
    assert stretches(store, "P8")[-3:] == [
        ("03-15 16:00", "yellow", "overdue_hazard"),
        ("03-20 02:00", "green", "checked"),
        ("05-19 02:00", "grey", "expired"),
    ]
    assert stretches(store, "P10")[-1] == ("11-09 16:00", "red", "licence_void")
    assert stretches(store, "P9")[-1] == ("11-01 04:00", "red", "casualty")
    assert stretches(store, "P5") == [("12-31 16:00", "grey", "never_coded")]


def test_a_stretch_ends_where_the_next_begins(store):
    gaps = store.execute(
        "SELECT count(*) AS n FROM (SELECT valid_to_at, lead(valid_from_at) OVER w AS next_at FROM mart_code_history "
        "WINDOW w AS (PARTITION BY place_id ORDER BY valid_from_at)) "
        "WHERE next_at IS NOT NULL AND valid_to_at IS DISTINCT FROM next_at"
    )
    assert gaps["n"][0] == 0


def test_a_past_day_can_be_asked(store):
    earlier = at("2026-10-26 10:00")
    # 10-26: P1 passed the day before, P2 P3 P6 P7 P9 P10 fresh: green; P4 and P8 expired, P5 never coded
    frame = ask(store, "place_count", by=("colour_code",), as_of_at=earlier).frame
    assert dict(zip(frame["colour_code"], frame["value"], strict=True)) == {"green": 7, "grey": 3}
    # due by then: P1 10-01 and 10-20 (done 10-25: late), P4, P8's five
    assert ask(store, "recheck_on_time_pct", as_of_at=earlier).row["value"] == pytest.approx(100 * 4 / 8)


def test_overdue_places_are_listed_with_the_longest_first(store):
    request = Request("recheck_overdue_count", filters=Filters())
    rows = fetch_rows(request, scope=EVERYTHING, store=store, order="due_at", side="overdue")
    assert list(rows["place_id"]) == ["P8", "P4", "P9", "P10", "P2", "P3"]
    assert count_rows(request, scope=EVERYTHING, store=store, side="overdue") == 6


def test_by_class_the_unknown_stays_unknown(store):
    frame = ask(store, "place_count", by=("class8_code",)).frame
    assert dict(zip(frame["class8_code"], frame["value"], strict=True))["_unknown"] == 1


def test_a_campaign_tells_what_was_found_under_it(store):
    row = next(store.execute("SELECT * FROM mart_campaign WHERE campaign_id = 'Z1'").itertuples())
    assert list(row.class_list) == ["crowded", "hazchem"]
    assert (row.scope_count, row.covered_count, row.visit_count, row.hazard_count, row.verified_count) == (
        2,
        1,
        1,
        1,
        1,
    )


def test_nothing_names_a_person(store):
    columns = store.execute(
        "SELECT DISTINCT column_name AS c FROM information_schema.columns WHERE table_name LIKE 'mart_%'"
    )["c"]
    assert not {"inspector_hash", "inspector_name", "note_text"} & set(columns)


FIRE_HEAD = (
    "警情编号,修改时间,接警时间,推送时间,类型,主管队站,结果码,LNG,LAT,地点,情况,主叫号码,"
    "关联110单号,出动时间,接令时间,到场时间,扑灭时间,归队时间"
)


def test_a_fire_counts_towards_the_nearest_place_within_the_limit(tmp_path):
    # 0.0001 degrees of latitude are 11 m: F1 is 11 m from P1 and 95 m from P2; F2 is 33 m away: nobody's; F3 is a false alarm
    lines = [FIRE_HEAD]
    for key, lat, outcome in (("F1", LAT + 0.0001, 1), ("F2", LAT + 0.0003, 1), ("F3", LAT + 0.0001, 2)):
        hour = {"F1": 9, "F2": 12, "F3": 15}[key]
        time = f"2026/11/10 {hour:02d}:00:00"
        lines.append(f"{key},{time},{time},{time},{FIRE_SHOP},,{outcome},{LON},{lat},,,,,,,,,")
    store = open_module_town(tmp_path, files(tmp_path, fires="\n".join(lines) + "\n"), now=NOW)
    links = store.execute("SELECT * FROM mart_place_link")
    assert [(row.place_id, row.distance_m) for row in links.itertuples()] == [
        ("P1", pytest.approx(11.1, abs=0.1))
    ]
    # one shop fire weighs 1: E = 100 (1 - 1/e) at that instant, S = 0.3 * 40 + 0.2 E
    last = history(store, "P1")[-1]
    assert last.event_score == pytest.approx(100 * (1 - math.exp(-1)), abs=0.05)
    assert last.code_score == pytest.approx(12 + 0.2 * 63.2, abs=0.1)
    store.close()


def test_the_papers_scale_needs_17443_visits_a_month(tmp_path):
    colours = [("green", 30)] * 9_900 + [("yellow", 7)] * 990 + [("red", 1)] * 110
    rows = [
        {
            "place_id": f"p{number}",
            "colour_code": colour,
            "recheck_days": days,
            "valid_from_at": at("2026-11-01 00:00"),
            "grid_id": "g1",
        }
        for number, (colour, days) in enumerate(colours)
    ]
    tables = (
        ModuleTable("mart_code_history", HISTORY_TYPES, rows),
        ModuleTable("mart_inspection", INSPECTION_TYPES, []),
        ModuleTable("mart_hazard", HAZARD_TYPES, []),
    )
    feed = {
        "feed_id": "codes",
        "entity_code": "safety_code",
        "watermark_at": AS_OF_AT,
        "expected_interval_s": 60,
    }
    store = open_store(tmp_path, [incident(1, AS_OF_AT)], as_of_at=AS_OF_AT, modules=tables, feeds=[feed])
    answer = ask(store, "visits_needed_count")
    assert answer.row["value"] == pytest.approx(9_900 + 990 * 30 / 7 + 110 * 30)
    assert round(answer.row["value"]) == 17_443
    store.close()
