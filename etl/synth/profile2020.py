"""January to October 2020 as published: the papers' totals, reached by dropping surplus reports at random."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from etl.synth.codes import FEEDS, catalog
from etl.synth.incidents import Columns, Volume
from etl.synth.plan import Plan

TOTAL, CITIZEN, CITIZEN_DISPUTES = 188_703, 27_087, 395
NOW = int(datetime(2020, 10, 31, 16, 0, tzinfo=UTC).timestamp())  # 2020-11-01 00:00 in S-town
# Enough surplus to drop from: the drawn town reports a little more than the published one.
VOLUME = Volume(scale=1.06)


def plan_2020(town_dir: Path, home: Path, *, seed: int) -> Plan:
    """Returns the plan of the 2020 profile."""
    return Plan(town_dir, home, date(2020, 1, 1), NOW, seed, VOLUME, is_2020=True, keep=_Trim(seed))


class _Trim:
    """Keeps exactly the published number of reports; a class because plans travel between processes."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, report: Columns) -> np.ndarray:
        """Returns which reports stay; only rows already delivered at the end of October can be counted."""
        rng = np.random.default_rng([self.seed, 2020])
        arrived = report["delivered"] <= NOW
        citizen = report["feed"] == FEEDS.index("citizen_report")
        codes = np.array([row["category_code"].startswith("dispute") for row in catalog()])
        # A report corrected later may have arrived as something else; only plain ones count towards a kind.
        dispute = (
            codes[report["category"]]
            & ~report["is_unknown_code"]
            & (report["category"] == report["first_category"])
        )
        disputed = codes[report["category"]] | codes[report["first_category"]]
        keep = np.zeros(len(arrived), dtype=bool)
        for pool, wanted in (
            (arrived & citizen & dispute, CITIZEN_DISPUTES),
            (arrived & citizen & ~disputed, CITIZEN - CITIZEN_DISPUTES),
            (arrived & ~citizen, TOTAL - CITIZEN),
        ):
            found = np.flatnonzero(pool)
            if len(found) < wanted:
                raise ValueError(f"drew {len(found)} reports where {wanted} are needed; raise VOLUME")
            keep[rng.choice(found, wanted, replace=False)] = True
        return keep
