"""Questions about the last days look at the rows of the last days only, and hear the same."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from data import generation
from data.answers import forget_answers
from data.catalogue import catalogue
from data.period import parse_period
from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, RequestError
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
    """Three months; some cases of each changed since the base, some are still open after months."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.recent.MOST_COPIED", 10**6 if request.param == "copied" else 0)
        incidents = random_incidents(23, 1200, until=AS_OF_AT, days=70)
        earlier = {
            row["incident_no"]: row | {"closed_at": None, "is_open": row["cancelled_code"] is None}
            for row in incidents[::25]
        }
        changed = {"reports": reports_of(incidents), "touched": frozenset(earlier), "earlier": earlier}
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
    whole = _told(store, period, by)
    assert recent.keys() == whole.keys()
    for name, frame in recent.items():
        pd.testing.assert_frame_equal(frame, whole[name], obj=name)


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
