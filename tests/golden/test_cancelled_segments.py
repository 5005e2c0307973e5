"""A cancelled case was watched until its cancellation: it is neither dropped nor taken for work that was done."""

from __future__ import annotations

import pytest

from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Request
from tests.golden.world import AS_OF_AT
from tests.published import at, incident, open_store

NOON = at("2026-11-19 12:00")


def _case(number: int, *, handled: str | None, closed: str, cancelled_code: str | None = None) -> dict:
    return incident(
        number,
        NOON,
        registered_at=NOON,
        dispatched_first_at=NOON,
        dispatched_at=NOON,
        dispatch_count=1,
        handled_at=at(f"2026-11-19 {handled}") if handled else None,
        closed_at=at(f"2026-11-19 {closed}"),
        cancelled_code=cancelled_code,
    )


# d* -> h: 60 | 90+ (cancelled after 90) | 120 | 180: S 3/4, then 1/2 of it = 3/8 at 120, 0 at 180
# s -> c:  80 | 90+ | 140 | 200: the same shape, its closing is no closure
INCIDENTS = [
    _case(1, handled="13:00", closed="13:20"),
    _case(2, handled=None, closed="13:30", cancelled_code="withdrawn"),
    _case(3, handled="14:00", closed="14:20"),
    _case(4, handled="15:00", closed="15:20"),
    # Closed and never cancelled, but its handling was not written down: R4, left out
    _case(5, handled=None, closed="12:10"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_store(tmp_path_factory.mktemp("cancelled"), INCIDENTS, as_of_at=AS_OF_AT)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [("handle_minutes_p50", 120.0, 4), ("handle_minutes_p90", 180.0, 4), ("close_minutes_p50", 140.0, 5)],
)
def test_a_cancelled_case_is_censored_when_it_was_cancelled(metric, value, n, store):
    row = fetch(Request(metric), scope=EVERYTHING, store=store).row
    assert (row["value"], row["n"]) == (pytest.approx(value), n)


def test_the_rows_show_it_as_watched_and_not_as_ended(store):
    rows = fetch_rows(Request("close_minutes_p50"), scope=EVERYTHING, store=store).set_index("incident_id")
    assert rows.loc["i2", "side_code"] == "open"
    assert (rows.drop("i2")["side_code"] == "ended").all()
