"""Writes a town's history as feed files, month by month, up to an instant."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.deliver import delivery_frame, step_frame
from etl.synth.feedspec import SPECS, FeedSpec
from etl.synth.incidents import Columns, epoch
from etl.synth.plan import Plan, local_day, months_between, window_ends
from etl.synth.register import history_ends, registers, span_of, write_register
from etl.synth.reports import draw_month
from etl.synth.truth import write_pending, write_truth
from etl.synth.wording import Wording
from etl.synth.world import World
from etl.synth.writers import file_name, write_window

STATE = "truth/state.json"
# Deliveries before the first day count for its first file; a year is more than any report waits.
BEFORE_S = 366 * 86_400
# What a register knew before history began comes with its first file.
NOT_BEFORE = -(2**62)
# Below so many whole-town days a second process costs more than it saves.
SMALL_DAYS = 60
Say = Callable[[str], None]


def write_history(plan: Plan, *, say: Say = print) -> dict[str, int]:
    """Writes every feed's files and the truth; returns rows written per feed.

    Two processes share a long history because workbooks are slow to write; their files are independent.
    """
    heavy = tuple(spec for spec in SPECS if spec.format == "xlsx" or spec.is_step)
    light = tuple(spec for spec in SPECS if spec not in heavy)
    if plan.days * plan.volume.scale < SMALL_DAYS:
        counts = write_specs(plan, SPECS, report=draw_reports(plan, with_truth=True), say=say)
        counts |= write_registers(plan, say=say)
    else:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            other = pool.apply_async(write_group, (plan, heavy))
            counts = write_specs(plan, light, report=draw_reports(plan, with_truth=True), say=say)
            counts |= write_registers(plan, say=say)
            counts |= other.get()
        for spec in heavy:
            say(f"  {spec.feed}: {counts[spec.feed]:,} rows")
    _write_state(plan)
    return counts


def write_registers(plan: Plan, *, say: Say) -> dict[str, int]:
    """Writes the history files of every register; returns rows written per feed."""
    span, counts = span_of(plan), {}
    for register in registers():
        counts[register.feed] = write_register(
            register,
            register.draw(span),
            ends=history_ends(plan, register),
            begin=NOT_BEFORE,
            landing=plan.home / "landing",
        )
    say(f"  {len(counts)} registers: {sum(counts.values()):,} rows")
    return counts


def _write_state(plan: Plan) -> None:
    state = {
        "seed": plan.seed,
        "scale": plan.volume.scale,
        "is_null": plan.is_null,
        "history_end": plan.now,
        "first": plan.first.isoformat(),
        "is_2020": plan.is_2020,
        "ends": {spec.feed: plan.now for spec in SPECS},
        "register_ends": {register.feed: plan.now for register in registers()},
    }
    (plan.home / STATE).write_text(json.dumps(state), encoding="utf-8")


def write_group(plan: Plan, specs: tuple[FeedSpec, ...]) -> dict[str, int]:
    """Draws the history again and writes some of the feeds: the second process's share."""
    return write_specs(plan, specs, report=draw_reports(plan, with_truth=False))


def draw_reports(plan: Plan, *, with_truth: bool) -> Columns:
    """Returns the reports of the plan's span; with_truth also writes truth/ and what is still open."""
    world, clock = plan.world(), plan.clock()
    drawn = [
        draw_month(world, month, volume=plan.volume, clock=clock)
        for month in months_between(plan.first, local_day(plan.now))
    ]
    report = _joined([part for part, _ in drawn])
    kept = (report["reported"] >= epoch(plan.first)) & (report["reported"] <= plan.now)
    if plan.keep is not None:
        kept &= plan.keep(report)
    if with_truth:
        incident = _joined([part for _, part in drawn])
        write_truth(plan, pick(report, kept), incident=incident, world=world)
        write_pending(plan, pick(report, kept | (report["reported"] > plan.now)))
    return pick(report, kept)


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def pick(columns: Columns, wanted: np.ndarray) -> Columns:
    """Returns the wanted rows of all columns."""
    return {name: values[wanted] for name, values in columns.items()}


def write_specs(
    plan: Plan, specs: tuple[FeedSpec, ...], *, report: Columns, say: Say | None = None
) -> dict[str, int]:
    """Writes the history files of some feeds; returns rows written per feed."""
    world = plan.world()
    wording, counts = Wording(world), {}
    for spec in specs:
        ends = window_ends(plan, spec)
        own = pick(report, report["feed"] == spec.source)
        frame = feed_frame(world, own, spec=spec, ends=ends, begin=epoch(plan.first) - BEFORE_S)
        counts[spec.feed] = write_frame(
            spec, frame, ends=ends, wording=wording, landing=plan.home / "landing"
        )
        if say:
            say(f"  {spec.feed}: {counts[spec.feed]:,} rows")
    return counts


def feed_frame(
    world: World, report: Columns, *, spec: FeedSpec, ends: np.ndarray, begin: int
) -> pd.DataFrame:
    """Returns what one feed delivers in the windows that end at `ends`, the first beginning at `begin`."""
    if spec.is_step:
        return step_frame(world, report, ends=ends, begin=begin)
    return delivery_frame(world, report, ends=ends, begin=begin, source=spec.source)


def write_frame(
    spec: FeedSpec, frame: pd.DataFrame, *, ends: np.ndarray, wording: Wording, landing: Path
) -> int:
    """Words a frame and writes one file per window; returns the rows written."""
    wording.word(spec, frame)
    return sum(
        write_window(wording.db, spec, window=number, path=landing / spec.feed / file_name(spec, int(end)))
        for number, end in enumerate(ends)
    )
