"""Things on the map (点位图): one sign each while there are few, one ring per area when there are many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

import pandas as pd
from dash import html

from components.codes import colours_of, in_order, ink_on, letter_of, painted
from components.context import Context
from components.map_frame import map_frame
from components.numbers import count_text, is_known
from components.parts import shapes
from components.tiles.area_map import ground_of, legend_item
from components.tiles.base import Tile
from components.tiles.listing_table import written
from components.ways import chosen, pick_marks
from data.listing import Listing

SINGLE = 500  # more points than this stand together in rings
NONE = "none"


def why_empty(rows: pd.DataFrame, ctx: Context) -> list[str]:
    """Returns why a map has nothing to show: a register that never came, or simply none; nothing where it has."""
    why = rows.attrs.get("unknown_code")
    return [ctx.t(f"flag.{why}" if why else "common.nothing")] if rows.empty else []


@dataclass(frozen=True, kw_only=True)
class PointsMap(Tile):
    """Rows of a listing with lon and lat (and grid_id, to be gathered by); a click opens a row's page or the ring's area.

    Attributes:
        listing: the listing.
        colour: column of the code that gives the colour; its letters stand on the points and in the legend.
        label: columns told of a point.
        page: address of a row's page with `{column}`; empty for none.
    """

    listing: str
    colour: str
    label: tuple[str, ...]
    page: str = ""

    props: ClassVar = (
        ("points", "data"),
        ("points", "hideout"),
        ("areas", "hideout"),
        ("areas", "url"),
        ("legend", "children"),
    )

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the rows, and which grids every area holds."""
        return {"rows": Listing(self.listing, filters=ctx.filters), "grids_of": Listing("grids_of")}

    def frame(self, uid: str) -> html.Div:
        """Returns the town as ground, the points over it, the legend."""
        areas = shapes(f"{uid}-areas", style="quietStyle", each="areaEach")
        return map_frame(uid, layers=[areas, shapes(f"{uid}-points", data=_collection([]), dot="spot")])

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns points, their colours, the ground and the legend."""
        rows = answers["rows"]
        codes = in_order(
            self.colour, [key if is_known(key) else None for key in rows[self.colour].unique()], ctx
        )
        colours = colours_of(self.colour, codes, ctx)
        placed = rows[rows["lon"].notna() & rows["lat"].notna()]
        level = ctx.town.file.hierarchies[0].levels[-2]
        if len(placed) <= SINGLE:
            drawn = self._single(placed, ctx)
        else:
            areas = _areas(placed, answers["grids_of"], level="grid" if ctx.filters.area_id else level)
            drawn = self._gathered(placed.assign(area_id=areas), codes, ctx)
        hideout = {
            "colours": {_key(code): colours[code] for code in codes},
            "inks": {_key(code): ink_on(colours[code]) for code in codes},
            "letters": {_key(code): letter_of(self.colour, code, ctx) for code in codes},
        }
        counts = rows[self.colour].map(lambda key: key if is_known(key) else None).value_counts(dropna=False)
        legend = self._legend(codes, colours, counts=counts, ctx=ctx)
        legend += [html.Span(note, className="legend-note") for note in _notes(rows, placed, ctx)]
        return (
            _collection(drawn),
            hideout,
            ground_of(level, answers["grids_of"], ctx),
            f"/geo/{level}.json",
            legend,
        )

    def _single(self, rows: pd.DataFrame, ctx: Context) -> list[dict]:
        return [
            _feature(
                row["lon"],
                row["lat"],
                count=1,
                code=_key(row[self.colour]),
                text=self._text(row, ctx),
                **self._way(row, ctx),
            )
            for row in rows.to_dict("records")
        ]

    def _way(self, row: Mapping, ctx: Context) -> dict[str, str]:
        if not self.page:
            return {}
        known = {name: quote(str(value), safe="") for name, value in row.items() if is_known(value)}
        return {"href": ctx.link(self.page.format(**known), pick=None)}

    def _text(self, row: Mapping, ctx: Context) -> str:
        words = [written(name, row[name], ctx) for name in (*self.label, self.colour) if is_known(row[name])]
        return " · ".join(words)

    def _gathered(self, rows: pd.DataFrame, codes: list, ctx: Context) -> list[dict]:
        """One ring per area, where its points lie on average; points of no area by rounded place."""
        rounded = rows["lon"].round(2).astype(str) + ", " + rows["lat"].round(2).astype(str)
        rows = rows.assign(place=rows["area_id"].fillna(rounded))
        found = []
        for place, group in rows.groupby("place", sort=True):
            keys = group[self.colour].map(_key)
            shares = [[_key(code), int((keys == _key(code)).sum())] for code in codes]
            is_area = is_known(group["area_id"].iloc[0])
            words = [
                ctx.name("area", place) if is_area else str(place),
                ctx.t("tiles.points_here", count=count_text(len(group))),
                *(
                    f"{ctx.label(self.colour, code)} {count}"
                    for code, (_, count) in zip(codes, shares, strict=True)
                    if count
                ),
            ]
            way = {"set": f"area={quote(str(place))}"} if is_area else {}
            there = [each for each in shares if each[1]]
            facts = {"count": len(group), "shares": there, "code": there[0][0], "text": " · ".join(words)}
            found.append(_feature(group["lon"].mean(), group["lat"].mean(), **facts, **way))
        return found

    def _legend(self, codes: list, colours: Mapping, *, counts, ctx: Context) -> list:
        lines = []
        for code in codes:
            sign = html.I(letter_of(self.colour, code, ctx), className="swatch", style=painted(colours[code]))
            line = legend_item(
                sign,
                ctx.label(self.colour, code),
                count=int(counts.get(code, 0)),
                **pick_marks(self.colour, code, ctx),
            )
            if code is not None and chosen(self.colour, ctx) == str(code):
                line.className += " is-selected"
            lines.append(line)
        return lines


def _notes(rows: pd.DataFrame, placed: pd.DataFrame, ctx: Context) -> list[str]:
    missing = len(rows) - len(placed)
    untold = [ctx.t("tiles.not_placed", count=count_text(missing))] if missing else []
    return [*untold, *why_empty(rows, ctx)]


def _areas(rows: pd.DataFrame, grids_of: pd.DataFrame, *, level: str) -> pd.Series:
    """Returns the area of a level each row lies in; none for rows without a grid."""
    if "grid_id" not in rows:
        return pd.Series(None, index=rows.index, dtype="object")
    mine = grids_of[grids_of["level_code"] == level]
    return rows["grid_id"].map(dict(zip(mine["grid_id"], mine["area_id"], strict=True)))


def _key(code: object) -> str:
    return str(code) if is_known(code) else NONE


def _feature(lon: float, lat: float, **properties: object) -> dict:
    point = {"type": "Point", "coordinates": [round(float(lon), 6), round(float(lat), 6)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _collection(features: list[dict]) -> dict:
    return {"type": "FeatureCollection", "features": features}
