"""Typed parameters of a statement (查询参数): bound by the engine, never written into the text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from serve.console.gate import Refused

KINDS = ("text", "number", "date", "instant", "boolean")
LONGEST = 500
MOST = 12
_NAME = re.compile(r"[a-z_]\w{0,40}", re.IGNORECASE)


def bind(declared: object, wanted: Iterable[str], *, given: Mapping[str, list]) -> dict[str, list]:
    """Returns name -> [kind, value as text] for every parameter a statement wants.

    Args:
        declared: what the asker sent: [{name, kind, value}]; other parameters than those wanted are left out.
        wanted: the names in the statement.
        given: parameters the server itself fills.

    Raises:
        Refused: a parameter is missing, twice, of no known kind, or its value is not of its kind.
    """
    entries = declared if isinstance(declared, list) else []
    if len(entries) > MOST:
        raise Refused("parameter", f"> {MOST}")
    said: dict[str, list] = {}
    for entry in entries:
        name, kind, value = _entry(entry)
        if name in said:
            raise Refused("parameter", name)
        said[name] = [kind, value]
    bound = {}
    for name in sorted(wanted):
        if not _NAME.fullmatch(name):
            raise Refused("parameter", name)
        if name not in given and name not in said:
            raise Refused("parameter", name)
        bound[name] = given.get(name) or _checked(name, *said[name])
    return bound


def _entry(entry: object) -> tuple[str, str, str]:
    found = entry if isinstance(entry, dict) else {}
    name, kind, value = found.get("name"), found.get("kind"), found.get("value")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or kind not in KINDS:
        raise Refused("parameter", str(name))
    if not isinstance(value, str) or len(value) > LONGEST:
        raise Refused("parameter", name)
    return name, kind, value


def _checked(name: str, kind: str, value: str) -> list:
    try:
        if kind == "number" and not math.isfinite(float(value)):
            raise ValueError(value)
        if kind == "date":
            date.fromisoformat(value)
        if kind == "instant":
            datetime.fromisoformat(value)
    except ValueError:
        raise Refused("parameter", name) from None
    if kind == "boolean" and value not in ("true", "false"):
        raise Refused("parameter", name)
    return [kind, value]
