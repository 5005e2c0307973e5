"""When which briefing is made and who gets it (简报计划): dated entries of briefing.yaml, and the instants they are due.

The file is looked for in the home first (an installation's own people), then in the town's folder; without one the
town's daily edition is made every morning, the weekly one on Mondays, the monthly one on the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from data.town import HourOfDay
from data.yamlfile import Definition, read_definition

FILE = "briefing.yaml"
READY_AT = time(7, 30)
# How long a missed run is still made up for: a daily one until the next, the others for three days.
GRACE = {"daily": timedelta(hours=24), "weekly": timedelta(days=3), "monthly": timedelta(days=3)}
DAY = timedelta(days=1)


class Order(Definition):
    """One briefing that is made by itself.

    Attributes:
        edition: daily, weekly (Mondays) or monthly (the first).
        language: of the text.
        area: scoped to one area; empty: the town.
        department: scoped to one department; empty: all.
        mail: who gets it as attachments.
        folder: where copies are put; empty: nowhere.
        formats: what is sent and put there.
        when: sent as soon as it is made, or once it is released.
    """

    edition: Literal["daily", "weekly", "monthly"]
    language: Literal["zh", "en"] = "zh"
    area: str = ""
    department: str = ""
    mail: tuple[str, ...] = ()
    folder: str = ""
    formats: tuple[str, ...] = ("word", "pdf")
    when: Literal["made", "released"] = "made"

    @property
    def key(self) -> str:
        """The order's name in the book: edition, language and scope."""
        return "/".join((self.edition, self.language, self.area, self.department))

    @model_validator(mode="after")
    def _addresses_are_addresses(self) -> Order:
        for each in self.mail:
            if each.count("@") != 1 or any(sign in each for sign in " ,;<>\r\n") or each.strip("@") != each:
                raise ValueError(f"mail: {each!r} is not one address")
        return self


class Term(Definition):
    """What is in force from a day on."""

    since: date = Field(alias="from")
    ready_at: HourOfDay = READY_AT
    editions: tuple[Order, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Term:
        keys = [order.key for order in self.editions]
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"editions: {twice!r} stands twice")
        return self


class Plan(Definition):
    """What briefing.yaml may say: terms, the newest that has begun is in force."""

    terms: tuple[Term, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascend(self) -> Plan:
        days = [term.since for term in self.terms]
        if days != sorted(set(days)):
            raise ValueError("terms: days must ascend, each once")
        return self

    def term(self, day: date) -> Term | None:
        """Returns what is in force on a local day; None before the first term."""
        return next((term for term in reversed(self.terms) if term.since <= day), None)


@dataclass(frozen=True)
class Slot:
    """One order that became due: the local day it is read on, the instant (naive UTC) it was to begin."""

    order: Order
    day: date
    due_at: datetime


DEFAULT = Plan.model_validate(
    {
        "terms": [
            {"from": "2000-01-01", "editions": [{"edition": each} for each in ("daily", "weekly", "monthly")]}
        ]
    }
)
# A replay of the past has no mornings.
NOTHING = Plan.model_validate({"terms": [{"from": "2000-01-01", "editions": []}]})


def read_plan(home: Path, town_folder: Path) -> Plan:
    """Returns the plan of an installation.

    Raises:
        DefinitionError: a file is there and wrong.
    """
    for folder in (home, town_folder):
        if (folder / FILE).is_file():
            return read_definition(folder / FILE, Plan)
    return DEFAULT


def due_slots(plan: Plan, *, now: datetime, zone: ZoneInfo) -> list[Slot]:
    """Returns the newest due run of every order that is not too long ago to be made up for; `now` is naive UTC."""
    today = now.replace(tzinfo=UTC).astimezone(zone).date()
    found: dict[str, Slot] = {}
    for back in range(5):  # the longest grace, and a day on either side
        day = today - DAY * back
        term = plan.term(day)
        for order in term.editions if term else ():
            due_at = instant_of(day, term.ready_at, zone=zone)
            is_due = due_at <= now < due_at + GRACE[order.edition] and _is_on(order, day)
            if is_due and order.key not in found:
                found[order.key] = Slot(order, day, due_at)
    return sorted(found.values(), key=lambda slot: (slot.due_at, slot.order.key))


def next_slot(plan: Plan, order: Order, *, now: datetime, zone: ZoneInfo) -> Slot | None:
    """Returns when an order runs next; None if it never does within the next five weeks."""
    today = now.replace(tzinfo=UTC).astimezone(zone).date()
    for ahead in range(36):
        day = today + DAY * ahead
        term = plan.term(day)
        if term is None or order.key not in {each.key for each in term.editions} or not _is_on(order, day):
            continue
        due_at = instant_of(day, term.ready_at, zone=zone)
        if due_at > now:
            return Slot(order, day, due_at)
    return None


def instant_of(day: date, hour: time, *, zone: ZoneInfo) -> datetime:
    """Returns a wall-clock hour of a day as naive UTC; one that summer time skips is the instant it would have been."""
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _is_on(order: Order, day: date) -> bool:
    if order.edition == "weekly":
        return day.isoweekday() == 1
    return order.edition == "daily" or day.day == 1
