"""One statement from the door to the answer (控制台流程): gate, parameters, queue, copy, child, history, audit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime

from access.audit import Audit, Event
from access.context import Visitor
from data.connection import Store
from data.console_tables import TOLD, console_tables
from data.ops import Ops
from data.period import local_date
from data.request import Scope
from data.town import Town
from serve.console.gate import Checked, Gate, Refused
from serve.console.parameters import bind
from serve.console.private_copy import make_plan
from serve.console.process import Limits, run_child
from serve.console.runner import Job, QueueFull, Runner
from serve.console.told import told_rows

LONGEST_FAULT = 300
# Whatever looks like a file in an engine's message; a message never needs one.
_PATH = re.compile(r"(?:[\w.-]*/)+[\w.-]+|\b\w+\.(?:duckdb|parquet|wal|py|so)\b")


class Desk:
    """Takes statements, keeps their answers for a while, writes down every one of them."""

    def __init__(
        self, store: Store, *, town: Town, ops: Ops, audit: Audit, now: Callable[[], datetime]
    ) -> None:
        """Opens the desk; nothing is read from the store before the first statement."""
        self._store = store
        self._town = town
        self._ops = ops
        self._audit = audit
        self._now = now
        self.limits = Limits()
        self.gate = Gate(frozenset(console_tables()) | {TOLD})
        self.runner = Runner(self.answer, on_end=self._note_end)

    def submit(self, visitor: Visitor, sql: str, declared: object) -> Job:
        """Puts a statement into the queue.

        Raises:
            Refused: the gate or a parameter; written down as well.
            QueueFull: too many wait.
        """
        try:
            checked = self.gate.check(sql)
            params = bind(declared, checked.parameters, given=self.given())
        except Refused as refused:
            reason = f"{refused.code} {refused.detail}".strip()
            self._note(_facts(visitor, sql), state="refused", reason=reason)
            raise
        job = Job(visitor.name, visitor.role, visitor.scope, sql, checked, params)
        try:
            self.runner.submit(job)
        except QueueFull:
            self._note(_facts(visitor, sql), state="refused", reason="queue")
            raise
        return job

    def given(self) -> dict[str, list]:
        """Returns the parameters every statement has: the data's instant and its local day."""
        as_of_at = self._store.as_of_at()
        day = local_date(as_of_at, self._store.zone)
        return {"as_of_at": ["instant", as_of_at.isoformat()], "as_of_date": ["date", day.isoformat()]}

    def answer(self, job: Job) -> dict:
        """Returns what a job's statement gives, or the `error` that ended it."""
        told = self._told(job.checked, job.scope)
        with self._store.reading() as snapshot:
            plan = make_plan(job.checked, scope=job.scope, snapshot=snapshot, told=told)
            job.generation, job.as_of_at = plan.generation, f"{snapshot.as_of_at:%Y-%m-%d %H:%M:%S}"

        def on_stage(stage: str) -> None:
            job.stage = stage

        work = {"plan": plan.steps, "sql": job.checked.sql, "params": job.params}
        answer = run_child(work, self.limits, on_stage=on_stage, is_cancelled=lambda: not job.is_wanted)
        if "text" in answer:
            answer["text"] = scrubbed(answer["text"])
        return answer

    def _told(self, checked: Checked, scope: Scope) -> list[tuple]:
        if TOLD not in checked.tables:
            return []
        level = self._town.file.hierarchies[0].levels[-2]
        return told_rows(checked.literals, scope=scope, store=self._store, level=level)

    def _note_end(self, job: Job) -> None:
        facts = _facts(job, job.sql)
        rows = job.answer.get("rows")
        facts |= {"params": job.params, "ms": job.spent_ms, "rows": None if rows is None else len(rows)}
        self._note(facts, state=job.state, reason=job.answer.get("error", ""))

    def _note(self, facts: dict, *, state: str, reason: str) -> None:
        """Writes one statement down twice: in the asker's history, and sealed in the trail."""
        scope, rows, spent_ms = facts["scope"], facts.get("rows"), facts.get("ms", 0)
        self._ops.write(
            "INSERT INTO query_history (at, actor_name, role_code, scope_text, sql_text, parameters_json, state_code,"
            " reason_text, row_count, spent_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                f"{self._now():%Y-%m-%d %H:%M:%S}",
                *(facts["actor"], facts["role"], scope, facts["sql"]),
                json.dumps(facts.get("params", {}), ensure_ascii=False),
                *(state, reason, rows, spent_ms),
            ],
        )
        digest = hashlib.sha256(facts["sql"].encode(errors="replace")).hexdigest()[:16]
        said = f"{state} {reason} rows={rows} ms={spent_ms} scope={scope} sha256={digest} {facts['sql']}"
        self._audit.record(
            Event(
                "query",
                actor=facts["actor"],
                role=facts["role"],
                target="console",
                is_success=state == "done",
                detail=" ".join(said.split()),
            )
        )


def _facts(asker: Visitor | Job, sql: str) -> dict:
    # A lone surrogate can be sent in JSON and not be written down.
    text = sql.encode(errors="replace").decode()
    actor = asker.actor if isinstance(asker, Job) else asker.name
    return {"actor": actor, "role": asker.role, "scope": scope_text(asker.scope), "sql": text}


def scope_text(scope: Scope) -> str:
    """Returns whose rows are seen, as the trail says it."""
    areas = "all" if scope.area_ids is None else ",".join(sorted(scope.area_ids))
    departments = "all" if scope.department_ids is None else ",".join(sorted(scope.department_ids))
    return f"areas:{areas} departments:{departments}"


def scrubbed(text: str) -> str:
    """Returns an engine's message without anything that looks like a file, and not too long."""
    return _PATH.sub("…", text)[:LONGEST_FAULT]
