"""Periods in a town's local days, as half-open spans of naive UTC instants (时段)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class PeriodError(ValueError):
    """A period that cannot be read; names the value and the forms that can."""


@dataclass(frozen=True)
class Span:
    """A period cut for the rollups.

    Attributes:
        first_date: first whole past local day, None if unbounded below.
        end_date: the local day after the last whole one; None if there is no whole day.
        parts: half-open instants (since, until) that whole days do not cover; None is unbounded.
    """

    first_date: date | None
    end_date: date | None
    parts: tuple[tuple[datetime | None, datetime | None], ...]


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Returns the local day of a naive UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Returns the instant a local day begins, naive UTC; right on the days summer time moves."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def parse_period(text: str, *, as_of_at: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Returns (since_at, until_at) of a period relative to as-of; until None runs up to as-of.

    `today`; `24h`: the last 24 hours; `7d` `28d` `90d` `365d`: that many local days, today included;
    `2026-11-01..2026-11-07`: local days, both included; `2026-11-01..2026-11-07T04`: up to that hour of the last; `all`.

    Raises:
        PeriodError: another form, or days that do not ascend.
    """
    today = local_date(as_of_at, zone)
    if text == "all":
        return None, None
    if text == "today":
        return midnight(today, zone), None
    rolling = re.fullmatch(r"([1-9]\d{0,3})([hd])", text)
    if rolling and rolling[2] == "h":
        return as_of_at - timedelta(hours=int(rolling[1])), None
    if rolling:
        return midnight(today - DAY * (int(rolling[1]) - 1), zone), None
    hourly = re.fullmatch(r"(.*\.\..*)T([01]\d|2[0-3])", text)
    first, last = _explicit(hourly[1] if hourly else text)
    if hourly:
        return midnight(first, zone), _at_hour(last, int(hourly[2]), zone)
    return midnight(first, zone), midnight(last + DAY, zone)


def _at_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _explicit(text: str) -> tuple[date, date]:
    first_text, dots, last_text = text.partition("..")
    try:
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text if dots else first_text)
    except ValueError:
        raise PeriodError(
            f"period = {text!r}: expected today, 24h, 7d, 28d, 90d, 365d, all or 2026-11-01..2026-11-07"
        ) from None
    if last < first or not date(1900, 1, 1) <= first <= last <= date(2200, 1, 1):
        raise PeriodError(f"period = {text!r}: the days do not ascend or lie outside 1900..2200")
    return first, last


def cut(since_at: datetime | None, until_at: datetime | None, *, as_of_at: datetime, zone: ZoneInfo) -> Span:
    """Returns the whole local days before as-of's own day, and the parts at the edges.

    The day that holds as-of is never whole: cases of it may not be due yet.
    """
    end_at = None if until_at is None or until_at > as_of_at else until_at
    first = None if since_at is None else _day_at_or_after(since_at, zone)
    end = local_date(as_of_at if end_at is None else end_at, zone)
    if first is not None and first >= end:
        return Span(None, None, ((since_at, end_at),))
    parts = []
    if first is not None and midnight(first, zone) > since_at:
        parts.append((since_at, midnight(first, zone)))
    tail_at = midnight(end, zone)
    if end_at is None or tail_at < end_at:
        parts.append((tail_at, end_at))
    return Span(first, end, tuple(parts))


def _day_at_or_after(instant: datetime, zone: ZoneInfo) -> date:
    day = local_date(instant, zone)
    return day if midnight(day, zone) == instant else day + DAY


def previous(
    since_at: datetime,
    until_at: datetime | None,
    *,
    as_of_at: datetime,
    zone: ZoneInfo,
    weeks: int | None = None,
) -> tuple[datetime, datetime]:
    """Returns the window of equal elapsed length some whole weeks earlier, same weekdays, same local hours.

    As few weeks earlier as keep the windows apart, but at least `weeks` (52: about a year, still the same weekdays).

    Source:
        definitions 3.9: a part of a month against a full month is the classic error.
    """
    end_at = as_of_at if until_at is None else min(until_at, as_of_at)
    apart = -(-max(end_at - since_at, timedelta(0)) // timedelta(days=7))
    back = timedelta(days=7 * max(1, apart, weeks or 1))
    return _shift(since_at, back, zone), _shift(end_at, back, zone)


def _shift(instant: datetime, back: timedelta, zone: ZoneInfo) -> datetime:
    """Goes back by local wall-clock days, so that a week over a summer-time change stays a week."""
    local = instant.replace(tzinfo=UTC).astimezone(zone)
    return (local.replace(tzinfo=None) - back).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def days(first: date, end: date) -> list[date]:
    """Returns the days of a half-open range."""
    return [first + DAY * each for each in range((end - first).days)]
