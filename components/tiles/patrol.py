"""Patrol suggestion (巡逻建议): given hours a week, which grids get how many, what that meets, what spreading evenly would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import is_known, number_text
from components.tiles.base import Tile
from components.ways import pick_marks
from data.catalogue import rule
from data.listing import Listing
from data.patrol import Beat, PatrolError, PatrolPlan, plan_patrol

CHOICES = (100, 200, 400)
MOST = 2_000
SHARE = "{:.1f}%"


@dataclass(frozen=True, kw_only=True)
class Patrol(Tile):
    """Hours a week from the address (`hours=`) or one of the choices; grids with the most hours first."""

    limit: int = 12

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns what is expected in every grid, and its roads."""
        return {"risk": Listing("patrol_risk", filters=ctx.filters)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the choices, what the plan meets, the grids, the assumptions."""
        rows, local = answers["risk"], ctx.local(ctx.as_of_at)
        if rows.empty or local is None:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        assumed = rule("safety.patrol", local.date())
        hours = _hours(ctx)
        beats = _beats(rows, assumed)
        limits = {"least_hours": int(assumed["least_hours"]), "most_hours": int(assumed["most_hours"])}
        try:
            plan = plan_patrol(beats, hours=hours, **limits)
        except PatrolError:
            areas = len({beat.area_id for beat in beats})
            few = ctx.t("patrol.too_few", count=areas * limits["least_hours"])
            return ([_choices(hours, ctx), html.P(few, className="empty")],)
        told = ctx.t("patrol.assumed", **{name: number_text(each, "{:g}") for name, each in assumed.items()})
        parts = [_choices(hours, ctx), _met(plan, ctx), self._table(beats, plan, ctx)]
        return ([*parts, html.P(told, className="note")],)

    def _table(self, beats: list[Beat], plan: PatrolPlan, ctx: Context) -> html.Div:
        names = ("grid", "expected", "hours", "even")
        head = html.Tr(
            [html.Th(ctx.t(f"patrol.{name}"), className="right" if name != "grid" else "") for name in names]
        )
        first = sorted(beats, key=lambda beat: (-plan.hours[beat.grid_id], -beat.expected, beat.grid_id))
        even = number_text(sum(plan.hours.values()) / len(beats), "{:.1f}")
        body = []
        for beat in first[: self.limit]:
            cells = [
                html.Td(ctx.name("area", beat.grid_id), **pick_marks("grid_id", beat.grid_id, ctx)),
                html.Td(number_text(beat.expected, "{:.1f}"), className="right digits"),
                html.Td(str(plan.hours[beat.grid_id]), className="right digits"),
                html.Td(even, className="right digits"),
            ]
            body.append(html.Tr(cells))
        table = html.Table([html.Thead(head), html.Tbody(body)], className="table")
        return html.Div(table, className="scroll")


def _hours(ctx: Context) -> int:
    text = ctx.view.params.get("hours", "")
    return min(int(text), MOST) if text.isdecimal() and int(text) else CHOICES[1]


def _beats(rows, assumed: Mapping[str, float]) -> list[Beat]:
    """A grid whose roads nobody measured counts as one with the median's."""
    usual = rows["road_km"].median()
    beats = []
    for row in rows.itertuples(index=False):
        road_km = row.road_km if is_known(row.road_km) else usual
        expected = float(row.expected_count) if is_known(row.expected_count) else 0.0
        scale = max(float(road_km) * assumed["rounds"] / assumed["speed_km"], 0.1)
        beats.append(Beat(row.grid_id, str(row.area_id), expected, scale))
    return beats


def _choices(hours: int, ctx: Context) -> html.Nav:
    return html.Nav(
        [
            html.A(
                ctx.t("patrol.choice", hours=each),
                href="#",
                className="choice" + (" is-on" if each == hours else ""),
                **{"data-set": f"hours={each}"},
            )
            for each in CHOICES
        ],
        className="choices",
    )


def _met(plan: PatrolPlan, ctx: Context) -> html.Div:
    gain = 100 * (plan.met_share - plan.even_share)
    pairs = (
        ("met", number_text(100 * plan.met_share, SHARE)),
        ("evenly", number_text(100 * plan.even_share, SHARE)),
        ("gain", number_text(gain, "{:+.1f}")),
        ("visited", str(sum(1 for each in plan.hours.values() if each))),
    )
    terms = [
        each
        for name, text in pairs
        for each in (html.Dt(ctx.t(f"patrol.{name}")), html.Dd(text, className="digits"))
    ]
    return html.Dl(terms, className="definition two")
