"""Who opens which page (建而不用): the server's own log becomes a feed like any other, without names."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from access.policy import PolicyBook
from data.durable import put_file
from data.ops import Ops
from serve.feature import Feature, Services

log = logging.getLogger(__name__)
FEED = "page_usage"
EVERY_S = 900
LOOK_BACK = timedelta(days=3)
VIEWS = """
    SELECT substr(at, 1, 13) AS hour, role_code, target_text, count(*) AS view_count
    FROM audit WHERE action_code = 'view' AND is_success = 1 AND at >= ? AND at < ?
    GROUP BY 1, 2, 3"""


def page_usage(services: Services) -> Feature:
    """Opens the feed of page views."""
    house = services.house
    feed = UsageFeed(services.ops, book=services.book, landing=house.settings.landing_dir, now=house.now)
    return Feature(begin=feed.start, end=feed.stop)


class UsageFeed:
    """Writes how often each role opened each page, by hour, into the landing folder of its own feed.

    Hours of the last days are told again with every file: the loader keeps one row per hour, page and role.
    """

    def __init__(self, ops: Ops, *, book: PolicyBook, landing: Path, now: Callable[[], datetime]) -> None:
        self._ops = ops
        self._book = book
        self._folder = landing / FEED
        self._now = now
        self._last: list[dict] | None = None
        self._task: asyncio.Task | None = None

    async def start(self) -> None:
        """Begin to write, at once and then every quarter of an hour."""
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Stop writing."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def write(self) -> Path | None:
        """Writes one file; None when nothing was opened since the last one."""
        now = self._now()
        rows = self._rows(now)
        if not rows or rows == self._last:
            return None
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{FEED}_{now:%Y%m%d%H%M%S}.jsonl"
        put_file(path, "".join(json.dumps(row) + "\n" for row in rows).encode())
        self._last = rows
        return path

    def _rows(self, now: datetime) -> list[dict]:
        counts: dict[tuple[str, str, str], int] = {}
        window = [f"{now - LOOK_BACK:%Y-%m-%d %H}:00:00", f"{now:%Y-%m-%d %H:%M:%S}"]
        for row in self._ops.rows(VIEWS, window):
            page = self._book.page_name(row["target_text"])
            if page:
                key = (row["hour"], page, row["role_code"])
                counts[key] = counts.get(key, 0) + row["view_count"]
        return [
            {"hour": f"{hour}:00:00", "page": page, "role": role, "views": count}
            for (hour, page, role), count in sorted(counts.items())
        ]

    async def _go_on(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.write)
            except OSError:
                log.exception("the page views could not be written; tried again in %s s", EVERY_S)
            await asyncio.sleep(EVERY_S)
