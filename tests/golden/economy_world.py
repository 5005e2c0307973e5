"""A small economy made by hand: every expected number in test_economy.py can be checked against this page with a pencil.

Now is Friday 2026-11-20 10:00 in Shanghai.
"""

from __future__ import annotations

import json
from calendar import monthrange

import duckdb
import pandas as pd

from tests.module_town import workbook

NOW = "2026-11-20 10:00"
STAMP = "20261120100000"
FIRM_HEAD = "统一社会信用代码,名称,行业,从业人数,楼宇编号,成立日期,歇业日期,网格编码,变更时间"
# Tiers by employees: key from 100 (90 days), regular from 20 (180), general from 10 (365), smaller ones have no duty.
FIRMS = (
    "E1,甲公司,软件信息,120,LY1,2020-01-01,,G001,2026-01-01 00:00:00",
    "E2,乙公司,制造业,150,LY1,2020-01-01,,G001,2026-01-01 00:00:00",
    "E3,丙公司,制造业,50,LY1,2020-01-01,,G002,2026-01-01 00:00:00",
    "E4,丁公司,零售业,30,,2020-01-01,,G002,2026-01-01 00:00:00",
    "E5,戊公司,零售业,12,LY1,2026-10-01,,G001,2026-01-01 00:00:00",
    "E6,己铺,零售业,3,,2020-01-01,,G001,2026-01-01 00:00:00",
    "E7,庚公司,零售业,40,,2020-01-01,2026-06-01,G001,2026-06-02 00:00:00",
)
# Whether somebody was met decides if the visit counts for the duty. E6's is the first visit of the register.
VISITS = (
    ("V1", "E1", "2026-10-01 10:00", "A1", "是"),
    ("V2", "E2", "2026-08-01 10:00", "A1", "是"),
    ("V3", "E3", "2026-08-01 10:00", "A2", "是"),
    ("V4", "E4", "2026-11-10 10:00", "A2", "否"),
    ("V5", "E6", "2026-01-05 10:00", "B1", "是"),
    ("V6", "E1", "2026-11-12 10:00", "B1", "是"),
)
UNIT_HEAD = "单元编号,楼宇编号,单元名称,楼层,可租面积,更新时间"
UNITS = (
    "U1,LY1,101室,1,100,2025-01-01 00:00:00",
    "U2,LY1,102室,1,100,2025-01-01 00:00:00",
    "U3,LY1,201室,2,200,2025-01-01 00:00:00",
    "U4,LY1,202室,2,0,2025-01-01 00:00:00",  # no usable area
    "U5,LY1,301室,3,50,2025-01-01 00:00:00",
    "U6,LY1,302室,3,60,2025-01-01 00:00:00",
)
LEASE_HEAD = "合同编号|单元编号|承租方信用代码|签订时间|起租日期|终止日期|实际退租日期|面积|月租金|联系时间|续租意向|更新时间"
OLD, UPDATED = "2024-05-01 09:00:00", "2026-11-15 00:00:00"
LEASES = (
    f"L1|U1|E1|{OLD}|2025/01/01|2026/12/10||100|9000|2026-11-01 09:00:00|未定|{UPDATED}",  # 20 days left, asked
    f"L2|U2|E2|{OLD}|2025/01/01|2027/01/10||80|7000|||{UPDATED}",  # 51 days left, but see L6
    f"L3|U3|E3|{OLD}|2024/06/01|2027/02/10||120|9000|2026-06-01 09:00:00|续租|{UPDATED}",  # 82 left, asked too long ago
    f"L4|U3|E4|{OLD}|2026/01/01|2028/12/31||150|9000|||{UPDATED}",  # with L3 more than the whole unit
    f"L6|U2|E2|2026-11-14 09:00:00|2027/01/11|2029/01/10||80|7000|||{UPDATED}",  # signed again
    f"L7|U2|E3|{OLD}|2025/06/01|2027/12/31|2026/03/01|80|7000|||{UPDATED}",  # left early
    f"L8|U9|E3|{OLD}|2025/06/01|2027/12/31||80|7000|||{UPDATED}",  # no such unit
    f"L9|U6|E5|{OLD}|2026/02/01|2026/11/30||60|5000|||{UPDATED}",  # 10 days left, never asked
)
APPEAL_HEAD = "诉求编号,企业代码,诉求类别,提出时间,答复期限,承办单位,答复时间,回访时间,是否接通,是否解决,是否满意,更新时间"
APPEALS = (
    "A1,E1,停车交通,2026-11-02 09:00:00,2026-11-09 09:00:00,市场监管所,2026-11-05 09:00:00,2026-11-07 09:00:00,是,是,是",
    "A2,E2,停车交通,2026-11-03 09:00:00,2026-11-10 09:00:00,市场监管所,2026-11-12 09:00:00,2026-11-13 09:00:00,是,否,否",
    "A3,E3,用工招聘,2026-11-04 09:00:00,2026-11-11 09:00:00,市场监管所,2026-11-10 09:00:00,2026-11-12 09:00:00,否,,",
    "A4,E4,用工招聘,2026-11-05 09:00:00,2026-11-12 09:00:00,市场监管所,,,,,",
    "A5,E5,用工招聘,2026-11-18 09:00:00,2026-11-25 09:00:00,市场监管所,,,,,",
    "A6,E1,证照审批,2026-11-06 09:00:00,,市场监管所,2026-11-13 08:00:00,,,,",  # no deadline told: seven days
    "A7,E1,证照审批,2026-11-09 09:00:00,2026-11-16 09:00:00,市场监管所,2026-11-08 09:00:00,,,,",  # answered before raised
)
# November: three payers, a refund among them. X1..X20 are not in the register of firms.
TAXES = (
    ("E1", "20261105", 100_000),
    ("E2", "20261106", 50_000),
    ("E3", "20261107", -20_000),
    ("E1", "20260310", 300_000),
    ("E2", "20260410", 100_000),
    ("E3", "20260510", 100_000),
    ("E4", "20251215", -50_000),
    ("E1", "20250310", 200_000),
    ("E2", "20250410", 100_000),
    ("E3", "20250610", 100_000),
    *((f"X{number}", "20260610", 10_000) for number in range(1, 21)),
)
NOTICES = (
    ("B1", "E5", "设立", "2026-11-01", "G001", ""),
    ("B2", "E6", "迁入", "2026-11-02", "G001", ""),
    ("B3", "E7", "注销", "2026-11-03", "G001", ""),
    ("B4", "E3", "镇内变更", "2026-11-04", "G002", "G001"),
    ("B5", "E4", "吊销", "2026-11-05", "G002", ""),  # a kind the code map lacks
)
INDICATORS = "KB01 SP02 YW03 ND04 LL05 DK06 BS07 SL08 ZC09 YG10 WL11 MY12".split()
SILENT = "YG10"  # did not publish the newest month


def _text(head: str, rows: tuple[str, ...], encoding: str) -> bytes:
    return ("\n".join([head, *rows]) + "\n").encode(encoding)


def _buildings() -> str:
    ring = [[120.045, 30.345], [120.0455, 30.345], [120.0455, 30.3455], [120.045, 30.3455], [120.045, 30.345]]
    facts = {
        "楼宇编号": "LY1",
        "楼宇名称": "试验大厦",
        "用途": "商务办公",
        "高度": 40,
        "地上层数": 10,
        "建筑面积": 1000,
    }
    facts |= {"竣工日期": "2015-01-01", "网格": "G001", "更新时间": "2025-01-01 00:00:00"}
    feature = {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"features": [feature]}, ensure_ascii=False)


def _months():
    """Twelve base months (1 and 3 in turn: mean 2, spread 1.0445) and 2026-10 (3), published in mid November."""
    months = [(2024, 11), (2024, 12), *((2025, month) for month in range(1, 11))]
    for place, (year, month) in enumerate([*months, (2026, 10)]):
        for code in INDICATORS:
            if (year, code) == (2026, SILENT):
                continue
            value = 3 if year == 2026 else 1 + 2 * (place % 2)
            last = f"{year}-{month:02d}-{monthrange(year, month)[1]}"
            published = "2026-11-12 10:00:00" if year == 2026 else f"{last} 23:00:00"
            yield code, f"{year}年{month}月", last, value, "统计局", published


def _taxes(folder) -> bytes:
    frame = pd.DataFrame(TAXES, columns=["纳税人识别号", "入库日期", "金额"])
    frame.insert(0, "税票号码", [f"T{number:03d}" for number in range(len(frame))])
    frame = frame.assign(征收项目="01", 税款所属期="202610", 更新时间="2026-11-19 00:00:00")
    path = folder / "tax.parquet"
    with duckdb.connect() as con:
        con.register("frame", frame)
        con.execute(f"COPY (SELECT * FROM frame) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def economy_files(folder) -> dict[str, bytes | str]:
    """Returns `<feed>/<file>` -> content of the whole world; `folder` is scratch space."""
    visits = workbook("走访台账", "走访编号,统一社会信用代码,走访时间,走访类型,是否见到", VISITS)
    index = workbook("指标", "指标编码,统计月份,月末,数值,发布单位,更新时间", _months())
    tags = ("id", "code", "kind", "date", "grid", "to_grid")
    notices = [
        "<notice>"
        + "".join(f"<{tag}>{text}</{tag}>" for tag, text in zip(tags, row, strict=True) if text)
        + "</notice>"
        for row in NOTICES
    ]
    appeals = tuple(f"{row},2026-11-14 00:00:00" for row in APPEALS)
    return {
        f"enterprise/enterprise_{STAMP}.csv": _text(FIRM_HEAD, FIRMS, "gb18030"),
        f"building/building_{STAMP}.json": _buildings(),
        f"building_unit/building_unit_{STAMP}.csv": _text(UNIT_HEAD, UNITS, "gb18030"),
        f"lease/lease_{STAMP}.csv": _text(LEASE_HEAD, LEASES, "gb18030"),
        f"firm_visit/firm_visit_{STAMP}.xlsx": visits,
        f"firm_appeal/firm_appeal_{STAMP}.csv": _text(APPEAL_HEAD, appeals, "utf-8-sig"),
        f"tax_payment/tax_payment_{STAMP}.parquet": _taxes(folder),
        f"firm_event/firm_event_{STAMP}.xml": f"<data>{''.join(notices)}</data>",
        f"env_indicator/env_indicator_{STAMP}.xlsx": index,
    }
