"""Limits of the responsibility list (权责清单) run in four units, over weekends, holidays and make-up workdays."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest

from data.town import Calendar, TownError
from etl.dims import build_work_calendar, read_limits
from etl.models import read_models
from etl.zone import local_sql

# 08:30-12:00 and 13:30-17:30: 3.5 h + 4 h = 7.5 h a day. 2026-10-01 to 10-07 holiday; Saturday 2026-10-10 is worked.
CALENDAR = Calendar(
    work_hours=((time(8, 30), time(12)), (time(13, 30), time(17, 30))),
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    workdays=frozenset({date(2026, 10, 10)}),
)
CASES = [
    # unit, value, start (local), due (local), arithmetic
    (
        "emergency_hours",
        3,
        "2026-11-20 23:00",
        "2026-11-21 02:00",
    ),  # 23:00 + 3 h, past midnight, round the clock
    ("calendar_days", 1.5, "2026-11-20 16:00", "2026-11-22 04:00"),  # a day and half a day
    ("calendar_days", 2, "2026-11-20 16:00", "2026-11-22 16:00"),  # Friday + 2 days = Sunday, same hour
    (
        "work_hours",
        2,
        "2026-11-20 16:00",
        "2026-11-23 09:00",
    ),  # Fri 16:00-17:30 = 1.5 h, Monday 08:30 + 0.5 h
    ("work_hours", 4, "2026-11-23 09:00", "2026-11-23 14:30"),  # 09:00-12:00 = 3 h, lunch, 13:30 + 1 h
    (
        "work_hours",
        3.5,
        "2026-11-23 08:30",
        "2026-11-23 12:00",
    ),  # the morning exactly: due at noon, not at 13:30
    (
        "work_hours",
        7.5,
        "2026-11-23 08:30",
        "2026-11-23 17:30",
    ),  # the day exactly: due at closing, not next morning
    ("work_hours", 1, "2026-11-21 10:00", "2026-11-23 09:30"),  # reported on Saturday: Monday 08:30 + 1 h
    ("work_hours", 1, "2026-11-23 12:30", "2026-11-23 14:30"),  # reported at lunch: 13:30 + 1 h
    (
        "work_days",
        1,
        "2026-11-20 16:00",
        "2026-11-23 16:00",
    ),  # 7.5 h: Fri 1.5 h + Mon 6 h = 08:30 + 3.5 + lunch + 2.5
    (
        "work_days",
        2,
        "2026-09-30 16:00",
        "2026-10-09 16:00",
    ),  # Oct 1-7 off: 9-30 1.5 h, 10-08 7.5 h, 10-09 6 h
    (
        "work_days",
        3,
        "2026-09-30 16:00",
        "2026-10-10 16:00",
    ),  # the make-up Saturday counts as the next workday
    (
        "work_days",
        5,
        "2026-11-20 20:00",
        "2026-11-27 17:30",
    ),  # after hours on Friday: Mon..Fri whole, due at closing
]


def _due(
    unit: str, value: float, start: str, *, zone: str = "Asia/Shanghai", utc: str | None = None
) -> datetime:
    con = duckdb.connect()
    con.execute(f"CREATE MACRO local_at(t) AS ({local_sql('t', zone_name=zone)})")
    days, spans = build_work_calendar(SimpleNamespace(calendar=CALENDAR))
    con.register("days", days)
    con.execute("CREATE TABLE dim_workday AS SELECT * FROM days")
    con.register("spans_frame", pd.DataFrame(spans))
    con.execute(
        f"CREATE TABLE dim_work AS SELECT '{zone}' AS zone_name, list(struct_pack(start_s, end_s, worked_s)) AS spans, "
        "sum(end_s - start_s)::BIGINT AS daily_s FROM spans_frame"
    )
    con.execute(
        "CREATE TABLE dim_responsibility AS SELECT 'x' AS category_code, 'd' AS department_id, ?::DOUBLE AS limit_value, "
        "? AS limit_unit, true AS is_three_hour, 'registered' AS start_point, DATE '2020-01-01' AS valid_from, "
        "DATE '2999-12-31' AS valid_to, '1' AS version",
        [value, unit],
    )
    at = f"TIMESTAMP '{utc}'" if utc else f"timezone('UTC', timezone('{zone}', TIMESTAMP '{start}'))"
    con.execute(
        f"CREATE TABLE core_incident AS SELECT 'i' AS incident_id, 'x' AS category_code, {at} AS first_signal_at, "
        f"{at} AS registered_at, NULL::TIMESTAMP AS filed_at, NULL::TIMESTAMP AS dispatched_at, local_at({at}) AS signal_local"
    )
    rows = con.execute(f"SELECT local_at(due_at) FROM ({read_models()['core_due'].sql})").fetchall()
    return rows[0][0]


@pytest.mark.parametrize(("unit", "value", "start", "due"), CASES)
def test_a_limit_runs_out_when_the_calendar_says(unit, value, start, due):
    assert _due(unit, value, start) == datetime.fromisoformat(due)


def test_a_calendar_day_keeps_its_hour_over_the_change_to_winter_time():
    """New York leaves summer time on 2026-11-01 02:00: Saturday 10:00 + 1 day is Sunday 10:00, 25 hours later."""
    due = _due("calendar_days", 1, "2026-10-31 10:00", zone="America/New_York")
    assert due == datetime(2026, 11, 1, 10)


def test_emergency_hours_do_not_stretch_over_the_change_to_winter_time():
    """00:30 EDT = 04:30 UTC; + 3 h = 07:30 UTC = 02:30 EST."""
    due = _due("emergency_hours", 3, "", zone="America/New_York", utc="2026-11-01 04:30")
    assert due == datetime(2026, 11, 1, 2, 30)


LIMITS = "category_code,department_id,limit_value,limit_unit,is_three_hour,start_point,valid_from,valid_to,version,basis"
FIRST = "pothole,d,3,work_days,0,registered,2020-01-01,2025-12-31,1,list"


def _read(folder, *lines: str):
    (folder / "responsibility.csv").write_text("\n".join([LIMITS, *lines, ""]), encoding="utf-8")
    return read_limits(SimpleNamespace(folder=folder), categories=["pothole"])


def test_one_limit_follows_another(tmp_path):
    limits = _read(tmp_path, FIRST, "pothole,d,2,work_days,1,filed,2026-01-01,,2,list")
    assert limits["valid_to"].tolist() == [date(2025, 12, 31), date(2999, 12, 31)]
    assert limits["is_three_hour"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (FIRST.replace("d,3", "other,5"), "'pothole' has two limits in force on 2020-01-01"),
        (
            FIRST.replace("pothole", "potholes"),
            "category_code = 'potholes' is unknown (did you mean 'pothole'?)",
        ),
        (
            FIRST.replace("work_days", "workdays"),
            "limit_unit = 'workdays' is unknown (did you mean 'work_days'?)",
        ),
        (FIRST.replace("registered", ""), "start_point = nan is unknown"),
        (FIRST.replace(",3,", ",three,"), "limit_value = 'three' cannot be read"),
        (FIRST.replace("2025-12-31", "2025-13-31"), "valid_to = '2025-13-31' cannot be read"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(tmp_path, line, said):
    lines = [FIRST, line] if "two limits" in said else [line]
    with pytest.raises(TownError) as refused:
        _read(tmp_path, *lines)
    assert said in str(refused.value)
    assert "responsibility.csv" in str(refused.value)
