"""The world incidents happen in: places, how risky each grid is, and the rhythm of days and hours."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from data.town import Calendar
from data.yamlfile import read_definition
from etl.synth.codes import DOMAIN_NAMES, FEEDS, catalog, read_table
from etl.synth.facts import draw_facts
from etl.synth.geometry import draw_town, points_inside, to_degrees

POINTS_PER_GRID = 150
ROADS = [
    "振华路",
    "古墩路",
    "萍水西街",
    "墩余路",
    "育苗路",
    "留祥路",
    "石祥西路",
    "紫金花路",
    "厚仁路",
    "金渡北路",
    "甲来路",
    "池华街",
    "亲亲家园路",
    "申花路",
    "花蒋路",
    "灯彩街",
    "西园一路",
    "西园五路",
    "振中路",
    "金蓬街",
    "三墩街",
    "庙西街",
    "蓝庭路",
    "双桥东路",
    "绕城北路",
    "兰里路",
    "虾龙路",
    "望月路",
    "颐兰路",
    "景溪路",
]
SPOTS = (
    "门口",
    "东侧",
    "西侧",
    "小区北门",
    "小区南门",
    "路口",
    "公交站旁",
    "地下车库入口",
    "菜场边",
    "学校附近",
    "桥下",
    "沿街商铺",
)
# Share of a day's incidents in each local hour.
PROFILES = {
    "day": (1, 1, 1, 1, 1, 2, 5, 9, 11, 11, 11, 9, 7, 8, 10, 10, 10, 9, 8, 7, 6, 4, 3, 2),
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 12, 15, 14, 9, 4, 8, 13, 13, 10, 5, 3, 2, 1, 1, 0, 0),
    "commute": (1, 1, 0, 0, 1, 3, 8, 16, 14, 8, 6, 6, 6, 6, 6, 7, 10, 15, 12, 7, 5, 4, 3, 2),
    "evening": (2, 1, 1, 1, 1, 1, 3, 4, 5, 5, 5, 6, 6, 5, 5, 6, 8, 11, 14, 15, 13, 10, 7, 4),
    "night": (9, 7, 5, 3, 2, 1, 1, 2, 2, 2, 2, 3, 4, 3, 3, 3, 4, 5, 7, 10, 13, 15, 14, 11),
}
# Season -> (day of the year of the peak, size of the swing).
SEASONS = {
    "flat": (1, 0.0),
    "summer": (205, 0.28),
    "winter": (10, 0.45),
    "rain": (172, 0.4),
    "dry": (320, 0.2),
    "festival": (30, 0.15),
}
SPRING_FESTIVALS = ("2020-01-25", "2021-02-12", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06")


@dataclass(frozen=True)
class World:
    """Everything fixed about the town.

    Attributes:
        category: catalogue rows as columns (numbers where they are numbers).
        place_weight: category x grid, each row adding to 1.
        lon, lat, x, y: address points; point number = grid * POINTS_PER_GRID + number in the grid.
        address: text of each point.
        feed_weight: category x feed, each row adding to 1.
        calendar: the town's work calendar.
    """

    seed: int
    category: dict[str, np.ndarray]
    place_weight: np.ndarray
    emerging: np.ndarray
    x: np.ndarray
    y: np.ndarray
    address: list[str]
    feed_weight: np.ndarray
    calendar: Calendar
    is_null: bool = False

    def codes(self) -> list[str]:
        """Returns the category codes in catalogue order."""
        return list(self.category["category_code"])


def build_world(town_dir: Path, *, seed: int, town_seed: int, is_null: bool = False) -> World:
    """Returns the world; with `is_null` every grid's rate is exactly proportional to its exposure."""
    drawing = draw_town(town_seed)
    facts = draw_facts(drawing, town_seed)
    rng = np.random.default_rng([seed, 11])
    category = _columns()
    exposure = _exposures(town_dir, facts)
    weight = np.array([exposure[domain] for domain in category["domain_code"]], dtype=float)
    if not is_null:
        weight = weight * _risk(category, len(drawing.cells), rng)
    points = np.vstack([points_inside(cell, POINTS_PER_GRID, rng) for cell in drawing.cells])
    with (town_dir / "areas.geojson").open(encoding="utf-8") as handle:
        grid_names = [line.split('"name_zh":"')[1].split('"')[0] for line in handle if '"name_zh"' in line]
    feed_weight = np.array([category[feed] for feed in FEEDS], dtype=float).T
    return World(
        seed=seed,
        category=category,
        place_weight=weight / weight.sum(axis=1, keepdims=True),
        emerging=rng.permutation(len(drawing.cells))[: len(DOMAIN_NAMES)],
        x=points[:, 0],
        y=points[:, 1],
        address=_addresses(grid_names, drawing.groups["community"], rng),
        feed_weight=feed_weight / feed_weight.sum(axis=1, keepdims=True),
        calendar=read_definition(town_dir / "calendar.yaml", Calendar),
        is_null=is_null,
    )


def _columns() -> dict[str, np.ndarray]:
    numbers = (
        "daily",
        "extra",
        "handle_minutes",
        "link_radius_m",
        "link_window_minutes",
        "limit_value",
        *FEEDS,
    )
    columns = {name: np.array([row[name] for row in catalog()]) for name in catalog()[0]}
    columns |= {name: columns[name].astype(float) for name in numbers}
    columns["limit_2026"] = np.array([float(row["limit_2026"] or row["limit_value"]) for row in catalog()])
    departments = [row["department_id"] for row in read_table("departments")]
    pace = np.array([float(row["pace"]) for row in read_table("departments")])
    columns["department"] = np.array([departments.index(name) for name in columns["department_id"]])
    columns["pace"] = pace[columns["department"]]
    columns["domain"] = np.array([list(DOMAIN_NAMES).index(name) for name in columns["domain_code"]])
    return columns


def _exposures(town_dir: Path, facts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    with (town_dir / "domains.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return {
        row["domain_code"]: sum(facts[name].astype(float) for name in row["exposure"].split("+"))
        for row in rows
    }


def _risk(category: dict[str, np.ndarray], grid_count: int, rng: np.random.Generator) -> np.ndarray:
    """Returns category x grid: mild differences everywhere, a handful of truly risky grids per domain."""
    by_domain = rng.lognormal(0, 0.2, (len(DOMAIN_NAMES), grid_count))
    for row in by_domain:
        row[rng.choice(grid_count, 5, replace=False)] *= rng.uniform(2.0, 3.2, 5)
    return by_domain[category["domain"]] * rng.lognormal(0, 0.12, (len(category["domain"]), grid_count))


def _addresses(grid_names: list[str], community: np.ndarray, rng: np.random.Generator) -> list[str]:
    roads = {number: rng.choice(ROADS, 5, replace=False) for number in range(community.max() + 1)}
    texts = []
    for grid, name in enumerate(grid_names):
        place = name.split("第")[0]
        picked = rng.integers(0, 5, POINTS_PER_GRID)
        house = rng.integers(1, 400, POINTS_PER_GRID)
        spot = rng.integers(0, len(SPOTS), POINTS_PER_GRID)
        own = roads[int(community[grid])]
        texts += [f"S镇{place}{own[p]}{h}号{SPOTS[s]}" for p, h, s in zip(picked, house, spot, strict=True)]
    return texts


def to_lonlat(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns WGS-84 of projected metres."""
    return to_degrees().transform(x, y)


def day_factors(world: World, days: list[date], rng: np.random.Generator) -> np.ndarray:
    """Returns category x day: how much busier than its average the day is for the category."""
    year_day = np.array([day.timetuple().tm_yday for day in days])
    factor = np.ones((len(world.category["season"]), len(days)))
    wet = rng.gamma(1.2, 1 / 1.2, len(days))
    festival = np.array([_festival_distance(day) for day in days])
    quiet = np.where(festival < 4, 0.58, np.where(festival < 10, 0.8, 1.0))
    off = np.array([not world.calendar.is_workday(day) for day in days])
    for index, (season, profile) in enumerate(
        zip(world.category["season"], world.category["profile"], strict=True)
    ):
        peak, swing = SEASONS[season]
        factor[index] *= 1 + swing * np.cos(2 * np.pi * (year_day - peak) / 365.25)
        factor[index] *= (0.7 + 0.3 * wet) if season == "rain" else 1.0
        factor[index] *= np.where(festival < 12, 1.25, 1.0) if season == "festival" else quiet
        if profile in ("office", "commute"):
            factor[index] *= np.where(off, 0.45 if profile == "office" else 0.75, 1.15)
    return factor


def _festival_distance(day: date) -> int:
    return min(abs((day - date.fromisoformat(text)).days) for text in SPRING_FESTIVALS)


def month_days(year: int, month: int) -> list[date]:
    """Returns the local days of a month."""
    first = date(year, month, 1)
    count = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - first).days
    return [first + timedelta(days=number) for number in range(count)]
