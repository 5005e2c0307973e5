"""One published generation (发布代) as schemas of views over its delta file and its months."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb

from data.freshness import FeedState
from data.modules import ModuleSchemas, ModuleTables
from data.months import ALL, MonthFile, Reach, narrowed, rows_sql
from data.recent import RecentRows, lay_over
from data.rolls import BaseFiles, base_key
from data.statements import parsed

if TYPE_CHECKING:
    import pandas as pd

    from data.connection import Store

# Tables kept per month as Parquet; the delta holds the rows of incidents touched since.
ROW_TABLES = ("mart_incident", "mart_report", "mart_step_log")
# Of these a second schema shows only the rows that reach into the last days: most questions need no others.
RECENT_TABLES = ("mart_incident", "mart_report")
RECENT = timedelta(hours=28)  # a day by the hour, and the longest limit before it
# What is kept goes back further by more than any limit: a row counts by its limit, and is kept by its own instants.
SLACK = timedelta(days=1)
# How far each feed goes that ever delivered, and what its contract expects.
FEED_STATES = """
    SELECT f.entity_code, m.watermark_at, f.expected_interval_s, f.expected_lag_s
    FROM dim_feed AS f JOIN mart_feed AS m USING (feed_id) WHERE m.watermark_at IS NOT NULL"""
# One row: the as-of instant of the build that made the tables which are made once a day.
DAY_TABLE = "mart_day"
# Views over the row tables whose text comes with the delta; what else comes with it is one clock each. Making them
# takes as long as the rest of opening together, and only the page of one case reads them: made when first named.
VIEWS = ("mart_clock", "mart_segment", "mart_step")


class StoreError(RuntimeError):
    """Published files that cannot be read; names the file."""


@dataclass
class Reader:
    """A cursor on a generation; `is_recent`: its row tables hold the recent rows only."""

    cursor: duckdb.DuckDBPyConnection
    is_recent: bool = False


@dataclass
class Generation:
    """One attached generation; queries hold a lease, so it is not detached under them.

    Attributes:
        number: as published; a home built anew starts again at 1.
        serial: which opening it is; never comes twice in one store.
        levels: area levels of the town.
        shipped: SELECTs by name that came with it.
        unmade: views by name that nobody has named yet.
        months: the files of its row tables.
        modules: the tables of registers and modules; None: it has none.
        recent_from: an instant the rows of the recent schema reach; earlier ones need the full schema.
    """

    number: int
    serial: int
    as_of_at: datetime
    manifest: dict
    leases: int = 0
    cursors: list[Reader] = field(default_factory=list)
    levels: tuple[str, ...] = ("grid",)
    shipped: dict[str, str] = field(default_factory=dict)
    unmade: dict[str, str] = field(default_factory=dict)
    making: Lock = field(default_factory=Lock, repr=False)
    months: dict[str, list[MonthFile]] = field(default_factory=dict)
    modules: ModuleTables | None = None
    feed_states: tuple[FeedState, ...] | None = None
    days: tuple[datetime, ...] | None = None

    @property
    def schema(self) -> str:
        """Name of its schema of views."""
        return f"g{self.serial}"

    @property
    def recent_schema(self) -> str:
        """Name of its schema of recent rows."""
        return f"g{self.serial}_recent"

    @property
    def recent_from(self) -> datetime:
        """Returns the first instant the recent schema is complete for."""
        return datetime.combine((self.as_of_at - RECENT).date(), datetime.min.time())

    def search_path(self, *, is_recent: bool = False) -> str:
        """Returns where a query's table names are looked up."""
        modules = (self.modules.schema,) if self.modules else ()
        recent = (self.recent_schema,) if is_recent else ()
        return ",".join((*recent, self.schema, *modules))

    @property
    def database(self) -> str:
        """Name its delta file is attached under."""
        return f"delta_{self.serial}"


@dataclass
class Snapshot:
    """One generation while someone reads it."""

    store: Store
    opened: Generation
    reader: Reader
    is_recent: bool = False
    reach: Reach = ALL

    @property
    def generation(self) -> int:
        """The generation's number."""
        return self.opened.number

    @property
    def as_of_at(self) -> datetime:
        """The instant it holds for, naive UTC."""
        return self.opened.as_of_at

    @property
    def levels(self) -> tuple[str, ...]:
        """Area levels of the town, `grid` included."""
        return self.opened.levels

    def look(self, *, is_recent: bool = False, reach: Reach = ALL) -> None:
        """Chooses whether row tables hold the recent rows only, and which of their months can be needed."""
        self.is_recent, self.reach = is_recent, reach

    def feed_states(self) -> tuple[FeedState, ...]:
        """Returns how far each feed goes that ever delivered; read once per generation, when first asked."""
        if self.opened.feed_states is None:
            self.opened.feed_states = tuple(FeedState(*row) for row in self.rows(FEED_STATES))
        return self.opened.feed_states

    def day_as_of_at(self) -> datetime | None:
        """Returns the instant the tables built once a day hold for; None: the generation does not say."""
        if self.opened.days is None:
            is_told = self.opened.modules is not None and DAY_TABLE in self.opened.modules.paths
            rows = self.rows(f"SELECT built_for_at FROM {DAY_TABLE}") if is_told else []
            self.opened.days = tuple(at for (at,) in rows if at is not None)
        return next(iter(self.opened.days), None)

    def arrays(self, sql: str, params: Mapping[str, object] | None = None) -> dict:
        """Returns the rows of a query as one numpy array per column."""
        return self._run(sql, params).fetchnumpy()

    def frame(self, sql: str, params: Mapping[str, object] | list | None = None) -> pd.DataFrame:
        """Returns the rows of a query as a frame; texts as objects, which are read one by one ten times faster."""
        frame = self._run(sql, params).df()
        texts = [name for name, kind in frame.dtypes.items() if kind == "str"]
        return frame.astype(dict.fromkeys(texts, object)) if texts else frame

    def rows(self, sql: str, params: Mapping[str, object] | list | None = None) -> list[tuple]:
        """Returns the rows of a query as tuples; cheaper than a frame when there are few."""
        return self._run(sql, params).fetchall()

    def _run(self, sql: str, params: Mapping[str, object] | list | None):
        cursor = self.reader.cursor
        if any(name in sql for name in tuple(self.opened.unmade)):
            self._make_views(sql)
        if self.reader.is_recent != self.is_recent:
            cursor.execute(f"SET search_path = '{self.opened.search_path(is_recent=self.is_recent)}'")
            self.reader.is_recent = self.is_recent
        if self.reach != ALL and not self.is_recent:
            sql = narrowed(sql, self.opened.months, self.opened.database, reach=self.reach)
        return cursor.execute(parsed(sql), params)

    def _make_views(self, sql: str) -> None:
        with self.opened.making, self.reader.cursor.cursor() as maker:
            maker.execute(f"SET search_path = '{self.opened.search_path()}'")
            for name in [each for each in self.opened.unmade if each in sql]:
                maker.execute(f"CREATE VIEW {self.opened.schema}.{name} AS {self.opened.unmade[name]}")
                del self.opened.unmade[name]


def read_manifest(path: Path) -> dict:
    """Returns the manifest named CURRENT.

    Raises:
        StoreError: not JSON, or a key is missing.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for key in ("generation", "as_of_at", "base", "delta"):
            manifest[key]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: not a manifest ({error!r})") from None
    return manifest


@dataclass(frozen=True)
class Kept:
    """What generations share: the months' rollups and newest rows in memory, and the views of module tables."""

    base: BaseFiles
    recent: RecentRows
    modules: ModuleSchemas


def attach(cursor, generation: Generation, *, delta: Path, folders: list[Path], kept: Kept) -> None:
    """Attaches a generation's delta file and creates its views.

    Raises:
        StoreError: a file named by the manifest is missing or cannot be read.
    """
    try:
        cursor.execute(f"ATTACH {_quoted(delta)} AS {generation.database} (READ_ONLY)")
        for schema in (generation.recent_schema, generation.schema):
            cursor.execute(f"CREATE SCHEMA {schema}")
        cursor.execute(f"USE {generation.schema}")
        generation.modules = kept.modules.open(cursor, generation.manifest.get("module") or {})
        _create_views(cursor, generation, folders=folders, kept=kept)
        found = cursor.execute("SELECT DISTINCT level_code FROM dim_area_grid").fetchall()
        generation.levels = tuple(sorted({name for (name,) in found} | {"grid"}))
    except (duckdb.Error, StoreError, ValueError) as error:
        detach(cursor, generation)
        raise StoreError(f"{delta}: cannot open generation {generation.number}: {error}") from error


def detach(cursor, generation: Generation) -> None:
    """Drops a generation's views and lets its file go."""
    cursor.execute("USE memory.main")
    for schema in (generation.recent_schema, generation.schema):
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    cursor.execute(f"DETACH DATABASE IF EXISTS {generation.database}")


def _create_views(cursor, generation: Generation, *, folders: list[Path], kept: Kept) -> None:
    delta = generation.database
    named = "SELECT table_name FROM duckdb_tables() WHERE database_name = ?"
    tables = {name for (name,) in cursor.execute(named, [delta]).fetchall()}
    rolls = kept.base.load_rolls(
        cursor, sorted(name for name in tables if name.startswith("roll_")), folders=folders
    )
    for name in sorted(tables - {"touched", "view_sql"}):
        body = f"SELECT * FROM {delta}.{name}"
        if name in ROW_TABLES:
            files = kept.base.months(cursor, [_existing(folder / f"{name}.parquet") for folder in folders])
            generation.months[name] = files
            if name in RECENT_TABLES:
                _lay_recent(cursor, generation, name=name, files=files, kept=kept)
            body = rows_sql(files, delta, name=name)
        elif name in rolls:
            body = f"SELECT * EXCLUDE (part_no) FROM {rolls[name]} UNION ALL BY NAME {body}"
        cursor.execute(f"CREATE VIEW {name} AS {body}")
    shipped = dict(cursor.execute(f"SELECT name, sql FROM {delta}.view_sql").fetchall())
    cursor.execute(f"CREATE MACRO local_at(t) AS ({shipped.pop('local_at')})")
    generation.shipped = shipped
    generation.unmade = {name: shipped[name] for name in VIEWS}


def _lay_recent(cursor, generation: Generation, *, name: str, files: list[MonthFile], kept: Kept) -> None:
    since_at = generation.recent_from - SLACK
    reach = Reach(since_at, with_open=name == "mart_incident")
    rows = kept.recent.table(
        cursor,
        name,
        files=[file.path for file in files if reach.covers(file)],
        like=f"{generation.database}.{name}",
        reach=(base_key(file.path.parent for file in files), since_at),
    )
    lay_over(cursor, f"{generation.recent_schema}.{name}", base=rows, delta=generation.database, name=name)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise StoreError(f"{path}: named by CURRENT and not there")
    return path


def _quoted(path: Path | str) -> str:
    return "'" + str(path).replace("'", "''") + "'"
