"""Peace or war (平战): one line in peace; in war the sub-modules in counts, by day and by area, never names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from dash import html

from components.codes import in_order
from components.context import Context
from components.measure import NOTHING, figure
from components.numbers import is_known
from components.panel import info_button
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.listing import Listing
from data.request import Request

FIELD, PEACE = "epidemic", "peace"
RAISED = "epidemic_raised_count"
MEASURED = (RAISED, "epidemic_done_pct", "epidemic_abnormal_count")
ITEM = "epidemic_item_code"
AREAS = 8
DAYS = 10


@dataclass(frozen=True, kw_only=True)
class WarRoom(Tile):
    """The state at the end of the period; the sub-modules of a period that ends in war.

    Attributes:
        group: which items: `module`, `shared` or `online`; the others are told in one table.
    """

    group: str = "module"

    def metrics(self) -> tuple[str, ...]:
        """Returns what the sub-modules are measured by."""
        return MEASURED

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the levels declared, and the counts by sub-module, day and area."""
        picked = tuple(each for each in ctx.filters.picked if each[0] != "epidemic_group_code")
        own = replace(ctx.filters, picked=(*picked, ("epidemic_group_code", self.group)))
        asks: dict[str, object] = {"levels": Listing("alert_levels")}
        asks |= {name: Request(name, by=(ITEM,), filters=own) for name in MEASURED}
        asks["date"] = Request(RAISED, by=("date", ITEM), filters=own)
        asks["area"] = Request(RAISED, by=(ctx.next_level(), ITEM), filters=own)
        asks["others"] = Request(RAISED, by=("epidemic_group_code", ITEM), filters=ctx.filters)
        return asks

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the line, with the sub-modules under it in war."""
        levels = answers["levels"]
        in_force, war = _in_force(levels, ctx), _war(levels, ctx)
        line = html.Div(
            [_badge(war, ctx), *_told(war, in_force, levels=levels, ctx=ctx)], className="war-line"
        )
        if war is None:
            return (line,)
        parts = [
            _table(answers, ctx),
            _matrix(answers["date"], "date", ctx=ctx),
            _matrix(answers["area"], ctx.next_level(), ctx=ctx),
            _others(answers["others"], self.group, ctx),
        ]
        return ([line, html.Div([part for part in parts if part is not None], className="war-parts")],)


def _end(ctx: Context):
    ends = [each for each in (ctx.filters.until_at, ctx.as_of_at) if each is not None]
    return min(ends) if ends else None


def _in_force(levels: pd.DataFrame, ctx: Context) -> pd.DataFrame:
    """Returns the levels in force at the end of the period, peace left out."""
    end = _end(ctx)
    if end is None or levels.empty:
        return levels.iloc[:0]
    # A period that ends at midnight is asked for what held up to it.
    holds = (levels["declared_at"] < end) & (levels["lifted_at"].isna() | (levels["lifted_at"] >= end))
    return levels[holds & (levels["alert_level_code"] != PEACE)]


def _war(levels: pd.DataFrame, ctx: Context):
    """Returns the epidemic level in force at the end of the period; None in peace."""
    rows = _in_force(levels, ctx)
    rows = rows[rows["alert_field_code"] == FIELD]
    return None if rows.empty else rows.iloc[0]


def _badge(war, ctx: Context):
    state = "war" if war is not None else "peace"
    return html.B(ctx.t(f"war_room.{state}"), className=f"war-badge is-{state}")


def _told(war, in_force: pd.DataFrame, *, levels: pd.DataFrame, ctx: Context) -> list:
    """Since when, which other levels hold, and when the last war was."""
    parts = [html.Span(_name(war, ctx), className="war-name")] if war is not None else []
    others = in_force if war is None else in_force[in_force["alert_level_id"] != war["alert_level_id"]]
    parts += [html.Span(_name(row, ctx), className="chip") for _, row in others.iterrows()]
    past = levels[(levels["alert_field_code"] == FIELD) & (levels["alert_level_code"] != PEACE)]
    past = past[past["lifted_at"].notna()]
    if war is None and len(past):
        row = past.iloc[0]
        period = "..".join(f"{ctx.local(row[name]):%Y-%m-%d}" for name in ("declared_at", "lifted_at"))
        last = f"{ctx.local(row['lifted_at'] - pd.Timedelta(days=1)):%Y-%m-%d}"
        link = {"data-set": f"period={period.partition('..')[0]}..{last}"}
        words = ctx.t("war_room.last", period=period.replace("..", " — "), name=row["basis_name"])
        parts.append(html.A(words, href="#", **link, className="link"))
    return parts


def _name(row, ctx: Context) -> str:
    name = " ".join(ctx.label(column, row[column]) for column in ("alert_field_code", "alert_level_code"))
    drill = ctx.t("war_room.drill") if row["is_drill"] else ""
    return ctx.t("war_room.since", name=name, day=f"{ctx.local(row['declared_at']):%Y-%m-%d}") + drill


def _table(answers: Mapping[str, object], ctx: Context):
    """Each sub-module with what came in, what was dealt with, what was abnormal."""
    rows = {name: {row[ITEM]: row for row in answers[name].frame.to_dict("records")} for name in MEASURED}
    items = in_order(ITEM, [key for key in rows[RAISED] if is_known(key)], ctx)
    if not items:
        return html.P(ctx.t("common.no_data"), className="empty")
    heads = [_heading(name, ctx) for name in MEASURED]
    body = []
    for item in items:
        cells = [
            html.Td(
                className="right",
                children=figure(
                    name,
                    rows[name].get(item, NOTHING),
                    ctx=ctx,
                    as_of_at=answers[name].as_of_at,
                    where={ITEM: item},
                ),
            )
            for name in MEASURED
        ]
        body.append(html.Tr([html.Th(ctx.label(ITEM, item)), *cells]))
    return _framed(html.Tr([html.Th(""), *heads]), body)


def _heading(name: str, ctx: Context):
    label = html.Span(ctx.pick(catalogue().metric(name).label))
    return html.Th(html.Div([label, info_button(name, ctx=ctx)], className="metric-head"))


def _matrix(answer, column: str, *, ctx: Context):
    """Counts by day or area against the sub-modules: the newest days, the busiest areas."""
    found = {
        (row[column], row[ITEM]): row for row in answer.frame.to_dict("records") if is_known(row[column])
    }
    items = in_order(ITEM, sorted({item for _, item in found if is_known(item)}), ctx)
    if not items:
        return None
    keys = _keys(found, column)
    head = html.Tr(
        [
            html.Th(ctx.t("war_room.day" if column == "date" else "war_room.area")),
            *(html.Th(ctx.label(ITEM, item), className="right") for item in items),
        ]
    )
    body = []
    for key in keys:
        name = str(key)[5:10] if column == "date" else ctx.label(column, key)
        cells = [
            html.Td(
                className="right",
                children=figure(
                    RAISED,
                    found.get((key, item), NOTHING),
                    ctx=ctx,
                    as_of_at=answer.as_of_at,
                    where={column: key, ITEM: item},
                ),
            )
            for item in items
        ]
        body.append(html.Tr([html.Th(name), *cells]))
    return _framed(head, body)


def _keys(found: Mapping[tuple, Mapping], column: str) -> list:
    totals: dict[object, float] = {}
    for (key, _), row in found.items():
        totals[key] = totals.get(key, 0) + (row["value"] if is_known(row["value"]) else 0)
    filled = [key for key, total in totals.items() if total]
    if column == "date":
        return sorted(filled, key=str, reverse=True)[:DAYS]
    return sorted(filled, key=lambda key: (-totals[key], str(key)))[:AREAS]


def _others(answer, group: str, ctx: Context):
    """What the district shares and the online services, as counts in one line each."""
    lines = []
    frame = answer.frame
    for code in ("shared", "online"):
        rows = frame[frame["epidemic_group_code"] == code]
        if code == group or rows.empty:
            continue
        by = {row[ITEM]: row for row in rows.to_dict("records")}
        chips = [
            html.Span(
                [
                    ctx.label(ITEM, item),
                    " ",
                    figure(RAISED, by[item], ctx=ctx, as_of_at=answer.as_of_at, where={ITEM: item}),
                ],
                className="chip",
            )
            for item in in_order(ITEM, list(by), ctx)
        ]
        lines.append(html.P([html.B(ctx.label("epidemic_group_code", code)), *chips], className="war-others"))
    return html.Div(lines) if lines else None


def _framed(head, body: list):
    table = html.Table([html.Thead(head), html.Tbody(body)], className="table metrics")
    return html.Div(table, className="scroll")
