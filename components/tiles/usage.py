"""Which pages are used (建而不用): every page of the cockpit, how often each role opened it; never opened ones first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import count_text
from components.page import Page, pages
from components.tiles.base import Tile
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class Usage(Tile):
    """Pages by role; `metric` counts openings."""

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the openings by page and role."""
        return {"views": Request(self.metric, by=("page_code", "role_code"), filters=ctx.filters)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns one row per page; before the log's first file nothing is known about any."""
        frame = answers["views"].frame
        if frame.empty:
            return (html.P(ctx.t("usage.no_log"), className="empty"),)
        counts = {(row.page_code, row.role_code): int(row.value) for row in frame.itertuples()}
        roles = sorted({role for _, role in counts}, key=lambda role: -_sum(counts, role=role))
        rows = sorted(pages(), key=lambda page: _sum(counts, page=page.name))
        titles = [ctx.t("usage.page"), *(ctx.label("role_code", role) for role in roles), ctx.t("usage.all")]
        head = html.Tr(
            [html.Th(each, className="right" if place else "") for place, each in enumerate(titles)]
        )
        body = [_row(page, roles, counts, ctx=ctx) for page in rows]
        return (
            html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="table"), className="scroll"),
        )


def _sum(counts: Mapping[tuple[str, str], int], *, page: str = "", role: str = "") -> int:
    return sum(count for key, count in counts.items() if page in ("", key[0]) and role in ("", key[1]))


def _row(page: Page, roles: list[str], counts: Mapping, *, ctx: Context):
    total = _sum(counts, page=page.name)
    cells = [
        html.Td(count_text(counts.get((page.name, role), 0)), className="right digits") for role in roles
    ]
    whole = count_text(total) if total else ctx.t("usage.never")
    return html.Tr(
        [html.Td(f"{ctx.t(page.title)} {page.path}"), *cells, html.Td(whole, className="right digits")],
        className="" if total else "is-thin",
    )
