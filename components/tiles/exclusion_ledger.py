"""What was left out of which number, and why (排除台账); every count leads to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import only_row
from components.numbers import count_text, is_known
from components.panel import info_button
from components.tiles.vital_signs import VitalSigns
from components.ways import rows_link
from data.catalogue import catalogue


@dataclass(frozen=True, kw_only=True)
class ExclusionLedger(VitalSigns):
    """Metrics down, reasons across: cases left out over the page's filters; an answer brings its exclusions."""

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the ledger; a reason that left nothing out of a number stays empty."""
        codes = list(dict.fromkeys(code for name in self.shown for code in answers[name].exclusions))
        words = [ctx.maybe(f"excluded.{code}", code) for code in codes]
        head = [
            html.Th(""),
            html.Th(ctx.t("instruments.counted"), className="right"),
            *(html.Th(word, className="right") for word in words),
        ]
        rows = [self._row(name, answers[name], codes=codes, ctx=ctx) for name in self.shown]
        table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="table ledger")
        return (html.Div(table, className="scroll"),)

    def _row(self, name: str, answer, *, codes: list[str], ctx: Context) -> html.Tr:
        link = rows_link(name, ctx, side="excluded")
        n = only_row(answer)["n"]
        counted = html.A(count_text(n) if is_known(n) else "—", **rows_link(name, ctx))
        cells = [
            html.Td(
                html.A(count_text(answer.exclusions[code]), **link) if code in answer.exclusions else "",
                className="digits right",
            )
            for code in codes
        ]
        label = html.Span(
            [ctx.pick(catalogue().metric(name).label), info_button(name, ctx=ctx)], className="pair-name"
        )
        return html.Tr([html.Th(label), html.Td(counted, className="digits right"), *cells])
