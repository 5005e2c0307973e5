"""Which reports were taken for one incident, which nearly, and what people decided (归并核查)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.numbers import instant_short, number_text
from components.tiles.base import Tile
from data.listing import Listing

MADE = (
    "reported_at",
    "report_id",
    "feed_id",
    "category_code",
    "grid_id",
    "link_rule_code",
    "link_score",
    "incident_id",
)
PROPOSED = ("linked_at", "report_a", "report_b", "category_code", "grid_id", "rule_code", "score")
DECIDED = ("decided_at", "report_id", "other_report_id", "link_verdict_code", "role_code", "reason_text")
SCORES = ("link_score", "score")


@dataclass(frozen=True, kw_only=True)
class LinkAudit(Tile):
    """Links made, pairs just below the automatic score, and the log; who may decide has buttons."""

    limit: int = 15

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the three lists."""
        names = ("links_made", "links_proposed", "links_decided")
        return {name: Listing(name, filters=ctx.filters, limit=self.limit) for name in names}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the three tables."""
        may = ctx.may("links")
        made = _table(answers["links_made"], MADE, ctx=ctx, act=_split if may else None)
        proposed = _table(answers["links_proposed"], PROPOSED, ctx=ctx, act=_judge if may else None)
        decided = _table(answers["links_decided"], DECIDED, ctx=ctx, act=None)
        parts = (("links_made", made), ("links_proposed", proposed), ("links_decided", decided))
        return ([html.Div([html.H3(ctx.t(f"instruments.{name}")), table]) for name, table in parts],)


def _table(rows, columns: tuple[str, ...], *, ctx: Context, act) -> Component:
    if rows.empty:
        why = rows.attrs.get("unknown_code")
        return html.P(ctx.t(f"flag.{why}" if why else "common.nothing"), className="empty")
    head = [html.Th(ctx.column(name)) for name in columns] + ([html.Th("")] if act else [])
    body = [
        html.Tr(
            [*(_cell(name, row[name], ctx) for name in columns), *([html.Td(act(row, ctx))] if act else [])]
        )
        for row in rows.to_dict("records")
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="table rows")
    return html.Div(table, className="scroll")


def _cell(name: str, value: object, ctx: Context) -> Component:
    if name.endswith("_at"):
        return html.Td(instant_short(value, ctx))
    if name in SCORES:
        return html.Td(number_text(value, "{:.2f}"), className="digits right")
    if name in ("report_id", "report_a", "report_b", "other_report_id", "incident_id"):
        feed, _, own = str(value).partition(":")
        told = f"{ctx.name('feed', feed)} {own}"
        return html.Td(html.A(told, **ctx.to_cases(f"/incidents/{value}")), title=str(value))
    if name == "rule_code":
        name = "link_rule_code"
    return html.Td(ctx.label(name, value) if value is not None else "—")


def _button(word: str, ctx: Context, **told: str) -> Component:
    marks = {f"data-link-{key}": value for key, value in told.items()}
    asked = {"data-ask-reason": ctx.t("instruments.reason"), "data-say": ctx.t("instruments.say")}
    done = {"data-done": ctx.t("instruments.said"), "data-failed": ctx.t("instruments.failed")}
    return html.Button(
        ctx.t(f"instruments.{word}"), type="button", className="choice", **marks, **asked, **done
    )


def _split(row: dict, ctx: Context) -> Component:
    return _button("split", ctx, report=row["report_id"], verdict="apart")


def _judge(row: dict, ctx: Context) -> Component:
    pair = {"report": row["report_a"], "other": row["report_b"]}
    return html.Span(
        [_button("merge", ctx, verdict="same", **pair), _button("keep_apart", ctx, verdict="apart", **pair)],
        className="choices",
    )
