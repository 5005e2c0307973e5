"""Landed to screen: a file is dropped into a feed's folder; when has the wall shown its generation?"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import duckdb

from bench.homes import Home, report_feeds
from bench.measure import BenchError, Book, Finding, count_text, percentile, time_text
from bench.reports import Batch, prepare, write_csv
from bench.serving import PORT, Served
from data.settings import utc_now
from etl.contract import load_contract

FEED = "police_110"
ROWS_PER_FILE = 20
LIMIT_S = 30


@dataclass
class Listener:
    """Hears the live stream as a browser does; notes when each generation was announced."""

    cookies: str
    heard: dict[int, float] = field(default_factory=dict)
    is_wanted: bool = True

    def run(self) -> None:
        """Reads until told to stop."""
        line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        line.request("GET", "/events", headers={"Cookie": self.cookies})
        answer = line.getresponse()
        while self.is_wanted:
            text = answer.readline()
            if not text:
                return
            if text.startswith(b"data: {") and b"generation" in text:
                self.heard.setdefault(json.loads(text[6:])["generation"], time.time())

    @property
    def newest(self) -> int:
        """The newest generation heard of."""
        return max(self.heard, default=0)


@dataclass
class Dropper:
    """Writes small files of new reports into the landing folder, each complete at once."""

    home: Home
    con: duckdb.DuckDBPyConnection
    next_no: int

    def drop(self) -> float:
        """Drops one file of reports of the last minute; returns the instant it landed."""
        settings, town = self.home.settings, self.home.town
        contract = load_contract(town, FEED)
        now_at = utc_now(settings).replace(microsecond=0)
        batch = Batch(ROWS_PER_FILE, self.next_no, now_at - timedelta(seconds=60), now_at)
        self.next_no += ROWS_PER_FILE
        stamp = now_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(contract.timezone))
        path = settings.landing_dir / FEED / f"{FEED}_{stamp:%Y%m%d%H%M%S}.csv"
        waiting = settings.home / "scratch" / path.name
        write_csv(self.con, contract, batch=batch, path=waiting)
        landed = time.time()
        waiting.rename(path)
        return landed


@dataclass(frozen=True)
class Trial:
    """How often to drop a file, and how soon it should be on screen."""

    dropper: Dropper
    drops: int
    aim_s: float


def make_dropper(home: Home) -> Dropper:
    """Returns a dropper; its lookups come from a copy, because the warehouse belongs to the live loader.

    Must be called before the live loader starts.
    """
    con = duckdb.connect()
    con.execute(f"ATTACH '{home.settings.warehouse_path}' AS warehouse (READ_ONLY)")
    for name in ("dim_code", "dim_cell", "dim_raster"):
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM warehouse.{name}")
    newest = con.execute("SELECT max(try_cast(source_key AS BIGINT)) FROM warehouse.raw_report").fetchone()[0]
    con.execute("DETACH warehouse")
    prepare(con, [FEED] if FEED in report_feeds(home.town) else [])
    return Dropper(home, con, int(newest) + 1)


def measure_arrival(book: Book, served: Served, *, trial: Trial) -> None:
    """Drops files one by one and waits for the live stream to announce each."""
    listener = Listener(served.cookie_header)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    _wait_for(lambda: listener.newest > 0)
    taken = []
    for _ in range(trial.drops):
        before = listener.newest
        landed = trial.dropper.drop()
        _wait_for(lambda: listener.newest > before)  # noqa: B023 - called at once
        taken.append(listener.heard[listener.newest] - landed)
        time.sleep(random.uniform(0.2, 0.8))  # noqa: S311 - not in step with any timer
    listener.is_wanted = False
    note_arrival(book, "announced to browsers", taken, size=served.home.batch.count, aim_s=trial.aim_s)


def note_arrival(book: Book, until: str, taken: list[float], *, size: int, aim_s: float) -> None:
    """Notes the percentiles of landed-to-something."""
    p95 = percentile(taken, 0.95)
    what = f"file of {ROWS_PER_FILE} reports landed -> {until}, {count_text(size)} reports in history"
    value = f"p50 {time_text(percentile(taken, 0.5))}, p95 {time_text(p95)}"
    book.note(
        Finding("Landed to screen", what, value, f"p95 <= {aim_s:g} s", p95 <= aim_s, f"{len(taken)} files")
    )


def _wait_for(has_come: Callable[[], bool]) -> None:
    limit = time.monotonic() + LIMIT_S
    while not has_come():
        if time.monotonic() > limit:
            raise BenchError(f"nothing was announced within {LIMIT_S} s of landing")
        time.sleep(0.002)
