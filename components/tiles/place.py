"""One registered place (一企一所一码): its code with the parts of its score, its history, visits, hazards, events nearby."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dash import html

from components.codes import colour_of, letter_of, painted
from components.context import Context
from components.numbers import UNKNOWN, is_known, number_text
from components.tiles.base import Tile
from components.tiles.listing_table import ListingTable, written
from components.tiles.parts import Part, draw_parts
from data.catalogue import rule
from data.listing import Listing

PARTS = ("inherent", "hazard", "behaviour", "event")
FACTS = (
    "class8_code industry_code grid_id employee_count floor_area_m2 has_hazardous licence_code code_count "
    "opened_at moved_at closed_at coded_at last_check_at recheck_days due_at"
).split()

# Columns that mean more than this on other tables.
OWN_WORDS = ("closed_at", "due_at")
MEASURED = ("recheck_days", "floor_area_m2", "employee_count")


def of_place(name: str, ctx: Context, *, limit: int | None = None) -> Listing:
    """Returns a listing of the place in the address, over all time."""
    filters = replace(ctx.filters.during(None, None), area_id=None, picked=(("place_id", ctx.route["id"]),))
    return Listing(name, filters=filters, limit=limit)


@dataclass(frozen=True, kw_only=True)
class PlaceTile(Tile):
    """A tile about the place in the address."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the place as it stands now; all tiles of the page share one request."""
        return {"place": of_place("place_now", ctx)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the drawing, or that there is no such place for this reader."""
        rows = answers["place"]
        if rows.empty:
            return (html.P(ctx.t("place.missing"), className="empty"),)
        return (self.show(rows.iloc[0], ctx),)

    def show(self, row, ctx: Context):
        """Returns the drawing of a place that exists."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class PlaceFacts(PlaceTile):
    """What it is, its colour and why, when it is due again."""

    def show(self, row, ctx: Context):
        """Returns name, colour and facts."""
        colour = row["colour_code"] if is_known(row["colour_code"]) else None
        sign = html.Span(
            letter_of("colour_code", colour, ctx),
            className="swatch",
            style=painted(colour_of("colour_code", colour, ctx)),
        )
        standing = (
            [sign, html.Span(ctx.label("colour_code", colour))]
            if colour
            else [html.Span(ctx.t("place.closed"))]
        )
        reason = ctx.label("colour_reason_code", row["colour_reason_code"]) if colour else ""
        terms = []
        for name in FACTS:
            term = ctx.t(f"place.{name}") if name in OWN_WORDS else ctx.column(name)
            terms += [html.Dt(term), html.Dd(_fact(name, row[name], ctx))]
        is_late = (
            is_known(row["due_at"])
            and ctx.as_of_at is not None
            and row["due_at"] <= ctx.as_of_at
            and not is_known(row["closed_at"])
        )
        late = html.Span(ctx.t("place.overdue"), className="standing is-late") if is_late else ""
        return html.Div(
            [
                html.H1(
                    [str(row["place_name"]), " ", *standing, " ", html.Span(reason, className="note"), late]
                ),
                html.Dl(terms, className="definition two"),
            ]
        )


def _fact(name: str, value: object, ctx: Context) -> str:
    """Returns a fact in words, with its unit where it has one."""
    text = written(name, value, ctx)
    return ctx.t(f"place.{name}", value=text) if name in MEASURED and text != UNKNOWN else text


@dataclass(frozen=True, kw_only=True)
class PlaceScore(PlaceTile):
    """The score and what each part adds, with the version of the rules."""

    def show(self, row, ctx: Context):
        """Returns the parts; nothing for a place never coded."""
        local = ctx.local(ctx.as_of_at)
        if not is_known(row["code_score"]) or local is None:
            return html.P(ctx.t("place.never_coded"), className="empty")
        weights = rule("safety_code.weight", local.date())
        made = []
        for name in PARTS:
            value = row[f"{name}_score"]
            made.append(
                Part(ctx.column(f"{name}_score"), weights[name], float(value) if is_known(value) else None)
            )
        score = number_text(row["code_score"], "{:.1f}")
        lines = rule("safety_code.colour", local.date())
        told = ctx.t(
            "place.lines", red=f"{lines['red']:g}", yellow=f"{lines['yellow']:g}", version=row["rule_version"]
        )
        head = [html.Span(score, className="figure digits"), html.Span(told, className="note")]
        return draw_parts(made, ctx, head=head)


@dataclass(frozen=True, kw_only=True)
class PlaceTable(ListingTable):
    """Rows of a listing that belong to the place."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the place's rows, newest first."""
        return {"rows": of_place(self.listing, ctx, limit=self.limit)}


@dataclass(frozen=True, kw_only=True)
class PlaceEvents(Tile):
    """Accidents of the place, and incidents right beside it that count towards its code, each with the way to its own page."""

    limit: int = 20

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns what happened at or beside the place."""
        return {"rows": of_place("place_events", ctx, limit=self.limit)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        rows = answers["rows"]
        if rows.empty:
            return (html.P(ctx.t("place.no_events"), className="empty calm"),)
        names = ("happened_at", "category_code", "distance_m", "link_weight")
        head = html.Tr([html.Th(ctx.column(name)) for name in names])
        body = [
            html.Tr([html.Td(_event(name, row, ctx)) for name in names]) for row in rows.to_dict("records")
        ]
        return (
            html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="table"), className="scroll"),
        )


def _event(name: str, row: Mapping, ctx: Context):
    """Returns one cell; what happened leads to the incident, an accident of the ledger has no page."""
    if name != "category_code":
        return written(name, row[name], ctx) if is_known(row[name]) else UNKNOWN
    if not is_known(row["incident_id"]):
        return ctx.t("place.accident", kind=ctx.label("accident_kind_code", row["accident_kind_code"]))
    link = ctx.to_cases(f"/incidents/{row['incident_id']}")
    return html.A(ctx.name("category", row["category_code"]), **link)
