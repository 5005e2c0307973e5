"""A small line beside a number (走势线), drawn as an svg image: no script, sharp at any size."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from components.numbers import is_known

WIDTH, HEIGHT, EDGE = 240, 48, 4


def trace(values: Sequence[object], *, colour: str, label: str) -> Component:
    """Returns the line; unknown values are gaps, a single known value is a dot."""
    known = [float(value) for value in values if is_known(value)]
    if not known:
        return html.Div(className="trace empty")
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    points: list[list[str]] = [[]]
    last = ""
    for index, value in enumerate(values):
        if not is_known(value):
            points.append([])
            continue
        x = EDGE + index * step
        y = HEIGHT - EDGE - (float(value) - low) / span * (HEIGHT - 2 * EDGE)
        points[-1].append(f"{x:.1f},{y:.1f}")
        last = _dot(points[-1][-1], colour, radius=3)
    lines = "".join(
        f'<polyline points="{" ".join(run)}" fill="none" stroke="{colour}" stroke-width="2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        for run in points
        if len(run) > 1
    )
    lines += "".join(_dot(run[0], colour, radius=1.5) for run in points if len(run) == 1)
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{lines}{last}</svg>'
    return html.Img(src=f"data:image/svg+xml,{quote(drawing)}", className="trace", alt=label, title=label)


def _dot(point: str, colour: str, *, radius: float) -> str:
    x, _, y = point.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>'
