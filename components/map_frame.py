"""What every map stands in (地图框): bare ground, the corner that tells, the legend."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.parts import ground


def map_frame(uid: str, *, layers: list, above: Sequence[Component] = ()) -> html.Div:
    """Returns layers over bare ground, with the corner that tells what the pointer is over, and the legend.

    There are no map tiles: the town itself is the ground. `above` stands over the map.
    """
    options = {"zoomDelta": 0.5, "wheelPxPerZoomLevel": 160, "doubleClickZoom": False}
    below = ground(layers, id=f"{uid}-map", **options)
    tell = html.Div(className="map-tell", **{"data-tell": ""})
    legend = html.Div(id=f"{uid}-legend", className="legend")
    return html.Div(
        [*above, html.Div([below, tell], className="map-box"), legend], className="tile-body map-tile"
    )
