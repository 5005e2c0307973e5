"""Equal elapsed windows, pairs of counts, and an interval instead of a bare percentage."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import exp, log, sqrt

import pandas as pd
import pytest

from data.catalogue import catalogue
from data.compare import check_comparable, fetch_change, pair_up
from data.period import parse_period
from data.query import count_rows
from data.request import EVERYTHING, Filters, Request, RequestError
from data.sides import count_sides
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


def test_all_groups_together_are_compared_as_one(store):
    request = Request("incident_count", ("category_code",), _today(store))
    change = fetch_change(request, scope=EVERYTHING, store=store)
    whole = change.whole
    assert (whole["count"], whole["base_count"], whole["is_beyond_chance"]) == (35, 15, True)
    assert whole["low"] < 35 / 15 < whole["high"]
    assert (change.since_at, change.until_at) == (at("2026-11-13 00:00"), at("2026-11-13 12:00"))
    assert change.as_of_at == AS_OF_AT


def test_a_group_is_told_against_the_rest_of_the_town(store):
    """Noise went from 10 to 30 while all else stayed at 5: three times the rest; the log interval by hand."""
    request = Request("incident_count", ("category_code",), _today(store))
    noise = fetch_change(request, scope=EVERYTHING, store=store).frame.iloc[0]
    assert noise["excess"] == pytest.approx(3.0)
    middle, half = log(30.5 / 10.5), 1.959964 * sqrt(1 / 30.5 + 1 / 10.5 + 1 / 5.5 + 1 / 5.5)
    assert noise["excess_low"] == pytest.approx(exp(middle - half), rel=1e-5)
    assert noise["excess_high"] == pytest.approx(exp(middle + half), rel=1e-5)
    alone = fetch_change(
        Request("incident_count", filters=_today(store)), scope=EVERYTHING, store=store
    ).frame
    assert pd.isna(alone["excess_low"].iloc[0])


def test_without_data_from_before_the_earlier_window_nothing_can_be_compared(store):
    today = _today(store)
    assert fetch_change(Request("incident_count", filters=today), scope=EVERYTHING, store=store).is_covered
    year = fetch_change(Request("incident_count", filters=today), scope=EVERYTHING, store=store, weeks=52)
    assert (year.since_at, year.until_at) == (at("2025-11-21 00:00"), at("2025-11-21 12:00"))
    assert not year.is_covered and year.frame.iloc[0]["base_count"] == 0


def test_windows_never_overlap_however_long_they_are(store):
    long = replace(_today(store), since_at=at("2025-09-01 00:00"))
    year = fetch_change(Request("incident_count", filters=long), scope=EVERYTHING, store=store, weeks=52)
    assert year.until_at <= long.since_at


@pytest.mark.parametrize("metric", ["incident_count", "on_time_closure_pct", "open_count"])
def test_sides_add_up_to_the_rows(metric, store):
    request = Request(metric, filters=Filters())
    sides = count_sides(request, scope=EVERYTHING, store=store)
    assert sum(sides.values()) == count_rows(request, scope=EVERYTHING, store=store) > 0
    for side, count in sides.items():
        assert count_rows(request, scope=EVERYTHING, store=store, side=side) == count


def test_a_sum_has_a_change_but_no_interval():
    """Money and people on the move are no independent cases; what is no sum over a period cannot be compared."""
    now = pd.DataFrame({"kind": ["vat", "cit"], "value": [300.0, 50.0]})
    before = pd.DataFrame({"kind": ["vat", "cit"], "value": [200.0, None]})
    frame = pair_up(now, before, by=("kind",), is_poisson=False)
    assert list(frame["count"]) == [300, 50] and frame["ratio"].iloc[0] == pytest.approx(1.5)
    assert (
        frame["low"].isna().all() and not frame["is_beyond_chance"].any() and frame["excess_low"].isna().all()
    )
    with pytest.raises(RequestError, match="only a count of a period"):
        check_comparable(catalogue().metric("backlog_days"))
