"""A handful of roads, devices, resources, stores, plans, blocks: files a pencil can check, as of 2026-11-20 10:00.

Places are metres east and north of a point inside grid HOME; the device register writes GCJ-02, the others WGS-84.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pyproj

from etl.datum import wgs84_to_gcj02
from tests.module_town import workbook

NOW = "2026-11-20 10:00"
ORIGIN = (120.04695, 30.34480)  # the middle of G001, 300 m from its border
HOME = "G001"
_TO_METRES = pyproj.Transformer.from_crs(4326, 4549, always_xy=True)
_TO_DEGREES = pyproj.Transformer.from_crs(4549, 4326, always_xy=True)
STAMP = "20261120100000"


def place(east: float, north: float) -> tuple[float, float]:
    """Returns longitude and latitude of metres from the origin."""
    x, y = _TO_METRES.transform(*ORIGIN)
    return _TO_DEGREES.transform(x + east, y + north)


def line(*points: tuple[float, float]) -> str:
    """Returns a course through points in metres."""
    return "LINESTRING (" + ", ".join("{:.9f} {:.9f}".format(*place(*each)) for each in points) + ")"


def seconds(text: str) -> int:
    """Returns UTC seconds of a Shanghai wall-clock time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def csv(heading: str, rows: list[str], *, encoding: str = "utf-8") -> bytes:
    """Returns a CSV file."""
    return ("\n".join([heading, *rows]) + "\n").encode(encoding)


# R1 key 300 m, R2 lane 200 m, R3 cannot be read, R4 a checkpoint outside the town, R5 opens tomorrow.
ROADS = [
    ("R1", "主干路", line((0, 0), (300, 0)), "2019-01-01"),
    ("R2", "支路", line((0, 100), (200, 100)), "2019-01-01"),
    ("R3", "支路", "LINESTRING (120.07", "2019-01-01"),
    ("R4", "卡口", "LINESTRING (121.5 30.3, 121.501 30.3)", "2019-01-01"),
    ("R5", "支路", line((0, -100), (100, -100)), "2026-11-21"),
]
# A sees R1 0-100, B 50-150, C 210-290; D has no bearing and sees nothing; E sees R2 90-200 until taken away on 11-16; F a gate.
DEVICES = [
    ("A", "枪机", "公安", 90, 60, 100, (0, 0), None),
    ("B", "枪机", "镇", 90, 60, 100, (50, 0), None),
    ("C", "球机", "公安", None, 360, 40, (250, 0), None),
    ("D", "枪机", "社区", None, 90, 80, (100, 100), None),
    ("E", "高点云台", "镇", None, 360, 60, (150, 100), date(2026, 11, 16)),
    ("F", "智能门禁", "物业", None, None, None, (10, 10), None),
]
# B's first interval was never closed: it ends where the next begins. F never told anything.
STATES = [
    ("S1", "A", 1, "2026-11-01 00:00", None, ""),
    ("S2", "B", 1, "2026-11-01 00:00", None, ""),
    ("S3", "B", 0, "2026-11-18 10:00", None, "NET"),
    ("S4", "C", 1, "2026-11-10 00:00", "2026-11-20 04:00", ""),
    ("S5", "C", 0, "2026-11-20 04:00", None, "PWR"),
    ("S6", "D", 1, "2026-11-01 00:00", None, ""),
    ("S7", "E", 1, "2026-11-01 00:00", None, ""),
]
# K4 was answered before it was raised; K5 was a test; nobody answered K3.
ALERTS = [
    ("K1", "SOS", "2026-11-19 09:00", "2026-11-19 09:04", "T"),
    ("K2", "DOOR", "2026-11-19 10:00", "2026-11-19 10:30", "F"),
    ("K3", "SMOKE", "2026-11-20 09:00", None, None),
    ("K4", "DOOR", "2026-11-19 11:00", "2026-11-19 10:50", "T"),
    ("K5", "DOOR", "2026-11-18 08:00", "2026-11-18 08:01", "X"),
]


def _roads() -> str:
    rows = [
        {
            "segmentId": key,
            "name": key,
            "grade": grade,
            "lengthM": 1,
            "geometry": course,
            "openedOn": opened,
            "updatedAt": "2026-01-01T00:00:00+08:00",
        }
        for key, grade, course, opened in ROADS
    ]
    return json.dumps({"roads": rows}, ensure_ascii=False)


def _devices() -> bytes:
    heading = "设备编号,点位名称,设备类型,权属,朝向角,视场角,有效识别距离米,启用日期,停用日期,经度,纬度,网格编码,更新时间"
    rows = []
    for key, kind, owner, bearing, angle, reach, at, removed in DEVICES:
        lon, lat = (float(each) for each in wgs84_to_gcj02(*place(*at)))
        rows.append(
            (
                key,
                key,
                kind,
                owner,
                bearing,
                angle,
                reach,
                date(2020, 1, 1),
                removed,
                lon,
                lat,
                None,
                "2026-01-01 00:00:00",
            )
        )
    return workbook("设备", heading, rows)


def _states() -> bytes:
    rows = []
    for number, (key, device, state, begin, end, cause) in enumerate(STATES):
        told = seconds(end) if end else ""
        rows.append(f"{key},{device},{state},{seconds(begin)},{told},{cause},{seconds(begin) + number}")
    return csv("log_id,device,state,begin,end,cause,updated", rows)


def _alerts() -> str:
    rows = []
    for key, kind, raised, answered, verdict in ALERTS:
        row = {
            "id": key,
            "deviceId": "F",
            "type": kind,
            "raisedAt": seconds(raised) * 1000,
            "verdict": verdict,
            "ts": seconds(raised) * 1000,
        }
        rows.append(json.dumps(row | {"answeredAt": seconds(answered) * 1000 if answered else None}))
    return "\n".join(rows) + "\n"


# P1 and P4 verified lately (P4 exactly 180 days ago), P2 not; P3 left. P4 was counted anew in October.
RESOURCES = [
    ("P1", "专业技术人员", "医护队", 5, 10, "2026-11-01", None, (0, 0), "2026-11-01 09:00:00"),
    ("P2", "应急物资", "防疫物资库", 100, 20, "2026-01-01", None, (0, 0), "2026-01-01 09:00:00"),
    ("P3", "社会组织", "志愿服务队", 9, 5, "2026-09-01", "2026-10-01", (0, 0), "2026-10-01 09:00:00"),
    ("P4", "专业技术人员", "抢险队", 12, 15, "2026-05-24", None, (300, 0), "2026-05-24 09:00:00"),
    ("P4", "专业技术人员", "抢险队", 10, 15, "2026-05-24", None, (300, 0), "2026-10-01 09:00:00"),
]
# P1 came with 4 of 5; P2 late but whole; P4 never answered; the last one stood ready before it was called.
CALLS = [
    "L1,Y1,拉动,P1,2026-11-18 09:00:00,2026-11-18 09:03:00,2026-11-18 09:40:00,2026-11-18 11:00:00,5,4,2026-11-18 12:00:00",
    "L2,Y1,拉动,P2,2026-11-18 09:00:00,2026-11-18 09:10:00,2026-11-18 10:30:00,2026-11-18 11:00:00,100,100,2026-11-18 12:00:00",
    "L3,Y1,拉动,P4,2026-11-18 09:00:00,,,2026-11-18 11:00:00,10,0,2026-11-18 12:00:00",
    "L4,Y1,拉动,P1,2026-11-18 09:00:00,2026-11-18 09:01:00,2026-11-18 08:50:00,2026-11-18 11:00:00,5,5,2026-11-18 12:00:00",
]
# Masks of the town: 500 in October, 100 now; suits last counted 50 days ago; the community's masks have no minimum.
STOCK = [
    "Z1;镇库;镇级;M01;只;500;200;50;10;2026/12/01;2026-10-01 09:00:00;{};{};",
    "Z1;镇库;镇级;M01;只;100;200;50;10;2026/12/01;2026-11-15 09:00:00;{};{};",
    "Z1;镇库;镇级;M02;套;50;20;5;;无;2026-10-01 09:00:00;{};{};",
    "C1;社区点;社区级;M01;只;30;;10;;无;2026-11-19 09:00:00;{};{};",
]


def _resources() -> bytes:
    heading = (
        "资源编号,所属子库,资源类别,名称,数量,单位,集结准备分钟,联络岗位,联络电话,"
        "核实日期,退出日期,存放地址,经度,纬度,更新时间"
    )
    rows = [
        (
            key,
            base,
            kind,
            key,
            count,
            "人",
            lead,
            "值班岗",
            "13800000000",
            verified,
            left,
            "某处",
            *place(*at),
            version,
        )
        for key, base, kind, count, lead, verified, left, at, version in RESOURCES
    ]
    return workbook("动员资源", heading, rows)


def _plans() -> bytes:
    rows = [
        (
            f"YA{number}",
            f"预案{number}",
            "防汛",
            "镇级",
            "S镇",
            date(2020, 1, 1),
            date(2026, 1, 1) if number == 4 else None,
            *place(0, 0),
            "2026-01-02 00:00:00",
        )
        for number in (1, 2, 3, 4)
    ]
    return workbook("预案", "预案编号,预案名称,灾种,层级,编制单位,发布日期,废止日期,经度,纬度,更新时间", rows)


DRILLS = [
    "D1,YA1,桌面推演,2026-03-01 09:00:00,20,4,3,2026-03-20 09:00:00",
    "D2,YA2,实战演练,2025-01-01 09:00:00,30,1,1,2025-02-01 09:00:00",
]
LEVELS = [
    ("N0", "EPI", "0", "2025-01-01T00:00:00+08:00", None, "0"),
    ("N1", "EPI", "2", "2026-10-12T08:00:00+08:00", "2026-10-26T08:00:00+08:00", "1"),
    ("N2", "ICE", "4", "2026-11-19T17:00:00+08:00", None, "0"),
]
PLATFORM = [("ZF", "G001", 12, 11, 1), ("ZF", "G002", 5, 5, 0), ("GJ", "G001", 4, 4, 0)]
SHARED = ["20261012|健康码|G001|300|3|2026-10-13 09:00:00", "20261012|问医生|全镇|40|0|2026-10-13 09:00:00"]
# LZ1: 30 households updated in June, 20 of them again on 11-01. LZ2: exactly 90 days ago.
BLOCKS = [
    "LZ1,一号楼,2026-06-01,30,2026-06-01,{},{},,2026-06-02 09:00:00",
    "LZ1,一号楼,2026-06-01,10,2026-11-01,{},{},,2026-11-01 20:00:00",
    "LZ1,一号楼,2026-11-01,20,2026-11-01,{},{},,2026-11-01 20:00:00",
    "LZ2,二号楼,2026-08-22,15,2026-08-22,{},{},,2026-08-22 20:00:00",
]
FLOW = [
    "20261118|G001|G002|50|2|{}",
    "20261118|G002|G001|8|2|{}",
    "20261118|G003|G001|2|1|{}",
    "20261118|G099X|G001|30|1|{}",
]


CALLS_HEAD = "记录号,演练编号,演练名称,资源编号,下令时间,应答时间,到位时间,结束时间,应到,实到,更新时间"
STOCK_HEAD = (
    "仓库编号;仓库名称;层级;物资编码;单位;现存;最低储备;日消耗;"
    "最近到期批次数量;最近到期日;盘点时间;经度;纬度;网格编码"
)
BLOCK_HEAD = "楼幢编号,楼幢名称,最近更新日,户数,走访日,经度,纬度,网格编码,报送时间"


def files() -> dict[str, str | bytes]:
    """Returns feed file -> content, in an order in which they may be loaded."""
    lon, lat = place(0, 0)
    told = seconds("2026-11-19 02:00")
    levels = [
        {
            "noticeNo": key,
            "field": field,
            "level": level,
            "declaredAt": begin,
            "liftedAt": end,
            "drill": drill,
            "basis": key,
            "updatedAt": end or begin,
        }
        for key, field, level, begin, end, drill in LEVELS
    ]
    platform = [
        {
            "id": f"{item}{grid}",
            "day": "2026-10-12",
            "module": item,
            "grid": grid,
            "raised": raised,
            "done": done,
            "abnormal": bad,
            "updated": "2026-10-13 06:00:00",
        }
        for item, grid, raised, done, bad in PLATFORM
    ]
    made = {
        "road_segment.json": _roads(),
        "device.xlsx": _devices(),
        "device_status.csv": _states(),
        "device_alert.jsonl": _alerts(),
        "resource.xlsx": _resources(),
        "callup.csv": csv(CALLS_HEAD, CALLS, encoding="gb18030"),
        "stock.csv": csv(STOCK_HEAD, [row.format(lon, lat) for row in STOCK], encoding="utf-8-sig"),
        "plan.xlsx": _plans(),
        "plan_drill.csv": csv("演练编号,预案编号,形式,开始时间,参演人数,发现问题数,已整改数,更新时间", DRILLS),
        "alert_level.json": json.dumps({"items": levels}, ensure_ascii=False),
        "epidemic_platform.json": json.dumps({"rows": platform}),
        "epidemic_shared.csv": csv("日期|项目|网格|人数|异常人数|报送时间", SHARED),
        "household_block.csv": csv(BLOCK_HEAD, [row.format(lon, lat) for row in BLOCKS], encoding="gb18030"),
        "cross_flow.csv": csv("day|from_grid|to_grid|passages|gates|loaded_at", [row.format(told) for row in FLOW]),
    }  # fmt: skip
    return {
        f"{name.partition('.')[0]}/{name.replace('.', f'_{STAMP}.')}": content
        for name, content in made.items()
    }
