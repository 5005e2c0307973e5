"""旧网格: the grids public order, city management, party building and fire safety had before the merger, as shares of ours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import Places, local_text, places, spoil
from etl.synth.register import DAY_S, Register, Span

# line -> (prefix, how many older grids, share left to nobody, share claimed twice)
LINES = {
    "综治": ("ZZ", 98, 0.02, 0.03),
    "城管": ("CG", 64, 0.05, 0.05),
    "党建": ("DJ", 136, 0.03, 0.02),
    "消防": ("XF", 43, 0.08, 0.02),
}
SLIVER = 0.6  # %: what the drawing's lines cut off


def draw_legacy(span: Span) -> pd.DataFrame:
    """Returns the table of shares: drawn once, some lines corrected after a walk along the border, a few taken back."""
    rng, town = span.rng("legacy_grid"), places(span)
    parts = [_line(name, town, rng) for name in LINES]
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(0, "对照编号", [f"DZ{number:05d}" for number in range(1, len(rows) + 1)])
    first = span.start + 9 * 3_600
    rows = rows.assign(撤销日期=None, 更新时间=local_text(np.full(len(rows), first)), known_at=first)
    later = rows[rng.random(len(rows)) < 0.04].copy()
    walked = span.start + rng.integers(20, max(21, span.days - 65), len(later)) * DAY_S + 34_000
    later["占现网格比例"] = np.round(
        np.clip(later["占现网格比例"] + rng.normal(0, 1.2, len(later)), 0, 100), 1
    )
    is_back = rng.random(len(later)) < 0.15
    later["撤销日期"] = np.where(is_back, local_text(walked, "%Y-%m-%d"), None)
    later = later.assign(更新时间=local_text(walked), known_at=walked)
    both = pd.concat([rows, later], ignore_index=True)
    return spoil(both, rng, 0.003, columns={"占现网格比例": "bad_number", "旧网格名称": "missing"})


def _line(name: str, town: Places, rng: np.random.Generator) -> pd.DataFrame:
    """Returns one line's older grids: each address point belongs to the nearest of its centres, some to none or to two."""
    prefix, count, nobody, twice = LINES[name]
    grid = np.arange(len(town.lon)) // town.points_per_grid
    x, y = town.lon * np.cos(np.radians(town.lat.mean())), town.lat
    centres = rng.choice(len(x), count, replace=False)
    distance = np.hypot(x[:, None] - x[centres][None, :], y[:, None] - y[centres][None, :])
    order = np.argsort(distance, axis=1)[:, :2]
    lost, shared = (rng.random(len(town.grid_ids)) < share for share in (nobody, twice))
    table = pd.DataFrame({"grid": grid, "old": order[:, 0]})
    table = table[~(lost[grid] & (rng.random(len(grid)) < 0.5))]
    again = pd.DataFrame({"grid": grid, "old": order[:, 1]})[shared[grid] & (rng.random(len(grid)) < 0.4)]
    pieces = (
        pd.concat([table, again]).value_counts().rename("points").reset_index().sort_values(["old", "grid"])
    )
    whole = pieces.groupby("old")["points"].transform("sum")
    ours = 100 * pieces["points"] / town.points_per_grid
    made = pd.DataFrame(
        {
            "条线": name,
            "旧网格编码": [f"{prefix}{number + 1:03d}" for number in pieces["old"]],
            "旧网格名称": [f"{name}{number + 1:03d}格" for number in pieces["old"]],
            "现网格编码": np.array(town.grid_ids)[pieces["grid"]],
            "占现网格比例": np.round(ours, 1),
            "占旧网格比例": np.round(100 * pieces["points"] / whole, 1),
        }
    )
    return made[made["占现网格比例"] >= SLIVER]


REGISTERS = (
    Register("legacy_grid", "xlsx", draw_legacy, interval_s=30 * DAY_S, sheet="对照表", key="对照编号"),
)
