"""What really happened: for tests, measurements and the stream; the product never reads it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.codes import FEEDS
from etl.synth.incidents import NEVER, Columns
from etl.synth.plan import Plan
from etl.synth.reports import EVENTS
from etl.synth.world import POINTS_PER_GRID, World

PREFIXES = np.array(["JQ", "H", "CG", "GD", "SSP", "XC", "V"])  # of the feeds' keys, as in sql/*.sql


def last_event(report: Columns) -> np.ndarray:
    """Returns the UTC second of the last thing that happens to each report."""
    events = (np.where(report[name] < NEVER, report[name], 0) for name in (*EVENTS, "delivered"))
    return np.column_stack(list(events)).max(axis=1)


def write_truth(plan: Plan, report: Columns, *, incident: Columns, world: World) -> None:
    """Writes what really happened, for tests and measurements only; the product never reads it."""
    folder = plan.home / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    months, numbers = report["report"] // 1_000_000, report["report"] % 1_000_000
    keys = (
        pd.Series(PREFIXES[report["feed"]]) + months.astype(str) + pd.Series(numbers).astype(str).str.zfill(6)
    )
    links = pd.DataFrame(
        {
            "feed": np.array(FEEDS)[report["feed"]],
            "source_key": keys,
            "true_incident": report["incident"],
            "is_duplicate": report["is_duplicate"],
        }
    )
    links.to_parquet(folder / "links.parquet", index=False)
    wanted = np.isin(incident["incident"], report["incident"])
    frame = pd.DataFrame({name: values[wanted] for name, values in incident.items()})
    frame["category_code"] = world.category["category_code"][frame["category"]]
    frame["grid_id"] = [f"G{point // POINTS_PER_GRID + 1:03d}" for point in frame["point"]]
    frame.replace(NEVER, None).to_parquet(folder / "incidents.parquet", index=False)


def write_pending(plan: Plan, report: Columns) -> None:
    """Keeps what is not over at the end of history, so that the stream can go on with it."""
    open_rows = last_event(report) > plan.now
    folder = plan.home / "truth"
    pd.DataFrame({name: values[open_rows] for name, values in report.items()}).to_parquet(
        folder / "pending.parquet", index=False
    )
