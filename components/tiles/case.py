"""One incident (事件): its facts, its life step by step, the reports merged into it, every clock on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import NAMED, Context
from components.door import Case
from components.numbers import UNKNOWN, duration_text, instant_full, is_known
from components.parts import ground, shapes
from components.tiles.base import Tile
from components.tiles.event_table import lateness_text
from data.catalogue import catalogue

FACTS = (
    "category_code",
    "severity_level",
    "feed_id",
    "grid_id",
    "department_id",
    "stage_code",
    "evidence_code",
    "place_method_code",
)
COUNTS = ("dispatch_count", "return_count", "failed_check_count", "reopen_count", "extension_count")


@dataclass(frozen=True, kw_only=True)
class CaseTile(Tile):
    """A tile about the incident in the address."""

    def requests(self, ctx: Context) -> Mapping[str, Case]:
        """Returns the incident; all tiles of the page share one request."""
        return {"case": Case(ctx.route["id"])}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the drawing, or that there is no such incident for this reader."""
        case = answers["case"]
        return (
            (html.P(ctx.t("case.missing"), className="empty"),) if case is None else (self.show(case, ctx),)
        )

    def show(self, case: dict, ctx: Context):
        """Returns the drawing of a case that exists."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class CaseFacts(CaseTile):
    """What it is, where, whose, and how it stands against its limit."""

    def show(self, case: dict, ctx: Context):
        """Returns title, standing and facts."""
        incident = case["incident"]
        title = (
            incident["title_text"]
            if is_known(incident["title_text"])
            else ctx.name("category", incident["category_code"])
        )
        pairs = [(name, _fact(name, incident[name], ctx)) for name in FACTS]
        pairs += [
            (name, str(int(incident[name]))) for name in COUNTS if is_known(incident[name]) and incident[name]
        ]
        pairs.append(("due_at", instant_full(incident["due_at"], ctx)))
        terms = [each for name, text in pairs for each in (html.Dt(ctx.column(name)), html.Dd(text))]
        return html.Div(
            [
                html.H1([title, html.Span(lateness_text(incident, ctx), className="standing")]),
                html.P(
                    incident["address_text"] if is_known(incident["address_text"]) else "", className="note"
                ),
                html.Dl(terms, className="definition two"),
            ]
        )


@dataclass(frozen=True, kw_only=True)
class CaseReports(CaseTile):
    """The reports that are this one incident, and by which rule each was linked."""

    def show(self, case: dict, ctx: Context):
        """Returns the reports, the leading one first."""
        names = (
            "feed_id",
            "source_key",
            "reported_at",
            "received_at",
            "title_text",
            "link_rule_code",
            "link_score",
            "file_name",
        )
        rows = case["reports"].sort_values("is_lead", ascending=False, kind="stable")
        body = [
            html.Tr(
                [html.Td(_fact(name, row[name], ctx)) for name in names],
                className="is-lead" if row["is_lead"] else "",
            )
            for _, row in rows.iterrows()
        ]
        head = html.Thead(html.Tr([html.Th(ctx.column(name)) for name in names]))
        return html.Div(html.Table([head, html.Tbody(body)], className="table"), className="scroll")


@dataclass(frozen=True, kw_only=True)
class CaseClocks(CaseTile):
    """Every clock: start, stop, limit, and whether it counts or why not."""

    def show(self, case: dict, ctx: Context):
        """Returns the clocks."""
        names = ("clock_code", "start_at", "stop_at", "due_at", "minutes")
        body = []
        for _, row in case["clocks"].iterrows():
            cells = [html.Td(_clock_fact(name, row, ctx)) for name in names]
            body.append(
                html.Tr(
                    [*cells, html.Td(_standing(row, ctx))],
                    className="is-late" if row["side_code"] == "late" else "",
                )
            )
        head = html.Thead(html.Tr([html.Th(ctx.column(name)) for name in (*names, "counts")]))
        return html.Div(html.Table([head, html.Tbody(body)], className="table"), className="scroll")


@dataclass(frozen=True, kw_only=True)
class CaseMap(Tile):
    """Where its reports lie."""

    props: ClassVar = (("dots", "data"), ("areas", "hideout"), ("areas", "url"))

    def requests(self, ctx: Context) -> Mapping[str, Case]:
        """Returns the incident."""
        return {"case": Case(ctx.route["id"])}

    def frame(self, uid: str):
        """Returns the map."""
        areas = shapes(f"{uid}-areas", style="ground", each="frame")
        dots = shapes(f"{uid}-dots", dot="dot", data={"type": "FeatureCollection", "features": []})
        return html.Div(ground([areas, dots], zoom=12), className="map-box")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the dots and which grid to frame."""
        case = answers["case"]
        reports = case["reports"] if case else None
        placed = reports[reports["lon"].notna() & reports["lat"].notna()] if reports is not None else ()
        dots = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [float(row.lon), float(row.lat)]},
                "properties": {
                    "is_lead": bool(row.is_lead),
                    "label": f"{ctx.name('feed', row.feed_id)} {row.source_key}",
                },
            }
            for row in (placed.itertuples() if reports is not None else ())
        ]
        grid = case["incident"]["grid_id"] if case else None
        hideout = {"selected": grid if is_known(grid) else None, "theme": ctx.view.theme}
        return {"type": "FeatureCollection", "features": dots}, hideout, "/geo/grid.json"


def _fact(name: str, value: object, ctx: Context) -> str:
    if not is_known(value):
        return ctx.t("common.not_placed") if name == "grid_id" else UNKNOWN
    if name in NAMED:
        return ctx.name(NAMED[name], value)
    if name.endswith("_at"):
        return instant_full(value, ctx)
    if name == "minutes":
        return duration_text(value, ctx)
    if name == "link_score":
        return f"{float(value):.2f}"
    if name.endswith("_code"):
        return ctx.maybe(f"{name.removesuffix('_code')}.{value}", str(value))
    return str(value)


def _clock_fact(name: str, row, ctx: Context):
    if name == "due_at" and not is_known(row["start_at"]):
        return UNKNOWN  # a limit that never began to run
    text = _fact(name, row[name], ctx)
    if name != "clock_code":
        return text
    counted = [
        metric
        for metric in catalogue().metrics.values()
        if metric.model == "mart_clock" and row["clock_code"] in metric.pinned("clock_code")
    ]
    fed = " · ".join(ctx.pick(metric.label) for metric in counted)
    return [html.Div(text), html.Div(fed, className="note")]


def _standing(row, ctx: Context) -> str:
    if is_known(row["excluded_code"]):
        return ctx.t(
            "case.excluded", why=ctx.maybe(f"excluded.{row['excluded_code']}", str(row["excluded_code"]))
        )
    if not row["is_due"]:
        return ctx.t("case.not_due")
    return ctx.t(f"side.{row['side_code']}")
