"""The annex of definitions (指标口径): what every number of the briefing means, from where to where, what is left out."""

from __future__ import annotations

from collections.abc import Iterable

from components.briefing.desk import Desk
from components.briefing.document import Cell, Fact, Paragraph, Part, Table
from components.briefing.grammar import Speech, paragraph
from components.briefing.tables import text_cell, word_columns
from data.catalogue import catalogue

HEADS = ("metric", "meaning", "clocks", "excluded", "version")


def annex_definitions(desk: Desk, speech: Speech, parts: Iterable[Part]) -> Part:
    """Returns the part: one row for every metric a number of these parts rests on."""
    used = sorted({name for part in parts for name in _metrics(part)})
    rows = tuple(_row(name, speech) for name in used)
    columns = tuple(word_columns(speech, [f"defined.{name}" for name in HEADS]))
    table = Table(key="definitions", title=speech.piece("defined.title").text, columns=columns, rows=rows)
    notes = [
        paragraph(speech.say(f"defined.{name}"), kind="note") for name in ("interval", "change", "small")
    ]
    title = speech.piece("title.annex_definitions").text
    return Part(code="annex_definitions", number="", title=title, blocks=(*notes, table))


def facts_of(part: Part) -> Iterable[Fact]:
    """Yields every fact of a part: of its sentences and of its cells."""
    for block in part.blocks:
        if isinstance(block, Paragraph):
            for sentence in block.sentences:
                yield from sentence.facts
        elif isinstance(block, Table):
            yield from (cell.fact for row in block.rows for cell in row if cell.fact is not None)


def _metrics(part: Part) -> Iterable[str]:
    for fact in facts_of(part):
        name = fact.metric.rpartition(":")[2]
        if name in catalogue().metrics:
            yield name


def _row(name: str, speech: Speech) -> tuple[Cell, ...]:
    metric = catalogue().metric(name)
    texts = (metric.label, metric.meaning, metric.clocks, metric.exclusions)
    return (*(text_cell(each.text(speech.language)) for each in texts), text_cell(str(metric.version)))
