"""What needs a leader's eye (须关注): the news of every part in one sentence, each told in full further down."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Sentence
from components.briefing.grammar import Speech, Term
from components.briefing.parts.changes import risen_kinds
from components.briefing.parts.outlook import kind_name, place_name
from components.briefing.parts.risk import changed_grids
from components.briefing.parts.voice import unheard_topics

SERIOUS = (("is_serious", "true"),)
MOST_NAMED = 3


def attention(desk: Desk, speech: Speech) -> Sentence | None:
    """Returns the sentence; None when nothing happened that asks for it."""
    terms = [each for make in MAKERS if (each := make(desk, speech)) is not None]
    if not terms:
        return None
    return speech.say("attention.all", items=speech.joined(terms, rule="list.semicolon"))


def _serious(desk: Desk, speech: Speech) -> Term | None:
    """Serious incidents of the days told about, by the town's own grades."""
    fact = desk.fact(desk.request("incident_count", picked=SERIOUS))
    if not fact.value:
        return None
    kinds = desk.facts(desk.request("incident_count", by=("category_code",), picked=SERIOUS))
    most = sorted(
        ((each, key) for key, each in kinds.items() if key and each.value), key=lambda each: -each[0].value
    )
    names = [
        speech.phrase("attention.kind", name=desk.ctx.name("category", key), count=speech.count(each))
        for each, key in most[:MOST_NAMED]
    ]
    rule = "attention.serious" if len(most) > MOST_NAMED else "attention.serious_all"
    return speech.phrase(rule, count=speech.count(fact), kinds=speech.joined(names))


def _red(desk: Desk, speech: Speech) -> Term | None:
    changed = changed_grids(desk)
    rows = changed[changed["class_code"] == "red"] if changed is not None else None
    if rows is None or rows.empty:
        return None
    fact = desk.listing_fact("briefing_risk", len(rows), by="moved", key="red")
    names = [Term(desk.ctx.name("area", key)) for key in rows["grid_id"].head(MOST_NAMED)]
    return speech.phrase("attention.red", count=speech.count(fact), names=speech.joined(names))


def _risen(desk: Desk, speech: Speech) -> Term | None:
    pairs = risen_kinds(desk)[:MOST_NAMED]
    if not pairs:
        return None
    names = [
        speech.phrase(
            "attention.risen_kind",
            name=desk.ctx.name("category", now.key),
            before=speech.count(before),
            now=Term(speech.count(now).text, (now, ratio)),
        )
        for now, before, ratio in pairs
    ]
    return speech.phrase("attention.risen", names=speech.joined(names))


def _hazards(desk: Desk, speech: Speech) -> Term | None:
    if desk.edition.department_id:
        return None
    fact = desk.fact(desk.request("hazard_open_major_count", is_now=True))
    return speech.phrase("attention.hazards", count=speech.count(fact)) if fact.value else None


def _topics(desk: Desk, speech: Speech) -> Term | None:
    rows = unheard_topics(desk)
    if rows is None or rows.empty:
        return None
    fact = desk.listing_fact("briefing_topics", len(rows), by="agenda_code", key="none")
    names = [Term(desk.ctx.name("category", key)) for key in rows["category_code"].head(MOST_NAMED)]
    return speech.phrase("attention.topics", count=speech.count(fact), names=speech.joined(names))


def _warnings(desk: Desk, speech: Speech) -> Term | None:
    if desk.edition.department_id or not desk.has_listing("warnings_open"):
        return None
    rows = desk.listing("warnings_open")
    if rows.empty:
        return None
    fact = desk.listing_fact("warnings_open", len(rows))
    names = [
        speech.phrase(
            "attention.warning",
            place=place_name(desk, speech, row),
            category=kind_name(desk, speech, row),
        )
        for row in rows.head(MOST_NAMED).to_dict("records")
    ]
    return speech.phrase("attention.warnings", count=speech.count(fact), names=speech.joined(names))


def _late(desk: Desk, speech: Speech) -> Term | None:
    fact = desk.fact(desk.request("open_overdue_count", is_now=True))
    if not fact.value:
        return None
    left = desk.fact(desk.request("open_count", is_now=True))
    return speech.phrase("attention.late", late=speech.count(fact), open=speech.count(left))


MAKERS = (_serious, _risen, _red, _warnings, _hazards, _topics, _late)
