"""A small livelihood made by hand: every expected number in test_livelihood.py can be checked against this page with a pencil.

Now is Friday 2026-11-20 12:00 in Shanghai. Everybody lives in grid G001.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from tests.module_town import workbook

NOW, STAMP = "2026-11-20 12:00", "20261120120000"
POLICIES = (
    ("MS07", "高龄津贴", "Old-age allowance", "老龄人", "免申即享", 500, "", "2020-06-01"),
    ("MS01", "困难家庭临时救助", "Temporary relief", "困难户", "依申请", None, "MS07", "2020-06-01"),
)
# Person -> matched, off the list. Due ten days later: all but p13 by now.
LISTED = {f"p{number:02d}": ("2026-11-05 10:00:00", "") for number in (*range(1, 13), 15, 16, 17)}
LISTED |= {"p12": ("2026-11-05 10:00:00", "2026-11-06 10:00:00"), "p13": ("2026-11-15 10:00:00", "")}
LISTED |= {"p15": ("2026-11-05 10:00:00", "2026-11-05 11:00:00")}
# Ten of them are on the list of MS01 too, which excludes MS07, and wait for that money: p10 until the 22nd, the others the 29th.
WAITING = {f"p{number:02d}": "2026-11-19 10:00:00" for number in range(1, 10)} | {
    "p10": "2026-11-12 10:00:00"
}
# Payment, person, paid, result, reversed, amount.
PAID = [
    (f"Z{number:02d}", f"p{number:02d}", "2026-11-05 10:00:10", "已兑付", "", 500) for number in range(1, 9)
]
PAID += [
    ("Z09", "p09", "2026-11-05 10:01:01", "已兑付", "", 500),  # after 61 seconds
    ("Z10", "p10", "2026-11-18 10:00:00", "已兑付", "", 500),  # after 13 days
    ("Z13", "p13", "2026-11-15 10:00:05", "已兑付", "", 500),
    ("Z14", "p14", "2026-11-05 12:00:00", "已兑付", "", 300),  # on no list
    ("Z15", "p15", "2026-11-05 12:00:00", "已兑付", "", 500),  # off the list an hour before
    ("Z16", "p16", "2026-11-05 10:00:20", "银行退回", "2026-11-06 10:00:00", 500),
    ("Z26", "p16", "2026-11-08 09:00:00", "已兑付", "", 500),  # sent again, and stands
    ("Z17", "p17", "2026-11-05 10:00:10", "已兑付", "", 500),
    ("Z27", "p17", "2026-11-07 10:00:00", "已兑付", "", 500),  # twice for one month
    ("Z18", "p18", "2026-11-05 10:00:10", "错发追回", "2026-11-09 10:00:00", 500),
    ("Z19", "p11", "", "待兑付", "", 500),  # on its way: not paid
]
# Alert, raised, contacted, closed, outcome. The limit is 30 minutes.
ALERTS = (
    ("a1", "19T09:00", "19T09:10", "19T09:30", "FALSE"),
    ("a2", "19T10:00", "19T10:30", "19T11:00", "TRUE"),  # to the minute
    ("a3", "19T11:00", "19T11:31", "19T12:00", "DEVICE"),
    ("a4", "19T12:00", "", "", ""),
    ("a5", "20T11:45", "", "", ""),  # limit at 12:15
    ("a6", "19T13:00", "19T12:50", "19T13:10", "FALSE"),  # contacted before it was raised
)
# Device, kind, said online, last heard, taken down; the ledger is of Monday 06:00.
DEVICES = (
    ("d1", "MC", "1", "2026-11-16 05:00:00", ""),
    ("d2", "SOS", "0", "2026-11-01 05:00:00", ""),
    ("d3", "YG", "", "2026-11-16 05:00:00", ""),  # the ledger does not say
    ("d4", "MC", "1", "2026-11-07 05:00:00", ""),  # said to be online, unheard of for nine days
    ("d5", "MC", "0", "2026-10-01 05:00:00", "2026-11-01"),
)
# Order: reported, handed on, repaired, asked back, promised, cancelled, answer (days of November).
REPAIRS = {
    "r1": (
        "16 09:00",
        "16 09:30",
        "17 09:00",
        "18 09:00",
        "17 09:00",
        "",
        "满意",
    ),  # as promised, to the minute
    "r2": ("16 10:00", "16 10:20", "17 10:01", "17 12:00", "17 10:00", "", "不满意"),  # a minute late
    "r3": ("17 10:00", "17 11:00", "", "", "18 10:00", "", ""),
    "r4": ("19 15:00", "", "", "", "20 15:00", "", ""),
    "r5": ("16 08:00", "", "", "", "17 08:00", "16 09:00", ""),
    "r6": ("13 08:00", "13 08:10", "14 08:00", "", "15 08:00", "", ""),
    "r7": ("13 09:00", "13 09:10", "14 09:00", "14 10:00", "15 09:00", "", "联系不上"),
    "r8": ("13 10:00", "13 10:10", "14 10:00", "15 10:00", "15 10:00", "", "满意"),
}
# Wish: made, taken on, fulfilled, withdrawn.
WISHES = {
    "w1": ("2026-10-05 10:00", "2026-10-06 10:00", "2026-10-10 10:00", ""),
    "w2": (
        "2026-10-10 10:00",
        "2026-10-18 10:00",
        "2026-11-12 10:00",
        "",
    ),  # taken on after 8 days, fulfilled after 33
    "w3": ("2026-10-15 10:00", "", "", ""),
    "w4": ("2026-11-18 10:00", "", "", ""),
    "w5": ("2026-10-12 10:00", "", "", "2026-10-13 10:00"),
}
# Number, kind, lon, lat, closed on; what is not the canteen is all in one place.
OTHERS = ("养老服务", "托幼服务", "卫生服务", "菜场超市", "文体活动", "维修家政")
POINTS = (
    ("s1", "便民服务", 120.0735, 30.3255, ""),
    ("s2", "助餐点", 120.0835, 30.3255, ""),
    ("s3", "助餐点", 120.0600, 30.3300, "20261101"),
    *((f"s{number}", kind, 120.0735, 30.3255, "") for number, kind in enumerate(OTHERS, start=4)),
)
NOISE, GAS = "民生诉求>生活噪音扰民", "安全隐患>燃气安全隐患"
# Call: kind, called, signed, contacted, closed, called back, reached, solved, satisfied (days of November).
CALLS = {
    "c1": (NOISE, "12 09:00", "12 09:30", "12 10:00", "13 09:00", "14 09:00", "已接通", "已解决", "满意"),
    "c2": (NOISE, "12 10:00", "12 10:10", "13 10:01", "14 09:00", "15 09:00", "已接通", "未解决", "不满意"),
    "c3": (
        GAS,
        "12 11:00",
        "12 11:10",
        "12 13:00",
        "13 12:00",
        "14 09:00",
        "未接通",
        "",
        "",
    ),  # urgent, two hours
    "c4": (NOISE, "12 12:00", "12 12:10", "", "14 12:00", "15 09:00", "拒绝评价", "", ""),  # unreasonable
    "c5": (NOISE, "12 13:00", "", "", "", "", "", "", ""),  # a duplicate
    "c6": (NOISE, "12 14:00", "12 14:10", "12 14:30", "15 10:00", "", "", "", ""),  # never called back
    "c7": (NOISE, "20 11:00", "", "", "", "", "", "", ""),  # due tomorrow
    "c8": (
        NOISE,
        "12 15:00",
        "",
        "12 15:30",
        "12 16:00",
        "",
        "",
        "",
        "",
    ),  # out of remit; called, never signed for
    "c9": (NOISE, "12 16:00", "", "", "", "", "", "", ""),  # harassing
    "c10": (NOISE, "12 17:00", "12 17:05", "12 17:10", "14 10:00", "15 09:00", "号码无效", "", ""),
}
ACCEPTED = {"c5": "重件", "c8": "不属于受理范围", "c9": "无效"}
SCOPES = {"c1": "个体诉求", "c2": "小群体诉求", "c3": "整体诉求"}


def livelihood_files() -> dict[str, bytes]:
    """Returns the feed files of this world, by feed and file name."""
    made = {
        ("benefit_policy", "xlsx"): _policies(),
        ("benefit_entitlement", "csv"): _entitlements(),
        ("benefit_payment", "jsonl"): _payments(),
        ("elder_alert", "xml"): _alerts(),
        ("neighbour_repair", "xlsx"): _repairs(),
        ("wish", "json"): _wishes(),
        ("service_point", "csv"): _points(),
        ("complaint_12345", "json"): _calls(),
    }
    files = {f"{feed}/{feed}_{STAMP}.{kind}": content for (feed, kind), content in made.items()}
    return files | {"elder_device/elder_device_20261116060000.csv": _devices()}


def identity(person: str) -> str:
    """Returns a made-up identity number."""
    return f"33010019500101{int(person[1:]):04d}"


def _policies() -> bytes:
    return workbook(
        "政策", "政策编号,政策名称,英文名称,适用人群,办理方式,标准（元）,互斥政策,实施日期", POLICIES
    )


def _slashed(text: str) -> str:
    return text.replace("-", "/")


def _entitlements() -> bytes:
    head = "名单编号,身份证号,政策编号,享受月份,比对时间,移出时间,移出原因,网格编号,更新时间"
    lines = []
    for person, (on, off) in LISTED.items():
        told = (_slashed(on), _slashed(off), "迁出" if off else "", "G001", _slashed(off or on))
        lines.append(",".join((f"L{person}", identity(person), "MS07", "2026/11/01", *told)))
    for person, on in WAITING.items():
        told = (_slashed(on), "", "", "G001", _slashed(on))
        lines.append(",".join((f"W{person}", identity(person), "MS01", "2026/11/01", *told)))
    return "\n".join([head, *lines, ""]).encode("gb18030")


def _payments() -> bytes:
    names = "payNo idCard payTime result reverseTime amount".split()
    rows = []
    for row in PAID:
        number, person, paid, *rest = row
        known = dict(zip(names, (number, identity(person), paid, *rest), strict=True))
        known |= {"policyNo": "MS07", "benefitMonth": "2026-11-01", "mode": "免申即享", "gridCode": "G001"}
        rows.append(known | {"matchTime": "2026-11-05 10:00:00", "updateTime": paid or "2026-11-05 10:00:00"})
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode() + b"\n"


def _alerts() -> bytes:
    names = ("id", "raised", "contacted", "closed", "outcome")
    lines = []
    for row in ALERTS:
        told = {
            name: f"2026-11-{value}:00+08:00" if "T" in value and ":" in value else value
            for name, value in zip(names, row, strict=True)
        }
        told |= {"type": "NO_EXIT", "updated": f"2026-11-{row[3] or row[1]}:00+08:00"}
        lines.append(
            "<alert>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in told.items() if v) + "</alert>"
        )
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<data>' + "".join(lines) + "</data>").encode()


def _devices() -> bytes:
    head = "设备编号,户号,设备类型,在线,最后上报,安装日期,拆除日期,经度,纬度,台账时间"
    lines = [
        f"{number},H{number},{kind},{state},{heard},2025-01-01,{down},,,2026-11-16 06:00"
        for number, kind, state, heard, down in DEVICES
    ]
    return ("\ufeff" + "\n".join([head, *lines, ""])).encode()


def _repairs() -> bytes:
    head = "报修单号,报修类型,上报时间,交办时间,办结时间,反馈时间,承诺时限,撤单时间,反馈结果,承接方,更新时间"
    rows = []
    for number, (*times, answer) in REPAIRS.items():
        told = [f"2026-11-{time}:00" if time else "" for time in times]
        rows.append((number, "水管漏水", *told, answer, "物业", max(told[:4])))
    return workbook("报修单", head, rows)


def _wishes() -> bytes:
    names = ("created", "claimed", "finished", "cancelled")
    rows = []
    for number, times in WISHES.items():
        told = {name: _epoch_ms(time) for name, time in zip(names, times, strict=True) if time}
        rows.append(
            {
                "wishId": number,
                "type": "goods",
                "crowd": "老龄人",
                "grid": "G001",
                **told,
                "modified": max(told.values()),
            }
        )
    return json.dumps({"code": 0, "list": rows}, ensure_ascii=False).encode()


def _epoch_ms(local: str) -> int:
    return int(
        (datetime.fromisoformat(local) - timedelta(hours=8) - datetime(1970, 1, 1)).total_seconds() * 1000
    )


def _points() -> bytes:
    head = "点位编号|名称|服务类型|服务时间|启用日期|停用日期|经度|纬度|地址"
    lines = [
        f"{number}|{number}站|{kind}|每日|20200101|{closed or '无'}|{lon}|{lat}|"
        for number, kind, lon, lat, closed in POINTS
    ]
    return "\n".join([head, *lines, ""]).encode("gb18030")


def _calls() -> bytes:
    acts = "contentType callTime signedAt contactedAt closedAt callbackAt"
    names = f"{acts} callbackReached callbackSolved callbackSatisfied".split()
    rows = []
    for number, values in CALLS.items():
        told = {name: _told(value) for name, value in zip(names, values, strict=True)}
        # c2 is the caller of c1 again; everybody else calls once.
        phone = f"138000000{1 if number == 'c2' else int(number[1:]):02d}"
        told |= {"workOrderNo": number, "transferredIn": told["callTime"], "callerPhone": phone}
        told |= {
            "acceptance": ACCEPTED.get(number, "受理"),
            "exemptReason": "不合理诉求" if number == "c4" else "",
        }
        told |= {"appealScope": SCOPES.get(number, "个体诉求"), "gridCode": "G001", "handlingUnit": "派出所"}
        rows.append(told | {"updateTime": "2026-11-20T11:30:00+08:00"})
    return json.dumps({"data": {"items": rows}}, ensure_ascii=False).encode()


def _told(value: str) -> str:
    return f"2026-11-{value[:2]}T{value[3:]}:00+08:00" if value[2:3] == " " else value
