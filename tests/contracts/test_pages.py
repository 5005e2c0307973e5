"""Every page: registers, asks for metrics that exist, ends in a feed contract, draws on an empty town."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from dash import Dash, no_update

from access.policy import PERMISSIONS
from components.board import Board, tiles_of
from components.context import View
from components.page import pages
from components.shell import make_layout
from components.wiring import register
from data.lineage import trace_metric
from data.request import Scope
from tests.components.frames import town

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pages").glob("[a-z]*.py"))
for _path in FILES:
    importlib.import_module(f"pages.{_path.stem}")


@pytest.fixture
def board(empty_town):
    store, town = empty_town
    return Board(store, town=town, scope_of=Scope, share_key=lambda: "all")


def _view(page) -> tuple[View, dict]:
    route = dict.fromkeys(re.findall(r"<(\w+)>", page.path), "G001")
    path = re.sub(r"<\w+>", "G001", page.path)
    return View(path=path), route


def test_every_file_registers_one_page():
    assert sorted(page.name for page in pages()) == [path.stem for path in FILES]


def test_every_screen_stands_in_the_navigation():
    # Screens of one thing (a case, a grid, the rows of a number) are reached from it.
    assert [page.path for page in pages() if page.nav_order is None and "<" not in page.path] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_draws_on_an_empty_town(board, page, lang):
    view, route = _view(page)
    view = View(path=view.path, lang=lang)
    ctx = board.context(view, page=page, route=route)
    failed = [key for key, value in board.draw(page, ctx).items() if value is no_update]
    assert failed == []
    assert board.compose(page, ctx).children


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_number_ends_in_a_feed_contract_that_exists(page):
    for tile in tiles_of(page):
        for metric in tile.metrics():
            nodes = trace_metric(metric, town=town())
            feeds = [node for node in nodes if node.kind == "feed"]
            assert feeds, f"{page.name}.{tile.uid}: {metric} leads to no feed"
            assert all((ROOT / node.path).is_file() for node in feeds)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_asks_for_a_permission_that_exists(page):
    assert page.permission in PERMISSIONS


def test_a_page_has_one_server_callback_and_the_shell_two(empty_town):
    store, town = empty_town
    app = Dash("contract", suppress_callback_exceptions=True)
    register(app, store=store, town=town, scope_of=Scope, share_key=lambda: "all")
    app.layout = make_layout
    app._setup_server()
    served = [key for key, entry in app.callback_map.items() if "callback" in entry]
    for page in pages():
        assert len([key for key in served if f"{page.name}-head-body" in key]) == 1
    assert len(served) == len(pages()) + 2


def test_pages_hold_nothing_but_tiles():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "register_page(" in text
        assert "def " not in text, f"{path.name}: a page is a list of tiles"
