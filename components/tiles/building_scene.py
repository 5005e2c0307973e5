"""Buildings in three dimensions (楼宇三维): raised to their real height, coloured by one number, a click opens one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import cos, radians
from typing import ClassVar
from urllib.parse import quote

from dash import html

from components.codes import letter_of
from components.context import Context
from components.grades import breaks_of, grade_of, ranges_of, spread
from components.measure import rows_by, tip_text
from components.numbers import count_text, is_known, number_text
from components.tiles.area_map import legend_item
from components.tiles.base import Tile
from components.tiles.points_map import why_empty
from data.listing import Listing
from data.request import Request

# What the colour may tell: the address's word -> the metric; the safety colour is a listing of its own.
METRICS = {
    "occupancy": "building_occupancy_pct",
    "expiring": "lease_expiring_90_count",
    "tax": "tax_year_wan_yuan",
}
SAFETY = "safety"
VIEWS = ("occupancy", "expiring", "tax", SAFETY)
M_PER_LON, M_PER_LAT = 111_320, 110_574
EDGE = 12  # the share of the outermost corners the first view leaves out, at each side
MOVES = (
    ("ArrowLeft", "⟲"),
    ("ArrowRight", "⟳"),
    ("ArrowUp", "⤒"),
    ("ArrowDown", "⤓"),
    ("+", "+"),
    ("-", "−"),
    ("Home", "⌂"),
)


@dataclass(frozen=True, kw_only=True)
class BuildingScene(Tile):
    """Every building of the register on the town's bare ground; `?show=` says what the colour tells."""

    props: ClassVar = (("tabs", "children"), ("scene", "data-scene"), ("legend", "children"))

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics the colour may tell."""
        return tuple(METRICS.values())

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the outlines, what is chosen by building, and the grids of the area chosen."""
        filters = replace(ctx.filters, area_id=None)
        view = _view(ctx)
        asks: dict[str, object] = {"shapes": Listing("buildings"), "grids_of": Listing("grids_of")}
        if view == SAFETY:
            asks["safety"] = Listing("building_safety")
        else:
            asks["values"] = Request(METRICS[view], by=("building_id",), filters=filters)
        return asks

    def frame(self, uid: str) -> html.Div:
        """Returns the choices, the canvas with its camera buttons, and the legend."""
        buttons = [
            html.Button(sign, type="button", **{"data-camera": key, "aria-label": key}) for key, sign in MOVES
        ]
        scene = html.Div(
            [
                html.Div(className="map-tell", **{"data-tell": ""}),
                html.Div(buttons, className="camera"),
            ],
            id=f"{uid}-scene",
            className="scene",
            **{"data-scene": ""},
        )
        parts = [
            html.Nav(id=f"{uid}-tabs", className="choices"),
            html.Div(scene, className="map-box scene-box"),
        ]
        return html.Div(
            [*parts, html.Div(id=f"{uid}-legend", className="legend")], className="tile-body map-tile"
        )

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns choices, the scene as JSON, and the legend."""
        view = _view(ctx)
        shapes = answers["shapes"]
        painted = _safety(answers["safety"], ctx) if view == SAFETY else _graded(answers["values"], ctx)
        colours, facts, legend = painted
        inside = _inside(answers["grids_of"], ctx)
        buildings, fit, origin = _solids(shapes, inside=inside, ctx=ctx)
        for each in buildings:
            key = each["i"]
            each["c"], sign = colours.get(key, (ctx.theme.risk_none, ""))
            each["t"] = " · ".join(
                part for part in (each["t"], facts.get(key, ctx.t("common.no_data"))) if part
            )
            each["s"] = sign
        unknown = sum(each["i"] not in colours for each in buildings)
        lines = [*legend, *(html.Span(note, className="legend-note") for note in why_empty(shapes, ctx))]
        if unknown:
            grey = html.I(className="swatch hatched")
            lines.append(legend_item(grey, ctx.t("economy.unknown"), count=unknown))
        scene = {
            "buildings": buildings,
            "fit": fit,
            "origin": origin,
            "inside": inside,
            "ground": f"/geo/{ctx.town.levels[-1]}.json",
            "border": f"/geo/{ctx.town.file.hierarchies[0].levels[-2]}.json",
            "theme": ctx.view.theme,
        }
        return _tabs(view, ctx), json.dumps(scene, ensure_ascii=False, separators=(",", ":")), lines


def _view(ctx: Context) -> str:
    asked = ctx.view.params.get("show", "")
    return asked if asked in VIEWS else VIEWS[0]


def _tabs(view: str, ctx: Context) -> list:
    return [
        html.A(
            ctx.t(f"economy.show_{code}"),
            href="#",
            className="choice" + (" is-on" if code == view else ""),
            **({} if code == view else {"data-set": "show=" if code == VIEWS[0] else f"show={code}"}),
        )
        for code in VIEWS
    ]


def _inside(grids_of, ctx: Context) -> list[str] | None:
    here = ctx.filters.area_id
    if not here or ctx.names.level(here) == ctx.town.levels[0]:
        return None
    return sorted(set(grids_of.loc[grids_of["area_id"] == here, "grid_id"]))


def _solids(shapes, *, inside: list[str] | None, ctx: Context) -> tuple[list[dict], list[int], list[float]]:
    """Returns buildings in metres around an origin, the box to look at, and the origin."""
    origin = [ctx.town.file.center.lon, ctx.town.file.center.lat]
    solids = []
    for row in shapes.itertuples():
        if not (is_known(row.footprint_text) and is_known(row.height_m)):
            continue
        height = f"{row.height_m:.0f}"
        text = ctx.t(
            "economy.solid", name=row.building_name, floors=count_text(row.floor_count), height=height
        )
        link = ctx.link(f"/buildings/{quote(row.building_id, safe='')}", area=None)
        solid = {"i": row.building_id, "n": row.building_name, "h": row.height_m, "t": text}
        solid |= {"p": _points(row.footprint_text, origin), "f": int(row.floor_count or 1)}
        solid |= {"o": inside is not None and row.grid_id not in inside}
        solids.append(solid | ({"u": link} if ctx.may("modules") else {}))
    return solids, _box(solids, has_area=bool(inside)), origin


def _points(footprint: str, origin: list[float]) -> list[list[float]]:
    """Returns an outline in metres; it runs anticlockwise, so that its walls know where outside is."""
    per_lon = M_PER_LON * cos(radians(origin[1]))
    ring = json.loads(footprint)[0][:-1]
    points = [[round((x - origin[0]) * per_lon, 1), round((y - origin[1]) * M_PER_LAT, 1)] for x, y in ring]
    return points if _area(points) > 0 else points[::-1]


def _box(solids: list[dict], *, has_area: bool) -> list[int]:
    """Returns what the first view holds; a few far out would make all the others small."""
    near = [point for each in solids if not each["o"] for point in each["p"]] or [
        [-1500, -1500],
        [1500, 1500],
    ]
    xs, ys = sorted(x for x, _ in near), sorted(y for _, y in near)
    edge = 0 if has_area else len(xs) // EDGE
    return [int(each) for each in (xs[edge], ys[edge], xs[-1 - edge], ys[-1 - edge])]


def _area(points: list) -> float:
    following = [*points[1:], points[0]]
    return sum(x * ny - nx * y for (x, y), (nx, ny) in zip(points, following, strict=True))


def _graded(answer, ctx: Context) -> tuple[dict, dict, list]:
    """Returns building -> (colour, sign), building -> words, and the legend, most first."""
    metric = answer.metric
    rows = rows_by(answer, "building_id")
    rows.pop(None, None)
    known = {key: float(row["value"]) for key, row in rows.items() if is_known(row["value"])}
    breaks = breaks_of(list(known.values()), ceiling=100.0 if metric.unit.zh == "%" else None)
    steps = spread(len(breaks) + 1)
    grades = {key: steps[grade_of(value, breaks)] for key, value in known.items()}
    words = ranges_of(breaks, metric.format) or [
        number_text(value, metric.format) for value in list(known.values())[:1]
    ]
    counts = list(grades.values())
    legend = [
        legend_item(html.I(className=f"swatch grade-{step}"), text, count=counts.count(step))
        for step, text in zip(steps, words, strict=False)
    ]
    note = html.Span(f"{ctx.pick(metric.label)} · {ctx.pick(metric.unit)}", className="legend-note")
    colours = {key: (ctx.theme.grades[grade], "") for key, grade in grades.items()}
    return (
        colours,
        {key: tip_text(metric.id, row, ctx) for key, row in rows.items()},
        [note, *reversed(legend)],
    )


def _safety(rows, ctx: Context) -> tuple[dict, dict, list]:
    """The worst colour among a building's firms; where none is coded it stays grey, never green."""
    colours, facts, worst = {}, {}, []
    for row in rows.itertuples():
        counts = {code: int(getattr(row, f"{code}_count")) for code in ("red", "yellow", "green")}
        code = next((code for code, count in counts.items() if count), None)
        told = [f"{ctx.label('colour_code', each)} {count}" for each, count in counts.items()]
        told.append(ctx.t("economy.grey", count=int(row.place_count) - sum(counts.values())))
        facts[row.building_id] = " · ".join(told)
        if code:
            sign = letter_of("colour_code", code, ctx) if code != "green" else ""
            colours[row.building_id] = (ctx.theme.risk(code), sign)
            worst.append(code)
    legend = [
        legend_item(
            html.I(letter_of("colour_code", code, ctx), className=f"swatch risk-{code}"),
            ctx.t(f"economy.worst_{code}"),
            count=worst.count(code),
        )
        for code in ("red", "yellow", "green")
    ]
    return colours, facts, [html.Span(ctx.t("economy.worst"), className="legend-note"), *legend]
