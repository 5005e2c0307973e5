"""Watch (守望): a file that lands is loaded, built and published within the second, without anybody's hand."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb
import structlog
from watchfiles import watch as watch_files

from data.settings import Settings
from data.town import Town
from etl.arrivals import arrived_files, list_strays
from etl.build import build
from etl.publish import publish
from etl.renewal import LATER, Renewal
from etl.store import all_threads, one_thread

log = structlog.get_logger()
BATCH = 64
SETTLE_MS = 20
LOOK_MS = 2
SMALL_BYTES = 1 << 20
TICK_MS = 1000


def waiting_files(settings: Settings, feeds: Iterable[str]) -> list[tuple[str, Path]]:
    """Returns (feed, path) of the complete files in landing/, oldest first."""
    found = []
    for feed in feeds:
        for path in arrived_files(settings.landing_dir, feed):
            with suppress(FileNotFoundError):  # taken away again
                found.append((path.lstat().st_mtime, feed, path))
    return [(feed, path) for _, feed, path in sorted(found)]


def watch(
    con: duckdb.DuckDBPyConnection,
    town: Town,
    *,
    settings: Settings,
    loaders: Mapping[str, Callable[[Path], object]],
    stop: threading.Event | None = None,
) -> None:
    """Loads what lands until `stop` is set; builds and publishes once per batch.

    `loaders` holds per feed what loads one of its files and moves it out of landing/ whatever happens to it; a load
    that fails for a passing reason (full disk) leaves the file, and it is tried again at the next tick.
    """
    settings.landing_dir.mkdir(parents=True, exist_ok=True)
    for stray in list_strays(settings.landing_dir, loaders):
        log.warning("not_loaded", path=stray)
    if not run_batch(con, town, settings=settings, loaders=loaders):
        _warm_up(con, town, settings=settings)
    # What start-up made stays: looking through it for rubbish again and again stops a load for a tenth of a second.
    gc.collect()
    gc.freeze()
    changes = watch_files(
        settings.landing_dir,
        debounce=SETTLE_MS,
        step=LOOK_MS,
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        ignore_permission_denied=True,
    )
    renewal = Renewal(con, town, settings)
    for _ in changes:
        while run_batch(con, town, settings=settings, loaders=loaders):
            pass
        renewal.step()


def _warm_up(con: duckdb.DuckDBPyConnection, town: Town, *, settings: Settings) -> None:
    """Builds what an earlier run left unbuilt and reads polygons and models, so that the first file does not wait for that."""
    if con.execute("SELECT 1 FROM ledger LIMIT 1").fetchall():
        build(con, town)
        publish(con, town, settings)


def run_batch(
    con: duckdb.DuckDBPyConnection,
    town: Town,
    *,
    settings: Settings,
    loaders: Mapping[str, Callable[[Path], object]],
) -> int:
    """Loads up to BATCH waiting files, then builds and publishes; returns how many files went in."""
    taken, waiting = 0, waiting_files(settings, loaders)[:BATCH]
    (one_thread if sum(_size(path) for _, path in waiting) <= SMALL_BYTES else all_threads)(con)
    for feed, path in waiting:
        try:
            loaders[feed](path)
            taken += 1
        except (OSError, duckdb.Error) as error:
            log.error("load_failed", feed=feed, file=path.name, reason=str(error).splitlines()[0])
    if taken:
        result = build(con, town, later=LATER)
        published = publish(con, town, settings)
        log.info("published", generation=published.generation, files=taken, incidents=result.incident_count)
    return taken


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # taken away again before it was loaded
        return 0
