"""Random incidents with every oddity at once, reproducible by seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.published import incident, report


def random_incidents(seed: int, count: int, *, until: datetime, days: int = 40) -> list[dict]:
    """Returns incidents that began in the days before `until`, known as they were at `until`."""
    draw = random.Random(seed)
    return [_incident(draw, number, until=until, days=days) for number in range(1, count + 1)]


def _incident(draw: random.Random, number: int, *, until: datetime, days: int) -> dict:
    signal = until - timedelta(minutes=draw.randint(1, days * 1440))
    moment, points = signal, {}
    for name, mean in (
        ("registered_at", 25),
        ("dispatched_first_at", 4),
        ("dispatched_at", 2),
        ("accepted_at", 10),
        ("arrived_at", 20),
        ("handled_at", 140),
        ("checked_at", 40),
        ("closed_at", 60),
    ):
        moment += timedelta(seconds=round(draw.expovariate(1 / (60 * mean))))
        points[name] = moment
    if draw.random() < 0.05:
        points["registered_at"] = signal - timedelta(minutes=2)
    for name in draw.sample(sorted(points), draw.choice([0, 0, 0, 1, 2])):
        points[name] = None
    points = {name: at for name, at in points.items() if at is not None and at <= until}
    due_raw = None if draw.random() < 0.1 else signal + timedelta(minutes=draw.choice([180, 1440, 7200]))
    due = due_raw + timedelta(days=1) if due_raw and draw.random() < 0.1 else due_raw
    returned = int(draw.random() < 0.1)
    return incident(
        number,
        signal,
        **points,
        due_raw_at=due_raw,
        due_at=due,
        limit_start_at=points.get("registered_at") or signal,
        occurred_at=signal - timedelta(minutes=draw.randint(0, 40)) if draw.random() < 0.4 else None,
        evidence_code="measured" if draw.random() < 0.4 else "unknown",
        grid_id=draw.choice(["g1", "g1", "g2", "g3", None]),
        feed_id=draw.choice(["police_110", "citizen_report", "city_management"]),
        category_code=draw.choice(["street", "noise", "fire"]),
        domain_code=draw.choice(["order", "fire"]),
        department_id=draw.choice(["d1", "d2"]),
        severity_level=draw.randint(1, 5),
        cancelled_code=("false_alarm", "out_of_remit")[number % 2] if draw.random() < 0.06 else None,
        clock_offset_minutes=2.0 if number % 5 == 0 else 0.0,
        is_self_handled=draw.random() < 0.1,
        is_three_hour=draw.random() < 0.8,
        dispatch_count=int("dispatched_at" in points) + returned,
        return_count=returned,
        **_aftermath(random.Random(number), points, until=until),
    )


def _aftermath(draw: random.Random, points: dict[str, datetime], *, until: datetime) -> dict:
    """Returns what enforcement looks at: where it was solved, failed checks, extensions, suspensions, supervision."""
    is_solved = "handled_at" in points or "closed_at" in points
    is_hung = "closed_at" not in points and draw.random() < 0.3
    return {
        "resolved_level_code": draw.choice(["grid", "community", "town", "district"]) if is_solved else None,
        "failed_check_count": int("checked_at" in points and draw.random() < 0.2),
        "extension_count": int(draw.random() < 0.1),
        "feed_count": 1,
        "is_suspended": is_hung,
        "stage_code": "suspended" if is_hung else None,
        "supervised_at": until - timedelta(hours=draw.randint(1, 500)) if draw.random() < 0.1 else None,
    }


def reports_of(incidents: list[dict], *, seed: int = 0) -> list[dict]:
    """Returns one to three reports per incident."""
    draw = random.Random(seed)
    return [
        report(
            row,
            number=number,
            reported_at=row["first_signal_at"] + timedelta(minutes=7 * (number - 1)),
            feed_id=row["feed_id"] if number < 3 else "grid_patrol",
        )
        for row in incidents
        for number in range(1, draw.choice([1, 1, 1, 2, 3]) + 1)
    ]
