"""Ten places made by hand, as feed files; every expected value in `test_safety.py` can be checked against this page.

As-of is Friday 2026-11-20 10:00 in Shanghai. What happens, all at 10:00 unless said (year 2026):

P1 street_shop   coded 09-01, passed 09-20, passed 10-25
P2 hazchem       coded 10-01, failed 10-30 (2 of 20: a exits, limit 11-06; b wiring, no limit), passed 11-05 (a verified)
P3 crowded       coded 10-10, failed 11-10 (1 of 10: c partition, major, limit 11-12), failed 11-11 09:00, passed 11-15 09:00
                 (c verified), refused 11-18 14:00; a drill on 01-05
P4 rental        coded 08-01, never seen again
P5 general       never coded
P6 street_shop   coded 10-15, closed 11-01
P7 unknown class coded 10-20 and again 11-01 (withdrawn), passed 11-10 15:00, told twice; no coordinates
P8 street_shop   coded 01-10, failed 02-01 (1 of 10: d extinguisher, limit 02-05), passed 02-04 (d verified),
                 failed 03-10 (1 of 10: e extinguisher again, limit 03-15), passed 03-20 (e verified)
P9 construction  coded 10-01, accident with casualty 11-01 12:00
P10 venue        coded 10-25, licence void from 11-10
Campaign Z1 (crowded, hazchem) runs in November; the first failed visit at P3 belongs to it. X1 is a special action.
Someone who is in no register was visited on 11-12.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from tests.module_town import workbook

NOW = "2026-11-20 10:00"
STAMP = "20261120100000"
LON, LAT = 120.07, 30.32
PLACE_HEAD = (
    "统一社会信用代码,名称,八类代码,行业,登记状态,状态日期,从业人数,建筑面积,涉危化品,"
    "楼宇编号,成立日期,歇业日期,迁入日期,经度,纬度,网格编码,经营地址,变更时间"
)
# key, class, licence, since, people, m2, hazardous goods, closed, lon, lat
PLACES = (
    ("P1", "01", "存续", "2020-01-01", 4, 80, "否", "", LON, LAT),
    ("P2", "04", "存续", "2020-01-01", 120, 4000, "是", "", LON + 0.001, LAT),
    ("P3", "07", "存续", "2020-01-01", 9, 900, "否", "", LON + 0.002, LAT),
    ("P4", "03", "存续", "2020-01-01", 1, 60, "否", "", LON + 0.003, LAT),
    ("P5", "08", "存续", "2020-01-01", 9, 90, "否", "", LON + 0.004, LAT),
    ("P6", "01", "注销", "2026-11-01", 3, 70, "否", "2026-11-01", LON + 0.005, LAT),
    ("P7", "99", "存续", "2020-01-01", 3, 70, "否", "", "", ""),
    ("P8", "01", "存续", "2020-01-01", 3, 70, "否", "", LON + 0.006, LAT),
    ("P9", "06", "存续", "2020-01-01", 9, 900, "否", "", LON + 0.007, LAT),
    ("P10", "02", "吊销", "2026-11-10", 9, 200, "否", "", LON + 0.008, LAT),
)
CODED = {
    "P1": "09-01",
    "P2": "10-01",
    "P3": "10-10",
    "P4": "08-01",
    "P6": "10-15",
    "P7": "10-20",
    "P8": "01-10",
    "P9": "10-01",
    "P10": "10-25",
}
# key, place, when, result, checked, failed, campaign
VISITS = (
    ("v1", "P1", "09-20 10:00", "PASS", 10, 0, None),
    ("v2", "P1", "10-25 10:00", "PASS", 10, 0, None),
    ("v3", "P2", "10-30 10:00", "FAIL", 20, 2, None),
    ("v4", "P2", "11-05 10:00", "PASS", 20, 0, None),
    ("v5", "P3", "11-10 10:00", "FAIL", 10, 1, "Z1"),
    ("v6", "P3", "11-11 09:00", "FAIL", 10, 1, None),
    ("v7", "P3", "11-15 09:00", "PASS", 10, 0, None),
    ("v8", "P3", "11-18 14:00", "REFUSED", None, None, None),
    ("v9", "P7", "11-10 15:00", "PASS", 10, 0, None),
    ("v9-2", "P7", "11-10 15:00", "PASS", 10, 0, None),
    ("va", "P8", "02-01 10:00", "FAIL", 10, 1, None),
    ("vb", "P8", "02-04 10:00", "PASS", 10, 0, None),
    ("vc", "P8", "03-10 10:00", "FAIL", 10, 1, None),
    ("vd", "P8", "03-20 10:00", "PASS", 10, 0, None),
    ("ve", "nobody", "11-12 10:00", "PASS", 10, 0, None),
)
# key, inspection, place, item, level, found, limit, put right, verified
HAZARDS = (
    ("a", "v3", "P2", "YH01", "一般隐患", "10-30 10:00", "11-06", "11-04 10:00", "11-05 10:00"),
    ("b", "v3", "P2", "YH03", "一般隐患", "10-30 10:00", "", "", ""),
    ("c", "v5", "P3", "YH06", "重大隐患", "11-10 10:00", "11-12", "11-14 12:00", "11-15 09:00"),
    ("d", "va", "P8", "YH02", "一般隐患", "02-01 10:00", "02-05", "02-03 10:00", "02-04 10:00"),
    ("e", "vc", "P8", "YH02", "一般隐患", "03-10 10:00", "03-15", "03-14 12:00", "03-20 10:00"),
)


def files(folder: Path, *, fires: str = "") -> dict[str, bytes]:
    """Returns the world's feed files; `fires` are further lines of the fire feed."""
    told = {
        f"enterprise/enterprise_{STAMP}.csv": _places().encode("gb18030"),
        f"safety_code/safety_code_{STAMP}.parquet": _codes(folder),
        f"inspection/inspection_{STAMP}.jsonl": _visits().encode(),
        f"hazard/hazard_{STAMP}.xml": _hazards().encode(),
        f"drill/drill_{STAMP}.json": _drills().encode(),
        f"campaign/campaign_{STAMP}.xlsx": _campaigns(),
        f"accident/accident_{STAMP}.csv": (
            "事故编号;事故单位代码;发生时间;事故类型;有无伤亡;更新时间\nS1;P9;2026/11/01 12:00;高处坠落;有;2026/11/01 18:00\n"
        ).encode(),
    }
    return told | ({f"fire_119/fire_119_{STAMP}.csv": fires.encode("gb18030")} if fires else {})


def _year(text: str) -> str:
    return f"2026-{text}" if text else ""


def _places() -> str:
    lines = [PLACE_HEAD]
    for key, kind, licence, since, people, m2, dangerous, closed, lon, lat in PLACES:
        known = f"{key},{key}店,{kind},零售业,{licence},{since},{people},{m2},{dangerous}"
        lines.append(f"{known},,2020-01-01,{closed},,{lon},{lat},,,2026-11-19 00:00:00")
    return "\n".join(lines) + "\n"


def _codes(folder: Path) -> bytes:
    rows = [(f"c{key}", key, f"{_year(day)} 10:00:00", None) for key, day in CODED.items()]
    rows.append(("again", "P7", "2026-11-01 10:00:00", "2026-11-03 10:00:00"))
    path = folder / "codes.parquet"
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t (code_no TEXT, credit_code TEXT, coded TEXT, revoked TEXT, coder TEXT, updated TEXT)"
    )
    con.executemany("INSERT INTO t VALUES (?, ?, ?, ?, NULL, '2026-11-03 10:00:00')", rows)
    con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    con.close()
    return path.read_bytes()


def _visits() -> str:
    lines = []
    for key, place, at, result, checked, failed, campaign in VISITS:
        instant = f"{_year(at).replace(' ', 'T')}:00+08:00"
        row = {
            "id": key,
            "updatedAt": instant,
            "uscc": place,
            "inspectedAt": instant,
            "type": "ROUTINE",
            "result": result,
        }
        row |= {
            "itemsChecked": checked,
            "itemsFailed": failed,
            "campaign": campaign,
            "inspectorPhone": "15000000001",
            "note": None,
        }
        lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


def _hazards() -> str:
    names = ("no", "inspection", "place", "item", "level", "found", "due", "rectified", "verified")
    rows = []
    for key, visit, place, item, level, found, due, rectified, verified in HAZARDS:
        instants = [f"{_year(each)}:00" if each else "" for each in (found, rectified, verified)]
        values = (key, visit, place, item, level, instants[0], _year(due), instants[1], instants[2])
        cells = "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, values, strict=True))
        rows.append(f"<hazard>{cells}<detail/><updated>2026-11-19 00:00:00</updated></hazard>")
    return f"<data>{''.join(rows)}</data>"


def _campaigns() -> bytes:
    head = "专项编号,专项名称,类型,范围类别,开始日期,结束日期,计划检查数,更新时间"
    rows = [("Z1", "冬季消防", "专项整治", "07;04", "2026-11-01", "2026-11-30", 5, "2026-11-01 09:00:00")]
    rows.append(("X1", "反诈宣传", "社会治理专项行动", None, "2026-01-01", None, None, "2026-01-01 09:00:00"))
    return workbook("专项", head, rows)


def _drills() -> str:
    held = {
        "D1": ("P3", 1_767_578_400_000),
        "D2": ("P1", 1_759_284_000_000),
    }  # 2026-01-05 10:00, 2025-10-01 10:00
    rows = [
        {
            "drillNo": key,
            "uscc": place,
            "heldAt": at,
            "kind": "消防",
            "people": 9,
            "minutes": 3.5,
            "updatedAt": at,
        }
        for key, (place, at) in held.items()
    ]
    return json.dumps({"list": rows})
