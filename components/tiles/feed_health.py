"""The feeds' pulse (来源状态): how old each feed's data is against what its contract expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import instant_short
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
                    html.Span(instant_short(row.watermark_at, ctx), className="feed-at digits"),
                    html.Span(
                        className="age feed-age digits",
                        **{
                            "data-asof": instant_text(row.watermark_at),
                            "data-lag": str(feed_allowance_s(row)),
                        },
                    ),
                ],
                className="feed" + ("" if row.is_required else " is-optional"),
            )
            for row in live_feeds(answers["feeds"]).itertuples()
        ]
        return (html.Ul(items, className="feeds"),)
