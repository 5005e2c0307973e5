"""The duty roster: who is planned, who signed in, who did not; the last four months of shifts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, local_text, read_table
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import LOCAL_SECONDS

ROSTER_DAYS = 120  # older rosters are thrown away by the source
# Kind of shift -> start hour, hours, share of the full-time workers on it on an ordinary day.
SHIFTS = {"白班": (8.0, 9.5, 0.58), "晚班": (15.0, 7.0, 0.17), "夜班": (21.5, 10.5, 0.05)}
POSTS = {
    "full_time": "专职网格员",
    "grid_lead": "网格长",
    "zone_chief": "区域长",
    "station_head": "站长",
    "squad_head": "队长",
}
LEAVES = ("年休", "病假", "公差")
HOUR_S = 3_600


def draw_roster(span: Span) -> pd.DataFrame:
    """Returns every version of every shift: planned the evening before, signed in, signed out."""
    rng = span.rng("duty_roster")
    staff = pd.DataFrame(read_table(span.town_dir / "staff.csv"))
    staff = staff[staff["role_code"].isin(POSTS) & (staff["to"] == "")].drop_duplicates("worker_key")
    first_day = max(span.start // DAY_S, span.end // DAY_S - ROSTER_DAYS - 60)
    days = np.arange(first_day, span.end // DAY_S + 1)
    shifts = pd.concat([_day(staff, int(day), rng) for day in days], ignore_index=True)
    return _versions(shifts, rng, end=span.end)


def _day(staff: pd.DataFrame, day: int, rng: np.random.Generator) -> pd.DataFrame:
    """Returns the planned shifts of one local day."""
    weekend = (day + 3) % 7 >= 5
    kinds = list(SHIFTS)
    shares = np.array([SHIFTS[kind][2] for kind in kinds]) * (0.55 if weekend else 1.0)
    pick = rng.random(len(staff))
    edges = np.cumsum(shares)
    is_worker = staff["role_code"].to_numpy() == "full_time"
    number = np.where(
        is_worker, np.searchsorted(edges, pick), np.where(pick < (0.12 if weekend else 0.3), 3, 4)
    )
    on = staff[number < np.where(is_worker, 3, 4)].copy()
    number = number[number < np.where(is_worker, 3, 4)]
    start_hour = np.array([*(SHIFTS[kind][0] for kind in kinds), 8.0])[number]
    hours = np.array([*(SHIFTS[kind][1] for kind in kinds), 24.0])[number]
    midnight = day * DAY_S - LOCAL_SECONDS
    starts = (midnight + start_hour * HOUR_S).astype(np.int64)
    return pd.DataFrame(
        {
            "班次编号": [f"ZB{day}{key}" for key in on["worker_key"]],
            "姓名": on["name"].to_numpy(),
            "工号": on["worker_key"].to_numpy(),
            "岗位": [POSTS[code] for code in on["role_code"]],
            "班次": np.array([*kinds, "轮值"])[number],
            "值守区域": on["area_id"].to_numpy(),
            "starts": starts,
            "ends": starts + (hours * HOUR_S).astype(np.int64),
        }
    )


def _versions(shifts: pd.DataFrame, rng: np.random.Generator, *, end: int) -> pd.DataFrame:
    n = len(shifts)
    starts, ends = shifts["starts"].to_numpy(), shifts["ends"].to_numpy()
    fate = rng.random(n)
    is_excused, is_absent = fate < 0.035, (fate >= 0.035) & (fate < 0.075)
    late = np.where(rng.random(n) < 0.1, rng.integers(10, 55, n), rng.integers(-25, 10, n)) * 60
    signed_in = np.where(is_excused | is_absent, NEVER, starts + late + rng.integers(0, 60, n))
    forgets = rng.random(n) < 0.06
    signed_out = np.where((signed_in == NEVER) | forgets, NEVER, ends + rng.integers(-10, 60, n) * 60)
    planned_at = starts - rng.integers(10, 16, n) * HOUR_S
    leave = np.where(is_excused, np.array(LEAVES)[rng.integers(0, 3, n)], None)
    base = shifts.drop(columns=["starts", "ends"])
    base["计划上岗"], base["计划下岗"] = (
        local_text(starts, "%Y-%m-%d %H:%M"),
        local_text(ends, "%Y-%m-%d %H:%M"),
    )
    parts = []
    for at, is_in, is_out in ((planned_at, False, False), (signed_in, True, False), (signed_out, True, True)):
        part = base.assign(
            签到时间=local_text(signed_in) if is_in else None,
            签退时间=local_text(signed_out) if is_out else None,
            请假=leave,
            更新时间=local_text(at),
            known_at=at + 60,
        )
        parts.append(part[at < min(end, NEVER)])
    return pd.concat(parts, ignore_index=True)


REGISTERS = (
    Register(
        "duty_roster", "csv", draw_roster, interval_s=900, encoding="gb18030", key="班次编号", delimiter=","
    ),
)
