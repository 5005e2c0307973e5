"""How the rows behind a number fall into sides: in time, late, left out ... (明细分边)."""

from __future__ import annotations

from dataclasses import replace

from data.connection import Store
from data.drill import count_sides as count
from data.query import question_of
from data.request import Request, Scope


def count_sides(request: Request, *, scope: Scope, store: Store) -> dict[str, int]:
    """Returns side -> how many of the rows behind a number are on it; together they are what `count_rows` says."""
    with store.reading() as snapshot:
        return count(question_of(replace(request, by=()), scope, snapshot), snapshot)
