"""A published town of two departments with marks that nobody else may ever see, and a desk to ask it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from access.audit import Audit
from access.context import Visitor
from data.connection import Store
from data.ops import Ops
from data.request import EVERYTHING, Scope
from serve.console.desk import Desk
from serve.console.gate import Refused
from serve.console.parameters import bind
from serve.console.process import Limits
from serve.console.runner import Job
from tests.published import ModuleTable, at, incident, open_store, report

AS_OF_AT = at("2026-11-20 10:00")
OWN, FOREIGN, PERSON, HIDDEN = "own-mark-7731", "foreign-mark-4242", 987654321, "hidden-file-8118.csv"
PLACE_TYPES = {"place_id": "VARCHAR", "place_name": "VARCHAR", "grid_id": "VARCHAR", "class8_code": "VARCHAR"}
PAYMENT_TYPES = {"payment_id": "VARCHAR", "person_no": "BIGINT", "grid_id": "VARCHAR"}


def _rows() -> list[dict]:
    made = []
    for number, (grid, department, mark) in enumerate(
        [("g1", "d1", OWN), ("g2", "d1", OWN), ("g3", "d2", FOREIGN), ("g1", "d2", FOREIGN)], start=1
    ):
        signal = at(f"2026-11-20 0{number}:00")
        about = {"grid_id": grid, "department_id": department, "title_text": mark, "registered_at": signal}
        made.append(incident(number, signal, **about))
    return made


@dataclass(frozen=True)
class Bench:
    """A desk over the town, and what it must never touch."""

    desk: Desk
    store: Store
    ops: Ops
    home: Path
    canary: Path

    def ask(
        self, sql: str, *, scope: Scope = EVERYTHING, declared: object = (), limits: Limits | None = None
    ) -> dict:
        """Returns a statement's answer, `error` with a gate's code included; the queue is left out."""
        desk = self.desk
        try:
            checked = desk.gate.check(sql)
            params = bind(declared or [], checked.parameters, given=desk.given())
        except Refused as refused:
            return {"error": refused.code, "detail": refused.detail, "is_refused": True}
        desk.limits = limits or Limits(wall_s=60, cpu_s=20)
        return desk.answer(Job("tester", "analyst", scope, sql, checked, params))


@pytest.fixture(scope="session")
def bench(tmp_path_factory) -> Bench:
    home = tmp_path_factory.mktemp("console")
    incidents = _rows()
    reports = [
        report(row, title_text=row["title_text"], description_text=row["title_text"], file_name=HIDDEN)
        for row in incidents
    ]
    places = [
        {"place_id": f"p{number}", "place_name": f"place {grid}", "grid_id": grid, "class8_code": "rental"}
        for number, grid in enumerate(["g1", "g2", "g3"])
    ]
    payments = [{"payment_id": "x1", "person_no": PERSON, "grid_id": "g1"}]
    tables = [
        ModuleTable("mart_place", PLACE_TYPES, places),
        ModuleTable("mart_payment", PAYMENT_TYPES, payments),
    ]
    store = open_store(home, incidents, as_of_at=AS_OF_AT, reports=reports, modules=tables)
    ops = Ops(home / "ops.sqlite")
    desk = Desk(store, town=None, ops=ops, audit=Audit(ops, b"k" * 32), now=lambda: AS_OF_AT)
    yield Bench(desk, store, ops, home, home / "canary")
    ops.close()
    store.close()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(1, "tester", "Tester", "analyst", None, None, "test")


@pytest.fixture
def other(visitor) -> Visitor:
    return replace(visitor, name="other", department_ids=frozenset(["d1"]), role="department")
