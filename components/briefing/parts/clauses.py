"""Clauses several parts use (常用分句): how a count moved, against what, which span is told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from components.briefing.desk import Desk
from components.briefing.document import Fact, Sentence
from components.briefing.grammar import Speech, Term
from data.period import DAY
from data.request import Request

RISE, FALL, SAME, UNKNOWN = "rise", "fall", "same", "no_base"


def direction(ratio: Fact) -> str:
    """Returns whether a count rose or fell beyond chance: only when the interval of the ratio leaves out 1."""
    if ratio.flag == "no_base" or ratio.low is None:
        return UNKNOWN
    if ratio.low > 1:
        return RISE
    return FALL if ratio.high is not None and ratio.high < 1 else SAME


def moved_clause(
    desk: Desk, speech: Speech, request: Request, *, row: Mapping | None = None, is_short: bool = False
) -> Term:
    """Returns how a count moved against the same weekdays before: risen, fallen, or not to be seen.

    `is_short`: the window before has been named already.
    """
    change = desk.change(request)
    now, before, ratio = desk.pair_facts(request, change.whole if row is None else row)
    against = compared_with(desk, speech, request, is_short=is_short)
    way = direction(ratio)
    if way == UNKNOWN:
        return speech.phrase("moved.no_base")
    if not now.value and not before.value:
        return replace(speech.phrase("moved.zero", against=against), facts=(now, before, ratio))
    told = {"against": against, "before": speech.count(before)}
    if way == SAME:
        return _resting(speech.phrase("moved.same", **told), now, ratio)
    if ratio.value is None or ratio.high is None:
        low = speech.percent(ratio, ratio.low)
        return _resting(speech.phrase("moved.rise_open", low=low, **told), now, ratio)
    ends = [speech.percent(ratio, each) for each in (ratio.low, ratio.high)]
    low, high = ends if way == RISE else reversed(ends)
    made = speech.phrase(
        f"moved.{way}", percent=speech.percent(ratio, ratio.value), low=low, high=high, **told
    )
    return _resting(made, now, ratio)


def compared_with(desk: Desk, speech: Speech, request: Request, *, is_short: bool = False) -> Term:
    """Returns what the window before is called; `is_short` once it has been named in full."""
    change = desk.change(request)
    days = (desk.edition.until_date - desk.edition.since_date).days + 1
    if desk.edition.is_daily:
        return speech.piece("moved.day_short" if is_short else "moved.day")
    if desk.edition.code == "weekly" or days == 7:
        return speech.piece("moved.week")
    if days == 1:
        return speech.piece("moved.day_short")
    if is_short:
        return speech.piece("moved.before")
    since, until = desk.instant(change.since_at), desk.instant(change.until_at)
    last = until.date() if until.hour or until.minute else until.date() - DAY
    has_year = since.year != desk.edition.since_date.year
    return speech.phrase(
        "moved.span",
        since=speech.day(since.date(), has_year=has_year),
        until=speech.day(last, has_year=has_year),
    )


def span_clause(desk: Desk, speech: Speech) -> Term:
    """Returns the span the briefing tells of, as a sentence begins with it."""
    since_at, until_at = (desk.instant(each) for each in desk.edition.window(desk.town))
    if not desk.edition.is_daily:
        if desk.edition.since_date == desk.edition.until_date:
            return speech.phrase("span.day", day=speech.day(desk.edition.since_date))
        since, until = speech.days(desk.edition.since_date, desk.edition.until_date)
        return speech.phrase("span.days", since=since, until=until)
    return speech.phrase("span.hours", since=speech.moment(since_at), until=speech.moment(until_at))


def calendar_note(desk: Desk, speech: Speech) -> Sentence | None:
    """Returns that the two spans differ in working days (definitions 3.9), where they do; they are not comparable alone."""
    change = desk.change(desk.request("report_count"))
    if not change.is_covered:
        return None
    first = desk.instant(change.since_at).date()
    length = (desk.edition.until_date - desk.edition.since_date).days + 1
    now, before = (
        sum(desk.town.calendar.is_workday(start + DAY * step) for step in range(length))
        for start in (desk.edition.since_date, first)
    )
    if now == before:
        return None
    facts = [
        Fact(
            metric="calendar:workday", asked=f"since={start}", value=float(count), by="days", key=str(length)
        )
        for start, count in ((desk.edition.since_date, now), (first, before))
    ]
    return speech.say("span.workdays", now=speech.count(facts[0]), before=speech.count(facts[1]))


def town_name(desk: Desk, speech: Speech) -> str:
    """Returns what the whole is called: `全镇`, `全市`, `the town`."""
    label = desk.town.file.levels[0].label.text(speech.language)
    return label if speech.is_zh else speech.phrase("span.whole", level=label.lower()).text


def scope_name(desk: Desk, speech: Speech) -> str:
    """Returns whose briefing it is: the town, an area, a department."""
    ctx, edition = desk.ctx, desk.edition
    names = [ctx.name("area", edition.area_id) if edition.area_id else ""]
    names += [ctx.name("department", edition.department_id) if edition.department_id else ""]
    return (" " if not speech.is_zh else "").join(filter(None, names)) or town_name(desk, speech)


def _resting(term: Term, *facts: Fact) -> Term:
    """Returns a term that also rests on facts its text does not write."""
    return replace(term, facts=tuple(dict.fromkeys((*term.facts, *facts))))
