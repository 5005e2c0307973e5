"""Appraisal as a table (考核得分): score with its interval, the parts it is made of, one click to the cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import UNKNOWN, count_text, interval_text, is_known, number_text
from components.panel import info_button
from components.tiles.base import Tile
from components.tiles.kpi_card import value_text
from components.ways import rows_link
from data.appraisal import Item, Scored, Scores, schemes
from data.catalogue import catalogue

POINTS = "{:.1f}"


@dataclass(frozen=True, kw_only=True)
class ScoreTable(Tile):
    """Subjects of one dimension, best first; those with too little measured stand last without a total.

    Attributes:
        subject: the dimension appraised.
        limit: how many subjects are shown; the rest is told as a number.
    """

    subject: str
    limit: int = 30

    def metrics(self) -> tuple[str, ...]:
        """Returns every metric of the newest scheme of the subject."""
        return tuple(item.metric for item in schemes().versions[-1].schemes[self.subject])

    def requests(self, ctx: Context) -> Mapping[str, Scores]:
        """Returns the scores for the page's period and area."""
        return {"scores": Scores(self.subject, ctx.filters)}

    def as_of(self, answers: Mapping[str, object], ctx: Context):
        """Returns the instant the scores hold for."""
        return answers["scores"].as_of_at

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        scored: Scored = answers["scores"]
        if scored.frame.empty:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        parts = {(row.key, row.metric): row for row in scored.parts.itertuples()}
        head = html.Tr(
            [
                html.Th(""),
                html.Th(ctx.t("scores.total"), className="right"),
                html.Th(ctx.t("scores.interval")),
                *(self._heading(item, ctx) for item in scored.items),
                html.Th(ctx.t("scores.weight_scored"), className="right"),
                html.Th(ctx.t("scores.reviewed"), className="right"),
            ]
        )
        shown = scored.frame.head(self.limit)
        rows = [self._row(row, parts, scored=scored, ctx=ctx) for row in shown.itertuples()]
        if len(scored.frame) > len(shown):
            rest = ctx.t("ranking.rest_rows", count=len(scored.frame) - len(shown))
            rows.append(html.Tr(html.Td(rest, colSpan=len(scored.items) + 5), className="rest"))
        note = ctx.t("scores.note", version=scored.version, share=f"{schemes().min_weight_pct:.0f}")
        table = html.Table([html.Thead(head), html.Tbody(rows)], className="table metrics")
        return ([html.P(note, className="note"), html.Div(table, className="scroll")],)

    def _heading(self, item: Item, ctx: Context):
        metric = catalogue().metric(item.metric)
        weight = ctx.t(
            "scores.weight", weight=f"{item.weight:g}", floor=f"{item.floor:g}", target=f"{item.target:g}"
        )
        return html.Th(
            [
                html.Span(ctx.pick(metric.label)),
                info_button(item.metric, ctx=ctx),
                html.Div(weight, className="note"),
            ],
            className="right",
        )

    def _row(self, row, parts: Mapping, *, scored: Scored, ctx: Context):
        is_ranked = is_known(row.score)
        total = number_text(row.score, POINTS) if is_ranked else ctx.t("flag.small_sample")
        reviewed = UNKNOWN
        if is_ranked and row.accepted_count:
            text = number_text(row.reviewed_score, POINTS)
            reviewed = ctx.t("scores.upheld", score=text, count=count_text(row.accepted_count))
        cells = [self._part(parts.get((row.key, item.metric)), item, ctx) for item in scored.items]
        marks = {"data-kpi": f"score:{self.subject}", "data-generation": str(ctx.generation)}
        return html.Tr(
            [
                html.Th(ctx.label(self.subject, row.key), scope="row"),
                html.Td(html.B(total, className="digits"), className="right", **marks),
                html.Td(_band(row)),
                *cells,
                html.Td(f"{row.scored_weight_pct:.0f}%", className="right digits"),
                html.Td(reviewed, className="right"),
            ],
            className="" if is_ranked else "is-thin",
        )

    def _part(self, part, item: Item, ctx: Context):
        metric = catalogue().metric(item.metric)
        if part is None or not is_known(part.value):
            return html.Td(UNKNOWN, className="right is-thin")
        points = ctx.t("flag.small_sample") if part.is_thin else number_text(part.points, POINTS)
        text, unit = value_text(part.value, metric, ctx=ctx)
        value = f"{text}{unit}" if unit == "%" else f"{text} {unit}"
        note = f"{value} · {ctx.t('kpi.sample', n=count_text(part.n))}"
        link = rows_link(item.metric, ctx, **{self.subject: part.key})
        return html.Td(
            html.A(
                [html.B(points, className="digits"), html.Span(note, className="note")],
                className="score-part",
                **link,
            ),
            className="right" + (" is-thin" if part.is_thin else ""),
        )


def _band(row):
    """Returns the interval of a score as a bar on 0..100."""
    if not is_known(row.score):
        return UNKNOWN
    low, high = float(row.low), float(row.high)
    bar = [
        html.I(className="fill", style={"width": f"{float(row.score):.1f}%"}),
        html.I(className="whisker", style={"left": f"{low:.1f}%", "width": f"{max(high - low, 0.4):.1f}%"}),
    ]
    return html.Span(bar, className="score-band", title=interval_text(low, high, POINTS))
