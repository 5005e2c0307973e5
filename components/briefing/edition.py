"""Which briefing (版次): the days it tells of, the instant it is told from, whose it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from data.period import DAY, local_date, midnight
from data.request import Filters
from data.town import Town

CODES = ("daily", "weekly", "monthly", "period")
READY_AT = time(7, 30)
ONE_DAY = timedelta(hours=24)


class EditionError(ValueError):
    """A briefing that cannot be: names the edition and the day."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One briefing.

    Attributes:
        code: daily | weekly | monthly | period.
        since_date: first civil day told about; of a daily one the day its 24 hours begin.
        until_date: last civil day told about; of a daily one the day it is read.
        as_of_at: told from what was known of the town then, naive UTC.
        area_id: told of this area only; empty: the town.
        department_id: told of this department's cases only; empty: all.
    """

    code: str
    since_date: date
    until_date: date
    as_of_at: datetime
    area_id: str = ""
    department_id: str = ""

    @property
    def is_daily(self) -> bool:
        """Whether it tells of the 24 hours before its as-of instant instead of whole civil days."""
        return self.code == "daily"

    @property
    def period(self) -> str:
        """The period as the address of a screen writes it."""
        if self.is_daily:
            return "24h"
        return f"{self.since_date}..{self.until_date}"

    def window(self, town: Town) -> tuple[datetime, datetime]:
        """Returns the instants told of, half-open, never past as-of."""
        if self.is_daily:
            return self.as_of_at - ONE_DAY, self.as_of_at
        end = midnight(self.until_date + DAY, town.zone)
        return midnight(self.since_date, town.zone), min(end, self.as_of_at)

    def filters(self, town: Town) -> Filters:
        """Returns the filters a screen has under the same period, area and department."""
        since_at, _ = self.window(town)
        until_at = None if self.is_daily else midnight(self.until_date + DAY, town.zone)
        return Filters(
            since_at, until_at, area_id=self.area_id or None, department_id=self.department_id or None
        )


def edition_for(
    code: str, on: date, *, town: Town, ready_at: time = READY_AT, newest_at: datetime | None = None
) -> Edition:
    """Returns the edition that lies on the table on the morning of a day.

    Daily: the 24 hours before that morning. Weekly: the newest Monday-to-Sunday week that had ended; monthly: the newest
    calendar month. Both are told from the morning after they ended, so every day of a week gives the same edition.

    Args:
        code: daily | weekly | monthly.
        on: the civil day it is read.
        town: whose calendar.
        ready_at: when it is ready, in the town's time.
        newest_at: how far the data go, naive UTC (`store.as_of_at()`); as-of is never later.

    Raises:
        EditionError: no such edition, or the data do not reach its first instant.
    """
    morning, first, last = _days(code, on)
    made = Edition(
        code=code,
        since_date=first,
        until_date=last,
        as_of_at=_as_of(morning, town, ready_at, newest_at=newest_at),
    )
    if made.is_daily:  # data that end before the morning move the 24 hours with them
        first, last = (local_date(at, town.zone) for at in made.window(town))
        made = replace(made, since_date=first, until_date=last)
    return _checked(made, on, town)


def _days(code: str, on: date) -> tuple[date, date, date]:
    """Returns the morning an edition is told from, and the first and last day it tells about."""
    if code == "weekly":
        morning = on - DAY * on.weekday()
        return morning, morning - DAY * 7, morning - DAY
    if code == "monthly":
        morning = on.replace(day=1)
        return morning, (morning - DAY).replace(day=1), morning - DAY
    if code == "daily":
        return on, on - DAY, on
    raise EditionError(
        f"edition {code!r}: expected daily, weekly or monthly; days of one's own: period_edition"
    )


def period_edition(
    since: date, until: date, *, town: Town, ready_at: time = READY_AT, newest_at: datetime | None = None
) -> Edition:
    """Returns the edition of any civil days, both included, told from the morning after them.

    Raises:
        EditionError: days that do not ascend, or the data do not reach the first of them.
    """
    if until < since:
        raise EditionError(f"period {since}..{until}: the days do not ascend")
    as_of_at = _as_of(until + DAY, town, ready_at, newest_at=newest_at)
    made = Edition(code="period", since_date=since, until_date=until, as_of_at=as_of_at)
    return _checked(made, until, town)


def _as_of(morning: date, town: Town, ready_at: time, *, newest_at: datetime | None) -> datetime:
    local = datetime.combine(morning, ready_at, tzinfo=town.zone)
    as_of_at = local.astimezone(UTC).replace(tzinfo=None)
    return as_of_at if newest_at is None else min(as_of_at, newest_at)


def _checked(made: Edition, on: date, town: Town) -> Edition:
    since_at, until_at = made.window(town)
    if since_at >= until_at or (made.is_daily and made.until_date < on - DAY):
        raise EditionError(
            f"{made.code} of {on}: the data end at {made.as_of_at:%Y-%m-%d %H:%M} UTC, before it"
        )
    return made
