"""How often a token may ask (限流): a bucket per token that fills evenly; an empty one says when to come back."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

BURST_S = 10  # what ten quiet seconds save up may be used at once


class Buckets:
    """The buckets of one server process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[int, tuple[float, float]] = {}

    def take(self, key: int, *, per_minute: int) -> int:
        """Takes one request from a bucket; returns 0, or after how many seconds the next one is free."""
        rate = per_minute / 60
        size = max(1.0, rate * BURST_S)
        with self._lock:
            now = self._clock()
            level, at = self._held.get(key, (size, now))
            level = min(size, level + (now - at) * rate)
            if level < 1:
                self._held[key] = (level, now)
                return max(1, math.ceil((1 - level) / rate))
            self._held[key] = (level - 1, now)
            return 0
