"""One small installation for the tests of the briefing's routes; each test gets a book and an archive of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.connection import Store
from data.server_settings import read_server_settings
from data.settings import read_settings
from data.town import load_town
from serve.assemble import enclose
from serve.house import House
from tests.access.small_app import Served, make_accounts, make_app
from tests.module_town import open_module_town
from tests.serve.briefing_desk import AT, keep, small_document


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory) -> Path:
    """A home of S-town as of 2026-11-22 08:00, without cases, and one account per role."""
    home = tmp_path_factory.mktemp("empty") / "home"
    open_module_town(home, {}, now="2026-11-22 08:00").close()
    make_accounts(home / "ops.sqlite")
    return home


@pytest.fixture(scope="session")
def archived_home(tmp_path_factory, empty_home) -> tuple[Path, dict[str, int]]:
    """The empty home with three archived briefings: the town's, the department d1's, the department d2's."""
    home = tmp_path_factory.mktemp("archived") / "home"
    shutil.copytree(empty_home, home)
    departments = {"town": "", "d1": "d1", "d2": "d2"}
    kept = {name: keep(home, small_document(department_id=key)) for name, key in departments.items()}
    return home, kept


@pytest.fixture
def mine(archived_home) -> dict[str, int]:
    """The numbers of the archived briefings."""
    return archived_home[1]


@pytest.fixture
def served(tmp_path, archived_home) -> Served:
    """The guarded server over a copy of the archived home."""
    home = tmp_path / "home"
    shutil.copytree(archived_home[0], home)
    (home / "assets").mkdir()
    settings = read_settings({}, home=home, town="stown", now=f"{AT.isoformat()}Z")
    town = load_town(settings)
    store = Store(home, zone=town.zone, threads=1)
    house = House(settings, read_server_settings({}), town, store)
    app, book = make_app([], None, assets=home / "assets")
    yield Served(enclose(app, house=house, book=book), app, house, home)
    store.close()
