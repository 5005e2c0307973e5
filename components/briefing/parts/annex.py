"""The annexes (附件): tables behind the text, what every number means, how good the data are, where it all comes from."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Column, Part, Table
from components.briefing.grammar import Speech
from components.briefing.parts.overall import RATES
from components.briefing.tables import fact_cell, metric_column, size_cell, span_cell, text_cell, word_columns

GROUPS = ("feed_id", "category_code", "department_id", "area")
COUNTS = ("report_count", "incident_count", "closed_count")


def annex_tables(desk: Desk, speech: Speech) -> Part:
    """Returns the tables: the headline numbers, then counts and rates by source, kind, department, area."""
    tables = [_headline(desk, speech), *(_grouped(desk, speech, each) for each in GROUPS)]
    return Part(
        code="annex_tables",
        number="",
        title=speech.piece("title.annex_tables").text,
        blocks=tuple(each for each in tables if each is not None),
    )


def _headline(desk: Desk, speech: Speech) -> Table:
    metrics = (*COUNTS, *RATES)
    columns = [
        *word_columns(speech, ["table.metric"]),
        Column(name=speech.piece("table.value").text, kind="text"),
        Column(name=speech.piece("table.n").text, kind="number"),
        *word_columns(speech, ["table.interval"]),
    ]
    rows = []
    for name in metrics:
        fact = desk.fact(desk.request(name))
        value = fact_cell(fact, speech)
        label = metric_column(name, speech).name
        rows.append((text_cell(label), value, size_cell(fact, speech), span_cell(fact, speech)))
    return Table(
        key="headline", title=speech.piece("table.headline").text, columns=tuple(columns), rows=tuple(rows)
    )


def _grouped(desk: Desk, speech: Speech, by: str) -> Table | None:
    column = desk.ctx.next_level() if by == "area" else by
    metrics = (*COUNTS, *RATES)
    told = {name: desk.facts(desk.request(name, by=(column,))) for name in metrics}
    incidents = told["report_count"]
    keys = sorted(incidents, key=lambda key: (key is None, -(incidents[key].value or 0), key or ""))
    if not keys:
        return None
    head = [Column(name=desk.ctx.column(column)), *(metric_column(name, speech) for name in metrics)]
    rows = [
        (
            text_cell(desk.ctx.label(column, key) if key else speech.piece("table.unplaced").text),
            *(fact_cell(told[name].get(key), speech) for name in metrics),
        )
        for key in keys
    ]
    title = speech.phrase("table.by", by=desk.ctx.column(column)).text
    key = "area" if by == "area" else by.removesuffix("_id").removesuffix("_code")
    return Table(key=f"by_{key}", title=title, columns=tuple(head), rows=tuple(rows))
