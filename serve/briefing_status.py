"""How the morning's runs go (编制状态), for the screens: what is wrong now, what ran, what was handed over."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from data.yamlfile import DefinitionError
from serve.briefing_clock import Clock
from serve.briefing_making import local_text

BROKEN_PLAN = "plan"


def troubles(clock: Clock, *, zone: ZoneInfo) -> list[dict]:
    """Returns what is wrong with the morning's runs now: which edition of which day, how often tried, when again.

    A plan that cannot be read is a trouble too: nothing would be made, and nobody would know.
    """
    try:
        states = clock.state()
    except DefinitionError:
        return [{"edition": BROKEN_PLAN, "language": "", "day": "", "attempts": 0, "next_at": None}]
    return [
        {
            "edition": each["order"].edition,
            "language": each["order"].language,
            "day": each["due"].day.isoformat(),
            "attempts": each["last"]["attempt_no"] if each["last"] else 0,
            "next_at": _local(each["last"]["next_at"] if each["last"] else None, zone),
        }
        for each in states
        if each["is_wrong"]
    ]


def run_rows(clock: Clock, *, zone: ZoneInfo) -> dict:
    """Returns the plan with its next runs, the newest runs and deliveries, instants in the town's time."""
    try:
        states = clock.state()
        fault = ""
    except DefinitionError as error:
        states, fault = [], str(error)
    return {
        "fault": fault,
        "is_mail_set": clock.courier.mail is not None,
        "orders": [_order(each, zone) for each in states],
        "runs": [_run(row, zone) for row in clock.runs.newest()],
        "deliveries": [
            {**row, "tried_at": _local(row["tried_at"], zone), "next_at": _local(row["next_at"], zone)}
            for row in clock.runs.newest_deliveries()
        ],
    }


def _order(state: dict, zone: ZoneInfo) -> dict:
    order, last = state["order"], state["last"]
    return {
        **order.model_dump(
            include={"edition", "language", "area", "department", "folder", "formats", "when"}
        ),
        "mail": list(order.mail),
        "next_at": _local(_stamp(state["next_at"]), zone),
        "due_at": _local(_stamp(state["due"].due_at), zone) if state["due"] else None,
        "status": last["status_code"] if last else None,
        "again_at": _local(last["next_at"], zone) if last else None,
        "is_wrong": state["is_wrong"],
    }


def _run(row: dict, zone: ZoneInfo) -> dict:
    names = ("due_at", "started_at", "ended_at", "next_at")
    edition, language, area, department = row["order_key"].split("/")
    told = {"edition": edition, "language": language, "area": area, "department": department}
    return {**row, **told} | {name: _local(row[name], zone) for name in names}


def _stamp(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else None


def _local(stamp: str | None, zone: ZoneInfo) -> str | None:
    return local_text(stamp, zone=zone) if stamp else None
