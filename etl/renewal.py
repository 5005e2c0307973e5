"""Renewal (滚动更新): forecasts and warnings are made again between files: by day, and every hour with what has come in."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import structlog

from data.period import midnight
from data.settings import Settings
from data.town import Town
from etl.module_forecast_now import make_now
from etl.module_forecast_outlook import read_outlook
from etl.module_forecast_running import running_hour
from etl.module_python import BY_DAY, BY_HOUR, MAKERS
from etl.module_warning_clusters import cluster_steps, cluster_table
from etl.modules import note_stale, write_table
from etl.publish import publish
from etl.store import one_thread

log = structlog.get_logger()
LATER = frozenset((*BY_DAY, *BY_HOUR))


class Renewal:
    """Makes the forecast's tables again when their hour is over, one step at a time, so that a file waits for one step only.

    What is due is read from the tables and the as-of instant: a loader that was stopped, or a town whose data stood still,
    goes on where it is.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, town: Town, settings: Settings) -> None:
        """Nothing is made before the first step."""
        self._con, self._town, self._settings = con, town, settings
        self._hour: pd.Timestamp | None = None
        self._steps: Iterator[None] | None = None

    def step(self) -> bool:
        """Does one step if one is due; returns whether one was done. A step that fails is logged, and tried again next hour."""
        if self._steps is None:
            hour = running_hour(self._con, self._town.zone)
            if hour is None or hour == self._hour:
                return False
            self._hour, self._steps = hour, self._renewed(hour)
        try:
            next(self._steps)
        except StopIteration:
            self._steps = None
        except (duckdb.Error, ValueError, ArithmeticError, LookupError) as error:
            self._steps = None
            log.error("renewal_failed", hour=str(self._hour), reason=str(error).partition("\n")[0])
        return True

    def _renewed(self, hour: pd.Timestamp) -> Iterator[None]:
        one_thread(self._con)
        if self._is_new_day():
            yield from self._days()
        now = make_now(self._con, self._town)
        yield
        rows: list[dict] = []
        for found in cluster_steps(self._con, self._town):
            rows += found
            yield
        self._write({"mart_forecast_now": now, "mart_cluster": cluster_table(rows)})
        yield
        generation = publish(self._con, self._town, self._settings).generation
        log.info("outlook_renewed", generation=generation, hour=f"{hour:%Y-%m-%dT%H:%MZ}", clusters=len(rows))

    def _is_new_day(self) -> bool:
        told = self._con.execute("SELECT max(forecast_at) FROM mart_forecast").fetchall()[0][0]
        day = self._con.execute("SELECT as_of_date FROM day_input").fetchall()[0][0]
        return told != midnight(day, self._town.zone)

    def _days(self) -> Iterator[None]:
        outlook = read_outlook(self._con, self._town)
        yield
        frames = {}
        for name in BY_DAY:
            frames[name] = MAKERS[name].make(self._con, self._town, outlook)
            yield
        self._write(frames)
        yield

    def _write(self, frames: dict[str, pd.DataFrame]) -> None:
        self._con.execute("BEGIN")
        try:
            for name, frame in frames.items():
                write_table(self._con, name, frame)
            note_stale(self._con, frames)
            self._con.execute("COMMIT")
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
