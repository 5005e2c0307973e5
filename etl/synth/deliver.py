"""Cuts the lives of reports into deliveries: which row goes into which file, and how it looked then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.codes import FEEDS, read_table
from etl.synth.incidents import NEVER, Columns
from etl.synth.reports import EVENTS
from etl.synth.world import POINTS_PER_GRID, World

STATION_POINT = 40 * POINTS_PER_GRID + 3  # the police station's own address
STEP_TYPES = {"deadline": "Int64", "result": "string", "reason": "string", "step": "string"}


def windows_of(report: Columns, ends: np.ndarray, *, begin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns (row, window, version) of every delivery: a row goes out again whenever something happened.

    Args:
        report: columns of reports.
        ends: ascending UTC seconds at which the windows end; a window holds instants in (previous end, end].
        begin: where the first window begins.
    """
    instants = np.column_stack([np.maximum(report[name], report["delivered"]) for name in EVENTS])
    instants = np.where(np.column_stack([report[name] for name in EVENTS]) >= NEVER, NEVER, instants)
    window = np.searchsorted(ends, instants, side="left")
    wanted = (window < len(ends)) & (instants > begin)
    row = np.repeat(np.arange(len(instants)), wanted.sum(axis=1))
    pairs = np.unique(row * (len(ends) + 1) + window[wanted])
    row, window = pairs // (len(ends) + 1), pairs % (len(ends) + 1)
    events = np.column_stack([report[name] for name in EVENTS])[row]
    version = np.where(events <= ends[window][:, None], events, 0).max(axis=1)
    return row, window, version


def delivery_frame(
    world: World, report: Columns, *, ends: np.ndarray, begin: int, source: int
) -> pd.DataFrame:
    """Returns one line per (report, window) with numbers only; text is added by the feed's SELECT."""
    row, window, version = windows_of(report, ends, begin=begin)
    cut = ends[window]
    frame = {name: values[row] for name, values in report.items() if name != "row"}
    frame |= {"win": window, "cut": cut, "version": version}
    frame["category"] = np.where(frame["corrected"] <= cut, frame["category"], frame["first_category"])
    frame["severity"] = world.category["severity_level"].astype(int)[frame["category"]]
    frame["department"] = world.category["department"][frame["category"]]
    lon, lat = frame["lon"], frame["lat"]
    if FEEDS[source] == "city_management":
        lon, lat = wgs84_to_gcj02(lon, lat)
    frame["lon"] = np.where(frame["has_place"], lon, np.nan)
    frame["lat"] = np.where(frame["has_place"], lat, np.nan)
    frame["point"] = np.where(frame["is_at_station"], STATION_POINT, frame["point"])
    return pd.DataFrame(frame)


# What the process log holds: step code, place in the order, event, "only when" event, result, reason.
LOGGED = (
    ("P", 1, "first_dispatched", "returned", None, None),
    ("T", 2, "returned", "returned", None, "不属于本单位职责"),
    ("P", 3, "dispatched", "returned", None, "重新派遣"),
    ("F", 4, "failed", "failed", "不合格", "现场未整改到位"),
    ("H", 5, "redone", "failed", None, "返工完成"),
    ("F", 6, "checked", "failed", "合格", None),
    ("Y", 7, "extended", "extended", None, "需协调产权单位，申请延期"),
    ("G", 8, "suspended", "suspended", None, "待专项资金，挂账"),
    ("D", 9, "supervised", "supervised", None, "超期督办"),
    ("C", 10, "reopened", "reopened", None, "市民反映未解决，重新立案"),
)


def step_frame(world: World, report: Columns, *, ends: np.ndarray, begin: int) -> pd.DataFrame:
    """Returns one line per step of the process log: only what departs from the straight way is logged."""
    right = world.category["department"][report["category"]]
    other = report["report"] % len(read_table("departments"))  # where a returned case had been sent first
    parts = []
    for step, seq, event, only_when, result, reason in LOGGED:
        out_at = np.maximum(report[event], report["delivered"])
        wanted = (
            (report[only_when] < NEVER) & (report[event] < NEVER) & (out_at > begin) & (out_at <= ends[-1])
        )
        window = np.searchsorted(ends, out_at[wanted], side="left")
        frame = {
            "report": report["report"][wanted],
            "win": window,
            "cut": ends[window],
            "step": step,
            "seq": seq,
            "at": report[event][wanted],
            "department": (other if seq <= 2 else right)[wanted],
            "result": result,
            "reason": reason,
            "deadline": report["extended_to"][wanted] if step == "Y" else None,
        }
        parts.append(pd.DataFrame(frame).astype(STEP_TYPES))
    return pd.concat(parts, ignore_index=True)
