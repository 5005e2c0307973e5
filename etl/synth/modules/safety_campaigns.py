"""Campaigns (专项整治) of the demonstration town: eighteen a year about places, and the seven special actions."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from etl.synth.modules.ground import day_seconds, local_text
from etl.synth.plan import local_day
from etl.synth.register import Span

# name, classes in scope, first month, months, visits planned
YEARLY = (
    ("春节前人员密集场所消防安全专项整治", ("crowded", "security_venue"), 1, 1, 300),
    ("烟花爆竹与易燃物排查", ("street_shop",), 1, 1, 240),
    ("节后复工复产生产型企业安全检查", ("labour_intensive", "general"), 2, 2, 420),
    ("出租房消防安全专项整治", ("rental",), 3, 3, 620),
    ("危险化学品企业专项整治", ("hazchem",), 3, 2, 120),
    ("沿街商铺“三合一”整治", ("street_shop",), 3, 3, 560),
    ("建筑工地起重机械专项检查", ("construction",), 4, 2, 110),
    ("住宅小区电动自行车充电整治", ("rental",), 4, 3, 380),
    ("娱乐场所平安检查", ("security_venue",), 5, 2, 160),
    ("劳动密集型企业疏散通道整治", ("labour_intensive",), 5, 2, 220),
    ("防汛防台工地排查", ("construction",), 6, 3, 90),
    ("夏季餐饮燃气安全专项整治", ("street_shop", "crowded"), 6, 3, 640),
    ("商业综合体消防专项整治", ("crowded",), 7, 2, 170),
    ("有限空间作业专项检查", ("hazchem", "labour_intensive"), 7, 2, 130),
    ("旅馆与网约房治安专项整治", ("security_venue", "rental"), 8, 2, 260),
    ("开学季校园与培训机构检查", ("crowded", "general"), 8, 2, 180),
    ("仓储物流场所消防专项整治", ("labour_intensive",), 9, 2, 150),
    ("国庆中秋安全生产大检查", ("street_shop", "crowded", "hazchem", "general"), 9, 2, 520),
)
ACTIONS = ("文明促进", "扫黑除恶", "妇儿权益", "反诈宣传", "消防隐患", "打击非法集资", "疫情风险")
SOURCE = {
    "street_shop": "01",
    "security_venue": "02",
    "rental": "03",
    "hazchem": "04",
    "labour_intensive": "05",
    "construction": "06",
    "crowded": "07",
    "general": "08",
}


def plan_campaigns(span: Span) -> pd.DataFrame:
    """Returns the campaigns about places that begin inside the span: key, name, classes, first and last day, visits planned."""
    last = local_day(span.end)
    rows = []
    for year in range(span.first.year, last.year + 1):
        for number, (name, classes, month, months, target) in enumerate(YEARLY, start=1):
            first = date(year, month, 6 if number % 2 else 1)
            end_month = year * 12 + month - 1 + months
            until = date(end_month // 12, end_month % 12 + 1, 1) - timedelta(days=1)
            if span.first <= first <= last:
                rows.append((f"ZX{year}{number:02d}", f"{year}年{name}", classes, first, until, target))
    return pd.DataFrame(rows, columns=["key", "name", "classes", "first", "last", "target"])


def draw_campaigns(span: Span) -> pd.DataFrame:
    """Returns the campaigns' register: planned visits are corrected once half way."""
    campaigns, rng = plan_campaigns(span), span.rng("campaign")
    rows = [
        (
            each.key,
            each.name,
            "专项整治",
            ";".join(SOURCE[code] for code in each.classes),
            each.first,
            each.last,
            each.target,
        )
        for each in campaigns.itertuples(index=False)
    ]
    rows += [
        (f"XD{number:02d}", f"{name}专项行动", "社会治理专项行动", None, span.first, None, None)
        for number, name in enumerate(ACTIONS, 1)
    ]
    names = ["专项编号", "专项名称", "类型", "范围类别", "开始日期", "结束日期", "计划检查数"]
    frame = pd.DataFrame(rows, columns=names).astype({"计划检查数": object})
    changed = np.array([day_seconds(day) for day in frame["开始日期"]]) + 9 * 3_600
    frame["更新时间"] = local_text(changed)
    frame["known_at"] = changed + 3_600
    again = frame[(frame["类型"] == "专项整治") & (rng.random(len(frame)) < 0.3)].copy()
    again["计划检查数"] = [round(each * 1.2) for each in again["计划检查数"]]
    again["known_at"] += 20 * 86_400
    again["更新时间"] = local_text(again["known_at"].to_numpy())
    whole = pd.concat([frame, again], ignore_index=True)
    for name in ("开始日期", "结束日期"):
        whole[name] = [day if day is None else f"{day:%Y-%m-%d}" for day in whole[name]]
    return whole
