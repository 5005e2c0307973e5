"""The tables of the console in words (数据结构说明): every column with its meaning, its unit, its codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from components.context import NAMED, names_by_kind, stem
from components.words import codes_of, read_words, word
from data.console_tables import TOLD, console_tables
from data.dictionary import columns

MOST_CODES = 60
MOST_NAMES = 400  # of things there are more of, the table itself is the list
# Columns of `told_metric`: those no published table has are described here.
TOLD_COLUMNS = ("metric_id", "month_id", "area_id")
TOLD_OWN = {
    "value": "number",
    "sample_count": "integer",
    "low": "number",
    "high": "number",
    "flag_code": "text",
}


def described_tables(offered: Mapping[str, Iterable[str]], lang: str) -> list[dict]:
    """Returns every table offered with its columns in words, `told_metric` last."""
    tables = []
    for name, found in offered.items():
        label = console_tables()[name].zh if lang == "zh" else console_tables()[name].en
        tables.append({"name": name, "label": label, "columns": [_column(each, lang) for each in found]})
    own = [_column(each, lang) for each in TOLD_COLUMNS]
    own += [
        {
            "name": each,
            "label": word(f"query.told_{each}", lang),
            "type": kind,
            "meaning": word(f"query.means_{each}", lang),
        }
        for each, kind in TOLD_OWN.items()
    ]
    note = word("query.told_note", lang)
    return [*tables, {"name": TOLD, "label": word("query.told", lang), "note": note, "columns": own}]


def names_in_words(frames: Iterable[pd.DataFrame], offered: Mapping[str, Iterable[str]], lang: str) -> dict:
    """Returns column -> value -> name, for the columns whose values have names that fit into a page."""
    tables: dict[str, dict[str, tuple[str, str]]] = {}
    for frame in frames:
        tables |= names_by_kind(frame)
    listed = sorted({each for columns_of in offered.values() for each in columns_of} | {"area_id"})
    found = {name: _names_of(name, tables, lang) for name in listed}
    return {name: names for name, names in found.items() if names}


def _names_of(column: str, tables: Mapping[str, Mapping[str, tuple[str, str]]], lang: str) -> dict[str, str]:
    kind = NAMED.get(column) or stem(column)
    known = tables.get(kind, {})
    if known and len(known) <= MOST_NAMES:
        return {key: (zh if lang == "zh" else en) or zh or key for key, (zh, en) in known.items()}
    is_coded = column.endswith("_code") and kind not in tables
    return {code: word(f"{kind}.{code}", lang) for code in codes_of(kind)} if is_coded else {}


def _column(name: str, lang: str) -> dict:
    described = columns()[name]
    label, meaning = (
        (described.zh, described.meaning_zh) if lang == "zh" else (described.en, described.meaning)
    )
    told = {"name": name, "label": label, "type": described.type, "meaning": meaning}
    unit = f"query_unit.{described.unit}"
    if unit in read_words():
        told["unit"] = word(f"query_unit.{described.unit}", lang)
    codes = codes_of(stem(name)) if name.endswith("_code") and name not in NAMED else ()
    if codes:
        told["codes"] = {code: word(f"{stem(name)}.{code}", lang) for code in codes[:MOST_CODES]}
    return told
