"""吹哨报到: who blew, which departments were called, who came when, whether it was settled."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.codes import FEEDS, all_departments, catalog
from etl.synth.handling import spread_minutes
from etl.synth.incidents import NEVER
from etl.synth.modules.enforcement_cases import cases, versions
from etl.synth.modules.ground import local_text, places, spoil
from etl.synth.register import Register, Span
from etl.synth.reports import VIDEO

HOUR = 3600
LOCAL = 8 * HOUR
# How often a case of the category takes a whistle; and which departments of the district it then needs.
CHANCE = {
    **{
        "illegal_building": 0.3,
        "hazchem": 0.3,
        "dispute_labour": 0.3,
        "group_rent": 0.3,
        "gas": 0.25,
        "flood": 0.22,
    },
    **{
        "sludge": 0.2,
        "site_safety": 0.18,
        "dump_truck": 0.14,
        "falling": 0.14,
        "dust": 0.12,
        "utility": 0.12,
    },
    **{"fire_lane": 0.1, "tree": 0.1, "river": 0.1, "wiring": 0.08, "noise_site": 0.08, "property": 0.07},
    **{
        "bbq_smoke": 0.06,
        "road_damage": 0.05,
        "outdoor_ad": 0.05,
        "dispute_rent": 0.05,
        "street_vendor": 0.02,
    },
}
DISTRICT = {
    **{
        "illegal_building": ("d_planning", "d_urban"),
        "hazchem": ("d_environment",),
        "gas": ("d_urban", "d_housing"),
    },
    **{"flood": ("d_water", "d_urban"), "sludge": ("d_urban", "d_transport"), "dump_truck": ("d_transport",)},
    **{
        "dust": ("d_environment", "d_housing"),
        "site_safety": ("d_housing",),
        "utility": ("d_power", "d_water"),
    },
    **{
        "river": ("d_environment", "d_water"),
        "road_damage": ("d_transport",),
        "noise_site": ("d_environment",),
    },
    **{"tree": ("d_urban",), "falling": ("d_housing",), "bbq_smoke": ("d_environment", "d_health")},
}
HELPERS = (
    "police",
    "enforcement",
    "emergency",
    "market",
    "fire",
    "construction",
    "housing",
    "traffic_police",
)
ABSENT = {
    "d_planning": 0.17,
    "d_transport": 0.12,
    "housing": 0.1,
    "construction": 0.08,
    "d_power": 0.02,
    "police": 0.01,
}
PACE = {
    "police": 0.7,
    "fire": 0.7,
    "traffic_police": 0.8,
    "d_planning": 1.7,
    "d_environment": 1.3,
    "housing": 1.25,
}
WHISTLERS = ("网格长", "社区", "综治大队", "区域长")
CAUSES = ("跨部门", "权责不清", "屡治不绝", "重大事项")
SYSTEMS = {
    "city_management": "数字城管",
    "complaint_12345": "12345热线",
    "citizen_report": "随手拍",
    "grid_patrol": "网格通",
}


@lru_cache(maxsize=1)
def _drawn(span: Span) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns (whistles, calls) in true UTC seconds."""
    rng = span.rng("whistle")
    whistle = _whistles(cases(span), rng)
    call = _calls(whistle, rng)
    whistle["first"] = call.groupby("whistle")["arrived"].min().reindex(whistle.index).to_numpy()
    last = (
        call[call["arrived"] < NEVER].groupby("whistle")["arrived"].max().reindex(whistle.index).fillna(NEVER)
    )
    share = call.assign(came=call["arrived"] < NEVER).groupby("whistle")["came"].mean().to_numpy()
    settled = rng.random(len(whistle)) < 0.5 + 0.4 * share
    work = spread_minutes(rng, 95.0, sigma=0.9, count=len(whistle))
    done = np.where((last < NEVER) & settled, last.to_numpy().astype(np.int64) + work, NEVER)
    given_up = np.where(done < NEVER, NEVER, whistle["whistled"] + 5 * 24 * HOUR)
    return whistle.assign(solved=done, given_up=given_up), call


def _whistles(report: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Picks the cases that took a whistle: several departments' matters that were not over soon."""
    chance = report["category_code"].map(CHANCE).fillna(0.0).to_numpy()
    count = len(report)
    at = report["dispatched"].to_numpy() + spread_minutes(rng, 35.0, sigma=0.8, count=count)
    plain = report["is_lead"] & ~report["is_void"] & ~report["is_self_handled"] & (report["feed"] != VIDEO)
    picked = plain & (report["dispatched"] < NEVER) & (at < report["handled"]) & (rng.random(count) < chance)
    whistle = report[picked].reset_index(drop=True)
    count = len(whistle)
    can_district = whistle["category_code"].isin(list(DISTRICT))
    is_district = can_district & (rng.random(count) < 0.42)
    return whistle.assign(
        whistled=at[picked.to_numpy()],
        is_district=is_district,
        limit=np.where(is_district, 60, 30),
        whistler=rng.choice(4, count, p=[0.44, 0.27, 0.2, 0.09]),
        cause=np.where(
            is_district,
            rng.choice([0, 1, 3], count, p=[0.5, 0.2, 0.3]),
            rng.choice([0, 1, 2], count, p=[0.55, 0.25, 0.2]),
        ),
        has_case=rng.random(count) < 0.96,
    )


def _calls(whistle: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Calls the department in charge, some that help and, at the district's level, the district's."""
    in_charge = {row["category_code"]: row["department_id"] for row in catalog()}
    rows = []
    helping = rng.integers(1, 4, len(whistle))
    for number, (code, is_district, wanted) in enumerate(
        zip(whistle["category_code"], whistle["is_district"], helping, strict=True)
    ):
        own = [in_charge[code], *(DISTRICT[code] if is_district else ())]
        helpers = [each for each in rng.permutation(HELPERS)[: wanted + 1] if each not in own][:wanted]
        rows += [(number, name) for name in [*own, *helpers]]
    call = pd.DataFrame(rows, columns=["whistle", "department"])
    called = whistle["whistled"].to_numpy()[call["whistle"]] + rng.integers(20, 200, len(call))
    hour = (called + LOCAL) // HOUR % 24
    night = np.where((hour < 7) | (hour >= 19), 1.35, 1.0)
    median = np.where(whistle["is_district"].to_numpy()[call["whistle"]], 36.0, 17.0) * night
    median = median * call["department"].map(PACE).fillna(1.0).to_numpy()
    arrived = called + spread_minutes(rng, median, sigma=0.52, count=len(call))
    absent = rng.random(len(call)) < call["department"].map(ABSENT).fillna(0.03).to_numpy() * np.where(
        night > 1, 1.5, 1.0
    )
    arrived = np.where(absent, NEVER, arrived)
    left = np.where(absent, NEVER, arrived + spread_minutes(rng, 55.0, sigma=0.6, count=len(call)))
    # A few sign in on a clock that runs behind: before they were called.
    is_behind = ~absent & (rng.random(len(call)) < 0.004)
    arrived = np.where(is_behind, called - rng.integers(60, 900, len(call)), arrived)
    return call.assign(called=called, arrived=arrived, left=left)


def draw_whistles(span: Span) -> pd.DataFrame:
    """Returns every version of every whistle: blown, then settled or given up."""
    whistle, _ = _drawn(span)
    lines = versions(
        whistle.reset_index(names="number"), ("solved", "given_up"), since=whistle["whistled"].to_numpy() + 60
    )
    lon, lat = wgs84_to_gcj02(lines["lon"].to_numpy(), lines["lat"].to_numpy())
    town = places(span)
    names = np.array([row["name_zh"] for row in catalog()])
    frame = pd.DataFrame(
        {
            "known_at": lines["known_at"],
            "whistleNo": _numbers("CS", lines),
            "updatedAt": local_text(lines["known_at"], "%Y-%m-%dT%H:%M:%S"),
            "whistleTime": local_text(lines["whistled"], "%Y-%m-%dT%H:%M:%S"),
            "caseNo": lines["key"].where(lines["has_case"]),
            "caseSystem": pd.Series(np.array(FEEDS)[lines["feed"]]).map(SYSTEMS).where(lines["has_case"]),
            "level": np.where(lines["is_district"], "区级", "镇级"),
            "initiator": np.array(WHISTLERS)[lines["whistler"]],
            "cause": np.array(CAUSES)[lines["cause"]],
            "limitMinutes": lines["limit"],
            "solvedTime": local_text(lines["solved"], "%Y-%m-%dT%H:%M:%S"),
            "result": np.where(
                lines["solved"] < NEVER, "已解决", np.where(lines["given_up"] < NEVER, "未解决", None)
            ),
            "lng": np.round(lon, 6),
            "lat": np.round(lat, 6),
            "grid": np.array(town.grid_ids)[lines["point"] // town.points_per_grid],
            "place": town.address[lines["point"]],
            "matter": "现场吹哨：" + pd.Series(names[lines["category"]]),
        }
    )
    return spoil(
        frame, span.rng("whistle defects"), 0.003, columns={"cause": "unknown_code", "lng": "missing"}
    )


def draw_calls(span: Span) -> pd.DataFrame:
    """Returns every version of every call of a department: called, reported in, left."""
    whistle, call = _drawn(span)
    call = call.assign(month=whistle["report"].to_numpy()[call["whistle"]] // 1_000_000).reset_index(
        names="number"
    )
    lines = versions(call, ("arrived", "left"), since=call["called"].to_numpy() + 30)
    names = {row["department_id"]: row["name_zh"] for row in all_departments()}
    numbers = _numbers("CS", lines.assign(number=lines["whistle"], report=lines["month"] * 1_000_000))
    frame = pd.DataFrame(
        {
            "known_at": lines["known_at"],
            "报到单号": "BD" + lines["number"].astype(str).str.zfill(7),
            "哨单号": numbers,
            "部门": lines["department"].map(names),
            "通知时间": local_text(lines["called"]),
            "报到时间": local_text(lines["arrived"]),
            "离场时间": local_text(lines["left"]),
            "更新时间": local_text(lines["known_at"]),
        }
    )
    columns = {"部门": "unknown_code", "报到时间": "bad_time"}
    return spoil(frame, span.rng("call defects"), 0.002, columns=columns)


def _numbers(prefix: str, lines: pd.DataFrame) -> pd.Series:
    """Returns keys such as CS202611-00042."""
    return (
        prefix + (lines["report"] // 1_000_000).astype(str) + "-" + lines["number"].astype(str).str.zfill(6)
    )


REGISTERS = (
    Register("whistle", "json", draw_whistles, interval_s=600, months=6),
    Register("whistle_department", "csv", draw_calls, interval_s=600, months=6, encoding="gb18030"),
)
