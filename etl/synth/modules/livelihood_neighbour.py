"""邻里置换与商户推荐: offers among neighbours, and what residents say about the merchants around them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, businesses, local_text, places, spoil
from etl.synth.register import DAY_S, Register, Span

OFFERS_PER_DAY, RATINGS_PER_DAY = 9.0, 34.0
# kind -> (share, words)
OFFERS = {
    "GOODS": (0.48, "九成新婴儿推车，免费送邻居"),
    "TOOL": (0.2, "电钻、梯子可以借用"),
    "SKILL": (0.13, "会修自行车，周末在家"),
    "CARE": (0.12, "放学后可帮忙照看孩子一小时"),
    "RIDE": (0.07, "工作日早上顺路去地铁站"),
}
SHOPS = ("retail", "catering", "services")


def _moments(span: Span, per_day: float, rng: np.random.Generator) -> np.ndarray:
    counts = rng.poisson(per_day * span.scale, span.days)
    second = (np.clip(rng.normal(15.5, 4, int(counts.sum())), 6.5, 23) * 3_600).astype(np.int64)
    return span.start + np.repeat(np.arange(span.days), counts) * DAY_S + second


def draw_offers(span: Span) -> pd.DataFrame:
    """Returns every version of every offer: put up, taken, complained about, taken back."""
    rng, town = span.rng("neighbour_exchange"), places(span)
    posted = _moments(span, OFFERS_PER_DAY, rng)
    n = len(posted)
    weight = town.facts["population_count"].to_numpy(float)
    grid = rng.choice(len(weight), n, p=weight / weight.sum())
    kind = rng.choice(list(OFFERS), n, p=[each[0] for each in OFFERS.values()])
    taken = np.where(rng.random(n) < 0.71, posted + rng.lognormal(np.log(4 * DAY_S), 1.0, n), NEVER).astype(
        np.int64
    )
    gone = np.where((taken == NEVER) & (rng.random(n) < 0.3), posted + rng.integers(1, 30, n) * DAY_S, NEVER)
    dispute = rng.choice(["0", "1", None], n, p=[0.86, 0.016, 0.124])
    parts = []
    for at, has_taken, has_gone in ((posted, False, False), (taken, True, False), (gone, False, True)):
        frame = pd.DataFrame(
            {
                "known_at": at + 30,
                "offerId": [f"HH{number:06d}" for number in range(1, n + 1)],
                "owner": "***",
                "type": kind,
                "posted": posted * 1_000,
                "taken": pd.array(
                    np.where(taken < NEVER, taken, 0) * 1_000 if has_taken else [None] * n, dtype="Int64"
                ),
                "removed": pd.array(
                    np.where(gone < NEVER, gone, 0) * 1_000 if has_gone else [None] * n, dtype="Int64"
                ),
                "dispute": dispute if has_taken else None,
                "grid": np.array(town.grid_ids)[grid],
                "words": [OFFERS[each][1] for each in kind],
                "modified": at * 1_000,
            }
        )
        parts.append(frame[at < min(span.end, NEVER)])
    return spoil(
        pd.concat(parts, ignore_index=True), rng, 0.002, columns={"type": "unknown_code", "grid": "missing"}
    )


def draw_ratings(span: Span) -> pd.DataFrame:
    """Returns ratings of merchants: few shops get most of them, some accounts rate twice, some shops are in no register."""
    rng, firms = span.rng("merchant_rating"), businesses(span)
    rated = _moments(span, RATINGS_PER_DAY, rng)
    n = len(rated)
    shops = firms[firms["industry_code"].isin(SHOPS) & (firms["class8_code"] == "street_shop")]
    fame = rng.pareto(1.6, len(shops)) + 0.05
    which = rng.choice(len(shops), n, p=fame / fame.sum())
    good = np.clip(rng.beta(7, 2, len(shops)), 0.2, 0.99)
    is_open = (shops["opened_at"].to_numpy()[which] <= rated) & (shops["closed_at"].to_numpy()[which] > rated)
    rows = pd.DataFrame(
        {
            "known_at": rated + 10,
            "评价编号": [f"PJ{number:07d}" for number in range(1, n + 1)],
            "统一社会信用代码": shops["credit_code"].to_numpy()[which],
            "评价人账号": [f"u{number}" for number in rng.integers(10_000, 60_000, n)],
            "是否推荐": np.where(rng.random(n) < good[which], "推荐", "不推荐"),
            "评价时间": local_text(rated),
        }
    )[is_open]
    odd = rng.random(len(rows)) < 0.004
    rows["统一社会信用代码"] = rows["统一社会信用代码"].where(~odd, "91330106MA99999999")
    return spoil(rows, rng, 0.004, columns={"是否推荐": "missing"})


REGISTERS = (
    Register("merchant_rating", "csv", draw_ratings, months=6),
    Register("neighbour_exchange", "jsonl", draw_offers, interval_s=3_600, months=6, key="offerId"),
)
