"""The small guarded app as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.access.small_app import Served, make_accounts, serve_small_app


@pytest.fixture(scope="session")
def accounts_file(tmp_path_factory) -> Path:
    """A book with one account per role."""
    path = tmp_path_factory.mktemp("accounts") / "ops.sqlite"
    make_accounts(path)
    return path


@pytest.fixture
def served(tmp_path, accounts_file) -> Served:
    """A fresh small app in a home of its own."""
    return serve_small_app(tmp_path, accounts_file)
