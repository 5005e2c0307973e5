"""new-town: a town folder that loads, builds and publishes as it is, to be filled with the town's own facts."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.settings import TOWNS, read_settings
from data.town import TownError, load_town
from etl.contract import load_contracts

CHINESE_ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei")
MAX_SUN_HOURS = 3.5  # western China lives by Beijing's clock
NAME_KEYS = ("name_zh", "name", "NAME", "Name", "nhood", "neighborho", "名称")
ID_KEYS = ("area_id", "grid_id", "grid", "code", "CODE", "id", "ID", "编码", "编号", "网格编码")
# Feeds the product itself writes, the same in every town: decisions on links, who opened which page.
OWN_FEEDS = ("link_decision", "page_usage")
LEVELS = """levels:                      # coarse to fine; the last one is always grid
  - {id: town, label: {zh: 全镇, en: Town}}
  - {id: grid, label: {zh: 网格, en: Grid}}
hierarchies:
  - {id: admin, label: {zh: 网格条线, en: Grids}, levels: [town, grid]}
"""
TOWN = """id: {name}
label: {{zh: {name}, en: {name}}}
is_synthetic: false
language: {language}
timezone: {zone}
projected_epsg: {epsg}          # metres; UTM zone of the centre
center: {{lon: {lon:.5f}, lat: {lat:.5f}}}
{levels}sources:                     # what `make run` loads; delete sample/ and its feed once the town's own are here
  citizen_report: ["sample/citizen_report.csv"]
wall:
  rotation:
    - {{page: /, dwell_s: 60}}
default_period: 28d
"""
FEED = """feed: citizen_report
entity: report
label: {zh: 随手拍, en: Citizen reports}
channel: citizen
owner: 待定                  # who answers for it
purpose: 待定                # why it may be used
share_class: shared
files: "*.csv"
format: csv
encoding: utf-8
timezone: {zone}
datum: wgs84
required: true
expected_interval_s: 600
expected_lag_s: 120
codes: {category: citizen_report_category}
columns:
  source_key: {column: 编号, required: true}
  version_at: {column: 更新时间, time: "%Y-%m-%d %H:%M:%S"}
  reported_at: {column: 上报时间, time: "%Y-%m-%d %H:%M:%S", required: true}
  received_at: {column: 接收时间, time: "%Y-%m-%d %H:%M:%S"}
  category_source_code: {column: 类别}
  lon: {column: 经度}
  lat: {column: 纬度}
  address_text: {column: 地址}
  description_text: {column: 描述}
  reporter_hash: {column: 电话}
privacy: {电话: 4, 地址: 3, 描述: 3}
"""
TABLES = {
    "categories.csv": (
        "category_code,name_zh,name_en,domain_code,kind_code,severity_level,link_group,link_radius_m,link_window_minutes\n"
        "litter,垃圾堆放,Litter,city,event,1,sanitation,50,1440\nnoise,噪音扰民,Noise,city,event,1,dispute,100,180\n"
    ),
    "domains.csv": "domain_code,name_zh,name_en,exposure,cap_level\ncity,城市管理,City management,area_km2,4\n",
    "departments.csv": "department_id,name_zh,name_en\ncommand,综合信息指挥室,Command room\n",
    "responsibility.csv": (
        "category_code,department_id,limit_value,limit_unit,is_three_hour,start_point,valid_from,valid_to,version,basis\n"
        "litter,command,3,emergency_hours,1,dispatched,2020-01-01,,1,待定\n"
        "noise,command,3,emergency_hours,1,dispatched,2020-01-01,,1,待定\n"
    ),
    "area_facts.csv": "area_id,population_count,household_count,enterprise_count,road_km,day_population_count\n",
    "calendar.yaml": 'work_hours: [["08:30", "12:00"], ["13:30", "17:30"]]\nweekend: [6, 7]\nholidays: []\nworkdays: []\n',
    "codes/citizen_report_category.csv": "source_code,code\n垃圾,litter\n噪音,noise\n",
}


def write_town(
    name: str, *, areas: Path | None = None, folder: Path | None = None, zone: str = "Asia/Shanghai"
) -> list[str]:
    """Writes a town folder and proves that its town.yaml and contracts are valid; returns what to do next.

    Raises:
        TownError: the name, the zone or the areas cannot be used, or the folder exists.
    """
    offset = _offset(zone)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise TownError(f"name = {name!r}: small letters, digits and _ only, a letter first")
    target = (folder or TOWNS) / name
    if target.exists():
        raise TownError(f"{target}: exists already")
    collection = name_areas(areas) if areas else squares()
    lon, _ = middle(collection)
    texts = _texts(name, collection, zone=zone)
    for path, text in texts.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, encoding="utf-8")
    load_contracts(load_town(read_settings({}, town=f"{target.parent}/{name}")))
    return [
        f"wrote {target} with {len(collection['features'])} grids",
        *_doubts(zone, offset, lon=lon),
        "fill in: town.yaml, area_facts.csv, categories.csv, responsibility.csv (limits), calendar.yaml; then",
        f"  make new-feed TOWN={target} FEED=... FILE=...",
        f"  make run TOWN={target if folder else name}",
    ]


def _texts(name: str, collection: dict, *, zone: str) -> dict[str, str]:
    """Returns the files of a new town's folder: path -> text."""
    lon, lat = middle(collection)
    epsg = (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1
    language = "zh" if zone.startswith(CHINESE_ZONES) else "en"
    town = TOWN.format(name=name, epsg=epsg, lon=lon, lat=lat, levels=LEVELS, zone=zone, language=language)
    own = TOWNS / "stown" / "feeds"
    return {
        "town.yaml": town,
        "areas.geojson": json.dumps(collection, ensure_ascii=False) + "\n",
        "sample/citizen_report.csv": sample_rows(collection, zone=zone),
        **TABLES,
        "feeds/citizen_report.yaml": FEED.replace("{zone}", zone),
        **{f"feeds/{feed}.yaml": (own / f"{feed}.yaml").read_text("utf-8") for feed in OWN_FEEDS},
    }


def _offset(zone: str) -> timedelta:
    try:
        return datetime.now(ZoneInfo(zone)).utcoffset() or timedelta()
    except (ValueError, KeyError, OSError):
        raise TownError(f"timezone = {zone!r}: not a time zone name such as Asia/Shanghai") from None


def _doubts(zone: str, offset: timedelta, *, lon: float) -> list[str]:
    """Returns a warning when the sun stands hours away from the zone's noon."""
    if abs(offset.total_seconds() / 3600 - lon / 15) <= MAX_SUN_HOURS:
        return []
    return [f"look over: timezone {zone} is far from longitude {lon:.1f}; in town.yaml and feeds/*.yaml"]


def squares() -> dict:
    """Returns four squares of a kilometre, to be replaced by the town's real grids."""
    features = []
    for number in range(4):
        west, south = 120.0 + 0.0104 * (number % 2), 30.0 + 0.009 * (number // 2)
        east, north = west + 0.0104, south + 0.009
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "area_id": f"G{number + 1:03d}",
                    "name_zh": f"第{number + 1}网格",
                    "name_en": f"Grid {number + 1}",
                },
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]],
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def name_areas(path: Path) -> dict:
    """Returns a file's areas, WGS-84, with the properties a town needs; names are kept where they can be found.

    Reads GeoJSON, GeoParquet and whatever else geopandas knows.

    Raises:
        TownError: no polygons to be found.
    """
    import geopandas as gpd

    try:
        frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
        frame = frame.to_crs(4326) if frame.crs else frame.set_crs(4326)
        features = json.loads(frame.to_json())["features"]
        kinds = {feature["geometry"]["type"] for feature in features}
    except Exception as error:
        reason = str(error).splitlines()[0][:200]
        raise TownError(f"{path}: no areas can be read from it: {reason}") from None
    if not features or not kinds <= {"Polygon", "MultiPolygon"}:
        raise TownError(f"{path}: areas must be polygons, found {sorted(kinds)}")
    ids = next((key for key in ID_KEYS if _is_key(features, key)), None)
    named = []
    for number, feature in enumerate(features, start=1):
        old = feature.get("properties") or {}
        label = next(
            (str(old[key]) for key in NAME_KEYS if old.get(key)),
            f"G{number:03d}",
        )
        new = {
            "area_id": str(old[ids]) if ids else f"G{number:03d}",
            "name_zh": label,
            "name_en": str(old.get("name_en") or label),
        }
        named.append({"type": "Feature", "properties": {**old, **new}, "geometry": feature["geometry"]})
    return {"type": "FeatureCollection", "features": named}


def _is_key(features: list[dict], key: str) -> bool:
    """Whether a property is filled and different in every feature."""
    values = [(feature.get("properties") or {}).get(key) for feature in features]
    return all(value not in (None, "") for value in values) and len(set(map(str, values))) == len(values)


def _corner_points(collection: dict) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    waiting = [feature["geometry"]["coordinates"] for feature in collection["features"]]
    while waiting:
        here = waiting.pop()
        if here and isinstance(here[0], (int, float)):
            points.append((here[0], here[1]))
        else:
            waiting += here
    return points


def middle(collection: dict) -> tuple[float, float]:
    """Returns the centre of the bounding box, degrees."""
    xs, ys = zip(*_corner_points(collection), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def sample_rows(collection: dict, *, zone: str) -> str:
    """Returns a small file of the first feed: a report every three hours over the last two days, for a first look."""
    lon, lat = middle(collection)
    now = datetime.now(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    lines = ["编号,上报时间,接收时间,更新时间,类别,经度,纬度,地址,描述,电话"]
    for number in range(16):
        at = now - timedelta(hours=3 * (16 - number))
        received = at + timedelta(minutes=number)
        kind = ("垃圾", "噪音")[number % 2]
        lines.append(
            f"S{number + 1:03d},{at},{received},{received},{kind},{lon + (number % 5 - 2) / 2000:.6f},"
            f"{lat + (number % 3 - 1) / 2000:.6f},示例路{number + 1}号,示例：{kind},1380000{number:04d}"
        )
    return "\n".join(lines) + "\n"
