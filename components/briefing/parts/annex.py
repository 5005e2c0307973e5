"""The annex of tables (数据表): headline numbers, counts and rates by source, kind, department and area, and the lists."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Cell, Column, Part, Table
from components.briefing.grammar import Speech
from components.briefing.parts.lists import overdue_table, recoloured_table
from components.briefing.parts.overall import RATES
from components.briefing.tables import (
    SMALL,
    fact_cell,
    metric_column,
    size_cell,
    span_cell,
    text_cell,
    word_columns,
)

GROUPS = ("feed_id", "category_code", "department_id", "area")
COUNTS = ("report_count", "incident_count", "closed_count")
STANDING = ("open_count", "open_overdue_count", "supervised_open_count")
VOICE = ("complaint_count", "complaint_response_pct", "complaint_solved_pct", "complaint_satisfied_pct")
SAFETY = ("recheck_on_time_pct", "hazard_found_count", "hazard_rectified_count")


def annex_tables(desk: Desk, speech: Speech) -> Part:
    """Returns the tables; a table without rows is left out."""
    tables = [
        _headline(desk, speech),
        *(_grouped(desk, speech, each) for each in GROUPS),
        overdue_table(desk, speech),
        recoloured_table(desk, speech),
    ]
    return Part(
        code="annex_tables",
        number="",
        title=speech.piece("title.annex_tables").text,
        blocks=tuple(each for each in tables if each is not None and each.rows),
    )


def _headline(desk: Desk, speech: Speech) -> Table:
    columns = [
        *word_columns(speech, ["table.metric"]),
        Column(name=speech.piece("table.value").text, kind="text"),
        Column(name=speech.piece("table.n").text, kind="number"),
        *word_columns(speech, ["table.interval"]),
    ]
    requests = [desk.request(name) for name in (*COUNTS, *RATES, *VOICE, *SAFETY)]
    requests[len(COUNTS) : len(COUNTS)] = [desk.request(name, is_now=True) for name in STANDING]
    if desk.edition.department_id:
        requests = [each for each in requests if each.metric not in SAFETY]
    rows = []
    for request in requests:
        fact = desk.fact(request)
        label = metric_column(request.metric, speech).name
        rows.append(
            (text_cell(label), fact_cell(fact, speech), size_cell(fact, speech), span_cell(fact, speech))
        )
    title = speech.piece("table.headline").text
    note = _note(desk, speech, rows)
    return Table(key="headline", title=title, columns=tuple(columns), rows=tuple(rows), note=note)


def _grouped(desk: Desk, speech: Speech, by: str) -> Table:
    column = desk.ctx.next_level() if by == "area" else by
    metrics = (*COUNTS, *RATES)
    requests = {name: desk.request(name, by=(column,)) for name in metrics}
    reports = desk.facts(requests["report_count"])
    keys = sorted(reports, key=lambda key: (key is None, -(reports[key].value or 0), key or ""))
    head = [Column(name=desk.ctx.column(column)), *(metric_column(name, speech) for name in metrics)]
    rows = tuple(
        (
            text_cell(desk.ctx.label(column, key) if key else speech.piece("table.unplaced").text),
            *(fact_cell(desk.group_fact(requests[name], key), speech) for name in COUNTS),
            *(fact_cell(desk.facts(requests[name]).get(key), speech) for name in RATES),
        )
        for key in keys
    )
    title = speech.phrase("table.by", by=speech.inner(desk.ctx.column(column))).text
    key = "area" if by == "area" else by.removesuffix("_id").removesuffix("_code")
    return Table(key=f"by_{key}", title=title, columns=tuple(head), rows=rows, note=_note(desk, speech, rows))


def _note(desk: Desk, speech: Speech, rows: list[tuple[Cell, ...]] | tuple[tuple[Cell, ...], ...]) -> str:
    """Returns what the mark at a number means, where there is one."""
    if not any(cell.text.endswith(SMALL) for row in rows for cell in row):
        return ""
    return speech.phrase("table.small", n=speech.count(desk.least)).text
