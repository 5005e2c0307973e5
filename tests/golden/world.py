"""Fourteen incidents made by hand; every expected value in `expected.py` can be checked against this page with a pencil.

As-of is Friday 2026-11-20 12:00 in Shanghai. Letters are the clock points of docs/definitions.md 3.0.
"""

from __future__ import annotations

from tests.published import at, incident, report

AS_OF_AT = at("2026-11-20 12:00")
PERIOD = ("2026-11-14", "7d")

POINTS = {
    "o": "occurred_at",
    "lb": "occurred_lb_at",
    "ub": "occurred_ub_at",
    "s": "first_signal_at",
    "r": "registered_at",
    "vs": "verify_sent_at",
    "v": "verified_at",
    "d1": "dispatched_first_at",
    "d": "dispatched_at",
    "a": "accepted_at",
    "p": "arrived_at",
    "h": "handled_at",
    "ks": "check_sent_at",
    "k": "checked_at",
    "c": "closed_at",
    "due": "due_at",
}


def _case(number: int, *, day: str = "19", raw: str | None = None, **known) -> dict:
    """Makes an incident; times are `HH:MM` on the 19th of November, `DD HH:MM` on another day."""
    points, rest = {}, {}
    for name, value in known.items():
        if name not in POINTS:
            rest[name] = value
        else:
            points[POINTS[name]] = _at(value, day)
    first = points.get("dispatched_at")
    points.setdefault("dispatched_first_at", first)
    points["due_raw_at"] = _at(raw, day) if raw else points.get("due_at")
    points["limit_start_at"] = points.get("registered_at") or points["first_signal_at"]
    rest.setdefault("dispatch_count", int(first is not None))
    if "occurred_at" in points:
        rest["evidence_code"] = "measured"
    elif "occurred_lb_at" in points:
        rest["evidence_code"] = "bounded"
    return incident(number, points.pop("first_signal_at"), **points, **rest)


def _at(text: str, day: str):
    return at(f"2026-11-{text}" if " " in text else f"2026-11-{day} {text}")


INCIDENTS = [
    # 1 plain
    _case(
        1,
        o="08:50",
        s="09:00",
        vs="09:00",
        v="09:20",
        r="09:10",
        d="09:14",
        a="09:20",
        p="09:40",
        h="10:14",
        ks="10:20",
        k="10:40",
        c="11:00",
        due="17:00",
    ),
    # 2 exactly at every limit: 30 min to register, 5 to dispatch, 180 to handle, 30 to verify and check, closed when due
    _case(
        2,
        o="10:00",
        s="10:00",
        vs="10:00",
        v="10:30",
        r="10:30",
        d="10:35",
        a="10:36",
        h="13:35",
        ks="13:40",
        k="14:10",
        c="17:00",
        due="17:00",
        grid_id="g2",
    ),
    # 3 one minute late everywhere: 31, 6, 181, verified after 31, closed a minute after the deadline, check never done
    _case(
        3,
        o="09:50",
        s="10:00",
        vs="10:00",
        v="10:31",
        r="10:31",
        d="10:37",
        h="13:38",
        ks="13:45",
        c="17:01",
        due="17:00",
        grid_id="g2",
    ),
    # 4 the first dispatch came back: d1 after 3 min, the one that held after 10
    _case(
        4,
        s="11:00",
        r="11:05",
        d1="11:08",
        d="11:15",
        a="11:20",
        h="12:15",
        c="12:30",
        due="17:00",
        dispatch_count=2,
        return_count=1,
        grid_id="g3",
    ),
    # 5 late by its first deadline, in time by the extended one
    _case(
        5,
        s="18 09:00",
        r="18 09:05",
        d="18 09:07",
        h="15:00",
        c="16:00",
        raw="18 17:00",
        due="17:00",
        extension_count=1,
        grid_id="g3",
    ),
    # 6 over midnight
    _case(6, s="18 23:50", r="00:10", d="00:13", h="02:00", k="02:20", c="02:30", due="08:00"),
    # 7 cancelled
    _case(7, s="12:00", r="12:05", d="12:06", due="17:00", cancelled_code="false_alarm"),
    # 8 open and overdue
    _case(8, s="13:00", r="13:10", d="13:12", a="13:30", due="17:00"),
    # 9 open, due later than as-of: of its limits only dispatch (11:55) has run out
    _case(9, day="20", s="11:45", r="11:50", d="11:52", a="11:55", p="11:59", due="17:00"),
    # 10 nothing but a signal; no limit known, no place
    _case(10, s="14:00", grid_id=None),
    # 11 registered two minutes before its own first signal
    _case(11, s="15:00", r="14:58", d="15:01", h="15:30", c="16:00", due="17:00"),
    # 12 handled by the grid itself; occurred between 15:40 (last clean patrol) and 16:00: surely within 30 min
    _case(
        12,
        lb="15:40",
        ub="16:00",
        s="16:00",
        r="16:02",
        h="16:30",
        c="16:40",
        due="20:00",
        is_self_handled=True,
    ),
    # 13 occurred between 07:00 and 08:10, registered 35 min after the latest of these: surely not within 30 min
    _case(13, lb="07:00", ub="08:10", s="08:00", r="08:45", d="08:48", h="09:30", c="10:00", due="12:00"),
    # 14 a five-day category, due next Monday
    _case(
        14,
        day="16",
        s="09:00",
        vs="09:00",
        v="09:25",
        r="09:20",
        d="09:24",
        due="23 17:00",
        is_three_hour=False,
    ),
]
REPORTS = [report(row) for row in INCIDENTS] + [
    report(INCIDENTS[0], number=2, feed_id="citizen_report", reported_at=at("2026-11-19 09:05"))
]
FEEDS = [
    {"feed_id": "police_110", "lag_minutes": 2.0, "row_count": 150, "quarantined_count": 1},
    {"feed_id": "citizen_report", "lag_minutes": 7.5, "row_count": 50, "quarantined_count": 3},
]
