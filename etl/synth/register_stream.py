"""Registers after history's end: each sends what it has come to know since its last file, at its own interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.register import Register, Span, registers, write_register


class RegisterStream:
    """How far each register has delivered, and what it has still to say; drawn when it is first needed."""

    def __init__(self, span: Span, *, ends: Mapping[str, int], landing: Path) -> None:
        self.ends = dict(ends)
        self._span = span
        self._landing = landing
        self._pending: dict[str, pd.DataFrame] = {}

    def deliver_due(self, now: int, *, stretch: float) -> dict[str, int]:
        """Writes a file for every register whose interval is over; returns rows by feed."""
        due = [each for each in registers() if self._is_due(each, now, stretch=stretch)]
        return {register.feed: self._deliver(register, now) for register in due}

    def _is_due(self, register: Register, now: int, *, stretch: float) -> bool:
        interval = register.interval_s * stretch
        return now // interval > self.ends[register.feed] // interval

    def _deliver(self, register: Register, now: int) -> int:
        begin = self.ends[register.feed]
        if register.feed not in self._pending:
            frame = register.draw(self._span)
            self._pending[register.feed] = frame[frame["known_at"] > begin]
        frame = self._pending[register.feed]
        count = write_register(
            register, frame, ends=np.array([now], dtype=np.int64), begin=begin, landing=self._landing
        )
        self._pending[register.feed] = frame[frame["known_at"] > now]
        self.ends[register.feed] = now
        return count
