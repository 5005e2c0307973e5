"""The head of every screen (页眉): town, navigation, data time, feeds' health, clock, language and theme."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import Context
from components.page import Page, find_page, pages
from components.panel import instant_text
from components.tiles.base import Tile
from components.tiles.briefing_desk import trouble_words
from components.tiles.feed_health import reached_text
from data.freshness import feed_allowance_s, live_feeds
from data.listing import Listing

AGE_WORDS = ("none", "seconds", "minutes", "hours", "days", "stale", "failed", "lost", "skew")


@dataclass(frozen=True, kw_only=True)
class Header(Tile):
    """Who we are, where we are, how fresh everything is."""

    is_exported: ClassVar[bool] = False

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the feeds."""
        return {"feeds": Listing("feeds")}

    def frame(self, uid: str):
        """Returns the bar."""
        return html.Div(id=f"{uid}-body", className="head")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the bar's three parts."""
        town = ctx.town
        title = next((ctx.t(page.title) for page in pages() if page.name == ctx.page), "")
        marks = {
            "data-lang": ctx.lang,
            "data-title": f"{title} · {ctx.pick(town.label)}",
            "data-pinned": instant_text(town.pinned_at),
            "data-rotation": json.dumps(_rotation(ctx)),
            "data-drawn-generation": str(ctx.generation),
            "data-words": "1",
            **{f"data-{name}": ctx.t(f"age.{name}") for name in AGE_WORDS},
        }
        brand = html.A(
            [html.Strong(ctx.pick(town.label)), html.Span(ctx.t("shell.product"), className="product")],
            href=ctx.link("/", area=None),
            className="brand",
        )
        return (
            [
                html.Div([brand, *self._kind(ctx)], className="head-left", **marks),
                self._nav(ctx),
                self._state(answers["feeds"], ctx),
            ],
        )

    def _kind(self, ctx: Context) -> list:
        labels = []
        if ctx.town.file.is_synthetic:
            labels.append(
                html.Span(ctx.t("shell.synthetic"), className="kind", title=ctx.t("shell.synthetic_note"))
            )
        if ctx.town.pinned_at is not None:
            day = ctx.local(ctx.town.pinned_at).strftime("%Y-%m-%d")
            labels.append(html.Span(ctx.t("shell.replay", day=day), className="kind"))
        return labels

    def _nav(self, ctx: Context):
        """Returns the screens; the parts of the one on show (`/safety/hazards` of `/safety`) stand behind it."""
        links, listed = [], _listed(ctx)
        for page in listed:
            if page.path.count("/") > 1:
                continue
            is_over = page.path != "/" and ctx.view.path.startswith(f"{page.path}/")
            parts = [each for each in listed if each.path.startswith(f"{page.path}/")]
            is_shown = bool(parts) and (is_over or page.name == ctx.page)
            links.append(_link(page, ctx, is_over=is_over))
            links += [_link(each, ctx, marks=" is-part") for each in parts if is_shown]
        return html.Nav(links, className="nav")

    def _trouble(self, ctx: Context):
        """Returns where the browser says that a briefing could not be written."""
        marks = {"data-trouble": "1", "data-say": trouble_words(ctx)}
        return html.Span(className="trouble", hidden=True, role="alert", **marks)

    def _state(self, feeds, ctx: Context):
        dots = [
            html.I(
                className="age dot",
                title=f"{ctx.name('feed', row.feed_id)} · {reached_text(row, ctx)}",
                **{"data-asof": instant_text(row.watermark_at), "data-lag": str(feed_allowance_s(row))},
            )
            for row in live_feeds(feeds).itertuples()
        ]
        other = "en" if ctx.lang == "zh" else "zh"
        theme = "light" if ctx.view.theme == "dark" else "dark"
        zone = {"data-clock": ctx.lang, "data-zone": ctx.town.file.timezone}
        return html.Div(
            [
                html.Span(className="link-state", hidden=True, **{"data-link": ""}),
                self._trouble(ctx),
                html.Span(scope_text(ctx), className="scope"),
                html.Span(
                    [ctx.t("shell.as_of"), html.B(_as_of(ctx), className="digits")],
                    className="as-of",
                ),
                html.A(dots, href=ctx.link("/feeds"), className="dots", title=ctx.t("shell.feeds")),
                html.Span(
                    [html.Span(className="clock-day"), html.Span(className="clock-time digits")],
                    className="clock",
                    **zone,
                ),
                html.Span(
                    [
                        html.A(ctx.t("shell.other_language"), href="#", **{"data-cookie": f"lang={other}"}),
                        html.A(ctx.t(f"shell.theme_{theme}"), href="#", **{"data-cookie": f"theme={theme}"}),
                        html.A(ctx.t("shell.sign_out"), href="/logout", **{"data-leave": ""}),
                    ],
                    className="switches",
                ),
            ],
            className="head-right",
        )


def _listed(ctx: Context) -> list[Page]:
    return [page for page in pages() if page.nav_order is not None and ctx.may(page.permission)]


def _link(page: Page, ctx: Context, *, marks: str = "", is_over: bool = False):
    marks += " is-on" if page.name == ctx.page else " is-over" if is_over else ""
    # What is picked belongs to its own page.
    return html.A(ctx.t(page.title), href=ctx.link(page.path, pick=None), className=f"nav-link{marks}")


def _as_of(ctx: Context) -> str:
    """With the day: the reader's own day may be another one."""
    local = ctx.local(ctx.as_of_at)
    return "—" if local is None else local.strftime("%m-%d %H:%M")


def _rotation(ctx: Context) -> list[dict]:
    """Returns the stops of the wall's rotation that this visitor may open."""
    found = ((stop, find_page(stop.page)) for stop in ctx.town.file.wall.rotation)
    return [stop.model_dump() for stop, page in found if page and ctx.may(page[0].permission)]


def scope_text(ctx: Context) -> str:
    """Returns what the numbers on the screen are about: period, and place and kinds where chosen."""
    params = ctx.view.params
    period = ctx.period
    parts = [ctx.maybe(f"period.{period}", period.replace("..", " – "))]
    for parameter, kind in (
        ("area", "area"),
        ("source", "feed"),
        ("category", "category"),
        ("domain", "domain"),
        ("department", "department"),
    ):
        if params.get(parameter):
            parts.append(ctx.name(kind, params[parameter]))
    parts += [ctx.label(column, value) for column, value in ctx.filters.picked]
    return " · ".join(parts)
