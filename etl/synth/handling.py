"""What happens to an incident after the first signal: registered, sent out, handled, checked, closed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from etl.synth.codes import FEEDS
from etl.synth.incidents import MINUTE, NEVER, Columns
from etl.synth.workclock import WorkClock
from etl.synth.world import World

POLICE, FIRE, CITY, COMPLAINT, CITIZEN, PATROL, VIDEO = range(len(FEEDS))
# Medians in minutes, by feed in the order of FEEDS.
TELL = np.array([3.0, 1.5, 14.0, 11.0, 13.0, 8.0, 0.4])  # happened -> first signal
REGISTER = np.array([2.8, 1.4, 21.0, 38.0, 30.0, 9.0, 0.5])  # first signal -> in the town's base
ARRIVE = np.array([9.0, 5.0, 14.0, 16.0, 14.0, 10.0, 12.0])  # accepted -> on scene
VERIFY_SHARE = np.array([0.0, 0.0, 0.28, 0.0, 0.3, 0.0, 0.0])
RETURN_SHARE = np.array([0.0, 0.0, 0.1, 0.11, 0.0, 0.0, 0.0])
CHECK_SHARE = np.array([0.0, 0.0, 1.0, 0.0, 0.7, 0.3, 0.3])
VOID_SHARE = np.array([0.06, 0.1, 0.035, 0.05, 0.08, 0.01, 0.28])
SPREAD = 0.86
NOT_WHEN_VOID = (
    *("handled", "check_sent", "checked", "failed", "redone", "extended", "extended_to"),
    *("suspended", "supervised", "reopened", "closed_again", "called_back"),
)
Numbers = np.ndarray | float


def spread_minutes(rng: np.random.Generator, median: Numbers, *, sigma: float, count: int) -> np.ndarray:
    """Returns lognormal durations in whole seconds."""
    return np.maximum(median * MINUTE * rng.lognormal(0, sigma, count), 1).astype(np.int64)


@dataclass
class Course:
    """The incidents of a month while their handling is being drawn.

    Attributes:
        incident: what happened, with `feed` and `extra` (feed of the first report, number of further ones).
        life: event -> UTC second of each incident, NEVER if it does not happen.
    """

    world: World
    incident: Columns
    clock: WorkClock
    rng: np.random.Generator
    life: Columns = field(default_factory=dict)

    @property
    def feed(self) -> np.ndarray:
        """Feed of each incident's first report."""
        return self.incident["feed"]

    def fact(self, name: str) -> np.ndarray:
        """Returns a catalogue column for each incident."""
        return self.world.category[name][self.incident["category"]]

    def minutes(self, median: Numbers, sigma: float) -> np.ndarray:
        """Returns a lognormal duration for each incident, whole seconds."""
        return spread_minutes(self.rng, median, sigma=sigma, count=len(self.feed))

    def chance(self, share: Numbers) -> np.ndarray:
        """Returns for each incident whether something of this probability happens."""
        return self.rng.random(len(self.feed)) < share


def run_process(world: World, incident: Columns, *, clock: WorkClock, rng: np.random.Generator) -> Columns:
    """Returns the true instants (UTC seconds, NEVER if it does not happen) of each incident's handling.

    Args:
        world: the town.
        incident: what happened, with `feed` and `extra` (feed of its first report, number of further ones).
        clock: the source systems' deadlines.
        rng: the month's generator.
    """
    course = Course(world, incident, clock, rng)
    life, feed = course.life, course.feed
    life["signal"] = incident["occurred"] + course.minutes(TELL[feed], 1.1)
    life["registered"] = life["signal"] + course.minutes(REGISTER[feed], 1.0)
    life["is_void"] = course.chance(
        VOID_SHARE[feed] * np.where(course.fact("category_code") == "smoke_alarm", 4, 1)
    )
    life["is_void"] &= incident["extra"] == 0  # what several people report did happen
    life["is_self_handled"] = (feed == PATROL) & course.chance(0.6) & ~life["is_void"]
    for happens in (_dispatch, _limit, _handle, _check_and_close, _game, _except, _void):
        happens(course)
    return life


def _dispatch(course: Course) -> None:
    life, feed = course.life, course.feed
    needs_look = course.chance(VERIFY_SHARE[feed])
    sent = life["registered"] + course.minutes(0.6, 0.6)
    seen = sent + course.minutes(9.0, 1.1)
    filed = seen + course.minutes(0.8, 0.6)
    life["verify_sent"] = np.where(needs_look, sent, NEVER)
    life["verified"] = np.where(needs_look, seen, NEVER)
    ready = np.where(needs_look, filed, life["registered"])
    life["filed"] = np.where(feed == CITY, np.where(needs_look, filed, life["registered"] + 30), NEVER)
    wait = np.where(feed == VIDEO, course.minutes(0.3, 0.4), course.minutes(1.1, 0.88))
    first = ready + wait
    returned = course.chance(RETURN_SHARE[feed])
    back = first + course.minutes(16, 0.7)
    life["first_dispatched"] = first
    life["returned"] = np.where(returned, back, NEVER)
    life["dispatched"] = np.where(returned, back + course.minutes(9, 0.8), first)
    life["accepted"] = life["dispatched"] + course.minutes(3.2, 0.9)
    life["arrived"] = life["accepted"] + course.minutes(ARRIVE[feed], 0.55)


def _limit(course: Course) -> None:
    """Sets `due`: start of the category's clock plus the limit of the list in force."""
    life = course.life
    start_point = course.fact("start_point")
    start = np.where(start_point == "registered", life["registered"], life["dispatched"])
    is_new = life["signal"] >= 1_767_196_800  # 2026-01-01 in S-town
    value = np.where(is_new, course.fact("limit_2026"), course.fact("limit_value"))
    life["start"] = start
    life["due"] = course.clock.due(start, value, course.fact("limit_unit"))


def _handle(course: Course) -> None:
    life = course.life
    hour = (life["dispatched"] + 8 * 3600) // 3600 % 24
    tired = np.where((hour < 6) | (hour >= 22), 1.12, 1.0)
    median = course.fact("handle_minutes") * course.fact("pace") * tired
    work = course.minutes(median, SPREAD)
    work = np.where(course.chance(0.012), work * course.rng.integers(15, 160, len(work)), work)
    handled = life["dispatched"] + work
    in_office = np.isin(course.fact("limit_unit"), ("work_days", "work_hours"))
    handled = np.where(in_office, course.clock.next_office(handled, course.rng.random(len(work))), handled)
    own_work = life["registered"] + course.minutes(26, 0.8)
    handled = np.where(life["is_self_handled"], own_work, handled)
    life["handled"] = np.where(course.chance(0.0012), NEVER, handled)
    life["arrived"] = np.minimum(life["arrived"], np.maximum(handled - 20, life["dispatched"] + 5))
    life["accepted"] = np.minimum(life["accepted"], life["arrived"])


def _check_and_close(course: Course) -> None:
    life, feed = course.life, course.feed
    checks = course.chance(CHECK_SHARE[feed]) & (life["handled"] < NEVER)
    sent = life["handled"] + course.minutes(3.5, 0.8)
    decided = sent + course.minutes(12, 0.85)
    fails = checks & course.chance(0.075)
    redone = decided + course.minutes(70, 0.9)
    again = redone + course.minutes(14, 0.8)
    life["check_sent"] = np.where(checks, sent, NEVER)
    life["failed"] = np.where(fails, decided, NEVER)
    life["redone"] = np.where(fails, redone, NEVER)
    life["checked"] = np.where(checks, np.where(fails, again, decided), NEVER)
    ready = np.where(checks, life["checked"], life["handled"])
    slow = np.where(feed == COMPLAINT, 1.2, 1.0)
    life["closed"] = np.where(ready < NEVER, ready + course.minutes(5.0 * slow, 0.9), NEVER)


def _game(course: Course) -> None:
    """Some cases are closed within ten minutes without work, some in the last minutes before the deadline."""
    life = course.life
    limit = life["due"] - life["start"]
    late_by_design = course.chance(0.06) & (life["closed"] < life["due"] - limit // 20)
    life["closed"] = np.where(
        late_by_design,
        life["due"] - (course.rng.random(len(limit)) * limit * 0.045).astype(np.int64),
        life["closed"],
    )
    team = np.isin(course.fact("department_id"), ("enforcement", "sanitation"))
    hurried = team & course.chance(0.06) & (life["returned"] == NEVER) & ~life["is_self_handled"]
    quick = life["dispatched"] + course.minutes(3, 0.4)
    for name, later in (("arrived", -20), ("handled", 0), ("closed", 60)):
        life[name] = np.where(hurried, quick + later, life[name])
    life["accepted"] = np.where(hurried, np.minimum(life["accepted"], quick - 40), life["accepted"])
    for name in ("check_sent", "failed", "redone", "checked"):
        life[name] = np.where(hurried, NEVER, life[name])


def _except(course: Course) -> None:
    """Extensions, suspensions (挂账), supervision (督办) and cases opened again."""
    life, feed = course.life, course.feed
    is_case = (feed == CITY) | (feed == COMPLAINT)
    limit = life["due"] - life["start"]
    asks = is_case & (life["closed"] > life["due"] - limit // 4) & course.chance(0.3)
    life["extended"] = np.where(
        asks, life["due"] - (limit * course.rng.uniform(0.02, 0.2, len(limit))).astype(np.int64), NEVER
    )
    life["extended_to"] = np.where(asks, life["due"] + limit // 2, NEVER)
    hangs = (feed == CITY) & course.chance(0.008)
    life["suspended"] = np.where(hangs, life["dispatched"] + course.minutes(600, 0.5), NEVER)
    for name in ("handled", "check_sent", "checked", "failed", "redone", "closed"):
        life[name] = np.where(hangs, NEVER, life[name])
    late = is_case & (life["closed"] > life["due"]) & course.chance(0.35)
    life["supervised"] = np.where(late, life["due"] + course.minutes(30, 0.7), NEVER)
    again = is_case & (life["closed"] < NEVER) & course.chance(0.015)
    life["reopened"] = np.where(again, life["closed"] + course.minutes(1500, 0.8), NEVER)
    life["closed_again"] = np.where(again, life["reopened"] + course.minutes(900, 0.9), NEVER)
    final = np.where(again, life["closed_again"], life["closed"])
    calls = (feed == COMPLAINT) & (final < NEVER)
    life["called_back"] = np.where(calls, final + course.minutes(1700, 0.5), NEVER)


def _void(course: Course) -> None:
    """False alarms, harassing and test calls: most are struck out before anybody is sent."""
    life = course.life
    void, sent = life["is_void"], course.chance(0.35)
    ended = np.where(sent, life["arrived"] + 120, life["registered"] + course.minutes(6, 0.8))
    for name in NOT_WHEN_VOID:
        life[name] = np.where(void, NEVER, life[name])
    for name in ("first_dispatched", "returned", "dispatched", "accepted", "arrived"):
        life[name] = np.where(void & ~sent, NEVER, life[name])
        life[name] = np.where(life["is_self_handled"], NEVER, life[name])
    life["closed"] = np.where(void, ended, life["closed"])
