"""Cuts the lives of reports into deliveries: which row goes into which file, and how it looked then."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from etl.synth.codes import FEEDS, UNKNOWN_CODE, catalog, category_source, department_source, read_table
from etl.datum import wgs84_to_gcj02
from etl.synth.feedspec import SQL, FeedSpec
from etl.synth.incidents import NEVER, Columns
from etl.synth.reports import EVENTS
from etl.synth.world import POINTS_PER_GRID, World

STATION_POINT = 40 * POINTS_PER_GRID + 3  # the police station's own address
# One row in about 2,000 arrives broken; the broken row is an extra one, so totals of sound rows stay exact.
DEFECT_EVERY = 1_999


def windows_of(report: Columns, ends: np.ndarray, *, begin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns (row, window, version) of every delivery: a row goes out again whenever something happened to it.

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


def delivery_frame(world: World, report: Columns, ends: np.ndarray, *, begin: int, source: int) -> pd.DataFrame:
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


def step_frame(world: World, report: Columns, ends: np.ndarray, *, begin: int) -> pd.DataFrame:
    """Returns one line per step of the process log: only what departs from the straight way is logged."""
    parts = []
    returned = report["returned"] < NEVER
    failed = report["failed"] < NEVER
    every = np.ones(len(returned), dtype=bool)
    logged = (
        ("P", 1, "first_dispatched", returned, "", ""), ("T", 2, "returned", returned, "", "不属于本单位职责"),
        ("P", 3, "dispatched", returned, "", "重新派遣"), ("F", 4, "failed", failed, "不合格", "现场未整改到位"),
        ("H", 5, "redone", failed, "", "返工完成"), ("F", 6, "checked", failed, "合格", ""),
        ("Y", 7, "extended", every, "", "需协调产权单位，申请延期"), ("G", 8, "suspended", every, "", "待专项资金，挂账"),
        ("D", 9, "supervised", every, "", "超期督办"), ("C", 10, "reopened", every, "", "市民反映未解决，重新立案"),
    )
    for step, seq, name, wanted, result, reason in logged:
        own = np.flatnonzero(wanted & (report[name] < NEVER))
        at = report[name][own]
        window = np.searchsorted(ends, np.maximum(at, report["delivered"][own]), side="left")
        sent = (window < len(ends)) & (np.maximum(at, report["delivered"][own]) > begin)
        own, at, window = own[sent], at[sent], window[sent]
        other = (report["report"][own] % len(read_table("departments"))) if step == "T" else None
        right = world.category["department"][report["category"][own]]
        parts.append(pd.DataFrame({
            "report": report["report"][own], "win": window, "cut": ends[window], "step": step, "seq": seq, "at": at,
            "department": right if other is None else other, "result": result or None, "reason": reason or None,
            "deadline": report["extended_to"][own] if step == "Y" else None,
        }))
    frame = pd.concat(parts, ignore_index=True)
    return frame.astype({"deadline": "Int64", "result": "string", "reason": "string", "step": "string"})


class Wording:
    """A DuckDB session that turns delivery frames into the words and columns of a feed."""

    def __init__(self, world: World) -> None:
        """Loads addresses, clauses and macros once."""
        self.db = duckdb.connect()
        self.db.execute("SET threads = 2")
        point = pd.DataFrame({"point": np.arange(len(world.address)), "address": world.address})
        self.db.execute("CREATE TABLE place AS SELECT *, 'G' || lpad((point // ? + 1)::VARCHAR, 3, '0') AS grid FROM point",
                        [POINTS_PER_GRID])
        del point

    def word(self, spec: FeedSpec, frame: pd.DataFrame) -> None:
        """Fills table `worded` with the feed's rows, window number first."""
        self._codes(spec)
        for statement in [spec.skew_sql(), *(SQL / "macros.sql").read_text(encoding="utf-8").split(";\n")]:
            self.db.execute(statement)
        if spec.is_step:
            self.db.execute("CREATE OR REPLACE TEMP TABLE delivery AS SELECT * FROM frame")
        else:
            self.db.execute(
                """CREATE OR REPLACE TEMP TABLE delivery AS
                SELECT f.* EXCLUDE (lon, lat), p.address, p.grid, if(isnan(f.lon), NULL, f.lon) AS lon,
                    if(isnan(f.lat), NULL, f.lat) AS lat, c.clause, c.category_name, c.kind,
                    if(f.is_unknown_code, ?, c.category_text) AS category_text
                FROM frame AS f
                INNER JOIN place AS p ON p.point = f.point
                INNER JOIN category AS c ON c.category = f.category""",
                [UNKNOWN_CODE],
            )
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE worded AS {spec.select}")
        if spec.key:
            self._spoil(spec)

    def _codes(self, spec: FeedSpec) -> None:
        feed = FEEDS[spec.source]
        clause = {row["category_code"]: row["clause"] for row in read_table("phrases")}
        codes = pd.DataFrame(
            [(index, category_source(feed, row, index=index + 1), row["name_zh"], row["kind_code"],
              clause[row["category_code"]]) for index, row in enumerate(catalog())],
            columns=["category", "category_text", "category_name", "kind", "clause"],
        )
        departments = pd.DataFrame(
            [(index, department_source(feed, row, index=index + 1)) for index, row in enumerate(read_table("departments"))],
            columns=["department", "source_code"],
        )
        self.db.execute("CREATE OR REPLACE TEMP TABLE category AS SELECT * FROM codes")
        self.db.execute("CREATE OR REPLACE TEMP TABLE department AS SELECT * FROM departments")
        assert len(codes) and len(departments)

    def _spoil(self, spec: FeedSpec) -> None:
        """Adds broken copies of a few rows: without a key, or with a time that does not exist."""
        swaps = [f'NULL AS "{spec.key}"']
        if spec.time:
            swaps.append(f"""'X' || "{spec.key}" AS "{spec.key}", '2026-13-32 25:61:00' AS "{spec.time}" """)
        for number, swap in enumerate(swaps):
            self.db.execute(
                f"""INSERT INTO worded SELECT * REPLACE ({swap}) FROM worded
                WHERE hash("{spec.key}") % {DEFECT_EVERY} = {number}"""
            )
