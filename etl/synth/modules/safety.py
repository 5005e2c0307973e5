"""Registers of safety: registered places (weekly changes), their codes, drills and accidents; visits are in safety_visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, businesses, local_text, places, spoil
from etl.synth.modules.safety_campaigns import draw_campaigns
from etl.synth.modules.safety_chains import DAY_S
from etl.synth.modules.safety_visits import coded_places, draw_hazards, draw_inspections
from etl.synth.register import Register, Span

CLASS8 = (
    "street_shop",
    "security_venue",
    "rental",
    "hazchem",
    "labour_intensive",
    "construction",
    "crowded",
    "general",
)
INDUSTRY = {
    "retail": "零售业",
    "catering": "餐饮业",
    "services": "居民服务业",
    "hotel": "住宿业",
    "entertainment": "娱乐业",
    "property": "房屋租赁",
    "chemical": "化工",
    "manufacturing": "制造业",
    "logistics": "物流仓储",
    "construction": "建筑业",
    "education": "教育",
    "health": "卫生",
    "software": "软件信息",
    "wholesale": "批发业",
    "culture": "文化传播",
}
MOVED_SHARE, VOID_SHARE, ABNORMAL_SHARE = 0.05, 0.002, 0.01
NO_POINT, NO_CLASS = 0.012, 0.004
DRILLS_PER_YEAR = {
    "street_shop": 0.1,
    "security_venue": 0.6,
    "rental": 0.06,
    "hazchem": 1.3,
    "labour_intensive": 0.7,
    "construction": 0.8,
    "crowded": 0.9,
    "general": 0.2,
}
ACCIDENTS_PER_YEAR = 34
CODED_TWICE = 0.01


def draw_enterprises(span: Span) -> pd.DataFrame:
    """Returns every version of every registered place: as first known, as moved, as struck off, as closed."""
    firms, town, rng = businesses(span), places(span), span.rng("enterprise")
    state = pd.DataFrame(
        {
            "changed": np.maximum(firms["opened_at"], span.start - 3 * DAY_S),
            "licence": "存续",
            "licence_from": firms["opened_at"],
            "moved": NEVER,
            "closed": NEVER,
            "point": firms["point"],
            "grid": firms["grid"],
        }
    )
    versions = [state]
    for share, draw in (
        (MOVED_SHARE, _moved),
        (VOID_SHARE, _struck_off("吊销")),
        (ABNORMAL_SHARE, _struck_off("异常")),
    ):
        hit = np.flatnonzero(rng.random(len(firms)) < share)
        at = span.start + rng.integers(10, max(11, span.days), len(hit)) * DAY_S
        alive = (at > firms["opened_at"].to_numpy()[hit] + 5 * DAY_S) & (
            at < firms["closed_at"].to_numpy()[hit]
        )
        versions.append(draw(state.iloc[hit[alive]].copy(), at[alive], town=town, rng=rng))
    gone = firms.index[(firms["closed_at"] < span.end) & (firms["closed_at"] > firms["opened_at"])]
    last = state.loc[gone].copy()
    last["changed"] = np.maximum(firms["closed_at"][gone], span.start - 2 * DAY_S)
    last["closed"] = firms["closed_at"][gone]
    last["licence"] = "注销"
    last["licence_from"] = firms["closed_at"][gone]
    return _worded(pd.concat([*versions, last]), span, rng)


def _moved(state: pd.DataFrame, at: np.ndarray, *, town, rng: np.random.Generator) -> pd.DataFrame:
    state["grid"] = rng.integers(0, len(town.grid_ids), len(state))
    state["point"] = town.pick(state["grid"].to_numpy(), rng)
    return state.assign(changed=at, moved=at)


def _struck_off(word: str):
    return lambda state, at, **_: state.assign(changed=at, licence=word, licence_from=at)


def _worded(state: pd.DataFrame, span: Span, rng: np.random.Generator) -> pd.DataFrame:
    """Returns the feed's own columns; changes reach the weekly file of the following Monday."""
    firm, town = businesses(span).loc[state.index].reset_index(drop=True), places(span)
    state = state.reset_index(drop=True)
    changed, point = state["changed"].to_numpy(), state["point"].to_numpy()
    number = firm["building_no"].to_numpy()
    class8 = [f"{CLASS8.index(code) + 1:02d}" for code in firm["class8_code"]]
    frame = pd.DataFrame(
        {
            "known_at": _next_monday(np.maximum(changed, span.start - 4 * DAY_S)),
            "统一社会信用代码": firm["credit_code"],
            "名称": firm["name"],
            "八类代码": class8,
            "行业": firm["industry_code"].map(INDUSTRY),
            "登记状态": state["licence"],
            "状态日期": local_text(state["licence_from"], "%Y-%m-%d"),
            "从业人数": firm["employee_count"],
            "建筑面积": firm["floor_area_m2"],
            "涉危化品": np.where(firm["has_hazardous"], "是", "否"),
            "楼宇编号": [f"LY{each:04d}" if each >= 0 else None for each in number],
            "成立日期": local_text(firm["opened_at"], "%Y-%m-%d"),
            "歇业日期": local_text(state["closed"], "%Y-%m-%d"),
            "迁入日期": local_text(state["moved"], "%Y-%m-%d"),
            "经度": np.round(town.lon[point], 6),
            "纬度": np.round(town.lat[point], 6),
            "网格编码": np.array(town.grid_ids)[state["grid"]],
            "经营地址": town.address[point],
            "变更时间": local_text(changed),
        }
    )
    poor = spoil(frame, rng, NO_CLASS, columns={"八类代码": "unknown_code", "建筑面积": "bad_number"})
    unplaced = rng.random(len(poor)) < NO_POINT
    for name in ("经度", "纬度"):
        poor[name] = poor[name].mask(unplaced)
    again = frame[poor["建筑面积"].astype(str) != frame["建筑面积"].astype(str)].copy()
    again["known_at"] += 7 * DAY_S  # what could not be read is sent again, right, a week later
    return pd.concat([poor, again]).sort_values("known_at", kind="stable").reset_index(drop=True)


def _next_monday(at: np.ndarray) -> np.ndarray:
    """Returns the Monday 02:00 local after an instant (the epoch was a Thursday)."""
    local = np.asarray(at) + 8 * 3_600
    week = (local - 4 * DAY_S) // (7 * DAY_S) + 1
    return week * 7 * DAY_S + 4 * DAY_S + 2 * 3_600 - 8 * 3_600


def draw_codes(span: Span) -> pd.DataFrame:
    """Returns the coding acts; one place in a hundred was coded twice, half of the second codes were withdrawn."""
    coded, rng = coded_places(span), span.rng("safety_code")
    second = coded[rng.random(len(coded)) < CODED_TWICE].copy()
    second["coded_at"] += rng.integers(20, 200, len(second)) * DAY_S
    acts = pd.concat([coded, second[second["coded_at"] < span.end]], ignore_index=True)
    is_second = acts.index >= len(coded)
    revoked = np.where(is_second & (rng.random(len(acts)) < 0.5), acts["coded_at"] + 3 * DAY_S, NEVER)
    coders = rng.integers(13_000_000_000, 13_999_999_999, 40)
    frame = pd.DataFrame(
        {
            "known_at": np.where(revoked < NEVER, revoked, acts["coded_at"])
            + rng.integers(600, 60_000, len(acts)),
            "code_no": [f"PA{number:06d}" for number in range(len(acts))],
            "credit_code": acts["credit_code"],
            "coded": local_text(acts["coded_at"]),
            "revoked": local_text(revoked),
            "coder": [str(each) for each in rng.choice(coders, len(acts))],
            "updated": local_text(np.where(revoked < NEVER, revoked, acts["coded_at"])),
        }
    )
    frame["known_at"] = np.maximum(frame["known_at"], span.start - DAY_S)
    return frame


def draw_drills(span: Span) -> pd.DataFrame:
    """Returns drills at coded places, most where many people or dangerous goods are."""
    coded, rng = coded_places(span), span.rng("drill")
    rate = coded["class8_code"].map(DRILLS_PER_YEAR).to_numpy() * span.days / 365 * span.scale
    row = np.repeat(np.arange(len(coded)), rng.poisson(rate))
    place = coded.iloc[row]
    day = span.start // DAY_S + rng.integers(0, span.days, len(row))
    at = day * DAY_S + rng.integers(1, 9, len(row)) * 3_600 + rng.integers(0, 60, len(row)) * 60
    people = np.maximum(2, place["employee_count"].to_numpy() * rng.uniform(0.5, 1.6, len(row))).astype(int)
    kind = rng.choice(["消防", "疏散", "防汛"], len(row), p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame(
        {
            "known_at": at + rng.integers(3_600, 5 * DAY_S, len(row)),
            "drillNo": [f"YL{number:06d}" for number in range(len(row))],
            "uscc": place["credit_code"].to_numpy(),
            "heldAt": at * 1000,
            "kind": np.where(place["class8_code"] == "hazchem", "危化品泄漏", kind),
            "people": people,
            "minutes": np.where(rng.random(len(row)) < 0.8, np.round(rng.gamma(6, 0.6, len(row)), 1), np.nan),
            "updatedAt": (at + 1_800) * 1000,
        }
    )
    return frame[(at > place["coded_at"].to_numpy()) & (at < place["closed_at"].to_numpy())].reset_index(
        drop=True
    )


def draw_accidents(span: Span) -> pd.DataFrame:
    """Returns the accident ledger: few, mostly where goods are dangerous or people work at heights."""
    firms, rng = businesses(span), span.rng("accident")
    odds = (
        firms["class8_code"]
        .map({"hazchem": 12, "construction": 15, "labour_intensive": 5, "crowded": 3})
        .fillna(1)
    )
    count = rng.poisson(ACCIDENTS_PER_YEAR * span.days / 365)
    row = rng.choice(len(firms), count, p=(odds / odds.sum()).to_numpy())
    at = span.start + np.sort(rng.integers(0, span.days * DAY_S, count))
    open_then = (at > firms["opened_at"].to_numpy()[row]) & (at < firms["closed_at"].to_numpy()[row])
    frame = pd.DataFrame(
        {
            "known_at": at + rng.integers(6 * 3_600, 6 * DAY_S, count),
            "事故编号": [f"SG{number:04d}" for number in range(count)],
            "事故单位代码": firms["credit_code"].to_numpy()[row],
            "发生时间": local_text(at, "%Y/%m/%d %H:%M"),
            "事故类型": rng.choice(
                ["火灾", "机械伤害", "高处坠落", "中毒窒息", "坍塌"], count, p=[0.5, 0.2, 0.15, 0.1, 0.05]
            ),
            "有无伤亡": rng.choice(["有", "无"], count, p=[0.35, 0.65]),
            "更新时间": local_text(at + 3_600, "%Y/%m/%d %H:%M"),
        }
    )
    return frame[open_then].reset_index(drop=True)


REGISTERS = (
    Register("enterprise", "csv", draw_enterprises, interval_s=7 * DAY_S, months=3, encoding="gb18030"),
    Register("safety_code", "parquet", draw_codes, interval_s=DAY_S, months=6),
    Register("inspection", "jsonl", draw_inspections, interval_s=3_600, months=1),
    Register("hazard", "xml", draw_hazards, interval_s=3_600, months=1, record="hazard"),
    Register("campaign", "xlsx", draw_campaigns, interval_s=7 * DAY_S, months=6, sheet="专项"),
    Register("drill", "json", draw_drills, interval_s=DAY_S, months=6, records="list"),
    Register("accident", "csv", draw_accidents, interval_s=7 * DAY_S, months=12, delimiter=";"),
)
