"""Hostile text made plain (文本净化): the one gate of citizens' words to paper, screens' exports and workbooks.

`plain` cuts what could steer a page or a program and keeps the words; `printable` also replaces what the printed
typeface cannot show; `breakable` lets very long words end a line; `without_formula` takes the start of a formula away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import TypeVar

from components.drawing.typeface import shown_characters

MISSING = "〓"  # what Chinese printing sets where a character is missing
MARKS_KEPT = 2
LONG_WORD = 24
BREAK = "\u200b"
_ORDINARY = re.compile(r"[\x20-\x7e\u4e00-\u9fa5，。、；：？！（）“”《》·—％]*")
_LINE_END = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
# Letters and symbols that look like nothing and so hide what stands between words.
_INVISIBLE = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u034f\ufffc")
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_RUN = re.compile(rf"[^\s{BREAK}{_CHINESE}]{{{LONG_WORD + 1},}}")
_MISSING_RUN = re.compile(f"{MISSING}{{2,}}")
_FORMULA = re.compile(r"[\s'\ufeff]*[=+\-@＝＋－＠]")
_SIGNED = re.compile(r"[+\-−]?\d[\d,]*(\.\d+)?\s?[%‰]?")
Model = TypeVar("Model")


def plain(text: object, *, has_lines: bool = False) -> str:
    """Returns the words without control characters, bidirectional and zero-width marks, towers of accents.

    Args:
        text: anything; None is empty.
        has_lines: keep line ends instead of turning them into spaces.
    """
    words = "" if text is None else str(text)
    if _ORDINARY.fullmatch(words):
        return " ".join(words.split()) if not has_lines else words.strip()
    return _plain_slowly(words, has_lines)


@lru_cache(maxsize=8192)
def _plain_slowly(words: str, has_lines: bool) -> str:
    lines = _LINE_END.sub("\n", words).replace("\t", " ").split("\n")
    cleaned = [" ".join(_visible(line).split(" ")) for line in lines]
    if has_lines:
        return "\n".join(re.sub(" {2,}", " ", line).strip() for line in cleaned).strip("\n")
    return re.sub(" {2,}", " ", " ".join(cleaned)).strip()


def _visible(line: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in line:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        kept.append(_kept(char, kind=kind, marks=marks))
    return _MISSING_RUN.sub(MISSING, "".join(kept))


def _kept(char: str, *, kind: str, marks: int) -> str:
    if kind in ("Cc", "Cf") or char in _INVISIBLE or _is_variant(char) or marks > MARKS_KEPT:
        return ""
    if kind in ("Cs", "Co", "Cn"):
        return MISSING
    return " " if kind == "Zs" and char != "\u3000" else char


def _is_variant(char: str) -> bool:
    return (
        "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180f"
    )


def printable(text: object, *, limit: int = 0) -> str:
    """Returns the plain words with `〓` for what the printed typeface cannot show: emoji, right-to-left letters.

    Args:
        text: anything; None is empty.
        limit: longest text; more is cut and ends in an ellipsis. 0: as long as it is.
    """
    words = plain(text)
    if limit and len(words) > limit:
        words = words[: limit - 1].rstrip() + "…"
    if _ORDINARY.fullmatch(words):
        return words
    has = shown_characters()
    return _MISSING_RUN.sub(MISSING, "".join(char if ord(char) in has else _stand_in(char) for char in words))


def _stand_in(char: str) -> str:
    return "" if unicodedata.category(char) in ("Mn", "Me") else MISSING


def breakable(text: str, *, piece: int = LONG_WORD // 2) -> str:
    """Returns the text with places where a line may end inside words longer than any honest one (addresses, keys).

    Args:
        text: plain words.
        piece: letters between two such places; fewer for narrow columns.
    """
    return _RUN.sub(lambda found: BREAK.join(_slices(found[0], piece)), text)


def _slices(word: str, piece: int) -> list[str]:
    return [word[start : start + piece] for start in range(0, len(word), piece)]


def without_formula(text: object) -> str:
    """Returns the plain words such that no spreadsheet takes them for a formula: an apostrophe goes before one.

    A signed number (`-3.5 %`) is left as it is.
    """
    words = plain(text)
    return f"'{words}" if is_formula(words) else words


def is_formula(words: str) -> bool:
    """Whether a spreadsheet could take the words for a formula when they are typed in or read from a file of text."""
    return bool(_FORMULA.match(words)) and not _SIGNED.fullmatch(words)


def printable_model(model: Model, *, limits: Mapping[str, int] | None = None) -> Model:
    """Returns a frozen dataclass with every text in it printable, as deep as it goes.

    Args:
        model: the dataclass.
        limits: longest texts by `Class.field`; `` for all others; none: as long as they are.
    """
    kind, limits = type(model).__name__, limits or {}
    changed = {}
    for field in fields(model):
        limit = limits.get(f"{kind}.{field.name}", limits.get("", 0))
        changed[field.name] = _printable_value(getattr(model, field.name), limit=limit, limits=limits)
    return replace(model, **changed)


def _printable_value(value: object, *, limit: int, limits: Mapping[str, int]) -> object:
    if isinstance(value, str):
        return printable(value, limit=limit)
    if isinstance(value, tuple):
        return tuple(_printable_value(each, limit=limit, limits=limits) for each in value)
    if is_dataclass(value):
        return printable_model(value, limits=limits)
    return value
