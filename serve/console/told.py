"""Numbers of people for the console (受保护指标): as the metrics tell them, few kept back, never row by row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd

from data.catalogue import CatalogueError, NotInForceError, catalogue
from data.connection import Store
from data.query import fetch
from data.request import Filters, Request, RequestError, Scope

MOST = 8
AREAS_OVER = timedelta(days=365)


def told_rows(literals: Iterable[str], *, scope: Scope, store: Store, level: str) -> list[tuple]:
    """Returns rows of `told_metric` for the metrics a statement names as texts.

    Each metric has a row for every month of the whole town, and one for every area of `level` over the year to as-of.
    Columns: metric, month, area, value, sample, low, high, flag; of a group kept back all figures are null.
    """
    since_at = store.as_of_at() - AREAS_OVER
    rows: list[tuple] = []
    for name in sorted(set(literals) & set(catalogue().metrics))[:MOST]:
        rows += _rows(name, Request(name, by=("month",)), scope=scope, store=store)
        rows += _rows(
            name, Request(name, by=(level,), filters=Filters(since_at=since_at)), scope=scope, store=store
        )
    return rows


def _rows(name: str, request: Request, *, scope: Scope, store: Store) -> list[tuple]:
    try:
        frame = fetch(request, scope=scope, store=store).frame
    except (RequestError, CatalogueError, NotInForceError):
        return []  # a standing number has no months, one without place no areas
    (key,) = request.by
    is_month = key == "month"
    rows = []
    for row in frame.to_dict("records"):
        if row[key] is None or row[key] != row[key]:
            continue
        where = (str(row[key])[:7], None) if is_month else (None, str(row[key]))
        is_hidden = row["flag"] == "suppressed"
        figures = (
            _known(row["value"]),
            None if is_hidden else int(row["n"] or 0),
            _known(row["low"]),
            _known(row["high"]),
        )
        rows.append((name, *where, *figures, row["flag"] if isinstance(row["flag"], str) else None))
    return rows


def _known(value: object) -> float | None:
    return None if pd.isna(value) else float(value)
