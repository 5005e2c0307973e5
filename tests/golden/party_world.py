"""A small party building made by hand: every expected number in test_party.py can be checked against this page with a pencil.

Now is Friday 2026-11-20 12:00 in Shanghai. Of S-town's 43 communities C26 and C29 act; the rest do nothing.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from tests.module_town import workbook

NOW, STAMP = "2026-11-20 12:00", "20261120120000"
# Number, kind, community, secretary, founded, dissolved, members, told on.
ORGS = (
    ("o1", "社区党组织", "C26", "张伟", "2001/07/01", "", "40", "2026-09-01"),
    ("o2", "两新企业党支部", "C26", "空缺", "2015/07/01", "", "6", "2026-09-01"),
    ("o3", "社区党组织", "C29", "李娜", "2001/07/01", "", "30", "2026-09-01"),
    (
        "o3",
        "社区党组织",
        "C29",
        "空缺",
        "2001/07/01",
        "",
        "32",
        "2026-11-10",
    ),  # the secretary left, two joined
    ("o4", "机关站所党支部", "C29", "王强", "2001/07/01", "", "20", "2026-09-01"),
    ("o5", "社会组织党支部", "C29", "刘洋", "2010/07/01", "2026/10/01", "9", "2026-09-01"),  # dissolved
    ("o6", "执法大队党支部", "C26", "空缺", "2026/12/01", "", "11", "2026-09-01"),  # founded in December
)
# Activity, kind, community, begin, planned, came, mode, called off.
EVENTS = (
    ("e1", "SHYK", "C26", "2026-09-02T14:00", 20, 18, "offline", None),
    ("e2", "ZTDR", "C29", "2026-09-20T09:00", 10, 12, "offline", None),  # two more than planned: ten count
    ("e3", "SHYK", "C26", "2026-10-15T14:00", 20, 15, "online", None),
    (
        "e4",
        "ZYFW",
        "C29",
        "2026-10-20T09:00",
        10,
        0,
        "offline",
        None,
    ),  # nobody came: C29 is silent in October
    ("e5", "SHYK", "C29", "2026-10-25T14:00", 10, None, "offline", "2026-10-24T14:00"),
    ("e6", "SHYK", "C29", "2026-11-05T14:00", 10, None, None, None),  # nobody told who came, nor how
    ("e7", "SHYK", "C26", "2026-11-06T14:00", 20, 20, "offline", None),
    ("e8", "SHYK", "C29", "2026-11-25T14:00", 10, None, "offline", None),  # ahead
)
# Organisation, community, listed, checked in, members listed, arrived, told on.
LISTED = (
    ("o4", "C26", "2026-08-01", "", 12, 0, "2026-09-01"),
    ("o4", "C26", "2026-08-01", "2026-10-08 09:00", 12, 9, "2026-11-01"),
    ("o2", "C29", "2026-08-01", "", 4, 0, "2026-09-01"),
    (
        "o9",
        "C29",
        "2026-08-01",
        "2026-08-09 09:00",
        8,
        9,
        "2026-09-01",
    ),  # on no register; nine of eight count as eight
)
# Call: called, dispatched (five hours to close from then on), closed.
CALLS = {
    "c1": ("12 09:00", "12 09:05", "12 10:00"),
    "c2": ("12 11:00", "12 11:10", "19 09:00"),
    "c3": ("12 12:00", "12 12:10", "12 13:00"),
    "c4": ("12 13:00", "12 13:05", ""),
    "c5": ("18 09:00", "20 10:00", ""),
}
ACCEPTED = {"c3": "无效"}
# Task, kind, who, case, taken on, done, hours.
TASKS = (
    ("t1", "矛盾调解", "在职党员", "c1", "12 09:30", "12 11:00", "2"),  # before the closing: it helped
    ("t2", "矛盾调解", "在职党员", "c1", "12 09:40", "12 11:00", "1.5"),  # the same case again: one incident
    ("t3", "环境整治", "单位党组织", "c2", "19 10:00", "19 12:00", "9"),  # once it was closed
    ("t4", "环境整治", "在职党员", "c3", "12 12:30", "", ""),  # a case that does not count
    ("t5", "走访帮扶", "在职党员", "c9", "12 12:30", "12 13:00", ""),  # no such case
    ("t6", "政策宣讲", "单位党组织", "-", "13 09:00", "13 10:00", "4"),
    ("t7", "矛盾调解", "在职党员", "c4", "13 09:00", "", ""),
)
# Post, board, published, views, reactions, taken down.
POSTS = (
    ("p1", "tz", "2026-11-02T09:00", 100, 5, None),
    ("p2", "jj", "2026-11-03T09:00", 300, 9, None),
    ("p3", "xc", "2026-11-04T09:00", 50, 1, "2026-11-06T09:00"),  # taken down
    ("p4", "xc", "2026-10-04T09:00", 70, 2, None),
)
# Community, scene, begun, promised, opened.
SCENES = (
    ("C26", "邻里场景", "2026.01.01", "2026.06.01", "2026.06.20"),
    ("C26", "治理场景", "2026.01.01", "2026.11.19", ""),  # a day late
    ("C29", "服务场景", "2026.01.01", "2026.11.20", ""),  # promised for today
    ("C29", "健康场景", "", "2027.06.01", ""),
)
# Estate, community, manager, red, committee, households.
ESTATES = (
    ("x1", "C26", "专业物业", "1", "1", 500),
    ("x2", "C26", "准物业", "0", "0", 300),
    ("x3", "C29", "三无小区", "0", "", 100),
    ("x4", "C29", "三无小区", "", "0", 80),
    ("x5", "C29", "不详", "1", "1", 90),  # a manager of no known kind
)
PROFILES = (("C26", 30, 3, 5), ("C29", 6, None, 2))
# Point, opened, closed.
POINTS = (("f1", "2020-01-01", None), ("f2", "2020-01-01", "2026-11-20"), ("f3", "2026-11-21", None))


def party_files() -> dict[str, bytes]:
    """Returns the feed files of this world, by feed and file name."""
    made = {
        ("party_org", "csv"): _orgs(),
        ("party_event", "json"): _events(),
        ("double_report", "xlsx"): _double(),
        ("complaint_12345", "json"): _calls(),
        ("party_task", "csv"): _tasks(),
        ("media_post", "jsonl"): _posts(),
        ("pilot_scene", "csv"): _scenes(),
        ("estate", "xml"): _estates(),
        ("community_profile", "xlsx"): _profiles(),
        ("red_flag_point", "json"): _points(),
    }
    return {f"{feed}/{feed}_{STAMP}.{kind}": content for (feed, kind), content in made.items()}


def _table(head: str, rows, *, by: str = ",") -> str:
    return "\n".join([head.replace(",", by), *(by.join(row) for row in rows), ""])


def _orgs() -> bytes:
    head = "组织编号,组织类别,所属社区编码,书记,成立日期,撤销日期,党员数,更新时间,组织名称,联系电话"
    rows = [(*row[:7], f"{row[7]} 09:00:00", f"{row[0]}党支部", "13800000000") for row in ORGS]
    return _table(head, rows).encode("gb18030")


def _iso(text: str | None) -> str | None:
    return f"{text}:00+08:00" if text else None


def _epoch(local: str) -> int:
    return int((datetime.fromisoformat(local) - timedelta(hours=8) - datetime(1970, 1, 1)).total_seconds())


def _events() -> bytes:
    rows = []
    for number, kind, community, begin, planned, came, mode, off in EVENTS:
        told = {"activityId": number, "type": kind, "org": {"code": "o1", "community": community}}
        told |= {"start": _iso(begin), "people": {"planned": planned, "attended": came}, "mode": mode}
        rows.append(told | {"cancelled": _iso(off), "updated": _epoch(min(begin, "2026-11-20T11:00")) * 1000})
    return json.dumps({"activities": rows}, ensure_ascii=False).encode()


def _serial(local: str) -> float | str:
    return (_epoch(local) + 8 * 3600) / 86400 + 25569 if local else ""


def _double() -> bytes:
    head = "单位党组织编号,报到社区编码,列入名单,单位报到时间,应报到党员数,已报到党员数,更新时间"
    rows = [
        (org, area, _serial(on), _serial(here), listed, came, f"{told} 09:00:00")
        for org, area, on, here, listed, came, told in LISTED
    ]
    return workbook("双报到", head, rows)


def _calls() -> bytes:
    rows = []
    for number, (called, sent, closed) in CALLS.items():
        told = {
            "workOrderNo": number,
            "contentType": "民生诉求>生活噪音扰民",
            "callerPhone": f"1380000000{number[1]}",
        }
        told |= {"callTime": _told(called), "transferredIn": _told(called)}
        told |= {"assignedAt": _told(sent), "closedAt": _told(closed)}
        told |= {"acceptance": ACCEPTED.get(number, "受理"), "gridCode": "G001", "handlingUnit": "派出所"}
        rows.append(told | {"updateTime": "2026-11-20T11:30:00+08:00"})
    return json.dumps({"data": {"items": rows}}, ensure_ascii=False).encode()


def _told(value: str) -> str:
    return f"2026-11-{value[:2]}T{value[3:]}:00+08:00" if value else ""


def _tasks() -> bytes:
    head = "任务编号,任务类型,认领方,认领人,组织编号,社区编码,案件来源,案件编号,认领时间,完成时间,服务时长,更新时间"
    rows = []
    for number, kind, who, case, taken, done, hours in TASKS:
        began, ended = (f"2026-11-{text}:00" if text else "" for text in (taken, done))
        source = "-" if case == "-" else "12345"
        rows.append(
            (number, kind, who, "赵军", "o1", "C26", source, case, began, ended, hours, ended or began)
        )
    return _table(head, rows, by=";").encode("utf-8-sig")


def _posts() -> bytes:
    lines = []
    for number, board, when, views, liked, down in POSTS:
        told = {"postId": number, "board": board, "title": f"标题{number}", "publishedAt": _iso(when)}
        told |= {"stat": {"views": views, "reactions": liked}, "offlineAt": _iso(down)}
        lines.append(json.dumps(told | {"statAt": _epoch("2026-11-20T11:00")}, ensure_ascii=False))
    return "\n".join([*lines, ""]).encode()


def _scenes() -> bytes:
    rows = [(*row, "2026-11-20 09:00:00") for row in SCENES]
    return _table("社区编码,场景,开工日期,计划开放,实际开放,报送时间", rows, by="\t").encode()


def _estates() -> bytes:
    names = ("code", "community", "management", "red", "committee", "households")
    lines = []
    for row in ESTATES:
        told = dict(zip(names, map(str, row), strict=True)) | {
            "name": row[0],
            "updated": "2026-09-01T09:00:00+08:00",
        }
        told |= {"lng": "", "lat": ""}
        lines.append("<estate>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in told.items()) + "</estate>")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<data>' + "".join(lines) + "</data>").encode()


def _profiles() -> bytes:
    rows = [(*row, None, None, "2026-09-01 09:00:00") for row in PROFILES]
    return workbook("社区底册", "社区编码,楼门长,街巷长,庭院长,经度,纬度,填报时间", rows)


def _points() -> bytes:
    rows = [
        {
            "id": number,
            "name": number,
            "hours": "每日",
            "opened": on,
            "closed": off,
            "lng": 120.08,
            "lat": 30.33,
            "address": "",
            "updated": "2026-11-19T09:00:00+08:00",
        }
        for number, on, off in POINTS
    ]
    return json.dumps({"points": rows}).encode()
