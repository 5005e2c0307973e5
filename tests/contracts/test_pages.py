"""Every page: registers, asks for metrics that exist, ends in a feed contract, draws on an empty town."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pandas as pd
import pytest
from dash import Dash, no_update

import components.board as engine
from access.policy import PERMISSIONS
from components.board import Board, tiles_of
from components.context import View
from components.door import Case, Comparison, Count, Rows, Sides
from components.page import pages
from components.shell import make_layout
from components.wiring import register
from data.catalogue import catalogue
from data.compare import check_comparable
from data.dictionary import read_columns
from data.lineage import trace_metric
from data.listing import Listing
from data.request import Scope
from tests.components.frames import AS_OF, answer, change_of, town

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pages").glob("[a-z]*.py"))
for _path in FILES:
    importlib.import_module(f"pages.{_path.stem}")
EMPTY = {
    "names": ["kind", "key", "name_zh", "name_en"],
    "module_names": ["kind", "key", "name_zh", "name_en"],
    "areas": ["area_id", "level_code", "parent_id", "area_km2", "road_km"],
    "grids_of": ["area_id", "level_code", "grid_id"],
    "domains": ["domain_code"],
    "risk": ["grid_id", "domain_code", "class_code", "is_hatched", "incident_count", "ratio", "cycle_date"],
    "feeds": [
        "feed_id",
        "is_required",
        "expected_interval_s",
        "expected_lag_s",
        "watermark_at",
        "last_arrival_at",
    ],
    "loads": ["load_id"],
    "quarantine": ["quarantine_id"],
    "risk_changes": ["domain_code", "grid_id", "previous_class_code", "class_code", "cycle_date"],
    "staff": [
        "role_code",
        "area_id",
        "valid_from",
        "valid_to",
        "worker_count",
        "person_count",
        "shared_count",
    ],
}


class EmptyStore:
    """A town in which nothing ever happened."""

    def generation(self):
        return 1

    def as_of_at(self):
        return AS_OF


def _nothing(ask, *, scope, store):
    match ask:
        case Listing():
            return pd.DataFrame(columns=EMPTY.get(ask.name) or list(read_columns()))
        case Rows():
            return pd.DataFrame(columns=["incident_id"])
        case Count():
            return 0
        case Sides():
            return {}
        case Comparison():
            return _no_change(ask)
        case Case():
            return None
    metric = catalogue().metric(ask.metric)
    row = {
        "value": 0.0 if metric.kind == "count" else None,
        "flag": None if metric.kind == "count" else "no_data",
    }
    if ask.by:
        return _grouped(ask)
    return answer(ask.metric, row)


def _no_change(ask):
    check_comparable(catalogue().metric(ask.request.metric))
    return change_of(ask.request.metric, by=ask.request.by)


def _grouped(ask):
    found = answer(ask.metric)
    found.frame.__init__(pd.DataFrame(columns=[*ask.by, *found.frame.columns]))
    return found


@pytest.fixture
def board(monkeypatch):
    monkeypatch.setattr(engine, "answer", _nothing)
    return Board(EmptyStore(), town=town(), scope_of=Scope, share_key=lambda: "all")


def _view(page) -> tuple[View, dict]:
    route = dict.fromkeys(re.findall(r"<(\w+)>", page.path), "G001")
    path = re.sub(r"<\w+>", "G001", page.path)
    return View(path=path), route


def test_every_file_registers_one_page():
    assert sorted(page.name for page in pages()) == [path.stem for path in FILES]


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


def test_a_page_has_one_server_callback_and_the_shell_two(monkeypatch):
    monkeypatch.setattr(engine, "answer", _nothing)
    app = Dash("contract", suppress_callback_exceptions=True)
    register(app, store=EmptyStore(), town=town(), scope_of=Scope, share_key=lambda: "all")
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
