"""What is to be written, and where each feed's files begin and end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from data.town import Calendar
from data.yamlfile import read_definition
from etl.synth.feedspec import FeedSpec
from etl.synth.incidents import Columns, Volume, epoch
from etl.synth.townfiles import TOWN_SEED
from etl.synth.workclock import LOCAL_SECONDS, WorkClock
from etl.synth.world import World, build_world

# Deadlines lie ahead of the last day, and a stream goes on for weeks.
CLOCK_AHEAD_DAYS = 400


@dataclass(frozen=True)
class Plan:
    """What to write.

    Attributes:
        town_dir, home: where the town is described, where files go.
        first: first local day.
        now: UTC second at which history ends.
        is_2020: registers carry the published totals of January-October 2020.
        keep: picks the reports to keep, by default all (a profile trims to published totals).
    """

    town_dir: Path
    home: Path
    first: date
    now: int
    seed: int
    volume: Volume = field(default_factory=Volume)
    is_null: bool = False
    is_2020: bool = False
    keep: Callable[[Columns], np.ndarray] | None = None

    @property
    def days(self) -> int:
        """Local days from the first to the last, both counted."""
        return (local_day(self.now) - self.first).days + 1

    def world(self) -> World:
        """Returns the world of this plan."""
        return build_world(self.town_dir, seed=self.seed, town_seed=TOWN_SEED, is_null=self.is_null)

    def clock(self) -> WorkClock:
        """Returns the work clock over history and two months on."""
        calendar = read_definition(self.town_dir / "calendar.yaml", Calendar)
        first = self.first - timedelta(days=40)
        return WorkClock(calendar, first=first, days=self.days + CLOCK_AHEAD_DAYS)


def local_day(at: int) -> date:
    """Returns the local day of a UTC second."""
    return datetime.fromtimestamp(at + LOCAL_SECONDS, UTC).date()


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    """Returns (year, month) from the month of `first` to that of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [(number // 12, number % 12 + 1) for number in numbers]


def month_edges(plan: Plan, every: int) -> list[int]:
    """Returns the starts of every so many months within the plan, the first month's own left out."""
    months = months_between(plan.first, local_day(plan.now))[1:]
    return [
        epoch(date(year, month, 1))
        for number, (year, month) in enumerate(months, start=1)
        if number % every == 0
    ]


def window_ends(plan: Plan, spec: FeedSpec) -> np.ndarray:
    """Returns when each history file of a feed ends: whole months, the last three midnights, now."""
    edges = month_edges(plan, spec.months)
    today = epoch(local_day(plan.now))
    edges += [today - 2 * 86_400, today - 86_400, today]
    edges = sorted({edge for edge in edges if epoch(plan.first) < edge < plan.now})
    return np.array([*edges, plan.now], dtype=np.int64)
