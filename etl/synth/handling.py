"""What happens to an incident after the first signal: registered, sent out, handled, checked, closed."""

from __future__ import annotations

import numpy as np

from etl.synth.codes import FEEDS
from etl.synth.incidents import MINUTE, NEVER, Columns
from etl.synth.workclock import WorkClock
from etl.synth.world import World

POLICE, FIRE, CITY, COMPLAINT, CITIZEN, PATROL, VIDEO = range(len(FEEDS))
# Medians in minutes, by feed in the order of FEEDS.
TELL = np.array([3.0, 1.5, 14.0, 11.0, 13.0, 8.0, 0.4])        # happened -> first signal
REGISTER = np.array([2.8, 1.4, 21.0, 38.0, 30.0, 9.0, 0.5])    # first signal -> in the town's base
ARRIVE = np.array([9.0, 5.0, 14.0, 16.0, 14.0, 10.0, 12.0])    # accepted -> on scene
VERIFY_SHARE = np.array([0.0, 0.0, 0.28, 0.0, 0.3, 0.0, 0.0])
RETURN_SHARE = np.array([0.0, 0.0, 0.1, 0.11, 0.0, 0.0, 0.0])
CHECK_SHARE = np.array([0.0, 0.0, 1.0, 0.0, 0.7, 0.3, 0.3])
VOID_SHARE = np.array([0.06, 0.1, 0.035, 0.05, 0.08, 0.01, 0.28])
SPREAD = 0.86


def spread_minutes(median: np.ndarray | float, sigma: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Returns lognormal durations in whole seconds."""
    return np.maximum(median * MINUTE * rng.lognormal(0, sigma, count), 1).astype(np.int64)


def run_process(world: World, incident: Columns, *, clock: WorkClock, rng: np.random.Generator) -> Columns:
    """Returns the true instants (UTC seconds, NEVER if it does not happen) of each incident's handling.

    Args:
        incident: what happened, with `feed` and `extra` (feed of its first report, number of further ones).
    """
    feed = incident["feed"]
    n = len(feed)
    told = incident["occurred"] + spread_minutes(TELL[feed], 1.1, n, rng)
    life: Columns = {"signal": told}
    life["registered"] = told + spread_minutes(REGISTER[feed], 1.0, n, rng)
    life["is_void"] = rng.random(n) < VOID_SHARE[feed] * np.where(_kind(world, incident, "smoke_alarm"), 4, 1)
    life["is_void"] &= incident["extra"] == 0  # what several people report did happen
    life["is_self_handled"] = (feed == PATROL) & (rng.random(n) < 0.6) & ~life["is_void"]
    _dispatch(life, feed, n, rng)
    _limit(world, incident, life, clock)
    _handle(world, incident, life, clock, rng)
    _check_and_close(life, feed, n, rng)
    _game(world, incident, life, n, rng)
    _exceptions(life, feed, n, rng)
    _void(life, n, rng)
    return life


def _kind(world: World, incident: Columns, code: str) -> np.ndarray:
    return incident["category"] == world.codes().index(code)


def _dispatch(life: Columns, feed: np.ndarray, n: int, rng: np.random.Generator) -> None:
    needs_look = rng.random(n) < VERIFY_SHARE[feed]
    sent = life["registered"] + spread_minutes(0.6, 0.6, n, rng)
    seen = sent + spread_minutes(9.0, 1.1, n, rng)
    filed = seen + spread_minutes(0.8, 0.6, n, rng)
    life["verify_sent"] = np.where(needs_look, sent, NEVER)
    life["verified"] = np.where(needs_look, seen, NEVER)
    ready = np.where(needs_look, filed, life["registered"])
    life["filed"] = np.where(feed == CITY, np.where(needs_look, filed, life["registered"] + 30), NEVER)
    wait = np.where(feed == VIDEO, spread_minutes(0.3, 0.4, n, rng), spread_minutes(1.1, 0.88, n, rng))
    first = ready + wait
    returned = rng.random(n) < RETURN_SHARE[feed]
    back = first + spread_minutes(16, 0.7, n, rng)
    life["first_dispatched"] = first
    life["returned"] = np.where(returned, back, NEVER)
    life["dispatched"] = np.where(returned, back + spread_minutes(9, 0.8, n, rng), first)
    life["accepted"] = life["dispatched"] + spread_minutes(3.2, 0.9, n, rng)
    life["arrived"] = life["accepted"] + spread_minutes(ARRIVE[feed], 0.55, n, rng)


def _limit(world: World, incident: Columns, life: Columns, clock: WorkClock) -> None:
    """Sets `due`: start of the category's clock plus the limit of the list in force (the 2026 list shortened some)."""
    category = incident["category"]
    start_point = world.category["start_point"][category]
    start = np.where(start_point == "registered", life["registered"], life["dispatched"])
    is_new = life["signal"] >= 1_767_196_800  # 2026-01-01 in S-town
    value = np.where(is_new, world.category["limit_2026"][category], world.category["limit_value"][category])
    life["start"] = start
    life["due"] = clock.due(start, value, world.category["limit_unit"][category])


def _handle(world: World, incident: Columns, life: Columns, clock: WorkClock, rng: np.random.Generator) -> None:
    category = incident["category"]
    n = len(category)
    hour = (life["dispatched"] + 8 * 3600) // 3600 % 24
    tired = np.where((hour < 6) | (hour >= 22), 1.12, 1.0)
    median = world.category["handle_minutes"][category] * world.category["pace"][category] * tired
    work = spread_minutes(median, SPREAD, n, rng)
    work = np.where(rng.random(n) < 0.012, work * rng.integers(15, 160, n), work)
    handled = life["dispatched"] + work
    in_office = np.isin(world.category["limit_unit"][category], ("work_days", "work_hours"))
    handled = np.where(in_office, clock.next_office(handled, rng.random(n)), handled)
    own_work = life["registered"] + spread_minutes(26, 0.8, n, rng)
    handled = np.where(life["is_self_handled"], own_work, handled)
    life["handled"] = np.where(rng.random(n) < 0.0012, NEVER, handled)
    life["arrived"] = np.minimum(life["arrived"], np.maximum(handled - 20, life["dispatched"] + 5))
    life["accepted"] = np.minimum(life["accepted"], life["arrived"])


def _check_and_close(life: Columns, feed: np.ndarray, n: int, rng: np.random.Generator) -> None:
    checks = (rng.random(n) < CHECK_SHARE[feed]) & (life["handled"] < NEVER)
    sent = life["handled"] + spread_minutes(3.5, 0.8, n, rng)
    decided = sent + spread_minutes(12, 0.85, n, rng)
    fails = checks & (rng.random(n) < 0.075)
    redone = decided + spread_minutes(70, 0.9, n, rng)
    again = redone + spread_minutes(14, 0.8, n, rng)
    life["check_sent"] = np.where(checks, sent, NEVER)
    life["failed"] = np.where(fails, decided, NEVER)
    life["redone"] = np.where(fails, redone, NEVER)
    life["checked"] = np.where(checks, np.where(fails, again, decided), NEVER)
    ready = np.where(checks, life["checked"], life["handled"])
    slow = np.where(feed == COMPLAINT, 1.2, 1.0)
    life["closed"] = np.where(ready < NEVER, ready + spread_minutes(5.0 * slow, 0.9, n, rng), NEVER)


def _game(world: World, incident: Columns, life: Columns, n: int, rng: np.random.Generator) -> None:
    """Some cases are closed within ten minutes without work, some in the last minutes before the deadline."""
    limit = life["due"] - life["start"]
    late_by_design = (rng.random(n) < 0.06) & (life["closed"] < life["due"] - limit // 20)
    life["closed"] = np.where(late_by_design, life["due"] - (rng.random(n) * limit * 0.045).astype(np.int64), life["closed"])
    team = np.isin(world.category["department_id"][incident["category"]], ("enforcement", "sanitation"))
    hurried = team & (rng.random(n) < 0.06) & (life["returned"] == NEVER) & ~life["is_self_handled"]
    quick = life["dispatched"] + spread_minutes(3, 0.4, n, rng)
    for name, later in (("arrived", -20), ("handled", 0), ("closed", 60)):
        life[name] = np.where(hurried, quick + later, life[name])
    life["accepted"] = np.where(hurried, np.minimum(life["accepted"], quick - 40), life["accepted"])
    for name in ("check_sent", "failed", "redone", "checked"):
        life[name] = np.where(hurried, NEVER, life[name])


def _exceptions(life: Columns, feed: np.ndarray, n: int, rng: np.random.Generator) -> None:
    """Extensions, suspensions (挂账), supervision (督办) and cases opened again."""
    is_case = (feed == CITY) | (feed == COMPLAINT)
    limit = life["due"] - life["start"]
    asks = is_case & (life["closed"] > life["due"] - limit // 4) & (rng.random(n) < 0.3)
    life["extended"] = np.where(asks, life["due"] - (limit * rng.uniform(0.02, 0.2, n)).astype(np.int64), NEVER)
    life["extended_to"] = np.where(asks, life["due"] + limit // 2, NEVER)
    hangs = (feed == CITY) & (rng.random(n) < 0.008)
    life["suspended"] = np.where(hangs, life["dispatched"] + spread_minutes(600, 0.5, n, rng), NEVER)
    for name in ("handled", "check_sent", "checked", "failed", "redone", "closed"):
        life[name] = np.where(hangs, NEVER, life[name])
    late = is_case & (life["closed"] > life["due"]) & (rng.random(n) < 0.35)
    life["supervised"] = np.where(late, life["due"] + spread_minutes(30, 0.7, n, rng), NEVER)
    again = is_case & (life["closed"] < NEVER) & (rng.random(n) < 0.015)
    life["reopened"] = np.where(again, life["closed"] + spread_minutes(1500, 0.8, n, rng), NEVER)
    life["closed_again"] = np.where(again, life["reopened"] + spread_minutes(900, 0.9, n, rng), NEVER)
    final = np.where(again, life["closed_again"], life["closed"])
    calls = (feed == COMPLAINT) & (final < NEVER)
    life["called_back"] = np.where(calls, final + spread_minutes(1700, 0.5, n, rng), NEVER)


def _void(life: Columns, n: int, rng: np.random.Generator) -> None:
    """False alarms, harassing and test calls: most are struck out before anybody is sent."""
    void, sent = life["is_void"], rng.random(n) < 0.35
    ended = np.where(sent, life["arrived"] + 120, life["registered"] + spread_minutes(6, 0.8, n, rng))
    never = ["handled", "check_sent", "checked", "failed", "redone", "extended", "extended_to", "suspended",
             "supervised", "reopened", "closed_again", "called_back"]
    for name in never:
        life[name] = np.where(void, NEVER, life[name])
    for name in ("first_dispatched", "returned", "dispatched", "accepted", "arrived"):
        life[name] = np.where(void & ~sent, NEVER, life[name])
        life[name] = np.where(life["is_self_handled"], NEVER, life[name])
    life["closed"] = np.where(void, ended, life["closed"])
