"""Charts and maps without a browser: what is in them, what is left open, and the same bytes everywhere."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from lxml import etree
from PIL import Image

from components.drawing.area_map import draw_area_map
from components.drawing.canvas import DrawingError, wrapped
from components.drawing.chart import draw_chart
from components.drawing.spec import AreaMark, Chart, Series
from components.theme import LIGHT
from tests.components.briefing_sample import HOSTILE, area_picture, chart, hostile, write_geo

KINDS = ("bars", "columns", "lines", "stacked", "band")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def geo(tmp_path_factory):
    return write_geo(tmp_path_factory.mktemp("geo"))


def _texts(svg: bytes) -> list[str]:
    return ["".join(each.itertext()).strip() for each in etree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_chart_tells_title_names_target_and_source(kind, lang):
    drawn = chart(kind, lang=lang)
    told = " ".join(_texts(draw_chart(drawn)))
    for words in (drawn.title, drawn.series[0].name, drawn.categories[0], drawn.source[:20]):
        assert words in told
    assert ("目标 " if lang == "zh" else "Target ") in told


def test_a_value_stands_at_its_bar_and_an_unknown_one_is_a_dash():
    told = _texts(draw_chart(chart("bars")))
    assert {"96.2", "99.1", "88.4", "71.5"} <= set(told)
    assert told.count("—") == 1  # the fourth is unknown: neither a bar nor a 0
    assert "0.0" not in told


def test_unknown_values_are_gaps_in_a_line():
    whole = chart("lines")
    filled = replace(
        whole,
        series=(replace(whole.series[0], values=tuple(each or 0.0 for each in whole.series[0].values)),),
    )
    moves = [_moves(draw_chart(each)) for each in (whole, filled)]
    assert moves == [2, 1]  # the pen is lifted once where a day is unknown


def _moves(svg: bytes) -> int:
    colour = LIGHT.accent.lower()
    for path in etree.fromstring(svg).iter(f"{SVG}path"):
        style = (path.get("style") or "").lower()
        if f"stroke: {colour}" in style and "fill: none" in style and path.get("d", "").count("L") >= 10:
            return path.get("d").count("M")
    raise AssertionError("no line of the accent's colour")


def test_a_chart_without_a_known_value_is_a_dash():
    empty = Chart(kind="columns", title="空", categories=("甲",), series=(Series("乙", (None,)),))
    assert "—" in _texts(draw_chart(empty))


def test_wrong_kinds_forms_and_themes_are_named():
    with pytest.raises(DrawingError, match="pie"):
        draw_chart(chart("pie"))
    with pytest.raises(DrawingError, match="gif"):
        draw_chart(chart("bars"), form="gif")
    with pytest.raises(DrawingError, match="neon"):
        draw_chart(chart("bars"), theme="neon")


def test_forms_are_what_they_say():
    assert draw_chart(chart("bars"), form="pdf").startswith(b"%PDF")
    image = Image.open(io.BytesIO(draw_chart(chart("bars"), form="png", size_mm=(100, 50))))
    assert image.size == (866, 433)  # 100 mm at 220 dots an inch = 866.1


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_names_draw_nothing_but_words(words, geo):
    for drawn in (
        draw_chart(hostile(chart("bars"), words.encode("utf-8", "replace").decode()[:80])),
        draw_area_map(
            hostile(area_picture(), words.encode("utf-8", "replace").decode()[:80]), geo_folder=geo
        ),
    ):
        tree = etree.fromstring(drawn)
        assert not list(tree.iter(f"{SVG}script", f"{SVG}foreignObject", f"{SVG}a"))
        assert not [key for each in tree.iter() for key in each.attrib if key.lower().startswith("on")]


def test_every_area_has_its_colour_letter_and_hatching(geo):
    picture = area_picture()
    svg = draw_area_map(picture, geo_folder=geo)
    told = _texts(svg)
    for code, letter in (("red", "红"), ("orange", "橙"), ("yellow", "黄"), ("blue", "蓝"), ("green", "绿")):
        count = sum(mark.class_code == code for mark in picture.marks)
        assert told.count(letter) == count + 1  # each area's, and the legend's
        assert svg.decode().lower().count(f"fill: {LIGHT.risk(code).lower()}") >= count
    # of 24 squares 5, 11, 17, 23 are none and 24 has no mark: 5 unknown, and the legend's
    assert any(words.startswith("无数据") and words.endswith("5") for words in told)
    assert svg.decode().lower().count(f"fill: {LIGHT.risk_none.lower()}") == 5 + 1
    # hatched is every fifth: 5 (unknown, so not told), 10, 15, 20
    assert any(words.startswith("证据不足") and words.endswith("3") for words in told)


def test_a_class_nobody_knows_is_grey_never_green(geo):
    picture = replace(area_picture(), marks=(AreaMark(area_id="G001", class_code="purple"),))
    svg = draw_area_map(picture, geo_folder=geo).decode().lower()
    assert svg.count(f"fill: {LIGHT.risk_green.lower()}") == 1  # the legend's
    assert svg.count(f"fill: {LIGHT.risk_none.lower()}") == 24 + 1


def test_missing_or_broken_shapes_are_named(tmp_path):
    with pytest.raises(DrawingError, match=r"grid\.json"):
        draw_area_map(area_picture(), geo_folder=tmp_path)
    (tmp_path / "grid.json").write_text('{"features": [{}]}', encoding="utf-8")
    with pytest.raises(DrawingError, match="not a collection"):
        draw_area_map(area_picture(), geo_folder=tmp_path)


def test_new_shapes_are_drawn_at_once(tmp_path):
    before = draw_area_map(area_picture(), geo_folder=write_geo(tmp_path, 12))
    assert draw_area_map(area_picture(), geo_folder=write_geo(tmp_path, 24)) != before


def test_words_wrap_between_words_and_chinese_letters():
    assert wrapped("处置时长中位数", width=8) == "处置时长\n中位数"
    assert wrapped("closed in time", width=9) == "closed in\ntime"


def test_the_worst_areas_are_named_whole_classes_only(geo):
    # of 23 marks 4 are red (4, 10, 16, 22), 4 orange, 4 yellow: 12 names; with the 3 blue ones they would be too many
    picture = area_picture()
    marks = tuple(replace(mark, label=f"网格{mark.area_id}") for mark in picture.marks)
    told = _texts(draw_area_map(replace(picture, marks=marks), geo_folder=geo))
    named = {words.removeprefix("网格") for words in told if words.startswith("网格G")}
    worst = {mark.area_id for mark in marks if mark.class_code in ("red", "orange", "yellow")}
    assert named <= worst
    assert {mark.area_id for mark in marks if mark.class_code == "red"} <= named


def test_a_part_of_the_town_is_drawn_near_and_the_rest_is_not_called_unknown(geo):
    picture = replace(area_picture(), marks=area_picture().marks[:2], is_partial=True)  # two neighbours of 24
    svg = draw_area_map(picture, geo_folder=geo)
    assert any(words.startswith("无数据") and words.endswith("0") for words in _texts(svg))
    assert svg.decode().lower().count(f"fill: {LIGHT.risk_none.lower()}") == 1  # the legend's
    assert _texts(svg).count("蓝") == 1 + 1  # the first of the two, and the legend's
    none = draw_area_map(
        replace(picture, marks=()), geo_folder=geo
    )  # nothing told of: the whole town as ground
    assert none.decode().lower().count(f"fill: {LIGHT.raised.lower()}") == 24
