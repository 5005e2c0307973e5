"""A small town made by hand: every figure of its briefing can be checked against this page with a pencil.

It is Friday 2026-11-20 07:30 in Shanghai. The 24 hours before are "now", those a week earlier "before". Every report has a
grid of its own, so that none is joined to another. All police reports are registered after 10 minutes and dispatched
4 minutes later; those that were handled were so an hour after, and closed half an hour after that.

|        | now | before | never handled (now)     | limit from dispatch |
|--------|-----|--------|-------------------------|---------------------|
| theft  |  30 |     10 | the last one (22:30)    | 24 h                |
| help   |  24 |     24 | the first four (08:00 .. 09:00) | 3 h         |
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from shapely.geometry import shape

from data.connection import Store
from data.settings import read_settings
from data.town import load_town
from etl.build import build
from etl.contract import load_contract
from etl.landing import load_file
from etl.publish import publish
from etl.store import open_store
from tests.module_town import open_module_town

NOW = "2026-11-20 07:30"
ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "接警单号 最后更新时间 报警时间 入库时间 发案时间 警情类别代码 管辖单位代码 处警结果 警情状态 经度 纬度 报警地址 "
    "警情简述 报警电话 移送平台 移送单号 移送时间 派警时间 接单时间 到场时间 处置完毕时间 结案时间 重大警情"
).split()
CODES = {"theft": "010100", "help": "011000"}
WEEK = timedelta(days=7)
MORNING = datetime(2026, 11, 19, 8)


@cache
def points() -> tuple[tuple[float, float], ...]:
    """Returns a point in each grid of S-town, in the order of its file."""
    areas = json.loads((ROOT / "data/towns/stown/areas.geojson").read_text(encoding="utf-8"))
    found = [shape(each["geometry"]).representative_point() for each in areas["features"]]
    return tuple((round(point.x, 6), round(point.y, 6)) for point in found)


def police_row(
    number: int, kind: str, reported: datetime, *, grid: int, is_open: bool = False
) -> dict[str, str]:
    """Returns one police report in the feed's own words."""
    times = {"报警时间": 0, "入库时间": 10, "派警时间": 14}
    if not is_open:
        times |= {"处置完毕时间": 74, "结案时间": 104}
    row = dict.fromkeys(HEAD, "")
    row |= {name: f"{reported + timedelta(minutes=after):%Y-%m-%d %H:%M:%S}" for name, after in times.items()}
    lon, lat = points()[grid]
    row |= {
        "接警单号": f"JQ{number:05d}",
        "最后更新时间": f"{reported + timedelta(hours=2):%Y-%m-%d %H:%M:%S}",
    }
    return row | {
        "警情类别代码": CODES[kind],
        "管辖单位代码": "3301990001",
        "经度": str(lon),
        "纬度": str(lat),
        "重大警情": "0",
    }


def police_csv(rows: list[dict[str, str]]) -> str:
    """Returns reports as the feed's file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def police_rows() -> list[dict[str, str]]:
    """Returns the reports of both windows: thefts every half hour from 08:00, calls for help every twenty minutes."""
    half, third = timedelta(minutes=30), timedelta(minutes=20)
    rows = [police_row(each, "theft", MORNING - WEEK + half * each, grid=each) for each in range(10)]
    rows += [
        police_row(100 + each, "help", MORNING - WEEK + third * each, grid=40 + each) for each in range(24)
    ]
    rows += [
        police_row(200 + each, "theft", MORNING + half * each, grid=each, is_open=each == 29)
        for each in range(30)
    ]
    return rows + [
        police_row(300 + each, "help", MORNING + third * each, grid=40 + each, is_open=each < 4)
        for each in range(24)
    ]


def open_town(home: Path) -> Store:
    """Returns the town at its own now."""
    files = {"police_110/police_110_20261120072959.csv": police_csv(police_rows())}
    return open_module_town(home, files, now=NOW)


def load_more(home: Path, rows: list[dict[str, str]], *, now: str) -> Store:
    """Loads further police reports into the town's home, builds and publishes; returns the town as of `now`."""
    local = datetime.fromisoformat(now)
    settings = read_settings(home=home, town="stown", now=(local - timedelta(hours=8)).isoformat())
    town = load_town(settings)
    path = settings.landing_dir / "police_110" / f"police_110_{local:%Y%m%d%H%M%S}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(police_csv(rows), encoding="utf-8")
    with open_store(settings) as con:
        result = load_file(con, town, load_contract(town, "police_110"), path=path, settings=settings)
        assert result.status_code == "loaded", result.reason_text
        build(con, town)
        publish(con, town, settings)
    return Store(home, zone=town.zone, threads=1)
