"""Cells and columns of the annex (附表单元): typed, each number with its fact."""

from __future__ import annotations

from collections.abc import Iterable

from components.briefing.document import Cell, Column, Fact
from components.briefing.grammar import Speech
from components.numbers import UNKNOWN
from data.catalogue import catalogue

SMALL = "*"  # explained below every table that has one
KINDS = {"%": "pct", "分钟": "minutes", "元": "yuan"}


def text_cell(text: str) -> Cell:
    """Returns a cell of words."""
    return Cell(text, text)


def fact_cell(fact: Fact | None, speech: Speech) -> Cell:
    """Returns a cell of a number as its metric writes it; unknown says why, too small a sample has a mark."""
    if fact is None:
        return Cell(None, UNKNOWN)
    if fact.value is None:
        return Cell(None, UNKNOWN if fact.flag in ("", "no_data") else speech.count(fact).text, fact)
    mark = SMALL if fact.flag == "small_sample" else ""
    return Cell(fact.value, speech.amount(fact).text + mark, fact)


def size_cell(fact: Fact | None, speech: Speech) -> Cell:
    """Returns a cell of the sample a number rests on."""
    if fact is None or fact.n is None:
        return Cell(None, "—", fact)
    return Cell(fact.n, speech.plain(fact.n), fact)


def span_cell(fact: Fact | None, speech: Speech) -> Cell:
    """Returns a cell of the 95 % interval."""
    if fact is None or fact.low is None or fact.high is None:
        return Cell("", "—", fact)
    text = speech.span_of(fact).text
    return Cell(text, text, fact)


def metric_column(metric_id: str, speech: Speech) -> Column:
    """Returns a column of one metric's values, typed by its unit."""
    metric = catalogue().metric(metric_id)
    kind = KINDS.get(metric.unit.zh, "number")
    decimals = int(metric.format[-3]) if metric.format.endswith("f}") else 0
    return Column(name=getattr(metric.label, speech.language), kind=kind, decimals=decimals)


def word_columns(speech: Speech, rules: Iterable[str]) -> list[Column]:
    """Returns columns of words."""
    return [Column(name=speech.piece(rule).text) for rule in rules]
