"""Homes (installations) of each size, kept between runs as long as nothing they depend on changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.measure import count_text, lap, time_text
from bench.multiply import multiply
from bench.reports import Batch, fill_raw, history, prepare
from data.settings import Settings, read_settings
from data.town import Town, load_town
from etl.build import build, definitions_digest, town_shapes
from etl.contract import load_contracts
from etl.publish import publish
from etl.store import open_store

COPIED_FROM = 10_000_000


@dataclass(frozen=True)
class Home:
    """One installation of the bench; `batch` is the history it was filled with."""

    settings: Settings
    town: Town
    batch: Batch

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yields the writer's connection, ready to make more reports."""
        with open_store(self.settings) as con:
            town_shapes(con, self.town, digest=definitions_digest(self.town))
            prepare(con, report_feeds(self.town))
            yield con


def report_feeds(town: Town) -> list[str]:
    """Returns the town's feeds of reports (not of steps)."""
    return [feed for feed, contract in load_contracts(town).items() if contract.entity == "report"]


def empty_home(root: Path, name: str) -> Home:
    """Returns a new home without rows; an older one of that name is removed."""
    shutil.rmtree(root / name, ignore_errors=True)
    settings = read_settings(town="stown", home=root / name)
    town = load_town(settings)
    return Home(settings, town, history(0, town.now(settings)))


def home_of(root: Path, count: int) -> Home:
    """Returns a published home with two years of `count` reports; made when there is none that still fits.

    From ten million on it is a tenfold copy of the next smaller one.
    """
    settings = read_settings(town="stown", home=root / f"reports-{count}")
    town = load_town(settings)
    note = settings.home / "bench.json"
    wanted = definitions_digest(town)
    if note.is_file():
        kept = json.loads(note.read_text(encoding="utf-8"))
        if kept["definitions"] == wanted:
            return Home(settings, town, history(count, town.now(settings)))
    home = Home(settings, town, history(count, town.now(settings)))
    with lap() as taken:
        if count >= COPIED_FROM:
            multiply(home_of(root, count // 10).settings.home, settings.home, factor=10)
        else:
            _make(home)
    note.write_text(json.dumps({"definitions": wanted}), encoding="utf-8")
    print(f"   (a home with {count_text(count)} reports was made in {time_text(taken.seconds)})", flush=True)
    return home


def _make(home: Home) -> None:
    shutil.rmtree(home.settings.home, ignore_errors=True)
    with home.writing() as con:
        fill_raw(con, batch=home.batch)
        build(con, home.town, full=True)
        publish(con, home.town, home.settings)
