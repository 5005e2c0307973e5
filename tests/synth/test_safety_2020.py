"""The papers' totals of safety, January to October 2020, computed by the product from the profile's register files."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.query import fetch
from data.request import EVERYTHING, Filters, Request
from etl.synth.profile2020 import plan_2020
from etl.synth.register import history_ends, registers, span_of, write_register
from tests.module_town import open_module_town
from tests.synth.conftest import STOWN

FEEDS = ("accident", "campaign", "drill", "enterprise", "hazard", "inspection", "safety_code")
MONTHS = "2020-01-01 00:00", "2020-11-01 00:00"


def _files(home: Path) -> dict[str, bytes]:
    plan = plan_2020(STOWN, home, seed=20261122)
    assert span_of(plan).is_2020
    for register in registers():
        if register.feed in FEEDS:
            frame = register.draw(span_of(plan))
            write_register(
                register, frame, ends=history_ends(plan, register), begin=0, landing=home / "drawn"
            )
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted((home / "drawn").glob("*/*"))
    }


@pytest.mark.slow
def test_the_screens_say_what_the_papers_say(tmp_path):
    store = open_module_town(tmp_path, _files(tmp_path), now=MONTHS[1])

    def value(metric: str) -> float:
        return fetch(Request(metric, filters=Filters()), scope=EVERYTHING, store=store).row["value"]

    assert value("inspection_count") == 21_443
    assert value("hazard_rectified_count") == 5_150
    assert value("campaign_count") == 18
    # about 11,000 places had a code by then; most green codes had expired: two visits a place in ten months
    assert 10_000 < store.execute("SELECT count(coded_at) AS n FROM mart_place")["n"][0] < 11_500
    assert value("recheck_current_pct") < 50
    store.close()
