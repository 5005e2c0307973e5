"""Part five (平安码与隐患): re-checks due today and overdue, colours, hazards; the worst of them by name."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Fact, Paragraph, Part, Sentence
from components.briefing.grammar import Speech, paragraph
from components.briefing.parts.clauses import moved_clause
from components.numbers import is_known

MOST_LISTED = 5


def safety(desk: Desk, speech: Speech) -> Part | None:
    """Returns the part; None in a department's edition, for the registers know no departments."""
    if desk.edition.department_id:
        return None
    title = speech.piece("title.safety").text
    overdue = _now(desk, "recheck_overdue_count")
    if overdue.value is None:
        blocks = (paragraph(speech.say("safety.unknown", why=speech.count(overdue))), *_hazards(desk, speech))
        return Part(code="safety", number="", title=title, blocks=blocks)
    lead = paragraph(
        _due(desk, speech, overdue),
        _on_time(desk, speech),
        _colours(desk, speech),
        _place(desk, speech),
        _held_at(desk, speech),
    )
    return Part(code="safety", number="", title=title, blocks=(lead, *_hazards(desk, speech)))


def _held_at(desk: Desk, speech: Speech) -> Sentence | None:
    """The instant these registers go to, where that is earlier than the briefing's own."""
    at = desk.answer(desk.request("recheck_overdue_count", is_now=True)).as_of_at
    if at >= desk.edition.as_of_at:
        return None
    return speech.say("safety.held_at", at=speech.moment(desk.instant(at)))


def _now(desk: Desk, metric: str) -> Fact:
    return desk.fact(desk.request(metric, is_now=True))


def _due(desk: Desk, speech: Speech, overdue: Fact) -> Sentence:
    today = _now(desk, "recheck_today_count")
    told = {"day": speech.day(desk.instant(desk.edition.as_of_at).date(), has_year=False)}
    if not overdue.value and not today.value:
        return speech.say("safety.none_due", rests=(overdue, today), **told)
    return speech.say(
        "safety.due",
        today=speech.count(today),
        overdue=speech.count(overdue),
        waiting=speech.count(_now(desk, "recheck_waiting_count")),
        **told,
    )


def _on_time(desk: Desk, speech: Speech) -> Sentence | None:
    rate = desk.fact(desk.request("recheck_on_time_pct"))
    if not rate.n:
        return None
    return speech.say("safety.on_time", rate=speech.rate(rate))


def _colours(desk: Desk, speech: Speech) -> Sentence | None:
    facts = {name: _now(desk, f"code_{name}_count") for name in ("red", "yellow", "grey", "expired")}
    if any(each.value is None for each in facts.values()):
        return None
    return speech.say("safety.colours", **{name: speech.count(each) for name, each in facts.items()})


def _place(desk: Desk, speech: Speech) -> Sentence | None:
    """The areas that hold most of what is overdue."""
    facts = desk.facts(desk.request("recheck_overdue_count", by=(desk.ctx.next_level(),), is_now=True))
    held = sorted(
        ((each, key) for key, each in facts.items() if key and each.value), key=lambda each: -each[0].value
    )
    if len(held) < 3:
        return None
    terms = [
        speech.phrase("safety.holder", name=desk.ctx.name("area", key), places=speech.count(each))
        for each, key in held[:3]
    ]
    return speech.say("safety.holders", holders=speech.joined(terms))


def _hazards(desk: Desk, speech: Speech) -> list[Paragraph]:
    left, late, major = (_now(desk, f"hazard_open_{name}count") for name in ("", "overdue_", "major_"))
    if left.value is None:
        return [paragraph(speech.say("safety.hazards_unknown", why=speech.count(left)))]
    found = desk.request("hazard_found_count")
    came = speech.say(
        "safety.hazards_found",
        found=speech.count(desk.fact(found)),
        moved=moved_clause(desk, speech, found, is_short=True),
        rectified=speech.count(desk.fact(desk.request("hazard_rectified_count"))),
    )
    if not left.value:
        return [paragraph(came, speech.say("safety.hazards_none", rests=(left,)))]
    told = {"open": speech.count(left), "late": speech.count(late), "major": speech.count(major)}
    if not major.value:
        return [paragraph(came, speech.say("safety.hazards_open", **told))]
    lead = paragraph(came, speech.say("safety.hazards_open", **told), speech.say("safety.major"))
    return [lead, *_majors(desk, speech)]


def _majors(desk: Desk, speech: Speech) -> list[Paragraph]:
    request = desk.request("hazard_open_major_count", is_now=True, picked=(("hazard_level_code", "major"),))
    rows = desk.rows(request, limit=4 * MOST_LISTED, order="due_at")
    rows = rows.drop_duplicates(["place_id", "check_item_code"]).head(MOST_LISTED)
    return [
        paragraph(_major(desk, speech, request=request, row=row), kind="item")
        for row in rows.to_dict("records")
    ]


def _major(desk: Desk, speech: Speech, *, request, row: dict) -> Sentence:
    told = {
        "place": str(row["place_name"]) if is_known(row["place_name"]) else speech.piece("late.no_place"),
        "grid": desk.ctx.name("area", row["grid_id"])
        if is_known(row["grid_id"])
        else speech.piece("late.no_place"),
        "item": desk.ctx.label("check_item_code", row["check_item_code"]),
    }
    if not is_known(row["due_at"]):
        return speech.say("safety.major_open", **told)
    minutes = (desk.edition.as_of_at - row["due_at"]).total_seconds() / 60
    fact = desk.row_fact(request, str(row["hazard_id"]), minutes)
    rule = "safety.major_late" if minutes > 0 else "safety.major_due"
    return speech.say(rule, over=speech.duration(fact), **told)
