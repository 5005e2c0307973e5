"""Goes on where history ended: small files every few seconds, later steps of open cases included."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from data.settings import Settings, utc_now
from data.town import load_town
from etl.synth.feedspec import SPECS, FeedSpec
from etl.synth.history import STATE, feed_frame, pick, write_frame
from etl.synth.incidents import Columns, Volume
from etl.synth.plan import Plan, local_day, months_between
from etl.synth.register import registers, span_of
from etl.synth.register_stream import RegisterStream
from etl.synth.reports import draw_month
from etl.synth.truth import last_event
from etl.synth.wording import Wording

TICK_S = 1.0
CATCH_UP_S = 6 * 3600  # a gap is closed with files of at most this much of the town's time


class StreamError(RuntimeError):
    """The stream cannot start; says which file is missing and what to run."""


@dataclass
class Stream:
    """What the stream knows: all that may still happen to a report, and how far each feed has delivered."""

    plan: Plan
    ends: dict[str, int]
    report: Columns
    history_end: int
    registers: RegisterStream
    drawn: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.world = self.plan.world()
        self.wording = Wording(self.world)
        self.clock = self.plan.clock()

    def draw_until(self, now: int) -> None:
        """Draws the months up to `now` that neither history nor an earlier call has drawn."""
        for month in months_between(local_day(self.history_end), local_day(now))[1:]:
            if month in self.drawn:
                continue
            fresh, _ = draw_month(self.world, month, volume=self.plan.volume, clock=self.clock)
            self.report = {n: np.concatenate([v, fresh[n]]) for n, v in self.report.items()}
            self.drawn.add(month)

    def deliver(self, spec: FeedSpec, now: int) -> int:
        """Writes one feed's file of (last end, now]; returns its rows."""
        begin = self.ends[spec.feed]
        ends = np.array([now], dtype=np.int64)
        own = pick(self.report, self.report["feed"] == spec.source)
        frame = feed_frame(self.world, own, spec=spec, ends=ends, begin=begin)
        landing = self.plan.home / "landing"
        rows = write_frame(spec, frame, ends=ends, wording=self.wording, landing=landing)
        self.ends[spec.feed] = now
        return rows

    def forget(self) -> None:
        """Drops reports to which nothing can happen any more."""
        self.report = pick(self.report, last_event(self.report) > min(self.ends.values()))

    def save(self) -> None:
        """Notes how far each feed is, so that a restart goes on without a gap."""
        path = self.plan.home / STATE
        state = json.loads(path.read_text(encoding="utf-8")) | {
            "ends": self.ends,
            "register_ends": self.registers.ends,
        }
        hidden = path.with_name(".state.json")
        hidden.write_text(json.dumps(state), encoding="utf-8")
        os.replace(hidden, path)


def open_stream(settings: Settings) -> Stream:
    """Returns the stream of a home whose history has been written.

    Raises:
        StreamError: no history yet.
    """
    path = settings.home / STATE
    if not path.is_file():
        raise StreamError(f"{path}: no history to go on from; run `python -m etl.synth history` first")
    state = json.loads(path.read_text(encoding="utf-8"))
    ends = {feed: int(end) for feed, end in state["ends"].items()}
    first = local_day(min(ends.values()))
    plan = Plan(
        settings.town_dir,
        settings.home,
        first,
        max(ends.values()),
        state["seed"],
        Volume(state["scale"]),
        is_null=state["is_null"],
    )
    pending = pd.read_parquet(settings.home / "truth" / "pending.parquet")
    report = {name: pending[name].to_numpy() for name in pending.columns}
    return Stream(plan, ends, report, int(state["history_end"]), _open_registers(settings, plan, state))


def _open_registers(settings: Settings, plan: Plan, state: dict) -> RegisterStream:
    """Returns the registers as history left them: drawn again over the same span, they go on where they were."""
    history = replace(
        plan,
        first=date.fromisoformat(state["first"]),
        now=int(state["history_end"]),
        is_2020=state["is_2020"],
    )
    told = state.get("register_ends", {})
    ends = {each.feed: int(told.get(each.feed, history.now)) for each in registers()}
    return RegisterStream(span_of(history), ends=ends, landing=settings.home / "landing")


def run_stream(
    settings: Settings, *, speed: float = 1.0, is_ahead: bool = False, rounds: int | None = None
) -> None:
    """Writes files until killed (or for `rounds` rounds).

    The town's time starts at history's end and passes `speed` times as fast as the clock. It never overtakes
    the present unless `is_ahead`: rows from the future would rightly be quarantined.
    """
    stream = open_stream(settings)
    town_time = float(min(stream.ends.values()))
    done = 0
    pinned_at = load_town(settings).pinned_at
    while rounds is None or done < rounds:
        present = _seconds(utc_now(settings, pinned_at=pinned_at))
        aim = min(town_time + CATCH_UP_S, present) if speed <= 1 else town_time + TICK_S * speed
        town_time = aim if is_ahead else min(aim, present)
        write_round(stream, int(town_time), speed=speed)
        done += 1
        time.sleep(0 if present - town_time > CATCH_UP_S and speed <= 1 else TICK_S)


def _seconds(instant: datetime) -> float:
    return instant.replace(tzinfo=UTC).timestamp()


def write_round(stream: Stream, now: int, *, speed: float) -> dict[str, int]:
    """Delivers every feed whose file is due; returns rows by feed."""
    stream.draw_until(now)
    # Compressed time does not mean a flood of files: each file holds more instead.
    stretch = max(speed / 8, 1)
    due = [spec for spec in SPECS if spec.is_due(stream.ends[spec.feed], now, stretch=stretch)]
    counts = {spec.feed: stream.deliver(spec, now) for spec in due}
    counts |= stream.registers.deliver_due(now, stretch=stretch)
    if counts:
        stream.save()
        stream.forget()
    return counts
