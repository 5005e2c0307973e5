"""Part seven (预警与研判): warnings that stand, and what the next 24 hours are expected to bring; or that nobody forecasts."""

from __future__ import annotations

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Fact, Paragraph, Part, Picture, Sentence
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.clauses import town_name
from components.briefing.parts.series import source_line
from components.drawing.spec import Chart, Series
from components.numbers import is_known
from data.question import TOWN_AREA

NEXT, TODAY, WARNINGS = "forecast_next", "briefing_forecast", "warnings_open"
ALL = "all"
MOST_LISTED, FEW = 5, 10  # fewer than that are expected with a decimal


def outlook(desk: Desk, speech: Speech) -> Part | None:
    """Returns the part; none for one department, whose share of what comes nobody forecasts."""
    if desk.edition.department_id:
        return None
    title = speech.piece("title.outlook").text
    hours = _series_of(_listed(desk, NEXT), desk.edition.area_id or TOWN_AREA)
    warned = _warnings(desk, speech) if desk.has_listing(WARNINGS) else []
    if hours.empty and len(warned) < 2:  # nobody expected anything, so nothing can be more than expected
        warned = []
    blocks = [*warned, *_forecast(desk, speech, hours)]
    return Part(code="outlook", number="", title=title, blocks=tuple(blocks))


def _listed(desk: Desk, name: str) -> pd.DataFrame:
    """Rows of a listing this town's data may not have yet."""
    return desk.listing(name) if desk.has_listing(name) else pd.DataFrame()


def _warnings(desk: Desk, speech: Speech) -> list[Paragraph]:
    rows = _listed(desk, WARNINGS)
    fact = desk.listing_fact(WARNINGS, len(rows))
    if rows.empty:
        return [paragraph(speech.say("outlook.no_warning", rests=(fact,)))]
    items = [
        paragraph(_warning(desk, speech, row), kind="item")
        for row in rows.head(MOST_LISTED).to_dict("records")
    ]
    return [paragraph(speech.say("outlook.warnings", count=speech.count(fact))), *items]


def _warning(desk: Desk, speech: Speech, row: dict) -> Sentence:
    key = str(row["warning_id"])
    seen, expected, high = (
        desk.listing_fact(WARNINGS, row[name], by=name, key=key)
        for name in ("observed_count", "expected_count", "high_count")
    )
    told = {
        "place": place_name(desk, speech, row),
        "category": kind_name(desk, speech, row),
        "since": speech.moment(desk.instant(row["window_from_at"])),
        "until": speech.moment(desk.instant(row["window_to_at"])),
        "seen": speech.count(seen),
        "expected": Term(speech.plain(expected.value, "{:.1f}"), (expected,)),
    }
    if high.value is None:
        return speech.say("outlook.warning_plain", **told)
    return speech.say("outlook.warning", high=speech.count(high), **told)


def kind_name(desk: Desk, speech: Speech, row: dict) -> str:
    """Returns what a warning is of: a category, or of a cluster its domain or everything."""
    if is_known(row["category_code"]):
        return desk.ctx.name("category", row["category_code"])
    if row["domain_code"] == ALL:
        return speech.piece("outlook.every").text
    return desk.ctx.name("domain", row["domain_code"])


def place_name(desk: Desk, speech: Speech, row: dict) -> str:
    """Returns where a warning holds; the town where it names no area."""
    area = row["area_id"]
    if not is_known(area) or area == TOWN_AREA:
        return town_name(desk, speech)
    return desk.ctx.name("area", area)


def _forecast(desk: Desk, speech: Speech, hours: pd.DataFrame) -> list[Paragraph | Picture]:
    if hours.empty:
        return [paragraph(speech.say("outlook.no_forecast"))]
    day = _series_of(_listed(desk, TODAY), desk.edition.area_id or TOWN_AREA)
    told = [_today(desk, speech, day)] if len(day) else []
    told.append(_busiest(desk, speech, hours))
    band = _band(desk, speech, hours, alt=told[0].text)
    return [paragraph(*told, speech.say("outlook.caution")), Picture("outlook", band)]


def _series_of(rows: pd.DataFrame, area: str) -> pd.DataFrame:
    """The whole of one area: every kind together."""
    if rows.empty:
        return rows
    return rows[(rows["area_id"] == area) & (rows["series_key"] == ALL)]


def _today(desk: Desk, speech: Speech, day: pd.DataFrame) -> Sentence:
    row = day.iloc[0]
    facts = _bounded(desk, TODAY, row, key=str(row["window_from_at"]))
    date = desk.instant(row["window_from_at"]).date()
    return speech.say("outlook.today", day=speech.day(date, has_year=False), **_terms(speech, facts))


def _busiest(desk: Desk, speech: Speech, hours: pd.DataFrame) -> Sentence:
    row = hours.loc[hours["expected_count"].idxmax()]
    facts = _bounded(desk, NEXT, row, key=str(row["hour_at"]))
    at = desk.instant(row["hour_at"])
    return speech.say("outlook.busiest", hour=speech.moment(at), **_terms(speech, facts))


def _bounded(desk: Desk, name: str, row, *, key: str) -> dict[str, Fact]:
    columns = {"expected": "expected_count", "low": "low_count", "high": "high_count"}
    return {
        told: desk.listing_fact(name, row[column], by=column, key=key) for told, column in columns.items()
    }


def _terms(speech: Speech, facts: dict[str, Fact]) -> dict[str, Term]:
    few = (facts["expected"].value or 0) < FEW
    expected = facts["expected"]
    told = {name: speech.count(fact) for name, fact in facts.items()}
    if few and expected.value is not None:
        told["expected"] = Term(speech.plain(expected.value, "{:.1f}"), (expected,), (), expected.value)
    return told


def _band(desk: Desk, speech: Speech, hours: pd.DataFrame, *, alt: str) -> Chart:
    title = speech.piece("outlook.chart").text
    values = {
        name: tuple(float(each) if is_known(each) else None for each in hours[name])
        for name in ("expected_count", "low_count", "high_count")
    }
    series = Series(
        speech.piece("outlook.expected").text,
        values["expected_count"],
        low=values["low_count"],
        high=values["high_count"],
        colour_key="accent",
    )
    categories = tuple(str(desk.instant(each).hour) for each in hours["hour_at"])
    return Chart(
        kind="band",
        title=title,
        categories=categories,
        series=(series,),
        source=source_line(desk, speech),
        alt=alt,
    )
