"""Business-environment indicators of the demonstration town (营商环境指标): one value a month from each publisher."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import local_text
from etl.synth.plan import local_day
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import LOCAL_SECONDS

MONTHS_BACK = 26
# Code -> publisher, level two years ago, change of a month, scatter.
INDICATORS = {
    "KB01": ("市场监管所", 7.6, -0.04, 0.6),  # 企业开办用时（小时）
    "SP02": ("区审批服务管理局", 31.0, -0.1, 2.4),  # 工程审批用时（工作日）
    "YW03": ("便民服务中心", 82.0, 0.2, 2.2),  # 一网通办率（%）
    "ND04": ("区供电服务中心", 12.4, -0.04, 1.2),  # 获得电力用时（工作日）
    "LL05": ("辖区银行网点联席会", 4.62, -0.011, 0.12),  # 普惠小微贷款利率（%）
    "DK06": ("辖区银行网点联席会", 15.4, -0.03, 1.6),  # 普惠小微贷款余额同比（%）
    "BS07": ("税务所", 21.0, -0.08, 1.8),  # 办税平均等候（分钟）
    "SL08": ("区法院", 68.0, 0.15, 6.0),  # 商事案件平均审理（日）
    "ZC09": ("经济发展办公室", 71.0, 0.25, 6.0),  # 惠企资金兑付率（%）
    "YG10": ("区人力社保局", 1.42, 0.006, 0.08),  # 求人倍率
    "WL11": ("区统计局", 96.5, 0.05, 0.9),  # 规上企业物流准时率（%）
    "MY12": ("第三方调查", 86.2, 0.08, 1.2),  # 企业满意度（分）
}
PUBLISHED_DAY = 12  # of the following month
STOPPED, SILENT_MONTHS = "YG10", 3  # a publisher that has been silent for the last months
SKIPPED = 0.02


def draw_indicators(span: Span) -> pd.DataFrame:
    """Returns the indicators' values; one publisher stopped, single months are missing, some values are revised."""
    rng = span.rng("env_indicator")
    last = local_day(span.end)
    newest = last.year * 12 + last.month - 2  # year * 12 + month - 1 of the newest month that is over
    today = newest - 1 if last.day > PUBLISHED_DAY else newest - 2
    rows = []
    for code, (publisher, level, slope, scatter) in INDICATORS.items():
        for back in range(MONTHS_BACK, -1, -1):
            month = newest - back
            value = level + slope * (MONTHS_BACK - back) + rng.normal(0, scatter)
            is_silent = code == STOPPED and month > today - SILENT_MONTHS
            if is_silent or rng.random() < SKIPPED:
                continue
            rows.append((code, month, publisher, round(float(value), 2), 0))
            if rng.random() < 0.04:
                rows.append((code, month, publisher, round(float(value + rng.normal(0, scatter / 3)), 2), 24))
    frame = pd.DataFrame(rows, columns=["code", "month", "publisher", "value", "later"])
    following = np.array([_midnight(month + 1) for month in frame["month"]])
    known = np.maximum(
        following + (PUBLISHED_DAY - 1 + frame["later"].to_numpy()) * DAY_S + 36_000, span.start + 7_200
    )
    table = pd.DataFrame(
        {
            "known_at": known + frame["later"].to_numpy(),
            "指标编码": frame["code"],
            "统计月份": [f"{month // 12}年{month % 12 + 1}月" for month in frame["month"]],
            "月末": local_text(following - DAY_S, "%Y-%m-%d"),
            "数值": frame["value"],
            "发布单位": frame["publisher"],
            "更新时间": local_text(known + frame["later"].to_numpy()),
        }
    )
    return table.sort_values("known_at", kind="stable")


def _midnight(month: int) -> int:
    first = pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1)
    return int(first.timestamp()) - LOCAL_SECONDS


REGISTERS = (
    Register("env_indicator", "xlsx", draw_indicators, interval_s=7 * DAY_S, months=24, sheet="指标"),
)
