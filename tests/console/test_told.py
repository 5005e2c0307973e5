"""Numbers of people for the console: only the metrics named, and of a group kept back no figure at all."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from data.request import EVERYTHING, Request, RequestError
from serve.console import told
from serve.console.private_copy import told_steps

STORE = SimpleNamespace(as_of_at=lambda: datetime(2026, 11, 20))


def _frame(key: str, rows: list[tuple]) -> SimpleNamespace:
    return SimpleNamespace(frame=pd.DataFrame(rows, columns=[key, "value", "n", "low", "high", "flag"]))


@pytest.fixture
def asked(monkeypatch) -> list[Request]:
    """Every question asked; communities c1 is told, c2 kept back, one row has no place."""
    requests: list[Request] = []

    def fetch(request: Request, *, scope, store):
        requests.append(request)
        if request.metric == "open_count" and request.by == ("month",):
            raise RequestError("a standing number has no months")
        if request.by == ("month",):
            return _frame("month", [("2026-10", 40.0, 40, 30.0, 50.0, None)])
        rows = [
            ("c1", 31.0, 31, None, None, None),
            ("c2", None, 0, None, None, "suppressed"),
            (None, 3.0, 3, None, None, None),
        ]
        return _frame("community", rows)

    monkeypatch.setattr(told, "fetch", fetch)
    return requests


def test_a_group_kept_back_has_neither_value_nor_sample(asked):
    rows = told.told_rows(
        ["payment_count", "no_such_metric"], scope=EVERYTHING, store=STORE, level="community"
    )
    assert rows == [
        ("payment_count", "2026-10", None, 40.0, 40, 30.0, 50.0, None),
        ("payment_count", None, "c1", 31.0, 31, None, None, None),
        ("payment_count", None, "c2", None, None, None, None, "suppressed"),
    ]
    # Areas over the year to as-of: 365 days before 20 November 2026.
    assert asked[1].filters.since_at == datetime(2025, 11, 20)
    assert len(told_steps(rows)) == 1 + 3


def test_what_cannot_be_asked_by_month_is_left_out_and_not_everything_is_asked(asked):
    rows = told.told_rows(["open_count"], scope=EVERYTHING, store=STORE, level="community")
    assert {row[1] for row in rows} == {None}
    many = list(told.catalogue().metrics)
    told.told_rows(many, scope=EVERYTHING, store=STORE, level="community")
    assert len({request.metric for request in asked}) <= told.MOST + 1
