"""Part three (超期与督办): what is late, whose it is, and to which post it goes now."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Fact, Paragraph, Part, Sentence
from components.briefing.grammar import DAY, Speech, Term, paragraph
from components.briefing.parts.series import ranked_bars
from components.briefing.posts import ABOVE, GROUND, posts_of
from components.numbers import is_known
from data.request import Request

MOST_LISTED = 3
DEPARTMENT = "department_id"


def late(desk: Desk, speech: Speech) -> Part:
    """Returns the part: how much is late, the department furthest behind, the cases to take higher up."""
    overdue = desk.fact(desk.request("open_overdue_count", is_now=True))
    title = speech.piece("title.late").text
    if not overdue.value:
        rule = "late.none" if overdue.value == 0 else "late.unknown"
        only = paragraph(speech.say(rule, late=Term(speech.count(overdue).text, (overdue,))))
        return Part(code="late", number="", title=title, blocks=(only,))
    lead = paragraph(
        _total(desk, speech, overdue), _fell_due(desk, speech), _whose(desk, speech), _worst(desk, speech)
    )
    bars = (
        None
        if desk.edition.department_id
        else ranked_bars(desk, speech, _held(desk), by=DEPARTMENT, rule="chart.late")
    )
    blocks = (lead, *([bars] if bars else []), *_escalated(desk, speech))
    return Part(code="late", number="", title=title, blocks=blocks)


def _held(desk: Desk) -> dict[str | None, Fact]:
    """Overdue cases by the department that holds them."""
    return desk.facts(desk.request("open_overdue_count", by=(DEPARTMENT,), is_now=True))


def _total(desk: Desk, speech: Speech, overdue: Fact) -> Sentence:
    suspended = desk.fact(desk.request("open_overdue_count", is_now=True, picked=(("is_suspended", "true"),)))
    told = {
        "at": speech.moment(desk.instant(desk.edition.as_of_at)),
        "late": speech.count(overdue),
        "open": speech.count(desk.fact(desk.request("open_count", is_now=True))),
    }
    if not suspended.value:
        return speech.say("late.total", **told)
    return speech.say("late.total_suspended", suspended=speech.count(suspended), **told)


def _fell_due(desk: Desk, speech: Speech) -> Sentence | None:
    """How much of what fell due in the days told about is closed by now."""
    closed = desk.fact(desk.request("closed_of_due_pct"))
    return speech.say("late.fell_due", rate=speech.rate(closed)) if closed.n else None


def _whose(desk: Desk, speech: Speech) -> Sentence | None:
    """The departments that hold most of what is late."""
    if desk.edition.department_id:
        return None
    facts = _held(desk)
    held = sorted(
        ((fact, key) for key, fact in facts.items() if fact.value and key), key=lambda each: -each[0].value
    )
    if len(held) < 2:
        return None
    terms = [
        speech.phrase("late.holder", name=desk.ctx.name("department", key), late=speech.count(fact))
        for fact, key in held[:3]
    ]
    return speech.say("late.holders", holders=speech.joined(terms))


def _worst(desk: Desk, speech: Speech) -> Sentence | None:
    """The department whose on-time rate is lowest, if its interval lies below the town's own."""
    if desk.edition.department_id:
        return None
    whole = desk.fact(desk.request("on_time_closure_pct"))
    facts = desk.facts(desk.request("on_time_closure_pct", by=(DEPARTMENT,)))
    judged = {
        key: each
        for key, each in facts.items()
        if key and (each.n or 0) >= desk.min_n and each.low is not None
    }
    if whole.low is None or not judged:
        return speech.say("late.none_judged", n=speech.count(desk.least), rests=(whole,))
    below = {key: each for key, each in judged.items() if each.high < whole.low}
    size = speech.count(desk.least)
    if not below:
        return speech.say("late.none_worse", n=size, rests=(whole, *judged.values()))
    key = min(below, key=lambda each: below[each].value)
    return speech.say(
        "late.worst",
        name=desk.ctx.name("department", key),
        rate=speech.rate(below[key]),
        whole=speech.amount(whole),
        n=size,
    )


def _escalated(desk: Desk, speech: Speech) -> tuple[Paragraph, ...]:
    """The gravest and the oldest cases past their limit, suspended ones left out, each with the post that answers."""
    request = desk.request("open_overdue_count", is_now=True)
    found = []
    for rule, order in (
        ("late.gravest", "is_suspended,-severity_level,-due_at"),
        ("late.oldest", "is_suspended,due_at"),
    ):
        rows = desk.rows(request, limit=MOST_LISTED, order=order, side="late")
        rows = rows[~rows["is_suspended"].fillna(False).astype(bool)]
        told = [row for row in rows.to_dict("records") if row["incident_id"] not in {key for key, _ in found}]
        items = [(row["incident_id"], _case(desk, speech, request=request, row=row)) for row in told]
        if items:
            found += [("", speech.say(rule)), *items]
    return tuple(paragraph(each, kind="item" if key else "text") for key, each in found)


def _case(desk: Desk, speech: Speech, *, request: Request, row: dict) -> Sentence:
    minutes = (desk.edition.as_of_at - row["due_at"]).total_seconds() / 60
    overdue = desk.row_fact(request, str(row["incident_id"]), minutes)
    posts = posts_of(desk, speech, row["grid_id"])
    above = next((posts[role] for role in reversed(ABOVE) if role in posts), None)
    told = {
        "id": str(row["incident_id"]).partition(":")[2] or str(row["incident_id"]),
        "category": desk.ctx.name("category", row["category_code"]),
        "place": desk.ctx.name("area", row["grid_id"])
        if is_known(row["grid_id"])
        else speech.piece("late.no_place"),
        "over": speech.duration(overdue),
        "department": desk.ctx.name("department", row[DEPARTMENT]),
    }
    ground = posts.get(GROUND)
    if above is None or minutes < DAY:
        return (
            speech.say("late.case_ground", ground=ground, **told)
            if ground
            else speech.say("late.case", **told)
        )
    if ground is None:
        return speech.say("late.case_above", above=above, **told)
    return speech.say("late.case_posts", ground=ground, above=above, **told)
