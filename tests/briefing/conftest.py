"""What the tests of the briefing share: the hand-made town and its documents in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from components.briefing.document import Document
from components.briefing.edition import Edition, edition_for
from components.briefing.outline import make_document
from data.connection import Store
from data.request import EVERYTHING
from data.settings import read_settings
from data.town import Town, load_town
from tests.briefing.town import open_town

MORNING = date(2026, 11, 20)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """Home of the hand-made town."""
    return tmp_path_factory.mktemp("briefing")


@pytest.fixture(scope="session")
def store(home) -> Store:
    """The hand-made town at its own now."""
    return open_town(home)


@pytest.fixture(scope="session")
def town() -> Town:
    """S-town, whose feeds and calendar the hand-made town uses."""
    return load_town(read_settings(town="stown"))


@pytest.fixture(scope="session")
def edition(store, town) -> Edition:
    """The daily edition of Friday 20 November."""
    return edition_for("daily", MORNING, town=town, newest_at=store.as_of_at())


@pytest.fixture(scope="session")
def made(store, town) -> Callable[..., Document]:
    """Makes a document of an edition."""

    def make(edition: Edition, language: str = "zh", *, scope=EVERYTHING, of: Store = store) -> Document:
        return make_document(edition, language=language, scope=scope, store=of, town=town)

    return make


@pytest.fixture(scope="session")
def documents(made, edition) -> dict[str, Document]:
    """The daily edition in both languages."""
    return {language: made(edition, language) for language in ("zh", "en")}
