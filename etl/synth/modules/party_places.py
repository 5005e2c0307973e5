"""智慧党建: community profiles, housing estates and their managers, scenes of the two pilots, points of the red flag."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.modules.ground import NEVER, local_text, places, spoil
from etl.synth.modules.party_orgs import community_names
from etl.synth.register import DAY_S, Register, Span

WEEK_S = 7 * DAY_S
PILOTS = ("吉鸿社区", "西苑社区")
# The paper names six scenes without listing them: these are six of the province's nine.
SCENES = ("邻里场景", "教育场景", "健康场景", "服务场景", "治理场景", "低碳场景")
OPENED = 4, 3  # scenes each pilot has open by now
ESTATE_WORDS = ("锦苑", "花园", "名邸", "公寓", "家园", "新村", "小区", "雅居", "府", "里")
MANAGERS = {"专业物业": 0.56, "准物业": 0.26, "三无小区": 0.18}
ISO = "%Y-%m-%dT%H:%M:%S+08:00"


def _own_grids(span: Span) -> dict[str, np.ndarray]:
    """Returns the grids (indices) of each community."""
    ids = np.array(places(span).community_ids)
    return {area: np.flatnonzero(ids == area) for area in community_names(span)}


def draw_profiles(span: Span) -> pd.DataFrame:
    """Returns the communities' profiles: at the start, and where heads of buildings, lanes and courtyards changed since."""
    rng, town, grids = span.rng("community_profile"), places(span), _own_grids(span)
    point = town.pick(np.array([own[0] for own in grids.values()]), rng)
    homes = [town.facts["household_count"].to_numpy(float)[own].sum() for own in grids.values()]
    n = len(grids)
    heads = {"楼门长": 16, "街巷长": 1.6, "庭院长": 3.4}
    counts = {
        name: rng.poisson(np.array(homes) / 1_000 * each * rng.uniform(0.5, 1.3, n))
        for name, each in heads.items()
    }
    base = pd.DataFrame(
        {
            "known_at": span.start - 3_600,
            "社区编码": list(grids),
            "社区名称": list(community_names(span).values()),
        }
    )
    base = base.assign(**counts, 经度=np.round(town.lon[point], 6), 纬度=np.round(town.lat[point], 6))
    parts = [base]
    for day in range(60, span.days, 91):
        base = base.assign(known_at=span.start + day * DAY_S + 34_200)
        for name in heads:
            base[name] = np.maximum(0, base[name] + rng.integers(-2, 4, n))
        parts.append(base[rng.random(n) < 0.5])
    rows = pd.concat(parts, ignore_index=True)
    rows = spoil(rows, rng, 0.004, columns={"街巷长": "missing"})
    return rows.assign(填报时间=local_text(rows["known_at"].to_numpy()))


def draw_estates(span: Span) -> pd.DataFrame:
    """Returns the estates: at the start, and when a manager came in or left, a committee was elected, a branch was founded."""
    rng, town = span.rng("estate"), places(span)
    rows = []
    for area, own in _own_grids(span).items():
        weight = town.facts["population_count"].to_numpy(float)[own]
        count = int(rng.integers(3, 8))
        rows += [(area, int(grid)) for grid in rng.choice(own, count, p=weight / weight.sum())]
    table = pd.DataFrame(rows, columns=["area", "grid"])
    n, names = len(table), community_names(span)
    point = town.pick(table["grid"].to_numpy(), rng)
    lon, lat = wgs84_to_gcj02(town.lon[point], town.lat[point])
    turn = table.groupby("area").cumcount()
    table["name"] = [
        f"{names[area].removesuffix('社区')}{ESTATE_WORDS[(no * 3 + row) % 10]}"
        for row, (area, no) in enumerate(zip(table["area"], turn, strict=True))
    ]
    table["manager"] = rng.choice(list(MANAGERS), n, p=list(MANAGERS.values()))
    table["red"] = (table["manager"] == "专业物业") & (rng.random(n) < 0.52) | (
        table["manager"] == "准物业"
    ) & (rng.random(n) < 0.22)
    table["committee"] = rng.choice(["1", "0", ""], n, p=[0.55, 0.39, 0.06])
    table["homes"] = rng.lognormal(np.log(520), 0.6, n).astype(int)
    table["lon"], table["lat"] = np.round(lon, 6), np.round(lat, 6)
    table["no"] = [f"XQ{each:04d}" for each in range(1, n + 1)]
    return _estate_rows(table, span, rng)


def _estate_rows(table: pd.DataFrame, span: Span, rng: np.random.Generator) -> pd.DataFrame:
    parts = [table.assign(known_at=span.start - 3_600)]
    for day in range(30, span.days, 61):
        comes = (table["manager"] == "三无小区") & (rng.random(len(table)) < 0.03)
        turns = (table["manager"] != "三无小区") & ~table["red"] & (rng.random(len(table)) < 0.03)
        elects = (table["committee"] == "0") & (rng.random(len(table)) < 0.03)
        table = table.assign(
            manager=table["manager"].mask(comes, "准物业"),
            red=table["red"] | turns,
            committee=table["committee"].mask(elects, "1"),
        )
        parts.append(table[comes | turns | elects].assign(known_at=span.start + day * DAY_S + 35_000))
    rows = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(
        {
            "known_at": rows["known_at"],
            "code": rows["no"],
            "name": rows["name"],
            "community": rows["area"],
            "management": rows["manager"],
            "red": np.where(rows["red"], "1", "0"),
            "committee": rows["committee"],
            "households": rows["homes"],
            "lng": rows["lon"],
            "lat": rows["lat"],
            "updated": local_text(rows["known_at"].to_numpy(), ISO),
        }
    )


def draw_scenes(span: Span) -> pd.DataFrame:
    """Returns the pilots' scenes: planned, begun, opened; one is late."""
    rng, names = span.rng("pilot_scene"), {name: area for area, name in community_names(span).items()}
    rows = []
    for pilot, opened in zip(PILOTS, OPENED, strict=True):
        for place, scene in enumerate(rng.permutation(SCENES)):
            told = _scene_versions(span, rng, place=place, opened=opened)
            rows += [(known, names[pilot], scene, first, due, last) for known, first, due, last in told]
    table = pd.DataFrame(rows, columns=["known_at", "社区编码", "场景", "开工日期", "计划开放", "实际开放"])
    for name in ("开工日期", "计划开放", "实际开放"):
        table[name] = local_text(table[name].to_numpy(), "%Y.%m.%d")
    return table.assign(报送时间=local_text(table["known_at"].to_numpy()))


def _scene_versions(
    span: Span, rng: np.random.Generator, *, place: int, opened: int
) -> list[tuple[int, int, int, int]]:
    """Returns when each version of a scene was known, with its begin, its planned and its real opening."""
    begun = span.end - int(rng.integers(300, 500)) * DAY_S
    done = span.end - int(rng.integers(70, 200)) * DAY_S if place < opened else NEVER
    due = done + 10 * DAY_S if place < opened else span.end + _ahead_days(place, opened) * DAY_S
    begun = NEVER if place == len(SCENES) - 1 else begun
    states = [
        (span.start - 3_600, NEVER, NEVER),
        (begun + 30_000, begun, NEVER),
        (done + 30_000, begun, done),
    ]
    return [
        (max(known, span.start - 3_600 + 60 * number), first, due, last)
        for number, (known, first, last) in enumerate(states)
        if known < NEVER
    ]


def _ahead_days(place: int, opened: int) -> int:
    """Returns in how many days an unopened scene was planned to open: one is late, the last one far off."""
    if place == opened:
        return -80
    return 240 if place == len(SCENES) - 1 else 120


def draw_red_points(span: Span) -> pd.DataFrame:
    """Returns the points of the red flag: one in most communities, two in some; a few open or shut on the way."""
    rng, town = span.rng("red_flag_point"), places(span)
    rows = []
    for area, own in _own_grids(span).items():
        rows += [
            (area, int(grid)) for grid in rng.choice(own, int(rng.choice([0, 1, 2], p=[0.1, 0.62, 0.28])))
        ]
    n, names = len(rows), community_names(span)
    point = town.pick(np.array([grid for _, grid in rows]), rng)
    lon, lat = wgs84_to_gcj02(town.lon[point], town.lat[point])
    opened = span.start + rng.integers(-1_500, 200, n) * DAY_S
    closed = np.where(
        rng.random(n) < 0.05, np.maximum(opened, span.start) + rng.integers(100, 500, n) * DAY_S, NEVER
    )
    base = pd.DataFrame(
        {
            "known_at": np.maximum(opened - DAY_S, span.start - 3_600),
            "id": [f"HQ{each:03d}" for each in range(1, n + 1)],
        }
    )
    base["name"] = [f"{names[area]}红色旗帜服务点" for area, _ in rows]
    base = base.assign(
        hours="每日 08:30-20:30", lng=np.round(lon, 6), lat=np.round(lat, 6), address=town.address[point]
    )
    base["opened"], base["closed"] = local_text(opened, "%Y-%m-%d"), None
    shut = base.assign(known_at=closed, closed=local_text(closed, "%Y-%m-%d"))[closed < NEVER]
    both = pd.concat([base, shut], ignore_index=True)
    return both.assign(updated=local_text(both["known_at"].to_numpy(), ISO))


REGISTERS = (
    Register("community_profile", "xlsx", draw_profiles, interval_s=WEEK_S, sheet="社区底册"),
    Register("estate", "xml", draw_estates, interval_s=WEEK_S, record="estate"),
    Register("pilot_scene", "csv", draw_scenes, interval_s=WEEK_S, delimiter="\t"),
    Register("red_flag_point", "json", draw_red_points, interval_s=WEEK_S, records="points"),
)
