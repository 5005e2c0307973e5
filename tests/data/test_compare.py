"""Equal elapsed windows, pairs of counts, and an interval instead of a bare percentage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.compare import fetch_change
from data.period import parse_period
from data.request import EVERYTHING, Filters, Request, RequestError
from tests.published import at, incident, open_store

AS_OF_AT = at("2026-11-20 12:00")  # a Friday
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Today up to noon: 30 noise, 5 street; the Friday before up to noon: 10 and 5, and 40 more in the afternoon."""
    made = [("noise", AS_OF_AT - timedelta(minutes=5 * each)) for each in range(30)]
    made += [("street", AS_OF_AT - timedelta(minutes=5 * each)) for each in range(5)]
    made += [("noise", AS_OF_AT - WEEK - timedelta(minutes=5 * each + 1)) for each in range(10)]
    made += [("street", AS_OF_AT - WEEK - timedelta(minutes=5 * each + 1)) for each in range(5)]
    made += [("noise", AS_OF_AT - WEEK + timedelta(minutes=5 * each + 1)) for each in range(40)]
    rows = [incident(number, moment, category_code=code) for number, (code, moment) in enumerate(made)]
    opened = open_store(tmp_path_factory.mktemp("compare"), rows, as_of_at=AS_OF_AT)
    yield opened
    opened.close()


def _today(store) -> Filters:
    return Filters(*parse_period("today", as_of_at=AS_OF_AT, zone=store.zone))


def test_half_a_day_is_compared_with_half_a_day(store):
    change = fetch_change(Request("incident_count", filters=_today(store)), scope=EVERYTHING, store=store)
    row = change.frame.iloc[0]
    assert (row["count"], row["base_count"], row["ratio"]) == (35, 15, pytest.approx(35 / 15))
    assert row["low"] < row["ratio"] < row["high"] and row["is_beyond_chance"]


def test_the_most_evident_change_stands_first(store):
    request = Request("incident_count", ("category_code",), _today(store))
    frame = fetch_change(request, scope=EVERYTHING, store=store).frame
    assert list(frame["category_code"]) == ["noise", "street"]
    assert list(frame["is_beyond_chance"]) == [True, False]


@pytest.mark.parametrize("metric", ["closure_within_sla_pct", "open_count"])
def test_what_is_no_count_of_a_period_is_refused(metric, store):
    with pytest.raises(RequestError, match="only a count of a period"):
        fetch_change(Request(metric, filters=_today(store)), scope=EVERYTHING, store=store)
    with pytest.raises(RequestError, match="only a count of a period"):
        fetch_change(Request("incident_count"), scope=EVERYTHING, store=store)
