"""Citizens' reports, whistles and alerts written by hand as feed files; `test_enforcement_registers.py` has the arithmetic.

As-of is Friday 2026-11-20 10:00 in Shanghai. All illegal parking at the place P unless said, reporter in brackets:

C1 [a] 10-01 10:00, closed 12:00      C7 [c] 10-01 10:30, the same case (duplicate before the closure)
C2 [a] 10-05 10:00, closed 12:00      C8 [a] 10-05 11:00, the same case again (chasing)
C3 [b] 10-20 10:00, closed 12:00      C6 [f] 10-12 10:00, not taken up
C4 [d] 11-19 09:00, 66 m from P, open
C5 [e] 10-10 10:00, a neighbours' dispute without coordinates, closed 10-11 10:00

W1 town, limit 30, 10-20 10:30, about C3: police 10:31 came 10:50, housing 10:31 came 11:20, construction never; settled 12:00
W2 district, limit 60, 10-25 09:00, of no case: the housing bureau 09:01 came 08:50 (a clock fault); not settled
W3 town, limit 30, 11-20 09:50: police called 09:51, not here yet.   A call of a whistle nobody knows.

V1 confirmed, noticed, handled; V2 false; V3 nobody looked; V4 duplicate; V5 confirmed, no evidence, open (shops, 1 km apart)
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

NOW = "2026-11-20 10:00"
STAMP = "20261120100000"
LON, LAT = 120.07, 30.32
SHANGHAI = timezone(timedelta(hours=8))
PARKING, DISPUTE = "违章停车", "邻里纠纷"
CITIZENS = (
    ("C1", "a", "10-01 10:00", "10-01 12:00", PARKING, (LON, LAT)),
    ("C7", "c", "10-01 10:30", None, PARKING, (LON, LAT)),
    ("C2", "a", "10-05 10:00", "10-05 12:00", PARKING, (LON, LAT + 0.0001)),
    ("C8", "a", "10-05 11:00", None, PARKING, (LON, LAT + 0.0001)),
    ("C5", "e", "10-10 10:00", "10-11 10:00", DISPUTE, None),
    ("C6", "f", "10-12 10:00", "10-12 11:00", PARKING, (LON, LAT)),
    ("C3", "b", "10-20 10:00", "10-20 12:00", PARKING, (LON, LAT)),
    ("C4", "d", "11-19 09:00", None, PARKING, (LON, LAT + 0.0006)),
)
WHISTLES = (
    ("W1", "10-20 10:30", "镇级", 30, "C3", "10-20 12:00", "已解决"),
    ("W2", "10-25 09:00", "区级", 60, None, None, "未解决"),
    ("W3", "11-20 09:50", "镇级", 30, None, None, None),
)
CALLS = (
    ("B1", "W1", "派出所", "10-20 10:31", "10-20 10:50"),
    ("B2", "W1", "房管物业科", "10-20 10:31", "10-20 11:20"),
    ("B3", "W1", "城建办", "10-20 10:31", None),
    ("B4", "W2", "区住建局", "10-25 09:01", "10-25 08:50"),
    ("B5", "W3", "派出所", "11-20 09:51", None),
    ("B6", "W9", "派出所", "11-01 09:00", None),
)
ALERTS = {  # alert -> handled, review
    "V1": ("11-10 10:30", ("无人机", "11-10 10:05", "属实", 3, "11-10 10:10", "责令改正")),
    "V2": (None, ("监控", "11-10 10:05", "误报", 1, None, None)),
    "V3": (None, ("监控", None, None, 1, None, None)),
    "V4": (None, ("高点", "11-10 10:05", "重复", 1, None, None)),
    "V5": (None, ("监控", "11-10 10:06", "属实", 0, None, None)),
}


def files(*, without: frozenset[str] = frozenset()) -> dict[str, str | bytes]:
    """Returns `<feed>/<file>` -> content; `without` leaves citizens' reports out by key."""
    return {
        f"citizen_report/citizen_report_{STAMP}.jsonl": _citizens(without),
        f"video_alert/video_alert_{STAMP}.xml": _alerts(),
        f"whistle/whistle_{STAMP}.json": _whistles(),
        f"whistle_department/whistle_department_{STAMP}.csv": _calls().encode("gb18030"),
        f"alert_review/alert_review_{STAMP}.csv": "\ufeff" + _reviews(),
    }


def seconds(text: str | None) -> int | None:
    """Returns the UTC second of a local `MM-DD HH:MM` of 2026."""
    if text is None:
        return None
    return int(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI).timestamp())


def _full(text: str | None) -> str:
    return f"2026-{text}:00" if text else ""


def _citizens(without: frozenset[str]) -> str:
    lines = []
    for key, who, told, closed, kind, place in CITIZENS:
        if key in without:
            continue
        row = {"id": key, "openid": who, "type": kind, "audit": "rejected" if key == "C6" else "adopted"}
        row |= {"created_at": seconds(told) * 1000, "received_at": seconds(told) * 1000 + 60_000}
        row |= {
            "closed_at": seconds(closed) * 1000 if closed else None,
            "updated_at": seconds(closed or told) * 1000,
        }
        row |= {
            "location": f"{place[1]},{place[0]}" if place else "",
            "text": "",
            "addr": "",
            "dept": "",
            "status": "",
        }
        row |= dict.fromkeys(
            "verify_sent_at verified_at dispatched_at accepted_at arrived_at handled_at check_sent_at checked_at".split()
        )
        lines.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def _alerts() -> str:
    told = seconds("11-10 10:00")
    rows = []
    for number, (key, (handled, _)) in enumerate(ALERTS.items()):
        values = {"id": key, "version": told, "eventTime": told, "alertTime": told, "pushTime": told + 10}
        values |= {
            "algorithm": "ALG_SHOP_OUTSIDE",
            "unit": "",
            "verdict": "false_alarm" if key == "V2" else "confirmed",
        }
        values |= {"lon": LON + 0.01 * number, "lat": LAT, "place": "", "camera": ""}
        values |= dict.fromkeys(("dispatchTime", "acceptTime", "arriveTime", "closeTime"), "")
        values |= {"handleTime": seconds(handled) or ""}
        rows.append(
            "<alert>" + "".join(f"<{name}>{each}</{name}>" for name, each in values.items()) + "</alert>"
        )
    return f"<alerts>{''.join(rows)}</alerts>"


def _whistles() -> str:
    rows = []
    for key, told, level, limit, case, settled, result in WHISTLES:
        row = {
            "whistleNo": key,
            "whistleTime": _iso(told),
            "updatedAt": _iso(settled or told),
            "level": level,
        }
        row |= {
            "limitMinutes": limit,
            "caseNo": case,
            "caseSystem": "随手拍" if case else None,
            "initiator": "网格长",
        }
        row |= {"cause": "跨部门", "solvedTime": _iso(settled), "result": result, "lng": None, "lat": None}
        rows.append(row | {"grid": "G001", "place": "", "matter": ""})
    return json.dumps({"items": rows}, ensure_ascii=False)


def _iso(text: str | None) -> str | None:
    return f"2026-{text.replace(' ', 'T')}:00" if text else None


def _calls() -> str:
    lines = ["报到单号,哨单号,部门,通知时间,报到时间,离场时间,更新时间"]
    for key, whistle, who, called, came in CALLS:
        lines.append(f"{key},{whistle},{who},{_full(called)},{_full(came)},,{_full(called)}")
    return "\n".join(lines) + "\n"


def _reviews() -> str:
    lines = ["预警编号|设备类型|设备编号|复核时间|复核结论|凭证数|告知时间|处理方式|更新时间"]
    for key, (_, (device, looked, verdict, evidence, noticed, measure)) in ALERTS.items():
        told = [
            key,
            device,
            "X-1",
            _full(looked),
            verdict or "",
            str(evidence),
            _full(noticed),
            measure or "",
        ]
        lines.append("|".join([*told, _full("11-10 10:40")]))
    return "\n".join(lines) + "\n"
