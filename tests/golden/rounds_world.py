"""A small month made by hand: survey, rounds, older grids, offers, merchants, workers; test_rounds.py counts with a pencil.

Now is Friday 2026-11-20 12:00 in Shanghai.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from tests.module_town import workbook

NOW = "2026-11-20 12:00"
STAMP = "20261120120000"

# G001, a grid of community C01, G060 of another. 22 residents drawn in G001, 5 in G060: S01-S12 safe (4 very, 4 safe, 4 fairly),
# S13 not very safe, S14 reached but said nothing, S15 an answer nobody knows, S16-S19 not reached, S20 refused, S21 invalid,
# S22 the telephone of S01 again, later in the month: S01 does not count any more.
FEELINGS = ["很安全"] * 4 + ["安全"] * 4 + ["基本安全"] * 4 + ["不太安全", "", "XX99"]
CALLS = ["已接通"] * 15 + ["未接通"] * 4 + ["拒绝评价", "号码无效", "已接通"]
# kind, due, finished, points, signed, begun, called off
TASKS = {
    "T1": ("日常巡查", "10 18:00", "10 17:00", 10, 9, "10 16:00", ""),  # nine tenths, 400 s a point
    "T2": ("日常巡查", "10 18:00", "10 17:00", 10, 8, "10 16:00", ""),  # too few points
    "T3": ("日常巡查", "10 18:00", "10 18:01", 10, 10, "10 16:00", ""),  # a minute late
    "T4": ("日常巡查", "10 18:00", "10 16:05", 10, 10, "10 16:00", ""),  # done, 30 s a point: too fast
    "T5": ("日常巡查", "10 18:00", "", 10, "", "", ""),  # never
    "T6": ("日常巡查", "10 18:00", "", 10, "", "", "10 12:00"),  # called off
    "T7": ("日常巡查", "20 18:00", "", 10, "", "", ""),  # not due
    "T8": ("商户走访", "12 18:00", "12 10:00", 6, 6, "12 09:00", ""),  # 600 s a shop
    "T10": ("入户走访", "12 18:00", "12 17:00", 10, 10, "12 09:00", ""),  # 2,880 s a home
    "T9": ("入户走访", "12 18:00", "12 10:00", 0, 0, "12 09:00", ""),  # no points on the list
}
LEGACY = (  # number, line, code, ours, share of ours, share of the older
    ("1", "综治", "ZZ1", "G001", 100, 40),  # whole
    ("2", "综治", "ZZ1", "G002", 98, 60),  # whole: 2 % is the line's width
    ("3", "综治", "ZZ2", "G002", 2, 1),  # a sliver
    ("4", "综治", "ZZ2", "G003", 60, 99),  # with ZZ3 the whole of G003: cut
    ("5", "综治", "ZZ3", "G003", 40, 100),
    ("6", "城管", "CG1", "G001", 70, 100),  # 30 % of G001 is nobody's
    ("7", "城管", "CG1", "G002", 80, 100),  # 80 + 40: claimed twice
    ("8", "城管", "CG2", "G002", 40, 80),
    ("9", "城管", "CG2", "", None, 20),  # given to nobody
)
WORKERS = (  # community, post, age, schooling, how many, told on that day of November
    ("C01", "专职", "35岁及以下", "大专", 10, 1),
    ("C01", "专职", "35岁及以下", "大专", 12, 15),  # as it stands now
    ("C01", "兼职", "56岁及以上", "初中及以下", 20, 1),
    ("C01", "兼职", "未报", "未报", 8, 1),  # neither is told
    ("C02", "兼职", "46-55岁", "高中中专", 5, 1),
)
OFFERS = {  # days of November: put up, taken, taken back, disputed
    "o1": ("01", "05", "", "0"),
    "o2": ("01", "15", "", "1"),  # to the day
    "o3": ("01", "16", "", ""),  # a day late; nobody was asked
    "o4": ("02", "", "", ""),
    "o5": ("02", "", "03", ""),  # taken back
    "o6": ("10", "", "", ""),  # due on the 24th
}
PATROL = """巡查单号;更新时间;发现时间;上传时间;问题编码;处置单位;属实;网格;自办;经度;纬度
W1;2026-11-10 09:05:00;2026-11-10 09:00:00;2026-11-10 09:01:00;XC315;交警中队;Y;G001;是;120.0735;30.3255
W2;2026-11-11 09:05:00;2026-11-11 09:00:00;2026-11-11 09:01:00;XC315;交警中队;Y;G001;否;120.0735;30.3255
W3;2026-11-12 09:05:00;2026-11-12 09:00:00;2026-11-12 09:01:00;XC315;交警中队;N;G001;是;120.0735;30.3255
"""
MERCHANTS = {"91A": ("甲餐饮", "餐饮业"), "91B": ("乙百货", "零售业")}


def rounds_files() -> dict[str, bytes]:
    """Returns the feed files of this world, by feed and file name."""
    return {
        f"grid_patrol/grid_patrol_{STAMP}.csv": ("\ufeff" + PATROL).encode(),
        f"safety_survey/safety_survey_{STAMP}.csv": _survey().encode("gb18030"),
        f"patrol_task/patrol_task_{STAMP}.csv": ("\ufeff" + _tasks()).encode(),
        f"legacy_grid/legacy_grid_{STAMP}.xlsx": _legacy(),
        f"workforce/workforce_{STAMP}.json": _workers(),
        f"neighbour_exchange/neighbour_exchange_{STAMP}.jsonl": _offers(),
        f"enterprise/enterprise_{STAMP}.csv": _merchants().encode("gb18030"),
        f"merchant_rating/merchant_rating_{STAMP}.csv": _ratings(),
    }


def _survey() -> str:
    lines = ["问卷编号,联系电话,访问时间,接通情况,安全感,满意度,网格编码,更新时间"]
    feelings = [*FEELINGS, *[""] * 6, "不安全"]
    for number, (call, feeling) in enumerate(zip(CALLS, feelings, strict=True), start=1):
        phone, day = (1, 18) if number == 22 else (number, 5)
        when = f"2026-11-{day:02d} 10:00:00"
        content = "基本满意" if 2 <= number <= 10 else "不满意" if number <= 13 else ""
        lines.append(f"S{number:02d},138{phone:08d},{when},{call},{feeling},{content},G001,{when}")
    for number in range(30, 35):
        lines.append(
            f"S{number},139{number:08d},2026-11-05 10:00:00,已接通,安全,满意,G060,2026-11-05 10:00:00"
        )
    return "\n".join([*lines, ""])


def _tasks() -> str:
    lines = [
        "任务编号;任务类型;网格编码;下达时间;完成时限;开始时间;完成时间;应到点数;签到点数;撤销时间;更新时间"
    ]
    for number, (kind, due, finished, points, signed, begun, off) in TASKS.items():
        due, begun, finished, off = (
            f"2026-11-{each}:00" if each else "" for each in (due, begun, finished, off)
        )
        told = off or finished or "2026-11-10 08:00:00"
        lines.append(
            f"{number};{kind};G001;2026-11-10 08:00:00;{due};{begun};{finished};{points};{signed};{off};{told}"
        )
    return "\n".join([*lines, ""])


def _legacy() -> bytes:
    head = "对照编号,条线,旧网格编码,现网格编码,占现网格比例,占旧网格比例,更新时间"
    return workbook("对照表", head, [(*row, "2026-11-01 09:00:00") for row in LEGACY])


def _workers() -> bytes:
    names = ("area", "post", "age", "edu", "people")
    rows = [dict(zip(names, row, strict=False)) | {"stamp": _noon_ms(str(row[-1]))} for row in WORKERS]
    return json.dumps({"list": rows}, ensure_ascii=False).encode()


def _offers() -> bytes:
    rows = []
    for number, (posted, taken, removed, dispute) in OFFERS.items():
        times = {
            name: _noon_ms(day)
            for name, day in (("posted", posted), ("taken", taken), ("removed", removed))
            if day
        }
        rows.append(
            {
                "offerId": number,
                "type": "TOOL",
                "grid": "G001",
                "dispute": dispute,
                **times,
                "modified": max(times.values()),
            }
        )
    return "\n".join(json.dumps(row) for row in rows).encode() + b"\n"


def _noon_ms(day: str) -> int:
    """Noon of a day of November in Shanghai."""
    return (
        int((datetime(2026, 11, int(day), 12) - timedelta(hours=8) - datetime(1970, 1, 1)).total_seconds())
        * 1_000
    )


def _merchants() -> str:
    lines = ["统一社会信用代码,名称,八类代码,行业,登记状态,成立日期,经度,纬度,网格编码,变更时间"]
    for code, (name, industry) in MERCHANTS.items():
        lines.append(f"{code},{name},street_shop,{industry},存续,2020-01-01,,,G001,2026-01-01 00:00:00")
    return "\n".join([*lines, ""])


def _ratings() -> bytes:
    lines = ["评价编号,统一社会信用代码,评价人账号,是否推荐,评价时间"]
    # 91A: residents 1-19 recommend, 20 does not; resident 1 recommended twice: the later rating counts.
    lines += [
        f"P{who},91A,u{who},{'推荐' if who < 20 else '不推荐'},2026-11-05 10:00:00" for who in range(1, 21)
    ]
    lines += [
        "P99,91A,u1,推荐,2026-11-06 10:00:00",
        "P98,91B,u2,,2026-11-06 10:00:00",
        "P97,91B,u3,推荐,2026-11-06 10:00:00",
    ]
    return "\n".join([*lines, "P96,91X,u4,推荐,2026-11-06 10:00:00", ""]).encode()
