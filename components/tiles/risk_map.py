"""The five-colour map (五色图): colour and letter per grid, hatched when thin, grey when unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import Context
from components.map_frame import map_frame
from components.numbers import is_known, number_text
from components.parts import shapes
from components.theme import RISK_CLASSES, RISK_LETTERS, RISK_LETTERS_EN
from components.tiles.base import Tile
from data.listing import Listing

OVERALL = "overall"


@dataclass(frozen=True, kw_only=True)
class RiskMap(Tile):
    """The map of risk classes of the chosen domain (overall when none); a click on a grid filters."""

    has_tabs: bool = True

    props: ClassVar = (
        ("tabs", "children"),
        ("areas", "hideout"),
        ("legend", "children"),
        ("areas", "url"),
        ("borders", "url"),
        ("borders", "hideout"),
    )

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns every grid's class in every domain, and which grids the chosen area holds."""
        asks = {"risk": Listing("risk"), "domains": Listing("domains")}
        if ctx.filters.area_id:
            asks["inside"] = Listing("grids_of", filters=ctx.filters.during(None, None))
        return asks

    def frame(self, uid: str):
        """Returns tabs, map and legend; the map's ground is the town itself, there are no map tiles."""
        areas = shapes(f"{uid}-areas", style="style", each="each")
        borders = shapes(f"{uid}-borders", style="border", pane="shadowPane", interactive=False)
        tabs = html.Nav(id=f"{uid}-tabs", className="choices")
        return map_frame(uid, layers=[areas, borders], above=[tabs])

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns tabs, the map's hideout, the legend and where the geometry lies."""
        domain = ctx.filters.domain_code or OVERALL
        risk = answers["risk"]
        rows = risk[risk["domain_code"] == domain]
        inside = answers.get("inside")
        hideout = self._hideout(rows, inside=inside, ctx=ctx)
        tabs = self._tabs(answers["domains"], domain=domain, ctx=ctx) if self.has_tabs else []
        above = ctx.town.file.hierarchies[0].levels[-2]
        borders = {"theme": ctx.view.theme}
        return tabs, hideout, _legend(rows, ctx), "/geo/grid.json", f"/geo/{above}.json", borders

    def _hideout(self, rows, *, inside, ctx: Context) -> dict:
        selected = ctx.filters.area_id
        return {
            "classes": {row.grid_id: row.class_code for row in rows.itertuples() if row.class_code != "none"},
            "hatched": [
                row.grid_id for row in rows.itertuples() if row.is_hatched is True or row.is_hatched == 1
            ],
            "facts": {row.grid_id: _fact(row, ctx) for row in rows.itertuples()},
            "inside": sorted(set(inside["grid_id"])) if inside is not None else None,
            "selected": selected,
            "letters": RISK_LETTERS if ctx.lang == "zh" else RISK_LETTERS_EN,
            "names": {row.grid_id: ctx.name("area", row.grid_id) for row in rows.itertuples()},
            "theme": ctx.view.theme,
        }

    def _tabs(self, domains, *, domain: str, ctx: Context) -> list:
        codes = [OVERALL, *domains["domain_code"]]
        names = [ctx.t("map.overall"), *(ctx.name("domain", code) for code in domains["domain_code"])]
        return [
            html.A(
                name,
                href="#",
                className="choice" + (" is-on" if code == domain else ""),
                **{"data-set": "domain=" if code == OVERALL else f"domain={code}"},
            )
            for code, name in zip(codes, names, strict=True)
        ]


def _fact(row, ctx: Context) -> str:
    known = row.class_code if row.class_code in RISK_CLASSES else "none"
    parts = [ctx.t(f"map.class_{known}")]
    if is_known(row.incident_count):
        parts.append(ctx.t("map.incidents", count=number_text(row.incident_count)))
    if is_known(row.ratio):
        parts.append(ctx.t("map.ratio", ratio=f"{row.ratio:.2f}"))
    if row.is_hatched is True or row.is_hatched == 1:
        parts.append(ctx.t("map.thin"))
    return " · ".join(parts)


def _legend(rows, ctx: Context) -> list:
    letters = RISK_LETTERS if ctx.lang == "zh" else RISK_LETTERS_EN
    counts = rows["class_code"].value_counts().to_dict() if len(rows) else {}
    items = [
        html.Span(
            [
                html.I(letters[code], className=f"swatch risk-{code}"),
                html.Span(ctx.t(f"map.class_{code}")),
                html.B(str(counts.get(code, 0)), className="digits"),
            ],
            className="legend-item",
        )
        for code in RISK_CLASSES
    ]
    hatched = int(rows["is_hatched"].fillna(False).astype(bool).sum()) if len(rows) else 0
    thin = [
        html.I(className="swatch hatched"),
        html.Span(ctx.t("map.thin")),
        html.B(str(hatched), className="digits"),
    ]
    cycle = str(rows["cycle_date"].max())[:10] if len(rows) else ""
    note = html.Span(ctx.t("map.cycle", date=cycle), className="legend-note") if cycle else ""
    return [*items, html.Span(thin, className="legend-item"), note]
