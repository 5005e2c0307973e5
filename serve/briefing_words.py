"""What the numbers of a briefing are called (依据用词): metrics and groups by name, for whoever asks what a sentence rests on."""

from __future__ import annotations

from collections.abc import Iterator

from components.briefing.document import Document, Fact, Paragraph
from components.context import NAMED, WORDED, names_by_kind, stem
from components.words import read_words, word
from data.catalogue import catalogue
from data.connection import Store
from data.listing import Listing, fetch_listing
from data.request import EVERYTHING


def facts_of(document: Document) -> Iterator[Fact]:
    """Yields every number the sentences rest on."""
    for part in document.parts:
        for block in part.blocks:
            if isinstance(block, Paragraph):
                for sentence in block.sentences:
                    yield from sentence.facts


def metric_words(document: Document, language: str) -> dict[str, dict[str, str]]:
    """Returns name and unit of every metric the sentences rest on; one that no longer exists has none."""
    known = catalogue().metrics
    found = {fact.metric for fact in facts_of(document)} & set(known)
    return {
        name: {"name": known[name].label.text(language), "unit": _text(known[name].unit, language)}
        for name in sorted(found)
    }


def group_words(document: Document, language: str, *, store: Store) -> dict[str, str]:
    """Returns `column:key` -> name of every group the sentences name, as far as it has one."""
    asked = {(fact.by, fact.key) for fact in facts_of(document) if fact.key}
    if not asked:
        return {}
    names = names_by_kind(fetch_listing(Listing("names"), scope=EVERYTHING, store=store))
    place = 0 if language == "zh" else 1
    found = {}
    for column, key in asked:
        tables = (names.get(kind, {}) for kind in (NAMED.get(column, stem(column)), "area"))
        name = next((each[key][place] or each[key][1 - place] for each in tables if key in each), None)
        name = name or _code_word(column, key, language)
        if name:
            found[f"{column}:{key}"] = name
    return dict(sorted(found.items()))


def _code_word(column: str, key: str, language: str) -> str | None:
    told = f"{WORDED.get(column, stem(column))}.{key}"
    return word(told, language) if told in read_words() else None


def _text(label: object, language: str) -> str:
    return str(getattr(label, language, "") or "")
