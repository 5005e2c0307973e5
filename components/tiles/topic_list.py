"""What people talk about more than before (热点): topic, place, eight weeks, growth, rows, agenda."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import count_text, is_known, number_text
from components.tiles.base import Tile
from components.ways import pick_marks, rows_link
from data.listing import Listing

WHOLE = "town"
VOICES = "topic_voice_count"  # the metric whose rows a topic's texts are
HEADS = ("topic_id", "area_id", "weeks_text", "voice_count", "growth_ratio", "agenda_code")


@dataclass(frozen=True, kw_only=True)
class TopicList(Tile):
    """The rows of a listing of topics, one line each; the topic is a filter, its number leads to its texts.

    Attributes:
        listing: topics_hot or topics_often.
        limit: how many lines.
    """

    listing: str = "topics_hot"
    limit: int = 12

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the listing."""
        return {"rows": Listing(self.listing, filters=ctx.filters, limit=self.limit)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table, and how hot is told."""
        rows = answers["rows"]
        if rows.empty:
            return (html.P(ctx.t("voice.calm"), className="empty calm"),)
        head = html.Tr([html.Th(ctx.column(name)) for name in HEADS])
        body = [self._line(row, ctx) for _, row in rows.iterrows()]
        table = html.Table([html.Thead(head), html.Tbody(body)], className="table")
        notes = [ctx.t("voice.how")]
        if rows["sampled_pct"].min() < 100:
            notes.append(ctx.t("voice.sampled", share=number_text(rows["sampled_pct"].min(), "{:.0f}%")))
        return ([html.Div(table, className="scroll"), html.P(" ".join(notes), className="note")],)

    def _line(self, row, ctx: Context) -> html.Tr:
        days = ctx.t("voice.in_days", count=int(row["window_days"]))
        topic = ctx.label("topic_id", row["topic_id"])
        where = {} if row["area_id"] == WHOLE else {"area": row["area_id"]}
        link = rows_link(VOICES, ctx, topic_id=row["topic_id"])
        if link and where:
            link = {"href": f"{link['href']}&area={row['area_id']}"}
        count = html.A(count_text(row["voice_count"]), className="link digits", **link)
        return html.Tr(
            [
                html.Td(topic, **pick_marks("topic_id", row["topic_id"], ctx)),
                html.Td(ctx.label("area_id", row["area_id"])),
                html.Td(weeks(row["weeks_text"], ctx)),
                html.Td([count, html.Small(f" {days}")]),
                html.Td(grown(row, ctx)),
                html.Td(ctx.label("agenda_code", row["agenda_code"])),
            ]
        )


def weeks(text: object, ctx: Context):
    """Returns the voices of eight weeks as columns, the newest on the right."""
    counts = [int(each) for each in str(text).split()] if is_known(text) else []
    most = max([*counts, 1])
    bars = [html.I(style={"height": f"{100 * each / most:.0f}%"}) for each in counts]
    told = ctx.t("voice.weeks", counts=" · ".join(map(str, counts)))
    return html.Span(bars, className="weeks", title=told, role="img", **{"aria-label": told})


def grown(row, ctx: Context) -> str:
    """Returns the growth and its interval; without any voice before only what it is at least."""
    if not is_known(row["low_ratio"]):
        return ctx.t("common.unknown")
    low = number_text(row["low_ratio"], "{:.1f}")
    if not is_known(row["growth_ratio"]) or not is_known(row["high_ratio"]):
        return ctx.t("voice.at_least", low=low)
    ratio, high = number_text(row["growth_ratio"], "×{:.1f}"), number_text(row["high_ratio"], "{:.1f}")
    return f"{ratio} ({low}–{high})"
