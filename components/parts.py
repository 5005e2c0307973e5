"""What the cockpit adds to Dash's plain elements (部件): a held value, a chart, a map; drawn by assets/parts.js, ground.js.

They stand in for whole libraries of components, of which the screens would use two or three and every viewer load all.
"""

from __future__ import annotations

from typing import ClassVar

from dash.development.base_component import Component

from components.figure import BARE_FIGURE, GRAPH_STYLE, graph_config


class Held(Component):
    """A value the page holds and callbacks read: `data`. It shows nothing."""

    _namespace = "cockpit_parts"
    _type = "Held"
    _prop_names: ClassVar = ["id", "data"]
    available_properties: ClassVar = ["id", "data"]
    _valid_wildcard_attributes: ClassVar = []
    available_wildcard_properties: ClassVar = []
    _children_props: ClassVar = []
    _base_nodes: ClassVar = ["children"]

    def __init__(self, id: str):
        """Makes it empty."""
        super().__init__(id=id)


class Chart(Component):
    """A Plotly chart that fills its panel: `figure` as Plotly's JSON; `clickData` is the point last clicked."""

    _namespace = "cockpit_parts"
    _type = "Chart"
    _prop_names: ClassVar = ["id", "figure", "config", "style", "className", "clickData"]
    available_properties: ClassVar = ["id", "figure", "config", "style", "className", "clickData"]
    _valid_wildcard_attributes: ClassVar = []
    available_wildcard_properties: ClassVar = []
    _children_props: ClassVar = []
    _base_nodes: ClassVar = ["children"]

    def __init__(self, id: str, **given: object):
        """Makes it bare: its first figure is drawn with the page."""
        bare = {"figure": BARE_FIGURE, "config": graph_config(), "style": GRAPH_STYLE, "className": "chart"}
        super().__init__(id=id, **{**bare, **given})


class Ground(Component):
    """A map without tiles: the ground `Shapes` lie on; `options` are Leaflet's."""

    _namespace = "cockpit_parts"
    _type = "Ground"
    _prop_names: ClassVar = ["children", "id", "className", "options"]
    available_properties: ClassVar = ["children", "id", "className", "options"]
    _valid_wildcard_attributes: ClassVar = []
    available_wildcard_properties: ClassVar = []
    _children_props: ClassVar = []
    _base_nodes: ClassVar = ["children"]

    def __init__(self, children: list, **given: object):
        """Makes it with the shapes that lie on it, the lowest first."""
        bare = {
            "center": [0, 0],
            "zoom": 11,
            "zoomSnap": 0.05,
            "zoomControl": False,
            "attributionControl": False,
        }
        super().__init__(
            children=children, **{"className": "map", **given, "options": bare | given.get("options", {})}
        )


class Shapes(Component):
    """GeoJSON on a map: `data`, or what lies at `url`.

    `style`, `each` and `dot` name functions of `cockpit.shapes` (assets/map.js, areas.js): a shape's look, what it
    does, a point's sign. They are told `hideout`; another hideout draws the shapes anew.
    """

    _namespace = "cockpit_parts"
    _type = "Shapes"
    _prop_names: ClassVar = ["id", "url", "data", "hideout", "style", "each", "dot", "pane", "interactive"]
    available_properties: ClassVar = [
        "id",
        "url",
        "data",
        "hideout",
        "style",
        "each",
        "dot",
        "pane",
        "interactive",
    ]
    _valid_wildcard_attributes: ClassVar = []
    available_wildcard_properties: ClassVar = []
    _children_props: ClassVar = []
    _base_nodes: ClassVar = ["children"]

    def __init__(self, id: str, **given: object):
        """Makes them empty: what they show comes with the page's first values."""
        super().__init__(id=id, **{"hideout": {}, **given})
