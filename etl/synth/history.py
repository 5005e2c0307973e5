"""Writes a town's history as feed files, month by month, up to an instant."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.codes import FEEDS
from etl.synth.deliver import delivery_frame, step_frame
from etl.synth.feedspec import SPECS, FeedSpec
from etl.synth.incidents import NEVER, Columns, Volume, epoch
from etl.synth.reports import EVENTS, draw_month
from etl.synth.townfiles import TOWN_SEED
from etl.synth.wording import Wording
from etl.synth.workclock import LOCAL_SECONDS, WorkClock
from etl.synth.world import World, build_world
from etl.synth.writers import file_name, write_window

STATE = "truth/state.json"


@dataclass(frozen=True)
class Plan:
    """What to write.

    Attributes:
        town_dir, home: where the town is described, where files go.
        first: first local day.
        now: UTC second at which history ends.
        keep: picks the reports to keep, by default all (a profile trims to published totals).
    """

    town_dir: Path
    home: Path
    first: date
    now: int
    seed: int
    volume: Volume = field(default_factory=Volume)
    is_null: bool = False
    keep: Callable[[Columns], np.ndarray] | None = None

    def world(self) -> World:
        """Returns the world of this plan."""
        return build_world(self.town_dir, seed=self.seed, town_seed=TOWN_SEED, is_null=self.is_null)

    def clock(self) -> WorkClock:
        """Returns the work clock over history and two months on."""
        days = (local_day(self.now) - self.first).days + 130
        return WorkClock(self.world().calendar, first=self.first - timedelta(days=20), days=days)


def local_day(at: int) -> date:
    """Returns the local day of a UTC second."""
    return datetime.fromtimestamp(at + LOCAL_SECONDS, UTC).date()


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    """Returns (year, month) from the month of `first` to that of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [(number // 12, number % 12 + 1) for number in numbers]


def window_ends(plan: Plan, spec: FeedSpec) -> np.ndarray:
    """Returns when each history file of a feed ends: whole months, the last three midnights, now."""
    months = months_between(plan.first, local_day(plan.now))[1:]
    edges = [
        epoch(date(year, month, 1))
        for number, (year, month) in enumerate(months, start=1)
        if number % spec.months == 0
    ]
    today = epoch(local_day(plan.now))
    edges += [today - 2 * 86_400, today - 86_400, today]
    edges = sorted({edge for edge in edges if epoch(plan.first) < edge < plan.now})
    return np.array([*edges, plan.now], dtype=np.int64)


def write_history(plan: Plan, *, say: Callable[[str], None] = print) -> dict[str, int]:
    """Writes every feed's files and the truth; returns rows written per feed.

    Two processes share the work because workbooks are slow to write; their files do not depend on each other.
    """
    heavy = tuple(spec for spec in SPECS if spec.format == "xlsx" or spec.is_step)
    light = tuple(spec for spec in SPECS if spec not in heavy)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        other = (
            pool.apply_async(_write_group, (plan, heavy), {"with_truth": False})
            if plan.keep is None
            else None
        )
        counts = _write_group(plan, light if other else SPECS, with_truth=True, say=say)
        counts |= other.get() if other else {}
    state = {spec.feed: plan.now for spec in SPECS}
    (plan.home / STATE).write_text(
        json.dumps(
            {
                "seed": plan.seed,
                "scale": plan.volume.scale,
                "is_null": plan.is_null,
                "history_end": plan.now,
                "ends": state,
            }
        ),
        encoding="utf-8",
    )
    return counts


def _write_group(
    plan: Plan, specs: tuple[FeedSpec, ...], *, with_truth: bool, say: Callable[[str], None] | None = None
) -> dict[str, int]:
    world, clock = plan.world(), plan.clock()
    months = [
        draw_month(world, month, volume=plan.volume, clock=clock)
        for month in months_between(plan.first, local_day(plan.now))
    ]
    report = {name: np.concatenate([part[0][name] for part in months]) for name in months[0][0]}
    incident = {name: np.concatenate([part[1][name] for part in months]) for name in months[0][1]}
    del months
    kept = (report["reported"] >= epoch(plan.first)) & (report["reported"] <= plan.now)
    future = report["reported"] > plan.now
    if plan.keep is not None:
        kept &= plan.keep(report)
    if with_truth:
        write_truth(plan, {n: v[kept] for n, v in report.items()}, incident=incident, world=world)
        _write_pending(plan, {n: v[kept | future] for n, v in report.items()})
    lookup_transfers(report)
    wording, counts = Wording(world), {}
    for spec in specs:
        own = kept & (report["feed"] == spec.source)
        counts[spec.feed] = write_feed(
            plan, spec, {n: v[own] for n, v in report.items()}, wording=wording, world=world
        )
        if say:
            say(f"  {spec.feed}: {counts[spec.feed]:,} rows")
    return counts


def lookup_transfers(report: Columns) -> None:
    """Adds `to_feed`: the feed a police call was handed over to (0 if none)."""
    order = np.argsort(report["report"])
    found = np.searchsorted(report["report"], report["to_report"], sorter=order).clip(0, len(order) - 1)
    is_handed = report["to_report"] > 0
    report["to_feed"] = np.where(is_handed, report["feed"][order[found]], 0)


def write_feed(plan: Plan, spec: FeedSpec, report: Columns, *, wording: Wording, world: World) -> int:
    """Writes one feed's history files; returns the number of rows in them."""
    ends = window_ends(plan, spec)
    begin = epoch(plan.first) - 86_400 * 366
    if spec.is_step:
        frame = step_frame(world, report, ends, begin=begin)
    else:
        frame = delivery_frame(world, report, ends, begin=begin, source=spec.source)
    return write_frame(spec, frame, ends, wording=wording, landing=plan.home / "landing")


def write_frame(
    spec: FeedSpec, frame: pd.DataFrame, ends: np.ndarray, *, wording: Wording, landing: Path
) -> int:
    """Words a frame and writes one file per window."""
    wording.word(spec, frame)
    return sum(
        write_window(wording.db, spec, window=number, path=landing / spec.feed / file_name(spec, int(end)))
        for number, end in enumerate(ends)
    )


def write_truth(plan: Plan, report: Columns, *, incident: Columns, world: World) -> None:
    """Writes what really happened, for tests and measurements only; the product never reads it."""
    folder = plan.home / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    prefix = np.array(["JQ", "H", "CG", "GD", "SSP", "XC", "V"])
    months, numbers = report["report"] // 1_000_000, report["report"] % 1_000_000
    keys = (
        pd.Series(prefix[report["feed"]]) + months.astype(str) + pd.Series(numbers).astype(str).str.zfill(6)
    )
    links = pd.DataFrame(
        {
            "feed": np.array(FEEDS)[report["feed"]],
            "source_key": keys,
            "true_incident": report["incident"],
            "is_duplicate": report["is_duplicate"],
        }
    )
    links.to_parquet(folder / "links.parquet", index=False)
    wanted = np.isin(incident["incident"], report["incident"])
    frame = pd.DataFrame({name: values[wanted] for name, values in incident.items()})
    frame["category_code"] = world.category["category_code"][frame["category"]]
    frame["grid_id"] = [f"G{point // 150 + 1:03d}" for point in frame["point"]]
    frame.replace(NEVER, None).to_parquet(folder / "incidents.parquet", index=False)


def _write_pending(plan: Plan, report: Columns) -> None:
    """Keeps what is not over at the end of history, so that the stream can go on with it."""
    last = np.column_stack(
        [np.where(report[name] < NEVER, report[name], 0) for name in (*EVENTS, "delivered")]
    ).max(axis=1)
    open_rows = last > plan.now
    folder = plan.home / "truth"
    pd.DataFrame({name: values[open_rows] for name, values in report.items()}).to_parquet(
        folder / "pending.parquet", index=False
    )
