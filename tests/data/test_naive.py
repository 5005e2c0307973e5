"""The demonstration of definitions 3.3: on the last six hours naive shares of "handled within 3 h" go wrong both ways."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from data.query import fetch
from data.request import EVERYTHING, Filters, Request
from tests.published import at, incident, open_store

AS_OF_AT = at("2026-11-20 18:00")
LIMIT = timedelta(minutes=180)


@pytest.fixture(scope="module")
def cases() -> list[dict]:
    """6,000 incidents over ten days; 80.4 % are handled within three hours, and nobody knows the future."""
    draw, made = random.Random(33), []
    for number in range(6000):
        start = AS_OF_AT - timedelta(seconds=draw.randint(1, 10 * 86400))
        needed = draw.uniform(5, 180) if draw.random() < 0.804 else 180 + draw.expovariate(1 / 600)
        handled = start + timedelta(minutes=needed)
        known = {"handled_at": handled, "closed_at": handled} if handled <= AS_OF_AT else {}
        made.append(
            incident(
                number, start, registered_at=start, dispatched_at=start, dispatched_first_at=start, **known
            )
        )
    return made


@pytest.fixture(scope="module")
def store(cases, tmp_path_factory):
    opened = open_store(tmp_path_factory.mktemp("naive"), cases, as_of_at=AS_OF_AT)
    yield opened
    opened.close()


def _naive(cases, hours: int) -> dict[str, float]:
    opened = [row for row in cases if row["dispatched_at"] > AS_OF_AT - timedelta(hours=hours)]
    closed = [row for row in opened if row["handled_at"]]
    in_time = [row for row in closed if row["handled_at"] - row["dispatched_at"] <= LIMIT]
    return {"closed only": 100 * len(in_time) / len(closed), "all opened": 100 * len(in_time) / len(opened)}


@pytest.mark.parametrize("hours", [6, 24])
def test_matured_cohorts_tell_the_truth_where_naive_shares_do_not(hours, cases, store):
    answer = fetch(
        Request("closure_within_sla_pct", filters=Filters(AS_OF_AT - timedelta(hours=hours))),
        scope=EVERYTHING,
        store=store,
    ).row
    naive = _naive(cases, hours)
    assert answer["low"] <= 80.4 <= answer["high"]
    assert answer["value"] == pytest.approx(80.4, abs=6 if hours == 6 else 4)
    if hours == 6:
        assert naive["closed only"] > 90
        assert naive["all opened"] < 72


def test_over_the_whole_history_all_three_agree(cases, store):
    value = fetch(Request("closure_within_sla_pct"), scope=EVERYTHING, store=store).row["value"]
    for share in _naive(cases, 240).values():
        assert share == pytest.approx(value, abs=3)
