"""邻里E家 repairs, 微心愿 wishes and the service points of the 15-minute circle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.modules.ground import NEVER, Places, local_text, people, phones, places, read_table, spoil
from etl.synth.register import Register, Span

REPAIRS_PER_DAY = 14.0
WISHES_PER_DAY = 5.0
# kind -> (share, promised hours, median hours of work, words)
REPAIRS = {
    "水管漏水": (0.24, 24, 9, "厨房水管接头漏水"),
    "电路故障": (0.15, 24, 8, "客厅插座没电"),
    "门窗锁具": (0.14, 48, 20, "单元门门锁坏了"),
    "管道疏通": (0.17, 24, 11, "下水道堵塞返水"),
    "家电维修": (0.10, 72, 38, "老人家里洗衣机不转"),
    "公共设施": (0.15, 168, 90, "楼道灯和扶手损坏"),
    "电梯": (0.05, 24, 6, "电梯停运"),
}
WISHES = {
    "goods": (0.34, "想要一台收音机"),
    "company": (0.20, "希望有人周末陪着聊聊天"),
    "repair": (0.14, "想修一修漏风的窗户"),
    "learning": (0.16, "孩子想要一套课外书"),
    "health": (0.10, "想做一次上门理发和量血压"),
    "job": (0.06, "想找一份家门口的零工"),
}
CROWDS = ("困难户", "残疾人", "老龄人", "企退人员", "困境儿童")
# kind -> (per community, hours, what the sign says after the community's name)
POINTS = {
    "便民服务": (1.0, "周一至周五 08:30-17:30", "便民服务站"),
    "养老服务": (1.0, "每日 08:00-17:00", "居家养老服务照料中心"),
    "托幼服务": (0.9, "周一至周五 07:30-18:00", "普惠托育点"),
    "卫生服务": (0.95, "每日 08:00-20:00", "社区卫生服务站"),
    "菜场超市": (1.3, "每日 06:00-20:00", "便民菜场"),
    "文体活动": (1.0, "每日 09:00-21:00", "文化家园"),
    "维修家政": (0.95, "周一至周六 09:00-18:00", "邻里维修铺"),
    "助餐点": (1.05, "每日 10:30-12:30 16:30-18:00", "长者食堂"),
}


def _days(span: Span, per_day: float, rng: np.random.Generator) -> np.ndarray:
    counts = rng.poisson(per_day * span.scale, span.days)
    n = int(counts.sum())
    second = np.clip(rng.normal(13.5, 3.6, n), 6.2, 22.8) * 3_600
    return span.start + np.repeat(np.arange(span.days), counts) * 86_400 + second.astype(np.int64)


def _homes(town: Places, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns a grid and a point in it for each of n homes, as people live."""
    weight = town.facts["population_count"].to_numpy(float)
    grid = rng.choice(len(weight), n, p=weight / weight.sum())
    return grid, town.pick(grid, rng)


def draw_repairs(span: Span) -> pd.DataFrame:
    """Returns every version of every repair order: 上报, 交办, 办结, 反馈."""
    rng, town = span.rng("repair"), places(span)
    reported = _days(span, REPAIRS_PER_DAY, rng)
    n = len(reported)
    kind = rng.choice(list(REPAIRS), n, p=[each[0] for each in REPAIRS.values()])
    hours = np.array([REPAIRS[name][2] for name in kind], dtype=float)
    assigned = reported + rng.lognormal(np.log(45 * 60), 1.0, n)
    finished = assigned + rng.lognormal(np.log(hours * 3_600), 0.75, n)
    finished = np.where(rng.random(n) < 0.006, NEVER, finished)
    answered = np.where(rng.random(n) < 0.9, finished + rng.lognormal(np.log(20 * 3_600), 0.6, n), NEVER)
    answered = np.where(finished < NEVER, answered, NEVER)
    cancelled = np.where(rng.random(n) < 0.02, reported + rng.integers(600, 20_000, n), NEVER)
    void = cancelled < NEVER
    life = {"reported": reported, "assigned": assigned, "finished": finished, "answered": answered}
    life = {
        name: np.where(void & (name != "reported"), NEVER, each).astype(np.int64)
        for name, each in life.items()
    }
    point = _homes(town, n, rng)[1]
    lon, lat = wgs84_to_gcj02(town.lon[point], town.lat[point])
    lost = rng.random(n) < 0.02
    rows = pd.DataFrame(life | {"cancelled": cancelled, "kind": kind, "number": np.arange(1, n + 1)})
    rows["promised"] = reported + np.array([REPAIRS[name][1] for name in kind]) * 3_600
    rows["handler"] = rng.choice(["物业", "社区维修队", "社会单位", "志愿者"], n, p=[0.46, 0.3, 0.16, 0.08])
    rows["answer"] = rng.choice(["满意", "不满意", "联系不上", "拒绝评价"], n, p=[0.72, 0.07, 0.17, 0.04])
    rows["name"], rows["phone"] = [f"{each[0]}**" for each in people(rng, n)], phones(rng, n)
    rows["lon"], rows["lat"] = (
        np.where(lost, np.nan, np.round(lon, 6)),
        np.where(lost, np.nan, np.round(lat, 6)),
    )
    rows["address"] = town.address[point]
    parts = [_repair_rows(rows[rows[moment] < NEVER], moment) for moment in (*life, "cancelled")]
    return spoil(
        pd.concat(parts, ignore_index=True),
        rng,
        0.0006,
        columns={"报修类型": "unknown_code", "上报时间": "bad_time"},
    )


def _repair_rows(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Returns the orders as they stood when `moment` happened to them."""
    told = rows[moment].to_numpy()

    def seen(name: str) -> np.ndarray:
        return local_text(np.where(rows[name] <= told, rows[name], NEVER))

    return pd.DataFrame(
        {
            "known_at": told,
            "报修单号": [f"BX{number:07d}" for number in rows["number"]],
            "报修类型": rows["kind"],
            "上报时间": seen("reported"),
            "交办时间": seen("assigned"),
            "办结时间": seen("finished"),
            "反馈时间": seen("answered"),
            "承诺时限": local_text(rows["promised"]),
            "撤单时间": seen("cancelled"),
            "反馈结果": rows["answer"].where(rows["answered"] <= told, None),
            "承接方": rows["handler"].where(rows["assigned"] <= told, None),
            "报修人": rows["name"],
            "联系电话": rows["phone"],
            "报修内容": [REPAIRS[name][3] for name in rows["kind"]],
            "地址": rows["address"],
            "经度": rows["lon"],
            "纬度": rows["lat"],
            "更新时间": local_text(told),
        }
    )


def draw_wishes(span: Span) -> pd.DataFrame:
    """Returns every version of every wish: made, claimed, fulfilled or withdrawn."""
    rng, town = span.rng("wish"), places(span)
    made = _days(span, WISHES_PER_DAY, rng)
    n = len(made)
    day = 86_400
    claimed = np.where(rng.random(n) < 0.93, made + rng.lognormal(np.log(2.4 * day), 0.9, n), NEVER)
    done = np.where(rng.random(n) < 0.96, claimed + rng.lognormal(np.log(5 * day), 0.8, n), NEVER)
    done = np.where(claimed < NEVER, done, NEVER)
    cancelled = np.where(rng.random(n) < 0.02, made + rng.integers(3_600, 5 * day, n), NEVER)
    life = {"created": made, "claimed": claimed, "finished": done}
    void = cancelled < NEVER
    rows = {
        name: np.where(void & (name != "created"), NEVER, each).astype(np.int64)
        for name, each in life.items()
    }
    rows = pd.DataFrame(rows | {"cancelled": cancelled.astype(np.int64), "number": np.arange(1, n + 1)})
    rows["type"] = rng.choice(list(WISHES), n, p=[each[0] for each in WISHES.values()])
    rows["crowd"] = rng.choice(CROWDS, n, p=[0.26, 0.18, 0.34, 0.06, 0.16])
    rows["by"] = rng.choice(["party", "firm", "volunteer", "neighbour"], n, p=[0.48, 0.17, 0.23, 0.12])
    rows["name"] = [f"{each[0]}**" for each in people(rng, n)]
    rows["grid"] = np.array(town.grid_ids)[_homes(town, n, rng)[0]]
    parts = [
        _wish_rows(rows[rows[moment] < NEVER], moment)
        for moment in ("created", "claimed", "finished", "cancelled")
    ]
    return spoil(
        pd.concat(parts, ignore_index=True), rng, 0.0008, columns={"type": "unknown_code", "grid": "missing"}
    )


def _wish_rows(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    told = rows[moment].to_numpy()

    def seen(name: str) -> pd.Series:
        return (rows[name] * 1000).astype("Int64").where(rows[name] <= told)

    return pd.DataFrame(
        {
            "known_at": told,
            "wishId": [f"WXY{number:06d}" for number in rows["number"]],
            "type": rows["type"],
            "crowd": rows["crowd"],
            "words": [WISHES[name][1] for name in rows["type"]],
            "wisher": rows["name"],
            "grid": rows["grid"],
            "created": seen("created"),
            "claimed": seen("claimed"),
            "claimBy": rows["by"].where(rows["claimed"] <= told, None),
            "finished": seen("finished"),
            "cancelled": seen("cancelled"),
            "modified": told * 1000,
        }
    )


def draw_points(span: Span) -> pd.DataFrame:
    """Returns the service points; a few open or close while the town runs."""
    rng, town = span.rng("service-point"), places(span)
    weight = town.facts["population_count"].to_numpy(float)
    communities = np.array(town.community_ids)
    rows = []
    for community in sorted(set(town.community_ids)):
        own = np.flatnonzero(communities == community)
        for kind, (mean, hours, sign) in POINTS.items():
            count = 1 if kind == "便民服务" else int(rng.poisson(mean))
            grids = rng.choice(own, count, p=weight[own] / weight[own].sum())
            for number, point in enumerate(town.pick(grids, rng), start=1):
                rows.append((community, kind, hours, f"{sign}{number if count > 1 else ''}", point))
    return _point_rows(span, pd.DataFrame(rows, columns=["community", "kind", "hours", "sign", "point"]), rng)


def _point_rows(span: Span, rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    town, n = places(span), len(rows)
    names = {row["area_id"]: row["name_zh"] for row in read_table(span.town_dir / "areas.csv")}
    point = rows["point"].to_numpy()
    opened = span.start + rng.integers(-3_000, 600, n) * 86_400
    closed = np.where(
        rng.random(n) < 0.04, np.maximum(opened, span.start) + rng.integers(60, 900, n) * 86_400, NEVER
    )
    base = pd.DataFrame(
        {
            "known_at": np.maximum(opened - 86_400, span.start - 86_400),
            "点位编号": [f"FW{number:04d}" for number in range(1, n + 1)],
            "名称": rows["community"].map(names) + rows["sign"],
            "服务类型": rows["kind"],
            "服务时间": rows["hours"],
            "启用日期": local_text(opened, "%Y%m%d"),
            "停用日期": "无",
            "经度": np.round(town.lon[point], 6),
            "纬度": np.round(town.lat[point], 6),
            "地址": town.address[point],
        }
    )
    shut = base[closed < NEVER].copy()
    shut["known_at"], shut["停用日期"] = closed[closed < NEVER], local_text(closed[closed < NEVER], "%Y%m%d")
    return pd.concat([base, shut], ignore_index=True)


REGISTERS = (
    Register("neighbour_repair", "xlsx", draw_repairs, interval_s=3_600, months=6, sheet="报修单"),
    Register("wish", "json", draw_wishes, interval_s=3_600, months=12, records="list"),
    Register("service_point", "csv", draw_points, months=24, encoding="gb18030", delimiter="|"),
)
