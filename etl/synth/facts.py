"""People, firms, roads and staff of S-town: sums are the township's published scale, shares are drawn."""

from __future__ import annotations

import numpy as np

from etl.synth.geometry import Drawing

POPULATION, FLOATING, ENTERPRISES, CODED = 330_000, 150_000, 20_000, 11_000
LEADS, FULL_TIME, PART_TIME = 104, 288, 2_403
FACT_COLUMNS = (
    "population_count",
    "floating_count",
    "day_population_count",
    "household_count",
    "enterprise_count",
    "coded_enterprise_count",
    "road_km",
)
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋"
    "田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖"
    "武康贺严尹钱施牛洪龚"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国文辉力梅鑫波斌宇浩凯健俊帆雪莉"
    "晶欣怡婷倩琳颖佳慧雅诗语嘉瑞泽晨轩博子涵梓萱一诺"
)


def share_out(total: int, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns whole numbers in proportion to the weights (with some noise) that add up to `total`."""
    noisy = weights * rng.lognormal(0, 0.18, len(weights))
    exact = noisy / noisy.sum() * total
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact)[: total - whole.sum()]] += 1
    return whole


def draw_facts(drawing: Drawing, seed: int) -> dict[str, np.ndarray]:
    """Returns fact -> value per grid; complete, the gaps of area_facts.csv are made when writing."""
    rng = np.random.default_rng([seed, 2])
    area_km2 = np.array([cell.area for cell in drawing.cells]) / 1e6
    density = drawing.density
    # Grids were cut to hold a similar number of households, so population varies less than density does.
    people = (area_km2 * density) ** 0.45
    population = share_out(POPULATION, people, rng)
    industry = (
        area_km2 * (0.25 + np.exp(-((density - 0.35) ** 2) / 0.05)) * rng.lognormal(0, 0.5, len(people))
    )
    enterprises = share_out(ENTERPRISES, industry + 0.1 * industry.mean(), rng)
    floating = np.minimum(
        share_out(FLOATING, population * (1.4 - density / density.max()), rng), population - 200
    )
    floating[np.argmax(population - floating)] += FLOATING - floating.sum()
    commute = enterprises * rng.uniform(3.0, 6.5, len(people)) - population * rng.uniform(
        0.25, 0.4, len(people)
    )
    return {
        "population_count": population,
        "floating_count": floating,
        "day_population_count": np.round(population + np.maximum(commute, -0.5 * population)).astype(int),
        "household_count": np.round(population / rng.uniform(2.55, 2.95, len(people))).astype(int),
        "enterprise_count": enterprises,
        "coded_enterprise_count": np.minimum(_coded(enterprises, rng), enterprises),
        "road_km": np.round(area_km2 * (3.2 + 9 * np.sqrt(density)), 2),
    }


def _coded(enterprises: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    coded = np.minimum(share_out(CODED, enterprises.astype(float), rng), enterprises)
    while coded.sum() < CODED:
        coded[np.argmax(enterprises - coded)] += 1
    return coded


def person_name(number: int) -> str:
    """Returns a made-up name for a number."""
    first, second = number * 7919 % len(GIVEN), number * 104_729 // 13 % (len(GIVEN) + 40)
    return (
        SURNAMES[number * 31 % len(SURNAMES)] + GIVEN[first] + (GIVEN[second] if second < len(GIVEN) else "")
    )


def draw_staff(groups: dict[str, np.ndarray], households: np.ndarray, seed: int) -> list[tuple[str, ...]]:
    """Returns staff rows (worker_key, name, role_code, area_id, from, to); one lead may serve two grids."""
    rng = np.random.default_rng([seed, 3])
    grid_ids = [f"G{number:03d}" for number in range(1, len(households) + 1)]
    rows: list[tuple[str, ...]] = []
    lead_of = _leads(groups["community"])
    for grid, lead in zip(grid_ids, lead_of, strict=True):
        rows.append((f"W{lead + 1:04d}", "grid_lead", grid, "2025-03-01", ""))
    number = LEADS
    for role, count in (("full_time", FULL_TIME), ("part_time", PART_TIME)):
        for grid, posts in zip(grid_ids, share_out(count, households.astype(float), rng), strict=True):
            for _ in range(posts):
                number += 1
                rows.append(
                    (f"W{number:04d}", role, grid, f"202{rng.integers(1, 6)}-0{rng.integers(1, 10)}-01", "")
                )
    number = _chiefs(rows, number)
    return [(key, person_name(int(key[1:])), role, area, start, end) for key, role, area, start, end in rows]


def _leads(community: np.ndarray) -> np.ndarray:
    """Returns the lead of each grid: 104 people, 21 of whom also keep the next grid of their community."""
    order = np.lexsort((np.arange(len(community)), community))
    lead = np.empty(len(community), dtype=int)
    spare, number, previous, doubled = len(community) - LEADS, -1, -1, True
    for grid in order:
        shares = spare > 0 and not doubled and community[grid] == previous and grid % 2 == 1
        if shares:
            spare, doubled = spare - 1, True
        else:
            number, doubled = number + 1, False
        lead[grid], previous = number, community[grid]
    if spare:
        raise ValueError(f"{spare} grids could not share a lead inside their community")
    return lead


def _chiefs(rows: list[tuple[str, ...]], number: int) -> int:
    """Appends the rotated area chiefs (区域长) and the heads of stations and squads."""
    turns = (("2025-01-01", "2025-12-31"), ("2026-01-01", ""))
    for role, level, count in (
        ("zone_chief", "Q06", 6),
        ("station_head", "Q12", 12),
        ("squad_head", "Q30", 30),
    ):
        for place in range(1, count + 1):
            for start, end in turns if role == "zone_chief" else turns[:1]:
                number += 1
                rows.append(
                    (
                        f"W{number:04d}",
                        role,
                        f"{level}-{place:02d}",
                        start,
                        "" if role != "zone_chief" else end,
                    )
                )
    return number
