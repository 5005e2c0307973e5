"""The explorer (交叉筛选): tells the browser which view it explores and what everything is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from dash import html

from components.context import Context
from components.panel import info_button
from components.tiles.base import Tile
from components.tiles.event_table import EventTable
from data.catalogue import catalogue
from data.explore_view import DIMENSIONS, FIXED
from data.period import local_date

# What of the address makes the view; the rest (selections, comparison, tables) belongs to the browser.
BASE = ("area", "source", "category", "domain", "department", "severity", "pick", "kpi", "side")
WORDS = (
    "incident report search compare compare_none compare_before compare_year compare_days compare_area compare_from compare_to "
    "clear clear_all of excluded as_of failed nothing unknown not_placed grids rectangle lasso brush map_keys incident_n "
    "incident_weight report_n report_weight h3 ot median open overdue small points minutes hours days rows cross cross_down "
    "cross_across cross_measure total others where_from opening counting odd"
).split()
RECURRED = "kpi=recurrence_pct&side=recurred"
WORDED = ("late", "severity", "repeat", "recurred")


@dataclass(frozen=True, kw_only=True)
class Explorer(Tile):
    """Charts that filter each other; drawn by assets/explorer.js from the cubes of serve/explore.py."""

    props: ClassVar = (("host", "data-explore"), ("about", "children"))

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics whose rates it shows."""
        return ("closure_within_sla_pct", "on_time_closure_pct", "handle_minutes_p50")

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing: the browser asks for what is selected."""
        return {}

    def frame(self, uid: str):
        """Returns the place for the charts, and what is said beside them."""
        host = html.Div(id=f"{uid}-host", className="explorer", **{"data-explore": ""})
        return html.Div([html.Div(id=f"{uid}-about"), host], className="tile-body")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the view as JSON, and which number the rows are behind, if any."""
        told = _view(ctx) | _names(ctx)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")), _about(ctx)


@dataclass(frozen=True, kw_only=True)
class RowsBehind(EventTable):
    """The rows of one number with what keeps them out of it; empty unless the address names the number."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the rows only where a number is named."""
        metric = catalogue().metrics.get(ctx.view.params.get("kpi", ""))
        if metric is None or catalogue().mart(metric.model).key:  # those have a page of their own
            return {}
        return super().requests(ctx)

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table, or nothing."""
        return super().draw(answers, ctx) if answers else (html.Div(className="not-asked"),)


def _view(ctx: Context) -> dict[str, object]:
    asked = {"period": ctx.period, "lang": ctx.lang}
    asked |= {key: ctx.view.params[key] for key in BASE if ctx.view.params.get(key)}
    return {
        "path": ctx.view.path,
        "base": urlencode(asked),
        "generation": ctx.generation,
        "lang": ctx.lang,
        "theme": ctx.view.theme,
        "zone": ctx.town.file.timezone,
        "today": local_date(ctx.as_of_at, ctx.town.zone).isoformat() if ctx.as_of_at else "",
        "geo": f"/geo/{ctx.town.levels[-1]}.json",
        "town": ctx.pick(ctx.town.label),
        "may_see_rows": ctx.may("cases"),
    }


def _names(ctx: Context) -> dict[str, object]:
    words = {key: ctx.t(f"explorer.{key}") for key in WORDS} | {"rows": ctx.t("explorer.rows_of")}
    words |= {"rows_tab": ctx.t("explorer.rows")}
    finest, coarsest = ctx.town.levels[-1], ctx.town.file.levels[0].id
    areas = {each: ctx.names.level(each) for each in ctx.names.keys("area")}
    unit = ctx.view.params.get("u")
    columns = {name: ctx.t(f"explored.{name}") for name in DIMENSIONS} | {
        "at": ctx.t("explored.reported" if unit == "report" else "explored.at"),
        "title": ctx.t("explored.heading"),
        "reports": ctx.t("explored.reports"),
    }
    return {
        "words": words,
        "dims": {name: ctx.t(f"explored.{name}") for name in DIMENSIONS},
        "periods": {name: ctx.t(f"explored.{name}") for name in ("month", "weekday")},
        "weekdays": ctx.t("explored.weekdays").split(),
        "measures": {
            "n": ctx.t("explorer.measure_n"),
            "h3": ctx.t("explorer.h3"),
            "ot": ctx.t("explorer.ot"),
        },
        "columns": columns,
        "codes": _codes(ctx),
        "areas": {each: ctx.name("area", each) for each, level in areas.items() if level == finest},
        "compared": [
            [each, ctx.name("area", each)] for each, level in areas.items() if level not in (finest, coarsest)
        ],
    }


def _codes(ctx: Context) -> dict[str, dict[str, str]]:
    """What the codes of closed lists are called, in their own order."""
    found = {
        name: {code: ctx.t(f"explored.{name}_{code}") for code in FIXED[name] if code} for name in WORDED
    }
    found["stage"] = {code: ctx.t(f"stage.{code}") for code in FIXED["stage"] if code}
    return found | {"hour": {code: f"{code}:00" for code in FIXED["hour"]}}


def _about(ctx: Context) -> list:
    """Which number the rows are behind, and by which day its rates count."""
    again = html.A(ctx.t("explorer.recurred"), href="#", className="clear", **{"data-set": RECURRED})
    note = html.P([ctx.t("explorer.basis"), " ", again], className="note")
    metric, side = ctx.view.params.get("kpi"), ctx.view.params.get("side")
    if not metric or metric not in catalogue().metrics:
        return [note]
    name = ctx.pick(catalogue().metric(metric).label) + (
        f" · {ctx.maybe(f'side.{side}', side)}" if side else ""
    )
    clear = html.A(ctx.t("filter.clear_number"), href="#", className="clear", **{"data-set": "kpi=&side="})
    about = html.P(
        [html.B(ctx.t("explorer.behind", name=name)), info_button(metric, ctx=ctx), clear], className="about"
    )
    return [about, note]
