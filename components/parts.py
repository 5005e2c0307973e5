"""The parts of others that screens are made of (部件): a held value, a chart, a map and shapes on it, each set up once."""

from __future__ import annotations

import dash_leaflet as dl
from dash import dcc

from components.figure import BARE_FIGURE, GRAPH_STYLE, graph_config

# Leaflet's own, for a ground without tiles.
BARE_GROUND = {
    "center": [0, 0],
    "zoom": 11,
    "zoomSnap": 0.05,
    "zoomControl": False,
    "attributionControl": False,
}
# What dash-leaflet calls the functions that `shapes` names in short.
FUNCTIONS = {"style": "style", "each": "onEachFeature", "dot": "pointToLayer"}


def held(uid: str) -> dcc.Store:
    """Returns a value the page holds and callbacks read: `data`. It shows nothing."""
    return dcc.Store(id=uid)


def chart(uid: str, **given: object) -> dcc.Graph:
    """Returns a Plotly chart that fills its panel; its first figure comes with the page's first values."""
    bare = {"figure": BARE_FIGURE, "config": graph_config(), "style": GRAPH_STYLE, "className": "chart"}
    return dcc.Graph(id=uid, **bare | given)


def ground(layers: list, **given: object) -> dl.Map:
    """Returns a map without tiles: the ground `shapes` lie on, the lowest first; `given` are Leaflet's options."""
    return dl.Map(layers, **{"className": "map"} | BARE_GROUND | given)


def shapes(uid: str, **given: object) -> dl.GeoJSON:
    """Returns GeoJSON on a map: `data`, or what lies at `url`; another `hideout` draws it anew.

    `style`, `each` and `dot` name functions of `cockpit.shapes` (assets/map.js, areas.js): a shape's look, what it
    does, a point's sign.
    """
    named = {
        FUNCTIONS[name]: {"variable": f"dashExtensions.cockpit.{given.pop(name)}"}
        for name in FUNCTIONS
        if name in given
    }
    return dl.GeoJSON(id=uid, **{"hideout": {}} | named | given)
