"""What S-town can call up: resources of five bases, call-up drills, emergency stock of two levels."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, Places, day_seconds, local_text, phones, places, spoil
from etl.synth.register import DAY_S, Register, Span

TOWN_CENTRE = (120.0735, 30.3275)
# kind -> base, how many, typical quantity, unit, lead minutes, post that answers.
KINDS = {
    "医护队": ("专业技术人员", 26, 9, "人", 18, "社区卫生服务站值班岗"),
    "抢险队": ("专业技术人员", 22, 14, "人", 12, "应急管理站值班岗"),
    "工程抢修队": ("专业技术人员", 18, 8, "人", 20, "市政养护值班岗"),
    "消防队": ("专业技术人员", 47, 6, "人", 6, "微型消防站值班岗"),
    "防疫消杀队": ("专业技术人员", 43, 5, "人", 25, "社区卫生岗"),
    "防疫物资库": ("应急物资", 20, 3000, "件", 10, "仓库保管岗"),
    "救生物资库": ("应急物资", 12, 160, "件", 10, "仓库保管岗"),
    "生活物资库": ("应急物资", 14, 900, "件", 15, "仓库保管岗"),
    "粮油储备": ("资源储备", 9, 60, "吨", 40, "粮站值班岗"),
    "燃油储备": ("资源储备", 6, 30, "吨", 35, "加油站值班岗"),
    "饮水储备": ("资源储备", 11, 20, "吨", 30, "水务值班岗"),
    "客运车队": ("交通运输装备", 8, 12, "辆", 25, "车队调度岗"),
    "货运车队": ("交通运输装备", 16, 9, "辆", 22, "车队调度岗"),
    "工程机械": ("交通运输装备", 21, 4, "台", 35, "工地值班岗"),
    "无人机队": ("交通运输装备", 4, 3, "架", 8, "信息指挥室飞手岗"),
    "志愿服务队": ("社会组织", 86, 24, "人", 30, "社区党委副书记岗"),
    "社会救援队": ("社会组织", 5, 18, "人", 35, "救援队值守岗"),
    "商会企业": ("社会组织", 34, 10, "人", 45, "企业值班岗"),
}
DRILL_NAMES = ("防汛抢险拉动", "疫情防控拉动", "雨雪冰冻拉动", "消防应急拉动", "夜间双盲拉动")
DRILL_EVERY_DAYS = 38
DRILL_S = 120 * 60
# item -> unit, minimum per community store, daily use of it, shelf life in days (0: does not expire), is kept by communities
ITEMS = {
    "M01": ("只", 4000, 380, 720, True), "M02": ("套", 60, 5, 900, True), "M03": ("升", 200, 12, 540, True),
    "M04": ("支", 20, 0.5, 1500, True), "M05": ("双", 1500, 140, 1000, True), "R01": ("件", 30, 1, 0, False),
    "R02": ("根", 20, 0.5, 0, False), "R03": ("只", 500, 40, 0, True), "R04": ("台", 4, 0.2, 0, False),
    "R05": ("台", 3, 0.1, 0, False), "L01": ("顶", 20, 0.6, 0, False), "L02": ("床", 80, 4, 0, True),
    "L03": ("箱", 120, 14, 365, True), "L04": ("份", 300, 45, 360, False), "L05": ("支", 60, 2, 0, True),
    "F01": ("具", 40, 1, 1800, True),
}  # fmt: skip


def resource_table(span: Span) -> pd.DataFrame:
    """Returns every resource once, with its place; `entered` and `left` in UTC seconds."""
    rng = span.rng("resource")
    town = places(span)
    weight = np.sqrt(town.facts["day_population_count"].to_numpy(float))
    kind = np.repeat(list(KINDS), [each[1] for each in KINDS.values()])
    n = len(kind)
    point = town.pick(rng.choice(len(weight), n, p=weight / weight.sum()), rng)
    size = np.array([KINDS[each][2] for each in kind])
    entered = span.start - rng.integers(30, 1500, n) * DAY_S
    is_new = rng.random(n) < 0.12
    entered = np.where(is_new, rng.integers(span.start, span.end, n), entered)
    left = np.where(rng.random(n) < 0.05, entered + rng.integers(200, 1200, n) * DAY_S, NEVER)
    return pd.DataFrame(
        {
            "number": [f"DY{number:04d}" for number in range(1, n + 1)],
            "kind": kind,
            "quantity": np.maximum(1, np.round(size * rng.lognormal(0, 0.35, n))).astype(int),
            "lead": np.maximum(3, np.round([KINDS[each][4] for each in kind] * rng.lognormal(0, 0.25, n))),
            "name": [
                f"{address.split('号')[0]}号{each}"
                for address, each in zip(town.address[point], kind, strict=True)
            ],
            "address": town.address[point],
            "lon": town.lon[point],
            "lat": town.lat[point],
            "entered": entered,
            "left": left,
            "phone": phones(rng, n),
            "verify_days": rng.choice([60, 120, 200, 420], n, p=[0.3, 0.35, 0.23, 0.12]),
        }
    )


def _verified(table: pd.DataFrame, span: Span, rng: np.random.Generator) -> pd.DataFrame:
    """Returns when each entry was verified and how many units were found, and once more when it left."""
    parts = []
    for row in table.itertuples():
        first = max(row.entered, span.start - int(rng.integers(0, row.verify_days)) * DAY_S)
        verified = first + np.cumsum(rng.exponential(row.verify_days, 40)) * DAY_S
        verified = np.array([first, *verified[verified < min(row.left, span.end)]], dtype=np.int64)
        # What was verified before the history began is told once, by the newest of it.
        verified = verified[max(int(np.searchsorted(verified, span.start)) - 1, 0) :]
        count = np.maximum(1, np.round(row.quantity * np.cumprod(rng.lognormal(0, 0.06, len(verified)))))
        parts.append(pd.DataFrame({"index": row.Index, "verified": verified, "count": count, "left": NEVER}))
        if row.left < span.end:
            last = {"index": row.Index, "verified": verified[-1], "count": count[-1], "left": row.left}
            parts.append(pd.DataFrame([last]))
    return pd.concat(parts, ignore_index=True)


def draw_resources(span: Span) -> pd.DataFrame:
    """Returns the mobilisation database: a version whenever somebody verified an entry, one when it left."""
    rng = span.rng("resource_rows")
    table = resource_table(span)
    rows = _verified(table[table["left"] > span.start], span, rng)
    own = table.loc[rows["index"]].reset_index(drop=True)
    known = (
        np.maximum(np.where(rows["left"] < NEVER, rows["left"], rows["verified"]), span.start - 2000) + 1800
    )
    frame = pd.DataFrame(
        {
            "known_at": known.astype(np.int64),
            "资源编号": own["number"],
            "所属子库": own["kind"].map({kind: each[0] for kind, each in KINDS.items()}),
            "资源类别": own["kind"],
            "名称": own["name"],
            "数量": rows["count"],
            "单位": own["kind"].map({kind: each[3] for kind, each in KINDS.items()}),
            "集结准备分钟": own["lead"],
            "联络岗位": own["kind"].map({kind: each[5] for kind, each in KINDS.items()}),
            "联络电话": own["phone"],
            "核实日期": local_text(rows["verified"].to_numpy(), "%Y-%m-%d"),
            "退出日期": local_text(rows["left"].to_numpy(), "%Y-%m-%d"),
            "存放地址": own["address"],
            "经度": np.round(own["lon"], 6),
            "纬度": np.round(own["lat"], 6),
        }
    )
    frame["更新时间"] = local_text(frame["known_at"].to_numpy())
    return spoil(
        frame, rng, 0.004, columns={"数量": "bad_number", "资源类别": "unknown_code", "经度": "missing"}
    )


def draw_callups(span: Span) -> pd.DataFrame:
    """Returns call-up drills: who was called, answered and stood ready, in one town square."""
    rng = span.rng("callup")
    table = resource_table(span)
    east, north = (table["lon"] - TOWN_CENTRE[0]) * 96.0, (table["lat"] - TOWN_CENTRE[1]) * 111.0
    travel_s = np.hypot(east, north) * 1.35 / 24 * 3600
    parts = []
    for number, day in enumerate(range(9, span.days, DRILL_EVERY_DAYS)):
        called = span.start + (day + int(rng.integers(0, 9))) * DAY_S + int(rng.integers(8 * 3600, 21 * 3600))
        there = np.flatnonzero((table["entered"] < called) & (table["left"] > called))
        chosen = rng.choice(there, min(int(rng.integers(18, 34)), len(there)), replace=False)
        parts.append(
            _calls(
                table.iloc[chosen],
                rng,
                called=called,
                travel_s=travel_s.iloc[chosen].to_numpy(),
                drill=number,
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    rows["记录号"] = [f"LD{number:05d}" for number in range(1, len(rows) + 1)]
    return spoil(rows, rng, 0.004, columns={"实到": "bad_number", "应答时间": "bad_time"})


def _calls(
    table: pd.DataFrame, rng: np.random.Generator, *, called: int, travel_s: np.ndarray, drill: int
) -> pd.DataFrame:
    n = len(table)
    answered = called + rng.lognormal(np.log(220), 0.9, n)
    answered = np.where(rng.random(n) < 0.05, NEVER, answered)
    ready = (
        answered
        + table["lead"].to_numpy() * 60 * rng.lognormal(0, 0.3, n)
        + travel_s * rng.lognormal(0, 0.3, n)
    )
    ended = called + DRILL_S
    ready = np.where((rng.random(n) < 0.06) | (ready > ended), NEVER, ready)
    arrived = np.where(ready < NEVER, rng.binomial(table["quantity"], 0.93), 0)
    known = ended + 4 * 3600
    return pd.DataFrame(
        {
            "known_at": known,
            "演练编号": f"YL{drill + 1:03d}",
            "演练名称": DRILL_NAMES[drill % len(DRILL_NAMES)],
            "资源编号": table["number"].to_numpy(),
            "下令时间": local_text(np.full(n, called)),
            "应答时间": local_text(answered.astype(np.int64)),
            "到位时间": local_text(ready.astype(np.int64)),
            "结束时间": local_text(np.full(n, ended)),
            "应到": table["quantity"].to_numpy(),
            "实到": arrived,
            "更新时间": local_text(np.full(n, known)),
        }
    )


def draw_stock(span: Span) -> pd.DataFrame:
    """Returns every count of every item: the town's two stores weekly, the communities' every second week."""
    rng = span.rng("stock")
    stores = _stores(places(span), rng)
    parts = []
    for store in stores.itertuples():
        step = 7 if store.level == "镇级" else 14
        counted = np.arange(span.start + int(rng.integers(0, step)) * DAY_S, span.end, step * DAY_S)
        counted = counted[rng.random(len(counted)) > store.neglect] + int(rng.integers(9, 17)) * 3600
        for item, facts in ITEMS.items():
            if len(counted) and (facts[4] or store.level == "镇级"):
                parts.append(_counts(store, item, counted=counted, rng=rng, is_2020=span.is_2020))
    rows = pd.concat(parts, ignore_index=True)
    return spoil(rows, rng, 0.001, columns={"现存": "bad_number", "最低储备": "missing"})


def _stores(town: Places, rng: np.random.Generator) -> pd.DataFrame:
    grids = {}
    for number, community in enumerate(town.community_ids):
        grids.setdefault(community, number)
    rows = [("CK-Z1", "镇应急物资总库", "镇级", 40, 0.0), ("CK-Z2", "镇防汛物资分库", "镇级", 77, 0.02)]
    for community, number in sorted(grids.items()):
        rows.append(
            (
                f"CK-{community}",
                f"{community}社区物资点",
                "社区级",
                number,
                float(rng.choice([0.05, 0.1, 0.45])),
            )
        )
    stores = pd.DataFrame(rows, columns=["key", "name", "level", "grid", "neglect"])
    point = town.pick(stores["grid"].to_numpy(), rng)
    named = [address.split("社区")[0].removeprefix("S镇") + "社区物资点" for address in town.address[point]]
    return stores.assign(
        lon=town.lon[point], lat=town.lat[point], grid_id=[town.grid_ids[each] for each in stores["grid"]],
        name=np.where(stores["level"] == "镇级", stores["name"], named),
    )  # fmt: skip


def _held(
    counted: np.ndarray, rng: np.random.Generator, *, need: tuple[float, float, int], is_2020: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what is held at each count, and when the lot that expires first was made; need: minimum, daily use, shelf life."""
    minimum, use, life = need
    held, levels, lots = minimum * float(rng.uniform(1.0, 2.6)), [], []
    lot, gap = (
        counted[0] - int(rng.uniform(0, life + 1)) * DAY_S,
        np.diff(counted, prepend=counted[0]) / DAY_S,
    )
    habit = float(rng.choice([1.15, 1.0, 0.7]))  # how low a store lets an item fall before it buys
    for at, days in zip(counted, gap, strict=True):
        in_war = is_2020 and day_seconds(date(2020, 2, 1)) <= at < day_seconds(date(2020, 5, 1))
        # Outside an emergency little is used: a fifteenth of the daily use the plan reckons with.
        held -= use * days * (1.0 if in_war else 1 / 15) * rng.lognormal(0, 0.5)
        if held < minimum * habit and rng.random() < 0.55:
            held = max(held, 0) + minimum * float(rng.uniform(0.6, 1.8))
            lot = max(lot, at - int(rng.uniform(0.2, 0.8) * life) * DAY_S)
        if at > lot + (life + 50) * DAY_S:  # what has expired is thrown away, sooner or later
            lot = at - int(rng.uniform(0, 0.5) * life) * DAY_S
        held = max(held, 0.0)
        levels.append(held)
        lots.append(lot)
    return np.round(levels), np.array(lots)


def _counts(
    store, item: str, *, counted: np.ndarray, rng: np.random.Generator, is_2020: bool
) -> pd.DataFrame:
    unit, minimum, use, life, _ = ITEMS[item]
    size = 8 if store.level == "镇级" else 1
    minimum, use = minimum * size, use * size * float(rng.lognormal(0, 0.25))
    levels, lots = _held(counted, rng, need=(minimum, use, life), is_2020=is_2020)
    n = len(counted)
    return pd.DataFrame(
        {
            "known_at": counted + 5400,
            "仓库编号": store.key,
            "仓库名称": store.name,
            "层级": store.level,
            "物资编码": item,
            "单位": unit,
            "现存": levels,
            "最低储备": minimum,
            "日消耗": round(use, 2),
            "最近到期批次数量": np.round(levels * 0.4) if life else None,
            "最近到期日": local_text(lots + life * DAY_S, "%Y/%m/%d") if life else np.full(n, "无"),
            "盘点时间": local_text(counted),
            "经度": round(store.lon, 6),
            "纬度": round(store.lat, 6),
            "网格编码": store.grid_id,
        }
    )


REGISTERS = (
    Register("resource", "xlsx", draw_resources, months=12, sheet="动员资源"),
    Register("callup", "csv", draw_callups, months=12, encoding="gb18030"),
    Register("stock", "csv", draw_stock, months=6, encoding="utf-8-sig", delimiter=";"),
)
