"""The morning's run (定时编制): what is due is made, what failed is tried again, what is made is handed over.

Everything it knows stands in the book: a server that starts anew goes on where the last one stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.briefing_plan import Order, Plan, Slot, due_slots, next_slot
from data.briefing_record import BriefingError
from data.briefing_runs import DONE, FAILED, INTERRUPTED, Runs, wait_after
from data.settings import Settings
from data.yamlfile import DefinitionError
from serve.briefing_delivery import Courier
from serve.briefing_making import Wanted, arguments_of

log = logging.getLogger(__name__)
FIRST_LOOK_S = 45  # the server answers first
LOOK_S = 20
LIMIT_S = 300
HANDED_OVER = timedelta(days=7)
# A run that is due and not even begun after this long is as bad as one that failed.
UNSEEN = timedelta(minutes=15)
CLOCK = "clock"
ROOT = Path(__file__).resolve().parent.parent

Make = Callable[[Wanted, str], int]
ENDED = (-signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGINT)


class MakingError(RuntimeError):
    """A briefing could not be made; says why in the maker's own words."""


class CutShort(MakingError):
    """The maker was asked to end, as it is when the server stops: nothing is wrong with the briefing."""


@dataclass
class ChildMaker:
    """Makes briefings in a process of their own, one at a time."""

    settings: Settings
    limit_s: float = LIMIT_S
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _running: subprocess.Popen | None = field(default=None, repr=False)

    def __call__(self, wanted: Wanted, by: str) -> int:
        """Makes a briefing and returns its number.

        Raises:
            MakingError: it cannot be made, took too long or ended without a word.
            CutShort: it was asked to end.
        """
        where = [f"--home={self.settings.home}", f"--town={self.settings.town_dir}", f"--by={by}"]
        if self.settings.frozen_at:
            where.append(f"--now={self.settings.frozen_at.isoformat()}Z")
        command = [sys.executable, "-m", "serve.briefing_making", *arguments_of(wanted), *where]
        with self._lock:
            return _number(*self._run(command))

    def stop(self) -> None:
        """Ends the making that goes on, if any; what it had begun is swept away later."""
        running = self._running
        if running is not None and running.poll() is None:
            running.terminate()

    def _run(self, command: list[str]) -> tuple[int, str, str]:
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as child:
            self._running = child
            try:
                said, complained = child.communicate(timeout=self.limit_s)
            except subprocess.TimeoutExpired:
                child.kill()
                raise MakingError(f"not made within {self.limit_s:g} s") from None
            finally:
                self._running = None
            return child.returncode, said, complained


def _number(code: int, said: str, complained: str) -> int:
    try:
        told = json.loads(said.strip().splitlines()[-1])
    except (ValueError, IndexError):
        if code in ENDED:
            raise CutShort(INTERRUPTED) from None
        log.error("the maker ended with %s: %s", code, complained[-2000:])
        last = (complained.strip().splitlines() or [""])[-1]
        raise MakingError(f"the maker ended with {code}: {last}") from None
    if "error" in told:
        raise MakingError(told["error"])
    return int(told["briefing_id"])


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Looks every few seconds at what the plan wants and the book has.

    Attributes:
        plan: reads the plan anew: it is edited while the server runs.
        make: makes one briefing and returns its number.
        now: the present instant, naive UTC.
    """

    plan: Callable[[], Plan]
    runs: Runs
    courier: Courier
    make: Make
    now: Callable[[], datetime]
    zone: ZoneInfo
    cancel: Callable[[], None] = lambda: None
    _task: list = field(default_factory=list, repr=False)
    _began: list[float] = field(default_factory=list, repr=False)

    def look(self) -> list[int]:
        """Makes what is due, hands over what is made; returns the numbers of what was made."""
        made = [self._run(slot) for slot in due_slots(self.plan(), now=self.now(), zone=self.zone)]
        self.hand_over()
        return [each for each in made if each is not None]

    def hand_over(self) -> None:
        """Hands over what the last days' runs made to whoever has not got it yet."""
        for run in self.runs.newest(limit=100):
            order = self.order(run["order_key"])
            is_old = run["due_at"] < f"{self.now() - HANDED_OVER:%Y-%m-%d %H:%M:%S}"
            if order is None or is_old or run["status_code"] != DONE:
                continue
            for briefing_id in self._versions(order, run["briefing_id"]):
                try:
                    self.courier.hand_over(order, briefing_id)
                except (BriefingError, KeyError):
                    log.exception("briefing %s was not handed over", briefing_id)

    def order(self, key: str) -> Order | None:
        """Returns the order of a name that is in force now, or None."""
        term = self.plan().term(self._today())
        return next((each for each in term.editions if each.key == key), None) if term else None

    def state(self) -> list[dict]:
        """Returns every order in force: when it runs next, how its newest run went, whether something is wrong."""
        plan, now = self.plan(), self.now()
        due = {slot.order.key: slot for slot in due_slots(plan, now=now, zone=self.zone)}
        term = plan.term(self._today())
        return [self._state(each, due.get(each.key), plan=plan) for each in (term.editions if term else ())]

    def _state(self, order: Order, due: Slot | None, *, plan: Plan) -> dict:
        upcoming = next_slot(plan, order, now=self.now(), zone=self.zone)
        last = self.runs.last(order.key, due.due_at) if due else None
        is_unseen = due is not None and last is None and self.now() > due.due_at + UNSEEN
        is_failed = last is not None and last["status_code"] == FAILED
        is_cut_short = last is not None and last["error_text"] == INTERRUPTED
        is_early = (is_unseen or is_cut_short) and not self._has_looked()
        return {
            "order": order,
            "next_at": upcoming.due_at if upcoming else None,
            "due": due,
            "last": last,
            "is_wrong": (is_unseen or is_failed) and not is_early,
        }

    def _run(self, slot: Slot) -> int | None:
        claimed = self.runs.begin(slot.order.key, slot.due_at, at=self.now())
        if claimed is None:
            return None
        run_id, attempt = claimed
        order = slot.order
        wanted = Wanted(
            edition=order.edition,
            language=order.language,
            on=slot.day,
            area=order.area,
            department=order.department,
        )
        try:
            briefing_id = self.make(wanted, CLOCK)
        except Exception as error:  # whatever it was: it is told, and tried again
            log.warning("the run %s of %s failed: %s", order.key, slot.day, error)
            next_at = self.now() + (timedelta() if isinstance(error, CutShort) else wait_after(attempt))
            self.runs.failed(run_id, str(error) or type(error).__name__, at=self.now(), next_at=next_at)
            return None
        self.runs.done(run_id, briefing_id, at=self.now())
        return briefing_id

    def _versions(self, order: Order, briefing_id: int) -> list[int]:
        """Returns what of a run is handed over: what it made; where release is waited for, the released version."""
        if order.when != "released":
            return [briefing_id]
        row = self.courier.archive.row(briefing_id)
        same = ("edition_code", "language_code", "area_id", "department_id", "until_date", "as_of_at")
        found = self.courier.archive.listed(**{name: row[name] for name in same})
        return [each["briefing_id"] for each in found if each["released_at"]]

    def _has_looked(self) -> bool:
        """Whether the clock had its chance: a server that has just begun is not late yet."""
        return not self._began or time.monotonic() - self._began[0] > FIRST_LOOK_S + LIMIT_S

    def _today(self) -> date:
        return self.now().replace(tzinfo=UTC).astimezone(self.zone).date()

    async def start(self) -> None:
        """Begin to look, a little after the server began to answer."""
        self._began.append(time.monotonic())
        self.runs.interrupted(at=self.now())
        self._task.append(asyncio.create_task(self._go_on()))

    async def stop(self) -> None:
        """Stop looking; a run that goes on is ended and tried again by the next server."""
        self.cancel()
        for each in self._task:
            each.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await each
        self._task.clear()

    async def _go_on(self) -> None:
        await asyncio.sleep(FIRST_LOOK_S)
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (DefinitionError, BriefingError, OSError):
                log.exception("the briefing's clock could not look; it looks again in %s s", LOOK_S)
            await asyncio.sleep(LOOK_S)
