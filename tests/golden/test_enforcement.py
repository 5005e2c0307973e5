"""Course, closing, checks, supervision and score of incidents: the fourteen of `world.py` and one closed in haste."""

from __future__ import annotations

import pytest

from data.period import parse_period
from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request
from tests.golden.world import AS_OF_AT, INCIDENTS
from tests.published import ModuleTable, at, incident, open_store, report

# What enforcement looks at beside the clocks. 2 failed twice and passed, 3 failed and was never passed.
MORE = {
    1: {"report_count": 2, "feed_count": 2},
    2: {"failed_check_count": 2},
    3: {"failed_check_count": 1, "supervised_at": at("2026-11-19 16:00")},
    8: {"supervised_at": at("2026-11-19 18:00")},
    12: {"category_code": "noise", "resolved_level_code": "grid"},
    13: {"category_code": "noise", "resolved_level_code": "community"},
    14: {"category_code": "noise", "is_suspended": True, "stage_code": "suspended"},
}
CALM = {"failed_check_count": 0, "extension_count": 0, "is_suspended": False, "feed_count": 1}
# 15: registered 10:00, dispatched 10:02, handled 10:06, closed 10:09, signed for by nobody
HASTY = incident(
    15,
    at("2026-11-19 09:58"),
    **{f"{name}_at": at("2026-11-19 10:00") for name in ("registered", "limit_start")},
    **{f"{name}_at": at("2026-11-19 10:02") for name in ("dispatched_first", "dispatched")},
    handled_at=at("2026-11-19 10:06"),
    closed_at=at("2026-11-19 10:09"),
    due_raw_at=at("2026-11-19 13:02"),
    due_at=at("2026-11-19 13:02"),
    dispatch_count=1,
)


def _made(row: dict) -> dict:
    level = "town" if row["handled_at"] else None
    known = {name: value for name, value in row.items() if value is not None}
    return row | CALM | {"resolved_level_code": level} | known | MORE.get(row["incident_no"], {})


CASES = [_made(row) for row in [*INCIDENTS, HASTY]]
REPORTS = [report(row, is_lead=True) for row in CASES]
REPORTS.append(
    report(
        CASES[0],
        number=2,
        feed_id="citizen_report",
        reported_at=at("2026-11-19 09:05"),
        link_rule_code="transfer",
        is_lead=False,
    )
)
# value, n, exclusions: 7 is cancelled, so 14 count
CANCELLED = {"false_alarm": 1}
EXPECTED = {
    "case_count": (14, 14, CANCELLED),
    # dispatched, or further on: all but 10
    "case_sent_count": (13, 13, CANCELLED),
    # signed or further on: 1 2 3 4 5 6 8 9 11 12 13 15
    "case_signed_count": (12, 12, CANCELLED),
    # on scene or further on: 9 came, 8 did not; 1 2 3 4 5 6 9 11 12 13 15
    "case_arrived_count": (11, 11, CANCELLED),
    "case_handled_count": (10, 10, CANCELLED),
    "case_closed_count": (10, 10, CANCELLED),
    "case_resolved_count": (10, 10, CANCELLED),
    "merged_incident_pct": (100 / 14, 14, CANCELLED),
    "multi_feed_pct": (100 / 14, 14, CANCELLED),
    "near_resolved_pct": (20, 10, CANCELLED),  # 12 by the grid, 13 by the community
    "extended_pct": (100 / 13, 13, CANCELLED),  # 5; 10 has no limit
    "supervised_pct": (200 / 14, 14, CANCELLED),
    # 应结案: ten disposed and 8, overdue. Vendor A: handled by the deadline, all ten
    "egova_on_time_pct": (1000 / 11, 11, CANCELLED),
    # 14 hangs: 13 left, ten of them closed
    "unicom_closed_pct": (1000 / 13, 13, CANCELLED),
    # 30 x 10/11 + 20 x 10/11 + 20 x 9/11 (2 and 3 failed) + 20 x 10/11 (8 overdue) + 10 x 10/11 (5 extended)
    "jinniu_score": ((300 + 200 + 180 + 200 + 100) / 11, 11, CANCELLED),
    "rework_due_pct": (200 / 11, 11, CANCELLED),
    # disputes 12 13 14
    "dispute_count": (3, 3, {}),
    "dispute_settled_pct": (200 / 3, 3, {}),
    "dispute_near_pct": (100, 2, {}),
    # closed 1 2 3 4 5 6 11 12 13 15; 12 needs no clock; 15 took nine minutes
    "early_close_pct": (100 / 9, 9, {"not_needed": 1}),
    # 2 at the deadline; 5 at 16:00 of 17:00, where 5 % of 31 h 55 min is 96 min; 3 a minute late
    "pressed_close_pct": (20, 10, {"not_needed": 1}),
    # dispatched 1 2 3 4 5 6 11 13 15: only 1 2 4 were signed for, all within 30 min
    "unsigned_pct": (600 / 9, 9, {"not_needed": 1}),
    "suspended_count": (1, 1, {}),
    # decided 1 2 3 6; handled and never checked 4 5 11 12 13 15
    "rework_pct": (50, 4, {"not_checked": 6}),
    "check_kept_pct": (50, 4, {"not_checked": 6}),
    "rework_sent_pct": (50, 4, {"not_checked": 6}),
    "rework_disposed_pct": (20, 10, {"not_checked": 6}),
    "check_failures_per_incident": (0.75, 4, {"not_checked": 6}),
    "supervised_count": (2, 2, {}),
    "supervised_open_count": (1, 1, {}),
    "supervised_closed_pct": (50, 2, {}),
    # due 1 2 3 4 5 6 8 11 12 13 15: handled in time all but 8, closed all but 8; half the checks failed
    "unit_score": (60 * 10 / 11 + 30 * 10 / 11 + 5, 11, {"cancelled": 2, "no_limit": 2}),
    "merged_report_count": (1, 1, {}),
    "merged_cross_count": (1, 1, {}),
    "merged_certain_pct": (100, 1, {}),
}
STARS = (5, 5, 5, 4, 4, 4, 5, 4, 3, 2, 1, 1)


def _snaps() -> ModuleTable:
    """Sixteen asked to rate: twelve did, eight of them content; one was not taken up, one is a dispute, two not answered."""
    types = {
        "report_id": "VARCHAR",
        "incident_id": "VARCHAR",
        "category_code": "VARCHAR",
        "grid_id": "VARCHAR",
    }
    types |= dict.fromkeys(("cancelled_code", "matter_code", "department_id", "domain_code"), "VARCHAR")
    types |= {
        "severity_level": "INTEGER",
        "star_level": "INTEGER",
        "is_dispute": "BOOLEAN",
        "reported_date": "DATE",
    }
    types |= dict.fromkeys(
        ("reported_at", "replied_at", "closed_at", "reply_by_at", "invited_at", "rated_at"), "TIMESTAMP"
    )
    types |= {"reply_by_date": "DATE"}
    made, rated = at("2026-11-17 09:00"), at("2026-11-18 20:00")
    rows = []
    for number in range(17):
        row = {"report_id": f"r{number}", "grid_id": "g1", "reported_at": made, "reported_date": made.date()}
        row |= {
            "reply_by_at": at("2026-11-18 09:00"),
            "reply_by_date": made.date(),
            "is_dispute": number == 3,
        }
        row |= {"replied_at": None if number in (4, 5) else at(f"2026-11-{18 if number > 1 else 19} 08:00")}
        row |= {"cancelled_code": "false_alarm"} if number == 16 else {"invited_at": at("2026-11-18 12:00")}
        row |= {"rated_at": rated, "star_level": STARS[number]} if number < 12 else {}
        rows.append(row)
    return ModuleTable("mart_snap", types, rows)


SNAPS = {
    "snap_count": (17, 17, {}),
    "snap_dispute_count": (1, 1, {}),
    "snap_rejected_pct": (100 / 17, 17, {}),
    "snap_answered_pct": (1500 / 17, 17, {}),
    # 0 and 1 were answered a day late, 4 and 5 never
    "snap_replied_pct": (1300 / 17, 17, {}),
    "snap_rated_pct": (75, 16, {}),
    "snap_satisfied_pct": (800 / 12, 12, {}),
}


@pytest.fixture(scope="module", params=["all in the base", "part in the delta"])
def store(request, tmp_path_factory):
    touched = frozenset() if request.param == "all in the base" else frozenset({1, 3, 8, 15})
    home = tmp_path_factory.mktemp("enforcement")
    ratings = {"feed_id": "citizen_rating", "entity_code": "citizen_rating", "watermark_at": AS_OF_AT}
    ratings |= {"expected_interval_s": 86_400, "expected_lag_s": 3_600, "row_count": 12}
    opened = open_store(
        home, CASES, as_of_at=AS_OF_AT, reports=REPORTS, touched=touched, modules=[_snaps()], feeds=[ratings]
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def week(store) -> Filters:
    return Filters(*parse_period("7d", as_of_at=AS_OF_AT, zone=store.zone))


@pytest.mark.parametrize("metric", sorted(EXPECTED | SNAPS))
def test_the_metric_has_its_hand_computed_value(metric, store, week):
    value, n, excluded = (EXPECTED | SNAPS)[metric]
    answer = fetch(Request(metric, filters=week), scope=EVERYTHING, store=store)
    assert (answer.row["n"], answer.exclusions) == (n, excluded)
    assert answer.row["value"] == pytest.approx(value)


def test_who_did_not_rate_is_not_content_but_unknown(store, week):
    row = fetch(Request("snap_satisfied_pct", filters=week), scope=EVERYTHING, store=store).row
    assert (row["lower"], row["upper"]) == pytest.approx((100 * 8 / 16, 100 * 12 / 16))


def test_few_ratings_are_not_told(store, week):
    frame = fetch(Request("snap_satisfied_pct", ("is_dispute",), week), scope=EVERYTHING, store=store).frame
    flags = dict(zip(frame["is_dispute"], frame["flag"], strict=True))
    assert flags[True] == "suppressed"


def test_the_rows_behind_a_closing_say_which_was_in_haste(store, week):
    request = Request("early_close_pct", filters=week)
    rows = fetch_rows(request, scope=EVERYTHING, store=store, side="early")
    assert list(rows["incident_id"]) == ["i15"]
    assert count_rows(request, scope=EVERYTHING, store=store) == 10


def test_the_stages_never_grow(store, week):
    names = ("case_count", "case_sent_count", "case_signed_count", "case_arrived_count", "case_handled_count")
    names += ("case_closed_count",)
    found = [fetch(Request(name, filters=week), scope=EVERYTHING, store=store).row["value"] for name in names]
    assert found == sorted(found, reverse=True)


def test_the_score_is_its_parts(store, week):
    def ask(name):
        return fetch(Request(name, filters=week), scope=EVERYTHING, store=store).row["value"]

    parts = 0.6 * ask("on_time_handled_pct") + 0.3 * ask("closed_of_due_pct") + 0.1 * ask("check_kept_pct")
    assert ask("unit_score") == pytest.approx(parts)


def test_by_joint_mechanism_the_unmapped_stay_unknown(store, week):
    frame = fetch(Request("case_count", ("joint_code",), week), scope=EVERYTHING, store=store).frame
    found = {
        key if isinstance(key, str) else None: value for key, value in frame[["joint_code", "value"]].values
    }
    assert found == {"mediation": 3, None: 11}
