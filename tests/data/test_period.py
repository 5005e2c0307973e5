"""Periods are local days, summer time or not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.period import PeriodError, cut, midnight, parse_period, previous

BOSTON = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF_AT = datetime(2011, 3, 14, 12, 30)  # Monday 08:30 in Boston, the day after summer time began


def test_a_week_is_seven_local_days_with_today_as_the_last():
    assert parse_period("7d", as_of_at=AS_OF_AT, zone=BOSTON) == (datetime(2011, 3, 8, 5), None)
    assert parse_period("today", as_of_at=AS_OF_AT, zone=BOSTON) == (datetime(2011, 3, 14, 4), None)
    assert parse_period("24h", as_of_at=AS_OF_AT, zone=BOSTON) == (AS_OF_AT - timedelta(hours=24), None)


def test_explicit_days_hold_the_short_and_the_long_day_of_summer_time():
    since, until = parse_period("2011-03-13..2011-03-13", as_of_at=AS_OF_AT, zone=BOSTON)
    assert until - since == timedelta(hours=23)
    since, until = parse_period("2011-11-06", as_of_at=AS_OF_AT, zone=BOSTON)
    assert until - since == timedelta(hours=25)


def test_days_may_end_at_an_hour_of_the_last():
    # 04:00 in Shanghai on the 14th is 20:00 UTC on the 13th
    found = parse_period("2011-03-12..2011-03-14T04", as_of_at=AS_OF_AT, zone=SHANGHAI)
    assert found == (datetime(2011, 3, 11, 16), datetime(2011, 3, 13, 20))


@pytest.mark.parametrize(
    "text",
    [
        "2011-03-12..2011-03-14T24",
        "2011-03-14T04",
        "0d",
        "d",
        "7",
        "2011-13-01",
        "2011-02-01..2011-01-01",
        "' OR 1=1",
        "9999-01-01",
        "7d;",
    ],
)
def test_what_is_no_period_is_refused_by_name(text):
    with pytest.raises(PeriodError, match="period = "):
        parse_period(text, as_of_at=AS_OF_AT, zone=BOSTON)


@given(
    since=st.datetimes(datetime(2011, 1, 1), datetime(2011, 12, 30)),
    hours=st.integers(0, 3000),
    zone=st.sampled_from([BOSTON, SHANGHAI, ZoneInfo("Asia/Kolkata")]),
    as_of=st.datetimes(datetime(2011, 1, 1), datetime(2012, 3, 1)),
)
def test_the_pieces_cover_the_period_once(since, hours, zone, as_of):
    until = since + timedelta(hours=hours)
    span = cut(since, until, as_of_at=as_of, zone=zone)
    pieces = [(start, end or as_of) for start, end in span.parts]
    if span.end_date:
        pieces.append((midnight(span.first_date, zone), midnight(span.end_date, zone)))
        assert midnight(span.end_date, zone) <= as_of
    pieces = sorted(piece for piece in pieces if piece[0] < piece[1])
    assert all(end == start for (_, end), (start, _) in pairwise(pieces))
    if since < min(until, as_of):
        assert (pieces[0][0], pieces[-1][1]) == (since, min(until, as_of))


def test_the_window_before_is_as_long_and_has_the_same_weekdays():
    since, _ = parse_period("28d", as_of_at=AS_OF_AT, zone=BOSTON)
    before = previous(since, None, as_of_at=AS_OF_AT, zone=BOSTON)
    assert before == (
        datetime(2011, 1, 18, 5),
        datetime(2011, 2, 14, 13, 30),
    )  # local midnight and 08:30, winter time
    today = previous(midnight(date(2011, 3, 14), BOSTON), None, as_of_at=AS_OF_AT, zone=BOSTON)
    assert today == (datetime(2011, 3, 7, 5), datetime(2011, 3, 7, 13, 30))
