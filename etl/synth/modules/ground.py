"""What the demonstration town's registers share: places, businesses, people, local times, real defects."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.facts import GIVEN, SURNAMES, draw_facts
from etl.synth.geometry import draw_town
from etl.synth.incidents import NEVER, epoch
from etl.synth.register import Span
from etl.synth.townfiles import grid_id
from etl.synth.workclock import LOCAL_SECONDS
from etl.synth.world import POINTS_PER_GRID, build_world, to_lonlat

__all__ = [
    "NEVER",
    "Places",
    "businesses",
    "day_seconds",
    "id_numbers",
    "local_text",
    "people",
    "phones",
    "places",
    "spoil",
]

BUSINESS_COUNT = 20_000
BUILDING_COUNT = 320
# class8 code -> share of the firms, mean employees, mean floor area in m2.
CLASSES = {
    "street_shop": (0.46, 4, 70),
    "security_venue": (0.03, 14, 380),
    "rental": (0.20, 1, 110),
    "hazchem": (0.003, 45, 2600),
    "labour_intensive": (0.05, 85, 3200),
    "construction": (0.006, 60, 9000),
    "crowded": (0.021, 28, 1900),
    "general": (0.23, 12, 420),
}
INDUSTRIES = {
    "street_shop": ("retail", "catering", "services"),
    "security_venue": ("hotel", "entertainment"),
    "rental": ("property",),
    "hazchem": ("chemical",),
    "labour_intensive": ("manufacturing", "logistics"),
    "construction": ("construction",),
    "crowded": ("retail", "education", "health"),
    "general": ("software", "services", "wholesale", "culture"),
}
WORDS = (
    "恒远 嘉禾 鑫达 宏图 瑞丰 天成 万和 中信诺 百顺 汇通 锦程 安泰 德盛 金桥 新宇 "
    "佳美 众合 启航 明德 同创 联发 华兴 盛世 优品 乐家 悦来 聚源 博雅 东方 西园"
).split()
TRADES = {
    "retail": "百货商行",
    "catering": "餐饮店",
    "services": "服务部",
    "hotel": "宾馆",
    "entertainment": "娱乐会所",
    "property": "出租房",
    "chemical": "化工有限公司",
    "manufacturing": "制造有限公司",
    "logistics": "物流有限公司",
    "construction": "建设工程项目部",
    "education": "培训学校",
    "health": "门诊部",
    "software": "科技有限公司",
    "wholesale": "贸易有限公司",
    "culture": "文化传播有限公司",
}
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Places:
    """The town's grids and address points.

    Attributes:
        grid_ids, community_ids: per grid, in order.
        lon, lat, address: per point; point number = grid index * points_per_grid + number in the grid.
        facts: one row per grid: population_count, household_count, enterprise_count, road_km ... complete.
    """

    grid_ids: list[str]
    community_ids: list[str]
    lon: np.ndarray
    lat: np.ndarray
    address: np.ndarray
    points_per_grid: int
    facts: pd.DataFrame

    def pick(self, grid: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Returns a point in each of the grids (indices)."""
        return np.asarray(grid) * self.points_per_grid + rng.integers(0, self.points_per_grid, len(grid))


def places(span: Span) -> Places:
    """Returns the town's places; the same for every register of a seed."""
    return _places(span.town_dir, span.seed, span.town_seed)


@cache
def _places(town_dir: Path, seed: int, town_seed: int) -> Places:
    world = build_world(town_dir, seed=seed, town_seed=town_seed)
    drawing = draw_town(town_seed)
    facts = pd.DataFrame(draw_facts(drawing, town_seed))
    lon, lat = to_lonlat(world.x, world.y)
    community = _communities(town_dir)
    ids = [grid_id(number) for number in range(len(facts))]
    return Places(
        ids, [community[each] for each in ids], lon, lat, np.array(world.address), POINTS_PER_GRID, facts
    )


def _communities(town_dir: Path) -> dict[str, str]:
    content = json.loads((town_dir / "areas.geojson").read_text(encoding="utf-8"))
    return {each["properties"]["area_id"]: each["properties"]["community"] for each in content["features"]}


def businesses(span: Span) -> pd.DataFrame:
    """Returns every registered business: who, where, what kind, open from and to; do not change the frame."""
    return _businesses(span.town_dir, (span.seed, span.town_seed), first=span.first, days=span.days)


def building_points(town: Places, seed: int) -> np.ndarray:
    """Returns the address point of each commercial building (by building_no): they crowd where firms are."""
    rng = np.random.default_rng([seed, 321])
    weight = town.facts["enterprise_count"].to_numpy(float) ** 1.6
    grid = rng.choice(len(weight), BUILDING_COUNT, p=weight / weight.sum())
    order = rng.permutation(town.points_per_grid)  # two buildings of a grid never share a point
    turn = pd.Series(grid).groupby(grid).cumcount().to_numpy()
    return grid * town.points_per_grid + order[turn]


@cache
def _businesses(town_dir: Path, seeds: tuple[int, int], *, first: date, days: int) -> pd.DataFrame:
    seed, town_seed = seeds
    town = _places(town_dir, seed, town_seed)
    rng = np.random.default_rng([seed, 20_000])
    n = BUSINESS_COUNT
    weight = town.facts["enterprise_count"].to_numpy(float)
    grid = rng.choice(len(weight), n, p=weight / weight.sum())
    class8, industry, employees, area = _trades(rng, n)
    point = town.pick(grid, rng)
    words = rng.integers(0, len(WORDS), (n, 2))
    names = [f"S镇{WORDS[a]}{WORDS[b]}{TRADES[each]}" for (a, b), each in zip(words, industry, strict=True)]
    opened = epoch(first) + rng.integers(-3_600, days, n) * 86_400
    closed = np.where(rng.random(n) < 0.14, opened + rng.integers(200, 2_600, n) * 86_400, NEVER)
    in_building = np.isin(class8, ["general", "crowded", "labour_intensive"]) & (rng.random(n) < 0.75)
    size = np.random.default_rng([seed, 320]).lognormal(0, 0.6, BUILDING_COUNT)
    building = np.where(in_building, rng.choice(BUILDING_COUNT, n, p=size / size.sum()), -1)
    housed = building_points(town, seed)[building]
    point = np.where(in_building, housed, point)  # a firm is where its house is
    grid = point // town.points_per_grid
    return pd.DataFrame(
        {
            "business_no": np.arange(n),
            "credit_code": _credit_codes(rng, n),
            "name": names,
            "class8_code": class8,
            "industry_code": industry,
            "employee_count": employees,
            "floor_area_m2": area,
            "has_hazardous": (class8 == "hazchem") | (rng.random(n) < 0.01),
            "grid": grid,
            "point": point,
            "lon": town.lon[point],
            "lat": town.lat[point],
            "address": town.address[point],
            "opened_at": opened,
            "closed_at": closed,
            "building_no": building,
        }
    )


def _trades(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns class, industry, employees and floor area of each business."""
    codes = list(CLASSES)
    share = np.array([CLASSES[code][0] for code in codes])
    kind = rng.choice(len(codes), n, p=share / share.sum())
    class8 = np.array(codes)[kind]
    industry = np.array(
        [
            INDUSTRIES[code][pick % len(INDUSTRIES[code])]
            for code, pick in zip(class8, rng.integers(0, 12, n), strict=True)
        ]
    )
    employees = np.maximum(1, rng.lognormal(np.log([CLASSES[code][1] for code in class8]), 0.7)).astype(int)
    area = np.round(rng.lognormal(np.log([CLASSES[code][2] for code in class8]), 0.5), 1)
    return class8, industry, employees, area


def _credit_codes(rng: np.random.Generator, n: int) -> list[str]:
    """Returns unified social credit codes (18 characters) with a valid check character, all different."""
    weights = [3**i % 31 for i in range(17)]
    codes = []
    for number, tail in zip(rng.permutation(n), rng.integers(0, 31, (n, 2)), strict=True):
        body = f"91330106MA{number:05d}{CREDIT_ALPHABET[tail[0]]}{CREDIT_ALPHABET[tail[1]]}"
        total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(body, weights, strict=True))
        codes.append(body + CREDIT_ALPHABET[(31 - total % 31) % 31])
    return codes


def people(rng: np.random.Generator, n: int) -> list[str]:
    """Returns synthetic Chinese names."""
    first, second = rng.integers(0, len(SURNAMES), n), rng.integers(0, len(GIVEN), (n, 2))
    short = rng.random(n) < 0.3
    return [
        SURNAMES[a] + (GIVEN[b] if is_short else GIVEN[b] + GIVEN[c])
        for a, (b, c), is_short in zip(first, second, short, strict=True)
    ]


def phones(rng: np.random.Generator, n: int) -> list[str]:
    """Returns synthetic mobile numbers."""
    return [f"1{number}" for number in rng.integers(3_000_000_000, 9_999_999_999, n)]


def id_numbers(rng: np.random.Generator, n: int) -> list[str]:
    """Returns synthetic resident identity numbers with a valid check digit, all different."""
    weights, marks = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    born = pd.to_datetime("1930-01-01") + pd.to_timedelta(rng.integers(0, 31_000, n), unit="D")
    numbers = []
    for number, day in enumerate(born.strftime("%Y%m%d")):
        body = f"{330100 + number // 1000 % 900:06d}{day}{number % 1000:03d}"
        numbers.append(body + marks[sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11])
    return numbers


def local_text(at: np.ndarray, pattern: str = "%Y-%m-%d %H:%M:%S") -> np.ndarray:
    """Returns local texts of UTC seconds; None where the instant never comes or is not known."""
    at = np.asarray(at, dtype=np.int64)
    told = (at < NEVER) & (at > 0)
    text = (
        pd.to_datetime(np.where(told, at + LOCAL_SECONDS, 0), unit="s")
        .strftime(pattern)
        .to_numpy(dtype=object)
    )
    return np.where(told, text, None)


def day_seconds(day: date) -> int:
    """Returns the UTC second of a local midnight."""
    return epoch(day)


BROKEN = {"missing": None, "unknown_code": "XX99", "bad_time": "2026-13-45 99:00", "bad_number": "约12"}


def spoil(
    frame: pd.DataFrame, rng: np.random.Generator, share: float, *, columns: dict[str, str]
) -> pd.DataFrame:
    """Returns the frame with real defects: each named column is broken in a share of the rows.

    Args:
        frame: rows of a register, `known_at` included.
        rng: the register's generator.
        share: share of rows per column.
        columns: column -> missing, unknown_code, bad_time or bad_number.
    """
    spoiled = frame.copy()
    for name, kind in columns.items():
        hit = rng.random(len(frame)) < share
        spoiled[name] = spoiled[name].astype(object).where(~hit, BROKEN[kind])
    return spoiled


def read_table(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a CSV of the town folder."""
    with path.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))
