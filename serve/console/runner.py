"""Who runs when (查询队列): one statement per asker, two in all, the others wait in order."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock, Thread

from data.request import Scope
from serve.console.gate import Checked

log = logging.getLogger(__name__)
AT_ONCE, PER_ASKER = 2, 1
MOST_WAITING, MOST_WAITING_PER_ASKER = 12, 3
KEPT, KEPT_PER_ASKER = 20, 3
ENDED = ("done", "failed", "cancelled")


class QueueFull(RuntimeError):
    """Too many statements wait already."""


@dataclass
class Job:
    """One statement on its way.

    Attributes:
        state: queued | running | done | failed | cancelled.
        stage: of a running one: copying | running.
        answer: columns and rows, or `error` and its text.
        generation: the published state it was answered from, and `as_of_at`, the instant that holds for.
    """

    actor: str
    role: str
    scope: Scope
    sql: str
    checked: Checked
    params: dict[str, list]
    job_id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: str = "queued"
    stage: str = ""
    answer: dict = field(default_factory=dict)
    generation: int = 0
    as_of_at: str = ""
    started_at: float = 0.0
    ended_at: float = 0.0
    is_wanted: bool = True

    @property
    def spent_ms(self) -> int:
        """How long it ran, or has run so far."""
        if not self.started_at:
            return 0
        return int(((self.ended_at or time.monotonic()) - self.started_at) * 1000)


class Runner:
    """Keeps the queue and starts what may run."""

    def __init__(self, work: Callable[[Job], dict], *, on_end: Callable[[Job], None]) -> None:
        """Uses `work` to answer a job (in a thread of its own) and tells `on_end` when one ended."""
        self._work = work
        self._on_end = on_end
        self._lock = RLock()
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._known: OrderedDict[str, Job] = OrderedDict()

    def submit(self, job: Job) -> None:
        """Puts a job into the queue.

        Raises:
            QueueFull: too many wait, of this asker or in all.
        """
        with self._lock:
            mine = [each for each in self._waiting if each.actor == job.actor]
            if len(self._waiting) >= MOST_WAITING or len(mine) >= MOST_WAITING_PER_ASKER:
                raise QueueFull(f"{len(self._waiting)} statements wait, {len(mine)} of {job.actor}")
            self._waiting.append(job)
            self._known[job.job_id] = job
            self._forget(job.actor)
            self._start_next()

    def find(self, job_id: str, actor: str) -> Job | None:
        """Returns a job of this asker; nobody sees another's."""
        with self._lock:
            job = self._known.get(job_id)
            return job if job is not None and job.actor == actor else None

    def position(self, job: Job) -> int:
        """Returns a waiting job's place in the queue, from 1; 0 when it does not wait."""
        with self._lock:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def cancel(self, job: Job) -> None:
        """Ends a job; one that waits leaves the queue at once."""
        with self._lock:
            job.is_wanted = False
            if job not in self._waiting:
                return
            self._waiting.remove(job)
            job.state, job.answer = "cancelled", {"error": "cancelled"}
        self._on_end(job)

    def stop(self) -> None:
        """Ends everything that waits or runs."""
        with self._lock:
            jobs = [*self._waiting, *self._running]
        for job in jobs:
            self.cancel(job)

    def _start_next(self) -> None:
        for job in list(self._waiting):
            if len(self._running) >= AT_ONCE:
                return
            if sum(each.actor == job.actor for each in self._running) >= PER_ASKER:
                continue
            self._waiting.remove(job)
            self._running.append(job)
            job.state, job.stage, job.started_at = "running", "copying", time.monotonic()
            Thread(target=self._go, args=(job,), name=f"console-{job.job_id[:6]}", daemon=True).start()

    def _go(self, job: Job) -> None:
        try:
            answer = self._work(job)
        except Exception:
            log.exception("a statement of %s could not be run", job.actor)
            answer = {"error": "internal"}
        with self._lock:
            job.answer, job.ended_at, job.stage = answer, time.monotonic(), ""
            error = answer.get("error")
            job.state = "cancelled" if error == "cancelled" else "failed" if error else "done"
            self._running.remove(job)
            self._start_next()
        self._on_end(job)

    def _forget(self, actor: str) -> None:
        """Lets old answers go; those that still run stay."""
        ended = [each for each in self._known.values() if each.state in ENDED]
        mine = [each for each in ended if each.actor == actor]
        surplus = mine[: max(0, len(mine) - KEPT_PER_ASKER)] + ended[: max(0, len(ended) - KEPT)]
        for job in surplus:
            self._known.pop(job.job_id, None)
