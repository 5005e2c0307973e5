"""Complaints and council items made by hand: every number in test_topics.py can be checked against this page with a pencil.

Now is Friday 2026-11-20 12:00 in Shanghai: the newest week is 13-19 November, the four before it 16 October-12 November.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

NOW, STAMP = "2026-11-20 12:00", "20261120120000"
LIFT, NOISE, SHOP, PERMIT = (
    "民生诉求>电梯故障",
    "民生诉求>施工噪音扰民",
    "民生诉求>消费纠纷",
    "民生诉求>政策咨询",
)
WEEK = [date(2026, 11, day) for day in range(13, 20)]
BEFORE = [date(2026, 10, 16) + timedelta(days=day) for day in range(28)]


def calls() -> list[tuple[str, date, str, str]]:
    """Returns category, day, text and grid of each call."""
    made = [
        (PERMIT, date(2026, 8, 3), "居住证材料", "G001")
    ]  # the feed has been joined for more than eight weeks
    # Lifts: two before, nine in the week, the last of them word for word twice.
    made += [(LIFT, day, f"电梯困人{tail}", "G001") for day, tail in ((BEFORE[4], "甲"), (BEFORE[14], "乙"))]
    made += [(LIFT, WEEK[n % 7], f"电梯困人，第{n}回", "G001") for n in range(9)]
    made += [(LIFT, WEEK[8 % 7], "电梯困人，第8回", "G001")]
    # Noise of building: twenty before and five in the week is as ever.
    made += [(NOISE, BEFORE[n], f"工地打桩，第{n}回", "G002") for n in range(20)]
    made += [(NOISE, WEEK[n], f"工地打桩，第{n}回", "G002") for n in range(5)]
    # Shops: six out of nothing.
    made += [(SHOP, WEEK[n], f"健身房跑路，第{n}回", "G003") for n in range(6)]
    made += [(SHOP, WEEK[0], "嗯。", "G003")]  # says nothing
    # So common that its words say nothing.
    made += [(PERMIT, BEFORE[n % 28], f"居住证材料，第{n}回", "G001") for n in range(90)]
    return made


# Item: category, origin, proposed, invited, held, at the meeting, answered, asked, reached, satisfied, withdrawn (November).
ITEMS = {
    "d1": (NOISE, "热点分析", "01 10:00", "02 10:00", "09 19:00", 20, "18 10:00", 20, 15, 12, ""),
    "d2": (PERMIT, "信访", "02 10:00", "03 10:00", "18 19:00", 10, "", "", "", "", ""),  # a day late
    "d3": (LIFT, "热点分析", "03 10:00", "", "", "", "", "", "", "", ""),  # nobody met
    "d4": (PERMIT, "居民提议", "15 10:00", "", "", "", "", "", "", "", ""),  # not due before the 30th
    "d5": (SHOP, "居民信箱", "03 10:00", "", "", "", "", "", "", "", "04 10:00"),
    "d6": (
        PERMIT,
        "居民信箱",
        "05 10:00",
        "",
        "04 10:00",
        5,
        "",
        "",
        "",
        "",
        "",
    ),  # met before it was proposed
}
HEADS = "议题编号,诉求类别,来源,提出时间,邀请时间,开会时间,到会人数,回应时间,回访人数,回访接通人数,满意人数,撤题时间"


def topic_files() -> dict[str, bytes]:
    """Returns the feed files of this world, by feed and file name."""
    return {
        f"complaint_12345/complaint_12345_{STAMP}.json": _calls(),
        f"deliberation/deliberation_{STAMP}.csv": _items(),
    }


def _calls() -> bytes:
    rows = [
        {
            "workOrderNo": f"c{number}",
            "contentType": category,
            "callTime": f"{day}T09:{number % 60:02d}:00+08:00",
            "content": text,
            "gridCode": grid,
            "acceptance": "受理",
            "updateTime": "2026-11-20T11:30:00+08:00",
        }
        for number, (category, day, text, grid) in enumerate(calls())
    ]
    return json.dumps({"data": {"items": rows}}, ensure_ascii=False).encode()


def _items() -> bytes:
    buffer = io.StringIO()
    others = ["社区编号", "更新时间", "议题", "短信邀请人数", "扫码报名人数", "拟开会时间", "议定方案"]
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*HEADS.split(","), *others])
    for key, values in ITEMS.items():
        told = [
            f"2026-11-{each}:00" if isinstance(each, str) and each[2:3] == " " else each for each in values
        ]
        writer.writerow([key, *told, "C01", "2026-11-20 11:30:00", "议题", "", "", "", ""])
    return buffer.getvalue().encode()
