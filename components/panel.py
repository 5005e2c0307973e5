"""The frame around a tile (面板): heading, (i) button, and the mark the browser judges its age by."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.numbers import is_known
from components.tiles.base import Tile


def instant_text(instant: datetime | None) -> str:
    """Returns a naive UTC instant as the browser reads it."""
    return "" if not is_known(instant) else instant.isoformat(timespec="seconds") + "Z"


def age_mark(
    ctx: Context, *, as_of_at: datetime | None, stale_after_s: int | None = None, is_failed: bool = False
) -> Component:
    """Returns what the browser reads: the data's instant, how old it may get, whether its query failed.

    `stale_after_s` None: as old as the town's own numbers may get.
    """
    return html.Span(
        className="age",
        **{
            "data-asof": instant_text(as_of_at),
            "data-lag": str(ctx.stale_after_s if stale_after_s is None else stale_after_s),
            "data-generation": str(ctx.generation),
            "data-failed": "1" if is_failed else "",
        },
    )


def panel(tile: Tile, *, uid: str, ctx: Context) -> Component:
    """Returns the tile in its frame; a tile without title gets no heading, but still its age."""
    age = html.Span(id=f"{uid}-age", className="age-slot")
    place = f"tile-{tile.uid}" + (f" at-{tile.area}" if tile.area else "")
    title = tile.heading(ctx)
    if not title:
        return html.Section([tile.frame(uid), age], id=uid, className=f"bare {place}")
    heading = [html.H2(title, title=title), age]
    if tile.is_exported and ctx.may("export"):
        heading.append(_export_button(tile.uid, ctx=ctx))
    if tile.metric:
        heading.append(info_button(tile.metric, ctx=ctx))
    return html.Section(
        [html.Header(heading, className="panel-head"), tile.frame(uid)], id=uid, className=f"panel {place}"
    )


def _export_button(uid: str, *, ctx: Context) -> Component:
    words = ctx.t("export.button")
    told = {"data-export": uid, "aria-label": words}
    return html.Button("⤓", className="info export", type="button", title=words, **told)


def info_button(metric: str, *, ctx: Context) -> Component:
    """Returns the (i) that opens where the number comes from."""
    return html.Button(
        "i",
        className="info",
        type="button",
        title=ctx.t("common.where_from"),
        **{"data-ask": metric, "aria-label": ctx.t("common.where_from")},
    )
