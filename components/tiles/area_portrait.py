"""An area's portrait (区域画像): its facts, its classes by domain, and what is open in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from dash import html

from components.context import Context
from components.door import Rows
from components.numbers import count_text, is_known, number_text
from components.theme import RISK_CLASSES, RISK_LETTERS, RISK_LETTERS_EN
from components.tiles.base import Tile
from components.tiles.event_table import LateList, lateness_text
from components.tiles.force import SHOWN, in_force
from data.listing import Listing
from data.request import Request

COUNTS = ("population_count", "day_population_count", "household_count", "enterprise_count")

# What a portrait of any area tells first, a grid's as a community's.
AREA_VITALS = (
    "incident_count",
    "report_count",
    "open_count",
    "open_overdue_count",
    "discovery_registered_pct",
    "dispatch_within_sla_pct",
    "closure_within_sla_pct",
    "on_time_closure_pct",
)


@dataclass(frozen=True, kw_only=True)
class AreaFacts(Tile):
    """Name, place in both hierarchies, people, households, firms, roads; unknown stays a dash."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns every area, which grids each holds, and the staff register's counts."""
        return {"areas": Listing("areas"), "links": Listing("grids_of"), "staff": Listing("staff")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the facts."""
        area_id, areas = ctx.route["id"], answers["areas"]
        found = areas[areas["area_id"] == area_id]
        if found.empty:
            return (html.P(ctx.t("grid.missing"), className="empty"),)
        row = found.iloc[0]
        pairs = [(ctx.t(f"fact.{name}"), count_text(row[name])) for name in COUNTS]
        pairs.append((ctx.t("fact.area_km2"), number_text(row["area_km2"], "{:.2f} km²")))
        pairs.append((ctx.t("fact.road_km"), number_text(row["road_km"], "{:.1f} km")))
        pairs += self._staff(answers, area_id, ctx)
        terms = [each for term, text in pairs for each in (html.Dt(term), html.Dd(text, className="digits"))]
        trail = html.P(self._above(answers["links"], row, ctx), className="note")
        name = html.H1(ctx.name("area", area_id))
        return (
            html.Div(
                [name, trail, html.Dl(terms, className="definition two facts")], className="portrait-facts"
            ),
        )

    def _staff(self, answers: Mapping[str, object], area_id: str, ctx: Context) -> list[tuple[str, str]]:
        """People on the register who serve the area's grids, or the area itself; each grid's lead is one line."""
        links = answers["links"]
        served = {area_id, *links.loc[links["area_id"] == area_id, "grid_id"]}
        staff = in_force(answers["staff"], ctx)
        here = staff[staff["area_id"].isin(served)].groupby("role_code")["worker_count"].sum()
        return [(ctx.t(f"role.{code}"), count_text(here[code])) for code in SHOWN if code in here.index]

    def _above(self, links, row, ctx: Context) -> list:
        """The areas that hold this one: those of a grid in every hierarchy, else the one above."""
        area_id = row["area_id"]
        ids = [row["parent_id"]] if is_known(row["parent_id"]) else []
        if row["level_code"] == ctx.town.levels[-1]:
            holders = links[(links["grid_id"] == area_id) & (links["area_id"] != area_id)]
            order = {level: index for index, level in enumerate(ctx.town.levels)}
            rows = sorted(holders.itertuples(), key=lambda each: order.get(each.level_code, 0))
            ids = [each.area_id for each in rows]
        found = [
            html.A(ctx.name("area", each), href=portrait_path(each, ctx), className="link") for each in ids
        ]
        return [part for link in found for part in (link, " · ")][:-1]


def portrait_path(area_id: str, ctx: Context) -> str:
    """Returns the address of an area's portrait."""
    kind = "grid" if ctx.names.level(area_id) == ctx.town.levels[-1] else "area"
    return ctx.link(f"/{kind}/{quote(area_id, safe='')}", area=None)


@dataclass(frozen=True, kw_only=True)
class AreaRisk(Tile):
    """The grid's class in every domain with its reason; the letter stands beside the colour."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the classes."""
        return {"risk": Listing("risk"), "domains": Listing("domains")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns one line per domain."""
        risk = answers["risk"]
        rows = risk[risk["grid_id"] == ctx.route["id"]].set_index("domain_code")
        if rows.empty:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        codes = ["overall", *answers["domains"]["domain_code"]]
        return (
            html.Ul(
                [self._line(code, rows, ctx) for code in codes if code in rows.index], className="classes"
            ),
        )

    def _line(self, code: str, rows, ctx: Context):
        row = rows.loc[code]
        known = row["class_code"] if row["class_code"] in RISK_CLASSES else "none"
        letters = RISK_LETTERS if ctx.lang == "zh" else RISK_LETTERS_EN
        facts = [ctx.t(f"map.class_{known}")]
        if is_known(row["incident_count"]):
            facts.append(ctx.t("map.incidents", count=count_text(row["incident_count"])))
        if is_known(row["ratio"]):
            facts.append(ctx.t("map.ratio", ratio=f"{row['ratio']:.2f}"))
        if is_known(row["is_hatched"]) and row["is_hatched"]:
            facts.append(ctx.t("map.thin"))
        before = row["previous_class_code"]
        if is_known(before) and before != row["class_code"] and before in RISK_CLASSES:
            facts.append(ctx.t("grid.previous", name=ctx.t(f"map.class_{before}")))
        name = ctx.t("map.overall") if code == "overall" else ctx.name("domain", code)
        return html.Li(
            [
                html.I(letters[known], className=f"swatch risk-{known}"),
                html.Span(name, className="bar-name"),
                html.Span(" · ".join(facts), className="note"),
            ]
        )


@dataclass(frozen=True, kw_only=True)
class AreaClasses(Tile):
    """How many of the area's grids stand in each class, domain by domain."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the classes of the area's grids."""
        return {
            "risk": Listing("risk", filters=ctx.filters.during(None, None)),
            "domains": Listing("domains"),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns one line per domain."""
        counts = answers["risk"].groupby(["domain_code", "class_code"]).size()
        if counts.empty:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        codes = ["overall", *answers["domains"]["domain_code"]]
        known = set(counts.index.get_level_values(0))
        return (
            html.Ul(
                [self._line(code, counts[code], ctx) for code in codes if code in known], className="mix"
            ),
        )

    def _line(self, code: str, counts, ctx: Context):
        letters = RISK_LETTERS if ctx.lang == "zh" else RISK_LETTERS_EN
        name = ctx.t("map.overall") if code == "overall" else ctx.name("domain", code)
        marks = [
            html.Span(
                [html.I(letters[each], className=f"swatch risk-{each}"), html.B(count_text(counts[each]))],
                className="digits",
                title=ctx.t(f"map.class_{each}"),
            )
            for each in RISK_CLASSES
            if each in counts.index
        ]
        return html.Li([html.Span(name, className="bar-name"), *marks])


@dataclass(frozen=True, kw_only=True)
class OpenList(LateList):
    """Every open incident of the area, oldest first."""

    words: ClassVar = ("late.open_none", "late.open_total")
    side: ClassVar = None

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the oldest open rows and how many there are."""
        request = Request(self.metric, filters=ctx.filters.during(None, None))
        return {"rows": Rows(request, limit=self.limit, order="first_signal_at"), "all": request}

    def standing(self, row, ctx: Context) -> str:
        """Returns what is left of the limit, or by how much it has passed."""
        return lateness_text(row, ctx)
