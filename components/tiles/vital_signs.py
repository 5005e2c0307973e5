"""Vital signs (体征): several small numbers, each with its n and its way to the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.panel import info_button
from components.tiles.base import Tile
from components.tiles.kpi_card import number, sample_text
from data.catalogue import catalogue
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class VitalSigns(Tile):
    """A grid of numbers."""

    shown: tuple[str, ...]

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics shown."""
        return self.shown

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns each number for the period."""
        return {name: Request(name, filters=ctx.filters) for name in self.shown}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the numbers."""
        items = [self._item(name, answers[name], ctx) for name in self.shown]
        return (html.Ul(items, className="vitals"),)

    def _item(self, name: str, answer, ctx: Context):
        metric, row = catalogue().metric(name), answer.frame.iloc[0]
        return html.Li(
            [
                html.Span(
                    [html.Span(ctx.pick(metric.label)), info_button(name, ctx=ctx)],
                    className="vital-name",
                    title=ctx.pick(metric.meaning),
                ),
                number(name, row=row, ctx=ctx),
                html.Span(sample_text(name, row=row, ctx=ctx), className="kpi-sample"),
            ],
            className="vital",
        )
