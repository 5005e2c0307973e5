"""The read-only door to the published generations (发布代): attach, keep a few, never block a running query."""

from __future__ import annotations

import logging
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from data.generation import Generation, Kept, Reader, Snapshot, StoreError, attach, detach, read_manifest
from data.modules import ModuleSchemas, module_key
from data.recent import RecentRows
from data.rolls import BaseFiles, base_key
from data.settings import read_settings
from data.town import load_town

log = logging.getLogger(__name__)
KEPT_GENERATIONS = 3


class Store:
    """Opens what `etl publish` wrote; thread safe, one cursor per running query."""

    def __init__(self, home: Path | str, *, zone: ZoneInfo | None = None, threads: int = 0):
        """Opens the home's newest generation.

        Args:
            home: the folder with `published/`.
            zone: the town's time zone; None reads it from the town named in the manifest.
            threads: DuckDB threads; 0 lets DuckDB choose.

        Raises:
            StoreError: nothing published yet, or the manifest cannot be read.
        """
        self.folder = Path(home) / "published"
        self._zone = zone
        self._lock = threading.RLock()
        self._opening = threading.Lock()
        self._stamp: tuple | None = None
        self._serial = 0
        self._generations: dict[int, Generation] = {}
        self._newest: Generation | None = None
        self._instance = duckdb.connect(config={"threads": threads} if threads else {})
        self._instance.execute("SET parquet_metadata_cache = true; SET TimeZone = 'UTC'")
        base, recent = BaseFiles(self._instance), RecentRows(self._instance)
        self._kept = Kept(base, recent, ModuleSchemas(self.folder))
        self.refresh()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The town's time zone."""
        return self._zone or load_town(read_settings(town=self._current.manifest["town_id"])).zone

    def generation(self) -> int:
        """Returns the number of the newest generation opened."""
        return self._current.number

    def serial(self) -> int:
        """Returns which opening is the newest: unlike a generation's number it never comes twice."""
        return self._current.serial

    def as_of_at(self) -> datetime:
        """Returns the instant the newest generation holds for, naive UTC."""
        return self._current.as_of_at

    def lasting(self) -> Hashable:
        """Returns what identifies the tables that outlast most generations: the town's own (dim_) and those of modules."""
        opened = self._current
        geometry = opened.manifest.get("geo")
        return (geometry, module_key(opened.manifest.get("module") or {})) if geometry else opened.serial

    def manifest(self) -> dict:
        """Returns the manifest of the newest generation opened."""
        return dict(self._current.manifest)

    def refresh(self) -> bool:
        """Opens the generation CURRENT names if it is new; returns whether it was.

        One that cannot be opened is logged and left alone while an older one is open.

        Raises:
            StoreError: CURRENT or a file it names cannot be read, and no generation is open.
        """
        path = self.folder / "CURRENT"
        try:
            status = path.stat()
        except FileNotFoundError:
            raise StoreError(f"{path}: nothing published yet; run the build first") from None
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if stamp == self._stamp or not self._opening.acquire(blocking=self._newest is None):
            return False  # nothing new, or someone else is opening it: meanwhile the older one answers
        try:
            return self._open_newest(path)
        finally:
            self._stamp = stamp
            self._opening.release()

    def _open_newest(self, path: Path) -> bool:
        try:
            manifest = read_manifest(path)
            if self._newest and self._newest.manifest == manifest:
                return False
            opened = self._open(manifest)
        except StoreError as error:
            if self._newest is None:
                raise
            # Old numbers, marked stale by their age, are better than none.
            log.warning("keeping generation %s: %s", self._newest.number, error)
            return False
        with self._lock:
            self._generations[opened.serial] = self._newest = opened
            self._retire()
            self._forget_rolls()
        return True

    @contextmanager
    def reading(self, serial: int | None = None) -> Iterator[Snapshot]:
        """Yields a snapshot of one opened generation (None: the newest); several queries on it agree."""
        with self._lock:
            chosen = self._current if serial is None else self._generations.get(serial)
            if chosen is None:
                raise StoreError(f"opened generation {serial} is gone; open are {sorted(self._generations)}")
            chosen.leases += 1
            reader = chosen.cursors.pop() if chosen.cursors else Reader(self._cursor(chosen))
        try:
            yield Snapshot(self, chosen, reader)
        finally:
            with self._lock:
                chosen.leases -= 1
                chosen.cursors.append(reader)
                self._retire()

    def execute(self, sql: str, params: Mapping[str, object] | list | None = None) -> pd.DataFrame:
        """Returns the rows of a query over the newest generation."""
        with self.reading() as snapshot:
            return snapshot.frame(sql, params)

    def close(self) -> None:
        """Closes every connection; the store cannot be used afterwards."""
        with self._lock:
            for generation in self._generations.values():
                for reader in generation.cursors:
                    reader.cursor.close()
            self._generations.clear()
            self._instance.close()

    @property
    def _current(self) -> Generation:
        if self._newest is None:
            raise StoreError(f"{self.folder}: no generation is open")
        return self._newest

    def _cursor(self, generation: Generation):
        cursor = self._instance.cursor()
        cursor.execute(f"SET search_path = '{generation.search_path()}'")
        return cursor

    def _open(self, manifest: dict) -> Generation:
        as_of_at = datetime.fromisoformat(manifest["as_of_at"] or manifest["published_at"])
        self._serial += 1
        generation = Generation(manifest["generation"], self._serial, as_of_at.replace(tzinfo=None), manifest)
        with self._instance.cursor() as cursor:
            folders = self._base_folders(manifest)
            attach(
                cursor, generation, delta=self.folder / manifest["delta"], folders=folders, kept=self._kept
            )
        return generation

    def _retire(self) -> None:
        """Detaches generations that are neither among the newest few nor read by anyone."""
        keep = sorted(self._generations)[-KEPT_GENERATIONS:]
        for serial in [each for each in self._generations if each not in keep]:
            generation = self._generations[serial]
            if generation.leases:
                continue
            del self._generations[serial]
            for reader in generation.cursors:
                reader.cursor.close()
            with self._instance.cursor() as cursor:
                detach(cursor, generation)
            if self._opening.acquire(blocking=False):
                self._forget_rolls()
                self._opening.release()

    def _forget_rolls(self) -> None:
        """Drops base rollups and module views no open generation uses; only while nothing is being opened."""
        open_ones = self._generations.values()
        in_use = {base_key(self._base_folders(each.manifest)) for each in open_ones}
        modules = {module_key(each.manifest.get("module") or {}) for each in open_ones}
        with self._instance.cursor() as cursor:
            self._kept.base.retire(cursor, in_use)
            self._kept.recent.retire(cursor, in_use)
            self._kept.modules.retire(cursor, modules)

    def _base_folders(self, manifest: dict) -> list[Path]:
        return [self.folder / folder for _, folder in sorted(manifest["base"].items())]
