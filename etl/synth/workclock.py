"""The source systems' own deadlines: adds 急工时, 工作时, 工作日, 自然日 to whole columns of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from data.town import Calendar

LOCAL_SECONDS = 8 * 3600
DAY = 86_400


class WorkClock:
    """Work seconds elapsed since `first`, `first` being a local day; S-town has no summer time."""

    def __init__(self, calendar: Calendar, *, first: date, days: int) -> None:
        """Lays out the work spans of `days` local days."""
        starts, ends = [], []
        for number in range(days):
            day = first + timedelta(days=number)
            if not calendar.is_workday(day):
                continue
            midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - LOCAL_SECONDS
            for start, end in calendar.work_hours:
                starts.append(midnight + start.hour * 3600 + start.minute * 60)
                ends.append(midnight + end.hour * 3600 + end.minute * 60)
        self.starts, self.ends = np.array(starts), np.array(ends)
        self.elapsed = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        spans = len(calendar.work_hours)
        self.day_seconds = int((self.ends - self.starts)[:spans].sum())

    def add_hours(self, at: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """Returns the instant at which `hours` work hours have passed since `at`."""
        span = np.searchsorted(self.starts, at, side="right") - 1
        inside = np.where(
            span >= 0, np.minimum(at, self.ends[np.maximum(span, 0)]) - self.starts[np.maximum(span, 0)], 0
        )
        target = self.elapsed[np.maximum(span, 0)] + inside + hours * 3600
        found = np.clip(np.searchsorted(self.elapsed, target, side="left") - 1, 0, len(self.starts) - 1)
        return (self.starts[found] + target - self.elapsed[found]).astype(np.int64)

    def add_days(self, at: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Returns the instant at which `days` whole work days of office hours have passed since `at`."""
        return self.add_hours(at, days * self.day_seconds / 3600)

    def due(self, at: np.ndarray, value: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """Returns the deadline of each start under its own unit."""
        result = at + (value * 3600).astype(np.int64)
        result = np.where(unit == "calendar_days", at + (value * DAY).astype(np.int64), result)
        result = np.where(unit == "work_hours", self.add_hours(at, value), result)
        return np.where(unit == "work_days", self.add_days(at, value), result)

    def next_office(self, at: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Returns `at` moved into office hours; `spread` (0-1) is where in the next span it lands."""
        span = np.searchsorted(self.starts, at, side="right") - 1
        is_inside = (span >= 0) & (at < self.ends[np.maximum(span, 0)])
        following = np.clip(span + 1, 0, len(self.starts) - 1)
        moved = self.starts[following] + spread * (self.ends[following] - self.starts[following])
        return np.where(is_inside, at, moved).astype(np.int64)
