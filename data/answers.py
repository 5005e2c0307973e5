"""An answer, and the answers that are kept (答案): by generation, scope and request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

import pandas as pd

from data.connection import Store
from data.definitions import Metric

CACHED_ANSWERS = 2000


@dataclass(frozen=True)
class Answer:
    """A number with everything needed to defend it.

    Attributes:
        frame: columns `by`... (null: not placed or not known), value (null: unknown), n,
            low, high (95 % interval), lower, upper (bounds),
            flag (null, small_sample, no_data, beyond: the percentile exceeds `lower`, suppressed: too few people,
            outside: of an area or department that is not the asker's, unjoined: the town has no such register).
        exclusions: exclusion code -> cases left out, over the whole answer.
        ignored: filters the metric's mart does not have.
        stale_after_s: how old the registers behind it may get; None: judged as the town's other numbers.
    """

    frame: pd.DataFrame
    metric: Metric
    as_of_at: datetime
    generation: int
    exclusions: dict[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    stale_after_s: int | None = None

    @property
    def unit(self):
        """The unit, in both languages."""
        return self.metric.unit

    @property
    def row(self) -> dict:
        """The first row, for an answer that is not grouped."""
        first = self.frame.iloc[0].to_dict()
        return {name: None if pd.isna(value) else value for name, value in first.items()}


class Answers:
    """Answers by generation, scope and request; one fetch of the same thing at a time."""

    def __init__(self, size: int):
        self._size = size
        self._lock = threading.Lock()
        self._answers: OrderedDict = OrderedDict()

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Keeps an answer that came with others, unless someone already has it or is at it."""
        with self._lock:
            if key not in self._answers:
                self._answers[key] = Future()
                self._answers[key].set_result(answer)

    def peek(self, key: Hashable) -> Answer | None:
        """Returns an answer that is there already; None when it is not, or is still being made."""
        with self._lock:
            made = self._answers.get(key)
            return made.result() if made is not None and made.done() and made.exception() is None else None

    def __contains__(self, key: Hashable) -> bool:
        """Whether the answer is there or being made."""
        with self._lock:
            return key in self._answers

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Returns the kept answer, or makes it once while others wait for the same one."""
        with self._lock:
            waiting = self._answers.get(key)
            mine = waiting is None
            if mine:
                waiting = self._answers[key] = Future()
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        if mine:
            try:
                waiting.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._answers.pop(key, None)
                waiting.set_exception(error)
        return waiting.result()


_caches: WeakKeyDictionary[Store, Answers] = WeakKeyDictionary()
_caches_lock = threading.Lock()


def forget_answers(store: Store) -> None:
    """Drops the kept answers of a store; the next ones are computed (benchmarks)."""
    with _caches_lock:
        _caches[store] = Answers(CACHED_ANSWERS)


def answers_of(store: Store) -> Answers:
    """Returns the kept answers of a store."""
    with _caches_lock:
        return _caches.setdefault(store, Answers(CACHED_ANSWERS))
