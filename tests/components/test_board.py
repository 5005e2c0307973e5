"""The engine: an ask is answered once, a failure stays in its tile, drawings are shared per scope."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pandas as pd
import pytest
from dash import html, no_update

import components.board as engine
from components.board import Board
from components.context import View
from components.page import Page, PageError, register_page
from components.tiles.base import Tile
from data.catalogue import NotInForceError
from data.listing import Listing
from data.request import NoSuchLevelError, Request, Scope
from tests.components.frames import AS_OF, answer, town

CITY = Scope(None, None)


class OneStore:
    """What the board asks of a store."""

    number = 7

    def generation(self):
        return self.number

    def as_of_at(self):
        return AS_OF

    def lasting(self):
        return "unchanged"


@dataclass(frozen=True, kw_only=True)
class Plain(Tile):
    """Shows one number as text."""

    metric: str

    def requests(self, ctx):
        return {"now": Request(self.metric, filters=ctx.filters)}

    def as_of(self, answers, ctx):
        return answers["now"].as_of_at

    def draw(self, answers, ctx):
        return (str(answers["now"].frame.iloc[0]["value"]),)


def _listing(name: str) -> pd.DataFrame:
    return {
        "module_names": pd.DataFrame(columns=["kind", "key", "name_zh", "name_en"]),
        "names": pd.DataFrame(
            {"kind": ["area"], "key": ["G001"], "name_zh": ["一网格"], "name_en": ["Grid 1"]}
        ),
        "areas": pd.DataFrame({"area_id": ["town"], "level_code": ["town"], "parent_id": [None]}),
        "grids_of": pd.DataFrame({"area_id": ["town"], "level_code": ["town"], "grid_id": ["G001"]}),
        "feeds": pd.DataFrame(
            {
                "feed_id": ["police_110"],
                "is_required": [True],
                "expected_interval_s": [60],
                "expected_lag_s": [40],
                "watermark_at": [AS_OF],
            }
        ),
    }[name]


@pytest.fixture
def asked(monkeypatch):
    """Every ask that reaches the data, in order; `broken` metrics fail."""
    asks, broken = [], set()

    def tell(ask, *, scope, store):
        asks.append(ask)
        if isinstance(ask, Listing):
            return _listing(ask.name)
        if ask.metric in broken:
            raise RuntimeError("no such table")
        return answer(ask.metric, {"value": 5.0, "n": 5})

    monkeypatch.setattr(engine, "answer", tell)
    asks_of = type("Asked", (), {"asks": asks, "broken": broken})
    return asks_of


@pytest.fixture
def page():
    tiles = (
        Plain(uid="a", metric="open_count"),
        Plain(uid="b", metric="open_count"),
        Plain(uid="c", metric="incident_count"),
    )
    return Page(name="sample", path="/sample", title="page.overview", tiles=tiles)


@pytest.fixture
def board():
    return Board(OneStore(), town=town(), scope_of=lambda: CITY, share_key=lambda: "everyone")


def _draw(board, page, search=""):
    return board.draw(page, board.context(View(path="/sample", search=search), page=page, route={}))


def test_an_ask_of_two_tiles_is_answered_once(board, page, asked):
    values = _draw(board, page)
    metrics = [ask.metric for ask in asked.asks if isinstance(ask, Request)]
    assert sorted(metrics) == ["incident_count", "open_count"]
    assert values[("sample-a-body", "children")] == values[("sample-b-body", "children")] == "5.0"


def test_a_failing_ask_leaves_its_tiles_as_they_were_and_the_others_fresh(board, page, asked, caplog):
    asked.broken.add("open_count")
    with caplog.at_level(logging.CRITICAL):
        values = _draw(board, page)
    assert values[("sample-a-body", "children")] is no_update
    assert values[("sample-a-age", "children")].to_plotly_json()["props"]["data-failed"] == "1"
    assert values[("sample-c-body", "children")] == "5.0"
    assert values[("sample-c-age", "children")].to_plotly_json()["props"]["data-failed"] == ""


def test_a_drawing_with_a_failure_is_not_kept(board, page, asked, caplog):
    asked.broken.add("open_count")
    with caplog.at_level(logging.CRITICAL):
        _draw(board, page)
    asked.broken.clear()
    assert _draw(board, page)[("sample-a-body", "children")] == "5.0"


def test_the_same_view_is_drawn_once_and_another_view_again(board, page, asked):
    first, second = _draw(board, page), _draw(board, page)
    assert first is second
    before = len(asked.asks)
    _draw(board, page, "period=7d")
    assert len(asked.asks) > before


def test_a_new_generation_is_drawn_again(board, page, asked):
    first = _draw(board, page)
    board.store.number = 8
    assert _draw(board, page) is not first


def test_visitors_with_different_scopes_never_share_a_drawing(page, asked):
    who = ["leader"]
    board = Board(OneStore(), town=town(), scope_of=lambda: CITY, share_key=lambda: who[0])
    first = _draw(board, page)
    who[0] = "grid_worker"
    assert _draw(board, page) is not first


def test_a_panel_carries_its_instant_its_allowance_and_its_generation(board, page, asked):
    mark = _draw(board, page)[("sample-a-age", "children")].to_plotly_json()["props"]
    assert mark["data-asof"] == "2026-11-22T06:30:00Z"
    assert mark["data-lag"] == "300"  # 3 x (60 s interval + 40 s lag)
    assert mark["data-generation"] == "7"


def test_filters_that_cannot_be_read_become_the_default_and_are_logged(board, page, asked, caplog):
    with caplog.at_level(logging.WARNING):
        ctx = board.context(View(path="/sample", search="period=yesterdayish"), page=page, route={})
    assert ctx.filters.since_at is not None
    assert "yesterdayish" in caplog.text


def test_the_first_page_already_carries_its_values(board, page, asked):
    body = board.compose(page, board.context(View(path="/sample"), page=page, route={}))
    shown = {each.id: each for each in body._traverse() if getattr(each, "id", None)}
    assert shown["sample-a-body"].children == "5.0"


def test_two_tiles_of_one_name_are_refused():
    with pytest.raises(PageError, match=r"pages/twice.py: tile uid 'a'"):
        register_page("pages.twice", path="/twice", title="t", tiles=[Plain(uid="a", metric="x")] * 2)


def test_an_address_gives_its_parts_decoded():
    page = Page(name="incident", path="/incidents/<id>", title="t", tiles=())
    assert page.match("/incidents/police_110%3A12") == {"id": "police_110:12"}
    assert page.match("/incidents/") is None
    assert page.match("/incidents/a/b") is None


def test_frames_are_built_of_components(board, page):
    assert isinstance(page.tiles[0].frame("x"), html.Div)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (NoSuchLevelError("by = 'circle6'"), "本地没有这一层级"),
        (NotInForceError("no value"), "当时尚无此项规则"),
    ],
)
def test_what_a_town_does_not_have_is_said_and_is_no_failure(
    board, page, asked, monkeypatch, *, reason, said
):
    told = engine.answer

    def tell(ask, *, scope, store):
        if not isinstance(ask, Listing) and ask.metric == "open_count":
            raise reason
        return told(ask, scope=scope, store=store)

    monkeypatch.setattr(engine, "answer", tell)
    values = _draw(board, page)
    assert values[("sample-a-body", "children")].children == said
    assert values[("sample-a-age", "children")].to_plotly_json()["props"]["data-failed"] == ""
    assert values[("sample-c-body", "children")] == "5.0"
