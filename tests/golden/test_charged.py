"""Backlog in chargeable time: the clock of each limit, over a weekend; suspended and unlimited cases stand apart."""

from __future__ import annotations

import pytest

from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Request
from tests.golden.charged_world import AS_OF_AT, BANDS, EXPECTED, INCIDENTS, TABLE
from tests.published import at, open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_store(tmp_path_factory.mktemp("charged"), INCIDENTS, as_of_at=AS_OF_AT, modules=[TABLE])
    yield opened
    opened.close()


def _bands(store, **more) -> dict[str, float]:
    request = Request("open_charged_count", ("charged_code",), **more)
    frame = fetch(request, scope=EVERYTHING, store=store).frame
    return dict(zip(frame["charged_code"], frame["value"], strict=True))


def test_every_case_stands_in_the_band_of_its_own_clock(store):
    value, n, exclusions = EXPECTED["open_charged_count"]
    answer = fetch(Request("open_charged_count"), scope=EVERYTHING, store=store)
    assert (answer.row["value"], answer.row["n"], answer.exclusions) == (value, n, exclusions)
    assert _bands(store) == BANDS


def test_the_bands_add_up_to_what_is_open(store):
    whole = fetch(Request("open_count"), scope=EVERYTHING, store=store).row["value"]
    assert (
        sum(_bands(store).values())
        == whole
        == len(fetch_rows(Request("open_charged_count"), scope=EVERYTHING, store=store))
    )


def test_no_working_hour_passes_on_a_sunday(store):
    # Sunday noon: 1 has 90 of Friday, 3 nothing yet, 4 has 420, 7 has 240; round the clock 2 has run 44 h = 2,640.
    found = _bands(store, as_of_at=at("2026-11-22 04:00"))
    assert found == {"charged_0": 2, "charged_1": 2, "charged_3": 1, "charged_none": 1, "charged_paused": 1}
