"""Brings a real city up by its folder alone, with the commands an operator would use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from data.connection import Store
from data.settings import read_settings
from data.town import load_town

ROOT = Path(__file__).resolve().parents[2]
LOADED = (0, 3)


def _etl(home: Path, town: str, *arguments: str, environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "etl", *arguments, "--home", str(home), "--town", town]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode in LOADED, (
        f"{' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    )


@pytest.fixture(scope="session")
def bring_up(tmp_path_factory, shared_data) -> Iterator[Callable[[str], Store]]:
    """A function town -> opened store; each town is loaded, built and published once."""
    opened: dict[str, Store] = {}

    def bring_up_town(town: str) -> Store:
        if town not in opened:
            home = tmp_path_factory.mktemp(town)
            environ = {**os.environ, "COCKPIT_DATA": str(shared_data)}
            environ.pop("COCKPIT_NOW", None)
            settings = read_settings(environ, town=town, home=home)
            _etl(home, town, "init", environ=environ)
            configured = load_town(settings)
            for feed, paths in configured.file.sources.items():
                for path in paths:
                    _etl(home, town, "load", feed, str(configured.expand(path)), environ=environ)
            _etl(home, town, "build", environ=environ)
            _etl(home, town, "publish", environ=environ)
            opened[town] = Store(home)
        return opened[town]

    yield bring_up_town
    for store in opened.values():
        store.close()


@pytest.fixture
def raw() -> Iterator[Callable[..., list[tuple]]]:
    """A function that queries the cities' own files, without any code of the project."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    yield lambda sql, **values: con.execute(sql, values).fetchall()
    con.close()
