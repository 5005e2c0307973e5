"""Definitions on screen (指标口径): every metric, and rival readings of one promise side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.panel import info_button
from components.provenance import definition_list
from components.tiles.base import Tile
from components.tiles.kpi_card import number, sample_text
from components.tiles.vital_signs import VitalSigns
from data.catalogue import catalogue
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class Rivals(VitalSigns):
    """The same promise under several readings, in one row: how much the definition decides."""

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the readings side by side."""
        items = []
        for name in self.shown:
            metric, row = catalogue().metric(name), answers[name].frame.iloc[0]
            items.append(
                html.Li(
                    [
                        html.Span(
                            [html.B(ctx.pick(metric.label)), info_button(name, ctx=ctx)],
                            className="vital-name",
                        ),
                        number(name, row=row, ctx=ctx),
                        html.Span(sample_text(name, row=row, ctx=ctx), className="kpi-sample"),
                        html.Span(ctx.pick(metric.clocks), className="note"),
                    ],
                    className="vital",
                )
            )
        return (html.Ul(items, className="vitals rivals"),)


@dataclass(frozen=True, kw_only=True)
class MetricBook(Tile):
    """Every metric of the catalogue, folded; opened it shows its whole definition."""

    def metrics(self) -> tuple[str, ...]:
        """Returns every metric there is."""
        return tuple(catalogue().metrics)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns nothing: the book is about definitions; values stand in the drawer."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the book."""
        families: dict[object, list[str]] = {}
        for name, metric in sorted(catalogue().metrics.items()):
            families.setdefault(metric.path, []).append(name)
        return (html.Div([self._family(names, ctx) for names in families.values()], className="book"),)

    def _family(self, names: list[str], ctx: Context):
        """One file, one entry: the percentiles of one duration share their definition."""
        metric = catalogue().metric(names[0])
        label = ctx.pick(metric.label)
        if len(names) > 1:
            label = (
                f"{label.rpartition(' ')[0]} {' / '.join('P' + name.rpartition('_p')[2] for name in names)}"
            )
        head = [
            html.B(label),
            html.Code(metric.path.stem),
            html.Span(ctx.pick(metric.unit), className="note"),
        ]
        return html.Details(
            [html.Summary([*head, info_button(names[0], ctx=ctx)]), definition_list(metric, ctx)],
            id=f"metric-{metric.path.stem}",
        )
