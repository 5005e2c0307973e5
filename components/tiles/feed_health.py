"""The feeds' pulse (来源状态): how old each feed's data is against what its contract expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import instant_short, is_known
from components.panel import instant_text
from components.tiles.base import Tile
from data.freshness import feed_allowance_s, live_feeds
from data.listing import Listing


@dataclass(frozen=True, kw_only=True)
class FeedHealth(Tile):
    """One line per feed of reports and steps: name, complete up to, age; the browser judges staleness."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the feeds."""
        return {"feeds": Listing("feeds")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the lines."""
        items = [
            html.Li(
                [
                    html.Span(ctx.name("feed", row.feed_id), className="feed-name"),
                    html.Span(reached_text(row, ctx), className="feed-at digits"),
                    html.Span(
                        className="age feed-age digits",
                        **{
                            "data-asof": instant_text(row.watermark_at),
                            "data-lag": str(feed_allowance_s(row)),
                        },
                    ),
                ],
                className=_look(row),
            )
            for row in live_feeds(answers["feeds"]).itertuples()
        ]
        return (html.Ul(items, className="feeds"),)


def reached_text(row, ctx: Context) -> str:
    """Returns how far a feed goes; one that never delivered says so, for it holds back no other number."""
    return instant_short(row.watermark_at, ctx) if is_known(row.watermark_at) else ctx.t("feeds.never")


def _look(row) -> str:
    never = "" if is_known(row.watermark_at) else " is-never"
    return "feed" + ("" if row.is_required else " is-optional") + never
