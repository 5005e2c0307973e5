"""Appeals against the appraisal: late cases of the last two months a department thinks should not count."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.codes import FEEDS
from etl.synth.incidents import Volume
from etl.synth.modules.ground import NEVER, local_text, people
from etl.synth.plan import Plan, local_day, months_between
from etl.synth.register import DAY_S, Register, Span
from etl.synth.reports import draw_month

MONTHS = 2
APPEALS = 140
SOURCES = {"city_management": ("数字城管", "CG"), "complaint_12345": ("12345", "GD")}
ITEMS = ("按期结案", "按期结案", "3小时处置")
REASONS = (
    "需产权单位配合，已书面申请延期未获批",
    "首次派遣非本单位职责，退回耽误时间",
    "暴雨预警期间按指令停止户外作业",
    "平台故障，处置完成后无法上传",
    "现场已处置，核查照片误传",
)
OUTCOMES = ("成立", "不成立", "撤回")


def draw_appeals(span: Span) -> pd.DataFrame:
    """Returns every version of every appeal: raised, and some days later decided."""
    rng = span.rng("appraisal_appeal")
    late = _late_cases(span)
    late = late.iloc[np.sort(rng.permutation(len(late))[:APPEALS])]
    n = len(late)
    raised = late["due"].to_numpy() + rng.integers(6, 96, n) * 3_600
    decided = raised + rng.integers(1, 9, n) * DAY_S + rng.integers(0, 8, n) * 3_600
    rows = pd.DataFrame(
        {
            "申诉编号": [f"SS{number:05d}" for number in range(1, n + 1)],
            "申诉人": people(rng, n),
            "案件来源": late["source"].to_numpy(),
            "案件编号": late["key"].to_numpy(),
            "考核项目": np.array(ITEMS)[rng.integers(0, len(ITEMS), n)],
            "申诉时间": local_text(raised),
            "申诉理由": np.array(REASONS)[rng.integers(0, len(REASONS), n)],
        }
    )
    decision = np.array(OUTCOMES)[rng.choice(3, n, p=(0.45, 0.47, 0.08))]
    parts = [
        rows.assign(复核时间=None, 复核结论=None, known_at=raised + 60),
        rows.assign(复核时间=local_text(decided), 复核结论=decision, known_at=decided + 60),
    ]
    return pd.concat(parts, ignore_index=True)


def _late_cases(span: Span) -> pd.DataFrame:
    """Returns cases of the months around history's end that were closed after their limit: due, source, key."""
    last = local_day(span.end)
    first = max(span.first, (last - timedelta(days=31 * (MONTHS + 2))).replace(day=1))
    plan = Plan(
        span.town_dir, Path(), date(first.year, first.month, 1), span.end, span.seed, Volume(span.scale)
    )
    world, clock = plan.world(), plan.clock()
    parts = []
    for month in months_between(first, last)[:MONTHS]:
        report, _ = draw_month(world, month, volume=plan.volume, clock=clock)
        for feed, (name, prefix) in SOURCES.items():
            mine = (report["feed"] == FEEDS.index(feed)) & (report["closed"] < NEVER)
            mine &= (report["closed"] > report["due"]) & (report["received"] >= span.start)
            numbers = report["report"][mine]
            keys = [f"{prefix}{each // 1_000_000}{each % 1_000_000:06d}" for each in numbers]
            parts.append(pd.DataFrame({"due": report["due"][mine], "source": name, "key": keys}))
    return pd.concat(parts, ignore_index=True)


REGISTERS = (Register("appraisal_appeal", "xlsx", draw_appeals, months=3, sheet="申诉", key="申诉编号"),)
