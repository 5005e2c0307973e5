"""Questions about the last days look at the rows of the last days only, and hear the same."""

from __future__ import annotations

import re
from datetime import timedelta

import pandas as pd
import pytest

from data import generation
from data.answers import forget_answers
from data.catalogue import catalogue
from data.flow import fetch_flow
from data.months import Reach, narrowed
from data.period import parse_period
from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, RequestError
from tests.golden.charged_world import TABLE
from tests.published import at, open_store
from tests.random_world import random_incidents, reports_of

AS_OF_AT = at("2026-11-20 14:37")
METRICS = [
    name
    for name, metric in catalogue().metrics.items()
    if catalogue().mart(metric.model).recent_days is not None
]


@pytest.fixture(scope="module", params=["copied", "laid over"])
def store(request, tmp_path_factory):
    """Half a year; some cases of each changed since the base, some are still open after months."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.recent.MOST_COPIED", 10**6 if request.param == "copied" else 0)
        incidents = random_incidents(23, 1200, until=AS_OF_AT, days=160)
        for row in incidents:  # supervised soon after they came, so that a month comes to an end
            if row["supervised_at"]:
                row["supervised_at"] = min(row["supervised_at"], row["first_signal_at"] + timedelta(days=5))
        earlier = {
            row["incident_no"]: row | {"closed_at": None, "is_open": row["cancelled_code"] is None}
            for row in incidents[::25]
        }
        changed = {
            "modules": (TABLE,),
            "reports": reports_of(incidents),
            "touched": frozenset(earlier),
            "earlier": earlier,
        }
        opened = open_store(tmp_path_factory.mktemp("recent"), incidents, as_of_at=AS_OF_AT, **changed)
    yield opened
    opened.close()


def _told(store, period: str, by: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    filters = Filters(*parse_period(period, as_of_at=AS_OF_AT, zone=store.zone))
    found = {}
    for name in METRICS:
        try:
            found[name] = fetch(Request(name, by=by, filters=filters), scope=EVERYTHING, store=store).frame
        except RequestError:
            continue  # this metric has no such dimension
    return found


@pytest.mark.parametrize("by", [(), ("grid",), ("date", "hour")], ids="+".join)
@pytest.mark.parametrize("period", ["today", "24h", "28d"])
def test_recent_rows_tell_what_all_rows_tell(period, by, store, monkeypatch):
    forget_answers(store)
    recent = _told(store, period, by)
    monkeypatch.setattr(generation, "RECENT", timedelta(days=-1))  # nothing is recent enough
    forget_answers(store)
    _agree(recent, _told(store, period, by))
    if period == "28d":  # nor is any month left out
        monkeypatch.setattr(Reach, "covers", lambda *_: True)
        forget_answers(store)
        _agree(recent, _told(store, period, by))


def _agree(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], obj=name)


def _files_read(snapshot, reach: Reach) -> int:
    opened, asked = snapshot.opened, "SELECT count(closed_at) FROM mart_incident"
    sql = narrowed(asked, opened.months, opened.database, reach=reach)
    return int(re.search(r"Total Files Read: (\d+)", snapshot.rows(f"EXPLAIN ANALYZE {sql}")[0][1])[1])


def test_months_out_of_reach_are_not_opened(store):
    late = AS_OF_AT - timedelta(days=29)
    with store.reading() as snapshot:
        every = snapshot.opened.months["mart_incident"]
        reached = [file for file in every if file.newest_at >= late]
        assert 0 < len(reached) < len(every)
        assert _files_read(snapshot, Reach()) == len(every)
        assert _files_read(snapshot, Reach(late)) == len(reached)
        assert _files_read(snapshot, Reach(late, with_open=True)) == len(every), "each month has an open case"
        assert _files_read(snapshot, Reach(month=every[0].month)) == 1


def test_the_newest_page_and_the_flow_are_the_same_from_all_months(store, monkeypatch):
    filters = Filters(*parse_period("28d", as_of_at=AS_OF_AT, zone=store.zone))

    def told() -> list:
        lists = [
            fetch_rows(
                Request(name, filters=filters), scope=EVERYTHING, store=store, limit=12, offset=5, side=side
            )
            for name in ("dispatch_within_sla_pct", "incident_count", "report_count", "dispatch_minutes_p95")
            for side in (None, "late")
        ]
        flow = fetch_flow(filters.since_at, AS_OF_AT, filters=Filters(), scope=EVERYTHING, store=store)
        return [*lists, pd.DataFrame([flow])]

    narrow = told()
    monkeypatch.setattr("data.query.newest_only", lambda *_, **__: None)
    monkeypatch.setattr(generation, "RECENT", timedelta(days=-1))
    monkeypatch.setattr(Reach, "covers", lambda *_: True)
    assert all(len(frame) for frame in narrow[::2])
    for mine, every in zip(narrow, told(), strict=True):
        pd.testing.assert_frame_equal(mine, every)


def test_most_of_a_wall_is_recent(store):
    filters = Filters(*parse_period("28d", as_of_at=AS_OF_AT, zone=store.zone))
    with store.reading() as snapshot:
        from data.query import aggregate_question

        asked = ("dispatch_within_sla_pct", "incident_count", "open_overdue_count")
        questions = [
            aggregate_question(Request(name, filters=filters), EVERYTHING, snapshot) for name in asked
        ]
    assert all(question.is_recent for question in questions)


def test_a_list_of_the_day_is_the_same_from_all_rows(store, monkeypatch):
    today = Filters(*parse_period("today", as_of_at=AS_OF_AT, zone=store.zone))
    asks = [(Request("incident_count", filters=today), None), (Request("open_overdue_count"), "late")]
    recent = [fetch_rows(ask, scope=EVERYTHING, store=store, limit=500, side=side) for ask, side in asks]
    monkeypatch.setattr(generation, "RECENT", timedelta(days=-1))
    whole = [fetch_rows(ask, scope=EVERYTHING, store=store, limit=500, side=side) for ask, side in asks]
    assert all(len(rows) for rows in recent)
    for mine, every in zip(recent, whole, strict=True):
        pd.testing.assert_frame_equal(mine, every)
