"""Part two (升降分析): what rose and fell, and which kinds, places and hours explain most of it."""

from __future__ import annotations

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Fact, Paragraph, Part, Sentence
from components.briefing.evidence import clear_keys
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.clauses import FALL, RISE, UNKNOWN, compared_with, direction, moved_clause
from components.briefing.parts.series import counts_chart
from data.request import Request

METRIC = "incident_count"
MOST_KINDS, LEAST_SHARE, LEAST_CASES = 5, 0.25, 3


def changes(desk: Desk, speech: Speech) -> Part:
    """Returns the part: the whole decomposed, then the kinds that moved by themselves, each with its place."""
    title = speech.piece("title.changes").text
    told = _told(desk, speech)
    chart = counts_chart(desk, speech, alt=told[0].sentences[0].text)
    blocks = [*told, *([chart] if chart else [])]
    return Part(code="changes", number="", title=title, blocks=tuple(blocks))


def _told(desk: Desk, speech: Speech) -> list[Paragraph]:
    request = desk.request(METRIC)
    now, _, ratio = desk.moved(request)
    way = direction(ratio)
    if way == UNKNOWN or now.value is None:
        return [paragraph(speech.say("changes.no_base", rests=(ratio,)))]
    whole = speech.say(
        "changes.whole", incidents=speech.count(now), moved=moved_clause(desk, speech, request)
    )
    kinds = _kinds(desk, speech)
    parts = _explained(desk, speech, way) if way in (RISE, FALL) else None
    if not kinds and not now.value:
        return [paragraph(whole)]
    if not kinds:
        return [paragraph(whole, parts, _no_kind(desk, speech))]
    against = compared_with(desk, speech, request, is_short=True)
    lead = speech.say("changes.kinds", against=against)
    return [paragraph(whole, parts, lead), *(paragraph(each, kind="item") for each in kinds)]


def _explained(desk: Desk, speech: Speech, way: str) -> Sentence | None:
    """What carries most of the whole's rise or fall: of each dimension the value that moved most the same way."""
    terms = []
    hours = ("hour",) if desk.edition.is_daily else ()
    for by in ("category_code", "feed_id", desk.ctx.next_level(), "grid", *hours):
        request = desk.request(METRIC, by=(by,))
        row = _strongest(desk.change(request).frame, by=by, way=way)
        whole = desk.change(desk.request(METRIC)).whole
        total = whole["count"] - whole["base_count"]
        if row is None or not total or abs(row["count"] - row["base_count"]) < LEAST_SHARE * abs(total):
            continue
        now, before, _ = desk.pair_facts(request, row)
        terms.append(_carrier(desk, speech, by, now=now, before=before))
    if not terms:
        return None
    return speech.say(f"changes.carried_{way}", carriers=speech.joined(terms, rule="list.semicolon"))


def _carrier(desk: Desk, speech: Speech, by: str, *, now: Fact, before: Fact) -> Term:
    told = {"before": speech.count(before), "now": speech.count(now)}
    if by == "hour":
        return speech.phrase("changes.carrier_hour", name=Term(now.key, (now,)), **told)
    name = desk.ctx.label(by, now.key)
    return speech.phrase("changes.carrier", by=speech.inner(desk.ctx.column(by)), name=name, **told)


def _strongest(frame: pd.DataFrame, *, by: str, way: str) -> dict | None:
    """Returns the value that moved most the same way; nothing of a dimension with one value, which explains nothing."""
    known = frame[frame[by].notna()]
    if len(known) < 2:
        return None
    gap = (known["count"] - known["base_count"]) * (1 if way == RISE else -1)
    return known.loc[gap.idxmax()].to_dict() if gap.max() > 0 else None


def _clear_rows(desk: Desk) -> list[dict]:
    """Kinds whose count moved beyond chance, judged together so that many kinds do not make news by themselves."""
    frame = desk.change(desk.request(METRIC, by=("category_code",))).frame
    known = frame[frame["category_code"].notna()]
    pairs = {
        row["category_code"]: (int(row["count"]), int(row["base_count"])) for row in known.to_dict("records")
    }
    clear = clear_keys(pairs)
    return [
        row for row in known.to_dict("records") if row["is_beyond_chance"] and row["category_code"] in clear
    ][:MOST_KINDS]


def risen_kinds(desk: Desk) -> list[tuple[Fact, Fact, Fact]]:
    """Returns now, before and ratio of the kinds that rose beyond chance, most evident first."""
    request = desk.request(METRIC, by=("category_code",))
    if not desk.change(request).is_covered:
        return []
    facts = [desk.pair_facts(request, row) for row in _clear_rows(desk)]
    return [each for each in facts if direction(each[2]) == RISE]


def _kinds(desk: Desk, speech: Speech) -> list[Sentence]:
    request = desk.request(METRIC, by=("category_code",))
    found = []
    for row in _clear_rows(desk):
        now, _, ratio = desk.pair_facts(request, row)
        told = {
            "name": desk.ctx.name("category", row["category_code"]),
            "now": speech.count(now),
            "moved": moved_clause(desk, speech, request, row=row, is_short=True),
        }
        where = _where(
            desk,
            speech,
            code=row["category_code"],
            way=direction(ratio),
            whole=abs(row["count"] - row["base_count"]),
        )
        if where is None:
            found.append(speech.say("changes.kind", **told))
        else:
            found.append(speech.say("changes.kind_where", where=where, **told))
    return found


def _where(desk: Desk, speech: Speech, *, code: str, way: str, whole: float) -> Term | None:
    """The grid and the hour that carry a good part of a kind's change, with the counts before and now."""
    terms = []
    for by, rule in (("grid", "changes.in_grid"), ("hour", "changes.at_hour")):
        if by == "hour" and not desk.edition.is_daily:
            continue
        request = desk.request(METRIC, by=(by,), category_code=code)
        row = _strongest(desk.change(request).frame, by=by, way=way)
        least = max(LEAST_CASES, LEAST_SHARE * whole)
        if row is None or abs(row["count"] - row["base_count"]) < least:
            continue
        now, before, _ = desk.pair_facts(request, row)
        name = Term(now.key, (now,)) if by == "hour" else desk.ctx.name("area", row[by])
        told = {"before": speech.count(before), "now": speech.count(now)}
        terms.append(speech.phrase(rule, name=name, **told))
    return speech.joined(terms) if terms else None


def _no_kind(desk: Desk, speech: Speech) -> Sentence:
    request: Request = desk.request(METRIC, by=("category_code",))
    rows = desk.change(request).frame.to_dict("records")
    rests = tuple(desk.pair_facts(request, row)[2] for row in rows)
    return speech.say("changes.no_kind", rests=rests)
