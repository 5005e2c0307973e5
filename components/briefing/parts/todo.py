"""Part eight (今日任务): what each department has to do today: what falls due, what is overdue, what is supervised."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Column, Fact, Paragraph, Part, Sentence, Table
from components.briefing.grammar import Speech, paragraph
from components.briefing.tables import fact_cell, text_cell
from components.numbers import UNKNOWN, is_known

DUE = "briefing_due"
DEPARTMENT = "department_id"
MOST_CASES = 10


@dataclass(frozen=True)
class Duty:
    """What one department has before it."""

    department_id: str
    due: Fact
    late: Fact | None
    supervised: Fact | None

    @property
    def weight(self) -> float:
        """What it is ordered by: what falls due and what is supervised come before what has lain long."""
        counts = [fact.value or 0 for fact in (self.due, self.supervised) if fact]
        return sum(counts) + (self.late.value or 0 if self.late else 0) / 1000


def todo(desk: Desk, speech: Speech) -> Part:
    """Returns the part: a line on the whole, a table by department; for one department its cases due."""
    title = speech.piece("title.todo").text
    duties = _duties(desk)
    due = _due(desk)
    whole = desk.listing_fact(DUE, len(due))
    late = desk.fact(desk.request("open_overdue_count", is_now=True))
    until = speech.moment(desk.instant(desk.edition.as_of_at))
    if not whole.value and not late.value:
        only = paragraph(speech.say("todo.nothing", rests=(whole, late), since=until))
        return Part(code="todo", number="", title=title, blocks=(only,))
    told = {"since": until, "late": speech.count(late)}
    lead = speech.say("todo.whole", due=speech.count(whole), **told)
    if not whole.value:
        lead = speech.say("todo.none_due", rests=(whole,), **told)
    blocks: list[Paragraph | Table] = [paragraph(lead, _checks(desk, speech))]
    if desk.edition.department_id:
        blocks += _cases(desk, speech)
    elif duties:
        blocks.append(_table(desk, speech, duties))
    return Part(code="todo", number="", title=title, blocks=tuple(blocks))


def _due(desk: Desk) -> pd.DataFrame:
    """Cases whose limit runs out in the 24 hours after as-of, of the edition's department if it has one."""
    department = desk.edition.department_id
    return desk.listing(DUE, picked=((DEPARTMENT, department),) if department else ())


def _duties(desk: Desk) -> list[Duty]:
    due = _due(desk)[DEPARTMENT].value_counts()
    late = desk.facts(desk.request("open_overdue_count", by=(DEPARTMENT,), is_now=True))
    supervised = desk.facts(desk.request("supervised_open_count", by=(DEPARTMENT,), is_now=True))
    keys = {str(key) for key in due.index} | {key for key in (*late, *supervised) if key}
    found = [
        Duty(
            key,
            desk.listing_fact(DUE, int(due.get(key, 0)), by=DEPARTMENT, key=key),
            late.get(key),
            supervised.get(key),
        )
        for key in sorted(keys)
    ]
    return sorted(
        (each for each in found if each.weight), key=lambda each: (-each.weight, each.department_id)
    )


def _checks(desk: Desk, speech: Speech) -> Sentence | None:
    """Re-checks are the communities' and grids' to do, whatever department sent for them."""
    if desk.edition.department_id:
        return None
    today = desk.fact(desk.request("recheck_today_count", is_now=True))
    if not today.value:
        return None
    return speech.say("todo.checks", today=speech.count(today))


def _table(desk: Desk, speech: Speech, duties: list[Duty]) -> Table:
    heads = [speech.piece(f"todo.{name}").text for name in ("due_head", "late_head", "supervised_head")]
    columns = (
        Column(name=desk.ctx.column(DEPARTMENT)),
        *(Column(name=name, kind="number") for name in heads),
        Column(name=speech.piece("todo.first_head").text),
    )
    rows = tuple(
        (
            text_cell(desk.ctx.name("department", each.department_id)),
            *(fact_cell(fact, speech) for fact in (each.due, each.late, each.supervised)),
            text_cell(_first(desk, speech, each.department_id)),
        )
        for each in duties
    )
    note = speech.piece("todo.note").text
    return Table(key="todo", title=speech.piece("todo.table").text, columns=columns, rows=rows, note=note)


def _first(desk: Desk, speech: Speech, department: str) -> str:
    """The case a department is to begin with: the gravest overdue one, the newest of these, unless it is suspended."""
    request = desk.request("open_overdue_count", is_now=True, department_id=department)
    rows = desk.rows(request, limit=1, order="is_suspended,-severity_level,-due_at", side="late")
    if rows.empty or bool(rows["is_suspended"].fillna(False).iloc[0]):
        return UNKNOWN
    row, key = rows.iloc[0], str(rows["incident_id"].iloc[0])
    return speech.phrase(
        "todo.first",
        category=desk.ctx.name("category", row["category_code"]),
        place=desk.ctx.name("area", row["grid_id"])
        if is_known(row["grid_id"])
        else speech.piece("late.no_place"),
        id=key.partition(":")[2] or key,
    ).text


def _cases(desk: Desk, speech: Speech) -> list[Paragraph]:
    rows = _due(desk).head(MOST_CASES).to_dict("records")
    return [paragraph(_case(desk, speech, row), kind="item") for row in rows]


def _case(desk: Desk, speech: Speech, row: dict) -> Sentence:
    minutes = (row["due_at"] - desk.edition.as_of_at).total_seconds() / 60
    key = str(row["incident_id"])
    left = desk.listing_fact(DUE, minutes, by="due_at", key=key)
    return speech.say(
        "todo.case",
        category=desk.ctx.name("category", row["category_code"]),
        id=key.partition(":")[2] or key,
        place=desk.ctx.name("area", row["grid_id"])
        if is_known(row["grid_id"])
        else speech.piece("late.no_place"),
        left=speech.duration(left),
    )
