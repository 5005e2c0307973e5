"""Names of values, picked values on links and in the bar, and the age of tiles that rest on registers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from components.context import Names, names_by_kind
from components.panel import age_mark
from components.tiles.base import Tile
from components.tiles.filter_bar import FilterBar, shown_days, whole_months
from components.tiles.header import scope_text
from components.tiles.listing_table import ListingTable, written
from components.tiles.ranking import Ranking
from data.request import Filters, RequestError, parse_filters, parse_picked, written_picked
from tests.components.frames import AS_OF, answer, context, find, texts, town

NAMES = Names(
    names_by_kind(
        pd.DataFrame(
            [("policy", "p0", "惠企", "Business support"), ("area", "C01", "一社区", "Community 1")],
            columns=["kind", "key", "name_zh", "name_en"],
        )
    )
)


def _context(picked: str = "", **facts):
    filters = Filters(since_at=AS_OF - timedelta(days=28), picked=parse_picked(picked))
    search = f"period=28d&pick={picked}" if picked else "period=28d"
    return replace(context(search, path="/firms"), filters=filters, names=NAMES, **facts)


def test_picked_values_are_read_from_the_address_in_one_order():
    params = {"pick": "stage_code:handling,colour_code:red", "period": "7d"}
    filters = parse_filters(params, as_of_at=AS_OF, town=town())
    assert filters.picked == (("colour_code", "red"), ("stage_code", "handling"))
    assert written_picked(filters.picked) == "colour_code:red,stage_code:handling"
    assert parse_picked("") == () and parse_picked("a_code:x:1") == (("a_code", "x:1"),)


@pytest.mark.parametrize(
    "text",
    [
        "colour_code",
        "colour_code:",
        "1=1:x",
        "Colour:red",
        "colour_code:x') OR 1=1 --",
        "a:1,a:2",
        "a:1,b:1,c:1,d:1,e:1,f:1,g:1",
        "colour_code:" + "x" * 100,
    ],
)
def test_what_is_no_pick_is_refused(text):
    with pytest.raises(RequestError, match="pick = "):
        parse_picked(text)


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("community", "C01", "一社区"),
        ("grid_id", "C01", "一社区"),
        ("policy_code", "p0", "惠企"),
        ("policy_code", "p9", "p9"),
        ("stage_code", "handling", "处置中"),
        ("previous_class_code", "red", "红"),
        ("is_overdue", True, "是"),
        ("is_overdue", "false", "否"),
        ("severity_level", 3, "3"),
        ("policy_code", None, "未知"),
    ],
)
def test_a_value_has_one_name(column, value, name):
    assert _context().label(column, value).startswith(name)


def test_a_column_is_called_by_its_word_its_description_or_its_level():
    ctx = _context()
    assert ctx.column("feed_id") == "来源"
    assert ctx.column("community") == "社区"
    assert ctx.column("outcome_code") != "outcome_code"  # from the column dictionary
    assert ctx.column("mood_code") == "mood_code"


def test_a_link_keeps_what_is_picked_and_sets_or_drops_one_value():
    ctx = _context("colour_code:red")
    assert ctx.picked("colour_code") == "red" and ctx.picked("policy_code") is None
    assert "pick=colour_code%3Ared" in ctx.link("/firms")
    assert "pick=colour_code%3Ared%2Cpolicy_code%3Ap0" in ctx.pick_link("policy_code", "p0")
    assert ctx.pick_link("colour_code", None) == "/firms?period=28d"
    assert "pick=" not in ctx.link("/firms", pick=None)


def test_a_bar_without_a_parameter_of_its_own_picks_and_clears():
    bars = Ranking(uid="r", metric="open_count", by="stage_code")
    rows = ({"stage_code": "handling", "value": 3.0, "n": 3},)
    for picked, change, is_selected in (
        ("", "pick=stage_code%3Ahandling", False),
        ("policy_code:p0,stage_code:handling", "pick=policy_code%3Ap0", True),
    ):
        bar = find(bars.draw({"bars": answer("open_count", *rows)}, _context(picked))[0], "bar")[0]
        assert bar.to_plotly_json()["props"]["data-set"] == change
        assert ("is-selected" in bar.className) == is_selected


def test_the_bar_and_the_head_say_what_is_picked_and_the_bar_clears_it():
    ctx = _context("policy_code:p0")
    nothing = {
        "areas": pd.DataFrame(columns=["area_id", "level_code", "parent_id"]),
        "grids_of": pd.DataFrame(columns=["area_id", "grid_id"]),
    }
    chip = find(FilterBar(uid="bar").draw(nothing, ctx)[0], "picked")[0]
    assert "惠企" in texts(chip)
    assert chip.to_plotly_json()["props"]["data-set"] == "pick="
    assert "惠企" in scope_text(ctx)


def test_the_bar_offers_whole_months_and_says_which_days_are_shown():
    assert whole_months(date(2026, 1, 31)) == [
        "2025-12-01..2025-12-31",
        "2025-11-01..2025-11-30",
        "2025-10-01..2025-10-31",
    ]
    ctx = replace(_context(), as_of_at=datetime(2026, 3, 2, 16, 30))  # 3 March, half past midnight in town
    assert whole_months(date(2026, 3, 3))[0] == "2026-02-01..2026-02-28"
    february = Filters(since_at=datetime(2026, 1, 31, 16), until_at=datetime(2026, 2, 28, 16))
    assert shown_days(replace(ctx, filters=february), date(2026, 3, 3)) == ("2026-02-01", "2026-02-28")
    running = Filters(since_at=datetime(2026, 2, 28, 16))
    assert shown_days(replace(ctx, filters=running), date(2026, 3, 3)) == ("2026-03-01", "2026-03-03")


def test_a_table_writes_any_column_by_its_suffix_or_its_name():
    ctx = _context()
    assert written("policy_code", "p0", ctx) == "惠企"
    assert written("paid_yuan", 1234567.0, ctx) == "1,234,567"
    assert written("area_m2", 12.25, ctx) == "12.2"
    assert written("is_open", False, ctx) == "否"
    rows = pd.DataFrame({"feed_id": ["x"], "paid_yuan": [5.0]})
    table = ListingTable(uid="t", listing="feeds", columns=("feed_id", "paid_yuan"))
    assert "来源" in texts(table.draw({"rows": rows}, ctx)[0])


def _aged(days: float, allowed_days: float | None):
    allowed = None if allowed_days is None else int(allowed_days * 86400)
    return replace(answer("open_count", {}), as_of_at=AS_OF - timedelta(days=days), stale_after_s=allowed)


def test_a_tile_is_stale_when_its_first_answer_is():
    tile, ctx = Tile(uid="t"), _context()
    daily, weekly, live = _aged(1, 3), _aged(6, 21), _aged(0, None)
    assert tile.stale_after_s({"a": daily}, ctx) == 3 * 86400
    both = {"a": daily, "b": weekly}
    assert tile.as_of(both, ctx) == weekly.as_of_at
    assert tile.stale_after_s(both, ctx) == 8 * 86400  # 6 days old; the daily one may live 2 more
    assert tile.stale_after_s({"a": live}, ctx) == ctx.stale_after_s == 600
    assert tile.stale_after_s({"a": weekly, "b": live}, ctx) == 6 * 86400 + 600
    assert tile.stale_after_s({}, ctx) == 600
    late = _aged(1, 0)
    assert tile.stale_after_s({"a": late}, ctx) == 0  # no contract says anything: not judged
    rows = pd.DataFrame({"a": [1]})
    rows.attrs |= {"as_of_at": daily.as_of_at, "stale_after_s": daily.stale_after_s}
    assert tile.stale_after_s({"rows": rows}, ctx) == 3 * 86400
    mark = age_mark(ctx, as_of_at=daily.as_of_at, stale_after_s=3 * 86400).to_plotly_json()["props"]
    assert mark["data-lag"] == "259200" and mark["data-asof"].endswith("Z")
