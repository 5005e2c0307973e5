"""Where a number comes from (指标溯源): the drawer behind every (i), from definition to feeds."""

from __future__ import annotations

import logging

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.door import answer
from components.numbers import count_text, instant_full
from components.tiles.kpi_card import number, sample_text
from components.ways import rows_link
from data.catalogue import CatalogueError, Metric, catalogue
from data.connection import Store
from data.lineage import trace_metric
from data.listing import Listing
from data.request import Request, Scope

log = logging.getLogger(__name__)


def draw_drawer(metric_id: str, *, ctx: Context, scope: Scope, store: Store) -> Component:
    """Returns the drawer's content for one metric under the page's filters."""
    try:
        metric = catalogue().metric(metric_id)
    except CatalogueError:
        return html.P(ctx.t("drawer.unknown", metric=metric_id), className="empty")
    found = answer(Request(metric_id, filters=ctx.filters), scope=scope, store=store)
    feeds = answer(Listing("feeds"), scope=scope, store=store)
    row = found.frame.iloc[0]
    close = html.Button("×", className="close", **{"data-close": "", "aria-label": ctx.t("drawer.close")})
    return html.Div(
        [
            html.Header([html.H2(ctx.pick(metric.label)), close]),
            html.Div(
                [
                    number(metric_id, row=row, ctx=ctx),
                    html.Span(sample_text(metric_id, row=row, ctx=ctx), className="kpi-sample"),
                ],
                className="drawer-value",
            ),
            definition_list(metric, ctx),
            _ledger(metric_id, found.exclusions, ctx),
            *_chain(metric_id, feeds, ctx),
            html.P(
                ctx.t("drawer.as_of", at=instant_full(found.as_of_at, ctx), generation=ctx.generation),
                className="note",
            ),
        ],
        className="drawer-body",
    )


def definition_list(metric: Metric, ctx: Context) -> Component:
    """Returns a metric's definition as terms and texts."""
    local = ctx.local(ctx.as_of_at)
    entries = [
        ("meaning", ctx.pick(metric.meaning)),
        ("clocks", ctx.pick(metric.clocks)),
        ("excluded", ctx.pick(metric.exclusions)),
        ("formula", html.Code(metric.value or f"KM P{round(100 * (metric.share or 0))}")),
        ("where", html.Code(metric.where) if metric.where else None),
        (
            "reference",
            " ".join(
                part
                for part in (
                    _source_name(metric.reference.title, ctx),
                    f"“{metric.reference.quote}”" if metric.reference.quote else "",
                )
                if part
            ),
        ),
        ("note", ctx.pick(metric.reference.note) if metric.reference.note else None),
        ("owner", f"{metric.authored_by} · {metric.checked_by}"),
        (
            "version",
            ctx.t(
                "drawer.version_text",
                version=metric.version,
                reviewed=metric.reviewed,
                next=metric.next_review,
            ),
        ),
    ]
    for name, reference in (("limit", metric.limit), ("target", metric.target)):
        if reference and local is not None:
            rule = catalogue().rules[reference.rule]
            entries.insert(
                3, (name, f"{rule.on(local.date())} {ctx.t(f'drawer.unit_{rule.unit}')} · {reference.rule}")
            )
    pairs = [(html.Dt(ctx.t(f"drawer.{name}")), html.Dd(text)) for name, text in entries if text]
    return html.Dl([each for pair in pairs for each in pair], className="definition")


def _source_name(title: str, ctx: Context) -> str:
    """Names the page of definitions as readers know it; other sources carry their own name."""
    page, _, section = title.partition(" ")
    return ctx.t("drawer.definitions", section=section) if page == "definitions" else title


def _ledger(metric_id: str, exclusions: dict[str, int], ctx: Context) -> Component:
    if not exclusions:
        return html.P(ctx.t("drawer.nothing_excluded"), className="note")
    rows = [
        html.Tr(
            [
                html.Td(
                    html.A(ctx.label("excluded_code", code), **rows_link(metric_id, ctx, side="excluded"))
                ),
                html.Td(count_text(count), className="digits right"),
            ]
        )
        for code, count in sorted(exclusions.items(), key=lambda each: -each[1])
    ]
    return html.Div([html.H3(ctx.t("drawer.ledger")), html.Table(html.Tbody(rows), className="table")])


def _chain(metric_id: str, feeds, ctx: Context) -> list[Component]:
    """Returns the chain and how far the feeds at its end go.

    The model files on disk may be newer than the running code; the definition must open all the same.
    """
    try:
        nodes = trace_metric(metric_id, town=ctx.town)
    except Exception:
        log.exception("no chain for %s", metric_id)
        return [html.P(ctx.t("drawer.no_chain"), className="note"), _sources(feeds, ctx)]
    mine = feeds[feeds["feed_id"].isin([node.name for node in nodes if node.kind == "feed"])]
    steps = [
        html.Li(
            [
                html.B(ctx.maybe(f"chain.{node.kind}", node.kind)),
                html.Code(node.name),
                html.Span(node.path or ""),
            ]
        )
        for node in nodes
    ]
    chain = html.Div([html.H3(ctx.t("drawer.chain")), html.Ol(steps, className="chain")])
    return [chain, _sources(mine, ctx)]


def _sources(feeds, ctx: Context) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(ctx.name("feed", row.feed_id)),
                html.Td(instant_full(row.watermark_at, ctx), className="digits"),
                html.Td(instant_full(row.last_arrival_at, ctx), className="digits"),
            ]
        )
        for row in feeds.itertuples()
    ]
    head = html.Thead(
        html.Tr([html.Th(ctx.column(name)) for name in ("feed_id", "watermark_at", "last_arrival_at")])
    )
    return html.Div([html.H3(ctx.t("drawer.feeds")), html.Table([head, html.Tbody(rows)], className="table")])
