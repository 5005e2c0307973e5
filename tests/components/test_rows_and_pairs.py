"""From a module's number to its rows, sub-views, pairs of periods, points on the map, parts of a score."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from components.codes import ink_on
from components.door import Comparison, Rows
from components.theme import THEMES
from components.tiles import parts as parts_module
from components.tiles.pairs import Pairs
from components.tiles.parts import ListedParts, Parts
from components.tiles.points_map import SINGLE, PointsMap
from components.tiles.roster import Roster, RowBook
from components.tiles.tabs import Tabs
from components.ways import pick_marks, rows_link, said
from components.words import word
from data.catalogue import catalogue
from data.request import Filters, parse_picked
from tests.components.frames import answer, change_of, context, find, texts
from tests.components.test_theme import _contrast

METRIC = "hazard_on_time_pct"
DUE = datetime(2026, 11, 10, 4)
ROWS = pd.DataFrame(
    [
        ("hazard:H1", "幸福超市", "major", DUE, "G001", "place:P/1", None),
        ("hazard:H2", None, "ordinary", None, None, None, "no_limit"),
    ],
    columns=[
        "hazard_id",
        "place_name",
        "hazard_level_code",
        "due_at",
        "grid_id",
        "place_id",
        "excluded_code",
    ],
)


@pytest.fixture
def mart(monkeypatch):
    """A mart with a list of its own, whatever the definition files of the day say."""
    listed = {
        "key": "hazard_id",
        "listed": ("hazard_id", "place_name", "hazard_level_code", "due_at", "grid_id", "place_id"),
        "page": "/places/{place_id}",
    }
    made = catalogue().mart("mart_incident").model_copy(update=listed)
    monkeypatch.setattr(catalogue(), "mart", lambda name: made)
    monkeypatch.setattr(
        catalogue(),
        "metrics",
        catalogue().metrics | {METRIC: catalogue().metric("unlocated_pct").model_copy(update={"id": METRIC})},
    )
    return made


def _props(component) -> dict:
    return component.to_plotly_json()["props"]


# ---- ways -------------------------------------------------------------------------------------------------------


def test_a_module_number_leads_to_its_own_rows_with_everything_that_is_filtered(mart):
    ctx = context(
        "period=7d&pick=class8_code:rental&sort=x", filters=Filters(picked=(("class8_code", "rental"),))
    )
    link = rows_link(METRIC, ctx, side="late", community="C01", colour_code="red")["href"]
    assert (
        link == f"/rows/{METRIC}?period=7d&pick=class8_code%3Arental%2Ccolour_code%3Ared&area=C01&side=late"
    )
    assert rows_link(METRIC, context(permissions=frozenset({"view"}))) == {}


def test_the_rows_of_a_page_with_a_period_of_its_own_have_that_period():
    own = replace(context(), default_period="90d")
    assert "period=90d" in rows_link(METRIC, own)["href"]
    assert "period=all" in rows_link(METRIC, own, period="all")["href"]
    assert "period" not in rows_link(METRIC, context())["href"]


def test_a_month_leads_to_its_days(mart):
    link = rows_link(METRIC, context(), month="2024-02")["href"]
    assert "period=2024-02-01..2024-02-29" in link
    assert said("month", "2026-11", context()) == "period=2026-11-01..2026-11-30"
    assert said("date", "2026-11-03", context()) == "period=2026-11-03..2026-11-03"


def test_picking_adds_to_what_is_picked_and_takes_it_away_again():
    ctx = context("pick=colour_code:red", filters=Filters(picked=parse_picked("colour_code:red")))
    assert said("class8_code", "rental", ctx) == "pick=class8_code%3Arental%2Ccolour_code%3Ared"
    assert said("colour_code", "red", ctx) == "pick="
    assert pick_marks("colour_code", None, ctx) == {}


# ---- rows -------------------------------------------------------------------------------------------------------


def test_the_first_rows_lead_to_their_page_and_to_all_of_them(mart):
    tile = Roster(
        uid="r", metric=METRIC, columns=("hazard_id", "place_name", "due_at", "grid_id"), side="late"
    )
    drawn = tile.draw({"rows": ROWS, "count": 230}, context())[0]
    assert "H1|幸福超市|11-10 12:00|一网格" in texts(drawn)
    assert "H2|—|—|未定位" in texts(drawn)
    known, bare = drawn[0].children.children[1].children
    assert _props(known.children[0].children)["href"] == "/places/place%3AP%2F1"
    assert bare.className == ""
    assert texts(find(drawn, "all-rows")[0]) == "全部 230 条 ›"
    assert _props(find(drawn, "all-rows")[0])["href"] == f"/rows/{METRIC}?side=late"


def test_no_rows_are_told_calmly(mart):
    assert (
        texts(Roster(uid="r", metric=METRIC).draw({"rows": ROWS.head(0), "count": 0}, context())[0])
        == "暂无记录"
    )


def test_a_roster_of_incidents_leads_to_the_incident():
    tile = Roster(uid="r", metric="open_count", columns=("category_code",), is_standing=True)
    assert tile.requests(context())["rows"].request.filters.since_at is None
    rows = pd.DataFrame([{"incident_id": "police_110:1", "category_code": "theft"}])
    drawn = tile.draw({"rows": rows, "count": 1}, context())[0]
    row = drawn[0].children.children[1].children[0]
    assert _props(row.children[0].children)["href"] == "/incidents/police_110%3A1"
    assert _props(find(drawn, "all-rows")[0])["href"] == "/incidents?kpi=open_count&period=all"


def _book(
    search: str = "", *, rows: pd.DataFrame = ROWS, exclusions: dict | None = None, sides: dict | None = None
):
    ctx = context(search, route={"metric": METRIC}, path=f"/rows/{METRIC}")
    number = answer(
        "unlocated_pct", {"value": 12.5, "n": 40, "low": 5.0, "high": 26.0}, exclusions=exclusions
    )
    told = {"in_time": 35, "late": 5, "excluded": 2} if sides is None else sides
    return RowBook(uid="b").draw({"number": number, "sides": told, "rows": rows}, ctx)[0]


def test_the_book_shows_the_number_its_sides_and_why_rows_are_left_out(mart):
    drawn = _book(exclusions={"no_limit": 2})
    shown = texts(drawn)
    assert "n = 40" in shown and "95% 区间" in shown
    assert "全部|42|计入，按时|35|计入，超时|5|不计入|2" in shown
    assert f"不计入：{word('excluded.no_limit', 'zh')} 2" in shown
    assert "第 1–25 条，共 42 条" in shown


def test_the_book_of_one_side_counts_that_side_and_says_why_each_row_is_left_out(mart):
    shown = texts(_book("side=excluded", exclusions={"no_limit": 2}))
    assert "共 2 条" in shown and "不计入的原因" in shown
    assert "不计入：" not in texts(_book("side=late", exclusions={"no_limit": 2}))


def test_the_book_is_ordered_by_a_heading_and_by_nothing_it_has_not(mart):
    ctx = context("order=-due_at&page=3&side=late", route={"metric": METRIC})
    asked = RowBook(uid="b").requests(ctx)["rows"]
    assert isinstance(asked, Rows) and (asked.order, asked.offset, asked.side) == ("-due_at", 50, "late")
    ctx = context("order=1;drop", route={"metric": METRIC})
    assert RowBook(uid="b").requests(ctx)["rows"].order is None
    heads = [
        _props(each.children)["data-set"]
        for each in _book("order=-due_at")[2].children.children[0].children.children
    ]
    assert heads[3] == "order=due_at" and heads[0] == "order=-hazard_id"


def test_the_book_of_an_unknown_metric_says_so_and_of_incidents_leads_there():
    draw = RowBook(uid="b").draw
    assert "没有指标 nonsense" in texts(draw({}, context(route={"metric": "nonsense"}))[0])
    ctx = context(route={"metric": "open_count"})
    assert RowBook(uid="b").requests(ctx) == {}
    assert _props(draw({}, ctx)[0])["href"] == "/incidents?kpi=open_count"


def test_an_empty_book_says_so(mart):
    shown = texts(_book(rows=ROWS.head(0), sides={}))
    assert "无数据" in shown and "共 0 条" in shown


# ---- tabs -------------------------------------------------------------------------------------------------------

TABS = Tabs(uid="t", metric="incident_count", by="colour_code")


def test_tabs_count_what_there_is_whatever_is_chosen():
    filters = Filters(picked=(("class8_code", "rental"), ("colour_code", "red")), feed_id="fire_119")
    asked = TABS.requests(context(filters=filters))["tabs"].filters
    assert asked.picked == (("class8_code", "rental"),) and asked.feed_id == "fire_119"
    asked = (
        Tabs(uid="t", metric="incident_count", by="feed_id")
        .requests(context(filters=filters))["tabs"]
        .filters
    )
    assert asked.feed_id is None


def test_tabs_stand_in_their_lasting_order_and_the_way_out_is_all():
    rows = ({"colour_code": "green", "value": 70.0}, {"colour_code": "red", "value": 3.0})
    answers = {"tabs": answer("incident_count", *rows), "all": answer("incident_count", {"value": 73.0})}
    ctx = context("pick=colour_code:red", filters=Filters(picked=(("colour_code", "red"),)))
    drawn = TABS.draw(answers, ctx)[0]
    assert texts(drawn) == "全部|73|红|红码|3|绿|绿码|70"
    tabs = drawn.children
    assert _props(tabs[0])["data-set"] == "pick="
    assert "data-set" not in _props(tabs[1]) and "is-on" in tabs[1].className
    assert _props(tabs[2])["data-set"] == "pick=colour_code%3Agreen"


def test_tabs_without_anything_are_all_of_nothing():
    nothing = answer("incident_count")
    nothing.frame["colour_code"] = []
    answers = {"tabs": nothing, "all": answer("incident_count", {"value": 0.0})}
    assert texts(TABS.draw(answers, context())[0]) == "全部|0"
    offered = replace(TABS, values=("red", "yellow"))
    assert texts(offered.draw(answers, context())[0]) == "全部|0|红|红码|0|黄|黄码|0"


# ---- pairs ------------------------------------------------------------------------------------------------------


def _pairs(tile: Pairs, **changes) -> list:
    return tile.draw(changes, context())[0]


def test_a_pair_is_told_with_both_counts_its_interval_and_its_window():
    tile = Pairs(uid="p", shown=("incident_count",))
    drawn = _pairs(tile, incident_count=change_of("incident_count", {"count": 200, "base_count": 100}))
    assert "100| → |200|+100%|+57% 至 +157%" in texts(drawn)
    assert "对比 2026-09-28 至 2026-10-25，同星期、等长" in texts(drawn)
    assert find(drawn, "dot")[0].style["left"] == "75.0%"
    link = find(drawn, "pair")[1].children
    assert (
        _props(link)["href"] == "/incidents?kpi=incident_count"
        and _props(link)["data-kpi"] == "incident_count"
    )


def test_chance_is_called_no_change_and_no_base_is_no_comparison():
    tile = Pairs(uid="p", shown=("incident_count",))
    assert "无显著变化" in texts(
        _pairs(tile, incident_count=change_of("incident_count", {"count": 12, "base_count": 10}))
    )
    bare = change_of("incident_count", {"count": 12, "base_count": 10}, is_covered=False)
    assert "没有可比的前期" in texts(_pairs(tile, incident_count=bare)) and "+20%" not in texts(
        _pairs(tile, incident_count=bare)
    )
    assert texts(tile.draw({}, context(filters=Filters()))[0]) == "没有可比的前期"
    assert tile.requests(context(filters=Filters())) == {}


def test_a_sum_shows_its_change_without_an_interval():
    tile = Pairs(uid="p", shown=("incident_count",))
    change = change_of("incident_count", {"count": 300, "base_count": 200})
    bare = replace(change, frame=change.frame.assign(low=None, high=None, is_beyond_chance=False))
    drawn = _pairs(tile, incident_count=bare)
    assert "+50%|非独立计数，不给区间" in texts(drawn) and not find(drawn, "whisker")


def test_values_are_told_against_the_rest():
    tile = Pairs(uid="p", shown=("incident_count",), by="category_code")
    rows = (
        {"category_code": "theft", "count": 300, "base_count": 100},
        {"category_code": "noise", "count": 510, "base_count": 500},
    )
    by = ("category_code",)
    changes = {
        "incident_count": change_of("incident_count", {"count": 810, "base_count": 600}),
        "values": change_of("incident_count", *rows, by=by),
    }
    drawn = _pairs(tile, **changes)
    names = [texts(each) for each in find(drawn, "excess")[1:]]
    assert names == ["+194%", "−66%"]
    small = (
        {"category_code": "theft", "count": 3, "base_count": 2},
        {"category_code": "noise", "count": 30, "base_count": 25},
    )
    changes["values"] = change_of("incident_count", *small, by=by)
    assert "与其余相当" in texts(_pairs(tile, **changes))


def test_a_year_back_is_asked_for_and_feeds_that_joined_are_named():
    tile = Pairs(uid="p", shown=("incident_count",), is_year=True, baseline="report_count")
    asked = tile.requests(context())
    assert asked["report_count"] == Comparison(asked["report_count"].request, 52)
    changes = {
        "incident_count": change_of("incident_count", {"count": 9, "base_count": 9}, joined=("fire_119",)),
        "report_count": change_of("report_count", {"count": 9, "base_count": 9}),
    }
    drawn = _pairs(tile, **changes)
    assert "接入变更：119火警" in texts(drawn)
    assert texts(find(drawn, "is-base")[0]).startswith("上报量")


# ---- points -----------------------------------------------------------------------------------------------------

MAP = PointsMap(
    uid="m", listing="areas", colour="colour_code", label=("place_name",), page="/places/{place_id}"
)
GRIDS = pd.DataFrame(
    [("C01", "community", "G001"), ("G001", "grid", "G001")], columns=["area_id", "level_code", "grid_id"]
)


def _points(count: int, **changes) -> pd.DataFrame:
    made = [
        {
            "place_id": f"p:{place}",
            "place_name": f"店{place}",
            "colour_code": "red" if place % 5 == 0 else "green",
            "lon": 120.0 + place / 1e4,
            "lat": 30.0,
            "grid_id": "G001",
        }
        for place in range(count)
    ]
    return pd.DataFrame(
        made, columns=["place_id", "place_name", "colour_code", "lon", "lat", "grid_id"]
    ).assign(**changes)


def _drawn(rows: pd.DataFrame, search: str = "", **where) -> tuple:
    return MAP.draw({"rows": rows, "grids_of": GRIDS}, context(search, **where))


@pytest.mark.parametrize(("why", "word"), [("unjoined", "本地未接入此类登记数据"), (None, "暂无记录")])
def test_a_map_without_points_says_why(why, word):
    rows = _points(0)
    rows.attrs |= {"unknown_code": why} if why else {}
    assert texts(_drawn(rows)[4]) == word


def test_few_points_stand_alone_with_their_letter_and_lead_to_their_page():
    data, hideout, ground, url, legend = _drawn(_points(6))
    assert len(data["features"]) == 6
    first = data["features"][0]["properties"]
    assert (first["code"], first["text"], first["href"]) == ("red", "店0 · 红码", "/places/p%3A0")
    assert (
        hideout["letters"] == {"red": "红", "green": "绿"}
        and hideout["colours"]["red"] == THEMES["dark"].risk_red
    )
    assert texts(legend) == "红|红码|2|绿|绿码|4"
    assert _props(legend[0])["data-set"] == "pick=colour_code%3Ared"
    assert url == "/geo/community.json" and ground["names"] == {"C01": "一社区"}


def test_many_points_are_one_ring_per_area_that_leads_into_it():
    data, *_ = _drawn(_points(SINGLE + 5))
    assert len(data["features"]) == 1
    ring = data["features"][0]["properties"]
    assert (ring["count"], ring["shares"], ring["set"]) == (505, [["red", 101], ["green", 404]], "area=C01")
    assert ring["text"] == "一社区 · 505 个 · 红码 101 · 绿码 404"
    inside, *_ = _drawn(_points(SINGLE + 5), "area=C01", filters=Filters(area_id="C01"))
    assert inside["features"][0]["properties"]["set"] == "area=G001"
    nowhere, *_ = _drawn(_points(SINGLE + 5, grid_id=None))
    assert len(nowhere["features"]) > 1 and "set" not in nowhere["features"][0]["properties"]


def test_things_without_a_place_or_a_code_are_told_not_lost():
    rows = _points(3)
    rows.loc[0, "lon"] = None
    rows.loc[1, "colour_code"] = None
    data, hideout, _, _, legend = _drawn(rows)
    assert len(data["features"]) == 2 and "另有 1 个没有坐标" in texts(legend)
    assert hideout["colours"]["none"] == THEMES["dark"].risk_none
    assert "—|未知|1" in texts(legend)
    assert _drawn(_points(0))[0] == {"type": "FeatureCollection", "features": []}


# ---- parts ------------------------------------------------------------------------------------------------------


def test_a_score_is_shown_with_what_each_part_adds(monkeypatch):
    monkeypatch.setattr(parts_module, "rule", lambda name, day: {"on_time_closure_pct": 30, "reject_pct": 10})
    tile = Parts(
        uid="p", metric="closure_within_sla_pct", parts=("on_time_closure_pct", "reject_pct"), weights="x.y"
    )
    values = {"closure_within_sla_pct": 66.0, "on_time_closure_pct": 80.0, "reject_pct": 24.0}
    answers = {name: answer(name, {"value": value, "n": 50}) for name, value in values.items()}
    drawn = tile.draw(answers, context())[0]
    assert "75%|80.0|60.0" in texts(drawn) and "25%|24.0|6.0" in texts(drawn)
    assert [each.style["width"] for each in find(drawn, "segment")] == ["60.00%", "6.00%"]
    answers["reject_pct"] = answer("reject_pct", {"value": None, "n": 0, "flag": "no_data"})
    drawn = tile.draw(answers, context())[0]
    assert find(drawn, "is-unknown")[0].style["width"] == "25.00%" and "无数据" in texts(drawn)
    assert "25%|—|—" in texts(drawn)


def test_parts_of_one_thing_come_from_a_listing():
    rows = pd.DataFrame(
        {
            "part_code": ["inherent", "hazards"],
            "weight_pct": [30, 70],
            "value_score": [90.0, None],
            "told": ["危化", None],
        }
    )
    drawn = ListedParts(uid="p", listing="areas", note="told").draw({"rows": rows}, context())[0]
    assert "inherent|30%|90.0|27.0|危化" in texts(drawn) and "hazards|70%|—|—" in texts(drawn)
    assert texts(ListedParts(uid="p", listing="areas").draw({"rows": rows.head(0)}, context())[0]) == "无数据"


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_letters_can_be_read_on_every_series_and_grade(theme):
    for colour in (*theme.series, theme.risk_none, theme.risk_red, theme.risk_yellow, theme.risk_green):
        assert _contrast(ink_on(colour), colour) >= 3.0, colour
    for colour, ink in zip(theme.grades, theme.grade_inks, strict=True):
        assert _contrast(ink, colour) >= 4.5, colour


def test_the_first_grade_can_be_told_from_the_ground():
    for theme in THEMES.values():
        ladder = [_contrast(theme.panel, colour) for colour in theme.grades]
        assert ladder == sorted(ladder) and ladder[0] >= 1.1
