"""巡查走访: patrol rounds and visits to merchants and homes given to every grid, the last eight months of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, local_text, places, spoil
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import LOCAL_SECONDS

KEPT_DAYS = 240  # older tasks are thrown away by the source
# kind -> (tasks a day and grid, hours to do it in, points from, to, median minutes at a point)
ROUNDS = {
    "日常巡查": (0.9, 10, 8, 16, 6.0),
    "商户走访": (0.3, 72, 6, 15, 11.0),
    "入户走访": (0.13, 96, 8, 20, 13.0),
}
COLUMNS = ("任务编号", "任务类型", "网格编码", "下达时间", "完成时限", "应到点数")


def draw_rounds(span: Span) -> pd.DataFrame:
    """Returns every version of every task: given out, begun, handed in or called off."""
    rng, town = span.rng("patrol_task"), places(span)
    diligence = rng.normal(0, 0.6, len(town.grid_ids))  # some grids walk, some sign in from the office
    rows = pd.concat([_tasks(kind, span, rng, diligence=diligence) for kind in ROUNDS], ignore_index=True)
    rows = rows.sort_values("given", kind="stable", ignore_index=True)
    days = (rows["given"] + LOCAL_SECONDS) // DAY_S
    rows["number"] = [f"XC{day}{each:07d}" for each, day in enumerate(days, start=1)]
    rows["grid"] = np.array(town.grid_ids)[rows["grid"]]
    told = [_told(rows[rows[moment] < NEVER], moment) for moment in ("given", "begun", "finished", "off")]
    defects = {"任务类型": "unknown_code", "应到点数": "bad_number"}
    return spoil(pd.concat(told, ignore_index=True), rng, 0.0008, columns=defects)


def _tasks(kind: str, span: Span, rng: np.random.Generator, *, diligence: np.ndarray) -> pd.DataFrame:
    """Returns the tasks of a kind with what became of them."""
    per_day, hours, low, high, minutes = ROUNDS[kind]
    first = max(0, span.days - KEPT_DAYS - 60)
    counts = rng.poisson(per_day * span.scale, (span.days - first, len(diligence)))
    day, grid = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    n, lazy = len(day), diligence[grid]
    planned = rng.integers(low, high + 1, n)
    given = span.start + (first + day) * DAY_S + 7 * 3_600 + rng.integers(0, 3_600, n)
    is_hasty = rng.random(n) < np.clip(0.03 + 0.05 * lazy, 0.005, 0.3)
    pace = np.where(is_hasty, rng.uniform(6, 40, n), rng.lognormal(np.log(minutes * 60), 0.35, n))
    share = np.where(rng.random(n) < 0.87 - 0.07 * lazy, 1.0, rng.uniform(0.3, 0.95, n))
    signed = np.round(planned * share).astype(np.int64)
    begun = given + rng.lognormal(np.log(hours * 900), 0.8, n).astype(np.int64)
    ends = begun + (pace * np.maximum(signed, 1)).astype(np.int64)
    never = rng.random(n) < np.clip(0.04 + 0.03 * lazy, 0.0, 0.2)
    off = np.where(rng.random(n) < 0.02, given + rng.integers(600, hours * 1_800, n), NEVER)
    is_void = never | (off < NEVER)
    table = {"kind": kind, "grid": grid, "given": given, "due": given + hours * 3_600}
    table |= {"planned": planned, "signed": signed, "off": off}
    table |= {"begun": np.where(is_void, NEVER, begun), "finished": np.where(is_void, NEVER, ends)}
    return pd.DataFrame(table)


def _told(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Returns the tasks as they stood when `moment` happened to them."""
    at = rows[moment].to_numpy()

    def seen(name: str) -> np.ndarray:
        return local_text(np.where(rows[name] <= at, rows[name], NEVER))

    base = pd.DataFrame(
        dict(
            zip(
                COLUMNS,
                (
                    rows["number"],
                    rows["kind"],
                    rows["grid"],
                    seen("given"),
                    local_text(rows["due"]),
                    rows["planned"],
                ),
                strict=True,
            )
        )
    )
    return base.assign(
        开始时间=seen("begun"),
        完成时间=seen("finished"),
        签到点数=rows["signed"].where(rows["finished"] <= at, None).astype("Int64"),
        撤销时间=seen("off"),
        更新时间=local_text(at),
        known_at=at + 60,
    )


REGISTERS = (
    Register(
        "patrol_task",
        "csv",
        draw_rounds,
        interval_s=3_600,
        months=2,
        encoding="utf-8-sig",
        delimiter=";",
        key="任务编号",
    ),
)
