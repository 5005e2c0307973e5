"""Turns delivery frames into the words and columns of a feed."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from etl.synth.codes import (
    FEEDS,
    UNKNOWN_CODE,
    catalog,
    category_source,
    department_source,
    read_table,
)
from etl.synth.feedspec import SQL, FeedSpec
from etl.synth.themes import TENTHS, theme_rows, turn_sql
from etl.synth.world import POINTS_PER_GRID, World

# One row in about 2,000 arrives broken; the broken row is an extra one, so totals of sound rows stay exact.
DEFECT_EVERY = 1_999
DELIVERY = f"""
    SELECT f.* EXCLUDE (lon, lat), p.address, p.grid, if(isnan(f.lon), NULL, f.lon) AS lon,
        if(isnan(f.lat), NULL, f.lat) AS lat,
        if(hash(f.report) % 10 < {TENTHS}, coalesce(t.theme_clause, c.clause), c.clause) AS clause, c.category_name, c.kind,
        if(f.is_unknown_code, $unknown, c.category_text) AS category_text
    FROM frame AS f
    INNER JOIN place AS p ON p.point = f.point
    INNER JOIN category AS c ON c.category = f.category
    LEFT JOIN theme AS t ON t.category = f.category AND t.turn = {turn_sql("f.reported")}
"""


class Wording:
    """A DuckDB session with addresses, clauses and code words; `word` fills its table `worded`."""

    def __init__(self, world: World) -> None:
        """Loads what does not depend on the feed."""
        self.db = duckdb.connect()
        self.db.execute("SET threads = 2")
        point = np.arange(len(world.address))
        grid = [f"G{number // POINTS_PER_GRID + 1:03d}" for number in point]
        self._keep("theme", theme_rows())
        self._keep("place", pd.DataFrame({"point": point, "address": world.address, "grid": grid}))

    def word(self, spec: FeedSpec, frame: pd.DataFrame) -> None:
        """Fills table `worded` with the feed's rows, window number first."""
        self._codes(spec)
        for statement in [spec.skew_sql(), *(SQL / "macros.sql").read_text(encoding="utf-8").split(";\n")]:
            self.db.execute(statement)
        self.db.register("frame", frame)
        if spec.is_step:
            self.db.execute("CREATE OR REPLACE TEMP TABLE delivery AS SELECT * FROM frame")
        else:
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE delivery AS {DELIVERY}", {"unknown": UNKNOWN_CODE})
        self.db.unregister("frame")
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE worded AS {spec.select}")
        if spec.key:
            self._spoil(spec)

    def _keep(self, table: str, frame: pd.DataFrame) -> None:
        self.db.register("given", frame)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM given")
        self.db.unregister("given")

    def _codes(self, spec: FeedSpec) -> None:
        feed = FEEDS[spec.source]
        clause = {row["category_code"]: row["clause"] for row in read_table("phrases")}
        categories = [
            {
                "category": index,
                "category_text": category_source(feed, row, index=index + 1),
                "category_name": row["name_zh"],
                "kind": row["kind_code"],
                "clause": clause[row["category_code"]],
            }
            for index, row in enumerate(catalog())
        ]
        departments = [
            {"department": index, "source_code": department_source(feed, row, index=index + 1)}
            for index, row in enumerate(read_table("departments"))
        ]
        self._keep("category", pd.DataFrame(categories))
        self._keep("department", pd.DataFrame(departments))

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
