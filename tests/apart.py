"""Runs a coroutine in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")
LONGEST_S = 60  # a coroutine that never ends must fail its test, not hang the run


def apart(make: Callable[[], Coroutine[None, None, T]]) -> T:
    """Returns what the coroutine of `make` returns, or raises what it raises.

    A browser test that ran earlier in this process keeps an event loop running in the main thread, where
    `asyncio.run` then refuses to start another; whether one ran earlier depends on how tests were shared out.
    """
    ended: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            ended.append(asyncio.run(make()))  # noqa: TID251 - here alone, where no loop can be running
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    assert not thread.is_alive(), f"{make} did not end within {LONGEST_S} s"
    if failed:
        raise failed[0]
    return ended[0]
