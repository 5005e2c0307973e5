"""Makes an answer's frame: fixed column types, and groups that had no case filled in (补全)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.interval import poisson
from data.period import days, local_date, midnight
from data.question import Question

FIGURES = ("value", "n", "low", "high", "lower", "upper", "flag")


def tidy(records: list[tuple], by: tuple[str, ...]) -> pd.DataFrame:
    """Returns records as a frame: keys and flag as objects (null: None), n integer, the rest floats (null: NaN)."""
    columns = list(zip(*records, strict=True)) if records else [()] * (len(by) + len(FIGURES))
    index = pd.RangeIndex(len(records))
    frame = {}
    for name, values in zip((*by, *FIGURES), columns, strict=True):
        kind = object if name in by or name == "flag" else "int64" if name == "n" else "float64"
        held = np.empty(len(values), dtype=kind)
        held[:] = values
        # Only objects need a series, lest they be taken for texts; every series has to be laid on the index.
        frame[name] = pd.Series(held, index=index, dtype=object, copy=False) if kind is object else held
    return pd.DataFrame(frame, index=index, copy=False)


def complete(records: list[tuple], question: Question, snapshot) -> list[tuple]:
    """Returns the records with one for every area of a level, or for every local day of a bounded period.

    Zero for counts, unknown for the rest. Only for an answer grouped by that one dimension; others are returned
    as they are. A map must be able to paint a grid grey because nothing is known, which it cannot if the row is
    missing.
    """
    by = question.request.by
    if len(by) != 1:
        return records
    present = {record[0] for record in records}
    missing = [key for key in _wanted(by[0], question, snapshot) if key not in present]
    if not missing:
        return records
    if question.metric.kind == "count":
        interval = poisson(0) if question.metric.interval == "poisson" else (None, None)
        empty = (0.0, 0, *interval, None, None, None)
    else:
        empty = (None, 0, None, None, None, None, "no_data")
    filled = records + [(key, *empty) for key in missing]
    return sorted(filled, key=lambda record: (record[0] is None, str(record[0])))


def _wanted(dimension: str, question: Question, snapshot) -> list:
    filters = question.request.filters
    if dimension == "date" and question.mart.date and filters.since_at:
        end_at = min(filters.until_at or question.as_of_at, question.as_of_at)
        first, last = local_date(filters.since_at, question.zone), local_date(end_at, question.zone)
        if last < first:
            return []
        ends_before = filters.until_at is not None and end_at == midnight(last, question.zone)
        return days(first, last) if ends_before else [*days(first, last), last]
    if dimension in question.levels and "grid_id" in question.mart.dimensions:
        return _areas(dimension, question, snapshot)
    return []


def _areas(level: str, question: Question, snapshot) -> list[str]:
    """Returns the areas of a level that lie wholly or partly in the filter and the scope."""
    tests = ["level_code = $level"]
    for name in question.area_ids:
        tests.append(f"grid_id IN (SELECT grid_id FROM dim_area_grid WHERE list_contains(${name}, area_id))")
    sql = f"SELECT DISTINCT area_id FROM dim_area_grid WHERE {' AND '.join(tests)} ORDER BY 1"
    params = {"level": level, **{name: list(ids) for name, ids in question.area_ids.items()}}
    return [area_id for (area_id,) in snapshot.rows(sql, params)]
