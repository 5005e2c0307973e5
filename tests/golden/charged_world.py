"""Open cases whose limits run on different clocks, over a weekend, as of Monday 2026-11-23 10:00 in Shanghai."""

from __future__ import annotations

from tests.published import ModuleTable, at, incident

AS_OF_AT = at("2026-11-23 02:00")  # 10:00 local
# Friday's and Monday's office hours, 08:30-12:00 and 13:30-17:30, with the working minutes before each.
COLUMNS = ("begin_at", "end_at", "next_at", "worked_minutes")
TIMES = [
    ("2026-11-20 00:30", "2026-11-20 04:00", "2026-11-20 05:30", 0.0),
    ("2026-11-20 05:30", "2026-11-20 09:30", "2026-11-23 00:30", 210.0),
    ("2026-11-23 00:30", "2026-11-23 04:00", "2026-11-23 05:30", 450.0),
]
SPANS = [dict(zip(COLUMNS, (*map(at, row[:3]), row[3]), strict=True)) for row in TIMES]
TYPES = {**dict.fromkeys(("begin_at", "end_at", "next_at"), "TIMESTAMP"), "worked_minutes": "DOUBLE"}
TABLE = ModuleTable("mart_work_span", TYPES, SPANS)


def _open(number: int, start: str | None, unit: str | None, **more) -> dict:
    signal = at("2026-11-20 00:00")
    limit = {"limit_start_at": at(start) if start else None, "limit_unit_code": unit}
    return incident(number, signal, grid_id="g1", department_id="d1", is_open=True, **limit, **more)


INCIDENTS = [
    _open(1, "2026-11-20 08:00", "work_hours"),  # Fri 16:00: 90 min on Friday, 90 on Monday: 180, the edge
    _open(2, "2026-11-20 08:00", "emergency_hours"),  # the same start round the clock: 66 h = 3,960
    _open(3, "2026-11-21 04:00", "work_days"),  # Saturday noon: nothing until Monday 08:30: 90
    _open(4, "2026-11-20 01:00", "work_hours"),  # Fri 09:00: 180 + 240 + 90 = 510
    _open(5, None, None),  # no limit
    _open(6, "2026-11-20 01:00", "work_hours", is_suspended=True),  # its clock is stopped
    _open(7, "2026-11-20 04:30", "work_hours"),  # Fri 12:30, at lunch: 240 + 90 = 330
]
# Minutes 180, 90 -> up to 180: 2; 330 -> up to 480: 1; 510 -> up to 1,440: 1; 3,960 -> up to 4,320: 1.
BANDS = {
    "charged_0": 2,
    "charged_1": 1,
    "charged_2": 1,
    "charged_3": 1,
    "charged_none": 1,
    "charged_paused": 1,
}
EXPECTED = {"open_charged_count": (7, 7, {})}
