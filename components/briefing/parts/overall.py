"""Part one (总体情况): what happened, what moved, whether it is handled in time."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Fact, Part, Sentence
from components.briefing.evidence import clear_keys
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.attention import attention
from components.briefing.parts.clauses import (
    FALL,
    RISE,
    calendar_note,
    compared_with,
    moved_clause,
    scope_name,
    span_clause,
)
from data.request import Request

RATES = (
    "discovery_registered_pct",
    "dispatch_within_sla_pct",
    "closure_within_sla_pct",
    "on_time_closure_pct",
)
MOST_SOURCES = 8


def overall(desk: Desk, speech: Speech) -> Part:
    """Returns the part: what came in and needs a leader's eye, from where, how it is handled."""
    sources = [_sources(desk, speech), _source_changes(desk, speech), calendar_note(desk, speech)]
    return Part(
        code="overall",
        number="",
        title=speech.piece("title.overall").text,
        blocks=tuple(
            paragraph(*sentences)
            for sentences in (
                (_total(desk, speech), attention(desk, speech)),
                sources,
                (_rates(desk, speech), _rate_changes(desk, speech)),
            )
            if any(sentences)
        ),
    )


def _total(desk: Desk, speech: Speech) -> Sentence:
    reports, incidents = (desk.request(name) for name in ("report_count", "incident_count"))
    told = {"span": span_clause(desk, speech), "scope": scope_name(desk, speech)}
    came = desk.fact(reports)
    if came.value is None:
        return speech.say("overall.unknown", reports=speech.count(came), **told)
    if not came.value:
        return speech.say("overall.nothing", rests=(came,), **told)
    return speech.say(
        "overall.total",
        reports=speech.count(came),
        incidents=speech.count(desk.fact(incidents)),
        moved=moved_clause(desk, speech, reports),
        **told,
    )


def _sources(desk: Desk, speech: Speech) -> Sentence | None:
    facts = desk.facts(desk.request("report_count", by=("feed_id",)))
    told = sorted(((fact, key) for key, fact in facts.items() if fact.value), key=lambda each: -each[0].value)
    if len(told) < 2:
        return None
    name = desk.ctx.name
    terms = [
        speech.phrase("overall.source", name=name("feed", key), reports=speech.count(fact))
        for fact, key in told[:MOST_SOURCES]
    ]
    return speech.say("overall.sources", sources=speech.joined(terms))


def _source_changes(desk: Desk, speech: Speech) -> Sentence | None:
    request = desk.request("report_count", by=("feed_id",))
    change = desk.change(request)
    if not change.is_covered or len(change.frame) < 2:
        return None
    joined = set(change.joined_feeds)
    rows = [row for row in change.frame.to_dict("records") if row["feed_id"] not in joined]
    together = clear_keys({row["feed_id"]: (int(row["count"]), int(row["base_count"])) for row in rows})
    clear = [row for row in rows if row["is_beyond_chance"] and row["feed_id"] in together]
    if not clear:
        return speech.say("overall.sources_same", rests=_quiet(desk, request))
    terms = [
        speech.phrase(
            "overall.source_moved",
            name=desk.ctx.name("feed", row["feed_id"]),
            now=speech.count(desk.pair_facts(request, row)[0]),
            moved=moved_clause(desk, speech, request, row=row, is_short=True),
        )
        for row in clear
    ]
    rest = "overall.sources_moved" if len(clear) < len(change.frame) else "overall.sources_all_moved"
    return speech.say(rest, sources=speech.joined(terms, rule="list.semicolon"))


def _quiet(desk: Desk, request: Request) -> tuple[Fact, ...]:
    """What 'no source moved' rests on: every ratio."""
    change = desk.change(request)
    rows = change.frame.to_dict("records")
    return tuple(desk.pair_facts(request, row)[2] for row in rows)


def _rates(desk: Desk, speech: Speech) -> Sentence | None:
    facts = [desk.fact(desk.request(name)) for name in RATES]
    if not any(each.n for each in facts):
        return None
    if all((each.n or 0) < desk.min_n for each in facts):
        return speech.say("overall.rates_small", rests=facts, n=speech.count(desk.least))
    terms = []
    for name in RATES:
        label = speech.piece(f"rate.{name}")
        terms.append(
            speech.phrase("figure.pair", name=label, value=speech.rate(desk.fact(desk.request(name))))
        )
    return speech.say("overall.rates", rates=speech.joined(terms, rule="list.semicolon"))


def _rate_changes(desk: Desk, speech: Speech) -> Sentence | None:
    """A rate moved when the 95 % intervals of the two windows do not meet: stricter than chance alone."""
    if not desk.change(desk.request("report_count")).is_covered:
        return None
    found = []
    for name in RATES:
        now, before = desk.fact(desk.request(name)), desk.fact(desk.earlier(name))
        way = rate_direction(now, before, desk.min_n)
        found.append((name, now, before, way))
    if all(way == "" for *_, way in found):
        return None
    clear = [each for each in found if each[3] in (RISE, FALL)]
    rests = tuple(fact for _, now, before, _ in found for fact in (now, before))
    against = compared_with(desk, speech, desk.request("report_count"), is_short=True)
    if not clear:
        return speech.say("overall.rates_same", against=against, rests=rests)
    terms = [
        speech.phrase(
            f"overall.rate_{way}",
            name=speech.piece(f"rate.{name}"),
            points=points(speech, now, before),
            before=speech.rate(before),
            against=against,
        )
        for name, now, before, way in clear
    ]
    return speech.say("overall.rates_moved", rates=speech.joined(terms, rule="list.semicolon"))


def rate_direction(now: Fact, before: Fact, min_n: int) -> str:
    """Returns rise or fall when two rates' intervals do not meet, `same` when they do, empty when one is not to be judged."""
    for each in (now, before):
        if each.value is None or each.low is None or (each.n or 0) < min_n:
            return ""
    if now.low > before.high:
        return RISE
    return FALL if now.high < before.low else "same"


def points(speech: Speech, now: Fact, before: Fact) -> Term:
    """Returns how far apart two rates are, in percentage points."""
    gap = round(now.value, 1) - round(before.value, 1)
    return Term(speech.plain(abs(gap), "{:.1f}"), (now, before), (), abs(gap))
