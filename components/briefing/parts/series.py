"""The chart of counts over time (走势图): by hour for a day, by day for longer, against the window before."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Fact, Picture
from components.briefing.grammar import Speech
from components.drawing.spec import Chart, Series
from data.period import DAY, days

METRIC = "incident_count"
MOST_DAYS, MOST_BARS, LEAST_BARS = 62, 8, 3


def counts_chart(desk: Desk, speech: Speech, *, alt: str) -> Picture | None:
    """Returns incidents over the edition's hours or days beside the window before; None for longer spans.

    `alt` says in words what it shows.
    """
    edition = desk.edition
    if _is_hourly(desk):
        return _picture(desk, speech, alt=alt, **_by_hour(desk))
    if (edition.until_date - edition.since_date).days >= MOST_DAYS:
        return None
    return _picture(desk, speech, alt=alt, **_by_day(desk))


def _is_hourly(desk: Desk) -> bool:
    """Whether hours are told: of a day, whatever the edition."""
    return desk.edition.is_daily or desk.edition.since_date == desk.edition.until_date


def _by_hour(desk: Desk) -> dict[str, list]:
    first = desk.instant(desk.edition.window(desk.town)[0]).hour
    hours = [(first + step) % 24 for step in range(24)]
    now = desk.facts(desk.request(METRIC, by=("hour",)))
    before = desk.facts(desk.earlier(METRIC, by=("hour",)))
    shown = [[_count(facts, str(hour)) for hour in hours] for facts in (now, before)]
    return {"categories": [f"{hour}" for hour in hours], "shown": shown}


def _by_day(desk: Desk) -> dict[str, list]:
    request = desk.request(METRIC, by=("date",))
    earlier = desk.earlier(METRIC, by=("date",))
    dates = days(desk.edition.since_date, desk.edition.until_date + DAY)
    back = desk.instant(earlier.filters.since_at).date() - desk.edition.since_date
    now, before = desk.facts(request), desk.facts(earlier)
    shown = [
        [_count(now, _stamp(day)) for day in dates],
        [_count(before, _stamp(day + back)) for day in dates],
    ]
    return {"categories": [f"{day.month}-{day.day}" for day in dates], "shown": shown}


def _stamp(day) -> str:
    return f"{day} 00:00:00"


def _count(facts: dict[str | None, Fact], key: str) -> float | None:
    """A group nobody counted is none, where the whole is known."""
    if not facts:
        return None
    found = facts.get(key) or facts.get(key.partition(" ")[0])
    return found.value if found else 0.0


def _picture(desk: Desk, speech: Speech, *, categories: list, shown: list, alt: str) -> Picture:
    is_daily = _is_hourly(desk)
    against = "moved.day" if desk.edition.is_daily else "moved.day_short" if is_daily else "moved.before"
    names = [speech.piece("chart.now").text, speech.piece(against).text]
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
        alt=alt,
    )
    return Picture("counts", chart)


def ranked_bars(
    desk: Desk, speech: Speech, facts: dict[str | None, Fact], *, by: str, rule: str
) -> Picture | None:
    """Returns the largest counts of a dimension as lying bars; None where fewer than three things have one.

    Args:
        desk: what things are called.
        speech: the language.
        facts: the counts by key.
        by: the dimension.
        rule: the pattern of its title; its last word names the picture.
    """
    told = sorted(
        ((each, key) for key, each in facts.items() if key and each.value), key=lambda each: -each[0].value
    )
    told = told[:MOST_BARS]
    if len(told) < LEAST_BARS:
        return None
    names = [desk.ctx.label(by, key) for _, key in told]
    title = speech.piece(rule).text
    terms = [
        speech.phrase("figure.pair", name=name, value=speech.count(fact))
        for name, (fact, _) in zip(names, told, strict=True)
    ]
    series = Series(
        speech.piece("chart.now").text, tuple(fact.value for fact, _ in told), colour_key="accent"
    )
    chart = Chart(
        kind="bars",
        title=title,
        categories=tuple(names),
        series=(series,),
        source=source_line(desk, speech),
        alt=speech.joined(terms).text,
    )
    return Picture(rule.partition(".")[2], chart)


def source_line(desk: Desk, speech: Speech) -> str:
    """Returns what stands below a picture: the instant it holds for."""
    at = speech.moment(desk.instant(desk.edition.as_of_at), has_year=True)
    return speech.phrase("chart.source", at=at).text
