"""A small S-town written once for all tests of the generator."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from etl.synth.history import write_history
from etl.synth.incidents import Volume
from etl.synth.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
STOWN = ROOT / "data" / "towns" / "stown"
NOW = int(
    datetime(2026, 9, 10, 4, 0, tzinfo=UTC).timestamp()
)  # noon in S-town, six hours into a skewed spell


def small_plan(home: Path, *, now: int = NOW, **changes) -> Plan:
    """Returns a plan of ten days at a quarter of the town's volume."""
    given = {"volume": Volume(0.25), "seed": 5} | changes
    return Plan(STOWN, home, date(2026, 9, 1), now, **given)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The home of a small town's history."""
    plan = small_plan(tmp_path_factory.mktemp("small"))
    write_history(plan, say=lambda text: None)
    return plan
