"""The briefing's plan on the screen (简报计划): read and changed by whoever may; every change is audited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from components.briefing.formats import FORMATS
from data.briefing_plan import READY_AT, Plan
from data.briefing_plan_edit import (
    PlanChangedError,
    PlanRefusedError,
    begins_on,
    changed_plan,
    check_asked,
    difference,
    domains_of,
    plan_digest,
    read_asked,
    write_plan,
)
from serve.briefing_clock import Clock
from serve.house import House


@dataclass(frozen=True, kw_only=True)
class OrderBook:
    """The plan of one installation: what is in force next, and how it is changed.

    Attributes:
        sender: the address the installation writes from; empty without a mail server.
    """

    house: House
    clock: Clock
    sender: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def home(self) -> Path:
        """Where the changed plan is kept."""
        return self.house.settings.home

    def told(self, language: str) -> dict:
        """Returns the term a change would follow, what may be chosen, and the digest a change must name."""
        plan = self.clock.plan()
        since = begins_on(plan, now=self.house.now(), zone=self.house.town.zone)
        term = plan.term(since)
        orders = [
            each.model_dump(mode="json", exclude={"folder"}) for each in (term.editions if term else ())
        ]
        return {
            "digest": plan_digest(plan),
            "from": since.isoformat(),
            "ready_at": f"{term.ready_at if term else READY_AT:%H:%M}",
            "editions": orders,
            "areas": self._named("dim_area", "area_id", language),
            "departments": self._named("dim_department", "department_id", language),
            "formats": list(FORMATS),
            "domains": sorted(domains_of(plan, self.sender)),
        }

    def change(self, told: dict, note: Callable[[str], None]) -> str:
        """Keeps a change and returns the day it begins; `note` is told what changed, before it counts.

        Raises:
            PlanRefusedError: a value that cannot be.
            PlanChangedError: the plan is another one by now.
        """
        if self.house.town.pinned_at is not None:
            raise PlanRefusedError("a replay of the past has no mornings")
        asked = read_asked({name: told.get(name) for name in ("ready_at", "editions")})
        with self._lock:
            plan = self.clock.plan()
            if told.get("digest") != plan_digest(plan):
                raise PlanChangedError("the plan was changed meanwhile")
            check_asked(asked, known=self._known(plan), domains=domains_of(plan, self.sender))
            now, zone = self.house.now(), self.house.town.zone
            since = begins_on(plan, asked.ready_at, now=now, zone=zone)
            changed = changed_plan(plan, asked, since=since)
            if changed.term(since) != plan.term(since):
                note(difference(plan, changed, since=since))
                write_plan(self.home, changed)
        return since.isoformat()

    def _known(self, plan: Plan) -> dict[str, set[str]]:
        store = self.house.store
        areas = store.execute("SELECT DISTINCT area_id FROM dim_area")["area_id"]
        departments = store.execute("SELECT department_id FROM dim_department")["department_id"]
        kept = [order for term in plan.terms for order in term.editions]
        return {
            "area": set(areas) | {order.area for order in kept},
            "department": set(departments) | {order.department for order in kept},
            "formats": set(FORMATS),
        }

    def _named(self, table: str, key: str, language: str) -> list[list[str]]:
        """Returns (id, name) of what an edition may be scoped to, whole communities rather than grids."""
        level = {"level": self.house.town.levels[1]} if table == "dim_area" else None
        where = "WHERE level_code = $level" if level else ""
        other = "zh" if language == "en" else "en"
        sql = f"SELECT {key}, coalesce(name_{language}, name_{other}, {key}) AS name FROM {table} {where} ORDER BY 1"
        return self.house.store.execute(sql, level).to_numpy().tolist()
