"""What a tile draws as markup goes to the browser as one component, element by element the same."""

from __future__ import annotations

import json

from dash import dcc, html
from dash.development.base_component import Component

from components.drawn import TAGS, Drawn, pack
from components.parts import chart

LINE = html.Li(
    [html.B("盗窃", className="name"), 3, None, html.Span(title="t", hidden=True, **{"data-set": "a=1"})],
    className="row",
)


def _nodes(drawn) -> list:
    assert isinstance(drawn, Drawn)
    return drawn.tree


def test_markup_keeps_its_elements_attributes_and_texts_in_order():
    attributes = {"className": "row"}
    inside = [
        ["b", {"className": "name"}, ["盗窃"]],
        "3",
        ["span", {"hidden": True, "title": "t", "data-set": "a=1"}, []],
    ]
    assert json.loads(json.dumps(_nodes(pack(LINE)))) == [["li", attributes, inside]]
    assert _nodes(pack([LINE, "und", LINE]))[1] == "und"


def test_texts_stay_texts():
    assert pack("5.0") == "5.0"
    assert pack(["a", 1]) == ["a", 1]


def test_what_a_callback_knows_stays_a_component_and_its_inside_is_packed():
    known = html.Div([html.Ul([LINE, LINE]), chart("g")], id="known", className="k")
    whole = html.Section([html.H2("head"), known])
    packed = pack(whole)
    by_id = {each.id: each for each in packed._traverse() if getattr(each, "id", None)}
    assert isinstance(by_id["g"], dcc.Graph)
    assert by_id["known"].className == "k"
    lists, graph = by_id["known"].children
    assert isinstance(lists, Drawn)
    assert graph.id == "g"


def test_packing_changes_nothing_in_place():
    before = json.dumps(LINE, default=Component.to_plotly_json)
    whole = html.Div([LINE, chart("g")])
    pack(whole)
    pack(LINE)
    assert whole.children[0] is LINE
    assert json.dumps(LINE, default=Component.to_plotly_json) == before


def test_every_tag_is_an_element_of_dash():
    assert [tag for tag in TAGS if not issubclass(getattr(html, tag), Component)] == []
