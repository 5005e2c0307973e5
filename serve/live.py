"""The live stream (实时推送): tells every open page that a new generation is published, and the time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import StreamingResponse

from access.context import current_visitor
from access.sessions import Sessions

log = logging.getLogger(__name__)

LOOK_S = 0.015
HEARTBEAT_S = 5.0


class Live:
    """Watches one file, CURRENT, in one task, and wakes all listeners at once."""

    def __init__(
        self, current: Path, *, refresh: Callable[[], tuple[int, datetime | None]], now: Callable
    ) -> None:
        """`refresh` opens the newest generation and returns (generation, as-of); `now` gives naive UTC."""
        self._current = current
        self._refresh = refresh
        self._now = now
        self._state: tuple[int, datetime | None] = (0, None)
        self._changed = asyncio.Event()
        self._task: asyncio.Task | None = None

    async def start(self) -> None:
        """Begin watching; called once, when the server starts."""
        self._state = await asyncio.to_thread(self._refresh)
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()

    async def _watch(self) -> None:
        seen = _signature(self._current)
        while True:
            # A look costs microseconds; a notification service needs a thread and misses renames over NFS.
            await asyncio.sleep(LOOK_S)
            found = _signature(self._current)
            if found == seen or found is None:
                continue
            try:
                self._state = await asyncio.to_thread(self._refresh)
            except Exception:
                log.exception("%s changed but cannot be opened; the last generation stays", self._current)
                await asyncio.sleep(1)
                continue
            seen = found
            self.announce()

    def announce(self) -> None:
        """Wake every listener."""
        self._changed.set()
        self._changed = asyncio.Event()

    def message(self) -> str:
        """Return the message as sent: generation, as-of and server time in UTC."""
        generation, as_of_at = self._state
        told = {
            "generation": generation,
            "as_of_at": f"{as_of_at.isoformat()}Z" if as_of_at else None,
            "server_now": f"{self._now().isoformat()}Z",
        }
        return f"data: {json.dumps(told)}\n\n"

    async def messages(self, is_signed_in: Callable[[], bool]) -> AsyncIterator[str]:
        """Yield a message now, at every new generation and every five seconds, until the session ends."""
        yield "retry: 2000\n\n" + self.message()
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._changed.wait()
            except TimeoutError:
                if not is_signed_in():
                    yield "event: signed_out\ndata: {}\n\n"
                    return
            yield self.message()

    def route(self, sessions: Sessions):
        """Return the handler of /events."""

        async def events(request: Request) -> StreamingResponse:
            token, visitor = request.scope["cockpit.session"], current_visitor()

            def is_signed_in() -> bool:
                return sessions.find(token, source=visitor.source, is_active=False) is not None

            return StreamingResponse(
                self.messages(is_signed_in),
                media_type="text/event-stream",
                headers={"cache-control": "no-store", "x-accel-buffering": "no"},
            )

        return events


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
