"""The product's own loader takes every sound row of every feed and quarantines exactly the broken ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import duckdb
import pytest

from data.settings import REPOSITORY
from etl.synth.feedspec import SPECS
from tests.synth.conftest import NOW, STOWN
from tests.synth.readings import is_sound, read_feed, sound_rows


@pytest.fixture(scope="module")
def warehouse(small, tmp_path_factory):
    """The small town loaded by the command line, in a home of its own."""
    home = tmp_path_factory.mktemp("loaded")
    now = datetime.fromtimestamp(NOW, UTC).isoformat()
    shared = ("--home", str(home), "--town", str(STOWN), "--now", now)
    shutil.copytree(small.home / "landing", home / "landing")
    commands = [("init", *shared), ("load-all", *shared)]
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "etl", *command],
            cwd=REPOSITORY,
            env=os.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 3), done.stderr + done.stdout[-2000:]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        yield con


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.feed)
def test_everything_but_the_broken_rows_loads(small, warehouse, spec):
    table = "raw_step" if spec.is_step else "raw_report"
    loaded = warehouse.execute(
        f"SELECT source_key FROM {table} WHERE feed_id = ? AND _is_current", [spec.feed]
    ).fetchall()
    assert {key for (key,) in loaded} == set(sound_rows(small.home, spec))
    rows, quarantined = warehouse.execute(
        "SELECT sum(row_count), sum(quarantined_count) FROM ledger WHERE feed_id = ?", [spec.feed]
    ).fetchone()
    everything = read_feed(small.home, spec)
    assert rows == len(everything)
    versions = sum(is_sound(row, spec) for _, row in everything)
    assert quarantined == rows - versions


@pytest.mark.slow
def test_coordinates_of_the_shifted_datum_arrive_where_they_happened(warehouse):
    worst = warehouse.execute(
        """SELECT quantile_cont(abs(lon - source_lon) * 96000, 0.5), min(lon), max(lon), min(lat), max(lat)
        FROM raw_report WHERE feed_id = 'city_management' AND lon IS NOT NULL"""
    ).fetchone()
    assert 300 < worst[0] < 600  # metres between the two datums at this place
    assert 120.02 < worst[1] < worst[2] < 120.13 and 30.28 < worst[3] < worst[4] < 30.37
