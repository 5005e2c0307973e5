"""What a feed never tells is not held against it: points are recorded by a column or by a step its log knows."""

from __future__ import annotations

import duckdb
import pytest

from data.settings import read_settings
from data.town import load_town
from etl.dims import build_dims


@pytest.mark.parametrize(
    ("feed", "is_check_recorded"),
    [("city_management", True), ("citizen_report", True), ("complaint_12345", False), ("police_110", False)],
)
def test_a_log_without_a_check_step_does_not_tell_of_checks(feed, is_check_recorded, dims):
    told = dims.execute(
        "SELECT is_dispatch_recorded, is_handling_recorded, is_check_recorded FROM dim_feed WHERE feed_id = ?",
        [feed],
    ).fetchone()
    assert told == (True, True, is_check_recorded)


@pytest.fixture(scope="module")
def dims():
    con = duckdb.connect()
    build_dims(con, load_town(read_settings({}, town="stown")))
    yield con
    con.close()
