"""S-town's emergency plans, their drills, and the levels that were declared."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, local_text, places, spoil
from etl.synth.modules.prevention_forces import TOWN_CENTRE
from etl.synth.register import DAY_S, Register, Span

TOWN_ZONE = ZoneInfo("Asia/Shanghai")
FORMS = ("桌面推演", "实战演练", "双盲演练")
HAZARDS = ("防汛", "台风", "雨雪冰冻", "火灾", "疫情", "地震", "危化品", "群体性事件", "交通", "停水停电")
# field, level, from, until, is drill, document
LEVELS_2020 = (
    ("EPI", "1", "2020-02-01T00:00", "2020-03-03T00:00", 0, "疫情防控一级响应"),
    ("EPI", "2", "2020-03-03T00:00", "2020-03-24T00:00", 0, "疫情防控二级响应"),
    ("EPI", "3", "2020-03-24T00:00", "2020-05-01T00:00", 0, "疫情防控三级响应"),
    ("MOB", "2", "2020-02-01T00:00", "2020-05-01T00:00", 0, "社会动员二级"),
    ("FLD", "3", "2020-06-18T08:00", "2020-07-22T08:00", 0, "防汛三级响应"),
    ("TYP", "4", "2020-08-03T12:00", "2020-08-06T08:00", 0, "防台四级响应"),
)
LEVELS = (
    ("ICE", "4", "2025-01-24T16:00", "2025-01-29T10:00", 0, "低温雨雪冰冻四级响应"),
    ("FLD", "4", "2025-06-14T09:00", "2025-07-02T09:00", 0, "防汛四级响应"),
    ("TYP", "3", "2025-07-29T18:00", "2025-07-31T20:00", 0, "防台三级响应"),
    ("ICE", "3", "2026-01-18T15:00", "2026-01-23T12:00", 0, "低温雨雪冰冻三级响应"),
    ("FLD", "3", "2026-06-20T07:00", "2026-07-06T09:00", 0, "防汛三级响应"),
    ("TYP", "2", "2026-08-11T10:00", "2026-08-14T09:00", 0, "防台二级响应"),
    ("EPI", "2", "2026-10-12T08:00", "2026-10-26T08:00", 1, "疫情防控平战转换演练"),
    ("MOB", "3", "2026-10-12T08:00", "2026-10-26T08:00", 1, "社会动员三级（演练）"),
    ("ICE", "4", "2026-11-19T17:00", None, 0, "寒潮四级响应"),
)


def plan_table(span: Span) -> pd.DataFrame:
    """Returns every plan once: one per hazard for the town, three or four per community."""
    rng = span.rng("plan")
    town = places(span)
    grids: dict[str, int] = {}
    for number, community in enumerate(town.community_ids):
        grids.setdefault(community, number)
    rows = [("镇级", hazard, "S镇", TOWN_CENTRE[0], TOWN_CENTRE[1]) for hazard in HAZARDS]
    for _, grid in sorted(grids.items()):
        point = int(town.pick(np.array([grid]), rng)[0])
        name = town.address[point].split("社区")[0].removeprefix("S镇") + "社区"
        for hazard in rng.choice(HAZARDS, int(rng.integers(2, 5)), replace=False):
            rows.append(("社区级", hazard, name, town.lon[point], town.lat[point]))
    table = pd.DataFrame(rows, columns=["level", "hazard", "owner", "lon", "lat"])
    n = len(table)
    table["number"] = [f"YA{number:03d}" for number in range(1, n + 1)]
    table["issued"] = span.start - rng.integers(100, 1500, n) * DAY_S
    withdrawn = table["issued"] + rng.integers(1600, 4000, n) * DAY_S
    table["withdrawn"] = np.where((rng.random(n) < 0.04) & (withdrawn < span.end), withdrawn, NEVER)
    # Some bodies drill, some only keep the paper.
    table["every_days"] = np.where(rng.random(n) < 0.16, 1400, rng.integers(170, 420, n))
    return table


def draw_plans(span: Span) -> pd.DataFrame:
    """Returns the plans in force, a second version of those that were withdrawn."""
    rng = span.rng("plan_rows")
    table = plan_table(span)
    rows = pd.DataFrame(
        {
            "known_at": span.start - 2500,
            "预案编号": table["number"],
            "预案名称": table["owner"] + table["hazard"] + "应急预案",
            "灾种": table["hazard"],
            "层级": table["level"],
            "编制单位": table["owner"],
            "发布日期": _excel_day(table["issued"]),
            "废止日期": np.nan,
            "经度": np.round(table["lon"], 6),
            "纬度": np.round(table["lat"], 6),
        }
    )
    gone = table["withdrawn"] < NEVER
    known = np.maximum(table["withdrawn"][gone], span.start) + DAY_S
    last = rows[gone].assign(known_at=known, 废止日期=_excel_day(table["withdrawn"][gone]))
    rows = spoil(pd.concat([rows, last]), rng, 0.01, columns={"灾种": "unknown_code"})
    return rows.assign(更新时间=local_text(rows["known_at"].to_numpy()))


def _excel_day(at: pd.Series) -> np.ndarray:
    return (np.asarray(at) + 8 * 3600) // DAY_S + 25_569.0


def draw_plan_drills(span: Span) -> pd.DataFrame:
    """Returns the drills: a row when held, another when its findings were put right."""
    rng = span.rng("plan_drill")
    parts = []
    for plan in plan_table(span).itertuples():
        first = span.start - int(rng.integers(0, plan.every_days)) * DAY_S
        held = first + np.cumsum(np.append(0, rng.normal(plan.every_days, 40, 12)) * DAY_S)
        held = held[(held > plan.issued) & (held < min(plan.withdrawn, span.end))].astype(np.int64)
        at = held // DAY_S * DAY_S + rng.integers(1, 9, len(held)) * 3600
        parts.append(pd.DataFrame({"plan": plan.number, "held": at, "is_town": plan.level == "镇级"}))
    held = pd.concat(parts, ignore_index=True).sort_values(["held", "plan"], ignore_index=True)
    n = len(held)
    findings = rng.poisson(2.2, n)
    rows = pd.DataFrame(
        {
            "known_at": np.maximum(held["held"] + 2 * DAY_S, span.start - 2400),
            "演练编号": [f"YD{number:04d}" for number in range(1, n + 1)],
            "预案编号": held["plan"],
            "形式": rng.choice(FORMS, n, p=(0.45, 0.45, 0.1)),
            "开始时间": local_text(held["held"].to_numpy()),
            "参演人数": np.round(rng.lognormal(np.log(np.where(held["is_town"], 90, 34)), 0.4)).astype(int),
            "发现问题数": findings,
            "已整改数": 0,
        }
    )
    fixed = rows.assign(
        已整改数=rng.binomial(findings, 0.8), known_at=rows["known_at"] + rng.integers(10, 60, n) * DAY_S
    )
    both = spoil(pd.concat([rows, fixed[findings > 0]]), rng, 0.005, columns={"参演人数": "missing"})
    return both.assign(更新时间=local_text(both["known_at"].to_numpy()))


def alert_levels(span: Span) -> pd.DataFrame:
    """Returns the levels declared within the span: field, level, begin and end in UTC seconds (end may be NEVER)."""
    rows = LEVELS_2020 if span.is_2020 else LEVELS
    table = pd.DataFrame(rows, columns=["field", "level", "begin", "end", "is_drill", "basis"])
    for name in ("begin", "end"):
        table[name] = [_second(text) if isinstance(text, str) else NEVER for text in table[name]]
    return table[table["begin"] < span.end].reset_index(drop=True)


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TOWN_ZONE).astimezone(UTC).timestamp())


def draw_levels(span: Span) -> pd.DataFrame:
    """Returns the decisions: a row when a level is declared, the same again when it is lifted."""
    table = alert_levels(span)
    peace = pd.DataFrame(
        [("EPI", "0", span.start - 400 * DAY_S, NEVER, 0, "平时状态")], columns=table.columns
    )
    table = pd.concat([peace, table], ignore_index=True)
    rows = pd.DataFrame(
        {
            "known_at": np.maximum(table["begin"] + 300, span.start - 2600),
            "noticeNo": [f"DJ{number:03d}" for number in range(len(table))],
            "field": table["field"],
            "level": table["level"],
            "declaredAt": local_text(table["begin"].to_numpy(), "%Y-%m-%dT%H:%M:%S+08:00"),
            "liftedAt": None,
            "drill": table["is_drill"].astype(str),
            "basis": table["basis"],
        }
    )
    lifted = table["end"] < NEVER
    text = local_text(table["end"].to_numpy(), "%Y-%m-%dT%H:%M:%S+08:00")
    later = rows[lifted].assign(known_at=table["end"][lifted] + 300, liftedAt=text[lifted])
    both = pd.concat([rows, later], ignore_index=True)
    return both.assign(updatedAt=local_text(both["known_at"].to_numpy(), "%Y-%m-%dT%H:%M:%S+08:00"))


REGISTERS = (
    Register("plan", "xlsx", draw_plans, sheet="预案"),
    Register("plan_drill", "csv", draw_plan_drills),
    Register("alert_level", "json", draw_levels, interval_s=3600),
)
