"""Cells of a workbook as what they are (单元格类型): numbers, shares, instants, days; names of sheets that may stand."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from components.briefing.document import Column
from components.briefing.writers.widths import NUMBERS

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
EARLIEST = datetime(1900, 3, 1)


def typed(value: object, kind: str) -> str | float | datetime | None:
    """Returns a cell's value as its column types it; None where it is unknown; words where it does not fit the kind."""
    if value is None or value == "" or value != value:
        return None
    if kind in NUMBERS:
        number = _number(value)
        return str(value) if number is None else number / 100 if kind == "pct" else number
    if kind in ("instant", "date"):
        return _instant(value) or str(value)
    return str(value)


def _number(value: object) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    else:
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            return None
    return found.replace(tzinfo=None) if found.replace(tzinfo=None) >= EARLIEST else None


def number_form(column: Column) -> str:
    """Returns how a workbook shows values of the column."""
    places = "." + "0" * column.decimals if column.decimals else ""
    forms = {"pct": f"0{places}%", "instant": "yyyy-mm-dd hh:mm", "date": "yyyy-mm-dd"}
    return forms.get(column.kind, f"#,##0{places}")


def sheet_name(title: str, taken: set[str]) -> str:
    """Returns a name no other sheet has, without the signs a sheet's name may not hold; remembers it."""
    base = _FORBIDDEN.sub(" ", title).strip()[:LONGEST_NAME].strip() or "—"
    name, number = base, 2
    while name.lower() in taken or name.lower() == "history":
        tail = f" {number}"
        name, number = base[: LONGEST_NAME - len(tail)] + tail, number + 1
    taken.add(name.lower())
    return name
