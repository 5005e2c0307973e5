"""One month of reports as the feeds hold them: own instants, codes and defects, still without text."""

from __future__ import annotations

import numpy as np

from etl.synth.codes import FEEDS
from etl.synth.handling import (
    CITIZEN,
    CITY,
    COMPLAINT,
    FIRE,
    PATROL,
    POLICE,
    REGISTER,
    VIDEO,
    run_process,
    spread_minutes,
)
from etl.synth.incidents import MINUTE, NEVER, Columns, Volume, draw_incidents, draw_reports
from etl.synth.workclock import WorkClock
from etl.synth.world import World, to_lonlat

DUPLICATE_SHARE = np.array([0.3, 0.2, 0.5, 0.5, 0.5, 0.3, 0.3])
NO_PLACE_SHARE = np.array([0.05, 0.02, 0.01, 0.13, 0.03, 0.0, 0.01])
STEPS = (
    "first_dispatched",
    "returned",
    "dispatched",
    "accepted",
    "arrived",
    "handled",
    "check_sent",
    "failed",
    "redone",
    "checked",
    "closed",
    "reopened",
    "closed_again",
    "called_back",
    "extended",
    "suspended",
    "supervised",
)
LEAD_ONLY = (
    "verify_sent",
    "verified",
    "filed",
    "returned",
    "check_sent",
    "failed",
    "redone",
    "checked",
    "extended",
    "extended_to",
    "suspended",
    "supervised",
    "reopened",
    "closed_again",
    "called_back",
)
EVENTS = ("received", "verify_sent", "verified", "filed", "corrected", *STEPS)
# Outcomes of a void lead report, numbered; the words are the feeds' own (codes.py).
VALID, DUPLICATE, FALSE_ALARM, HARASSING, OUTSIDE, TEST, WITHDRAWN = range(7)
VOID_MIX = np.array(
    [
        [0.35, 0.38, 0.22, 0.05, 0.0],
        [0.75, 0.05, 0.12, 0.08, 0.0],
        [0.6, 0.0, 0.37, 0.03, 0.0],
        [0.0, 0.3, 0.45, 0.03, 0.22],
        [0.55, 0.1, 0.2, 0.03, 0.12],
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [0.95, 0.0, 0.0, 0.05, 0.0],
    ]
)


def draw_month(
    world: World, month: tuple[int, int], *, volume: Volume, clock: WorkClock
) -> tuple[Columns, Columns]:
    """Returns (reports, incidents) of one local month; true UTC seconds, NEVER for what does not happen."""
    incident, rng = draw_incidents(world, month, volume=volume)
    report = draw_reports(world, incident, rng)
    life = run_process(world, incident, clock=clock, rng=rng)
    row = report["row"]
    count = len(row)
    report["report"] = (month[0] * 100 + month[1]) * 1_000_000 + np.arange(count)
    report["incident"] = incident["incident"][row]
    report["true_category"] = report["category"] = incident["category"][row]
    report["point"] = incident["point"][row]
    for name, values in life.items():
        report[name] = values[row]
    _further_signals(world, report, rng)
    _transfers(report, rng)
    _own_handling(report, rng)
    _outcomes(report, rng)
    _evidence(report, incident["occurred"][row], rng)
    _defects(world, report, rng)
    report["lon"], report["lat"] = to_lonlat(report["x"], report["y"])
    del report["lag_share"], report["x"], report["y"]
    incident |= life
    incident["lon"], incident["lat"] = to_lonlat(world.x[incident["point"]], world.y[incident["point"]])
    return report, incident


def _further_signals(world: World, report: Columns, rng: np.random.Generator) -> None:
    """Further reports of an incident come while it lasts, thinning out over the category's time window."""
    count = len(report["row"])
    window = np.minimum(world.category["link_window_minutes"][report["category"]], 1440) * MINUTE
    lasting = np.minimum(report["closed"], report["signal"] + 7 * 86_400) - report["signal"]
    lag = np.minimum(report["lag_share"] * window, lasting * 0.9).astype(np.int64)
    first = report["signal"]
    report["reported"] = np.where(report["is_lead"], first, first + lag)
    own = report["reported"] + spread_minutes(rng, REGISTER[report["feed"]], sigma=1.0, count=count)
    report["received"] = np.where(report["is_lead"], report["registered"], own)


def _transfers(report: Columns, rng: np.random.Generator) -> None:
    """Most further reports of a police call are that call, handed over to 119, 12345 or city management."""
    count = len(report["row"])
    report["from_report"] = np.full(count, -1, dtype=np.int64)
    report["to_report"] = np.full(count, -1, dtype=np.int64)
    target = np.isin(report["feed"], (FIRE, CITY, COMPLAINT)) & ~report["is_lead"]
    target &= (report["feed"][report["row"]] == POLICE) & (rng.random(count) < 0.75)
    further = np.flatnonzero(target)
    _, first = np.unique(report["row"][further], return_index=True)
    chosen = further[first]
    source = report["row"][chosen]  # leads come first, so an incident's number is its lead report's number
    handed = report["received"][source] + rng.integers(15, 200, len(chosen))
    report["reported"][chosen] = handed
    report["received"][chosen] = handed + spread_minutes(rng, 1.5, sigma=0.8, count=len(chosen))
    report["from_report"][chosen] = report["report"][source]
    report["to_report"][source] = report["report"][chosen]
    report["to_feed"] = np.zeros(count, dtype=np.int64)
    report["to_feed"][source] = report["feed"][chosen]
    report["handed"] = np.full(count, NEVER, dtype=np.int64)
    report["handed"][source] = handed - rng.choice((0, 0, 0, 1, 2), len(source))


def _own_handling(report: Columns, rng: np.random.Generator) -> None:
    """A further report is closed as a duplicate, or its feed keeps its own record of the same handling."""
    count = len(report["row"])
    lead = report["is_lead"]
    report["is_duplicate"] = ~lead & (rng.random(count) < DUPLICATE_SHARE[report["feed"]])
    for name in LEAD_ONLY:
        report[name] = np.where(lead, report[name], NEVER)
    earliest = report["received"] + rng.integers(20, 220, count)
    for name in ("first_dispatched", "dispatched", "accepted", "arrived", "handled", "closed"):
        shifted = np.where(report[name] < NEVER, np.maximum(report[name], earliest), NEVER)
        report[name] = np.where(lead, report[name], np.where(report["is_duplicate"], NEVER, shifted))
        earliest = earliest + rng.integers(5, 60, count)
    report["first_dispatched"] = np.where(lead, report["first_dispatched"], report["dispatched"])
    merged = report["received"] + spread_minutes(rng, 6, sigma=0.7, count=count)
    report["closed"] = np.where(report["is_duplicate"], merged, report["closed"])
    report["is_self_handled"] = report["is_self_handled"] & lead
    calls = ~lead & ~report["is_duplicate"] & (report["feed"] == COMPLAINT) & (report["closed"] < NEVER)
    report["called_back"] = np.where(
        calls, report["closed"] + spread_minutes(rng, 1700, sigma=0.5, count=count), report["called_back"]
    )


def _outcomes(report: Columns, rng: np.random.Generator) -> None:
    count = len(report["row"])
    draw = rng.random(count)
    void = 2 + (draw[:, None] > np.cumsum(VOID_MIX, axis=1)[report["feed"], :-1]).sum(axis=1)
    report["outcome"] = np.where(report["is_void"], void, np.where(report["is_duplicate"], DUPLICATE, VALID))
    speed = np.clip((report["closed"] - report["reported"]) / 86_400, 0, 20)
    happy = 0.9 - 0.012 * speed
    # Satisfied people answer the phone more often than others: the trap under every survey.
    solved = rng.random(count) < happy
    reached = rng.random(count) < np.where(solved, 0.68, 0.8)
    refuses = rng.random(count) < 0.05
    satisfied = solved & (rng.random(count) < 0.92)
    report["reached"] = np.where(reached, np.where(refuses, 2, 1), 0)
    report["solved"] = np.where(reached & ~refuses, np.where(solved, 1, 0), -1)
    report["satisfied"] = np.where(reached & ~refuses, np.where(satisfied, 1, 0), -1)


def _evidence(report: Columns, occurred: np.ndarray, rng: np.random.Generator) -> None:
    """What a feed knows of the time of occurrence: cameras measure, callers recall, patrols saw it clean."""
    count = len(report["row"])
    knows = (report["feed"] == VIDEO) | ((report["feed"] == POLICE) & (rng.random(count) < 0.45))
    said = np.where(report["feed"] == POLICE, occurred // MINUTE * MINUTE, occurred)
    report["occurred"] = np.where(knows, said, NEVER)
    patrolled = (report["feed"] == PATROL) & report["is_lead"]
    report["clean"] = np.where(patrolled, occurred - spread_minutes(rng, 24, sigma=0.9, count=count), NEVER)
    report["seen"] = np.where(patrolled, report["reported"], NEVER)


def _defects(world: World, report: Columns, rng: np.random.Generator) -> None:
    count, feed = len(report["row"]), report["feed"]
    report["has_place"] = rng.random(count) >= NO_PLACE_SHARE[feed]
    report["is_at_station"] = (feed == POLICE) & (
        rng.random(count) < 0.015
    )  # geocoded to the station's own address
    report["is_unknown_code"] = rng.random(count) < 0.003
    late = rng.random(count) < 0.004
    report["delivered"] = np.where(
        late, report["received"] + rng.integers(86_400, 5 * 86_400, count), report["received"]
    )
    fixed = (rng.random(count) < 0.014) & (feed != VIDEO)
    report["corrected"] = np.where(
        fixed, report["received"] + spread_minutes(rng, 400, sigma=1.0, count=count), NEVER
    )
    # Before the correction the row carries the feed's neighbouring category.
    share = world.feed_weight[:, :] > 0
    following = np.array([[_next_used(share[:, f], c) for f in range(len(FEEDS))] for c in range(len(share))])
    report["first_category"] = np.where(fixed, following[report["category"], feed], report["category"])
    report["has_grid"] = (feed == PATROL) | (np.isin(feed, (CITY, COMPLAINT)) & (rng.random(count) < 0.9))
    report["has_photo"] = (feed == CITIZEN) & (rng.random(count) < 0.93)


def _next_used(used: np.ndarray, category: int) -> int:
    later = np.flatnonzero(used)
    following = later[later > category]
    return int(following[0] if len(following) else later[0])
