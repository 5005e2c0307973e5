"""A loader desk: the test town, a home of its own, files made on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from data.settings import Settings, read_settings
from data.town import Town, load_town
from etl.contract import FeedContract, load_contract
from etl.landing import load_file
from etl.ledger import LoadResult
from etl.store import open_store
from etl.verify import state_digest, verify_store

TOWN = Path(__file__).resolve().parent.parent / "samples" / "towns" / "ztown"
NOW = "2026-11-22T00:00:00Z"


@dataclass
class Desk:
    """Loads bytes and answers questions about what is held."""

    settings: Settings
    town: Town
    con: duckdb.DuckDBPyConnection

    def contract(self, feed: str) -> FeedContract:
        return load_contract(self.town, feed)

    def load(self, feed: str, content: bytes | str, name: str = "file") -> LoadResult:
        path = self.settings.landing_dir / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_file(self.con, self.town, self.contract(feed), path=path, settings=self.settings)

    def rows(self, sql: str) -> list[tuple]:
        return self.con.execute(sql).fetchall()

    def one(self, sql: str) -> object:
        return self.rows(sql)[0][0]

    def digest(self) -> str:
        assert verify_store(self.con, self.settings.home) == []
        return state_digest(self.con)


@pytest.fixture
def make_desk(tmp_path):
    """Opens desks with empty homes; all are closed at the end."""
    opened = []

    def make(name: str = "home", now: str = NOW) -> Desk:
        settings = read_settings({}, town=str(TOWN), home=tmp_path / name, now=now)
        store = open_store(settings)
        opened.append(store)
        return Desk(settings, load_town(settings), store.__enter__())

    yield make
    for store in opened:
        store.__exit__(None, None, None)


@pytest.fixture
def desk(make_desk) -> Desk:
    """One desk."""
    return make_desk()
