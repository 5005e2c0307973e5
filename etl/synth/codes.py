"""Each feed's own code sets: what the feeds write and what the town's code maps translate."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
FEEDS = (
    "police_110",
    "fire_119",
    "city_management",
    "complaint_12345",
    "citizen_report",
    "grid_patrol",
    "video_alert",
)
BIG_FEEDS = FEEDS[:5]
DOMAIN_NAMES = {
    "police": "警情",
    "fire": "火情",
    "traffic": "交通",
    "hazard": "安全隐患",
    "city": "城市管理",
    "complaint": "民生诉求",
}
UNKNOWN_CODE = "9999"
OUTCOMES = {
    "police_110": {
        "正常处置": "",
        "虚假警情": "false_alarm",
        "骚扰电话": "harassing",
        "测试": "test",
        "非管辖": "out_of_remit",
        "重复报警": "duplicate",
    },
    "fire_119": {
        "1": "",
        "2": "false_alarm",
        "3": "harassing",
        "4": "test",
        "5": "out_of_remit",
        "6": "duplicate",
    },
    "city_management": {
        "有效": "",
        "作废": "false_alarm",
        "非管辖": "out_of_remit",
        "重复": "duplicate",
        "测试": "test",
    },
    "complaint_12345": {
        "受理": "",
        "无效": "harassing",
        "不属于受理范围": "out_of_remit",
        "重件": "duplicate",
        "撤单": "withdrawn",
        "测试": "test",
    },
    "citizen_report": {
        "adopted": "",
        "rejected": "false_alarm",
        "spam": "harassing",
        "outside": "out_of_remit",
        "duplicate": "duplicate",
        "withdrawn": "withdrawn",
        "test": "test",
    },
    "grid_patrol": {"Y": "", "N": "false_alarm", "D": "duplicate"},
    "video_alert": {"confirmed": "", "false_alarm": "false_alarm", "duplicate": "duplicate", "test": "test"},
}
LEVELS = {"网格": "grid", "社区": "community", "镇级": "town", "区级": "district"}
STEPS = {
    "P": "dispatch",
    "T": "return",
    "Y": "extend",
    "D": "supervise",
    "G": "suspend",
    "F": "check",
    "C": "reopen",
    "H": "handle",
}


def read_table(name: str) -> list[dict[str, str]]:
    """Returns the rows of tables/<name>.csv as text."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def catalog() -> tuple[dict[str, str], ...]:
    """Returns the canonical categories with everything the generator knows about them."""
    return tuple(read_table("catalog"))


def category_source(feed: str, row: dict[str, str], *, index: int) -> str:
    """Returns how the feed writes the category of catalogue row number `index`."""
    domain = list(DOMAIN_NAMES).index(row["domain_code"]) + 1
    kind = "01" if row["kind_code"] == "part" else "02"
    return {
        "police_110": f"{domain:02d}{index:02d}00",
        "fire_119": f"H{domain}{index:02d}",
        "city_management": f"{kind}-{domain}{index:02d}",
        "complaint_12345": f"{DOMAIN_NAMES[row['domain_code']]}>{row['name_zh']}",
        "citizen_report": row["name_zh"],
        "grid_patrol": f"XC{domain}{index:02d}",
        "video_alert": f"ALG_{row['category_code'].upper()}",
    }[feed]


def department_source(feed: str, row: dict[str, str], *, index: int) -> str:
    """Returns how the feed writes a department."""
    if feed in ("police_110", "fire_119"):
        return f"330199{index:04d}"
    if feed == "city_management":
        return f"ZD-{index:02d}"
    return row["name_zh"]


def all_departments() -> list[dict[str, str]]:
    """Returns the town's own departments and those of the district that it may whistle for."""
    return [*read_table("departments"), *read_table("district_departments")]


def code_maps() -> dict[str, list[tuple[str, str]]]:
    """Returns map name -> (source_code, code) rows for the town's codes folder."""
    maps: dict[str, list[tuple[str, str]]] = {}
    for feed in FEEDS:
        maps[f"{feed}_category"] = [
            (category_source(feed, row, index=index), row["category_code"])
            for index, row in enumerate(catalog(), start=1)
            if float(row[feed]) > 0
        ]
        maps[f"{feed}_department"] = [
            (department_source(feed, row, index=index), row["department_id"])
            for index, row in enumerate(read_table("departments"), start=1)
        ]
        maps[f"{feed}_outcome"] = list(OUTCOMES[feed].items())
    maps["check_outcome"] = [("合格", "passed"), ("不合格", "failed")]
    maps["step"] = list(STEPS.items())
    maps["resolved_level"] = list(LEVELS.items())
    maps["department_name"] = [(row["name_zh"], row["department_id"]) for row in all_departments()]
    maps["complaint_12345_step"] = [row for row in STEPS.items() if row[1] not in ("check", "handle")]
    return maps
