"""安全感满意度调查: residents drawn by community and called; many are not reached, and nobody knows what they would have said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import Places, local_text, people, phones, places, spoil
from etl.synth.register import DAY_S, Register, Span

PER_MONTH = 22.0  # residents drawn a month and community
REACHED = {"已接通": 0.58, "未接通": 0.27, "拒绝评价": 0.11, "号码无效": 0.04}
FEELINGS = ("很安全", "安全", "基本安全", "不太安全", "不安全")
CONTENT = ("满意", "基本满意", "不满意")
SILENT = 0.03  # reached, but left the question out
AGAIN = 0.01  # drawn twice in a month


def draw_surveys(span: Span) -> pd.DataFrame:
    """Returns every interview: communities differ, and people who feel unsafe answer the telephone a little less often."""
    rng, town = span.rng("safety_survey"), places(span)
    areas = sorted(set(town.community_ids))
    per_day = PER_MONTH * len(areas) / 30.4 * span.scale
    counts = rng.poisson(per_day, span.days)
    n = int(counts.sum())
    day = np.repeat(np.arange(span.days), counts)
    asked = span.start + day * DAY_S + (rng.uniform(9.2, 19.8, n) * 3_600).astype(np.int64)
    drawn = rng.integers(0, len(areas), n)
    grid = _homes(town, areas, drawn, rng=rng)
    unsafe = rng.normal(0, 0.55, len(areas))[drawn] - 0.25 * day / max(span.days, 1)
    mood = rng.normal(0, 1, n) + unsafe
    feeling = np.searchsorted((-0.35, 0.75, 1.55, 2.25), mood)
    content = np.searchsorted((0.9, 1.85), mood * 0.6 + rng.normal(0, 0.8, n))
    reached = rng.choice(list(REACHED), n, p=list(REACHED.values()))
    reached = np.where((feeling > 2) & (rng.random(n) < 0.2), "未接通", reached)
    said = reached == "已接通"
    number = phones(rng, n)
    twice = np.flatnonzero(rng.random(n) < AGAIN)
    for each in twice[twice > 0]:
        number[each] = number[each - 1]
    rows = pd.DataFrame(
        {
            "known_at": asked + 900,
            "问卷编号": [f"DC{each:06d}" for each in range(1, n + 1)],
            "受访人": [f"{each[0]}**" for each in people(rng, n)],
            "联系电话": number,
            "访问时间": local_text(asked),
            "接通情况": reached,
            "安全感": np.where(said & (rng.random(n) > SILENT), np.array(FEELINGS)[feeling], None),
            "满意度": np.where(said & (rng.random(n) > SILENT), np.array(CONTENT)[content], None),
            "网格编码": np.array(town.grid_ids)[grid],
            "更新时间": local_text(asked + 900),
        }
    )
    return spoil(
        rows, rng, 0.002, columns={"安全感": "unknown_code", "访问时间": "bad_time", "网格编码": "missing"}
    )


def _homes(town: Places, areas: list[str], drawn: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Returns the grid (index) each resident drawn in a community lives in, as people live there."""
    community = np.array(town.community_ids)
    weight = town.facts["population_count"].to_numpy(float)
    grids = [np.flatnonzero(community == area) for area in areas]
    shares = [weight[own] / weight[own].sum() for own in grids]
    return np.array([rng.choice(grids[area], p=shares[area]) for area in drawn])


REGISTERS = (Register("safety_survey", "csv", draw_surveys, months=6, encoding="gb18030", key="问卷编号"),)
