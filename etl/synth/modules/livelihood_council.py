"""议事会: hot topics, letters and petitions become agenda items; residents are invited, meet, and are answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.codes import catalog, category_source, read_table
from etl.synth.modules.ground import NEVER, local_text, people, phones, places, spoil
from etl.synth.register import Register, Span
from etl.synth.themes import PERIOD_DAYS, began, themes_at

DAY = 86_400
PER_THEME = 4.0  # communities whose council takes a hot topic up
OTHERS_PER_DAY = 0.35
ORIGINS = {"居民信箱": 0.45, "信访": 0.2, "居民提议": 0.35}
DECISIONS = (
    "成立居民监督小组，月内公示方案",
    "由物业先行整改，议事会两周后回看",
    "报街道列入下季度民生项目",
    "商户签订自律公约，社区每周巡查",
)


def draw_deliberations(span: Span) -> pd.DataFrame:
    """Returns every version of every agenda item: proposed, invited, held, answered or withdrawn."""
    rng = span.rng("deliberation")
    rows = pd.DataFrame(
        _hot(span, rng) + _others(span, rng), columns=["proposed", "category", "agenda", "origin"]
    )
    rows = rows.sort_values(["proposed", "agenda"], ignore_index=True)
    n = len(rows)
    communities = np.array(sorted(set(places(span).community_ids)))
    rows["community"] = rng.choice(communities, n)
    rows["invited"] = rows["proposed"] + rng.lognormal(np.log(1.5 * DAY), 0.5, n).astype(np.int64)
    rows["planned"] = _evening(rows["invited"] + rng.lognormal(np.log(6 * DAY), 0.45, n))
    rows["held"] = np.where(rng.random(n) < 0.94, rows["planned"] + 300, NEVER).astype(np.int64)
    after = rows["held"] + rng.lognormal(np.log(5 * DAY), 0.6, n)
    rows["answered"] = np.where((rng.random(n) < 0.92) & (rows["held"] < NEVER), after, NEVER).astype(
        np.int64
    )
    rows["withdrawn"] = np.where(rng.random(n) < 0.03, rows["proposed"] + 2 * DAY, NEVER).astype(np.int64)
    for moment in ("invited", "held", "answered"):
        rows.loc[rows["withdrawn"] < NEVER, moment] = NEVER
    rows["sms"], rows["scan"] = rng.integers(40, 260, n), rng.poisson(18, n)
    rows["attendees"] = 6 + rng.binomial(rows["sms"], 0.09) + rng.binomial(rows["scan"], 0.7)
    rows["asked"] = np.minimum(rows["attendees"], 30)
    rows["reached"] = rng.binomial(rows["asked"], 0.8)
    rows["satisfied"] = rng.binomial(rows["reached"], 0.83)
    rows["decision"], rows["name"], rows["phone"] = rng.choice(DECISIONS, n), people(rng, n), phones(rng, n)
    rows["number"] = np.arange(1, n + 1)
    moments = ("proposed", "invited", "held", "answered", "withdrawn")
    parts = pd.concat([_told(rows[rows[moment] < NEVER], moment) for moment in moments], ignore_index=True)
    return spoil(parts, rng, 0.002, columns={"诉求类别": "unknown_code", "到会人数": "bad_number"})


def _hot(span: Span, rng: np.random.Generator) -> list[tuple]:
    """Items that take up what the town talks about, some days after it begins."""
    found = []
    for start in range(began(span.start), span.end, PERIOD_DAYS * DAY):
        for theme in themes_at(start):
            for _ in range(rng.poisson(PER_THEME)):
                at = start + int(rng.uniform(7, 20) * DAY)
                found.append((at, theme["category_code"], theme["agenda"], "热点分析"))
    return [row for row in found if span.start <= row[0] < span.end]


def _others(span: Span, rng: np.random.Generator) -> list[tuple]:
    """Items from letters, petitions and residents, about anything councils have talked about before."""
    matters = read_table("themes")
    at = span.start + rng.uniform(0, span.days * DAY, rng.poisson(OTHERS_PER_DAY * span.days)).astype(
        np.int64
    )
    origins = rng.choice(list(ORIGINS), len(at), p=list(ORIGINS.values()))
    matter = rng.integers(0, len(matters), len(at))
    return [
        (int(second), matters[which]["category_code"], matters[which]["agenda"], str(origin))
        for second, which, origin in zip(at, matter, origins, strict=True)
    ]


def _evening(second: np.ndarray) -> np.ndarray:
    """Returns seven in the evening, local time, of each instant's day."""
    day = (np.asarray(second).astype(np.int64) + 8 * 3_600) // DAY
    return day * DAY + 11 * 3_600


def _hotline_kinds() -> dict[str, str]:
    """Returns category -> what the hotline calls it."""
    kinds = enumerate(catalog(), start=1)
    return {
        row["category_code"]: category_source("complaint_12345", row, index=number) for number, row in kinds
    }


def _told(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Returns the items as they stood when `moment` happened to them."""
    told = rows[moment].to_numpy()

    def seen(name: str) -> np.ndarray:
        return local_text(np.where(rows[name] <= told, rows[name], NEVER), "%Y-%m-%d %H:%M:%S")

    def since(name: str, column: str) -> pd.Series:
        values = rows[column].where(rows[name] <= told, None)
        return values if column == "decision" else values.astype("Int64")

    return pd.DataFrame(
        {
            "known_at": told,
            "议题编号": [f"YS{number:05d}" for number in rows["number"]],
            "议题": rows["agenda"],
            "诉求类别": rows["category"].map(_hotline_kinds()),
            "来源": rows["origin"],
            "社区编号": rows["community"],
            "提出时间": seen("proposed"),
            "邀请时间": seen("invited"),
            "短信邀请人数": since("invited", "sms"),
            "扫码报名人数": since("invited", "scan"),
            "拟开会时间": local_text(
                np.where(rows["invited"] <= told, rows["planned"], NEVER), "%Y-%m-%d %H:%M:%S"
            ),
            "开会时间": seen("held"),
            "到会人数": since("held", "attendees"),
            "议定方案": since("held", "decision"),
            "回应时间": seen("answered"),
            "回访人数": since("answered", "asked"),
            "回访接通人数": since("answered", "reached"),
            "满意人数": since("answered", "satisfied"),
            "撤题时间": seen("withdrawn"),
            "联系人": rows["name"],
            "联系电话": rows["phone"],
            "更新时间": local_text(told, "%Y-%m-%d %H:%M:%S"),
        }
    )


REGISTERS = (Register("deliberation", "csv", draw_deliberations, months=6),)
