"""Corrections (更正): figures of an earlier, released briefing that read differently today, asked again as of its own instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from components.briefing.document import Cell, Column, Document, Fact, Part, Sentence, Table
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.definitions import facts_of
from components.briefing.reask import Asker
from components.briefing.tables import text_cell
from data.catalogue import catalogue

MOST_LISTED = 6
CLOSE = 1e-9


def _own_key(by: str, key: str) -> str:
    return key or "—"


def corrections(
    previous: Document, *, ask: Asker, label: Callable[[str, str], str] = _own_key
) -> Part | None:
    """Returns the part that tells what changed since an earlier briefing, in its language; None when nothing did.

    Args:
        previous: the briefing as it was released.
        ask: asks a fact again from today's data (`components.briefing.reask.make_asker`).
        label: what a group is called: dimension, key -> name.
    """
    speech = Speech(previous.language)
    facts = _figures(previous)
    pairs = [(old, new) for old, new in ((fact, ask(fact)) for fact in facts) if new and _differs(old, new)]
    if not pairs:
        return None
    whole = [pair for pair in pairs if not pair[0].by]
    size = Fact(metric="listing:corrections", asked="", value=float(len(pairs)))
    lead = speech.say(
        "corrections.lead",
        as_of=previous.as_of,
        count=Term(speech.plain(size.value), (size,), (), size.value),
    )
    items = [paragraph(_item(old, new, speech), kind="item") for old, new in whole[:MOST_LISTED]]
    title = speech.piece("title.corrections").text
    blocks = (paragraph(lead, speech.say("corrections.why")), *items, _table(pairs, speech, label))
    return Part(code="corrections", number="", title=title, blocks=blocks)


def _figures(previous: Document) -> list[Fact]:
    """Values a reader saw: of sentences and cells, each once, those of the text first; ratios follow from their counts."""
    told: dict[tuple, Fact] = {}
    for part in previous.parts:
        for fact in facts_of(part):
            if ":" not in fact.metric:
                told.setdefault((fact.metric, fact.asked, fact.by, fact.key), fact)
    return list(told.values())


def _differs(old: Fact, new: Fact) -> bool:
    if old.value is None or new.value is None:
        return old.value is not new.value
    return abs(old.value - new.value) > CLOSE * max(1.0, abs(old.value))


def _item(old: Fact, new: Fact, speech: Speech) -> Sentence:
    return speech.say(
        "corrections.item", name=_label(old, speech), before=speech.amount(old), now=speech.amount(new)
    )


def _label(fact: Fact, speech: Speech) -> str:
    return getattr(catalogue().metric(fact.metric).label, speech.language)


def _table(pairs: Iterable[tuple[Fact, Fact]], speech: Speech, label: Callable[[str, str], str]) -> Table:
    heads = [speech.piece(f"corrections.{name}").text for name in ("figure", "group", "before", "now")]
    rows = tuple(
        (
            text_cell(_label(old, speech)),
            text_cell(label(old.by, old.key)),
            Cell(speech.amount(old).text, speech.amount(old).text, old),
            Cell(speech.amount(new).text, speech.amount(new).text, new),
        )
        for old, new in pairs
    )
    columns = tuple(Column(name=name) for name in heads)
    return Table(key="corrections", title=speech.piece("corrections.table").text, columns=columns, rows=rows)
