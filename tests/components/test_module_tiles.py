"""The tiles the module pages share: cells with n, thin and unknown told in words, the way to the rows."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.grades import STEPS, breaks_of, grade_of, ranges_of, spread
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.shares import Shares
from components.tiles.stages import Stages
from data.request import Filters
from tests.components.frames import answer, context, find, texts

RATE, COUNT = "on_time_closure_pct", "incident_count"
TABLE = MetricTable(uid="t", by="department_id", shown=(RATE, COUNT), limit=3)
GRIDS = pd.DataFrame(
    [
        ("C01", "community", "G001"),
        ("C02", "community", "G002"),
        ("G001", "grid", "G001"),
        ("G002", "grid", "G002"),
    ],
    columns=["area_id", "level_code", "grid_id"],
)


def _props(component) -> dict:
    return component.to_plotly_json()["props"]


def _rate(key: str, value, n: int = 100, flag: str | None = None, **more) -> dict:
    return {"department_id": key, "value": value, "n": n, "flag": flag, "low": 1.0, "high": 99.0} | more


def _table(rows: tuple, *, search: str = "", **where):
    keys = [row["department_id"] for row in rows]
    answers = {
        RATE: answer(RATE, *rows),
        COUNT: answer(
            COUNT, *({"department_id": key, "value": 7.0 + place, "n": 7} for place, key in enumerate(keys))
        ),
        f"{RATE} total": answer(RATE, {"value": 81.0, "n": 900, "low": 80.0, "high": 82.0}),
        f"{COUNT} total": answer(COUNT, {"value": 950.0, "n": 950}),
    }
    return TABLE.draw(answers, context(search, **where))[0]


def _names(drawn) -> list[str]:
    rows = drawn.children.children[1].children
    return [texts(row.children[0]) for row in rows if isinstance(row.children, list)]


THREE = (_rate("police", 90.0), _rate("road", 60.0), _rate("tiny", 10.0, n=4, flag="small_sample"))


def test_what_needs_attention_stands_first_and_thin_rows_last():
    assert _names(_table(THREE)) == ["全部", "road", "派出所", "tiny"]


@pytest.mark.parametrize(
    ("search", "order"),
    [
        (f"sort=-{RATE}", ["派出所", "road", "tiny"]),
        (f"sort={COUNT}", ["tiny", "road", "派出所"]),
        (f"sort=-{COUNT}", ["派出所", "road", "tiny"]),
        ("sort=nonsense", ["road", "派出所", "tiny"]),
    ],
)
def test_a_heading_orders_the_rows(search, order):
    assert _names(_table(THREE, search=search))[1:] == order


def test_a_heading_goes_round_from_down_to_up_to_the_default():
    links = [
        _props(find(_table(THREE, search=search), "metric-head")[1].children[0])
        for search in ("", f"sort={COUNT}", f"sort=-{COUNT}")
    ]
    assert [link["data-set"] for link in links] == [f"sort={COUNT}", f"sort=-{COUNT}", "sort="]


def test_a_thin_cell_says_so_and_a_share_has_its_n_and_interval():
    drawn = _table(THREE)
    thin = find(drawn, "is-thin")[0]
    assert "n = 4 · 样本不足" in texts(thin)
    cell = next(each for each in find(drawn, "figure") if "road" in each.title)
    assert "n = 100" in cell.title and "95% 区间 1.0–99.0" in cell.title


def test_every_cell_leads_to_its_rows_and_says_when_it_was_true():
    cell = next(each for each in find(_table(THREE), "figure") if "road" in each.title)
    told = _props(cell)
    assert told["href"] == f"/incidents?kpi={RATE}&department=road"
    assert (told["data-kpi"], told["data-asof"], told["data-generation"]) == (
        RATE,
        "2026-11-22T06:30:00Z",
        "7",
    )


def test_a_row_filters_and_filters_no_more_when_it_is_chosen():
    rows = _table(THREE).children.children[1].children
    assert _props(rows[1])["data-set"] == "department=road"
    chosen = _table(THREE, search="department=road").children.children[1].children[1]
    assert _props(chosen)["data-set"] == "department="
    assert "is-selected" in chosen.className


def test_an_unknown_value_is_a_dash_without_a_way():
    drawn = _table((_rate("police", None, n=0, flag="no_data"), _rate("road", 50.0)))
    assert _names(drawn)[1:] == ["road", "派出所"]
    empty = find(drawn, "is-unknown")[0]
    assert texts(empty) == "—" and "href" not in _props(empty)
    assert "无数据" in texts(drawn)


def test_a_suppressed_number_keeps_its_n_to_itself():
    drawn = _table((_rate("police", None, n=3, flag="suppressed"), _rate("road", 50.0)))
    assert "人数过少，不公开" in texts(drawn)
    assert "n = 3" not in texts(drawn) + " ".join(each.title for each in find(drawn, "figure"))


def test_a_month_the_period_cuts_says_from_and_up_to_which_day():
    tile = MetricTable(uid="t", title="enforcement.six", by="month", shown=(COUNT,), has_total=False)
    rows = answer(COUNT, *({"month": f"2026-{month}", "value": 5.0, "n": 5} for month in ("11", "10", "09")))
    heads = tile.draw({COUNT: rows}, context())[0].children.children[1].children
    # counted from 26 October on (28 days), up to the afternoon of 22 November
    assert [texts(row.children[0]) for row in heads] == ["2026-11|至22日", "2026-10|26日起", "2026-09"]


def test_rows_past_the_limit_are_told_as_a_number():
    rows = tuple(_rate(f"d{place}", 50.0 + place) for place in range(5))
    assert "另有 2 项" in texts(_table(rows))


def test_an_unknown_key_is_a_row_nobody_can_choose():
    drawn = _table((_rate(None, 50.0), _rate("road", 90.0)))
    assert _names(drawn)[1:] == ["road", "未知"]
    assert "data-set" not in _props(drawn.children.children[1].children[2])
    unknown = next(each for each in find(drawn, "figure") if each.title.startswith("未知"))
    assert "href" not in _props(unknown)
    keys = [_props(each.children[0])["data-number"] for each in find(drawn, "figure")]
    assert len(keys) == len(set(keys))  # a value that changed fades: two numbers must not share a name


def test_a_value_without_a_case_counted_none_but_has_no_share():
    rows = {
        RATE: answer(RATE, _rate("road", 50.0)),
        COUNT: answer(COUNT, {"department_id": "police", "value": 4.0, "n": 4}),
    }
    drawn = MetricTable(uid="t", by="department_id", shown=(RATE, COUNT), has_total=False).draw(
        rows, context()
    )[0]
    lines = {
        texts(each.children[0]): texts(each.children[1:]) for each in drawn.children.children[1].children
    }
    assert lines["road"] == "n = 100|50.0|0"
    assert lines["派出所"] == "无数据|—|4"


def test_equal_answers_draw_equal_tables_and_nothing_says_so():
    one, other = (_table(THREE).to_plotly_json() for _ in range(2))
    assert str(one) == str(other)
    nothing = {name: answer(name) for name in (RATE, COUNT)}
    for name in (RATE, COUNT):
        nothing[name].frame["department_id"] = []
    assert (
        texts(
            MetricTable(uid="t", by="department_id", shown=(RATE, COUNT), has_total=False).draw(
                nothing, context()
            )
        )
        == "无数据"
    )


# ---- grades -----------------------------------------------------------------------------------------------------


def test_shares_are_cut_in_equal_round_steps():
    assert breaks_of([71.2, 80.0, 85.5, 90.0, 96.1], ceiling=100.0) == (75.0, 80.0, 85.0, 90.0)
    assert ranges_of((75.0, 80.0), "{:.0f}") == ["< 75", "75 – 80", "≥ 80"]


def test_whole_numbers_are_named_not_bounded():
    assert ranges_of((1.0, 2.0, 5.0), "{:.0f}", is_whole=True) == ["≤ 0", "1", "2 – 4", "≥ 5"]
    assert ranges_of((2.5, 5.0), "{:.0f}", is_whole=True) == ["≤ 2", "3 – 4", "≥ 5"]
    assert ranges_of((), "{:.0f}") == []


def test_very_unequal_counts_are_cut_into_groups():
    assert breaks_of([0, 1, 2, 3, 60, 300]) == (1, 2, 3, 60)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=80))
def test_every_value_has_a_grade_and_more_is_never_less(values):
    breaks = breaks_of(values)
    assert len(breaks) < STEPS and all(one < other for one, other in pairwise(breaks))
    grades = [grade_of(value, breaks) for value in sorted(values)]
    assert grades == sorted(grades) and max(grades) < len(spread(len(breaks) + 1)) <= STEPS


# ---- map --------------------------------------------------------------------------------------------------------


def _map(*rows: dict, filters: Filters | None = None, tile: AreaMap | None = None):
    tile = tile or AreaMap(uid="m", metric=RATE, level="community")
    answers = {"areas": answer(RATE, *rows), "grids_of": GRIDS}
    return tile.draw(answers, context(**({"filters": filters} if filters else {})))


AREAS = (
    {"community": "C01", "value": 80.0, "n": 50},
    {"community": "C02", "value": 60.0, "n": 3, "flag": "small_sample"},
    {"community": None, "value": 1.0, "n": 9},
)


def test_a_map_grades_areas_hatches_thin_ones_and_leaves_unknown_ones_out():
    hideout, url, legend, _, _ = _map(*AREAS)
    assert hideout["grades"]["C01"] > hideout["grades"]["C02"]
    assert hideout["hatched"] == ["C02"]
    assert url == "/geo/community.json"
    assert "样本不足|1" in texts(legend) and "无数据" not in texts(legend)
    assert "n = 3 · 样本不足" in hideout["facts"]["C02"]
    unknown = _map(AREAS[0], {"community": "C02", "value": None, "n": 0, "flag": "no_data"})
    assert "C02" not in unknown[0]["grades"] and "无数据|1" in texts(unknown[2])


def test_a_suppressed_area_is_told_apart_from_one_without_data():
    rows = (AREAS[0], {"community": "C02", "value": None, "n": 4, "flag": "suppressed"})
    hideout, _, legend, _, _ = _map(*rows)
    assert "人数过少，不公开|1" in texts(legend) and "无数据" not in texts(legend)
    assert "4" not in hideout["facts"]["C02"]


def test_a_map_of_nothing_is_all_unknown():
    hideout, _, legend, _, _ = _map()
    assert hideout["grades"] == {} and hideout["names"] == {"C01": "一社区", "C02": "C02"}
    assert "无数据|2" in texts(legend)


def test_the_area_chosen_is_shown_inside_the_whole():
    tile = AreaMap(uid="m", metric=RATE)
    filters = Filters(area_id="C01")
    asked = tile.requests(context("area=C01", filters=filters))
    assert asked["areas"].by == ("grid",) and asked["areas"].filters.area_id is None
    answers = {"areas": answer(RATE, {"grid": "G001", "value": 70.0, "n": 60}), "grids_of": GRIDS}
    hideout = tile.draw(answers, context("area=C01", filters=filters))[0]
    assert hideout["inside"] == ["G001"] and hideout["selected"] == "C01" and hideout["portrait"] == "/grid/"


# ---- stages -----------------------------------------------------------------------------------------------------

STAGES = Stages(
    uid="s", shown=("report_count", "incident_count", "closed_count"), times=("", "handle_minutes_p50")
)


def _stages(*values, **where):
    answers = {
        name: answer(name, {"value": value, "n": value or 0})
        for name, value in zip(STAGES.shown, values, strict=True)
    }
    answers["handle_minutes_p50"] = answer("handle_minutes_p50", {"value": 42.0, "n": 300})
    return STAGES.draw(answers, context(**where))[0]


def test_stages_tell_the_share_of_the_first_and_of_the_one_before_and_the_time_between():
    shown = texts(_stages(1000.0, 800.0, 600.0))
    assert "占首环节 60.0%" in shown
    assert "80.0%" in shown and "75.0%" in shown
    assert "处置用时 P50 |42.0|分钟" in shown
    tip = find(_stages(1000.0, 800.0, 600.0), "between")[1].children[0].title
    assert tip.startswith("n = 800 · 95% 区间 71.")


def test_a_share_of_few_says_so_and_of_none_is_a_dash():
    assert "样本不足" in texts(_stages(12.0, 9.0, 9.0))
    drawn = _stages(1000.0, 0.0, 0.0)
    assert texts(find(drawn, "between")[1].children[0]) == "—"
    assert texts(_stages(0.0, 0.0, 0.0)) == "无数据"
    assert str(_stages(5.0, 4.0, None).to_plotly_json()) == str(_stages(5.0, 4.0, None).to_plotly_json())


# ---- shares -----------------------------------------------------------------------------------------------------


def _shares(tile: Shares, *rows: dict, over: tuple = (), **where):
    answers = {"parts": answer(tile.metric, *rows), "over": answer(tile.metric, *over)}
    return tile.draw(answers, context(**where))[0]


PARTS = ({"feed_id": "fire_119", "value": 30.0, "n": 30}, {"feed_id": "police_110", "value": 70.0, "n": 70})


def test_parts_add_up_and_filter():
    drawn = _shares(Shares(uid="s", metric=COUNT, by="feed_id"), *PARTS)
    assert "110警情|70|70.0%|119火警|30|30.0%" in texts(drawn)
    assert _props(find(drawn, "share-line")[0])["data-set"] == "source=police_110"
    assert [each.style["flexGrow"] for each in find(drawn, "segment")] == ["70.000", "30.000"]


def test_the_smallest_parts_are_told_together():
    rows = [{"feed_id": f"f{place}", "value": 10.0 * place, "n": 1} for place in range(1, 7)]
    shown = texts(_shares(Shares(uid="s", metric=COUNT, by="feed_id", limit=3), *rows))
    assert "其余 4 项|100|47.6%" in shown


def test_a_part_keeps_its_colour_and_two_parts_never_share_one():
    tile = Shares(uid="s", metric=COUNT, by="feed_id")
    both = {
        each.title.split(" ")[0]: each.style["background"] for each in find(_shares(tile, *PARTS), "segment")
    }
    alone = find(_shares(tile, PARTS[0]), "segment")[0]
    assert both["119火警"] == alone.style["background"] and len(set(both.values())) == 2


def test_colour_codes_have_their_own_colours_and_letters():
    tile = Shares(uid="s", metric=COUNT, by="colour_code")
    drawn = _shares(tile, {"colour_code": "green", "value": 60.0}, {"colour_code": "red", "value": 40.0})
    assert texts(find(drawn, "segment")) == "红|绿"
    assert find(drawn, "segment")[0].style["background"] == context().theme.risk_red
    assert "红码" in texts(drawn)
    assert _props(find(drawn, "share-line")[0])["data-set"] == "pick=colour_code%3Ared"


def test_parts_over_time_are_a_figure_of_shares_with_their_counts():
    tile = Shares(uid="s", metric=COUNT, by="feed_id", over="month")
    over = [
        {"month": month, "feed_id": feed, "value": value}
        for month, feed, value in (
            ("2026-10", "police_110", 3.0),
            ("2026-11", "police_110", 5.0),
            ("2026-11", "fire_119", 5.0),
        )
    ]
    figure = _shares(tile, *PARTS, over=tuple(over))
    go.Figure(figure)
    assert figure["layout"]["barnorm"] == "percent"
    assert [trace["name"] for trace in figure["data"]] == ["110警情", "119火警"]
    assert [list(trace["y"]) for trace in figure["data"]] == [[3.0, 5.0], [0.0, 5.0]]
    assert figure["data"][1]["customdata"][1] == ["source=fire_119", "5"]
    assert tile.clicks == "chart" and tile.props == (("chart", "figure"),)


def test_no_parts_say_so():
    assert texts(_shares(Shares(uid="s", metric=COUNT, by="feed_id"))) == "无数据"
    empty = _shares(Shares(uid="s", metric=COUNT, by="feed_id", over="date"))
    assert empty["layout"]["annotations"][0]["text"] == "无数据"
