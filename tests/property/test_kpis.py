"""What must hold for any data: sums agree, rollups agree with rows, cases not yet due change nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from data.catalogue import Catalogue, catalogue
from data.flow import fetch_flow
from data.period import parse_period
from data.query import count_rows, fetch
from data.request import EVERYTHING, Filters, Request, RequestError, Scope
from tests.published import at, incident, open_store, report
from tests.random_world import random_incidents, reports_of

AS_OF_AT = at("2026-11-20 14:37")
PERIODS = ("today", "24h", "7d", "28d", "all", "2026-11-03..2026-11-09")
DIMENSIONS = (
    (),
    ("community",),
    ("grid", "date"),
    ("category_code", "department_id"),
    ("feed_id", "date", "hour"),
)
# Module tables are not among the random incidents; their metrics have tests of their own.
SPINE = {"mart_incident", "mart_report", "mart_clock", "mart_segment", "mart_feed", "dim_category"}
OWN = [
    metric for metric in catalogue().metrics.values() if set(catalogue().mart(metric.model).tables) <= SPINE
]
METRICS = [metric.id for metric in OWN if not metric.id.endswith(("_p90", "_p95"))]
COUNTS = [metric.id for metric in OWN if metric.kind == "count"]
FIGURES = ["value", "n", "low", "high", "lower", "upper"]


@pytest.fixture(scope="module")
def incidents() -> list[dict]:
    return random_incidents(7, 1500, until=AS_OF_AT)


@pytest.fixture(scope="module")
def store(incidents, tmp_path_factory):
    """Most in the base; some changed since: their old rows in the base, the new ones in the delta."""
    touched = frozenset(range(3, 1500, 40))
    earlier = {
        row["incident_no"]: row
        | {"closed_at": None, "handled_at": None, "is_open": row["cancelled_code"] is None}
        for row in incidents
        if row["incident_no"] in touched
    }
    opened = open_store(
        tmp_path_factory.mktemp("kpis"),
        incidents,
        as_of_at=AS_OF_AT,
        reports=reports_of(incidents),
        touched=touched,
        earlier=earlier,
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rows_only() -> Catalogue:
    """The same definitions without rollups."""
    plain = Catalogue()
    plain.marts = {name: mart.model_copy(update={"rollups": ()}) for name, mart in plain.marts.items()}
    return plain


def _period(text: str, store) -> Filters:
    return Filters(*parse_period(text, as_of_at=AS_OF_AT, zone=store.zone))


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_rollups_and_rows_give_the_same_answer(period, store, rows_only):
    filters = _period(period, store)
    compared = 0
    for name, by in itertools.product(METRICS, DIMENSIONS):
        request = Request(name, by, filters)
        try:
            fast = fetch(request, scope=EVERYTHING, store=store)
        except RequestError:
            continue
        slow = fetch(request, scope=EVERYTHING, store=store, definitions=rows_only)
        pd.testing.assert_frame_equal(fast.frame, slow.frame)
        assert fast.exclusions == slow.exclusions
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("metric", COUNTS)
@pytest.mark.parametrize("by", ["grid", "community", "feed_id", "department_id"])
def test_parts_add_up_to_the_town(metric, by, store):
    filters = _period("28d", store)
    whole = fetch(Request(metric, filters=filters), scope=EVERYTHING, store=store).row["value"]
    parts = fetch(Request(metric, (by,), filters), scope=EVERYTHING, store=store).frame["value"].sum()
    assert parts == whole > 0


def test_a_share_of_the_whole_is_recomputed_not_averaged(store):
    filters = _period("28d", store)
    frame = fetch(Request("closure_within_sla_pct", ("grid",), filters), scope=EVERYTHING, store=store).frame
    whole = fetch(Request("closure_within_sla_pct", filters=filters), scope=EVERYTHING, store=store).row[
        "value"
    ]
    assert whole == pytest.approx((frame["value"] * frame["n"]).sum() / frame["n"].sum())
    assert whole != pytest.approx(frame["value"].mean(), abs=0.01)


def test_an_areas_filter_a_scope_and_its_group_say_the_same(store):
    filters = _period("28d", store)
    for metric in ("closure_within_sla_pct", "report_count", "open_count", "handle_minutes_p50"):
        frame = fetch(Request(metric, ("community",), filters), scope=EVERYTHING, store=store).frame
        group = frame.set_index("community").loc["c1", FIGURES].to_dict()
        filtered = fetch(
            Request(metric, filters=replace(filters, area_id="c1")), scope=EVERYTHING, store=store
        )
        scoped = fetch(Request(metric, filters=filters), scope=Scope(area_ids=frozenset({"c1"})), store=store)
        for answer in (filtered, scoped):
            assert answer.frame.loc[0, FIGURES].to_dict() == pytest.approx(group, nan_ok=True)


def test_the_rows_behind_a_count_are_as_many_as_the_count(store):
    for metric, period in itertools.product(("report_count", "incident_count", "open_count"), PERIODS):
        request = Request(metric, filters=_period(period, store))
        value = fetch(request, scope=EVERYTHING, store=store).row["value"]
        side = None if metric != "incident_count" else "counted"
        assert count_rows(request, scope=EVERYTHING, store=store, side=side) == value


def test_cases_not_yet_due_change_no_rate(incidents, store, tmp_path):
    fresh = [
        incident(
            9000 + each,
            AS_OF_AT - timedelta(minutes=1),
            registered_at=AS_OF_AT,
            due_at=AS_OF_AT + timedelta(days=1),
            due_raw_at=AS_OF_AT + timedelta(days=1),
            limit_start_at=AS_OF_AT,
        )
        for each in range(200)
    ]
    grown = open_store(tmp_path, incidents + fresh, as_of_at=AS_OF_AT, reports=reports_of(incidents))
    filters = _period("7d", store)
    rates = [name for name, metric in catalogue().metrics.items() if metric.model == "mart_clock"]
    for name in rates:
        request = Request(name, filters=filters)
        before, after = (fetch(request, scope=EVERYTHING, store=each).row for each in (store, grown))
        assert {**before} == pytest.approx(after), name
    opened = [
        fetch(Request("open_count"), scope=EVERYTHING, store=each).row["value"] for each in (store, grown)
    ]
    assert opened[1] - opened[0] == 200
    grown.close()


def test_a_doubled_report_changes_volume_and_no_speed(incidents, store, tmp_path):
    doubled = reports_of(incidents) + [report(row, number=9) for row in incidents[:300]]
    noisy = open_store(tmp_path, incidents, as_of_at=AS_OF_AT, reports=doubled)
    filters = _period("all", store)
    for name in (
        "discovery_registered_pct",
        "closure_within_sla_pct",
        "handle_minutes_p90",
        "incident_count",
    ):
        answers = [
            fetch(Request(name, filters=filters), scope=EVERYTHING, store=each).row for each in (store, noisy)
        ]
        assert answers[0] == answers[1]
    volumes = [
        fetch(Request("report_count", filters=filters), scope=EVERYTHING, store=each).row["value"]
        for each in (store, noisy)
    ]
    assert volumes[1] - volumes[0] == 300
    noisy.close()


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_the_backlog_changes_by_what_came_and_went(hours, store):
    flow = fetch_flow(
        AS_OF_AT - timedelta(hours=hours), AS_OF_AT, filters=Filters(), scope=EVERYTHING, store=store
    )
    now, before = (
        fetch(Request("open_count", as_of_at=instant), scope=EVERYTHING, store=store).row["value"]
        for instant in (AS_OF_AT, AS_OF_AT - timedelta(hours=hours))
    )
    assert flow.is_balanced
    assert (flow.open_before, flow.open_after) == (before, now)
    assert flow.came > 0


def test_a_reopened_case_leaves_and_comes_back(tmp_path):
    row = incident(
        1, at("2026-11-18 09:00"), registered_at=at("2026-11-18 09:05"), reopen_count=1, closed_at=None
    )
    steps = [
        {
            "incident_id": "i1",
            "incident_no": 1,
            "month_id": "2026-11",
            "report_id": row["lead_report_id"],
            "step_code": code,
            "acted_at": at(moment),
            "feed_id": "police_110",
        }
        for code, moment in (("close", "2026-11-18 12:00"), ("reopen", "2026-11-19 08:00"))
    ]
    store = open_store(tmp_path, [row], as_of_at=AS_OF_AT, steps=steps)

    def flow(since: str, until: str):
        return fetch_flow(at(since), at(until), filters=Filters(), scope=EVERYTHING, store=store)

    first, second = flow("2026-11-18 00:00", "2026-11-18 18:00"), flow("2026-11-18 18:00", "2026-11-20 14:00")
    assert (first.came, first.closed, first.open_after) == (1, 1, 0)
    assert (second.open_before, second.reopened, second.open_after) == (0, 1, 1)
    assert first.is_balanced and second.is_balanced
    store.close()
