"""The benefits of 2020 drawn to the year's end and computed by the product; at the profile's own instant it knows less."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.query import fetch
from data.request import EVERYTHING, Filters, Request
from data.settings import TOWNS
from etl.synth.incidents import epoch
from etl.synth.register import Span, registers, write_register
from tests.module_town import open_module_town

SEED = 20261122
BEFORE_S = 366 * 86_400


def _files(folder, end: date) -> dict[str, bytes]:
    span = Span(date(2020, 1, 1), epoch(end), SEED, TOWNS / "stown", is_2020=True)
    for register in registers():
        if register.feed.startswith("benefit_"):
            ends = np.array([span.end], dtype=np.int64)
            write_register(
                register, register.draw(span), ends=ends, begin=span.start - BEFORE_S, landing=folder
            )
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def _paid(folder, end: date) -> dict[str, float]:
    files = _files(folder / "files", end)
    store = open_module_town(folder / "home", files, now=f"{end} 00:00")
    names = ("payment_count", "payment_people_count", "payment_amount_yuan")
    try:
        return {
            name: fetch(Request(name, filters=Filters()), scope=EVERYTHING, store=store).row["value"]
            for name in names
        }
    finally:
        store.close()


@pytest.mark.slow
def test_by_the_end_of_2020_the_totals_are_the_papers(tmp_path):
    assert _paid(tmp_path, date(2021, 1, 1)) == {
        "payment_count": 29_560,
        "payment_people_count": 23_358,
        "payment_amount_yuan": 15_700_800,
    }


@pytest.mark.slow
def test_at_the_end_of_october_only_what_was_known_then_is_there(tmp_path):
    known = _paid(tmp_path, date(2020, 11, 1))
    assert 0.6 * 29_560 < known["payment_count"] < 0.8 * 29_560  # five of the seven months
    assert known["payment_people_count"] < 23_358
