"""Values of frames as JSON has them (取值): instants in UTC with a Z, unknown as null, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import pandas as pd

from components.numbers import bare, is_known

# Columns that lead back into the warehouse, not to the case.
INNER = frozenset({"incident_no", "month_id", "load_id", "row_no", "file_name", "counted_at", "side_code"})


def plain_value(value: object) -> object:
    """Returns one value; a NumPy number as Python's, an instant as ISO 8601 in UTC."""
    if hasattr(value, "tolist") and not isinstance(value, pd.Timestamp) and getattr(value, "ndim", 0):
        return [plain_value(each) for each in value.tolist()]
    if not is_known(value):
        return None
    if isinstance(value, datetime):
        return instant(value)
    return bare(value)


def instant(at: datetime | None) -> str | None:
    """Returns a naive UTC instant as text; unknown is None."""
    return f"{at.isoformat(timespec='seconds')}Z" if is_known(at) else None


def records(frame: pd.DataFrame, *, without: Iterable[str] = INNER) -> list[dict]:
    """Returns the rows of a frame as plain mappings."""
    left_out = set(without)
    return [record(row, without=left_out) for row in frame.to_dict("records")]


def record(row: Mapping, *, without: Iterable[str] = INNER) -> dict:
    """Returns one row as a plain mapping."""
    left_out = set(without)
    return {str(key): plain_value(value) for key, value in row.items() if key not in left_out}
