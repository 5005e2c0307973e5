"""Which days an edition tells of, and from which instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from components.briefing.asked import address_of, request_of
from components.briefing.edition import EditionError, edition_for, period_edition
from data.request import Filters, Request, parse_filters
from tests.published import at

SUNDAY = date(2026, 11, 22)


def test_a_daily_edition_is_the_24_hours_before_its_morning(town):
    edition = edition_for("daily", SUNDAY, town=town)
    assert edition.as_of_at == at("2026-11-22 07:30") == datetime(2026, 11, 21, 23, 30)
    assert edition.window(town) == (at("2026-11-21 07:30"), at("2026-11-22 07:30"))
    assert (edition.since_date, edition.until_date) == (date(2026, 11, 21), SUNDAY)


def test_its_filters_are_those_of_the_walls_address(town):
    edition = replace(edition_for("daily", SUNDAY, town=town), area_id="C04", department_id="police")
    params = {"period": edition.period, "area": "C04", "department": "police"}
    assert edition.filters(town) == parse_filters(params, as_of_at=edition.as_of_at, town=town)
    week = edition_for("weekly", SUNDAY, town=town)
    assert week.filters(town) == parse_filters({"period": week.period}, as_of_at=week.as_of_at, town=town)


def test_a_past_day_is_told_from_its_own_morning_never_the_newest(town):
    newest = at("2026-11-25 10:00")
    assert edition_for("daily", SUNDAY, town=town, newest_at=newest) == edition_for(
        "daily", SUNDAY, town=town
    )


def test_data_that_end_before_the_morning_end_the_edition(town):
    edition = edition_for("daily", SUNDAY, town=town, newest_at=at("2026-11-22 01:08"))
    assert edition.window(town) == (at("2026-11-21 01:08"), at("2026-11-22 01:08"))
    with pytest.raises(EditionError, match="data end"):
        edition_for("daily", SUNDAY, town=town, newest_at=at("2026-11-19 12:00"))


def test_a_week_and_a_month_are_the_newest_that_ended(town):
    """Sunday is still in its week: Monday 9 to Sunday 15; a day later the week is 16 to 22."""
    week = edition_for("weekly", SUNDAY, town=town)
    assert (week.since_date, week.until_date) == (date(2026, 11, 9), date(2026, 11, 15))
    assert week.as_of_at == at("2026-11-16 07:30")
    assert edition_for("weekly", date(2026, 11, 23), town=town).until_date == SUNDAY
    month = edition_for("monthly", SUNDAY, town=town, ready_at=time(8))
    assert (month.since_date, month.until_date) == (date(2026, 10, 1), date(2026, 10, 31))
    assert month.as_of_at == at("2026-11-01 08:00")
    assert month == edition_for("monthly", date(2026, 11, 1), town=town, ready_at=time(8))


def test_any_days_and_never_past_as_of(town):
    edition = period_edition(date(2026, 11, 10), SUNDAY, town=town, newest_at=at("2026-11-20 12:00"))
    assert edition.window(town) == (at("2026-11-10 00:00"), at("2026-11-20 12:00"))
    with pytest.raises(EditionError, match="ascend"):
        period_edition(SUNDAY, date(2026, 11, 10), town=town)
    with pytest.raises(EditionError, match="daily, weekly or monthly"):
        edition_for("hourly", SUNDAY, town=town)
    with pytest.raises(EditionError, match="data end"):
        period_edition(SUNDAY, SUNDAY, town=town, newest_at=at("2026-11-20 12:00"))


@pytest.mark.parametrize("period", ["", "24h"])
def test_a_question_is_read_back_from_its_address(town, period):
    as_of_at = datetime(2026, 11, 21, 23, 30, 0, 125)
    since_at = datetime(2026, 11, 20, 23, 30, 0, 125)
    filters = Filters(since_at, None, area_id="C04", category_code="theft", severity_level=4)
    filters = replace(filters, picked=(("is_serious", "true"),))
    request = Request("incident_count", by=("grid",), filters=filters, as_of_at=as_of_at)
    asked = address_of(request, period=period)
    assert "as_of=2026-11-21T23:30:00.000125Z" in asked
    assert request_of("incident_count", asked, by="grid", town=town) == request
