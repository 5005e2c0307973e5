"""The chart of counts over time (走势图): by hour for a day, by day for longer, against the window before."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Fact, Picture
from components.briefing.grammar import Speech
from components.drawing.spec import Chart, Series
from data.period import DAY, days

METRIC = "incident_count"
MOST_DAYS = 62


def counts_chart(desk: Desk, speech: Speech) -> Picture | None:
    """Returns incidents over the edition's hours or days beside the window before; None for longer spans."""
    edition = desk.edition
    if edition.is_daily:
        return _by_hour(desk, speech)
    if (edition.until_date - edition.since_date).days >= MOST_DAYS:
        return None
    return _by_day(desk, speech)


def _by_hour(desk: Desk, speech: Speech) -> Picture:
    first = desk.instant(desk.edition.window(desk.town)[0]).hour
    hours = [(first + step) % 24 for step in range(24)]
    now = desk.facts(desk.request(METRIC, by=("hour",)))
    before = desk.facts(desk.earlier(METRIC, by=("hour",)))
    shown = [[_count(facts, str(hour)) for hour in hours] for facts in (now, before)]
    return _picture(desk, speech, categories=[f"{hour}" for hour in hours], shown=shown)


def _by_day(desk: Desk, speech: Speech) -> Picture:
    request = desk.request(METRIC, by=("date",))
    earlier = desk.earlier(METRIC, by=("date",))
    dates = days(desk.edition.since_date, desk.edition.until_date + DAY)
    back = desk.instant(earlier.filters.since_at).date() - desk.edition.since_date
    now, before = desk.facts(request), desk.facts(earlier)
    shown = [
        [_count(now, _stamp(day)) for day in dates],
        [_count(before, _stamp(day + back)) for day in dates],
    ]
    return _picture(desk, speech, categories=[f"{day.month}-{day.day}" for day in dates], shown=shown)


def _stamp(day) -> str:
    return f"{day} 00:00:00"


def _count(facts: dict[str | None, Fact], key: str) -> float | None:
    """A group nobody counted is none, where the whole is known."""
    if not facts:
        return None
    found = facts.get(key) or facts.get(key.partition(" ")[0])
    return found.value if found else 0.0


def _picture(desk: Desk, speech: Speech, *, categories: list[str], shown: list[list]) -> Picture:
    is_daily = desk.edition.is_daily
    names = [speech.piece("chart.now").text, speech.piece("moved.day" if is_daily else "moved.before").text]
    series = (
        Series(names[0], tuple(shown[0]), colour_key="accent"),
        Series(names[1], tuple(shown[1]), colour_key="quiet"),
    )
    title = speech.piece("chart.hours" if is_daily else "chart.days").text
    chart = Chart(
        kind="columns" if is_daily else "lines",
        title=title,
        categories=tuple(categories),
        series=series,
        source=source_line(desk, speech),
        alt=title,
    )
    return Picture("counts", chart)


def source_line(desk: Desk, speech: Speech) -> str:
    """Returns what stands below a picture: the instant it holds for."""
    at = speech.moment(desk.instant(desk.edition.as_of_at), has_year=True)
    return speech.phrase("chart.source", at=at).text
