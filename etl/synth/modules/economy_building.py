"""Commercial buildings of the demonstration town: outlines, floors and units (楼宇、单元)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from shapely import affinity
from shapely.geometry import Polygon

from etl.synth.geometry import draw_town, to_degrees, to_metres
from etl.synth.modules.ground import (
    BUILDING_COUNT,
    building_points,
    businesses,
    local_text,
    places,
    spoil,
)
from etl.synth.register import Register, Span

RENTABLE_SHARE = 0.78  # of the gross area; the rest is stairs, lifts, machines
MOST_FLOORS = 34
# Use -> storey height in m, floor plate from and to in m2, word in the register.
USES = {
    "office": (3.9, 700, 1700, "商务办公"),
    "shop": (4.8, 900, 3200, "商业"),
    "mixed": (4.2, 900, 2200, "商办综合"),
    "factory": (5.2, 1500, 4200, "厂房"),
    "incubator": (4.4, 900, 2000, "众创孵化"),
}
NAME_ENDS = {
    "office": "大厦",
    "shop": "商业中心",
    "mixed": "广场",
    "factory": "科创园",
    "incubator": "创业园",
}
NAME_WORDS = (
    "紫金 西溪 墩和 文新 古荡 振华 蓝庭 申花 金地 同人 浙商 合生 华策 汇林 西城 天目 联合 智谷 云创 星耀 "
    "财通 银泰 绿谷 万塘 新业 嘉里 中天 国泰 启明 海创"
).split()


@dataclass(frozen=True)
class Stock:
    """The buildings: one entry per building_no, units in order of building and floor."""

    buildings: pd.DataFrame
    units: pd.DataFrame


def building_key(number: int) -> str:
    """Returns a building's number in the register."""
    return f"LY{number:04d}"


@cache
def stock(span: Span) -> Stock:
    """Returns the buildings and units; the same for every register of a span's seed."""
    rng = span.rng("economy stock")
    firms = businesses(span)
    housed = firms[firms["building_no"] >= 0]
    wanted = (
        housed.groupby("building_no")["floor_area_m2"].sum().reindex(range(BUILDING_COUNT), fill_value=900)
    )
    heavy = (housed["class8_code"] == "labour_intensive").groupby(housed["building_no"]).mean()
    heavy = heavy.reindex(range(BUILDING_COUNT), fill_value=0).to_numpy()
    use = _uses(heavy, rng)
    low, high = (np.array([USES[each][at] for each in use], dtype=float) for at in (1, 2))
    plate = rng.uniform(low, high)
    # Firms come and go: the house holds what its firms of ten years want at once, and room to let.
    rentable = wanted.to_numpy() * 0.85 / rng.beta(9, 1.6, BUILDING_COUNT)
    floors = np.ceil(rentable / (plate * RENTABLE_SHARE)).astype(int)
    floors = np.clip(floors, 3, np.where(use == "factory", 8, np.where(use == "shop", 9, MOST_FLOORS)))
    plate = np.clip(np.maximum(plate, rentable / (floors * RENTABLE_SHARE)), low, high * 2.2)
    outlines = _outlines(span, plate, rng)
    storey = np.array([USES[each][0] for each in use])
    buildings = pd.DataFrame(
        {
            "building_no": np.arange(BUILDING_COUNT),
            "use": use,
            "outline": outlines,
            "floors": floors,
            "height_m": np.round(storey * floors + rng.uniform(1.5, 6, BUILDING_COUNT), 1),
            "gross_m2": np.round([each.area for each in outlines] * floors, 1),
            "name": _names(use, rng),
            "completed": rng.integers(2001, 2025, BUILDING_COUNT),
        }
    )
    return Stock(buildings, _units(buildings, rng))


def _uses(heavy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    drawn = rng.choice(["office", "mixed", "shop", "incubator"], len(heavy), p=[0.5, 0.24, 0.14, 0.12])
    return np.where(heavy > 0.34, "factory", drawn)


def _names(use: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Returns names, all different: a second one of a name gets a letter as house numbers do."""
    seen: dict[str, int] = {}
    names = []
    for kind, pick in zip(use, rng.integers(0, len(NAME_WORDS), len(use)), strict=True):
        name = NAME_WORDS[pick] + NAME_ENDS[kind]
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}{'ABCDEFGHJKLM'[seen[name] - 1]}座")
    return names


def _outlines(span: Span, plate: np.ndarray, rng: np.random.Generator) -> list[Polygon]:
    """Returns each building's outline in metres, inside its grid, clear of the ones placed before."""
    town = places(span)
    point = building_points(town, span.seed)
    x, y = to_metres().transform(town.lon[point], town.lat[point])
    cells = draw_town(span.town_seed).cells
    street = rng.uniform(-18, 18, len(cells))  # houses stand along their grid's streets
    placed: list[Polygon] = []
    for number in range(len(plate)):
        cell = cells[point[number] // town.points_per_grid].buffer(-4)
        shape = _shape(plate[number], rng)
        shape = affinity.rotate(
            shape, street[point[number] // town.points_per_grid] + 90 * rng.integers(0, 2)
        )
        placed.append(_clear(shape, (x[number], y[number]), cell=cell, placed=placed))
    return placed


def _clear(shape: Polygon, at: tuple[float, float], *, cell: Polygon, placed: list[Polygon]) -> Polygon:
    """Returns the shape at the nearest free place on a spiral around the point; made smaller if there is none."""
    for scale in (1.0, 0.8, 0.6, 0.4):
        small = affinity.scale(shape, scale, scale)
        for step in range(60):
            turn, reach = step * 2.4, 9 * np.sqrt(step)
            moved = affinity.translate(small, at[0] + reach * np.cos(turn), at[1] + reach * np.sin(turn))
            near = moved.buffer(7)
            if cell.contains(moved) and not any(near.intersects(other) for other in placed):
                return moved
    return affinity.translate(affinity.scale(shape, 0.3, 0.3), *at)


def _shape(area: float, rng: np.random.Generator) -> Polygon:
    """Returns an outline of about the area around the origin: block, slab, L, U or tower with cut corners."""
    kind = rng.choice(5, p=[0.34, 0.24, 0.18, 0.08, 0.16])
    long = rng.uniform(1.0, 1.5) if kind != 1 else rng.uniform(2.2, 3.4)
    cut = {2: 0.62, 3: 0.76}.get(int(kind), 1.0)
    wide, deep = np.sqrt(area / cut * long) / 2, np.sqrt(area / cut / long) / 2
    box = [(-wide, -deep), (wide, -deep), (wide, deep), (-wide, deep)]
    if kind == 2:
        box = [(-wide, -deep), (wide, -deep), (wide, 0), (0.24 * wide, 0), (0.24 * wide, deep), (-wide, deep)]
    if kind == 3:
        inner = [
            (0.4 * wide, deep),
            (0.4 * wide, -0.2 * deep),
            (-0.4 * wide, -0.2 * deep),
            (-0.4 * wide, deep),
        ]
        box = [(-wide, -deep), (wide, -deep), (wide, deep), *inner, (-wide, deep)]
    if kind == 4:
        a, b = 0.62 * wide, 0.62 * deep
        box = [(-a, -deep), (a, -deep), (wide, -b), (wide, b), (a, deep), (-a, deep), (-wide, b), (-wide, -b)]
    return Polygon(box)


def _units(buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Returns the units: every floor is split into one to six, large plates into more."""
    rows = []
    for each in buildings.itertuples():
        area = each.gross_m2 / each.floors * RENTABLE_SHARE
        most = 2 if each.use == "factory" else max(2, min(6, int(area / 160)))
        for floor in range(1, each.floors + 1):
            parts = rng.integers(1, most + 1)
            share = rng.dirichlet(np.full(parts, 6.0))
            for number, part in enumerate(share, start=1):
                rows.append((each.building_no, floor, f"{floor}{number:02d}室", round(float(part * area), 1)))
    units = pd.DataFrame(rows, columns=["building_no", "floor", "name", "rentable_m2"])
    units.insert(0, "unit_no", np.arange(len(units)))
    return units


def draw_buildings(span: Span) -> pd.DataFrame:
    """Returns the buildings register as GeoJSON features; a few were surveyed again later."""
    rng = span.rng("building")
    known = np.full(BUILDING_COUNT, span.start + 3_600)
    frame = _features(span, known, stock(span).buildings["gross_m2"].to_numpy())
    again = rng.choice(BUILDING_COUNT, 14, replace=False)
    at = span.start + rng.integers(20, max(21, span.days - 60), 14) * 86_400
    gross = np.round(stock(span).buildings["gross_m2"].to_numpy()[again] * rng.uniform(0.97, 1.04, 14), 1)
    later = _features(span, at, gross, only=again)
    return pd.concat([frame, later], ignore_index=True).sort_values("known_at", kind="stable")


def _features(
    span: Span, known: np.ndarray, gross: np.ndarray, *, only: np.ndarray | None = None
) -> pd.DataFrame:
    buildings = stock(span).buildings
    buildings = buildings if only is None else buildings.iloc[only]
    town = places(span)
    point = building_points(town, span.seed)
    rows = []
    for each, at, area in zip(buildings.itertuples(), known, gross, strict=True):
        ring = _ring(each.outline)
        lon, lat = to_degrees().transform(*each.outline.representative_point().coords[0])
        facts = {
            "楼宇编号": building_key(each.building_no),
            "楼宇名称": each.name,
            "用途": USES[each.use][3],
            "高度": each.height_m,
            "地上层数": int(each.floors),
            "建筑面积": float(area),
            "竣工日期": f"{each.completed}-{each.building_no % 12 + 1:02d}-01",
            "经度": round(lon, 6),
            "纬度": round(lat, 6),
            "网格": town.grid_ids[point[each.building_no] // town.points_per_grid],
            "地址": str(town.address[point[each.building_no]]),
            "更新时间": local_text(np.array([at]))[0],
        }
        geometry = {"type": "Polygon", "coordinates": [ring]}
        rows.append({"known_at": int(at), "type": "Feature", "properties": facts, "geometry": geometry})
    return pd.DataFrame(rows)


def _ring(outline: Polygon) -> list[list[float]]:
    lon, lat = to_degrees().transform(*np.array(outline.exterior.coords).T)
    return [[round(float(a), 6), round(float(b), 6)] for a, b in zip(lon, lat, strict=True)]


def draw_units(span: Span) -> pd.DataFrame:
    """Returns the units register; some areas were never measured or were typed as words."""
    units = stock(span).units
    frame = pd.DataFrame(
        {
            "known_at": np.full(len(units), span.start + 3_600),
            "单元编号": [unit_key(number) for number in units["unit_no"]],
            "楼宇编号": [building_key(number) for number in units["building_no"]],
            "单元名称": units["name"],
            "楼层": units["floor"],
            "可租面积": units["rentable_m2"],
            "更新时间": local_text(np.full(len(units), span.start)),
        }
    )
    return spoil(
        frame, span.rng("building_unit"), 0.002, columns={"可租面积": "bad_number", "楼宇编号": "missing"}
    )


def unit_key(number: int) -> str:
    """Returns a unit's number in the register."""
    return f"DY{number + 1:06d}"


REGISTERS = (
    Register("building", "json", draw_buildings, interval_s=7 * 86_400, records="features"),
    Register("building_unit", "csv", draw_units, interval_s=7 * 86_400, encoding="gb18030"),
)
