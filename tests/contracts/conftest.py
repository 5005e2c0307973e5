"""A town without a single file, published by the real build: everything it has is empty, nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.connection import Store
from data.settings import read_settings
from data.town import Town, load_town
from etl.build import build
from etl.publish import publish
from etl.store import open_store


@pytest.fixture(scope="session")
def empty_town(tmp_path_factory) -> Iterator[tuple[Store, Town]]:
    """The demonstration town before its first file."""
    home = tmp_path_factory.mktemp("empty_town")
    settings = read_settings({}, town="stown", home=home, now="2026-11-20T12:00:00Z")
    town = load_town(settings)
    with open_store(settings) as con:
        build(con, town)
        publish(con, town, settings)
    store = Store(home, zone=town.zone)
    yield store, town
    store.close()
