"""What stands outside the adjusted clock stays in the raw one (definitions 3.0 R6)."""

from __future__ import annotations

import re
from datetime import datetime

import duckdb
import pytest

from etl.clocks import clock_sql, segment_sql
from etl.models import read_models
from tests.published import INCIDENT_TYPES

AT = {
    "incident_id": "i", "first_signal_at": "2026-11-01 08:00", "registered_at": "2026-11-01 08:10",
    "limit_start_at": "2026-11-01 08:10", "due_raw_at": "2026-11-02 08:10", "due_at": "2026-11-02 08:10",
    "is_suspended": False, "is_handling_recorded": True,
}  # fmt: skip


def _clocks(**changed: object) -> dict[str, tuple[str | None, int, int]]:
    """clock -> (excluded_code, eligible_count, in_time_count) of one incident."""
    con = duckdb.connect()
    con.execute(f"CREATE TABLE i ({', '.join(f'{name} {kind}' for name, kind in INCIDENT_TYPES.items())})")
    row = AT | changed
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO i ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    sql = clock_sql(source="i", zone_name="Asia/Shanghai")
    rows = con.execute(
        f"SELECT clock_code, excluded_code, eligible_count, in_time_count FROM ({sql})"
    ).fetchall()
    return {code: tuple(rest) for code, *rest in rows}


def test_a_suspended_case_leaves_the_adjusted_clock_and_stays_in_the_raw_one():
    clocks = _clocks(is_suspended=True)
    assert clocks["on_time"] == ("suspended", 0, 0)
    assert clocks["handled_on_time"] == ("suspended", 0, 0)
    assert clocks["on_time_raw"] == (None, 1, 0)  # open past its limit: late


def test_a_case_that_runs_is_in_both():
    clocks = _clocks(closed_at="2026-11-02 08:10")  # exactly at the limit: in time
    assert clocks["on_time"] == (None, 1, 1)
    assert clocks["on_time_raw"] == (None, 1, 1)


@pytest.mark.parametrize(("closed", "in_time"), [("2026-11-02 08:10:01", 0), ("2026-11-02 08:09:59", 1)])
def test_one_second_decides(closed, in_time):
    assert _clocks(closed_at=closed)["on_time"] == (None, 1, in_time)


LIST_ONLY = {"limit_start_at": None, "due_raw_at": None, "due_at": None}


@pytest.mark.parametrize("clock", ["on_time", "on_time_raw", "handled_on_time"])
def test_a_limit_that_never_began_has_no_start_and_is_not_needed_by_who_handles_what_he_finds(clock):
    """The list lets it run from the dispatch, and there was none: that is not the same as having no limit."""
    assert _clocks(**LIST_ONLY)[clock] == ("no_start", 0, 0)
    assert _clocks(**LIST_ONLY, is_self_handled=True)[clock] == ("not_needed", 0, 0)
    assert _clocks(due_raw_at=None, due_at=None)[clock] == ("no_limit", 0, 0)
    assert (
        _clocks(is_self_handled=True)[clock][0] is None
    )  # a limit that runs from elsewhere holds for him too


def _limit_start(*, due: str, target: str) -> object:
    """limit_start_at of one incident registered at 08:10, as the model of mart_incident makes it."""
    sql = read_models()["mart_incident"].sql
    con = duckdb.connect()
    for table, alias in {
        "core_incident": "j",
        "core_due": "d",
        "dim_feed": "f",
        "dim_department": "o",
    }.items():
        names = sorted(set(re.findall(rf"\b{alias}\.(\w+)", sql)))
        kinds = [
            "TIMESTAMP"
            if name.endswith(("_at", "_local"))
            else "BOOLEAN"
            if name.startswith("is_")
            else "VARCHAR"
            for name in names
        ]
        con.execute(f"CREATE TABLE {table} ({', '.join(map(' '.join, zip(names, kinds, strict=True)))})")
    con.execute("ALTER TABLE core_incident ALTER offset_s TYPE INTEGER")
    con.execute(
        "INSERT INTO core_incident BY NAME SELECT 'i' AS incident_id, 'x' AS feed_id, TIMESTAMP '2026-11-01 08:10' "
        f"AS registered_at, TIMESTAMP '2026-11-01 08:00' AS signal_local, {target}::TIMESTAMP AS target_at"
    )
    con.execute("INSERT INTO dim_feed BY NAME SELECT 'x' AS feed_id, true AS is_check_recorded")
    con.execute(f"INSERT INTO core_due BY NAME {due}")
    return con.execute(f"SELECT limit_start_at FROM ({sql})").fetchone()[0]


def test_the_lists_limit_has_no_start_before_it_runs():
    listed = "SELECT 'i' AS incident_id, NULL::TIMESTAMP AS start_at"
    registered = datetime(2026, 11, 1, 8, 10)
    assert _limit_start(due=listed, target="NULL") is None
    assert _limit_start(due=f"{listed} WHERE false", target="NULL") == registered  # the list has no line
    assert (
        _limit_start(due=listed, target="'2026-11-02'") == registered
    )  # the source's own target runs from there


def _segments(**changed: object) -> dict[str, str | None]:
    """segment -> excluded_code of one incident."""
    con = duckdb.connect()
    con.execute(f"CREATE TABLE i ({', '.join(f'{name} {kind}' for name, kind in INCIDENT_TYPES.items())})")
    row = AT | changed
    con.execute(f"INSERT INTO i ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    sql = segment_sql(source="i", zone_name="Asia/Shanghai")
    return dict(con.execute(f"SELECT segment_code, excluded_code FROM ({sql})").fetchall())


@pytest.mark.parametrize(
    ("segment", "flag"),
    [("register_dispatch", "is_dispatch_recorded"), ("signal_check", "is_check_recorded")],
)
def test_an_open_case_is_not_watched_for_what_its_feed_never_tells(segment, flag):
    """Else a city that writes down no dispatch would have a dispatch time: longer than the oldest open case."""
    assert _segments(**{flag: False})[segment] == "not_recorded"
    assert _segments(**{flag: True})[segment] is None
