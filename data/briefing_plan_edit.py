"""The briefing's plan changed by hand on the screen (改简报计划): a new dated term, never a change of what was in force.

A change begins with the next run that is not due yet: the day's own hour is neither run twice nor skipped. Folders on
this machine stay with the file; receivers stay within the domains the installation already writes to or from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import yaml
from pydantic import Field, ValidationError

from data.briefing_plan import FILE, READY_AT, Order, Plan, Term, instant_of
from data.briefing_record import digest_of
from data.durable import put_file
from data.period import DAY, local_date
from data.town import HourOfDay
from data.yamlfile import Definition

MOST_ORDERS, MOST_ADDRESSES, LONGEST_ADDRESS = 20, 50, 254
HEAD = "# Dated terms of the plan; the newest that has begun is in force. Changed on the screen: see the audit trail.\n"
Addresses = Annotated[
    tuple[Annotated[str, Field(max_length=LONGEST_ADDRESS)], ...], Field(max_length=MOST_ADDRESSES)
]


class PlanRefusedError(ValueError):
    """A change of the plan that cannot be; says which value and why."""


class PlanChangedError(ValueError):
    """Somebody else changed the plan since it was read."""


class AskedOrder(Order):
    """An order as the screen sends it: without a folder."""

    mail: Addresses = ()
    folder: Annotated[str, Field(max_length=0)] = ""
    formats: Annotated[tuple[str, ...], Field(min_length=1)] = ("word", "pdf")


class Asked(Definition):
    """What the screen may change: the hour, the editions, who gets them."""

    ready_at: HourOfDay
    editions: Annotated[tuple[AskedOrder, ...], Field(max_length=MOST_ORDERS)]


def plan_digest(plan: Plan) -> str:
    """Returns what tells one plan from another."""
    return digest_of(orjson.dumps(plan.model_dump(mode="json", by_alias=True)))


def begins_on(plan: Plan, ready_at: time | None = None, *, now: datetime, zone: ZoneInfo) -> date:
    """Returns the first day a change counts: today while neither the old hour nor the new one has come, else tomorrow."""
    today = local_date(now, zone)
    term = plan.term(today)
    hours = [each for each in (term.ready_at if term else None, ready_at) if each is not None]
    is_ahead = all(now < instant_of(today, hour, zone=zone) for hour in hours or [READY_AT])
    return today if is_ahead else today + DAY


def read_asked(told: Mapping[str, object]) -> Asked:
    """Returns what the screen asks for.

    Raises:
        PlanRefusedError: a value that cannot be, by name.
    """
    try:
        return Asked.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(each) for each in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise PlanRefusedError(f"{place}: {reason}"[:300]) from None


def changed_plan(plan: Plan, asked: Asked, *, since: date) -> Plan:
    """Returns the plan with a term from that day on; earlier and later terms stay, folders stay with their orders."""
    before = plan.term(since)
    folders = {order.key: order.folder for order in before.editions} if before else {}
    editions = [each.model_dump() | {"folder": folders.get(each.key, "")} for each in asked.editions]
    told = {"from": since.isoformat(), "ready_at": f"{asked.ready_at:%H:%M}", "editions": editions}
    others = [each for each in plan.terms if each.since != since]
    try:
        terms = sorted((*others, Term.model_validate(told)), key=lambda each: each.since)
        return Plan(terms=tuple(terms))
    except ValidationError as error:
        raise PlanRefusedError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def domains_of(plan: Plan, sender: str = "") -> frozenset[str]:
    """Returns the mail domains the installation writes from or to already."""
    addresses = [each for term in plan.terms for order in term.editions for each in order.mail]
    return frozenset(each.rpartition("@")[2].lower() for each in (*addresses, sender) if "@" in each)


def check_asked(asked: Asked, *, known: Mapping[str, Iterable[str]], domains: frozenset[str]) -> None:
    """Refuses areas, departments and formats that do not exist, and receivers outside the known domains.

    Raises:
        PlanRefusedError: names the value.
    """
    for order in asked.editions:
        named = {"area": [order.area], "department": [order.department], "formats": list(order.formats)}
        for name, values in named.items():
            for value in values:
                if value and value not in known[name]:
                    raise PlanRefusedError(f"{name} {value[:60]!r}: not known here")
        for each in order.mail:
            if each.rpartition("@")[2].lower() not in domains:
                raise PlanRefusedError(
                    f"mail {each!r}: domain not in {', '.join(sorted(domains)) or '(none)'}"
                )


def write_plan(home: Path, plan: Plan) -> None:
    """Puts the plan into the home: a reader sees the old or the new one."""
    told = plan.model_dump(mode="json", by_alias=True)
    for term in told["terms"]:
        term["ready_at"] = term["ready_at"][:5]
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    put_file(home / FILE, (HEAD + text).encode())


def difference(before: Plan, after: Plan, *, since: date) -> str:
    """Returns what changes on that day, for the audit trail: the hour, orders added, changed and dropped."""
    old, new = before.term(since), after.term(since)
    had = {order.key: order for order in old.editions} if old else {}
    has = {order.key: order for order in new.editions} if new else {}
    hours = [f"{term.ready_at:%H:%M}" if term else "-" for term in (old, new)]
    told = [f"from {since}"] + ([" -> ".join(hours)] if hours[0] != hours[1] else [])
    for key in sorted(had | has):
        if had.get(key) != has.get(key):
            told.append(_told(key, had.get(key), has.get(key)))
    return "; ".join(told)


def _told(key: str, old: Order | None, new: Order | None) -> str:
    gone, come = set(old.mail if old else ()), set(new.mail if new else ())
    mails = [f"-{each}" for each in sorted(gone - come)] + [f"+{each}" for each in sorted(come - gone)]
    sign = "+" if old is None else "-" if new is None else "~"
    other = [f"{new.when} {','.join(new.formats)}"] if new else []
    return " ".join([sign + key, *mails, *other])
