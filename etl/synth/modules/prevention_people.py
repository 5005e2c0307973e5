"""Counts about people, never people: epidemic sub-modules in war, household records by block, flow between grids."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import shapely

from etl.synth.geometry import draw_town
from etl.synth.modules.ground import Places, day_seconds, local_text, places, spoil
from etl.synth.modules.prevention_plans import alert_levels
from etl.synth.register import DAY_S, Register, Span

LOCAL_S = 8 * 3600
# sub-module -> fact it goes by, items a day per thousand of it, share done, share abnormal.
MODULES = {
    "GJ": ("population_count", 0.35, 0.97, 0.09),
    "ZF": ("household_count", 55.0, 0.9, 0.012),
    "CR": ("day_population_count", 38.0, 0.99, 0.004),
    "QY": ("enterprise_count", 30.0, 0.86, 0.05),
    "FG": ("enterprise_count", 12.0, 0.78, 0.1),
    "JK": ("enterprise_count", 260.0, 0.93, 0.006),
    "ZB": ("population_count", 24.0, 0.82, 0.01),
}
# What the district shares: per grid, items a day per thousand people and share abnormal.
SHARED = {"健康码": (310.0, 0.011), "隔离点": (0.9, 0.03), "发热门诊": (1.1, 0.2), "药店购药": (6.0, 0.05)}
HIGHWAY_GRIDS = (3, 61, 118)
WHOLE_TOWN = "全镇"  # the district does not know grids of online services
ONLINE = (
    "线索征集",
    "问医生",
    "定点医院",
    "出行申报",
    "健康码申领",
    "同行程查询",
    "口罩预约",
    "疫情地图",
    "辟谣",
)
HOUSEHOLDS_PER_BLOCK = 36
FLOW_FROM = date(2026, 5, 15)  # the gates' daily sums have been handed over since then
NEAREST = 4


def _war_days(span: Span) -> list[date]:
    """Returns the local days on which the epidemic level was above peace."""
    levels = alert_levels(span)
    days: list[date] = []
    for row in levels[levels["field"] == "EPI"].itertuples():
        last = min(row.end, span.end)
        day = datetime.fromtimestamp(row.begin + LOCAL_S, UTC).date()
        while day_seconds(day) < last:
            if day not in days:
                days.append(day)
            day += timedelta(days=1)
    return [day for day in days if day >= span.first]


def draw_platform(span: Span) -> pd.DataFrame:
    """Returns the platform's seven sub-modules: counts per day and grid, told the next morning, some corrected."""
    rng = span.rng("epidemic_platform")
    town, days = places(span), _war_days(span)
    if not days:
        return _no_rows(["id", "day", "module", "grid", "raised", "done", "abnormal", "updated"])
    parts = []
    for number, (module, (fact, rate, done, bad)) in enumerate(MODULES.items()):
        for position, day in enumerate(days):
            # Work starts slowly, then eases as the wave passes.
            pace = min(1.0, 0.4 + position / 8) * (1.0 if position < 45 else 0.5)
            mean = town.facts[fact].to_numpy(float) * rate / 1000 * pace * rng.lognormal(0, 0.25)
            raised = rng.poisson(mean)
            frame = pd.DataFrame(
                {"grid": town.grid_ids, "raised": raised, "day": day.isoformat(), "module": module}
            )
            frame["done"], frame["abnormal"] = rng.binomial(raised, done), rng.binomial(raised, bad)
            frame["known_at"] = day_seconds(day) + 30 * 3600 + number * 60
            parts.append(frame[raised > 0])
    rows = pd.concat(parts, ignore_index=True)
    rows["id"] = rows["day"].str.replace("-", "") + "-" + rows["module"] + "-" + rows["grid"]
    again = rng.random(len(rows)) < 0.02
    later = rows[again].assign(done=rows["raised"][again], known_at=rows["known_at"][again] + 2 * DAY_S)
    rows = pd.concat([rows, later], ignore_index=True)
    rows["updated"] = local_text(rows["known_at"].to_numpy())
    return spoil(rows, rng, 0.0008, columns={"grid": "unknown_code", "done": "bad_number"})


def _no_rows(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"known_at": np.array([], dtype=np.int64)} | {name: [] for name in columns})


def draw_shared(span: Span) -> pd.DataFrame:
    """Returns what the district shares in war: codes shown, exits, quarantine, fever, drugs, and nine online services."""
    rng = span.rng("epidemic_shared")
    town, days = places(span), _war_days(span)
    if not days:
        return _no_rows(["日期", "项目", "网格", "人数", "异常人数", "报送时间"])
    people = town.facts["day_population_count"].to_numpy(float)
    parts = []
    for day in days:
        of_day = []
        for item, (rate, bad) in SHARED.items():
            count = rng.poisson(people * rate / 1000)
            of_day.append((town.grid_ids, item, count, rng.binomial(count, bad)))
        exits = rng.poisson(420, len(HIGHWAY_GRIDS))
        of_day.append(
            ([town.grid_ids[each] for each in HIGHWAY_GRIDS], "高速出口", exits, rng.binomial(exits, 0.01))
        )
        of_day.append((WHOLE_TOWN, ONLINE, rng.poisson(rng.lognormal(np.log(260), 0.5, len(ONLINE))), 0))
        for grid, item, count, abnormal in of_day:
            part = pd.DataFrame({"网格": grid, "项目": item, "人数": count, "异常人数": abnormal})
            parts.append(part.assign(日期=f"{day:%Y%m%d}", known_at=day_seconds(day) + 33 * 3600))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["人数"] > 0]
    rows["报送时间"] = local_text(rows["known_at"].to_numpy())
    return spoil(rows, rng, 0.0008, columns={"人数": "bad_number"})


def _blocks(span: Span, rng: np.random.Generator) -> pd.DataFrame:
    """Returns blocks of about 36 households: building, place, households, days between visits, share met."""
    town = places(span)
    households = town.facts["household_count"].to_numpy(int)
    count = np.maximum(1, np.round(households / HOUSEHOLDS_PER_BLOCK)).astype(int)
    grid = np.repeat(np.arange(len(count)), count)
    size = np.concatenate([_split(total, parts, rng) for total, parts in zip(households, count, strict=True)])
    point = town.pick(grid, rng)
    habit = rng.choice([48, 66, 84, 130], len(count), p=[0.3, 0.34, 0.24, 0.12])
    return pd.DataFrame(
        {
            "key": [f"LZ{number:05d}" for number in range(1, len(grid) + 1)],
            "name": [f"{address.split('号')[0].removeprefix('S镇')}号楼" for address in town.address[point]],
            "grid_id": np.array(town.grid_ids)[grid],
            "lon": np.round(town.lon[point], 6),
            "lat": np.round(town.lat[point], 6),
            "size": size,
            "every_days": habit[grid] * rng.lognormal(0, 0.2, len(grid)),
            "met": np.clip(rng.normal(0.86, 0.08, len(grid)), 0.4, 0.99),
        }
    )


def _split(total: int, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Returns `parts` sizes of at least ten households that add up to `total`."""
    rest = total - 10 * parts
    return 10 + rng.multinomial(rest, np.full(parts, 1 / parts)) if rest > 0 else np.array([total])


def draw_households(span: Span) -> pd.DataFrame:
    """Returns how many households of each block were last updated on which day, a version whenever that changes."""
    rng = span.rng("household_block")
    blocks = _blocks(span, rng)
    rows: list[tuple] = []
    last_day = (span.end - span.start) // DAY_S
    for block in blocks.itertuples():
        rows += _visits(block, rng, last_day=last_day)
    index, known, updated, count, visit = (np.array(each, dtype=np.int64) for each in zip(*rows, strict=True))
    own = blocks.iloc[index].reset_index(drop=True)
    known = span.start + known * DAY_S + 20 * 3600 + index % 3600
    frame = pd.DataFrame(
        {
            "known_at": np.maximum(known, span.start - 1500),
            "楼幢编号": own["key"],
            "楼幢名称": own["name"],
            "最近更新日": local_text(span.start + updated * DAY_S, "%Y-%m-%d"),
            "户数": count,
            "走访日": local_text(span.start + visit * DAY_S, "%Y-%m-%d"),
            "经度": own["lon"],
            "纬度": own["lat"],
            "网格编码": own["grid_id"],
        }
    )
    frame["报送时间"] = local_text(frame["known_at"].to_numpy())
    return spoil(frame, rng, 0.0003, columns={"户数": "bad_number"})


def _visits(block, rng: np.random.Generator, *, last_day: int) -> list[tuple[int, int, int, int, int]]:
    """Returns (block, day told, day of the last update, households, day of the visit) of one block's whole story."""
    first = -int(rng.integers(1, int(block.every_days) + 2))
    held = {first - int(block.every_days): int(rng.binomial(block.size, 1 - block.met))}
    held[first] = block.size - sum(held.values())
    rows = [(block.Index, -1, day, count, first) for day, count in held.items() if count]
    day = 0
    while True:
        day += max(8, int(rng.exponential(0.45 * block.every_days) + 0.55 * block.every_days))
        if day >= last_day:
            return rows
        moved = 0
        for old, count in list(held.items()):
            kept = int(rng.binomial(count, 1 - block.met)) if count else 0
            if kept != count:
                rows.append((block.Index, day, old, kept, day))
                moved, held[old] = moved + count - kept, kept
        held = {old: count for old, count in held.items() if count} | {day: moved}
        rows.append((block.Index, day, day, moved, day))


def draw_flow(span: Span) -> pd.DataFrame:
    """Returns passages per day between each grid and its nearest ones, from the day the gates' sums were handed over."""
    rng = span.rng("cross_flow")
    town = places(span)
    begin = max(FLOW_FROM, span.first)
    count = (span.end - day_seconds(begin)) // DAY_S
    if span.is_2020 or count <= 0:
        return _no_rows(["day", "from_grid", "to_grid", "passages", "gates", "loaded_at"])
    start, stop, mean = _pairs(town, span.town_seed, rng)
    day = np.arange(count)
    weekday = np.array([(begin + timedelta(days=int(each))).weekday() for each in day])
    busy = np.where(weekday >= 5, 0.78, 1.0) * rng.lognormal(0, 0.05, count)
    passages = rng.poisson(mean[:, None] * busy[None, :] * rng.lognormal(0, 0.1, (len(mean), count)))
    pair, when = np.nonzero(passages)
    known = day_seconds(begin) + (when + 1) * DAY_S + 2 * 3600
    dates = np.array([f"{begin + timedelta(days=int(each)):%Y%m%d}" for each in day])
    ids = np.array(town.grid_ids)
    rows = pd.DataFrame(
        {
            "known_at": known,
            "day": dates[when],
            "from_grid": ids[start[pair]],
            "to_grid": ids[stop[pair]],
            "passages": passages[pair, when],
            "gates": 2 + pair % 5,
            "loaded_at": known,
        }
    )
    return spoil(rows, rng, 0.0004, columns={"to_grid": "unknown_code", "passages": "bad_number"})


def _pairs(
    town: Places, town_seed: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns from, to and mean passages a day: near and busy grids exchange most."""
    centers = shapely.get_coordinates(shapely.centroid(draw_town(town_seed).cells))
    distance = np.hypot(*(centers[:, None, :] - centers[None, :, :]).T)
    np.fill_diagonal(distance, np.inf)
    stop = np.argsort(distance, axis=1)[:, :NEAREST].ravel()
    start = np.repeat(np.arange(len(centers)), NEAREST)
    people = town.facts["day_population_count"].to_numpy(float)
    mean = np.sqrt(people[start] * people[stop]) * np.exp(-distance[start, stop] / 900) * 0.22
    return (
        start,
        stop,
        mean * rng.lognormal(0, 0.8, len(start)) * np.where(rng.random(len(start)) < 0.1, 0.01, 1),
    )


REGISTERS = (
    Register("epidemic_platform", "json", draw_platform, months=3, records="rows"),
    Register("epidemic_shared", "csv", draw_shared, months=3, delimiter="|"),
    Register("household_block", "csv", draw_households, months=6, encoding="gb18030"),
    Register("cross_flow", "csv", draw_flow, months=3, delimiter="|"),
)
