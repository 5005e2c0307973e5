"""The six modules at a glance (六大模块体征): a few numbers each, chosen for a leader, and the way into the module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import figure, only_row, written_value
from components.page import pages
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class ModuleSigns(Tile):
    """Modules with their vital signs.

    Attributes:
        modules: page name -> the metrics shown for it.
    """

    modules: tuple[tuple[str, tuple[str, ...]], ...]

    def metrics(self) -> tuple[str, ...]:
        """Returns every metric shown."""
        return tuple(name for _, names in self.modules for name in names)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns each number for the period."""
        return {name: Request(name, filters=ctx.filters) for name in self.metrics()}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the modules."""
        known = {page.name: page for page in pages()}
        items = [self._module(known[name], metrics, answers, ctx=ctx) for name, metrics in self.modules]
        return (html.Ul(items, className="modules"),)

    def _module(self, page, metrics: tuple[str, ...], answers: Mapping, *, ctx: Context):
        link = {"href": ctx.link(page.path, pick=None)} if ctx.may(page.permission) else {}
        signs = [self._sign(name, answers[name], ctx) for name in metrics]
        return html.Li(
            [html.A(ctx.t(page.title), className="module-name", **link), *signs], className="module"
        )

    def _sign(self, name: str, answer, ctx: Context):
        metric, row = catalogue().metric(name), only_row(answer)
        unit = written_value(name, row, ctx)[1]
        number = figure(name, row, ctx=ctx, as_of_at=answer.as_of_at)
        label = html.Span(ctx.pick(metric.label), className="sign-name", title=ctx.pick(metric.meaning))
        same = (
            [html.Span(unit, className="unit")]
            if unit == ctx.pick(metric.unit) and row["value"] is not None
            else []
        )
        return html.Div([label, html.Span([number, *same])], className="sign")
